//! What keeps a database's own settings from disturbing those who restore it and look at it.
//!
//! `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET` count for every session that begins after them, the host's
//! among them. What a session asks for when it connects comes before both (manual, 20.1).

use crate::sandbox::Sandbox;

/// A dump is restored in spite of them, as whoever needs it would do it: limits, a default of reading only, a role or a
/// library that the session would begin with, and what would skip triggers or read a NULL in an array as a word.
const RESTORING: [&str; 11] = [
    "statement_timeout=0",
    "lock_timeout=0",
    "idle_in_transaction_session_timeout=0",
    "default_transaction_read_only=off",
    "default_transaction_deferrable=off",
    r"default_transaction_isolation=read\ committed",
    "session_replication_role=origin",
    "session_preload_libraries=",
    "local_preload_libraries=",
    "role=none",
    "array_nulls=on",
];
/// Names in the host's own questions are built-in ones, a backslash means itself, and it sees every row.
const LOOKING: [&str; 3] = [
    "search_path=",
    "row_security=off",
    "standard_conforming_strings=on",
];

/// For sessions that restore.
pub fn of_the_restore(sandbox: &Sandbox) -> String {
    options(sandbox.server_version(), &[])
}

/// For the host's own sessions in a restored database.
pub fn of_the_host(sandbox: &Sandbox) -> String {
    options(sandbox.server_version(), &LOOKING)
}

/// The first as libpq's programs take it.
pub fn environment(sandbox: &Sandbox) -> (String, String) {
    ("PGOPTIONS".to_owned(), of_the_restore(sandbox))
}

fn options(server_version: &str, more: &[&str]) -> String {
    let digits: String = server_version
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let major = digits.parse().unwrap_or(0);
    let newer = [
        (14, "idle_session_timeout=0"),
        (17, "transaction_timeout=0"),
    ];
    let newer = newer.iter().filter(|(since, _)| major >= *since);
    let all = RESTORING.iter().chain(more).copied();
    all.chain(newer.map(|(_, setting)| *setting))
        .map(|setting| format!("-c {setting}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_for_what_it_knows() {
        let of = |version| options(version, &[]);
        assert!(of("13.22").ends_with("-c array_nulls=on"));
        assert!(of("15.18 (Debian)").ends_with("-c idle_session_timeout=0"));
        assert!(of("18.1").ends_with("-c transaction_timeout=0"));
        assert!(options("15.18", &LOOKING).contains("-c search_path= "));
    }
}

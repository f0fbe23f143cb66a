//! Files that are no dump, and dumps that do more than restore.

use vhost::report::verdict::Verdict;

use super::{drill, plan};
use crate::support::dump::{self, take};
use crate::support::{Desk, agree};

#[test]
fn an_empty_file() {
    let desk = Desk::with(&plan());
    let outcome = drill(&desk, &desk.write("empty", ""));
    agree(&outcome, Verdict::Fail);
    assert!(
        outcome.gate_says("digest").contains("empty"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn some_other_text() {
    let desk = Desk::with(&plan());
    agree(
        &drill(&desk, &desk.write("notes", "DROP TABLE x;\n")),
        Verdict::Fail,
    );
}

/// It may be a good backup of another kind, so it is not called a bad one.
#[test]
fn a_directory_that_is_no_dump() {
    let desk = Desk::with(&plan());
    let directory = desk.path("data");
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(directory.join("PG_VERSION"), "15\n").unwrap();
    let outcome = drill(&desk, &directory);
    agree(&outcome, Verdict::Inconclusive);
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "dump");
    assert!(cause.contains("pg_dump --format=directory"), "{cause}");
}

/// psql would run a shell command: it does not come to see it. The dump's own `CREATE TABLE` was not run either.
fn refused(place: impl Fn(&str, &str) -> String) {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "plain", &[]);
    let text = std::fs::read_to_string(&dump).unwrap();
    let told = desk.path("told");
    std::fs::set_permissions(
        desk.path("."),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let command = format!(
        "\\! cp {} {}\n",
        desk.path("vhost.toml").display(),
        told.display()
    );
    std::fs::write(&dump, place(&text, &command)).unwrap();
    let outcome = drill(&desk, &dump);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("digest"), "FAIL");
    assert!(
        outcome.gate_says("digest").contains("meta-command \\!"),
        "{}",
        outcome.stdout
    );
    assert!(!told.exists());
}

/// Before `\restrict`, after which a psql that knows it runs none.
#[test]
fn a_shell_command_in_a_plain_dump() {
    refused(|text, command| text.replacen("\\restrict", &format!("{command}\\restrict"), 1));
}

/// psql takes a command wherever it stands outside quotes.
#[test]
fn a_shell_command_behind_a_statement() {
    refused(|text, command| {
        text.replacen("\\restrict", &format!("SELECT 1; {command}\\restrict"), 1)
    });
}

/// A superuser's server-side program is stopped by the same walls.
#[test]
fn a_program_in_a_plain_dump() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "plain", &[]);
    let text = std::fs::read_to_string(&dump).unwrap();
    let told = desk.path("told");
    std::fs::set_permissions(
        desk.path("."),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let statement = format!("COPY (SELECT 1) TO PROGRAM 'cat > {}';\n", told.display());
    let end = text.find("-- PostgreSQL database dump complete").unwrap();
    std::fs::write(
        &dump,
        format!("{}{statement}--\n{}", &text[..end], &text[end..]),
    )
    .unwrap();
    let outcome = drill(&desk, &dump);
    assert_ne!(outcome.code, Some(0), "{}", outcome.stdout);
    assert!(!told.exists());
}

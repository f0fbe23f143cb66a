//! A session's share of the sandbox's memory.
//!
//! Postgres holds no session to a sum of memory, and on the docker engine all of them live under one limit: a single
//! statement of a hostile check could reach it, the kernel would kill its process, and Postgres would then end every
//! other check's session as well. So before checks log in, the server itself is given a lower limit on data
//! (`RLIMIT_DATA`), which every session that it starts afterwards has too. A statement that wants more ends with SQLSTATE
//! 53200 and takes nobody with it.

use std::num::NonZeroUsize;

use thiserror::Error;
use tokio_postgres::Client;

/// Less than this and Postgres cannot even plan.
const LEAST: u64 = 64 << 20;

/// The limit could not be set, for example because the sandbox's image has no `prlimit` (util-linux).
#[derive(Debug, Error)]
#[error(
    "a check's session in the sandbox has no memory limit of its own, so that one check can end the others: use an image that has prlimit (util-linux)"
)]
pub struct NoShare(#[source] tokio_postgres::Error);

/// What each of `sessions` may take of a sandbox's memory, in bytes: a quarter is the server's shared buffers, and one
/// share stays free.
pub fn share(memory: u64, sessions: NonZeroUsize) -> u64 {
    let shares = u64::try_from(sessions.get())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    (memory / 4 * 3 / shares).max(LEAST)
}

/// Holds every session that starts from now on to `bytes`. `client` is the sandbox's superuser.
///
/// Nothing of this needs a privilege beyond the sandbox's own user: the shell is a child of the session, and the
/// session's parent is the server, a process of the same user.
pub async fn confine(client: &Client, bytes: u64) -> Result<(), NoShare> {
    let sql = format!(
        "COPY (SELECT 1) TO PROGRAM 'prlimit --pid $(cut -d\" \" -f4 /proc/$PPID/stat) --data={bytes}:{bytes}'"
    );
    client.batch_execute(&sql).await.map_err(NoShare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_and_the_shared_buffers_fit_into_the_memory() {
        for sessions in [1, 2, 7] {
            let sessions = NonZeroUsize::new(sessions).unwrap();
            let all = share(2 << 30, sessions) * sessions.get() as u64;
            assert!(all + (2 << 30) / 4 < 2 << 30, "{sessions}");
        }
        assert_eq!(share(2 << 30, NonZeroUsize::new(2).unwrap()), 512 << 20);
        assert_eq!(share(256 << 20, NonZeroUsize::new(64).unwrap()), LEAST);
    }
}

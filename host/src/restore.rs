//! From a dump to a restored database in a sandbox that was proved to be alone.

mod built_in;
pub mod database;
mod dependent;
mod error;
pub mod isolation;
pub mod log;
mod mark;
pub mod neutral;
pub mod notice;
mod order;
pub mod part;
mod plain;
mod psql;
mod ready;
pub mod roles;
pub mod script;
mod session;
mod statement;
pub mod tool;

pub use built_in::BuiltIn;
pub use database::Made;
pub use error::RestoreError;
pub use plain::Plain;

use std::collections::BTreeSet;
use std::future::poll_fn;

use serde::Serialize;
use tokio::sync::mpsc;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Client, Config};

use crate::event::Events;
use crate::plan::Roles;
use crate::restore::dependent::Keys;
use crate::restore::isolation::Isolated;
use crate::restore::mark::{entries, mark};
use crate::restore::psql::Lock;
use crate::restore::ready::{Ready, maintenance};
use crate::sandbox::Login;
use crate::source::{DatabaseFacts, Role};
use vhost_dump::digest::Digest;

/// How grave a server error during the restore is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    Benign,
    /// The restored database is not the dumped one.
    Fidelity,
    Serious,
}

/// Equal errors, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Five characters, or `none` where a tool complained and not the server.
    pub sqlstate: String,
    /// The kind of statement, for example `GRANT` or `COPY`; never its text.
    pub statement: String,
    /// The role or object that it is about; never row data.
    pub subject: String,
    /// The class, for example `missing-role`.
    pub class: &'static str,
    pub gravity: Gravity,
    pub count: u64,
}

/// What was recorded of the restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreFacts {
    pub server_version: String,
    pub system_identifier: u64,
    /// Whether the cluster's pages have checksums, as the server says.
    pub data_checksums: bool,
    /// And how it was used, for example `psql 15.18, rows by 2 sessions`.
    pub tool: String,
    pub database: String,
    /// Of the bytes that the restore tool was given, read from the dump's file again.
    pub read_back: Digest,
    /// Roles created without login before the restore.
    pub roles_created: Vec<String>,
    pub notices: Vec<Notice>,
    /// Things worth knowing, for example a restore tool older than a security fix.
    pub remarks: Vec<String>,
}

/// Where the rows go, and what is made for them first.
pub struct Target {
    pub database: String,
    pub creation: Creation,
    /// What an archive says of the database itself, for pg_restore passes it over unless it creates the database too.
    pub statements: Vec<String>,
    pub roles: Vec<Role>,
    pub mode: Roles,
}

/// How the host makes the database, from `template0`.
///
/// The dump's own `CREATE DATABASE` is never run among its other statements: where the sandbox lacks its locale, all that
/// follows would have no database to go to.
pub enum Creation {
    /// As the source's was.
    Like(DatabaseFacts),
    /// By the dump's own statement.
    By(String),
    /// Nothing is known of it.
    Unknown,
}

/// What to restore from.
pub enum Input {
    /// Plain SQL, as it is read again from the dump's file.
    Plain(Plain),
    /// A copy in the sandbox's dump directory; the digest is of the bytes that were copied.
    Archive {
        file: String,
        copied: Digest,
        jobs: u32,
    },
}

/// A restored database in its proved sandbox. Only [`restore`] and [`script::run`] make one.
pub struct Restored<'s> {
    isolated: Isolated<'s>,
    facts: RestoreFacts,
    made: Made,
    built_in: BuiltIn,
}

impl<'s> Restored<'s> {
    pub fn isolated(&self) -> &Isolated<'s> {
        &self.isolated
    }

    pub fn facts(&self) -> &RestoreFacts {
        &self.facts
    }

    /// Whether the database was made as the dump says.
    pub fn made(&self) -> Made {
        self.made
    }

    /// What initdb made, as it was before the first statement of the dump.
    pub fn built_in(&self) -> &BuiltIn {
        &self.built_in
    }

    /// A superuser's session in the restored database, which the database's own settings do not change.
    pub async fn connect(&self) -> Result<Client, RestoreError> {
        connect(&self.isolated, &self.facts.database).await
    }

    /// The same, and what the server tells that session beside its answers; a notice comes before the answer that it
    /// belongs to.
    pub async fn connect_hearing(
        &self,
    ) -> Result<(Client, mpsc::UnboundedReceiver<DbError>), RestoreError> {
        let (client, mut connection) = config(&self.isolated, &self.facts.database)
            .connect(tokio_postgres::NoTls)
            .await
            .map_err(|source| RestoreError::Connect {
                database: self.facts.database.clone(),
                source,
            })?;
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                if let AsyncMessage::Notice(notice) = message {
                    // Nobody listens any more; the session goes on.
                    let _ = tell.send(notice);
                }
            }
        });
        Ok((client, told))
    }
}

/// Restores a dump and records every error that the server logged meanwhile.
pub async fn restore<'s>(
    isolated: Isolated<'s>,
    input: Input,
    target: Target,
    events: &Events,
) -> Result<Restored<'s>, RestoreError> {
    let sandbox = isolated.sandbox();
    let (name, how) = match &input {
        Input::Plain(plain) => ("psql", plain.how()),
        Input::Archive { .. } => ("pg_restore", String::new()),
    };
    let mut ready = Ready::make(&isolated, &target, name).await?;
    let mut from = mark(&isolated, &ready.host).await?;
    let (read_back, mut complaints, ended) = match input {
        Input::Plain(mut plain) => {
            let lock = Lock::of(&ready.version);
            let restored = plain::restore(sandbox, &target.database, lock, &mut plain, events);
            let (complaints, dependent) = restored.await?;
            ready.remarks.extend(dependent::remark(&dependent));
            let read_back = plain.reading.digest().ok_or(RestoreError::NotReadBack)?;
            (read_back, complaints, None)
        }
        Input::Archive { file, copied, jobs } => {
            itself(&isolated, &target).await?;
            let mut ended = tool::pg_restore(sandbox, &target.database, &file, jobs).await?;
            let dependent = match jobs {
                1 => BTreeSet::new(),
                _ => {
                    let client = connect(&isolated, &target.database).await?;
                    let asked = dependent::tables(&client, Keys::OfExtensions).await;
                    asked.map_err(RestoreError::Dependent)?
                }
            };
            if dependent.is_empty() {
                (copied, Vec::new(), Some((ended, jobs)))
            } else {
                // Jobs keep no order, so that what they made may be better or worse than the dump.
                let client = connect(&isolated, &target.database).await?;
                ready.again(&client, &target).await?;
                itself(&isolated, &target).await?;
                from = mark(&isolated, &ready.host).await?;
                ended = tool::pg_restore(sandbox, &target.database, &file, 1).await?;
                ready.remarks.extend(dependent::remark(&dependent));
                (copied, Vec::new(), Some((ended, 1)))
            }
        }
    };
    let failed = ended.as_ref().is_some_and(|(ended, _)| ended.status != 0);
    if failed || !complaints.is_empty() {
        // A server that is going down may still answer a session that it has, and takes no new one: the tool's complaint is
        // then of the lost server, and says nothing of the dump.
        drop(connect(&isolated, maintenance(&target)).await?);
    }
    let to = mark(&isolated, &ready.host).await?;
    let entries = entries(&isolated, from, to)?;
    let errors = entries
        .iter()
        .filter(|e| e.severity == log::Severity::Error)
        .count() as u64;
    complaints.extend(ended.and_then(|(ended, jobs)| own_failure(&ended, jobs, errors)));
    let mut notices = notice::classify(&entries, target.mode);
    notices.extend(complaints);
    let tool = format!("{name} {}{how}", ready.version);
    Ok(ready.restored(isolated, target.database, tool, read_back, notices))
}

/// Runs what an archive says of the database itself. What the server refuses is in its log, and told from there.
async fn itself(isolated: &Isolated<'_>, target: &Target) -> Result<(), RestoreError> {
    if target.statements.is_empty() {
        return Ok(());
    }
    let client = connect(isolated, &target.database).await?;
    for statement in &target.statements {
        match client.batch_execute(statement).await {
            Err(source) if source.as_db_error().is_none() => {
                return Err(RestoreError::Itself {
                    database: target.database.clone(),
                    source,
                });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// pg_restore's failure that no error of the server explains, for example an archive that ends too early.
///
/// One pg_restore counts its errors. Several side by side count each later item again, because a worker inherits the
/// count that it starts with (`mark_restore_job_done` in Postgres' pg_backup_archiver.c): that it counted at all still
/// says that it came to its end.
fn own_failure(ended: &tool::Complaint, jobs: u32, server_errors: u64) -> Option<Notice> {
    let explained = match (ended.status, ended.ignored) {
        (0, _) => true,
        (_, Some(ignored)) if jobs == 1 => ignored <= server_errors,
        (_, Some(_)) => server_errors > 0,
        (_, None) => false,
    };
    (!explained).then(|| Notice {
        sqlstate: "none".into(),
        statement: "(pg_restore)".into(),
        subject: format!("exit status {}", ended.status),
        class: "tool-failure",
        gravity: Gravity::Serious,
        count: 1,
    })
}

fn config(isolated: &Isolated<'_>, database: &str) -> Config {
    let sandbox = isolated.sandbox();
    let mut config = sandbox.config(database, Login::Host);
    config.options(neutral::of_the_host(sandbox));
    config
}

async fn connect(isolated: &Isolated<'_>, database: &str) -> Result<Client, RestoreError> {
    let (client, connection) = config(isolated, database)
        .connect(tokio_postgres::NoTls)
        .await
        .map_err(|source| RestoreError::Connect {
            database: database.to_owned(),
            source,
        })?;
    tokio::spawn(connection);
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pg_restore_fails_on_its_own_where_the_servers_errors_do_not_explain_it() {
        let ended = |ignored| tool::Complaint { status: 1, ignored };
        assert_eq!(own_failure(&ended(Some(2)), 2, 1), None);
        assert_eq!(own_failure(&ended(Some(1)), 1, 1), None);
        // Workers count again what they inherit, so side by side the number itself says nothing.
        assert_eq!(own_failure(&ended(Some(3)), 2, 1), None);
        for (ignored, jobs, server) in [(Some(2), 1, 1), (Some(1), 2, 0), (None, 2, 9)] {
            let failure = own_failure(&ended(ignored), jobs, server).unwrap();
            assert_eq!(failure.gravity, Gravity::Serious);
        }
    }
}

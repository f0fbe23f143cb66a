//! The sandbox server's own structured log.
//!
//! Postgres' csvlog (manual, "Using CSV-Format Log Output") has had its first 23 columns in this order since 9.0, so it
//! serves every server version; errors are read from there, not guessed from a client's stderr.

use std::io::Read;

use vhost_dump::manifest::normalise::restores_statistics;

use crate::restore::statement::significant;

/// Columns of csvlog, counted from 0.
const DATABASE: usize = 2;
const SEVERITY: usize = 11;
const SQLSTATE: usize = 12;
const MESSAGE: usize = 13;
const QUERY: usize = 19;
const APPLICATION: usize = 22;

/// What a rule needs of a statement or a message stands at its start.
const STATEMENT_KEPT: usize = 2048;

/// One entry of the log. The texts can hold row data: they stay inside this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub severity: Severity,
    pub sqlstate: String,
    pub message: String,
    pub statement: String,
    pub database: String,
    pub application: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Warning,
    Error,
    Fatal,
    Panic,
    /// LOG, NOTICE, INFO and the debug levels.
    Other,
}

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("the sandbox server's log is not csvlog as Postgres writes it")]
    Csv(#[source] csv::Error),
    #[error(
        "an entry of the sandbox server's log has {found} columns where csvlog has at least 23"
    )]
    Columns { found: usize },
}

/// Reads every entry.
pub fn read(log: impl Read) -> Result<Vec<Entry>, LogError> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(log)
        .byte_records()
        .map(|record| {
            let record = record.map_err(LogError::Csv)?;
            if record.len() <= APPLICATION {
                return Err(LogError::Columns {
                    found: record.len(),
                });
            }
            // A statement may hold bytes of a client encoding; only its keywords and names are looked at.
            let text = |at: usize| {
                let kept = record[at].len().min(STATEMENT_KEPT);
                String::from_utf8_lossy(&record[at][..kept]).into_owned()
            };
            Ok(Entry {
                severity: match &record[SEVERITY] {
                    b"WARNING" => Severity::Warning,
                    b"ERROR" => Severity::Error,
                    b"FATAL" => Severity::Fatal,
                    b"PANIC" => Severity::Panic,
                    _ => Severity::Other,
                },
                sqlstate: text(SQLSTATE),
                message: text(MESSAGE),
                statement: statement(&record[QUERY]),
                database: text(DATABASE),
                application: text(APPLICATION),
            })
        })
        .collect()
}

/// The start of a statement. Planner statistics are told by their end as well: of long ones, what is between is left out.
fn statement(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if bytes.len() <= STATEMENT_KEPT {
        return text.into_owned();
    }
    let whole = significant(&text).trim_end();
    match whole.split_once('\n') {
        Some((call, _)) if restores_statistics(whole) => format!("{call}\n\n);"),
        _ => String::from_utf8_lossy(&bytes[..STATEMENT_KEPT]).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_statement_the_start_is_kept_and_what_it_is() {
        let values = "1,".repeat(STATEMENT_KEPT);
        let call = "SELECT * FROM pg_catalog.pg_restore_attribute_stats(";
        let long = format!("{call}\n\t'most_common_vals', '{{{values}1}}'::text\n);");
        let kept = statement(long.as_bytes());
        assert!(kept.len() < 100 && restores_statistics(&kept), "{kept}");
        let other = long.replace("::text", "::text, public.f()");
        let kept = statement(other.as_bytes());
        assert!(kept.len() == STATEMENT_KEPT && !restores_statistics(&kept));
    }

    #[test]
    fn an_entry_of_postgres_15_is_read() {
        let line = "2026-05-17 13:47:09.123 UTC,\"postgres\",\"directus\",77,\"[local]\",66473f2d.4d,4,\"GRANT\",2026-05-17 13:47:09 UTC,3/6,0,ERROR,42704,\"role \"\"directus\"\" does not exist\",,,,,,\"GRANT SELECT ON TABLE public.t\nTO directus;\",,,\"psql\",\"client backend\",,0\n";
        let entries = read(line.as_bytes()).unwrap();
        assert_eq!(
            entries,
            [Entry {
                severity: Severity::Error,
                sqlstate: "42704".into(),
                message: "role \"directus\" does not exist".into(),
                statement: "GRANT SELECT ON TABLE public.t\nTO directus;".into(),
                database: "directus".into(),
                application: "psql".into(),
            }]
        );
    }

    #[test]
    fn a_short_entry_is_refused() {
        assert!(matches!(
            read("a,b,c\n".as_bytes()),
            Err(LogError::Columns { found: 3 })
        ));
    }
}

//! The restored database, dumped again inside the sandbox and scanned as it comes.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::FidelityError;
use super::style::Style;
use crate::restore::database::conninfo;
use crate::restore::{Restored, neutral};
use crate::sandbox::{Exec, Stdin};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::manifest::{Form, RowsAs, Scanned};
use vhost_dump::script::Ending;

const PIECE: usize = 256 * 1024;
/// How much of what pg_dump complains of is read; the rest is drained.
const COMPLAINT: u64 = 64 * 1024;

/// What of the restored database is dumped again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Definitions,
    /// With large objects, which pg_dump counts as rows, and so leaves out of a dump of definitions with their owners
    /// and grants.
    DefinitionsAndLargeObjects,
    /// With the rows, for a dump whose rows are statements.
    Whole,
}

/// Runs the sandbox's pg_dump in the dump's own form.
pub async fn dump_again(
    restored: &Restored<'_>,
    form: &Form,
    part: Part,
    style: &Style,
    snapshot: &str,
) -> Result<Scanned, FidelityError> {
    let exec = Exec {
        tool: "pg_dump".to_owned(),
        args: arguments(restored, form, part, snapshot),
        env: style.as_environment(&options(restored, form)),
        stdin: Stdin::Null,
    };
    let mut process = restored
        .isolated()
        .sandbox()
        .exec(exec)
        .await
        .map_err(FidelityError::Start)?;
    let stderr = std::mem::replace(&mut process.stderr, Box::new(tokio::io::empty()));
    let complaint = tokio::spawn(drain(stderr));
    let mut scanner = Scanner::again(form);
    let mut piece = vec![0; PIECE];
    loop {
        match process.stdout.read(&mut piece).await {
            Ok(0) => break,
            Ok(read) => scanner.feed(&piece[..read]),
            Err(source) => return Err(FidelityError::Read(source)),
        }
    }
    let status = process.wait().await.map_err(FidelityError::Wait)?;
    let complaint = complaint.await.unwrap_or_default();
    if status != 0 {
        let said = first_line(&complaint);
        return Err(FidelityError::PgDump { status, said });
    }
    let scanned = scanner.finish();
    match scanned.ending {
        Ending::Trailer => Ok(scanned),
        Ending::NoTrailer
        | Ending::StillRestricted
        | Ending::GoesOn(_)
        | Ending::BeginsAgain(_)
        | Ending::Foreign(_) => Err(FidelityError::Cut),
    }
}

fn arguments(restored: &Restored<'_>, form: &Form, part: Part, snapshot: &str) -> Vec<String> {
    let mut args = vec![
        "--no-password".to_owned(),
        format!("--snapshot={snapshot}"),
        format!("--dbname={}", conninfo(&restored.facts().database)),
    ];
    if !form.encoding.is_empty() {
        args.push(format!("--encoding={}", form.encoding));
    }
    let flags = [
        (form.create, "--create"),
        (form.no_owner, "--no-owner"),
        (form.quote_all, "--quote-all-identifiers"),
        (form.no_dollar_quoting, "--disable-dollar-quoting"),
        (form.no_comments, "--no-comments"),
        (part == Part::Definitions, "--schema-only"),
        (
            part == Part::DefinitionsAndLargeObjects,
            "--exclude-table-data=*.*",
        ),
        (
            part == Part::Whole && form.rows == RowsAs::Inserts,
            "--inserts",
        ),
        (
            part == Part::Whole && form.rows == RowsAs::ColumnInserts,
            "--column-inserts",
        ),
    ];
    let given = flags.into_iter().filter(|(wanted, _)| *wanted);
    args.extend(given.map(|(_, flag)| flag.to_owned()));
    args
}

/// Of its session: where two of one setting stand, the later counts.
fn options(restored: &Restored<'_>, form: &Form) -> String {
    let neutral = neutral::of_the_host(restored.isolated().sandbox());
    match form.old_strings {
        true => format!("{neutral} -c standard_conforming_strings=off"),
        false => neutral,
    }
}

async fn drain(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    // What cannot be read is not needed: the exit status says enough.
    drop((&mut from).take(COMPLAINT).read_to_end(&mut kept).await);
    drop(tokio::io::copy(&mut from, &mut tokio::io::sink()).await);
    String::from_utf8_lossy(&kept).into_owned()
}

/// pg_dump reads definitions and names objects; rows are in its standard output alone. A line of its own, because
/// what follows may be the text of a query.
fn first_line(complaint: &str) -> String {
    let line = complaint.lines().find(|line| line.contains("error:"));
    let line = line.or(complaint.lines().next()).unwrap_or_default();
    line.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_told_and_not_what_comes_before_it() {
        let said = "pg_dump: warning: x\npg_dump: error: query failed: ERROR:  y\npg_dump: detail: Query was: z\n";
        assert_eq!(first_line(said), "pg_dump: error: query failed: ERROR:  y");
    }
}

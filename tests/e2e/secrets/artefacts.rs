//! Neither a password nor a cell of production is in what a drill writes and says.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use vhost::report::verdict::Verdict;

use crate::support::dump::take;
use crate::support::{Database, Desk, GRANTS, Outcome, Plan, SHIPPED, agree, password};

/// Stands in rows, also in rows that the restore quotes in its errors.
const CANARY: &str = "canary-4f1d9e7c-cell";

/// A shop whose ledger does not restore: once the search_path is pg_dump's, one constraint refuses its rows, which
/// quotes the row in DETAIL and CONTEXT, and one raises an error with the cell in its message.
fn refusing() -> Database {
    Database::changed(&format!(
        "UPDATE shop.ledger SET note = '{CANARY} ' || id;
         UPDATE shop.unit SET mode = '{CANARY}' WHERE unit_key <> 'TARGET';
         CREATE FUNCTION shop.fits(text) RETURNS bool LANGUAGE sql STABLE AS
             $$ SELECT current_setting('search_path') <> '' $$;
         ALTER TABLE shop.ledger ADD CHECK (shop.fits(note));
         CREATE FUNCTION shop.speaks(text) RETURNS bool LANGUAGE plpgsql STABLE AS
             $$ BEGIN IF current_setting('search_path') = '' THEN
                    RAISE EXCEPTION 'not %', $1 USING HINT = $1, DETAIL = $1; END IF; RETURN true; END $$;
         ALTER TABLE shop.unit ADD CHECK (shop.speaks(mode))"
    ))
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// These words are in no file of the run but its dump, and in nothing that was said.
fn silent(outcome: &Outcome, words: &[&str]) {
    let run = &outcome.run().directory;
    let mut texts = vec![
        ("standard output".to_owned(), outcome.stdout.clone()),
        ("standard error".to_owned(), outcome.stderr.clone()),
    ];
    for file in files(run) {
        if file.file_stem().is_none_or(|stem| stem != "dump") {
            let bytes = std::fs::read(&file).unwrap();
            texts.push((
                file.display().to_string(),
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
    }
    assert!(texts.len() >= 4, "the reports are missing");
    for word in words {
        for (name, text) in &texts {
            assert!(!text.contains(word), "{word} is in {name}");
        }
    }
}

fn drilled(plan: Plan) -> Outcome {
    let desk = Desk::with(&plan);
    desk.grants(&GRANTS);
    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("restore-log"), "FAIL");
    silent(&outcome, &[CANARY, &password()]);
    outcome
}

#[test]
fn of_a_plain_dump_whose_rows_are_refused() {
    let outcome = drilled(refusing().plan());
    let classes: Vec<_> = outcome.run().report_json["evidence"]["restore"]["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| {
            (
                notice["sqlstate"].as_str().unwrap(),
                notice["statement"].as_str().unwrap(),
            )
        })
        .collect();
    // What is told of the two errors: check_violation and raise_exception.
    assert!(classes.contains(&("23514", "COPY")), "{classes:?}");
    assert!(classes.contains(&("P0001", "COPY")), "{classes:?}");
}

#[test]
fn of_an_archive_whose_rows_are_refused() {
    let mut plan = refusing().plan();
    plan.dump = "format = \"custom\"".to_owned();
    drilled(plan);
}

/// A given dump is often called after what it holds, and its directory after the machine.
#[test]
fn of_where_a_given_dump_lies() {
    for format in ["plain", "directory"] {
        let desk = Desk::with(&Plan::default());
        let from = take(&desk, &refusing(), format, &[]);
        let given = desk.path("production-of-acme.dump");
        std::fs::rename(from, &given).unwrap();
        let outcome = desk.drill(&["--no-checks", "--dump", given.to_str().unwrap()]);
        agree(&outcome, Verdict::Fail);
        silent(&outcome, &[CANARY, "production-of-acme"]);
    }
}

#[test]
fn of_a_kept_dump() {
    for (format, name) in [("plain", "dump.sql"), ("custom", "dump.dump")] {
        let mut plan = Database::new().plan();
        plan.dump = format!("format = \"{format}\"");
        let desk = Desk::with(&plan);
        let outcome = desk.drill(&["--no-checks"]);
        agree(&outcome, Verdict::Pass);
        let run = &outcome.run().directory;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&run.join(name)), 0o600);
        assert_eq!(mode(run), 0o700);
        assert_eq!(mode(&desk.runs()), 0o700);
        let runs = desk.runs().display().to_string();
        let report = [
            &outcome.run().report_md,
            &outcome.run().report_json.to_string(),
            &outcome.stdout,
        ];
        for text in report {
            assert!(!text.contains(name) && !text.contains(&runs), "{text}");
        }
        let names: Vec<_> = files(run)
            .iter()
            .map(|f| f.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), 5, "{names:?}");
    }
}

#[test]
fn of_a_dump_that_is_not_kept() {
    let mut plan = Database::new().plan();
    plan.dump = "keep = false".to_owned();
    let desk = Desk::with(&plan);
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Pass);
    let mut names: Vec<_> = files(&outcome.run().directory)
        .iter()
        .map(|file| file.file_name().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["SHA256SUMS", "manifest.json", "report.json", "report.md"]
    );
}

/// A message of the source that refuses a login quotes what it was given.
#[test]
fn of_a_source_that_cannot_be_reached() {
    let desk = Desk::with(&Database::new().plan());
    desk.write_private("password", CANARY);
    let outcome = desk.drill(&["--no-checks"]);
    agree(&outcome, Verdict::Inconclusive);
    silent(&outcome, &[CANARY]);
}

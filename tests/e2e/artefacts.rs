//! A granted directory can be read, and nothing else of the host's files.

use std::os::unix::fs::symlink;

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, Grant, Outcome};

/// Files outside the granted directory that a check must not reach.
const SECRET: &str = "canary of another directory";

/// What a check of a desk with `exports`, granted, and `photos`, withheld, gets by trying these.
fn tried(tries: &[(&str, &str)]) -> (Desk, Vec<(String, String)>) {
    let tries: Vec<String> = tries
        .iter()
        .map(|(what, path)| format!("{{ what = {what:?}, path = {path:?} }}"))
        .collect();
    let mut plan = Database::new().plan();
    plan.rest = format!(
        "[artefacts]\nexports = \"exports\"\nphotos = \"photos\"\n[checks.reader]\ntries = [{}]\n",
        tries.join(", ")
    );
    let desk = Desk::with(&plan);
    for directory in ["exports", "exports/inner", "photos"] {
        std::fs::create_dir(desk.path(directory)).unwrap();
    }
    desk.write("exports/orders.csv", "1,open\n");
    desk.write("exports/inner/note.txt", "inside");
    desk.write("photos/cat.txt", SECRET);
    desk.write("outside.txt", SECRET);
    symlink("../outside.txt", desk.path("exports/relative")).unwrap();
    symlink(desk.path("outside.txt"), desk.path("exports/absolute")).unwrap();
    symlink("..", desk.path("exports/up")).unwrap();
    symlink("inner/note.txt", desk.path("exports/within")).unwrap();
    desk.grants(&[Grant {
        report: "values",
        artefacts: &["exports"],
        ..Grant::counts("reader", &[])
    }]);
    let outcome = desk.check(&["reader"]);
    let told = told(&outcome);
    (desk, told)
}

/// Of each try how it stands and what the check said that came of it.
fn told(outcome: &Outcome) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = outcome.check("reader")["findings"].as_array().unwrap();
    let told = findings
        .iter()
        .map(|finding| (text(&finding["status"]), text(&finding["actual"]["value"])));
    told.collect()
}

#[test]
fn a_granted_directory_is_read() {
    let (_, told) = tried(&[
        ("list", "/exports"),
        ("read", "/exports/orders.csv"),
        ("read", "/exports/inner/../orders.csv"),
        ("read", "/exports/within"),
    ]);
    let pass = |text: &str| ("PASS".to_owned(), text.to_owned());
    assert_eq!(
        told,
        [
            pass("absolute inner orders.csv relative up within"),
            pass("1,open\\u{a}"),
            pass("1,open\\u{a}"),
            pass("inside"),
        ]
    );
}

#[test]
fn nothing_in_it_is_changed() {
    let (desk, told) = tried(&[
        ("write", "/exports/orders.csv"),
        ("append", "/exports/orders.csv"),
        ("write", "/exports/new.txt"),
        ("make-directory", "/exports/new"),
        ("remove", "/exports/orders.csv"),
        ("rename", "/exports/orders.csv"),
        ("list", "/exports"),
    ]);
    for (status, text) in &told[..6] {
        assert_eq!(status, "FAIL", "{text}: {told:#?}");
    }
    assert_eq!(told[6].1, "absolute inner orders.csv relative up within");
    let kept = std::fs::read_to_string(desk.path("exports/orders.csv")).unwrap();
    assert_eq!(kept, "1,open\n");
}

#[test]
fn nothing_outside_it_is_seen() {
    let (desk, told) = tried(&[
        ("read", "/exports/../outside.txt"),
        ("read", "/exports/relative"),
        ("read", "/exports/absolute"),
        ("read", "/exports/up/outside.txt"),
        ("list", "/exports/up"),
        ("list", "/exports/.."),
        ("list", "/photos"),
        ("read", "/photos/cat.txt"),
        ("list", "/"),
        ("list", "."),
        ("read", "/etc/passwd"),
        ("read", "/proc/self/environ"),
    ]);
    assert_eq!(told.len(), 12);
    for (status, text) in &told {
        assert_eq!(status, "FAIL", "{text}: {told:#?}");
    }
    for run in desk.published() {
        let report = std::fs::read_to_string(run.join("report.json")).unwrap();
        assert!(!report.contains(SECRET));
    }
}

/// What it reads there may be production's, so its words are withheld like those of a check that asked the database.
#[test]
fn its_words_are_withheld_from_a_report_of_counts() {
    let mut plan = Database::new().plan();
    plan.rest = "[artefacts]\nexports = \"exports\"\n[checks.reader]\ntries = [{ what = \"read\", path = \"/exports/orders.csv\" }]\n".to_owned();
    let desk = Desk::with(&plan);
    std::fs::create_dir(desk.path("exports")).unwrap();
    desk.write("exports/orders.csv", SECRET);
    desk.grants(&[Grant {
        artefacts: &["exports"],
        ..Grant::counts("reader", &[])
    }]);
    let outcome = desk.check(&["reader"]);
    crate::support::agree(&outcome, Verdict::Pass);
    let report = outcome.run().report_json.to_string();
    assert!(!report.contains(SECRET), "{report}");
    assert!(report.contains("salted_sha256"), "{report}");
}

#[test]
fn a_granted_directory_must_be_there() {
    let mut plan = Database::new().plan();
    plan.rest = "[artefacts]\nexports = \"exports\"\n[checks.reader]\ntries = []\n".to_owned();
    let desk = Desk::with(&plan);
    desk.grants(&[Grant {
        artefacts: &["exports", "photos"],
        ..Grant::counts("reader", &[])
    }]);
    let outcome = desk.check(&["reader"]);
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(
        lines[0].contains("exports is no directory: make it"),
        "{lines:#?}"
    );
    assert!(
        lines[1].contains("`photos`, which the plan gives no directory"),
        "{lines:#?}"
    );
}

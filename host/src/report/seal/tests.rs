use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::publish::rename;
use super::*;
use crate::check::LogLine;
use crate::reference::sums::SUMS;
use crate::report::gate::{Gate, Standing};
use crate::report::sample;
use crate::report::terms::HiddenPath;

const CANARY: &str = "c4n*ry_pa|ss\"word";

/// As the source's own sweep does: raw and encoded.
fn known(bytes: &[u8]) -> Option<&'static str> {
    let forms = [CANARY.to_owned(), STANDARD.encode(CANARY)];
    let holds = |form: &String| {
        bytes
            .windows(form.len())
            .any(|part| part == form.as_bytes())
    };
    forms.iter().any(holds).then_some("source password")
}

fn nothing_known(_: &[u8]) -> Option<&'static str> {
    None
}

fn seal(evidence: Evidence) -> Sealed {
    Sealed::of(evidence, sample::terms(), &known).unwrap()
}

fn log(text: String) -> Evidence {
    let mut evidence = sample::evidence();
    let level = "info";
    evidence.checks.as_mut().unwrap()[0].log = vec![LogLine {
        level,
        message: text,
    }];
    evidence
}

fn everything(sealed: &Sealed) -> String {
    let files = sealed
        .artefacts
        .iter()
        .map(|artefact| artefact.text.as_str());
    files.collect::<String>() + &summary::render(&sealed.report, Colour::No)
}

#[test]
fn a_clean_drill_passes() {
    let sealed = seal(sample::evidence());
    assert_eq!(sealed.verdict(), Verdict::Pass, "{}", everything(&sealed));
}

#[test]
fn a_canary_raw_or_encoded_is_withheld_and_fails_the_drill() {
    for form in [CANARY.to_owned(), STANDARD.encode(CANARY)] {
        let sealed = seal(log(format!("connecting with {form}")));
        let all = everything(&sealed);
        assert_eq!(sealed.verdict(), Verdict::Fail);
        assert!(!all.contains(&form));
        // Not in the form either that Markdown's or JSON's escapes would give it.
        assert!(!all.replace('\\', "").contains(CANARY));
        assert!(all.contains("[withheld: source password]"), "{all}");
        let gate = sealed.report.gate(Gate::NoSecrets).unwrap();
        assert_eq!(gate.standing, Standing::Fail);
        assert!(gate.result.contains("check log"));
        // The rest of the evidence is still there.
        assert!(all.contains("workflow_admin"));
    }
}

#[test]
fn a_token_that_nobody_knew_of_is_withheld_too() {
    let token = format!("{}{}", "ghp_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8");
    let sealed = Sealed::of(log(token.clone()), sample::terms(), &nothing_known).unwrap();
    assert_eq!(sealed.verdict(), Verdict::Fail);
    assert!(!everything(&sealed).contains(&token));
}

#[test]
fn a_secret_in_the_plan_is_withheld() {
    let mut terms = sample::terms();
    terms.title = format!("Drill with {CANARY}");
    let sealed = Sealed::of(sample::evidence(), terms, &known).unwrap();
    assert_eq!(sealed.verdict(), Verdict::Fail);
    assert!(!everything(&sealed).contains("c4n"));
}

/// A secret that only rendering puts together: `schema.name` of an object.
#[test]
fn a_secret_across_two_texts_withholds_everything() {
    let across = |bytes: &[u8]| {
        let found = bytes.windows(11).any(|part| part == b"first.secon");
        found.then_some("source password")
    };
    let mut evidence = sample::evidence();
    let mut difference = sample::difference("second", vhost_dump::manifest::Change::Missing);
    difference.schema = "first".to_owned();
    let fidelity = evidence.fidelity.as_mut().unwrap();
    fidelity.differences.push(difference);
    let sealed = Sealed::of(evidence, sample::terms(), &across).unwrap();
    let all = everything(&sealed);
    assert_eq!(sealed.verdict(), Verdict::Fail);
    assert!(across(all.as_bytes()).is_none());
    assert!(!all.contains("workflow_admin"));
    assert!(
        all.contains("report.md: expected none, found source password"),
        "{all}"
    );
    assert!(!all.contains("no protected container listed"));
}

#[test]
fn a_hidden_path_is_in_no_artefact() {
    let mut terms = sample::terms();
    terms.hidden_paths = vec![HiddenPath {
        path: "/var/backups/prod.sql".to_owned(),
        shown: "the dump",
    }];
    let evidence = log("read /var/backups/prod.sql".to_owned());
    let sealed = Sealed::of(evidence, terms, &known).unwrap();
    let all = everything(&sealed);
    assert!(!all.contains("/var/backups"));
    assert!(all.contains("read the dump"));
}

/// The exit code, the file for people, the file for programs and the summary say the same (N-2).
#[test]
fn one_value_speaks_everywhere() {
    let mut failed = sample::evidence();
    failed.teardown.as_mut().unwrap().removals[0].outcome = crate::sandbox::Removed::LeftBehind {
        why: "in use".to_owned(),
        remove_with: "docker rm -f x".to_owned(),
    };
    let cases = [
        (sample::evidence(), "PASS", 0),
        (failed, "FAIL", 1),
        (sample::nothing(), "INCONCLUSIVE", 3),
    ];
    for (evidence, word, code) in cases {
        let home = tempfile::tempdir().unwrap();
        let (partial, run) = (home.path().join("partial"), home.path().join("run"));
        std::fs::create_dir(&partial).unwrap();
        let published = seal(evidence).publish(&partial, &run).unwrap();
        assert_eq!(published.exit_code(), code);
        let summary = published.summary(Colour::No);
        assert_eq!(
            summary.lines().last(),
            Some(format!("verdict: {word}").as_str())
        );
        let markdown = std::fs::read_to_string(run.join(MARKDOWN)).unwrap();
        assert!(markdown.contains(&format!("Verdict: **{word}**")));
        let json = std::fs::read_to_string(run.join(JSON)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["verdict"], word);
        assert_eq!(json["exit_code"], code);
    }
}

#[test]
fn a_run_directory_appears_whole_with_its_sums() {
    let home = tempfile::tempdir().unwrap();
    let (partial, run) = (home.path().join("partial"), home.path().join("run"));
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join("journal"), "kept").unwrap();
    // As a drill leaves it, with the digest that the sample has.
    std::fs::write(partial.join(MANIFEST), "manifest").unwrap();
    let published = seal(sample::evidence()).publish(&partial, &run).unwrap();
    assert!(!partial.exists());
    assert_eq!(published.directory(), run);
    assert_eq!(
        std::fs::read_to_string(run.join("journal")).unwrap(),
        "kept"
    );
    for name in [MARKDOWN, JSON, SUMS] {
        let mode = std::fs::metadata(run.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let sums = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", SUMS])
        .current_dir(&run)
        .output()
        .unwrap();
    assert!(sums.status.success(), "{sums:?}");
    assert_eq!(String::from_utf8_lossy(&sums.stdout).lines().count(), 3);
}

#[test]
fn a_run_directory_that_exists_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (partial, run) = (home.path().join("partial"), home.path().join("run"));
    std::fs::create_dir(&partial).unwrap();
    // An empty directory is what a plain rename would replace.
    std::fs::create_dir(&run).unwrap();
    let error = seal(sample::evidence())
        .publish(&partial, &run)
        .unwrap_err();
    assert!(matches!(error, NotPublished::Exists { .. }), "{error}");
    assert!(matches!(
        rename(&partial, &run),
        Err(NotPublished::Exists { .. })
    ));
    for directory in [run, partial] {
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0);
    }
}

#[test]
fn a_file_that_cannot_be_written_publishes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (partial, run) = (home.path().join("partial"), home.path().join("run"));
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join(JSON), "somebody else's").unwrap();
    let error = seal(sample::evidence())
        .publish(&partial, &run)
        .unwrap_err();
    assert!(matches!(error, NotPublished::Write { .. }), "{error}");
    assert!(!run.exists());
}

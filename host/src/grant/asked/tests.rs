use super::*;

const WHOLE: &str = r#"
manifest = 1
name = "row-matrix"
version = "0.1.0"
summary = "Holds \"row\" counts"
interfaces = ["log", "query"]
report = "values"
read = ["app.orders", "public.\"Units\"(id, status)", "audit.*"]
artefacts = ["exports"]
[limits]
memory = "64MiB"
"#;

fn refused(text: &str) -> String {
    Asked::parse(Path::new("check.toml"), text)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_whole_manifest_is_read_and_its_canonical_form_reads_back() {
    let asked = Asked::parse(Path::new("check.toml"), WHOLE).unwrap();
    assert_eq!(
        asked.interfaces,
        ["vhost:check/query@0.1.0", "vhost:check/log@0.1.0"]
    );
    assert_eq!(asked.report, ReportLevel::Values);
    assert_eq!(asked.limits.memory, 64 << 20);
    assert_eq!(asked.limits.time, Limits::default().time);
    let canonical = asked.canonical();
    assert_eq!(
        canonical,
        r#"manifest = 1
name = "row-matrix"
version = "0.1.0"
summary = "Holds \"row\" counts"
interfaces = ["query", "log"]
report = "values"
read = ["app.orders", "public.\"Units\"(id, status)", "audit.*"]
artefacts = ["exports"]

[limits]
memory = "64MiB"
time = "30s"
statement_time = "30s"
statements = 1000
rows = 1000000
bytes = "256MiB"
cell_bytes = "1MiB"
log_bytes = "64KiB"
findings = 1000
"#
    );
    assert_eq!(Asked::from_section(canonical.as_bytes()), Ok(asked));

    let general = WHOLE.replace(
        "[\"app.orders\", \"public.\\\"Units\\\"(id, status)\", \"audit.*\"]",
        "\"configured\"",
    );
    let general = Asked::parse(Path::new("check.toml"), &general).unwrap();
    assert_eq!(general.read, AskedRead::Configured);
    assert_eq!(
        Asked::from_section(general.canonical().as_bytes()),
        Ok(general)
    );
}

#[test]
fn a_section_has_one_form() {
    let canonical = Asked::parse(Path::new("check.toml"), WHOLE)
        .unwrap()
        .canonical();
    for other in [
        WHOLE.to_owned(),
        format!("{canonical}# read = []\n"),
        format!("{canonical}\n"),
        canonical.replace("\"64MiB\"", "67108864"),
        canonical.replace("[\"query\", \"log\"]", "[\"log\", \"query\"]"),
    ] {
        let read = Asked::from_section(other.as_bytes());
        assert_eq!(read, Err(NotCanonical::OtherForm), "{other}");
    }
    assert_eq!(Asked::from_section(b"\xff"), Err(NotCanonical::NotText));
    assert!(matches!(
        Asked::from_section(b"manifest = 1\nname = 2"),
        Err(NotCanonical::Line { line: 2, .. })
    ));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (from, to, line, says) in [
        ("manifest = 1", "manifest = 2", 2, "write `manifest = 1`"),
        ("\"row-matrix\"", "\"Row\"", 3, "lower-case"),
        ("\"0.1.0\"", "\"1\"", 4, "three numbers"),
        ("\"Holds \\\"row\\\" counts\"", "\" \"", 5, "empty"),
        ("counts\"", "counts\\nand more\"", 5, "U+000A"),
        ("counts\"", "counts\\u001b[31m\"", 5, "U+001B"),
        (
            "\"log\"",
            "\"types\"",
            6,
            "one of query, evidence, settings, log",
        ),
        ("\"log\"", "\"query\"", 6, "listed twice"),
        ("\"values\"", "\"all\"", 7, "`counts` or `values`"),
        ("\"app.orders\"", "\"orders\"", 8, "name the schema"),
        ("\"app.orders\"", "\"audit.*\"", 8, "listed twice"),
        ("\"exports\"", "\"../etc\"", 9, "lower-case"),
        ("\"exports\"", "\"memory\"", 9, "another name"),
        ("\"64MiB\"", "\"5GiB\"", 11, "at most 4294967296"),
        ("memory", "fuel", 11, "unknown field `fuel`"),
        ("artefacts", "artifacts", 9, "unknown field `artifacts`"),
    ] {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE);
        let error = refused(&text);
        assert!(
            error.starts_with(&format!("check.toml:{line}: ")) && error.contains(says),
            "{to}: {error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let long = WHOLE.replace("counts\"", &format!("{}\"", "x".repeat(200)));
    assert!(refused(&long).contains("at most 200"), "{}", refused(&long));
    let all = WHOLE.replace("[\"app.orders\"", "\"all\" # [");
    assert!(
        refused(&all).contains("\"configured\""),
        "{}",
        refused(&all)
    );
    assert!(refused("").contains("missing field"));
}

#[test]
fn what_could_look_like_another_line_is_refused() {
    let summary = |words: &str| WHOLE.replace("Holds \\\"row\\\" counts", words);
    assert!(Asked::parse(Path::new("check.toml"), &summary("Holds row counts")).is_ok());
    for words in [
        "a  b",
        " a",
        "a ",
        "a\\nb",
        "a\u{202e}b",
        "a\u{2028}b",
        "a\u{3164}b",
        "a\u{2800}b",
        "a\u{115f}b",
        "a\u{1160}b",
        "a\u{ffa0}b",
        "a\u{34f}b",
        "a\u{fe0f}b",
        "a\u{e0100}b",
    ] {
        let error = refused(&summary(words));
        assert!(error.contains(":5: the summary "), "{words:?}: {error}");
        assert!(error.chars().all(|c| matches!(c, ' '..='~')), "{error}");
    }
    for scope in [
        r#"shop.\"a\n]\nwithheld = ['shop.*', 'report']\nread = [\n\""#,
        r#"shop.\"\u202E\""#,
        r#"shop.\"\u2066\""#,
        r#"shop.a(\"\u2028\")"#,
    ] {
        let error = refused(&WHOLE.replace("app.orders", scope));
        assert!(error.contains("invisible character U+"), "{scope}: {error}");
        assert!(error.chars().all(|c| matches!(c, ' '..='~')), "{error}");
    }
}

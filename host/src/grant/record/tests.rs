use std::os::unix::fs::{PermissionsExt, symlink};

use time::macros::datetime;

use super::*;
use crate::grant::level::ReportLevel;
use crate::grant::scope::Scope;
use crate::grant::withholding::Withholding;
use crate::plan::limits::Limits;
use vhost_dump::digest::Sha256;

fn grant(check: &str) -> Grant {
    let scope = |text| Scope::parse(text).unwrap();
    Grant {
        check: check.to_owned(),
        version: Some("0.1.0".parse().unwrap()),
        component: Sha256::of(check.as_bytes()),
        imports: vec![
            "vhost:check/query@0.1.0".to_owned(),
            "vhost:check/log@0.1.0".to_owned(),
        ],
        report: ReportLevel::Counts,
        read: vec![
            scope("app.orders"),
            scope("app.units(id)"),
            scope("audit.*"),
        ],
        artefacts: Vec::new(),
        withheld: vec![Withholding::Report],
        approved_by: Some("alice".to_owned()),
        approved_at: Some(datetime!(2026-11-23 21:30:00 UTC)),
        limits: Limits {
            memory: 64 << 20,
            rows: 500,
            ..Limits::default()
        },
    }
}

/// What `edit` makes of a file with this text; of no file where there is none.
fn edited(text: Option<&str>, edit: impl FnOnce(&mut Record)) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vhost.grants.toml");
    if let Some(text) = text {
        std::fs::write(&path, text).unwrap();
    }
    let mut record = Record::open(&path).unwrap();
    edit(&mut record);
    record.write().unwrap();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    std::fs::read_to_string(&path).unwrap()
}

fn stanza(check: &str) -> String {
    format!(
        r#"
# {check} 0.1.0: Looks at {check}
[[grant]]
check = "{check}"
version = "0.1.0"
component = "sha256:{}"
imports = ["vhost:check/query@0.1.0", "vhost:check/log@0.1.0"]
report = "counts"
read = [
    "app.orders",
    "app.units(id)",
    "audit.*",
]
withheld = ["report"]
approved_by = "alice"
approved_at = "2026-11-23T21:30:00Z"

[grant.limits]
memory = "64MiB"
rows = 500
"#,
        Sha256::of(check.as_bytes())
    )
}

/// What the file grants a check, its lists in order: a list keeps the places of what it held before.
fn granted(text: &str, check: &str) -> Grant {
    let grants = Grants::parse(Path::new("g"), text).unwrap();
    let mut grant = grants.get(check).unwrap().clone();
    grant.read.sort();
    grant.imports.sort();
    grant
}

fn sorted(mut grant: Grant) -> Grant {
    grant.read.sort();
    grant.imports.sort();
    grant
}

fn put(record: &mut Record, check: &str) {
    record.put(&grant(check), &format!("Looks at {check}"));
}

#[test]
fn a_new_file_is_made_and_stanzas_stand_in_order() {
    let text = edited(None, |record| {
        for check in ["m", "z", "a", "n"] {
            put(record, check);
        }
    });
    let stanzas: String = ["a", "m", "n", "z"].map(stanza).concat();
    assert_eq!(text, format!("{NEW}{stanzas}"));
    // The same decisions again change nothing.
    let again = edited(Some(&text), |record| put(record, "m"));
    assert_eq!(again, text);
}

#[test]
fn what_the_operator_wrote_stays() {
    let text = format!(
        r#"# Ours.
version = 1 # the format

# Reviewed on the first Monday of each month.

# Ask Bob before changing this one.
# m 0.0.9: An earlier line
[[grant]]
component = "sha256:{}" # built by CI
check = 'm'
imports = [ "vhost:check/log@0.1.0" ]
read = [
    "app.gone", # no longer asked for
    "app.orders", # the orders
    "audit.*", # asked for by the auditors
]
# The next is measured.
limits = {{ memory = "1MiB" }}

# z has no line of ours
[[grant]]
check = "z"
component = "sha256:{}"
imports = []
[grant.limits]
memory = "0064MiB" # as measured
time = "2m"
# the end
"#,
        Sha256::of(b"old"),
        Sha256::of(b"z")
    );
    let put_m = edited(Some(&text), |record| put(record, "m"));
    for kept in [
        "# Ours.\nversion = 1 # the format\n",
        "\n# Reviewed on the first Monday of each month.\n\n# Ask Bob before changing this one.\n# m 0.1.0: Looks at m\n[[grant]]\n",
        " # built by CI\ncheck = 'm'\n",
        "    \"app.orders\", # the orders\n    \"audit.*\", # asked for by the auditors\n    \"app.units(id)\",\n]",
        "\n# z has no line of ours\n[[grant]]\ncheck = \"z\"\n",
        "memory = \"0064MiB\" # as measured\ntime = \"2m\"\n# the end\n",
    ] {
        assert!(put_m.contains(kept), "{kept}\n--- in ---\n{put_m}");
    }
    assert!(!put_m.contains("app.gone") && !put_m.contains("earlier line"));
    assert_eq!(granted(&put_m, "m"), sorted(grant("m")));

    let put_z = edited(Some(&text), |record| put(record, "z"));
    assert!(put_z.starts_with(text.split("\n# z has").next().unwrap()));
    assert!(put_z.contains("# z has no line of ours\n# z 0.1.0: Looks at z\n[[grant]]\n"));
    assert!(!put_z.contains("time = \"2m\""), "{put_z}");
    assert_eq!(granted(&put_z, "z"), sorted(grant("z")));

    // What stands apart from the first stanza is not about it.
    let put_a = edited(Some(&text), |record| put(record, "a"));
    let note = "# Reviewed on the first Monday of each month.\n";
    assert!(put_a.find(note) < put_a.find("# a 0.1.0"), "{put_a}");
    assert!(put_a.contains("\n\n# Ask Bob before changing this one.\n# m 0.0.9"));
    let without_m = edited(Some(&text), |record| assert!(record.remove("m")));
    assert!(
        without_m.contains(note) && !without_m.contains("Ask Bob"),
        "{without_m}"
    );
    let without_any = edited(Some(&text), |record| {
        assert!(record.remove("z") && record.remove("m") && !record.remove("m"));
    });
    assert!(
        without_any.contains(note) && !without_any.contains("[["),
        "{without_any}"
    );
}

#[test]
fn a_line_of_another_check_is_not_taken_for_ours() {
    let text = format!(
        "version = 1\n\n# m is checked by hand: see the wiki\n# m-2 0.1.0: Another\n{}",
        stanza("m").trim_start().split_once('\n').unwrap().1
    );
    let put_m = edited(Some(&text), |record| put(record, "m"));
    assert!(
        put_m.contains(
            "# m is checked by hand: see the wiki\n# m-2 0.1.0: Another\n# m 0.1.0: Looks at m\n[["
        ),
        "{put_m}"
    );
}

#[test]
fn a_hostile_summary_is_one_comment() {
    let text = edited(None, |record| {
        record.put(&grant("m"), "x\n[[grant]]\ncheck = \"evil\"\u{7}");
    });
    assert!(
        text.contains("\n# m 0.1.0: x[[grant]]check = \"evil\"\n[[grant]]\n"),
        "{text}"
    );
    assert_eq!(
        Grants::parse(Path::new("g"), &text).unwrap().grants.len(),
        1
    );
}

#[test]
fn what_cannot_be_read_is_refused_and_left() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vhost.grants.toml");
    for (text, says) in [
        ("version = 1\n[[grant]\n", ":2: "),
        ("version = 1\n\nfuel = 1\n", ":3: unknown field"),
        ("", "empty"),
        (
            "version = 1\ngrant = [{ check = \"a\", component = \"sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\", imports = [] }]\n",
            "[[grant]]",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = Record::open(&path).err().unwrap().to_string();
        assert!(error.contains(says), "{text}: {error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_file_is_replaced_whole_with_its_mode_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vhost.grants.toml");
    let link = directory.path().join("link.toml");
    std::fs::write(&path, "version = 1\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    let mut record = Record::open(&link).unwrap();
    put(&mut record, "m");
    record.write().unwrap();
    assert!(link.is_symlink());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("check = \"m\""));

    // Somebody else was faster.
    let mut record = Record::open(&path).unwrap();
    put(&mut record, "z");
    std::fs::write(&path, "version = 1\n# theirs\n").unwrap();
    let error = record.write().unwrap_err();
    assert!(
        matches!(error, RecordError::Replace(ReplaceError::Changed { .. })),
        "{error}"
    );
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "version = 1\n# theirs\n"
    );
    std::fs::remove_file(&path).unwrap();
    assert!(record.write().is_err() && !path.exists());
    // Nor is a file that came up meanwhile overwritten.
    let mut record = Record::open(&path).unwrap();
    put(&mut record, "z");
    std::fs::write(&path, "version = 1\n# theirs\n").unwrap();
    assert!(record.write().is_err());
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_others_wrote_makes_no_line_of_the_file() {
    let mut hostile = grant("m");
    for name in [
        "a\n]\nwithheld = ['shop.*', 'report']\nread = [\n",
        "it's \"\"\" two",
        "b\u{202e}\u{2066}\u{2028}",
        "c\u{e0041}",
    ] {
        hostile.read.push(Scope::Relation {
            schema: "shop".to_owned(),
            name: name.to_owned(),
        });
    }
    hostile.approved_by = Some("alice\n'''x".to_owned());
    let mut table = Table::new();
    stanza::update(&mut table, &hostile);
    let text = table.to_string();
    let plain = |char| matches!(char, '\n' | ' '..='~');
    assert!(text.chars().all(plain), "{text}");
    let keys = text.lines().filter(|line| line.contains(" = "));
    let keys = keys.filter(|line| !line.starts_with("    \""));
    // check, version, component, imports, report, read, withheld, approved_by, approved_at; limits are a table of their own
    assert_eq!(keys.count(), 9, "{text}");
    assert!(text.contains("\\u202E\\u2066\\u2028") && text.contains("\\U000E0041"));
    // Each is what it was, for whoever reads it.
    let read: toml::Table = toml::from_str(&text).unwrap();
    let read = read["read"].as_array().unwrap().iter();
    let read: Vec<&str> = read.map(|one| one.as_str().unwrap()).collect();
    let written: Vec<String> = hostile.read.iter().map(ToString::to_string).collect();
    assert_eq!(read, written);
}

#[test]
fn only_a_line_with_a_version_is_ours() {
    let note = "# m: never widen this without asking Bob\n# m 0.1: nor this\n";
    let own = stanza("m");
    let (_, own) = own.trim_start().split_once('\n').unwrap();
    let text = format!("version = 1\n\n{note}{own}");
    let put_m = edited(Some(&text), |record| put(record, "m"));
    let kept = format!("{note}# m 0.1.0: Looks at m\n[[grant]]");
    assert!(put_m.contains(&kept), "{put_m}");
}

#[test]
fn an_empty_list_and_its_comment_stay() {
    let line = "artefacts = [] # none, on purpose\n";
    let text = format!("version = 1\n{}", stanza("m"));
    let text = text.replace("withheld =", &format!("{line}withheld ="));
    let put_m = edited(Some(&text), |record| put(record, "m"));
    assert_eq!(put_m, text);
}

#[test]
fn approvals_at_the_same_time_are_all_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vhost.grants.toml");
    let (people, each) = (4, 12);
    std::thread::scope(|scope| {
        for person in 0..people {
            let path = &path;
            scope.spawn(move || {
                for number in 0..each {
                    // Whoever is told that another was faster does it again.
                    loop {
                        let mut record = Record::open(path).unwrap();
                        put(&mut record, &format!("check-{person}-{number}"));
                        match record.write() {
                            Ok(()) => break,
                            Err(RecordError::Replace(ReplaceError::Changed { .. })) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                }
            });
        }
    });
    let record = Record::open(&path).unwrap();
    assert_eq!(record.grants().grants.len(), people * each);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_link_that_leads_nowhere_stays_a_link() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vhost.grants.toml");
    symlink(directory.path().join("gone.toml"), &path).unwrap();
    let error = Record::open(&path).err().unwrap().to_string();
    assert!(error.contains("leads nowhere"), "{error}");
    let error = Grants::read(&path).unwrap_err().to_string();
    assert!(error.contains("leads nowhere"), "{error}");
    assert!(path.is_symlink());
}

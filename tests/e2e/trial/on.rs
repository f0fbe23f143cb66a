//! What a check is tried on.

use super::{ROW, SQL, as_json, desk, tried};
use crate::support::{Database, Plan, dump, given};

#[test]
fn a_file_of_sql() {
    let (desk, _) = desk(SQL);
    let outcome = tried(&desk, "shop.sql", &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    for said in [
        "1 table, 0 rows",
        "PASS          relation-empty",
        "approved by nobody",
        "every relation is open (public, shop)",
        "SELECT count(*)",
        "run 1: relation-empty PASS",
    ] {
        assert!(outcome.stdout.contains(said), "{said}: {}", outcome.stdout);
    }
    assert!(!desk.runs().exists());
    desk.write("shop.sql", format!("{SQL}{ROW}"));
    let (code, check) = as_json(&desk, "shop.sql", &[]);
    assert_eq!(code, Some(1));
    let finding = &check["outcome"]["findings"][0];
    assert_eq!(finding["expected"]["value"], 0);
    assert_eq!(finding["actual"]["value"], 1);
    let statement = &check["statements"][0];
    assert_eq!(statement["rows"], 1);
    assert!(statement["bytes"].as_u64().unwrap() > 0);
    assert!(statement["micros"].as_u64().unwrap() > 0);
}

#[test]
fn a_dump_in_each_form_that_a_drill_takes() {
    let (desk, _) = desk(SQL);
    let plain = given::plain(&desk, &format!("{SQL}{ROW}"));
    let (code, check) = as_json(&desk, plain.to_str().unwrap(), &[]);
    assert_eq!(code, Some(1));
    assert_eq!(check["outcome"]["findings"][0]["actual"]["value"], 1);
    let custom = dump::take(&desk, dump::dumped(), "custom", &[]);
    let (code, _) = as_json(&desk, custom.to_str().unwrap(), &[]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_run_that_kept_its_dump() {
    let (desk, _) = desk(SQL);
    desk.plan(&Plan {
        source: Database::new().plan().source,
        ..Plan::default()
    });
    let drilled = desk.drill(&["--no-checks"]);
    let run = drilled.run().directory.clone();
    let (code, check) = as_json(&desk, run.to_str().unwrap(), &[]);
    assert_eq!(code, Some(0), "{check}");
    // The manifest pins the dump.
    let dump = run.join("dump.sql");
    let text = std::fs::read_to_string(&dump).unwrap();
    std::fs::write(&dump, text.replace("entry 7", "entry 8")).unwrap();
    let changed = tried(&desk, run.to_str().unwrap(), &[]);
    assert_eq!(changed.code, Some(3), "{changed:#?}");
    assert!(changed.stderr.contains("not the stated"), "{changed:#?}");
    std::fs::remove_file(&dump).unwrap();
    let without = tried(&desk, run.to_str().unwrap(), &[]);
    assert_eq!(without.code, Some(2), "{without:#?}");
    assert!(without.stderr.contains("holds no dump"), "{without:#?}");
}

/// psql stops at the first error, which is told with its line; what comes after it is not run.
#[test]
fn sql_that_fails_is_told_with_its_line() {
    let (desk, _) = desk(&format!(
        "{SQL}\nINSERT INTO shop.alias\n  SELECT 'a', bogus;\nSELECT nonsense;\n"
    ));
    let outcome = tried(&desk, "shop.sql", &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    let told = "shop.sql:10: ERROR: column \"bogus\" does not exist";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("nonsense"), "{}", outcome.stderr);
}

#[test]
fn what_cannot_be_tried_on_is_refused_in_one_line() {
    let (desk, _) = desk(&format!("{SQL}\\! id\n"));
    desk.write("empty.sql", "");
    std::fs::create_dir(desk.path("directory")).unwrap();
    for (on, told) in [
        ("shop.sql", "shop.sql:8: the psql meta-command \\!"),
        ("missing.sql", "cannot find"),
        ("empty.sql", "is empty"),
        ("directory", "neither the directory of a run nor a dump"),
        ("relation-empty.wasm", "no text"),
    ] {
        let outcome = tried(&desk, on, &[]);
        assert_eq!(outcome.code, Some(2), "{on}: {outcome:#?}");
        assert!(outcome.stderr.contains(told), "{on}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
    desk.write("shop.sql", SQL);
    desk.write("settings.toml", "relations = [");
    let outcome = tried(&desk, "shop.sql", &[]);
    assert_eq!(
        (outcome.code, outcome.stderr.lines().count()),
        (Some(2), 1),
        "{outcome:#?}"
    );
    assert!(
        outcome.stderr.contains("settings.toml"),
        "{}",
        outcome.stderr
    );
}

//! Compiled checks are kept from one drill to the next, and a forged one changes nothing but a remark.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, Outcome, SHIPPED, agree, component};

fn desk() -> Desk {
    let desk = Desk::with(&Database::new().plan()).with_cache_of_its_own();
    desk.grants(&GRANTS);
    desk
}

/// Every entry with its inode: one that was made again has another.
fn entries(desk: &Desk) -> BTreeMap<PathBuf, u64> {
    let entries = std::fs::read_dir(desk.path("cache/vhost")).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.path(), entry.metadata().unwrap().ino())
        })
        .collect()
}

/// How many checks were ready, as the drill says.
fn ready(outcome: &Outcome) -> &str {
    let said = outcome.stderr.lines().find_map(|line| {
        let (before, _) = line.split_once(" checks were compiled before")?;
        before.rsplit("  ").next()
    });
    said.unwrap_or_else(|| panic!("{}", outcome.stderr))
}

fn remarks(outcome: &Outcome) -> Vec<&str> {
    let remarks = outcome.run().report_json["evidence"]["remarks"].as_array();
    remarks
        .unwrap()
        .iter()
        .map(|r| r.as_str().unwrap())
        .collect()
}

#[test]
fn the_second_drill_compiles_nothing() {
    let desk = desk();
    let first = desk.check(&SHIPPED);
    agree(&first, Verdict::Pass);
    assert_eq!(ready(&first), format!("0 of {}", SHIPPED.len()));
    let made = entries(&desk);
    assert_eq!(made.len(), SHIPPED.len());
    let second = desk.check(&SHIPPED);
    agree(&second, Verdict::Pass);
    assert_eq!(ready(&second), format!("{0} of {0}", SHIPPED.len()));
    assert_eq!(entries(&desk), made, "an entry was made again");
    assert!(remarks(&first).is_empty() && remarks(&second).is_empty());
}

#[test]
fn a_forged_entry_is_refused_and_made_again() {
    let desk = desk();
    agree(&desk.check(&SHIPPED), Verdict::Pass);
    let made = entries(&desk);
    let paths: Vec<&PathBuf> = made.keys().collect();
    // One check's code in another's place, and a flipped bit.
    std::fs::write(paths[0], std::fs::read(paths[1]).unwrap()).unwrap();
    let mut bytes = std::fs::read(paths[2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(paths[2], bytes).unwrap();

    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Pass);
    assert_eq!(
        ready(&outcome),
        format!("{} of {}", SHIPPED.len() - 2, SHIPPED.len())
    );
    let said = remarks(&outcome);
    assert_eq!(said.len(), 2, "{said:?}");
    for remark in said {
        assert!(
            remark.ends_with("was not authentic; compiled again"),
            "{remark}"
        );
        assert!(outcome.stderr.contains(remark), "{}", outcome.stderr);
        assert!(outcome.run().report_md.contains("was not authentic"));
    }
    let after = entries(&desk);
    for (number, path) in paths.into_iter().enumerate() {
        let again = after[path] != made[path];
        assert_eq!(again, number == 0 || number == 2, "{}", path.display());
    }
    let third = desk.check(&SHIPPED);
    assert_eq!(ready(&third), format!("{0} of {0}", SHIPPED.len()));
    assert!(remarks(&third).is_empty());
}

#[test]
fn no_cache_keeps_nothing() {
    let desk = desk();
    let check = component("row-matrix");
    let args = ["run", "--no-cache", "--checks", check.to_str().unwrap()];
    // The plan configures the other checks too, and they do not run.
    let outcome = desk.wait_for(desk.vhost(&args));
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(ready(&outcome), "0 of 1");
    assert!(!desk.path("cache").exists() && !desk.path("state").exists());
}

#[test]
fn without_a_home_there_is_no_cache_and_no_word_about_it() {
    let desk = desk();
    let check = component("row-matrix");
    let mut command = desk.vhost(&["run", "--checks", check.to_str().unwrap()]);
    command
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_STATE_HOME")
        .env("HOME", desk.path("nobody"));
    let outcome = desk.wait_for(command);
    assert_eq!(ready(&outcome), "0 of 1");
    assert!(remarks(&outcome).is_empty() && !desk.path("nobody").exists());
}

#[test]
fn a_cache_that_others_could_write_is_not_used() {
    let desk = desk();
    agree(&desk.check(&SHIPPED), Verdict::Pass);
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(desk.path("cache/vhost"), open).unwrap();
    let outcome = desk.check(&SHIPPED);
    agree(&outcome, Verdict::Pass);
    assert_eq!(ready(&outcome), format!("0 of {}", SHIPPED.len()));
    let said = remarks(&outcome);
    assert!(
        said.len() == 1 && said[0].contains("not a directory that only this user can enter"),
        "{said:?}"
    );
}

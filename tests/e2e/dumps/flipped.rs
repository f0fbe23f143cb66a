//! One bit of a dump turned.
//!
//! gzip and pg_dump's compressed data carry checksums, so a turned bit in them never passes. Plain text and an
//! archive's table of contents carry none: what changes there is another dump, which only a recorded digest tells
//! from the first. Of those it is asserted that the drill ends in good order, and that the digest tells.

use std::path::Path;

use vhost::report::verdict::Verdict;
use vhost_dump::digest::Sha256;

use super::{drill, plan};
use crate::support::dump::{self, take};
use crate::support::{Desk, Outcome, agree};

/// gzip's own header without a name in it (RFC 1952, 2.3); its time and flavour mean nothing to the data.
const GZIP_HEADER: usize = 10;

/// Turns one bit in each of `count` places, spread from `first` to the file's end.
fn flipped(
    desk: &Desk,
    dump: &Path,
    first: usize,
    count: usize,
    mut seen: impl FnMut(usize, Outcome),
) {
    let whole = std::fs::read(dump).unwrap();
    for n in 0..count {
        let at = first + (whole.len() - 1 - first) * n / (count - 1);
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        std::fs::write(dump, bytes).unwrap();
        let outcome = drill(desk, dump);
        assert!(
            !outcome.stderr.contains("internal error"),
            "at {at}: {}",
            outcome.stderr
        );
        seen(at, outcome);
    }
}

#[test]
fn in_gzip() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "gz", &[]);
    flipped(&desk, &dump, GZIP_HEADER, 40, |_, outcome| {
        agree(&outcome, Verdict::Fail)
    });
}

#[test]
fn in_the_rows_of_an_archive() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "custom", &[]);
    // The rows follow the table of contents; the random text in them is the larger part by far.
    let first = std::fs::metadata(&dump).unwrap().len() as usize * 2 / 5;
    flipped(&desk, &dump, first, 6, |_, outcome| {
        agree(&outcome, Verdict::Fail)
    });
}

#[test]
fn in_the_contents_of_an_archive() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "custom", &[]);
    let whole = std::fs::read(&dump).unwrap();
    let recorded = Sha256::of(&whole).to_string();
    // The header, and texts of the table of contents.
    for (n, at) in [5, 7, 11, 60, 400, 2000].into_iter().enumerate() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        std::fs::write(&dump, bytes).unwrap();
        in_good_order(&drill(&desk, &dump));
        let path = dump.to_str().unwrap();
        let told = desk.drill(&["--no-checks", "--dump", path, "--dump-sha256", &recorded]);
        assert_ne!(told.code, Some(0), "at {at}: {}", told.stdout);
        in_good_order(&told);
    }
}

/// Whatever the verdict is, everything says it.
fn in_good_order(outcome: &Outcome) {
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
    let ended = verdicts
        .into_iter()
        .find(|verdict| outcome.code == Some(i32::from(verdict.exit_code())));
    agree(outcome, ended.unwrap());
    assert!(
        !outcome.stderr.contains("internal error"),
        "{}",
        outcome.stderr
    );
}

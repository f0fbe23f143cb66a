//! Dumps without their end, in every format: none of them passes.

use std::path::Path;

use vhost::report::verdict::Verdict;

use super::{drill, plan};
use crate::support::dump::{self, largest, take};
use crate::support::{Desk, agree};

/// Where a file is cut, in thousandths of its length; the last cut takes one byte.
const CUTS: [usize; 4] = [10, 500, 950, 1000];

/// Cuts a file, drills it, and sees it fail.
fn fails_when_cut(desk: &Desk, dump: &Path, file: &Path) {
    let whole = std::fs::read(file).unwrap();
    for cut in CUTS {
        let kept = (whole.len() * cut / 1000).min(whole.len() - 1);
        std::fs::write(file, &whole[..kept]).unwrap();
        fails(desk, dump);
    }
}

fn fails(desk: &Desk, dump: &Path) {
    let outcome = drill(desk, dump);
    agree(&outcome, Verdict::Fail);
    assert!(
        !outcome.stderr.contains("internal error"),
        "{}",
        outcome.stderr
    );
}

fn truncated(format: &str) {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), format, &[]);
    let file = if dump.is_dir() {
        largest(&dump)
    } else {
        dump.clone()
    };
    fails_when_cut(&desk, &dump, &file);
}

/// Behind its closing comment a plain dump has line breaks that nothing depends on.
#[test]
fn plain_truncated() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "plain", &[]);
    let whole = std::fs::read(&dump).unwrap();
    let closing = memchr::memmem::rfind(&whole, b"database dump complete").unwrap();
    for kept in [whole.len() / 100, whole.len() / 2, closing - 1, closing + 5] {
        std::fs::write(&dump, &whole[..kept]).unwrap();
        fails(&desk, &dump);
    }
    std::fs::write(&dump, &whole[..whole.len() - 1]).unwrap();
    agree(&drill(&desk, &dump), Verdict::Pass);
}

#[test]
fn gzip_truncated() {
    truncated("gz");
}

#[test]
fn custom_truncated() {
    truncated("custom");
}

#[test]
fn a_file_of_a_directory_truncated() {
    truncated("directory");
}

#[test]
fn tar_truncated() {
    truncated("tar");
}

#[test]
fn a_table_of_contents_truncated() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &[]);
    fails_when_cut(&desk, &dump, &dump.join("toc.dat"));
}

#[test]
fn a_file_of_a_directory_gone() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &[]);
    std::fs::remove_file(largest(&dump)).unwrap();
    agree(&drill(&desk, &dump), Verdict::Fail);
}

/// The end is there, and rows before it are not: pg_dump's own count is nowhere, but the next statement tells.
#[test]
fn a_hole_in_the_middle() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "plain", &[]);
    let text = std::fs::read_to_string(&dump).unwrap();
    let at = text.find("COPY shop.bulk").unwrap();
    let from = at + text[at..].find('\n').unwrap() + 100;
    let holed = format!(
        "{}{}",
        &text[..from],
        &text[text.rfind("COPY shop.ledger").unwrap()..]
    );
    std::fs::write(&dump, holed).unwrap();
    agree(&drill(&desk, &dump), Verdict::Fail);
}

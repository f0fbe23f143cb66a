//! Dumps that change after they were hashed and before they are restored: what was proved would be another dump.

use std::path::Path;

use rustix::process::Signal;
use vhost::report::verdict::Verdict;

use super::plan;
use crate::support::dump::{self, largest, take};
use crate::support::{Desk, Live, Outcome, agree};

/// Drills a dump and changes it while the drill is held, between the two.
///
/// The sandbox's directory is made after the dump was hashed. Whether the drill was held in time is looked at, and where
/// it was not, another one is begun.
fn changed_under_way(desk: &Desk, dump: &Path, change: impl Fn()) -> Outcome {
    for _ in 0..10 {
        let mut live = Live::start(desk, &["--no-checks", "--dump", dump.to_str().unwrap()]);
        live.until_made("directory");
        live.signal(Signal::STOP);
        live.until_stopped();
        if live.has_done("isolation") {
            live.signal(Signal::CONT);
            live.ended();
            continue;
        }
        change();
        live.signal(Signal::CONT);
        return live.ended();
    }
    panic!("no drill was held before its restore");
}

/// The same text but for one digit of a row.
fn another_row(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let at = memchr::memmem::find(text, b"entry 7\t").unwrap();
    bytes[at + 6] = b'8';
    bytes
}

#[test]
fn a_plain_dump_that_is_rewritten() {
    for format in ["plain", "gz", "zst"] {
        let desk = Desk::with(&plan());
        let dump = take(&desk, dump::dumped(), format, &[]);
        let plain = take(&desk, dump::dumped(), "plain", &[]);
        let text = another_row(&std::fs::read(plain).unwrap());
        let outcome = changed_under_way(&desk, &dump, || {
            let bytes = match format {
                "plain" => text.clone(),
                "zst" => zstd::encode_all(&text[..], 3).unwrap(),
                _ => {
                    let mut gzip =
                        flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    std::io::Write::write_all(&mut gzip, &text).unwrap();
                    gzip.finish().unwrap()
                }
            };
            std::fs::write(&dump, bytes).unwrap();
        });
        agree(&outcome, Verdict::Fail);
        assert_eq!(outcome.gate("digest"), "FAIL", "{format}");
    }
}

#[test]
fn an_archive_that_is_rewritten() {
    for format in ["custom", "tar"] {
        let desk = Desk::with(&plan());
        let dump = take(&desk, dump::dumped(), format, &["--compress=0"]);
        let other = another_row(&std::fs::read(&dump).unwrap());
        let outcome = changed_under_way(&desk, &dump, || std::fs::write(&dump, &other).unwrap());
        never_restored(&outcome);
    }
}

#[test]
fn a_directory_whose_member_is_replaced() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &["--compress=0"]);
    let member = largest(&dump);
    let mut rows = std::fs::read(&member).unwrap();
    rows[0] ^= 1;
    let outcome = changed_under_way(&desk, &dump, || std::fs::write(&member, &rows).unwrap());
    never_restored(&outcome);
}

fn never_restored(outcome: &Outcome) {
    agree(outcome, Verdict::Fail);
    assert_eq!(outcome.gate("digest"), "FAIL");
    let (stage, cause) = outcome.stop().unwrap();
    assert_eq!(stage, "restore");
    assert!(
        cause.contains("changed between its hashing and its restore"),
        "{cause}"
    );
    assert!(outcome.run().report_json["evidence"]["restore"].is_null());
}

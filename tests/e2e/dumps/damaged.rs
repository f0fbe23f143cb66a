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

/// Fails before anything was restored, with a defect that names the file, in one line.
fn fails(desk: &Desk, dump: &Path) -> String {
    let outcome = drill(desk, dump);
    agree(&outcome, Verdict::Fail);
    assert!(
        !outcome.stderr.contains("internal error"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.gate("digest"), "FAIL");
    let evidence = &outcome.run().report_json["evidence"];
    assert!(evidence["restore"].is_null(), "{evidence}");
    let defect = evidence["defects"][0].as_str().unwrap();
    let name = dump.file_name().unwrap().to_str().unwrap();
    let named = format!("the given dump {name:?} ");
    assert!(defect.starts_with(&named), "{defect}");
    assert_eq!(defect.lines().count(), 1, "{defect}");
    let whole = dump.to_str().unwrap();
    assert!(!outcome.run().report_md.contains(whole), "{whole}");
    defect.to_owned()
}

/// Fails before anything was restored, for this reason.
fn fails_as(desk: &Desk, dump: &Path, reason: &str) {
    let defect = fails(desk, dump);
    assert!(defect.contains(reason), "{reason} is not in: {defect}");
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
fn zstd_truncated() {
    truncated("zst");
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

#[test]
fn members_of_a_directory_that_are_not_its_own() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &[]);
    let extra = dump.join("9999.dat.gz");
    std::fs::copy(largest(&dump), &extra).unwrap();
    fails_as(
        &desk,
        &dump,
        "\"9999.dat.gz\" is in it, which its table of contents does not name",
    );
    std::fs::remove_file(extra).unwrap();
    std::fs::remove_file(largest(&dump)).unwrap();
    fails_as(&desk, &dump, "is missing, which holds TABLE DATA shop.bulk");
}

/// Two members in each other's place are whole files: what is in them does not fit the tables.
#[test]
fn members_of_a_directory_swapped() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &[]);
    let one = largest(&dump);
    let aside = desk.path("aside");
    std::fs::rename(&one, &aside).unwrap();
    let files = std::fs::read_dir(&dump)
        .unwrap()
        .map(|file| file.unwrap().path());
    let data = |path: &std::path::PathBuf| path.extension().is_some_and(|suffix| suffix == "gz");
    let other = files
        .filter(data)
        .max_by_key(|path| std::fs::metadata(path).unwrap().len())
        .unwrap();
    std::fs::rename(&other, &one).unwrap();
    std::fs::rename(&aside, &other).unwrap();
    agree(&drill(&desk, &dump), Verdict::Fail);
}

/// A plain member has no checksum and ends where it ends: COPY's own last line is what tells.
#[test]
fn a_plain_member_of_a_directory_cut_between_rows() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &["--compress=0"]);
    let member = largest(&dump);
    let rows = std::fs::read(&member).unwrap();
    let cut = memchr::memrchr(b'\n', &rows[..rows.len() / 2]).unwrap() + 1;
    std::fs::write(&member, &rows[..cut]).unwrap();
    fails_as(&desk, &dump, "TABLE DATA shop.bulk, lacks its end");
}

#[test]
fn garbage_behind_an_archive() {
    for (format, reason) in [
        ("custom", "7 bytes stand behind its last block"),
        ("tar", "stands behind its closing pair of empty blocks"),
    ] {
        let desk = Desk::with(&plan());
        let dump = take(&desk, dump::dumped(), format, &[]);
        let mut bytes = std::fs::read(&dump).unwrap();
        bytes.extend_from_slice(b"garbage");
        std::fs::write(&dump, bytes).unwrap();
        fails_as(&desk, &dump, reason);
    }
}

/// The structure is whole, and the last rows cannot be decompressed.
#[test]
fn a_flipped_bit_in_the_last_block() {
    let desk = Desk::with(&plan());
    let dump = take(&desk, dump::dumped(), "directory", &[]);
    let member = largest(&dump);
    let mut bytes = std::fs::read(&member).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    std::fs::write(&member, bytes).unwrap();
    fails_as(
        &desk,
        &dump,
        "pg_restore cannot read it to its end, in the rows of shop.bulk",
    );
}

/// The rows of a table break off, and the trailer was put behind them.
#[test]
fn a_trailer_behind_a_cut() {
    for format in ["plain", "gz", "zst"] {
        let desk = Desk::with(&plan());
        let dump = take(&desk, dump::dumped(), "plain", &[]);
        let text = std::fs::read_to_string(&dump).unwrap();
        let rows = text.find("COPY shop.bulk").unwrap();
        let cut = rows + text[rows..].find("\n1000\t").unwrap() + 3;
        let trailer = text
            .rfind("--\n-- PostgreSQL database dump complete")
            .unwrap();
        let forged = format!("{}\n{}", &text[..cut], &text[trailer..]).into_bytes();
        let bytes = match format {
            "gz" => gzip(&forged),
            "zst" => zstd::encode_all(&forged[..], 3).unwrap(),
            _ => forged,
        };
        std::fs::write(&dump, bytes).unwrap();
        fails_as(&desk, &dump, "the rows of shop.");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
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

//! A plain dump is read alike however it is cut into pieces, by everybody who reads it.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, ensure};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use vhost::restore::part::{Part as Restored, Parts};
use vhost_dump::manifest::Scanned;
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::script::{Event, Part, Piece, Splitter};

/// How often each dump is cut at other places.
const CUTS: usize = 6;

/// What the readers of a script made of it.
#[derive(PartialEq)]
struct Read {
    events: Vec<(String, Vec<u8>)>,
    scanned: Scanned,
    restored: Vec<(String, Vec<u8>)>,
}

/// Cuts the text of the dump, if it is one, at random places, which are the same in every run of a case.
pub fn check(dump: &Path, case: &str) -> Result<()> {
    let Some(text) = text(dump)? else {
        return Ok(());
    };
    let mut random = SmallRng::seed_from_u64(case.bytes().fold(7, |seed, byte| {
        u64::from(byte).wrapping_add(seed.wrapping_mul(31))
    }));
    let whole = read(&[&text])?;
    for turn in 0..CUTS {
        // From single bytes to pieces that are longer than most statements.
        let longest = 1 + (1_usize << (2 * turn + 2));
        let mut pieces = Vec::new();
        let mut rest = &text[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(random.random_range(1..=longest).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        let cut = read(&pieces)?;
        ensure!(
            cut.events == whole.events,
            "cut into pieces of at most {longest} bytes, it has other events"
        );
        ensure!(
            cut.scanned == whole.scanned,
            "cut into pieces of at most {longest} bytes, it holds other things"
        );
        ensure!(
            cut.restored == whole.restored,
            "cut into pieces of at most {longest} bytes, it is restored otherwise"
        );
    }
    Ok(())
}

fn read(pieces: &[&[u8]]) -> Result<Read> {
    let (mut events, mut at, mut gaps) = (Vec::new(), 0, 0);
    let mut all = Vec::new();
    let mut take = |event: Event<'_>| {
        let foreign = matches!(event.part, Part::Foreign(_));
        gaps += usize::from(!foreign && event.at != at);
        at += event.text.len() as u64;
        all.extend_from_slice(event.text);
        let (kind, begins) = kind(&event.part);
        put(&mut events, kind, begins, event.text);
    };
    let mut splitter = Splitter::default();
    let mut scanner = Scanner::default();
    let mut parts = Parts::default();
    let mut restored = Vec::new();
    for piece in pieces {
        splitter.feed(piece, &mut take);
        scanner.feed(piece);
        sent(parts.take(&Bytes::copy_from_slice(piece)), &mut restored);
    }
    splitter.finish(&mut take);
    sent(parts.finish(), &mut restored);
    ensure!(
        gaps == 0,
        "{gaps} events do not stand where the last one ends"
    );
    ensure!(
        all == pieces.concat(),
        "the events put together are not the dump"
    );
    Ok(Read {
        events,
        scanned: scanner.finish(),
        restored,
    })
}

/// What an event is, and whether it begins something: others go on with what is before them.
fn kind(part: &Part<'_>) -> (String, bool) {
    match part {
        Part::Blank => ("blank".to_owned(), false),
        Part::Comment => ("comment".to_owned(), true),
        Part::Statement(shape) => (format!("statement {}", shape.partitioned), true),
        Part::Long(piece, _) => ("long".to_owned(), *piece == Piece::First),
        Part::Copy { statement } => (format!("copy {statement}"), true),
        Part::Rows => ("rows".to_owned(), false),
        Part::EndOfRows => ("end of rows".to_owned(), true),
        Part::Command(command) => (format!("{command:?}"), true),
        Part::Foreign(foreign) => (format!("{foreign:?}"), true),
        Part::Unread => ("unread".to_owned(), false),
    }
}

/// What the restore would send.
fn sent(parts: Vec<Restored>, into: &mut Vec<(String, Vec<u8>)>) {
    for part in parts {
        let (kind, begins, text) = match part {
            Restored::Statement(text) => ("statement".to_owned(), true, text),
            Restored::More(text) => ("statement".to_owned(), false, text),
            Restored::Copy { statement, at } => (format!("copy before {at}"), true, statement),
            Restored::Rows(text) => ("rows".to_owned(), false, text),
            Restored::EndOfRows => ("end of rows".to_owned(), true, Bytes::new()),
            Restored::Connect(database) => (format!("connect {database}"), true, Bytes::new()),
            Restored::Foreign(foreign) => (format!("{foreign:?}"), true, Bytes::new()),
        };
        put(into, kind, begins, &text);
    }
}

fn put(into: &mut Vec<(String, Vec<u8>)>, kind: String, begins: bool, text: &[u8]) {
    match into.last_mut() {
        Some((last, before)) if *last == kind && !begins => before.extend_from_slice(text),
        _ => into.push((kind, text.to_owned())),
    }
}

/// The text of a plain dump, however it is compressed; none of an archive, or of what cannot be decompressed.
fn text(dump: &Path) -> Result<Option<Vec<u8>>> {
    if !dump.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(dump)?;
    let mut text = Vec::new();
    let read = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(&bytes[..])
            .read_to_end(&mut text)
            .is_ok(),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd::Decoder::new(&bytes[..])?
            .read_to_end(&mut text)
            .is_ok(),
        [b'P', b'G', b'D', b'M', b'P', ..] => false,
        _ if bytes.get(257..262) == Some(b"ustar") => false,
        _ => {
            text = bytes;
            true
        }
    };
    Ok(read.then_some(text))
}

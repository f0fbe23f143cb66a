//! A dump in custom format: one file, a table of contents and then a block for each entry that has data.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use super::PIECE;
use super::contents::{self, Definitions, Entry, Place, Places};
use super::error::Fault;
use super::text::Hashing;
use crate::digest::Digest;
use crate::supplied::fields::{Fields, absurd};
use crate::supplied::header::{self, Header, Layout, Versions};

/// `BLK_DATA` and `BLK_BLOBS` in Postgres' pg_backup_custom.c.
const DATA: u8 = 1;
const BLOBS: u8 = 3;

/// Reads the file once, from block to block, and hashes it.
///
/// `pg_restore --list` reads the table of contents alone, and so takes a file without its last blocks for a whole one. What
/// is inside a block, pg_restore decompresses when the archive is read as a script.
pub(super) fn inspect(file: File) -> Result<(Digest, Versions), Fault> {
    let hashing = BufReader::with_capacity(PIECE, Hashing::new(file));
    let mut fields = Fields::new(hashing);
    let header = match header::read_archive(&mut fields) {
        Ok(Some(header)) if header.layout == Layout::Custom => header,
        Err(cause) if cause.raw_os_error().is_some() => return Err(Fault::Read { cause }),
        Ok(_) | Err(_) => return Err(Fault::BadHeader),
    };
    if contents::known(&header) {
        let (entries, with_data) = table(&mut fields, &header)?;
        let passed = blocks(&mut fields, with_data)?;
        let end = fields.at;
        let again = contents_again(&mut fields, &header, entries, &passed)?;
        let behind = fields.rest().map_err(|cause| Fault::Read { cause })?;
        if !again && fields.at > end || behind > 0 {
            let behind = fields.at - end;
            return Err(Fault::Damaged {
                what: format!("{behind} bytes stand behind its last block and belong to no entry"),
            });
        }
    } else {
        fields.rest().map_err(|cause| Fault::Read { cause })?;
    }
    Ok((fields.into_inner().into_inner().finish(), header.versions))
}

/// Reads the table of contents: how many entries it has, and those that have data.
fn table<R: BufRead>(fields: &mut Fields<R>, header: &Header) -> Result<(u64, Vec<Entry>), Fault> {
    let (mut entries, mut with_data) = (0, Vec::new());
    let take = &mut |entry: Entry| {
        entries += 1;
        with_data.extend(entry.place.is_some().then_some(entry));
    };
    let passed_over = Definitions::PassedOver;
    contents::read(fields, header, Places::Offsets, passed_over, take)?;
    Ok((entries, with_data))
}

/// Whether the table of contents stands once more behind the blocks, with the places that the blocks have.
///
/// pg_dump writes the table anew when it knows the places (`_CloseArchive` in Postgres' pg_backup_custom.c). Since Postgres 16 it
/// opens its standard output to append, so that of `pg_dump -Fc > file` the second table does not take the place of the first.
/// pg_restore reads the first.
fn contents_again<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    entries: u64,
    passed: &[Entry],
) -> Result<bool, Fault> {
    match table(fields, header) {
        Ok((again, mut with_data)) => {
            with_data.sort_by_key(|entry| entry.id);
            Ok(again == entries && with_data == passed)
        }
        Err(fault @ Fault::Read { .. }) => Err(fault),
        Err(_) => Ok(false),
    }
}

/// Every entry's block is there, where the table of contents says, and has its end. Gives the entries back, each with its place,
/// in the order of their numbers.
fn blocks<R: BufRead>(fields: &mut Fields<R>, entries: Vec<Entry>) -> Result<Vec<Entry>, Fault> {
    let mut found = Vec::with_capacity(entries.len());
    let mut awaited: BTreeMap<i64, Entry> =
        entries.into_iter().map(|entry| (entry.id, entry)).collect();
    while let Some((_, next)) = awaited.first_key_value() {
        let at = fields.at;
        let what = |why: &str| Fault::Damaged {
            what: format!("at byte {at} {why}"),
        };
        let failed = |cause: io::Error, inside: &str| match cause.kind() {
            io::ErrorKind::UnexpectedEof => Fault::Truncated {
                missing: inside.to_owned(),
            },
            io::ErrorKind::InvalidData => what("stands no length of a piece of data"),
            _ => Fault::Read { cause },
        };
        let missing = match awaited.len() {
            1 => format!("the data of {}", next.label()),
            several => format!("the data of {several} entries, {} among them", next.label()),
        };
        let kind = match fields.byte_or_end() {
            Ok(Some(kind @ (DATA | BLOBS))) => kind,
            Ok(Some(_)) => return Err(what("no block of data begins where one should")),
            Ok(None) => return Err(Fault::Truncated { missing }),
            Err(cause) => return Err(Fault::Read { cause }),
        };
        let id = fields.int().map_err(|cause| failed(cause, &missing))?;
        let entry = awaited
            .remove(&id)
            .ok_or_else(|| what("begins the data of an entry that has none, or had it before"))?;
        if matches!(entry.place, Some(Place::At(place)) if place != at) {
            return Err(what(&format!(
                "begins the data of {}, which the table of contents has elsewhere",
                entry.label()
            )));
        }
        let inside = format!("the rest of the data of {}", entry.label());
        let passed = match kind {
            BLOBS => large_objects(fields),
            _ => pieces(fields),
        };
        passed.map_err(|cause| failed(cause, &inside))?;
        found.push(Entry {
            place: Some(Place::At(at)),
            ..entry
        });
    }
    found.sort_by_key(|entry| entry.id);
    Ok(found)
}

/// Passes over pieces of data, each behind its length, up to a length of zero.
fn pieces<R: BufRead>(fields: &mut Fields<R>) -> io::Result<()> {
    loop {
        match u64::try_from(fields.int()?) {
            Ok(0) => return Ok(()),
            Ok(length) => fields.skip(length)?,
            Err(_) => return Err(absurd()),
        }
    }
}

/// Passes over large objects, each behind its number, up to a number of zero.
fn large_objects<R: BufRead>(fields: &mut Fields<R>) -> io::Result<()> {
    while fields.int()? != 0 {
        pieces(fields)?;
    }
    Ok(())
}

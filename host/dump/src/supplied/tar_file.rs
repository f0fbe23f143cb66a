//! A dump in tar format: a directory archive's files as members, its table of contents first.

use std::fs::File;
use std::io::{self, BufReader, Read};

use super::PIECE;
use super::contents::{self, Entry};
use super::detect::TAR_BLOCK;
use super::error::Fault;
use super::members::Members;
use super::text::{Hashing, fill};
use crate::digest::Digest;
use crate::supplied::fields::Fields;
use crate::supplied::header::{Layout, Versions};

/// What pg_dump writes beside the entries' members; no restore reads it.
const SCRIPT: &str = "restore.sql";

/// Reads the file once, from member to member, and hashes it.
pub(super) fn inspect(file: File) -> Result<(Digest, Versions), Fault> {
    let mut archive = tar::Archive::new(Ending::new(Hashing::new(file)));
    let table = members(&mut archive)?;
    let mut from = archive.into_inner();
    let mut buffer = vec![0; PIECE];
    loop {
        let n = fill(&mut from, &mut buffer).map_err(|cause| Fault::Read { cause })?;
        if n == 0 {
            break;
        }
        // GNU tar fills its last record with zeros.
        if buffer[..n].iter().any(|byte| *byte != 0) {
            return Err(Fault::Damaged {
                what: "something stands behind its closing pair of empty blocks".to_owned(),
            });
        }
    }
    let Ending { from, zeros, bytes } = from;
    if !bytes.is_multiple_of(TAR_BLOCK as u64) || zeros < 2 * TAR_BLOCK as u64 {
        return Err(Fault::Truncated {
            missing: "a tar file's closing pair of empty blocks".to_owned(),
        });
    }
    let (versions, entries, members) = table;
    if let Some(entries) = entries {
        members.against(&entries)?;
    }
    Ok((from.finish(), versions))
}

type Table = (Versions, Option<Vec<Entry>>, Members);

fn members(archive: &mut tar::Archive<Ending>) -> Result<Table, Fault> {
    let mut members = Members::default();
    let mut table = None;
    for member in archive.entries().map_err(fault)? {
        let member = member.map_err(fault)?;
        let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
        refuse_sparse(&member)?;
        // That it comes first is how the file was told to be a dump.
        if table.is_none() {
            let fields = Fields::new(BufReader::new(member));
            table = Some(contents::of_files(fields, |layout| layout == Layout::Tar)?);
            continue;
        }
        let size = member.size();
        let mut read = 0;
        members
            .read(&name, member, |piece| read += piece.len() as u64)
            .map_err(fault)?;
        if read < size {
            return Err(Fault::Truncated {
                missing: format!("the rest of the member {name:?}"),
            });
        }
    }
    members.remove(SCRIPT);
    let (versions, entries) = table.ok_or(Fault::BadHeader)?;
    Ok((versions, entries, members))
}

/// A sparse member says how many zeros it is filled up with, which costs time without end and no byte of the file. pg_dump writes
/// none (`_tarWriteHeader` in pg_backup_tar.c).
pub(super) fn refuse_sparse<R: Read>(member: &tar::Entry<'_, R>) -> Result<(), Fault> {
    match member.header().entry_type().is_gnu_sparse() {
        false => Ok(()),
        true => Err(Fault::Damaged {
            what: "a member of it is sparse, which pg_dump makes none".to_owned(),
        }),
    }
}

fn fault(cause: io::Error) -> Fault {
    match cause.raw_os_error() {
        Some(_) => Fault::Read { cause },
        None => Fault::Damaged {
            what: "a member's header in it cannot be read".to_owned(),
        },
    }
}

/// Counts what is read through it, and the zeros at its end.
struct Ending {
    from: Hashing,
    zeros: u64,
    bytes: u64,
}

impl Ending {
    fn new(from: Hashing) -> Self {
        Self {
            from,
            zeros: 0,
            bytes: 0,
        }
    }
}

impl Read for Ending {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.bytes += n as u64;
        match buffer[..n].iter().rev().position(|byte| *byte != 0) {
            Some(trailing) => self.zeros = trailing as u64,
            None => self.zeros += n as u64,
        }
        Ok(n)
    }
}

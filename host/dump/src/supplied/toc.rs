//! The whole table of contents of an archive, with the statements of every entry.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::contents::{self, Definitions, Places};
use super::directory::CONTENTS;
use super::error::{Fault, SuppliedError};
use super::fields::Fields;
use super::header::{self, Layout};
use super::tar_file::refuse_sparse;
use super::{Opened, PIECE, open};
use crate::facts::Format;

/// One entry of an archive's table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TocEntry {
    /// pg_dump's own number of it, from 1.
    pub id: i64,
    /// pg_dump's own word, for example `TABLE`, `TABLE DATA`, `FK CONSTRAINT`.
    pub kind: String,
    /// Empty for what is in no schema.
    pub schema: String,
    /// As the heading of a plain dump has it: of a constraint, for example, the table and its own name.
    pub name: String,
    /// Empty where the archive does not say.
    pub owner: String,
    /// Decides when the entry is restored.
    pub section: Section,
    /// The exact statements that make the object; empty of rows. Without the one that sets its owner, which pg_restore writes.
    pub definition: String,
    /// Whether rows, large objects or the like lie in the archive for it.
    pub data: bool,
}

/// When pg_restore restores an entry (`teSection` in Postgres' pg_backup.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Such as comments, which are restored with what they are of.
    None,
    /// Definitions that rows need, such as schemas, types, functions and tables.
    PreData,
    /// Rows, large objects and the values of sequences.
    Data,
    /// What is made once the rows are in, such as indexes, constraints and triggers.
    PostData,
}

/// Reads the table of a custom file, a directory or a tar file, of Postgres 9.0 to 18, in its order.
///
/// What lies behind the table is not read. A definition is read whole, whatever its length; it is never longer than the archive.
pub fn read(path: &Path) -> Result<Vec<TocEntry>, SuppliedError> {
    read_table(path).map_err(SuppliedError::of(path))
}

fn read_table(path: &Path) -> Result<Vec<TocEntry>, Fault> {
    let mut table = Vec::new();
    let take = &mut |entry: contents::Entry| table.push(TocEntry::of(entry));
    let read = |cause| Fault::Read { cause };
    let known = match open(path)? {
        Opened::Directory => {
            let file = File::open(path.join(CONTENTS)).map_err(read)?;
            let directory = |layout| matches!(layout, Layout::Tar | Layout::Directory);
            files(file, directory, take)?
        }
        Opened::File(Format::Custom, file) => {
            let mut fields = Fields::new(BufReader::with_capacity(PIECE, file));
            let header = match header::read_archive(&mut fields) {
                Ok(Some(header)) if header.layout == Layout::Custom => header,
                Err(cause) if cause.raw_os_error().is_some() => return Err(read(cause)),
                Ok(_) | Err(_) => return Err(Fault::BadHeader),
            };
            let known = contents::known(&header);
            if known {
                let definitions = Definitions::Kept;
                contents::read(&mut fields, &header, Places::Offsets, definitions, take)?;
            }
            known
        }
        Opened::File(Format::Tar, file) => {
            let mut archive = tar::Archive::new(file);
            let mut members = archive.entries().map_err(read)?;
            let first = members.next().ok_or(Fault::BadHeader)?.map_err(read)?;
            refuse_sparse(&first)?;
            files(first, |layout| layout == Layout::Tar, take)?
        }
        Opened::File(format, _) => return Err(Fault::NotAnArchive { format }),
    };
    match known {
        true => Ok(table),
        false => Err(Fault::Unsupported {
            what: "an archive of a newer format than that of Postgres 18",
            remedy: "read it with its own pg_restore",
        }),
    }
}

/// Reads a toc.dat.
fn files(
    from: impl Read,
    expected: impl Fn(Layout) -> bool,
    take: &mut dyn FnMut(contents::Entry),
) -> Result<bool, Fault> {
    let fields = Fields::new(BufReader::new(from));
    let (_versions, known) = contents::whole(fields, expected, Definitions::Kept, take)?;
    Ok(known)
}

impl TocEntry {
    fn of(entry: contents::Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            schema: entry.schema,
            name: entry.name,
            owner: entry.owner,
            section: match entry.section {
                2 => Section::PreData,
                3 => Section::Data,
                4 => Section::PostData,
                _ => Section::None,
            },
            definition: entry.definition,
            data: entry.place.is_some(),
        }
    }
}

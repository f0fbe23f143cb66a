//! An archive's table of contents: its entries, which of them have data, and where it lies.

use std::io::{self, BufRead};

use super::error::Fault;
use crate::supplied::fields::{Field, Fields, absurd};
use crate::supplied::header::{self, Header, Layout, Versions};

/// The formats whose tables of contents are read here, from Postgres 9.0's to 18's.
///
/// What a newer pg_dump writes is left to its own pg_restore.
const KNOWN: std::ops::RangeInclusive<(u8, u8)> = (1, 12)..=(1, 16);

/// An entry of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) kind: String,
    /// Empty for what is in no schema.
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) owner: String,
    /// `teSection` in Postgres' pg_backup.h, from 1.
    pub(super) section: i64,
    /// The statements that make the object, where they were asked for.
    pub(super) definition: String,
    /// None where it has no data.
    pub(super) place: Option<Place>,
    /// Its rows are COPY's, and so end with COPY's own last line.
    pub(super) copied: bool,
}

impl Entry {
    /// For people: kind, schema and name, for example `TABLE DATA public.orders`.
    pub(super) fn label(&self) -> String {
        match self.schema.as_str() {
            "" => format!("{} {}", self.kind, self.name),
            schema => format!("{} {schema}.{}", self.kind, self.name),
        }
    }
}

/// Where an entry's data lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a custom file that was written where nobody could go back in it.
    Somewhere,
    At(u64),
    /// In a file of the directory, or a member of the tar file, of this name.
    File(String),
}

/// What is read of definitions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Definitions {
    PassedOver,
    /// All of each, however long.
    Kept,
}

/// How an archive says where data lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    Offsets,
    Files,
}

/// Whether what is written in this format is known here.
pub(super) fn known(header: &Header) -> bool {
    KNOWN.contains(&header.format)
}

/// Reads the table that follows the header (`ReadToc` in Postgres' pg_backup_archiver.c), entry by entry.
pub(super) fn read<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
    definitions: Definitions,
    take: &mut dyn FnMut(Entry),
) -> Result<(), Fault> {
    let read = read_entries(fields, header, places, definitions, take);
    read.map_err(|cause| match cause.kind() {
        io::ErrorKind::UnexpectedEof => Fault::Truncated {
            missing: "the rest of its table of contents".to_owned(),
        },
        io::ErrorKind::InvalidData => Fault::Damaged {
            what: format!(
                "its table of contents cannot be read beyond byte {}",
                fields.at
            ),
        },
        _ => Fault::Read { cause },
    })
}

/// Reads a whole toc.dat, of a directory or in a tar file, for the entries that have data; none where its format is not known
/// here.
pub(super) fn of_files<R: BufRead>(
    fields: Fields<R>,
    expected: impl Fn(Layout) -> bool,
) -> Result<(Versions, Option<Vec<Entry>>), Fault> {
    let mut entries = Vec::new();
    let take = &mut |entry: Entry| entries.extend(entry.place.is_some().then_some(entry));
    let (versions, known) = whole(fields, expected, Definitions::PassedOver, take)?;
    Ok((versions, known.then_some(entries)))
}

/// Reads a whole toc.dat, and says whether its format is known here.
pub(super) fn whole<R: BufRead>(
    mut fields: Fields<R>,
    expected: impl Fn(Layout) -> bool,
    definitions: Definitions,
    take: &mut dyn FnMut(Entry),
) -> Result<(Versions, bool), Fault> {
    let header = match header::read_archive(&mut fields) {
        Ok(Some(header)) if expected(header.layout) => header,
        Err(cause) if cause.raw_os_error().is_some() => return Err(Fault::Read { cause }),
        Ok(_) | Err(_) => return Err(Fault::BadHeader),
    };
    if !known(&header) {
        return Ok((header.versions, false));
    }
    read(&mut fields, &header, Places::Files, definitions, take)?;
    let behind = fields.rest().map_err(|cause| Fault::Read { cause })?;
    if behind > 0 {
        return Err(Fault::Damaged {
            what: format!("{behind} bytes stand behind its table of contents"),
        });
    }
    Ok((header.versions, true))
}

fn read_entries<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
    definitions: Definitions,
    take: &mut dyn FnMut(Entry),
) -> io::Result<()> {
    let count = u64::try_from(fields.int()?).map_err(|_| absurd())?;
    for _ in 0..count {
        take(entry(fields, header, places, definitions)?);
    }
    Ok(())
}

fn entry<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
    definitions: Definitions,
) -> io::Result<Entry> {
    let id = fields.int()?;
    let _had_dumper = fields.int()?;
    let _table_oid = fields.text()?;
    let _oid = fields.text()?;
    let name = fields.text()?.into_text();
    let kind = fields.text()?.into_text();
    let section = fields.int()?;
    // SECTION_NONE to SECTION_POST_DATA (`teSection` in Postgres' pg_backup.h).
    if id <= 0 || !(1..=4).contains(&section) {
        return Err(absurd());
    }
    let definition = match definitions {
        Definitions::PassedOver => fields.text_of(0)?,
        Definitions::Kept => fields.text_of(usize::MAX)?,
    };
    let _drop = fields.text()?;
    let copied = match fields.text()? {
        Field::Missing => false,
        Field::Text(text) => !text.is_empty(),
    };
    let schema = fields.text()?.into_text();
    let _tablespace = fields.text()?;
    if header.format >= (1, 14) {
        let _access_method = fields.text()?;
    }
    if header.format >= (1, 16) {
        let _relation_kind = fields.int()?;
    }
    let owner = fields.text()?.into_text();
    let _with_oids = fields.text()?;
    while let Field::Text(_dependency) = fields.text()? {}
    let place = match places {
        // `K_OFFSET_…` in Postgres' pg_backup_archiver.h.
        Places::Offsets => match fields.offset()? {
            (1, _) => Some(Place::Somewhere),
            (2, at) => Some(Place::At(at)),
            (3, _) => None,
            _ => return Err(absurd()),
        },
        Places::Files => match fields.text()? {
            // A tar file's table of contents names a member that there is not: the list of large objects has the name
            // that it has in a directory (`_StartLOs` in Postgres' pg_backup_tar.c).
            Field::Text(file) if kind == "BLOBS" && file.ends_with(".dat") => {
                let list = match header.format >= (1, 16) {
                    true => format!("blobs_{id}.toc"),
                    false => "blobs.toc".to_owned(),
                };
                Some(Place::File(list))
            }
            Field::Text(file) if !file.is_empty() => Some(Place::File(file)),
            Field::Text(_) | Field::Missing => None,
        },
    };
    Ok(Entry {
        id,
        kind,
        schema,
        name,
        owner,
        section,
        definition: definition.into_text(),
        place,
        copied,
    })
}

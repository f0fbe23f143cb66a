//! An archive's table of contents: which entries have data, and where it lies.

use std::io::{self, BufRead};

use super::error::Fault;
use crate::source::fields::{Field, Fields, absurd};
use crate::source::header::{self, Header, Layout, Versions};

/// The formats whose tables of contents are read here, from Postgres 9.0's to 18's.
///
/// What a newer pg_dump writes is left to its own pg_restore.
const KNOWN: std::ops::RangeInclusive<(u8, u8)> = (1, 12)..=(1, 16);

/// An entry that has data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// For people: kind, schema and name, for example `TABLE DATA public.orders`.
    pub(super) label: Box<str>,
    pub(super) place: Place,
    /// Its rows are COPY's, and so end with COPY's own last line.
    pub(super) copied: bool,
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

/// Reads the table that follows the header (`ReadToc` in Postgres' pg_backup_archiver.c).
pub(super) fn read<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
) -> Result<Vec<Entry>, Fault> {
    let entries = read_entries(fields, header, places);
    entries.map_err(|cause| match cause.kind() {
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

/// Reads a whole toc.dat, of a directory or in a tar file; no entries where its format is not known here.
pub(super) fn of_files<R: BufRead>(
    mut fields: Fields<R>,
    expected: impl Fn(Layout) -> bool,
) -> Result<(Versions, Option<Vec<Entry>>), Fault> {
    let header = match header::read_archive(&mut fields) {
        Ok(Some(header)) if expected(header.layout) => header,
        Err(cause) if cause.raw_os_error().is_some() => return Err(Fault::Read { cause }),
        Ok(_) | Err(_) => return Err(Fault::BadHeader),
    };
    if !known(&header) {
        return Ok((header.versions, None));
    }
    let entries = read(&mut fields, &header, Places::Files)?;
    let behind = fields.rest().map_err(|cause| Fault::Read { cause })?;
    if behind > 0 {
        return Err(Fault::Damaged {
            what: format!("{behind} bytes stand behind its table of contents"),
        });
    }
    Ok((header.versions, Some(entries)))
}

fn read_entries<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
) -> io::Result<Vec<Entry>> {
    let count = fields.int()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.extend(entry(fields, header, places)?);
    }
    Ok(entries)
}

/// Reads one entry; none where it has no data.
fn entry<R: BufRead>(
    fields: &mut Fields<R>,
    header: &Header,
    places: Places,
) -> io::Result<Option<Entry>> {
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
    let _definition = fields.text()?;
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
    let _owner = fields.text()?;
    let _with_oids = fields.text()?;
    while let Field::Text(_dependency) = fields.text()? {}
    let place = match places {
        // `K_OFFSET_…` in Postgres' pg_backup_archiver.h.
        Places::Offsets => match fields.offset()? {
            (1, _) => Place::Somewhere,
            (2, at) => Place::At(at),
            (3, _) => return Ok(None),
            _ => return Err(absurd()),
        },
        Places::Files => match fields.text()? {
            // A tar file's table of contents names a member that there is not: the list of large objects has the name
            // that it has in a directory (`_StartLOs` in Postgres' pg_backup_tar.c).
            Field::Text(file) if kind == "BLOBS" && file.ends_with(".dat") => {
                Place::File(match header.format >= (1, 16) {
                    true => format!("blobs_{id}.toc"),
                    false => "blobs.toc".to_owned(),
                })
            }
            Field::Text(file) if !file.is_empty() => Place::File(file),
            Field::Text(_) | Field::Missing => return Ok(None),
        },
    };
    let label = match schema.as_str() {
        "" => format!("{kind} {name}"),
        _ => format!("{kind} {schema}.{name}"),
    };
    Ok(Some(Entry {
        id,
        label: label.into(),
        place,
        copied,
    }))
}

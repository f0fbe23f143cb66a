//! A second opinion on archives: what another reader finds in their tables of contents.
//!
//! Only tables of contents are compared. Of the data, libpgdump leaves some out, as `findings/` shows, so that what it counts is no
//! evidence.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Result, ensure};
use libpgdump::dump::detect_file_format;
use libpgdump::format::{custom, directory, tar};
use libpgdump::{Entry, Format, OffsetState};
use vhost_dump::supplied::toc::{self, Section, TocEntry};

/// Holds our reading of an archive's table of contents against libpgdump's. Of what either cannot read, as of a damaged one,
/// there is nothing to hold.
pub fn check(dump: &Path) -> Result<()> {
    if !is_archive(dump)? {
        return Ok(());
    }
    let (Ok(ours), Ok(theirs)) = (toc::read(dump), read(dump)) else {
        return Ok(());
    };
    for (ours, theirs) in ours.iter().zip(&theirs) {
        ensure!(
            ours == theirs,
            "the entry {} of the archive is {} {} to one reader, and {} {} to another",
            ours.id,
            ours.kind,
            ours.name,
            theirs.kind,
            theirs.name
        );
    }
    ensure!(
        ours.len() == theirs.len(),
        "the archive has {} entries to one reader, and {} to another",
        ours.len(),
        theirs.len()
    );
    Ok(())
}

/// The same, of an archive that is known to be whole: both must read it, but for names in another encoding than UTF-8, which
/// libpgdump does not take.
pub fn check_whole(dump: &Path) -> Result<()> {
    if is_archive(dump)? {
        ensure!(!toc::read(dump)?.is_empty(), "the archive has no entries");
        match read(dump) {
            Err(error) if error.to_string().contains("invalid UTF-8") => {}
            read => drop(read?),
        }
    }
    check(dump)
}

fn is_archive(dump: &Path) -> Result<bool> {
    if dump.is_dir() {
        return Ok(dump.join("toc.dat").is_file());
    }
    if !dump.is_file() {
        return Ok(false);
    }
    let mut head = Vec::new();
    File::open(dump)?.take(512).read_to_end(&mut head)?;
    Ok(head.starts_with(b"PGDMP") || head.get(257..262) == Some(b"ustar"))
}

/// What libpgdump reads, in our words and in the archive's order.
fn read(archive: &Path) -> Result<Vec<TocEntry>, libpgdump::Error> {
    let metadata = match detect_file_format(archive)? {
        Format::Directory => directory::read_metadata(archive)?,
        Format::Tar => tar::read_metadata(archive)?,
        _ => custom::read_metadata(&mut BufReader::new(File::open(archive)?))?,
    };
    Ok(metadata.entries.into_iter().map(entry).collect())
}

/// It keeps a text that is missing apart from an empty one; we do not.
fn entry(entry: Entry) -> TocEntry {
    TocEntry {
        id: i64::from(entry.dump_id),
        kind: entry.desc.as_str().to_owned(),
        schema: entry.namespace.unwrap_or_default(),
        name: entry.tag.unwrap_or_default(),
        owner: entry.owner.unwrap_or_default(),
        section: match entry.section {
            libpgdump::Section::None => Section::None,
            libpgdump::Section::PreData => Section::PreData,
            libpgdump::Section::Data => Section::Data,
            libpgdump::Section::PostData => Section::PostData,
        },
        definition: entry.defn.unwrap_or_default(),
        // "Not set" is what stands in an archive that went through a pipe, and what libpgdump puts for a file's name.
        data: entry.data_state != OffsetState::NoData,
    }
}

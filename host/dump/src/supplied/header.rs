//! What a dump says of itself in its first bytes.

use std::io::{self, BufRead};

use super::fields::{Field, Fields};

/// How many bytes from the start hold every header.
pub const HEAD: usize = 4096;

/// The first words of a plain dump of one database.
const PLAIN: &[u8] = b"-- PostgreSQL database dump";

/// The versions that a dump names, as numbers without a packager's suffix: `15.20`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Of the server that was dumped.
    pub server: String,
    /// Of the pg_dump that wrote the dump.
    pub pg_dump: String,
}

/// Where pg_dump's heading stands in a plain dump.
pub(crate) struct Heading {
    /// From 1.
    pub line: usize,
    /// The first line before it that is neither blank nor a comment, which psql would take for a statement.
    pub words: Option<usize>,
}

/// Looks for the heading of pg_dump's plain dump of one database among the lines of `head`.
pub(crate) fn plain_heading(head: &[u8]) -> Option<Heading> {
    let lines = || (1..).zip(head.split(|byte| *byte == b'\n'));
    let (line, _) = lines().find(|(_, text)| text.trim_ascii_end() == PLAIN)?;
    let words =
        lines().find(|(_, text)| !(text.starts_with(b"--") || text.trim_ascii().is_empty()));
    Some(Heading {
        line,
        words: words.map(|(words, _)| words).filter(|words| *words < line),
    })
}

/// Reads the two comment lines at the start of a plain dump.
pub fn plain_versions(head: &[u8]) -> Option<Versions> {
    let head = String::from_utf8_lossy(head);
    let version = |prefix| {
        let line = head.lines().find_map(|line| line.strip_prefix(prefix));
        line.map(|version: &str| first_word(version).to_owned())
    };
    Some(Versions {
        server: version("-- Dumped from database version ")?,
        pg_dump: version("-- Dumped by pg_dump version ")?,
    })
}

/// `15.20 (Debian 15.20-0+deb12u1)` is version 15.20.
fn first_word(version: &str) -> &str {
    version.split_whitespace().next().unwrap_or(version)
}

/// How the archive that a header opens is laid out (`ArchiveFormat` in Postgres' pg_backup.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `archCustom`, 1: one file.
    Custom,
    /// `archTar`, 3, which pg_dump writes into a directory's toc.dat too.
    Tar,
    /// `archDirectory`, 5.
    Directory,
}

/// What an archive says of itself before its table of contents.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// As the header has it: see [`Layout::Tar`].
    pub layout: Layout,
    /// Of the dumped server and of pg_dump.
    pub versions: Versions,
    /// Of the archive's own format, major and minor (`K_VERS_…` in Postgres' pg_backup_archiver.h).
    pub format: (u8, u8),
}

/// Reads the header that custom files and every toc.dat start with (`ReadHead` in Postgres' pg_backup_archiver.c).
///
/// None where there is another file's start, or that of an archive before 1.10, which is Postgres 8.0.
pub(crate) fn read_archive<R: BufRead>(fields: &mut Fields<R>) -> io::Result<Option<Header>> {
    for expected in b"PGDMP" {
        if fields.byte()? != *expected {
            return Ok(None);
        }
    }
    let format = (fields.byte()?, fields.byte()?);
    // Older headers have no versions.
    if format < (1, 10) {
        return Ok(None);
    }
    let _revision = fields.byte()?;
    fields.int_size = usize::from(fields.byte()?);
    fields.offset_size = usize::from(fields.byte()?);
    let layout = match fields.byte()? {
        1 => Layout::Custom,
        3 => Layout::Tar,
        5 => Layout::Directory,
        _ => return Ok(None),
    };
    // 1.15 is Postgres 16, where an algorithm took the place of a level.
    if format >= (1, 15) {
        fields.byte()?;
    } else {
        fields.int()?;
    }
    for _second_to_dst in 0..7 {
        fields.int()?;
    }
    let _database = fields.text()?;
    let (Field::Text(server), Field::Text(pg_dump)) = (fields.text()?, fields.text()?) else {
        return Ok(None);
    };
    let versions = Versions {
        server: first_word(&server).to_owned(),
        pg_dump: first_word(&pg_dump).to_owned(),
    };
    Ok(Some(Header {
        layout,
        versions,
        format,
    }))
}

/// The same of a file's first bytes.
pub fn archive(head: &[u8]) -> Option<(Layout, Versions)> {
    let header = read_archive(&mut Fields::new(head)).ok()??;
    Some((header.layout, header.versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of archives that pg_dump 16.14 and 18.4 wrote.
    #[test]
    fn archives_since_16_name_their_compression_by_one_byte() {
        let dates = "1f000000003800000000130000000017000000000a000000007e000000000000000000";
        let names = "0400000072696368000500000031362e3134000500000031362e313400";
        for (compression, layout) in [("00", "01"), ("01", "01"), ("01", "03"), ("01", "05")] {
            let head = format!("5047444d50010f000408{layout}{compression}00{dates}{names}");
            let (_, versions) = archive(&hex::decode(head).unwrap()).unwrap();
            assert_eq!(versions.server, "16.14");
            assert_eq!(versions.pg_dump, "16.14");
        }
        let head = "5047444d5001100004080301000c000000000100000000140000000017000000000a000000007e0000000000000000000400000072696368000400000031382e34000400000031382e3400";
        let (layout, versions) = archive(&hex::decode(head).unwrap()).unwrap();
        assert_eq!(layout, Layout::Tar);
        assert_eq!(
            (versions.server.as_str(), versions.pg_dump.as_str()),
            ("18.4", "18.4")
        );
    }

    #[test]
    fn a_header_cut_anywhere_is_none() {
        let mut head = b"PGDMP\x01\x0e\x00\x04\x08\x01".to_vec();
        head.extend([0, 6, 0, 0, 0]);
        head.extend([0; 35]);
        for text in ["db", "15.20 (Debian)", "15.20"] {
            head.extend([0, text.len() as u8, 0, 0, 0]);
            head.extend(text.as_bytes());
        }
        let (layout, versions) = archive(&head).unwrap();
        assert_eq!(
            (layout, versions.server.as_str()),
            (Layout::Custom, "15.20")
        );
        for cut in 0..head.len() {
            assert_eq!(archive(&head[..cut]), None, "{cut}");
        }
        let mut absurd = head.clone();
        absurd[8] = 255;
        assert_eq!(archive(&absurd), None);
    }
}

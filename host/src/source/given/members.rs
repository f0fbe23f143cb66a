//! The files of a directory archive, or the members of a tar one, against the table of contents.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::PIECE;
use super::contents::{Entry, Place};
use super::error::Fault;
use super::text::fill;

/// What rows end with (`dumpTableData_copy` in Postgres' pg_dump.c).
const END_OF_ROWS: &[u8] = b"\\.\n\n\n";
/// Behind a name, in the order in which pg_restore looks for them; the table of contents has the name without.
const SUFFIXES: [&str; 4] = ["", ".gz", ".lz4", ".zst"];

/// The members that were found.
#[derive(Default)]
pub(super) struct Members {
    found: BTreeMap<String, End>,
    /// What the lists of large objects name, by list.
    listed: Vec<(String, String)>,
}

/// How a member ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It holds nothing at all.
    Empty,
    /// By [`END_OF_ROWS`].
    OfRows,
    Other,
}

impl Members {
    /// Reads a member to its end.
    pub(super) fn read(
        &mut self,
        name: &str,
        mut from: impl Read,
        mut tap: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        // `blobs.toc`, and since Postgres 17 several `blobs_N.toc`: one line for each large object, its number and file.
        let list = name.ends_with(".toc");
        let mut text = Vec::new();
        let mut tail = Vec::new();
        let mut buffer = vec![0; PIECE];
        loop {
            let n = fill(&mut from, &mut buffer)?;
            let piece = &buffer[..n];
            if n == 0 {
                break;
            }
            tap(piece);
            if list {
                text.extend_from_slice(piece);
            }
            tail.extend_from_slice(&piece[n.saturating_sub(END_OF_ROWS.len())..]);
            tail.drain(..tail.len().saturating_sub(END_OF_ROWS.len()));
        }
        let text = String::from_utf8_lossy(&text);
        let files = text.lines().filter_map(|line| line.split_once(' '));
        self.listed
            .extend(files.map(|(_, file)| (name.to_owned(), file.to_owned())));
        let end = match &*tail {
            [] => End::Empty,
            END_OF_ROWS => End::OfRows,
            _ => End::Other,
        };
        self.found.insert(name.to_owned(), end);
        Ok(())
    }

    /// Leaves out a member that no table of contents names.
    pub(super) fn remove(&mut self, name: &str) {
        self.found.remove(name);
    }

    /// Every entry's data is there, with its end, and nothing else is.
    ///
    /// Compressed members end as their compression says, which pg_restore looks at, unless there is nothing in them.
    pub(super) fn against(mut self, entries: &[Entry]) -> Result<(), Fault> {
        for entry in entries {
            let Place::File(file) = &entry.place else {
                continue;
            };
            let (name, end) = self.take(file).ok_or_else(|| Fault::Damaged {
                what: format!("{file} is missing, which holds {}", entry.label),
            })?;
            if name != *file && end == End::Empty {
                return Err(Fault::Damaged {
                    what: format!("{name}, which holds {}, is empty", entry.label),
                });
            }
            if entry.copied && name == *file && end != End::OfRows {
                return Err(Fault::Damaged {
                    what: format!("{name}, which holds {}, lacks its end", entry.label),
                });
            }
        }
        for (list, file) in std::mem::take(&mut self.listed) {
            self.take(&file).ok_or_else(|| Fault::Damaged {
                what: format!("{file:?} is missing, a large object that {list} names"),
            })?;
        }
        match self.found.pop_first() {
            None => Ok(()),
            Some((name, _)) => Err(Fault::Damaged {
                what: format!("{name:?} is in it, which its table of contents does not name"),
            }),
        }
    }

    fn take(&mut self, file: &str) -> Option<(String, End)> {
        SUFFIXES
            .iter()
            .find_map(|suffix| self.found.remove_entry(&format!("{file}{suffix}")))
    }
}

//! The files of a directory archive, or the members of a tar one, against the table of contents.

use std::collections::BTreeMap;
use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use super::PIECE;
use super::contents::{Entry, Place};
use super::error::Fault;
use super::text::{TOO_LARGE, WINDOW_LOG, fill};

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
    /// By [`END_OF_ROWS`], decompressed where it is compressed by lz4 or zstd.
    OfRows,
    Other,
    /// Compressed by gzip, whose end pg_restore looks for.
    Unknown,
    /// Within its compressed data, or it cannot be decompressed.
    Cut,
    /// Nobody knows: to decompress it would take more memory than the host gives.
    TooLarge,
}

impl Members {
    /// Reads a member to its end.
    ///
    /// What is compressed by lz4 or zstd is decompressed: pg_restore 17.10 takes such a file for whole, wherever it is cut, and
    /// restores fewer rows or a shorter large object with exit status 0. Of gzip it does not (`compress_lz4.c`, `compress_zstd.c`
    /// and `compress_gzip.c` in Postgres' src/bin/pg_dump).
    pub(super) fn read(
        &mut self,
        name: &str,
        from: impl Read,
        tap: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let mut tapped = Tapped {
            from,
            tap,
            head: Vec::new(),
            tail: Vec::new(),
        };
        let text = match name.rsplit_once('.') {
            Some((_, "zst")) => decompressed(|| {
                let mut text = zstd::stream::read::Decoder::new(&mut tapped)?;
                text.window_log_max(WINDOW_LOG)?;
                Text::of(text, List::No)
            }),
            Some((_, "lz4")) => decompressed(|| Text::of(FrameDecoder::new(&mut tapped), List::No)),
            // `blobs.toc`, and since Postgres 17 several `blobs_N.toc`: one line for each large object, its number and file.
            Some((_, "toc")) => Text::of(&mut tapped, List::Yes).map(Some),
            _ => Text::of(&mut tapped, List::No).map(Some),
        }?;
        // What stands behind the compressed data belongs to the file all the same.
        io::copy(&mut tapped, &mut io::sink())?;
        let open = name.ends_with(".lz4") && !tapped.ends_as_lz4();
        let end = match &text {
            _ if tapped.head.is_empty() => End::Empty,
            None => End::Cut,
            Some(text) if text.too_large => End::TooLarge,
            Some(_) if open => End::Cut,
            Some(_) if name.ends_with(".gz") => End::Unknown,
            Some(text) if text.tail == END_OF_ROWS => End::OfRows,
            Some(_) => End::Other,
        };
        let list = text.map(|text| text.list).unwrap_or_default();
        let list = String::from_utf8_lossy(&list);
        let files = list.lines().filter_map(|line| line.split_once(' '));
        self.listed
            .extend(files.map(|(_, file)| (name.to_owned(), file.to_owned())));
        self.found.insert(name.to_owned(), end);
        Ok(())
    }

    /// Leaves out a member that no table of contents names.
    pub(super) fn remove(&mut self, name: &str) {
        self.found.remove(name);
    }

    /// Every entry's data is there, with its end, and nothing else is.
    ///
    /// A member that is compressed by gzip ends as its compression says, which pg_restore looks at, unless there is nothing in it.
    /// One of a large object that is not compressed says nowhere how long it is.
    pub(super) fn against(mut self, entries: &[Entry]) -> Result<(), Fault> {
        for entry in entries {
            let Some(Place::File(file)) = &entry.place else {
                continue;
            };
            let (name, end) = self.take(file).ok_or_else(|| Fault::Damaged {
                what: format!("{file} is missing, which holds {}", entry.label()),
            })?;
            if name != *file && end == End::Empty {
                return Err(Fault::Damaged {
                    what: format!("{name}, which holds {}, is empty", entry.label()),
                });
            }
            // Of rows that nobody looked into, a cut shows in pg_restore's script, which lacks their last line then.
            let ends = matches!(end, End::OfRows | End::Unknown | End::TooLarge);
            if end == End::Cut || entry.copied && !ends {
                return Err(Fault::Damaged {
                    what: format!("{name}, which holds {}, lacks its end", entry.label()),
                });
            }
        }
        for (list, file) in std::mem::take(&mut self.listed) {
            let (name, end) = self.take(&file).ok_or_else(|| Fault::Damaged {
                what: format!("{file:?} is missing, a large object that {list} names"),
            })?;
            if end == End::TooLarge {
                return Err(Fault::Unsupported {
                    what: "an archive with a large object compressed by zstd with a window of more than 32 MiB",
                    remedy: "take it again with a level of at most 19 and without `long`",
                });
            }
            if end == End::Cut {
                return Err(Fault::Damaged {
                    what: format!("{name:?}, a large object that {list} names, lacks its end"),
                });
            }
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

/// Shows what is read through it.
struct Tapped<R, F> {
    from: R,
    tap: F,
    /// The first and the last bytes of it.
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl<R, F> Tapped<R, F> {
    /// Whether the end mark of a frame of lz4 stands where it has to, which its decoder does not demand: four bytes of zero, and
    /// behind them a checksum where the frame's header says so (LZ4 Frame Format, "End of Frame"). An empty file has no frame.
    fn ends_as_lz4(&self) -> bool {
        const CHECKSUM: u8 = 0x04;
        let Some(flags) = self.head.get(4) else {
            return self.head.is_empty();
        };
        let behind = match flags & CHECKSUM {
            0 => 0,
            _ => 4,
        };
        let end = self.tail.len().saturating_sub(behind);
        self.tail[..end].ends_with(&[0; 4])
    }
}

impl<R: Read, F: FnMut(&[u8])> Read for Tapped<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const KEPT: usize = 8;
        let n = self.from.read(buffer)?;
        let piece = &buffer[..n];
        (self.tap)(piece);
        let room = KEPT.saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..n.min(room)]);
        self.tail
            .extend_from_slice(&piece[n.saturating_sub(KEPT)..]);
        let more = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..more);
        Ok(n)
    }
}

/// Whether a member's text is kept as a whole, to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Yes,
    No,
}

/// The text of a member, as far as it matters.
#[derive(Default)]
struct Text {
    tail: Vec<u8>,
    list: Vec<u8>,
    /// It was not read, for it asks for too much memory.
    too_large: bool,
}

impl Text {
    fn of(mut from: impl Read, list: List) -> io::Result<Self> {
        let mut text = Self::default();
        let mut buffer = vec![0; PIECE];
        loop {
            let n = fill(&mut from, &mut buffer)?;
            let piece = &buffer[..n];
            if n == 0 {
                return Ok(text);
            }
            if list == List::Yes {
                text.list.extend_from_slice(piece);
            }
            text.tail
                .extend_from_slice(&piece[n.saturating_sub(END_OF_ROWS.len())..]);
            let more = text.tail.len().saturating_sub(END_OF_ROWS.len());
            text.tail.drain(..more);
        }
    }
}

/// What was decompressed; none where it breaks off.
fn decompressed(read: impl FnOnce() -> io::Result<Text>) -> io::Result<Option<Text>> {
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.raw_os_error().is_some() => Err(error),
        Err(error) if error.to_string() == TOO_LARGE => Ok(Some(Text {
            too_large: true,
            ..Text::default()
        })),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use lz4_flex::frame::FrameEncoder;

    use super::*;

    /// The end that is found of a member of this name, and whether every byte of it was shown.
    fn end(name: &str, bytes: &[u8]) -> End {
        let mut members = Members::default();
        let mut shown = 0;
        members
            .read(name, bytes, |piece| shown += piece.len())
            .unwrap();
        assert_eq!(shown, bytes.len(), "{name}");
        members.found[name]
    }

    #[test]
    fn a_cut_member_is_told_whatever_it_is_compressed_by() {
        let rows = [&b"1\tsome row\n".repeat(20_000)[..], END_OF_ROWS].concat();
        let zstd = zstd::encode_all(&rows[..], 3).unwrap();
        let mut lz4 = FrameEncoder::new(Vec::new());
        lz4.write_all(&rows).unwrap();
        let lz4 = lz4.finish().unwrap();
        for (name, whole) in [("1.dat.zst", zstd), ("1.dat.lz4", lz4)] {
            assert!(end(name, &whole) == End::OfRows, "{name}");
            for cut in [1, whole.len() / 2, whole.len() - 1] {
                assert!(end(name, &whole[..cut]) == End::Cut, "{name} {cut}");
            }
            let mut flipped = whole.clone();
            flipped[0] ^= 1;
            assert!(end(name, &flipped) == End::Cut, "{name}");
        }
        let mut far = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        far.window_log(27).unwrap();
        far.write_all(&rows).unwrap();
        let far = far.finish().unwrap();
        assert!(end("blob_1.dat.zst", &far) == End::TooLarge);
        assert!(end("1.dat", &rows) == End::OfRows);
        assert!(end("1.dat", &rows[..100]) == End::Other);
        assert!(end("1.dat.gz", &rows[..100]) == End::Unknown);
        assert!(end("1.dat.zst", b"") == End::Empty);
    }
}

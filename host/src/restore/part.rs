//! The events of a script, kept until they are sent.

use bytes::Bytes;
use vhost_dump::script::{self, Command, Event, Foreign, Piece, Splitter};

/// One event that the restore acts on. What pg_dump wrote for readers alone, white space and comments, is none.
#[derive(Debug)]
pub enum Part {
    /// A whole statement, or the start of a long one.
    Statement(Bytes),
    /// More of that long one.
    More(Bytes),
    /// A COPY whose rows follow, and where they begin in the dump, in bytes.
    Copy {
        statement: Bytes,
        at: u64,
    },
    /// Rows of that COPY.
    Rows(Bytes),
    EndOfRows,
    Connect(String),
    /// The restore ends here: nothing behind it is read.
    Foreign(Foreign),
}

/// Takes a dump in pieces of any size.
#[derive(Default)]
pub struct Parts(Splitter);

impl Parts {
    /// Of the rows of a COPY, whose first line comes first.
    pub fn of_rows() -> Self {
        Self(Splitter::of_rows())
    }

    pub fn take(&mut self, piece: &Bytes) -> Vec<Part> {
        let mut parts = Vec::new();
        self.0
            .feed(piece, &mut |event| parts.extend(part(&event, piece)));
        parts
    }

    /// What the dump's end makes of it.
    pub fn finish(self) -> Vec<Part> {
        let mut parts = Vec::new();
        self.0
            .finish(&mut |event| parts.extend(part(&event, &Bytes::new())));
        parts
    }
}

fn part(event: &Event<'_>, piece: &Bytes) -> Option<Part> {
    Some(match &event.part {
        script::Part::Statement(_) | script::Part::Long(Piece::First, _) => {
            Part::Statement(kept(event.text, piece))
        }
        script::Part::Long(Piece::Middle | Piece::Last, _) => Part::More(kept(event.text, piece)),
        script::Part::Copy { statement } => Part::Copy {
            statement: kept(&event.text[..*statement], piece),
            at: event.range().end,
        },
        script::Part::Rows => Part::Rows(kept(event.text, piece)),
        script::Part::EndOfRows => Part::EndOfRows,
        script::Part::Command(Command::Connect(database)) => Part::Connect(database.clone()),
        // psql runs under a key of the host's own, and the host writes `\connect` itself, in UTF-8.
        script::Part::Command(
            Command::Restrict(_) | Command::Unrestrict(_) | Command::Encoding,
        ) => return None,
        script::Part::Foreign(foreign) => Part::Foreign(foreign.clone()),
        script::Part::Blank | script::Part::Comment | script::Part::Unread => return None,
    })
}

/// The text as a part of the piece, where it lies in it.
fn kept(text: &[u8], piece: &Bytes) -> Bytes {
    let within = piece.as_ptr_range();
    let of = text.as_ptr_range();
    match within.start <= of.start && of.end <= within.end {
        true => piece.slice_ref(text),
        false => Bytes::copy_from_slice(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_same_whatever_the_pieces() {
        let dump = "--\n-- c\n\\restrict k\nSELECT 1;\nCOPY public.t (a) FROM stdin;\n\\N\n2\n\\.\n\\unrestrict k\n\\connect shop\n";
        for size in 1..=dump.len() {
            let mut parts = Parts::default();
            let mut seen = Vec::new();
            for piece in dump.as_bytes().chunks(size) {
                seen.extend(parts.take(&Bytes::copy_from_slice(piece)));
            }
            seen.extend(parts.finish());
            let mut rows = Vec::new();
            let mut words = Vec::new();
            for part in seen {
                match part {
                    Part::Rows(piece) => rows.extend_from_slice(&piece),
                    Part::Copy { at, statement } => {
                        assert!(dump[at as usize..].starts_with("\\N\n2\n"));
                        assert!(statement.ends_with(b"stdin;"));
                        words.push("copy".to_owned());
                    }
                    other => words.push(format!("{other:?}")),
                }
            }
            assert_eq!(rows, b"\\N\n2\n", "pieces of {size}");
            assert_eq!(
                words,
                [
                    "Statement(b\"SELECT 1;\")",
                    "copy",
                    "EndOfRows",
                    "Connect(\"shop\")"
                ],
                "pieces of {size}"
            );
        }
    }
}

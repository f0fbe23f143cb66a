//! Where the rows of a COPY block end.

use bytes::Bytes;

/// Passes the rows of one block on until the line `\.`, which ends them (manual, COPY, "Text Format").
///
/// psql ends a block at this line and no other, whatever the format of the COPY is.
pub struct CopyEnd {
    at_line_start: bool,
    /// The start of what may be the last line, where a piece ended within it.
    carried: Bytes,
}

/// What a piece held.
pub struct Passed {
    pub rows: Bytes,
    /// What follows the last line, once that was seen.
    pub rest: Option<Bytes>,
}

impl Default for CopyEnd {
    fn default() -> Self {
        Self {
            at_line_start: true,
            carried: Bytes::new(),
        }
    }
}

impl CopyEnd {
    pub fn pass(&mut self, piece: Bytes) -> Passed {
        if piece.is_empty() {
            return Passed {
                rows: piece,
                rest: None,
            };
        }
        let carried = std::mem::take(&mut self.carried);
        let piece = match carried.is_empty() {
            true => piece,
            false => [carried, piece].concat().into(),
        };
        let mut line = match self.at_line_start {
            true => Some(0),
            false => next_line(&piece, 0),
        };
        while let Some(at) = line {
            let found = &piece[at..];
            for last in [&b"\\.\n"[..], b"\\.\r\n"] {
                if found.starts_with(last) {
                    return Passed {
                        rows: piece.slice(..at),
                        rest: Some(piece.slice(at + last.len()..)),
                    };
                }
                if last.starts_with(found) {
                    self.at_line_start = true;
                    self.carried = piece.slice(at..);
                    return Passed {
                        rows: piece.slice(..at),
                        rest: None,
                    };
                }
            }
            line = next_line(&piece, at);
        }
        self.at_line_start = piece.ends_with(b"\n");
        Passed {
            rows: piece,
            rest: None,
        }
    }
}

/// The next line after `from` that starts with a backslash.
fn next_line(piece: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(&piece[from..], b"\n\\").map(|found| from + found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(text: &str, size: usize) -> (String, Option<String>) {
        let mut end = CopyEnd::default();
        let mut rows = Vec::new();
        let mut rest: Option<Vec<u8>> = None;
        for piece in text.as_bytes().chunks(size) {
            if let Some(rest) = &mut rest {
                rest.extend_from_slice(piece);
                continue;
            }
            let passed = end.pass(Bytes::copy_from_slice(piece));
            rows.extend_from_slice(&passed.rows);
            rest = passed.rest.map(|rest| rest.to_vec());
        }
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(rows), rest.map(text))
    }

    #[test]
    fn rows_end_at_the_line_and_nowhere_else_whatever_the_pieces() {
        for (rows, end) in [
            ("", "\\.\n"),
            ("1\tx\n", "\\.\n"),
            ("1\tx\r\n", "\\.\r\n"),
            ("\\N\tx\n\\\\.\n\\\\x61\n\\..\nx\\.\n\n", "\\.\n"),
        ] {
            let text = format!("{rows}{end}SELECT 1;\n\\.\n");
            for size in 1..=text.len() {
                let (seen, rest) = passed(&text, size);
                assert_eq!(seen, rows, "pieces of {size}");
                assert_eq!(rest.as_deref(), Some("SELECT 1;\n\\.\n"));
            }
        }
        assert_eq!(passed("1\n\\.", 3).1, None);
    }
}

//! What a backslash is in strings, as far as one byte does not tell.

/// What stands behind a string in which a backslash escapes. It goes on at once with a doubled quote, and in the next line
/// with another quote (manual, 4.1.2.1), and a backslash still escapes there.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Closed {
    #[default]
    No,
    /// Nothing yet.
    Now,
    /// White space and comments.
    Blank { line: bool, dash: bool },
}

impl Closed {
    /// After a byte outside of quotes.
    pub fn then(self, byte: u8) -> Self {
        let (line, dash) = match self {
            Closed::No => return Closed::No,
            Closed::Now => (false, false),
            Closed::Blank { line, dash } => (line, dash),
        };
        match byte {
            // The second one begins a comment, whose end is the line's.
            b'-' => Closed::Blank { line, dash: !dash },
            _ if dash => Closed::No,
            b'\n' | b'\r' => Closed::Blank { line: true, dash },
            b' ' | b'\t' | 0x0b | 0x0c => Closed::Blank { line, dash },
            _ => Closed::No,
        }
    }

    pub fn goes_on(self) -> bool {
        matches!(
            self,
            Closed::Now
                | Closed::Blank {
                    line: true,
                    dash: false
                }
        )
    }
}

/// Which bytes make a letter of two, whose second one may be that of a backslash and is none (`psqlscan.l` on encodings that
/// are not safe): `client_encoding`, as the dump last set it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Letters {
    #[default]
    Alone,
    Pairs,
    /// From 0xA1 to 0xDF they stand alone.
    PairsOfJapan,
}

impl Letters {
    pub fn of(encoding: &[u8]) -> Self {
        match encoding.to_ascii_uppercase().as_slice() {
            b"SJIS" | b"SHIFT_JIS_2004" | b"SHIFTJIS" | b"MSKANJI" | b"WIN932" => {
                Letters::PairsOfJapan
            }
            b"BIG5" | b"WIN950" | b"GBK" | b"WIN936" | b"GB18030" | b"UHC" | b"WIN949"
            | b"JOHAB" => Letters::Pairs,
            _ => Letters::Alone,
        }
    }

    pub fn leads(self, byte: u8) -> bool {
        match self {
            Letters::Alone => false,
            Letters::Pairs => byte >= 0x80,
            Letters::PairsOfJapan => byte >= 0x80 && !(0xA1..=0xDF).contains(&byte),
        }
    }
}

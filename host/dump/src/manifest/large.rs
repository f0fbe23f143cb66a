//! Large objects, as pg_dump writes them: one is opened, written to in pieces and closed.

use crate::digest::Hasher;

use super::LargeObject;

const OPEN: &str = "SELECT pg_catalog.lo_open('";
/// `INV_WRITE` (`StartRestoreLO` in pg_backup_archiver.c).
const FOR_WRITING: &str = "', 131072);";
const CLOSE: &str = "SELECT pg_catalog.lo_close(0);";

/// What a statement that writes a piece begins with; `\x` and hexadecimal digits follow, up to a quote.
pub const WRITE: &[u8] = b"SELECT pg_catalog.lowrite(0, '";

/// Follows the calls and keeps the digest of what each object holds, however it was cut into pieces.
#[derive(Default)]
pub struct LargeObjects {
    open: Option<Open>,
    whole: Vec<LargeObject>,
}

struct Open {
    oid: u32,
    content: Hasher,
    /// The first digit of a byte whose second has not arrived.
    half: Option<u8>,
    decoded: Vec<u8>,
    /// Whether something else than digits stood in a call.
    foreign: bool,
}

impl LargeObjects {
    /// Takes a call that opens or closes an object; false of any other statement.
    pub fn call(&mut self, statement: &str) -> bool {
        if let Some(rest) = statement.strip_prefix(OPEN) {
            let oid = rest
                .strip_suffix(FOR_WRITING)
                .and_then(|oid| oid.parse().ok());
            self.open = oid.map(|oid| Open {
                oid,
                content: Hasher::default(),
                half: None,
                decoded: Vec::new(),
                foreign: false,
            });
            return self.open.is_some();
        }
        let closes = statement == CLOSE;
        let open = self.open.take_if(|_| closes);
        // One that was written otherwise than by pg_dump is left out, and so is missed.
        if let Some(open) = open.filter(|open| !open.foreign) {
            let content = open.content.finish();
            self.whole.push(LargeObject {
                oid: open.oid,
                bytes: content.bytes,
                content: content.sha256,
            });
        }
        closes
    }

    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes some of what stands behind [`WRITE`]: digits, and among the signs around them none is one.
    pub fn digits(&mut self, digits: &[u8]) {
        let Some(open) = &mut self.open else { return };
        open.decoded.clear();
        for digit in digits {
            let Some(value) = (*digit as char)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
            else {
                open.foreign |= !b"\\x');".contains(digit);
                continue;
            };
            match open.half.take() {
                None => open.half = Some(value),
                Some(first) => open.decoded.push(first << 4 | value),
            }
        }
        open.content.update(&open.decoded);
    }

    pub fn finish(self) -> Vec<LargeObject> {
        self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    #[test]
    fn contents_are_the_same_however_they_are_cut() {
        let object = |pieces: &[&str]| {
            let mut objects = LargeObjects::default();
            assert!(objects.call("SELECT pg_catalog.lo_open('4711', 131072);"));
            pieces
                .iter()
                .for_each(|piece| objects.digits(piece.as_bytes()));
            assert!(objects.call("SELECT pg_catalog.lo_close(0);"));
            objects.finish()
        };
        let whole = LargeObject {
            oid: 4711,
            bytes: 3,
            content: Sha256::of(b"\x00\xff\x5c"),
        };
        for pieces in [
            &["00ff5c"][..],
            &["00", "FF", "5c"],
            &["0", "0f", "f5", "", "c"],
        ] {
            assert_eq!(object(pieces), std::slice::from_ref(&whole), "{pieces:?}");
        }
        assert_eq!(object(&[])[0].content, Sha256::of(b""));
        assert_eq!(object(&["\\x00ff5c');"]), [whole]);
        assert!(object(&["\\x00ff5c'), f();"]).is_empty());
    }

    #[test]
    fn other_calls_are_not_taken() {
        let mut objects = LargeObjects::default();
        assert!(!objects.call("SELECT pg_catalog.lo_create('4711');"));
        assert!(!objects.call("SELECT pg_catalog.lo_open('x', 131072);"));
        assert!(!objects.call("SELECT pg_catalog.lo_open('4711', 131072), f();"));
        assert!(!objects.call("SELECT pg_catalog.lo_close(0), f();"));
        objects.digits(b"00");
        assert!(objects.finish().is_empty());
    }
}

//! The numbers and texts that Postgres' archives are made of.

use std::io::{self, BufRead};

/// Of a text, this much is kept; what names an object is far shorter (63 bytes each, `NAMEDATALEN`).
const KEPT: usize = 1024;

/// Reads them one after another (`ReadInt`, `ReadStr` and `ReadOffset` in Postgres' pg_backup_archiver.c).
///
/// An archive that ends too early is an error of the kind `UnexpectedEof`, and what no archive holds one of the kind
/// `InvalidData`. Whatever a length says, no more than a fixed part of it is kept in memory.
pub struct Fields<R> {
    from: R,
    /// Bytes of a number's magnitude. The header says it; 0 until that is read.
    pub int_size: usize,
    /// Bytes of an offset. The header says it; 0 until that is read.
    pub offset_size: usize,
    /// Bytes that were read so far.
    pub at: u64,
}

/// What a text field of an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Field {
    /// A null pointer in pg_dump, which ends a list.
    Missing,
    /// The start of it, where it is very long.
    Text(String),
}

impl<R: BufRead> Fields<R> {
    /// At the start of an archive, whose header is to be read first.
    pub fn new(from: R) -> Self {
        Self {
            from,
            int_size: 0,
            offset_size: 0,
            at: 0,
        }
    }

    /// The reader, behind what was read so far.
    pub fn into_inner(self) -> R {
        self.from
    }

    /// The next byte; none at the end.
    pub fn byte_or_end(&mut self) -> io::Result<Option<u8>> {
        let byte = loop {
            match self.from.fill_buf() {
                Ok(buffer) => break buffer.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        if byte.is_some() {
            self.from.consume(1);
            self.at += 1;
        }
        Ok(byte)
    }

    /// The next byte; the end of the archive is an error.
    pub fn byte(&mut self) -> io::Result<u8> {
        self.byte_or_end()?
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// A sign, then the magnitude with its lowest byte first.
    pub fn int(&mut self) -> io::Result<i64> {
        let negative = self.byte()? != 0;
        let magnitude = self.magnitude(self.int_size)?;
        let magnitude = i64::try_from(magnitude).map_err(|_| absurd())?;
        Ok(if negative { -magnitude } else { magnitude })
    }

    /// A flag, then an offset with its lowest byte first.
    pub fn offset(&mut self) -> io::Result<(u8, u64)> {
        let flag = self.byte()?;
        Ok((flag, self.magnitude(self.offset_size)?))
    }

    fn magnitude(&mut self, size: usize) -> io::Result<u64> {
        let mut magnitude = 0_u64;
        for i in 0..size {
            let byte = u64::from(self.byte()?);
            // A number of more than eight bytes is in no Postgres archive.
            let shift = u32::try_from(8 * i).map_err(|_| absurd())?;
            magnitude |= byte.checked_shl(shift).ok_or_else(absurd)?;
        }
        Ok(magnitude)
    }

    /// A length and so many bytes; a missing text has a negative length.
    pub fn text(&mut self) -> io::Result<Field> {
        self.text_of(KEPT)
    }

    /// The same, of which at most so many bytes are kept; there are no more of them than the archive holds.
    pub fn text_of(&mut self, most: usize) -> io::Result<Field> {
        let Ok(length) = u64::try_from(self.int()?) else {
            return Ok(Field::Missing);
        };
        let mut kept = Vec::new();
        self.take(length, |piece| {
            let room = most.saturating_sub(kept.len());
            kept.extend_from_slice(&piece[..piece.len().min(room)]);
        })?;
        Ok(Field::Text(String::from_utf8_lossy(&kept).into_owned()))
    }

    /// Passes over the next `length` bytes.
    pub fn skip(&mut self, length: u64) -> io::Result<()> {
        self.take(length, |_| ())
    }

    /// Passes over all that is left, and says how much that was.
    pub fn rest(&mut self) -> io::Result<u64> {
        let before = self.at;
        match self.skip(u64::MAX) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(self.at - before),
            Ok(()) => Ok(self.at - before),
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, mut length: u64, mut tap: impl FnMut(&[u8])) -> io::Result<()> {
        while length > 0 {
            let buffer = match self.from.fill_buf() {
                Ok([]) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let n = usize::try_from(length).map_or(buffer.len(), |left| left.min(buffer.len()));
            tap(&buffer[..n]);
            self.from.consume(n);
            self.at += n as u64;
            length -= n as u64;
        }
        Ok(())
    }
}

impl Field {
    /// Empty for a missing one.
    pub fn into_text(self) -> String {
        match self {
            Field::Missing => String::new(),
            Field::Text(text) => text,
        }
    }
}

/// The error of what no archive holds.
pub fn absurd() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Fields<&[u8]> {
        Fields {
            int_size: 4,
            offset_size: 8,
            ..Fields::new(bytes)
        }
    }

    #[test]
    fn a_text_is_as_long_as_it_says() {
        let mut read = fields(b"\0\x02\0\0\0ab\x01\x01\0\0\0\0\x03\0\0\0xy");
        assert_eq!(read.text().unwrap(), Field::Text("ab".to_owned()));
        assert_eq!(read.text().unwrap(), Field::Missing);
        let cut = read.text().unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_length_that_no_memory_holds_costs_none() {
        let mut read = fields(b"\0\xff\xff\xff\x7fab");
        let cut = read.text().unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
        let mut absurd = fields(&[0; 64]);
        absurd.int_size = 40;
        assert_eq!(absurd.int().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_left_is_counted() {
        let mut read = fields(b"abc");
        read.skip(1).unwrap();
        assert_eq!((read.rest().unwrap(), read.at), (2, 3));
        assert_eq!(read.rest().unwrap(), 0);
    }
}

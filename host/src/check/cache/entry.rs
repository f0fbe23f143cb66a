//! One entry: machine code, and after it the code that authenticates it.

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use crate::check::code::{Code, Filling, PIECE};

/// Bytes of a key: a block of SHA-256, the most that HMAC takes as it is (RFC 2104, 3).
pub const KEY: usize = 64;
const TAG: usize = 32;

/// What entries are authenticated with. It has no way out.
pub struct Key(Zeroizing<[u8; KEY]>);

impl Key {
    /// Reads a key; `None` where the file is not as long as a key is.
    pub fn read(file: &mut File) -> io::Result<Option<Self>> {
        // One byte more, to tell a file that is too long.
        let mut bytes = Zeroizing::new([0; KEY + 1]);
        let mut read = 0;
        while read < bytes.len() {
            match file.read(&mut bytes[read..])? {
                0 => break,
                more => read += more,
            }
        }
        if read != KEY {
            return Ok(None);
        }
        let mut key = Zeroizing::new([0; KEY]);
        key.copy_from_slice(&bytes[..KEY]);
        Ok(Some(Self(key)))
    }

    /// Over the name's length, the name and the code, so that nothing can move from the one into the other.
    fn mac(&self, name: &str) -> Hmac<sha2::Sha256> {
        let key: &[u8; KEY] = &self.0;
        let mut mac = Hmac::<sha2::Sha256>::new(key.into());
        mac.update(&(name.len() as u64).to_le_bytes());
        mac.update(name.as_bytes());
        mac
    }
}

/// Writes an entry for what `name` describes.
pub fn write(key: &Key, name: &str, code: &Code, into: &mut File) -> io::Result<()> {
    let mut mac = key.mac(name);
    code.pieces(|piece| {
        mac.update(piece);
        into.write_all(piece)
    })?;
    into.write_all(&mac.finalize().into_bytes())
}

/// Reads an entry once, into a file in memory, and gives that if it is authentic: `None` if it is not.
///
/// What is authenticated is each piece as it was read and as it went into that file, so whatever happens to the entry
/// meanwhile, no other byte is ever run.
pub fn read(key: &Key, name: &str, mut entry: File, most: u64) -> io::Result<Option<Code>> {
    let length = entry.metadata()?.len();
    let Some(mut left) = length.checked_sub(TAG as u64).filter(|_| length <= most) else {
        return Ok(None);
    };
    let code = Filling::new()?;
    let mut mac = key.mac(name);
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let wanted = PIECE.min(usize::try_from(left).unwrap_or(PIECE));
        match entry.read(&mut piece[..wanted])? {
            // It was cut while it was read.
            0 => return Ok(None),
            read => {
                mac.update(&piece[..read]);
                code.file().write_all(&piece[..read])?;
                left -= read as u64;
            }
        }
    }
    let mut tag = [0; TAG];
    match entry.read_exact(&mut tag) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    // Compares in constant time.
    match mac.verify_slice(&tag) {
        Ok(()) => Ok(Some(code.seal()?)),
        Err(_) => Ok(None),
    }
}

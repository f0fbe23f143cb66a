//! SHA-256 as a value, and a writer that computes it on the way through.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 (FIPS 180-4), shown and serialized as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

/// What was not a SHA-256.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a SHA-256: write 64 hexadecimal digits")]
pub struct NotSha256 {
    text: String,
}

impl Sha256 {
    /// Hashes bytes that are all in memory; [`Hasher`] takes them piece by piece.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// One that was computed elsewhere.
    pub fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Of what a state of the algorithm has been given.
    pub fn from_state(state: sha2::Sha256) -> Self {
        Self(state.finalize().into())
    }

    /// The 32 bytes, in the order in which they are shown.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sha256 {
    type Err = NotSha256;

    fn from_str(text: &str) -> Result<Self, NotSha256> {
        let mut out = [0; 32];
        hex::decode_to_slice(text, &mut out).map_err(|_| NotSha256 {
            text: text.to_owned(),
        })?;
        Ok(Self(out))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The digest and the length, in bytes, of one artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Of a file's bytes; of a dump in directory format, as `DumpFacts` defines it.
    pub sha256: Sha256,
    /// The size of a file; of a directory, of all its files together.
    pub bytes: u64,
}

/// Computes a [`Digest`] piece by piece.
#[derive(Default)]
pub struct Hasher {
    state: sha2::Sha256,
    bytes: u64,
}

impl Hasher {
    /// Takes the next bytes. Where one call ends and the next begins does not show in the digest.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// The digest and the length of all bytes that were taken.
    pub fn finish(self) -> Digest {
        Digest {
            sha256: Sha256(self.state.finalize().into()),
            bytes: self.bytes,
        }
    }
}

/// Passes bytes to `W` and hashes exactly those that `W` accepted.
pub struct HashingWriter<W> {
    inner: W,
    hasher: Hasher,
}

impl<W: Write> HashingWriter<W> {
    /// Hashes what is written from now on, and nothing that `inner` was given before.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            hasher: Hasher::default(),
        }
    }

    /// Gives `inner` back, not flushed, and the digest of what it accepted.
    pub fn finish(self) -> (W, Digest) {
        (self.inner, self.hasher.finish())
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer that takes at most two bytes a call, as a full pipe may.
    struct Short(Vec<u8>);

    impl Write for Short {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = bytes.len().min(2);
            self.0.extend_from_slice(&bytes[..n]);
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn short_writes_are_hashed_once() {
        let mut writer = HashingWriter::new(Short(Vec::new()));
        writer.write_all(b"abc").unwrap();
        let (inner, digest) = writer.finish();
        assert_eq!(inner.0, b"abc");
        assert_eq!(digest.bytes, 3);
        // The vector of FIPS 180-4's example B.1.
        assert_eq!(
            digest.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_digest_reads_back_and_a_short_one_does_not() {
        let digest = Sha256::of(b"abc");
        assert_eq!(digest.to_string().parse::<Sha256>().unwrap(), digest);
        assert!("ba78".parse::<Sha256>().is_err());
    }
}

//! What a given file is, by its first bytes and never by its name.

use super::error::Fault;
use crate::facts::Format;
use crate::supplied::header::{Heading, plain_heading};

pub(super) const TAR_BLOCK: usize = 512;

/// Files that people have beside dumps, by signature, and what to do with them.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (
        b"\x04\x22\x4d\x18",
        "compressed by lz4",
        "run `lz4 -d` on it first",
    ),
    (b"\xfd7zXZ\0", "compressed by xz", "run `xz -d` on it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file", "unpack it first"),
    // What `openssl enc` writes, and with -base64 (`enc` in OpenSSL's apps/enc.c).
    (b"Salted__", "encrypted by openssl", "decrypt it first"),
    (b"U2FsdGVkX1", "encrypted by openssl", "decrypt it first"),
    // https://age-encryption.org/v1
    (
        b"age-encryption.org/v1",
        "encrypted by age",
        "decrypt it first",
    ),
    (
        b"-----BEGIN AGE ENCRYPTED FILE-----",
        "encrypted by age",
        "decrypt it first",
    ),
    (
        b"-----BEGIN PGP MESSAGE-----",
        "encrypted by GnuPG",
        "decrypt it first",
    ),
    (
        b"-----BEGIN CMS-----",
        "encrypted as CMS",
        "decrypt it first",
    ),
    (
        b"-----BEGIN PKCS7-----",
        "encrypted as PKCS #7",
        "decrypt it first",
    ),
    (b"BZh", "compressed by bzip2", "run `bzip2 -d` on it first"),
    (b"PK\x03\x04", "a zip file", "unpack it first"),
    (
        b"\xff\xfe",
        "text in UTF-16",
        "take it again with `pg_dump --file`, since PowerShell's `>` rewrites what it redirects",
    ),
    (
        b"\xef\xbb\xbf",
        "text that starts with a byte order mark",
        "take it again with `pg_dump --file`, since an editor or shell rewrote it",
    ),
];

pub(super) fn format(head: &[u8]) -> Result<Format, Fault> {
    if head.is_empty() {
        return Err(Fault::Empty);
    }
    if head.starts_with(b"\x1f\x8b") {
        return Ok(Format::PlainGzip);
    }
    if is_zstd(head) {
        return Ok(Format::PlainZstd);
    }
    if head.starts_with(b"PGDMP") {
        return Ok(Format::Custom);
    }
    if head.get(257..262) == Some(b"ustar") {
        if head.starts_with(b"toc.dat\0") {
            return Ok(Format::Tar);
        }
        return Err(Fault::Unsupported {
            what: "a tar file without pg_dump's table of contents in front",
            remedy: "unpack it if it holds a dump; a base backup is no dump",
        });
    }
    for (signature, what, remedy) in OTHERS {
        if head.starts_with(signature) {
            return Err(Fault::Unsupported { what, remedy });
        }
    }
    if is_openpgp(head) {
        return Err(Fault::Unsupported {
            what: "encrypted by GnuPG",
            remedy: "decrypt it first",
        });
    }
    text(head).map(|()| Format::Plain)
}

/// A message of OpenPGP begins with a session key's packet, its length and its version: encrypted to a public key or by a
/// passphrase, in the old or the new format of a packet's header (RFC 9580, 4.2, 5.1 and 5.3).
fn is_openpgp(head: &[u8]) -> bool {
    let public = |version: &u8| matches!(version, 3 | 6);
    let symmetric = |version: &u8| matches!(version, 4..=6);
    match *head {
        [0x84, _, ref version, ..] | [0x85, _, _, ref version, ..] => public(version),
        [0xc1, length @ 0..192, ref version, ..] => length > 1 && public(version),
        [0xc1, 192..224, _, ref version, ..] => public(version),
        [0x8c, _, ref version, ..] | [0xc3, 0..192, ref version, ..] => symmetric(version),
        _ => false,
    }
}

/// A frame, or a skippable one (RFC 8878, 3.1.1 and 3.1.2), which pzstd puts in front of each of its own.
fn is_zstd(head: &[u8]) -> bool {
    let skippable = head.first().is_some_and(|first| first & 0xf0 == 0x50)
        && head.get(1..4) == Some(b"\x2a\x4d\x18");
    skippable || head.starts_with(b"\x28\xb5\x2f\xfd")
}

/// Looks at the start of a plain dump, of which a compressor may have been the wrapper.
pub(super) fn text(head: &[u8]) -> Result<(), Fault> {
    let cluster = b"-- PostgreSQL database cluster dump";
    if head
        .windows(cluster.len())
        .take(64)
        .any(|window| window == cluster)
    {
        return Err(Fault::Unsupported {
            what: "pg_dumpall's dump of a whole cluster",
            remedy: "give pg_dump's dump of one database",
        });
    }
    if head.starts_with(b"PGDMP") || head.get(257..262) == Some(b"ustar") {
        return Err(Fault::Unsupported {
            what: "an archive inside gzip or zstd",
            remedy: "run `gunzip` or `zstd -d` on it first",
        });
    }
    match plain_heading(head) {
        Some(Heading { words: None, .. }) => Ok(()),
        Some(Heading {
            line,
            words: Some(words),
        }) => Err(Fault::WordsInFront { words, line }),
        None => Err(Fault::Unknown),
    }
}

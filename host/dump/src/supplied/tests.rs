use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18 (Debian)\n\
    -- Dumped by pg_dump version 16.2\n\nCOPY public.t (a) FROM stdin;\n1\n\\.\n\n\
    --\n-- PostgreSQL database dump complete\n--\n\n";

fn inspect(bytes: &[u8]) -> Result<(SuppliedDump, Scanned, tempfile::TempDir), SuppliedError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("given");
    std::fs::write(&path, bytes).unwrap();
    let inspected = SuppliedDump::inspect(&path, Scanner::default())?;
    let (dump, scanned) = inspected.whole()?;
    Ok((dump, scanned.unwrap(), dir))
}

fn refused(path: &Path) -> SuppliedError {
    SuppliedDump::inspect(path, Scanner::default())
        .err()
        .unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8], level: i32) -> Vec<u8> {
    zstd::encode_all(bytes, level).unwrap()
}

fn read(dump: &SuppliedDump) -> (Vec<u8>, Digest) {
    let mut text = dump.text().unwrap();
    let mut read = Vec::new();
    text.read_to_end(&mut read).unwrap();
    (read, text.digest())
}

#[test]
fn plain_gzip_and_zstd_give_the_same_text_and_their_own_digests() {
    let half = DUMP.len() / 2;
    // Two members in one file are what `cat a.gz b.gz` and pigz make.
    let members = [
        gzip(&DUMP.as_bytes()[..half]),
        gzip(&DUMP.as_bytes()[half..]),
    ]
    .concat();
    // So do `cat a.zst b.zst` and pzstd, which puts a skippable frame in front of each of its own.
    let frames = [
        b"\x50\x2a\x4d\x18\x04\0\0\0skip".to_vec(),
        zstd(&DUMP.as_bytes()[..half], 3),
        zstd(&DUMP.as_bytes()[half..], 19),
    ]
    .concat();
    for (bytes, format) in [
        (DUMP.as_bytes().to_vec(), Format::Plain),
        (members, Format::PlainGzip),
        (frames[12..].to_vec(), Format::PlainZstd),
        (frames, Format::PlainZstd),
    ] {
        let (given, scanned, _dir) = inspect(&bytes).unwrap();
        assert_eq!(given.facts.format, format);
        assert_eq!(given.facts.server_version, "15.18");
        assert_eq!(given.facts.pg_dump_version, "16.2");
        assert_eq!(given.facts.digest.bytes, bytes.len() as u64);
        assert_eq!(given.facts.digest.sha256, crate::digest::Sha256::of(&bytes));
        assert_eq!(scanned.manifest.relations[0].rows, 1);
        let (text, digest) = read(&given);
        assert_eq!(text, DUMP.as_bytes());
        assert_eq!(digest, given.facts.digest);
    }
}

#[test]
fn a_file_that_changes_after_it_was_hashed_reads_back_differently() {
    let (given, _, dir) = inspect(DUMP.as_bytes()).unwrap();
    std::fs::write(dir.path().join("given"), DUMP.replace("\n1\n", "\n2\n")).unwrap();
    let (_, digest) = read(&given);
    assert_ne!(digest, given.facts.digest);
    let copied = given.copy_to(&dir.path().join("copy")).unwrap();
    assert_ne!(copied, given.facts.digest);
}

#[test]
fn what_is_no_dump_is_named() {
    let wrong = |bytes: &[u8]| inspect(bytes).err().unwrap().to_string();
    assert!(wrong(b"").contains("empty"));
    assert!(wrong(b"SELECT 1;").contains("neither pg_dump's header comment"));
    assert!(wrong(b"\x28\xb5\x2f\xfd....").contains("cannot be decompressed"));
    assert!(wrong(b"\x04\x22\x4d\x18....").contains("lz4 -d"));
    assert!(wrong(&zstd(b"PGDMP....", 1)).contains("zstd -d"));
    assert!(wrong(b"--\n-- PostgreSQL database cluster dump\n--\n").contains("pg_dumpall"));
    assert!(wrong(&gzip(b"PGDMP....")).contains("gunzip"));
    assert!(wrong(&gzip(b"hello")).contains("neither pg_dump's header comment"));
    assert!(wrong(b"PGDMP\x01").contains("header that cannot be read"));
    // What gpg 2.2 (by a passphrase; to a key of 3072 bits; armoured), openssl and age write first.
    for (start, by) in [
        (&b"\x8c\x0d\x04\x09\x03\x02"[..], "GnuPG"),
        (b"\x85\x01\x8c\x03", "GnuPG"),
        (b"\xc3\x2e\x05\x09", "GnuPG"),
        (b"\xc1\xc0\x4c\x03", "GnuPG"),
        (b"-----BEGIN PGP MESSAGE-----\n", "GnuPG"),
        (b"Salted__12345678", "openssl"),
        (b"U2FsdGVkX19", "openssl"),
        (b"age-encryption.org/v1\n-> X25519", "age"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "age"),
    ] {
        let text = wrong(start);
        let says = format!("is encrypted by {by}: decrypt it first");
        assert!(text.contains(&says), "{text}");
        assert!(!inspect(start).err().unwrap().is_defect());
    }
    // Text in UTF-8 and Latin-1 begins with such bytes too.
    for text in ["Änderungen\n", "ä\n", "Ã\u{e}"] {
        assert!(wrong(text.as_bytes()).contains("neither pg_dump's"));
    }
    let words = format!("pg_dump: warning: circular\n{DUMP}");
    let text = wrong(words.as_bytes());
    assert!(
        text.contains("has words in line 1, in front of pg_dump's heading in line 3"),
        "{text}"
    );
    let comments = format!("-- by night\n\n-- {}\n\n{DUMP}", "x".repeat(100));
    assert!(inspect(comments.as_bytes()).is_ok());
    let mut base_backup = vec![0; 1024];
    base_backup[..12].copy_from_slice(b"backup_label");
    base_backup[257..262].copy_from_slice(b"ustar");
    assert!(wrong(&base_backup).contains("base backup"));
    let dir = tempfile::tempdir().unwrap();
    let error = refused(dir.path());
    assert!(error.to_string().contains("without toc.dat"));
}

#[test]
fn a_cut_anywhere_is_caught() {
    for cut in (600..DUMP.len()).chain([200, 60]) {
        if let Some(cut) = DUMP.get(..cut) {
            assert!(inspect(cut.as_bytes()).is_err());
        }
    }
    let whole = gzip(DUMP.as_bytes());
    for cut in 3..whole.len() {
        assert!(inspect(&whole[..cut]).is_err(), "{cut}");
    }
    let frame = zstd(DUMP.as_bytes(), 3);
    for cut in 4..frame.len() {
        let error = inspect(&frame[..cut]).err().unwrap();
        assert!(
            error.to_string().contains("rest of the compressed data"),
            "{cut}: {error}"
        );
    }
    let mut garbage = frame.clone();
    garbage.extend_from_slice(b"more");
    assert!(inspect(&garbage).is_err());
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 4;
    assert!(inspect(&flipped).is_err());
}

/// The window that a frame asks for is memory that the reader needs.
#[test]
fn a_frame_that_asks_for_much_memory_is_refused() {
    let with_window = |log: u32| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.long_distance_matching(true).unwrap();
        encoder.window_log(log).unwrap();
        encoder.write_all(DUMP.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    assert!(inspect(&with_window(25)).is_ok());
    let error = inspect(&with_window(26)).err().unwrap();
    assert!(error.to_string().contains("--long=31"), "{error}");
    assert!(!error.is_defect());
}

#[test]
fn a_dump_is_named_by_its_file_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("night\nly.sql");
    std::fs::write(&path, "").unwrap();
    let error = refused(&path).to_string();
    assert!(
        error.starts_with("the given dump \"night\\nly.sql\" is empty: "),
        "{error}"
    );
}

/// What is told of a plain dump is true, and has its line.
#[test]
fn a_refusal_names_the_line() {
    let body = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k0\n\n-- Dumped from database version 15.20\n\
        -- Dumped by pg_dump version 15.20\n\nCREATE TABLE public.t (\n    a integer\n);\n\n\
        --\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k0\n\n";
    assert!(inspect(body.as_bytes()).is_ok());
    let named = body.replace("k0", "a_b");
    assert!(inspect(named.as_bytes()).is_ok(), "psql takes any word");
    let cut = inspect(DUMP.split("\n\\.").next().unwrap().as_bytes());
    let told = cut.err().unwrap().to_string();
    assert!(
        told.contains("the rows of public.t, whose COPY stands in line 8, have no end"),
        "{told}"
    );
    let whole = |text: &str| inspect(&gzip(text.as_bytes())).err().unwrap().to_string();
    for (from, to, told) in [
        (
            "\\restrict k0",
            "\\restrict",
            "holds, in line 5, the psql meta-command \\restrict without the key",
        ),
        (
            "\\restrict k0",
            "  \\restrict k0",
            "holds, in line 5, the psql meta-command \\restrict, which does not begin its line",
        ),
        (
            "(\n",
            "(\n\\restrict k0\n",
            "holds, in line 11, the psql meta-command \\restrict, inside a statement",
        ),
        (
            "\\unrestrict k0",
            "\\unrestrict k1",
            "holds, in line 18, the psql meta-command \\unrestrict with another key",
        ),
        (
            "\\unrestrict k0\n",
            "",
            "is truncated: the \\unrestrict behind",
        ),
        (
            "\\unrestrict k0\n\n",
            "\\unrestrict k0\n\nSELECT 1;\n",
            "goes on behind pg_dump's closing comment, in line 20",
        ),
        (
            ");\n",
            ")\n",
            "holds, in line 18, the psql meta-command \\unrestrict, inside a statement",
        ),
        (
            "\\unrestrict k0\n",
            "SELECT 1;",
            "goes on behind pg_dump's closing comment, in line 18",
        ),
        (
            "integer",
            "'integer",
            "is truncated or cut in the middle: a string",
        ),
    ] {
        let text = body.replacen(from, to, 1);
        assert!(whole(&text).contains(told), "{to}: {}", whole(&text));
    }
}

//! The readers of supplied files: they come to an end, keep little, and what they take for whole they have read to its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::{SuppliedDump, toc};

use crate::memory;

/// What a reader may keep of any file: its buffers, of 256 KiB each.
const KEPT: usize = 4 << 20;
/// And for each byte of it: an entry of a few bytes becomes some texts.
const PER_BYTE: usize = 64;

/// What parts the files of a directory in an input; the name of the next one and a line feed follow.
pub const NEXT_FILE: &[u8] = b"\n==> ";
const MOST_FILES: usize = 16;

const TAR_BLOCK: usize = 512;
/// Where a tar header has its checksum (POSIX, pax, "ustar Interchange Format").
const CHECKSUM: std::ops::Range<usize> = 148..156;
/// And the size of the member behind it.
const SIZE: std::ops::Range<usize> = 124..136;

/// A place in memory for the files of this process.
static SCRATCH: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let base = match memory.is_dir() {
        true => memory.to_owned(),
        false => std::env::temp_dir(),
    };
    let place = base.join(format!("vhost-dump-fuzz-{}", std::process::id()));
    fs::create_dir_all(&place).expect("a directory for the files that are read");
    place
});

/// Checks a custom file, or whatever else the bytes are.
pub fn custom(input: &[u8]) {
    file(input);
}

/// Checks a tar file. Its checksums are made right, or no input would come by them.
pub fn tar_file(input: &[u8]) {
    file(&with_checksums(input));
}

/// Checks a directory: toc.dat, and behind [`NEXT_FILE`] each other file.
pub fn directory(input: &[u8]) {
    let path = SCRATCH.join("directory");
    fs::create_dir_all(&path).expect("a directory to read");
    let mut contents = input;
    let mut name = "toc.dat".to_owned();
    for _ in 0..MOST_FILES {
        let next = find(contents, NEXT_FILE);
        let end = next.unwrap_or(contents.len());
        fs::write(path.join(&name), &contents[..end]).expect("a file of the directory");
        let Some(at) = next else { break };
        let behind = &contents[at + NEXT_FILE.len()..];
        let line = find(behind, b"\n").unwrap_or(behind.len());
        // A name in the directory that every file system takes; the reader sees any other one in its table of contents.
        name = behind[..line.min(64)]
            .iter()
            .map(|byte| match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' => char::from(*byte),
                _ => '_',
            })
            .collect();
        if name.trim_matches('.').is_empty() {
            name.push('_');
        }
        contents = behind.get(line + 1..).unwrap_or_default();
    }
    let bytes = size_of_files(&path);
    inspect(&path, bytes);
    fs::remove_dir_all(&path).expect("the directory is removed");
}

fn file(bytes: &[u8]) {
    let path = SCRATCH.join("file");
    fs::write(&path, bytes).expect("a file to read");
    inspect(&path, bytes.len());
}

fn inspect(path: &Path, bytes: usize) {
    let mut whole = None;
    let most = KEPT + PER_BYTE * bytes;
    let kept = memory::peak(|| whole = Some(SuppliedDump::inspect(path, Scanner::default())));
    assert!(kept <= most, "inspecting {bytes} bytes takes {kept}");
    let mut table = None;
    let kept = memory::peak(|| table = Some(toc::read(path)));
    assert!(kept <= most, "the table of {bytes} bytes takes {kept}");
    let (Some(whole), Some(table)) = (whole, table) else {
        return;
    };
    let inspection = match whole {
        Ok(inspection) => inspection,
        Err(error) => {
            one_line(&error.to_string());
            return;
        }
    };
    assert_eq!(inspection.dump.facts.digest.bytes, bytes as u64);
    if inspection.scanned.is_none() {
        // Where an archive is whole, its table of contents is, unless its format is too new.
        if let Err(error) = table {
            let text = error.to_string();
            assert!(!error.is_defect(), "inspected, and yet: {text}");
            one_line(&text);
        }
    }
}

/// A text that reaches the report must not begin a line of its own there.
fn one_line(text: &str) {
    assert!(!text.contains(['\n', '\r']), "{text:?} has several lines");
}

/// The file with the right checksum in each header, as far as one follows the other.
fn with_checksums(input: &[u8]) -> Vec<u8> {
    let mut file = input.to_owned();
    let mut at = 0;
    while let Some(header) = file.get_mut(at..at + TAR_BLOCK) {
        if header.iter().any(|byte| *byte != 0) {
            header[CHECKSUM].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[CHECKSUM][..7].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
        let size = std::str::from_utf8(&header[SIZE]).unwrap_or_default();
        let size = size.trim_matches(['\0', ' ']);
        let size = usize::from_str_radix(size, 8).unwrap_or_default();
        let blocks = 1 + size.min(file.len()).div_ceil(TAR_BLOCK);
        at += blocks * TAR_BLOCK;
    }
    file
}

fn size_of_files(directory: &Path) -> usize {
    let files = fs::read_dir(directory).expect("the directory is read");
    let sizes = files.map(|file| {
        let meta = file.and_then(|file| file.metadata());
        meta.expect("a file's size").len() as usize
    });
    sizes.sum()
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|part| part == sought)
}

//! A small regular file, read as a whole.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Bytes of a file that people write and review.
const LARGEST: u64 = 16 << 20;

/// Reads the text; a pipe, a device or a larger file is refused, and a pipe or device is not even opened.
pub(super) fn read(path: &Path) -> io::Result<String> {
    regular(&std::fs::metadata(path)?)?;
    // A pipe that came in its place since would otherwise hold this up for ever.
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file: File = OpenOptions::new()
        .read(true)
        .custom_flags(nonblock)
        .open(path)?;
    regular(&file.metadata()?)?;
    let mut text = String::new();
    // It may grow meanwhile.
    match file.take(LARGEST + 1).read_to_string(&mut text)? as u64 > LARGEST {
        true => Err(large()),
        false => Ok(text),
    }
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file",
        ));
    }
    match metadata.len() > LARGEST {
        true => Err(large()),
        false => Ok(()),
    }
}

fn large() -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("it is larger than {} MiB", LARGEST >> 20),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_small_regular_file_is_refused_unopened() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let huge = directory.path().join("huge");
        File::create(&huge).unwrap().set_len(LARGEST + 1).unwrap();
        for (path, says) in [
            (pipe.as_path(), "not a regular file"),
            (Path::new("/dev/zero"), "not a regular file"),
            (&huge, "larger than 16 MiB"),
            (directory.path(), "directory"),
        ] {
            let error = read(path).unwrap_err().to_string();
            assert!(error.contains(says), "{}: {error}", path.display());
        }
        let small = directory.path().join("small");
        std::fs::write(&small, "version = 1\n").unwrap();
        assert_eq!(read(&small).unwrap(), "version = 1\n");
    }
}

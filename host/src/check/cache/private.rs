//! Directories and files that nobody but this user can read or write.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::CacheError;

/// The name of vhost's own directory in each of the user's.
const OWN: &str = "vhost";

/// A directory that only this user can enter.
pub struct Private {
    dir: Dir,
    pub path: PathBuf,
}

/// A file in a private directory, or what is wrong with it.
pub enum Opened {
    Good(File),
    Absent,
    /// It is no regular file, it is not this user's, or others can read or write it.
    NotPrivate,
}

impl Private {
    /// Opens `home/vhost`, which is made where it is missing, as its parents are; all with mode 0700.
    ///
    /// A link in the path to `home` is the user's own business. One at `vhost` itself is refused, and so is a
    /// directory that is somebody else's, or that others can enter.
    pub fn open(home: &Path, authority: AmbientAuthority) -> Result<Self, CacheError> {
        let path = home.join(OWN);
        let cannot = |source: io::Error| CacheError::Directory {
            path: path.clone(),
            source,
        };
        DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(home)
            .map_err(cannot)?;
        let parent = Dir::open_ambient_dir(home, authority).map_err(cannot)?;
        match rustix::fs::mkdirat(&parent, OWN, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(cannot(errno.into())),
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = match rustix::fs::openat(&parent, OWN, flags, Mode::empty()) {
            Ok(own) => File::from(own),
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(CacheError::NotPrivate { path }),
            Err(errno) => return Err(cannot(errno.into())),
        };
        let seen = own.metadata().map_err(cannot)?;
        if !(mine(&seen) && seen.mode() & 0o077 == 0) {
            return Err(CacheError::NotPrivate { path });
        }
        Ok(Self {
            dir: Dir::from_std_file(own),
            path,
        })
    }

    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Whether both are one and the same directory.
    pub fn is(&self, other: &Self) -> io::Result<bool> {
        let place = |dir: &Dir| {
            let seen = rustix::fs::fstat(dir)?;
            io::Result::Ok((seen.st_dev, seen.st_ino))
        };
        Ok(place(&self.dir)? == place(&other.dir)?)
    }

    /// Opens a file to be read, without following a link and without waiting for a named pipe's other end.
    pub fn file(&self, name: &str) -> io::Result<Opened> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.dir, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(Opened::Absent),
            // A link, a socket, or a file that this user may not read: whose it is does not matter any more.
            Err(Errno::LOOP | Errno::NXIO | Errno::ACCESS) => return Ok(Opened::NotPrivate),
            Err(errno) => return Err(errno.into()),
        };
        let seen = file.metadata()?;
        let private = seen.is_file() && mine(&seen) && seen.mode() & 0o177 == 0;
        Ok(match private {
            true => Opened::Good(file),
            false => Opened::NotPrivate,
        })
    }

    /// Writes a file beside its place and gives it to `publish` under its temporary name, whole and on the disk.
    pub fn write(
        &self,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
        publish: impl FnOnce(&Dir, &str) -> io::Result<()>,
    ) -> io::Result<()> {
        let partial = format!(".{}.partial", hex::encode(rand::random::<[u8; 8]>()));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let mut file = File::from(rustix::fs::openat(&self.dir, &*partial, flags, mode)?);
        let written = fill(&mut file)
            .and_then(|()| file.sync_all())
            .and_then(|()| publish(&self.dir, &partial));
        // Gone where it was renamed; what cannot be removed is trimmed some day as any other file.
        let _ = rustix::fs::unlinkat(&self.dir, &*partial, AtFlags::empty());
        written
    }

    /// Every file that is there, with its size in bytes and its last use.
    pub fn files(&self) -> io::Result<Vec<(std::time::SystemTime, u64, PathBuf)>> {
        let mut files = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let seen = match entry.metadata() {
                Ok(seen) => seen,
                // Another drill trims too.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if seen.is_file() {
                let used = seen.modified()?.into_std();
                let name: &OsStr = &entry.file_name();
                files.push((used, seen.len(), name.into()));
            }
        }
        Ok(files)
    }
}

fn mine(seen: &std::fs::Metadata) -> bool {
    seen.uid() == rustix::process::geteuid().as_raw()
}

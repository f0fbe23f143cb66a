//! Compiled checks, kept from one drill to the next.
//!
//! Loading compiled code trusts it: whoever writes an entry that is loaded runs machine code in the host, outside
//! every wall around a check. So an entry is used only if it is the very code that this user's own vhost compiled from
//! the very component that was approved.
//!
//! - **Private.** Entries lie in a directory that only this user can enter (0700, owner looked at, not a link), each
//!   as a file of mode 0600.
//! - **Named.** An entry stands for one SHA-256 of a component, one version of vhost, and one
//!   [`Engine::precompile_compatibility_hash`], which covers wasmtime's version, its configuration, the target and the
//!   processor's features. What is stale has another name and is not even looked at.
//! - **Authenticated.** HMAC-SHA256 over that name and the code, under a key of 64 random bytes that lies in *another*
//!   private directory: that of state, which is not what people mount, share, restore between jobs of a CI, or unpack
//!   from an archive, as they do with caches. Neither an entry that somebody planted so, nor the good entry of another
//!   component under this name, nor an entry that was cut or damaged, passes.
//! - **Read once.** An entry is read into a file in memory and authenticated there, then sealed, then loaded from
//!   there. Between the check and the use there is no file that could be exchanged.
//!
//! What is refused is told, compiled again from the approved component and replaced. Removing both directories at any
//! time costs compiling again and nothing else.
//!
//! What this does not stop: this same user, or root, who can read the key. They could as well exchange vhost itself.

mod entry;
mod private;

use std::fs::File;
use std::hash::Hash as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_std::AmbientAuthority;
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use sha2::Digest as _;
use thiserror::Error;
use wasmtime::Engine;
use zeroize::Zeroizing;

use crate::check::code::Code;
use crate::check::compile::{CompileError, Compiled, Compiler};
use crate::check::machine::{Cranelift, Machine, config};
use crate::grant::Component;
use vhost_dump::digest::Sha256;

use entry::{KEY, Key};
use private::{Opened, Private};

/// Bytes of all entries together: about 1,500 checks in Rust, or 20 in Python.
pub const MOST_BYTES: u64 = 1 << 30;

const KEY_FILE: &str = "compiled-checks.key";

/// The cache cannot be used. A drill compiles without one.
#[derive(Debug, Error)]
pub enum CacheError {
    #[error("cannot make or open the directory {}", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not a directory that only this user can enter: make it yours, with mode 0700, or remove it", path.display())]
    NotPrivate { path: PathBuf },
    #[error("{} holds both the compiled checks and their key: set XDG_CACHE_HOME and XDG_STATE_HOME apart", path.display())]
    OneDirectory { path: PathBuf },
    #[error("cannot make or read the key {}", path.display())]
    Key {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not a key that only this user can read (mode 0600): remove it, and a new one is made", path.display())]
    NotAKey { path: PathBuf },
    #[error("cannot tell for which WebAssembly engine checks are compiled")]
    Engine(#[source] wasmtime::Error),
}

/// Compiled checks of one user, for one engine.
pub struct Cache {
    entries: Private,
    key: Key,
    /// What all names of entries have in common.
    engine: String,
    most: u64,
}

/// What the cache says to one component.
pub enum Cached {
    Here(Code),
    Absent,
    /// There is an entry, and why it is not used.
    Refused(&'static str),
}

/// A check ready to run, and how it came to be.
pub struct Ready {
    pub compiled: Compiled,
    pub came: Came,
    /// What an operator should know of the cache, in a sentence.
    pub remark: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    FromCache,
    Compiled,
}

impl Cache {
    /// Opens the cache in `cache_home/vhost`, with its key in `state_home/vhost`; makes what is missing.
    pub fn open(
        cache_home: &Path,
        state_home: &Path,
        authority: AmbientAuthority,
    ) -> Result<Self, CacheError> {
        let entries = Private::open(cache_home, authority)?;
        let state = Private::open(state_home, authority)?;
        let apart = entries.is(&state);
        if apart.map_err(|source| CacheError::Directory {
            path: state.path.clone(),
            source,
        })? {
            return Err(CacheError::OneDirectory { path: state.path });
        }
        let path = state.path.join(KEY_FILE);
        let key = key(&state).map_err(|source| CacheError::Key {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            entries,
            key: key.ok_or(CacheError::NotAKey { path })?,
            engine: fingerprint().map_err(CacheError::Engine)?,
            most: MOST_BYTES,
        })
    }

    /// What an entry stands for; this is what is authenticated, and its digest is the file's name.
    fn name(&self, component: &Sha256) -> String {
        format!(
            "vhost compiled check 1\nvhost {}\nengine {}\ncomponent {component}\n",
            env!("CARGO_PKG_VERSION"),
            self.engine
        )
    }

    fn file_name(name: &str) -> String {
        format!("{}.cwasm", Sha256::of(name.as_bytes()))
    }

    /// Looks for a component's code.
    pub fn find(&self, component: &Sha256) -> io::Result<Cached> {
        let name = self.name(component);
        let file = match self.entries.file(&Self::file_name(&name))? {
            Opened::Absent => return Ok(Cached::Absent),
            Opened::NotPrivate => {
                return Ok(Cached::Refused(
                    "is not a file of this user alone (mode 0600)",
                ));
            }
            Opened::Good(file) => file,
        };
        used(&file)?;
        Ok(match entry::read(&self.key, &name, file, self.most)? {
            Some(code) => Cached::Here(code),
            None => Cached::Refused("was not authentic"),
        })
    }

    /// Keeps a component's code, and removes what was not used for the longest time where all is too much.
    pub fn keep(&self, component: &Sha256, code: &Code) -> io::Result<()> {
        let name = self.name(component);
        let place = Self::file_name(&name);
        self.entries.write(
            |file| entry::write(&self.key, &name, code, file),
            |dir, partial| dir.rename(partial, dir, &place),
        )?;
        self.trim()
    }

    fn trim(&self) -> io::Result<()> {
        let mut files = self.entries.files()?;
        files.sort();
        let mut all: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, name) in files {
            if all <= self.most {
                break;
            }
            match self.entries.dir().remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => all -= bytes,
            }
        }
        Ok(())
    }
}

impl Compiler {
    /// Gives a check's machine code from the cache, or compiles the component and keeps what came of it.
    pub async fn ready(
        &self,
        cache: Option<Arc<Cache>>,
        machine: &Machine,
        component: &Component,
    ) -> Result<Ready, CompileError> {
        let Some(cache) = cache else {
            return Ok(Ready {
                compiled: self.compile(machine, component).await?,
                came: Came::Compiled,
                remark: None,
            });
        };
        let (check, sha256) = (&component.name, component.sha256);
        let looking = cache.clone();
        // Reading a large entry, or syncing one, would hold up the dump.
        let found = tokio::task::spawn_blocking(move || looking.find(&sha256)).await;
        let refused = match found.map_err(io::Error::other).flatten() {
            Ok(Cached::Absent) => None,
            Ok(Cached::Refused(why)) => Some(why.to_owned()),
            Ok(Cached::Here(code)) => match code.load(machine) {
                Ok(compiled) => {
                    return Ok(Ready {
                        compiled,
                        came: Came::FromCache,
                        remark: None,
                    });
                }
                Err(_) => Some("does not load into this engine".to_owned()),
            },
            Err(error) => Some(format!("cannot be read ({error})")),
        };
        let mut remark =
            refused.map(|why| format!("the cache entry of check {check} {why}; compiled again"));
        let code = Arc::new(self.code(component).await?);
        let compiled = code.load(machine).map_err(|source| CompileError::Load {
            check: check.clone(),
            source,
        })?;
        let kept = tokio::task::spawn_blocking(move || cache.keep(&sha256, &code)).await;
        if let Err(error) = kept.map_err(io::Error::other).flatten() {
            let text = format!("the compiled check {check} was not kept in the cache: {error}");
            remark = Some(match remark {
                Some(before) => format!("{before}; {text}"),
                None => text,
            });
        }
        Ok(Ready {
            compiled,
            came: Came::Compiled,
            remark,
        })
    }
}

/// Reads the key, or makes one; `None` where what lies there is no key, or others can read it.
fn key(state: &Private) -> io::Result<Option<Key>> {
    loop {
        match state.file(KEY_FILE)? {
            Opened::Good(mut file) => return Key::read(&mut file),
            Opened::NotPrivate => return Ok(None),
            Opened::Absent => {}
        }
        let made = state.write(
            |file| file.write_all(&*Zeroizing::new(rand::random::<[u8; KEY]>())),
            // A link never replaces a key that another drill has made at the same time.
            |dir, partial| dir.hard_link(partial, dir, KEY_FILE),
        );
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // Whose key it is does not matter.
            Ok(()) | Err(_) => {}
        }
    }
}

/// Notes that an entry was used. Not every file system keeps the time of the last access.
fn used(file: &File) -> io::Result<()> {
    let at = |nanos| Timespec {
        tv_sec: 0,
        tv_nsec: nanos,
    };
    let times = Timestamps {
        last_access: at(UTIME_OMIT),
        last_modification: at(UTIME_NOW),
    };
    Ok(rustix::fs::futimens(file, &times)?)
}

/// Which engine code is compiled for. The drill's own has no compiler, and therefore does not know its target.
fn fingerprint() -> wasmtime::Result<String> {
    let engine = Engine::new(&config(Cranelift::Present))?;
    let mut fingerprint = Fingerprint(sha2::Sha256::new());
    engine
        .precompile_compatibility_hash()
        .hash(&mut fingerprint);
    Ok(hex::encode(fingerprint.0.finalize()))
}

/// A hash that is the same in every process, and as long as a digest.
struct Fingerprint(sha2::Sha256);

impl std::hash::Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest
            .iter()
            .take(8)
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests;

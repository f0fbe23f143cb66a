//! The file of a dump while pg_dump still writes it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::places::Places;
use super::reading::{Ended, PIECE, Pieces, Reading};
use vhost_dump::digest::Hasher;

/// A handle on a growing dump, for readers that follow it.
#[derive(Clone)]
pub struct Growing(Arc<Growth>);

struct Growth {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy)]
struct State {
    written: u64,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Whole,
    Failed,
}

impl Growing {
    pub(super) fn new(path: &Path) -> Self {
        Self(Arc::new(Growth {
            path: path.to_owned(),
            state: Mutex::new(State {
                written: 0,
                end: End::NotYet,
            }),
            changed: Condvar::new(),
        }))
    }

    /// Reads the dump back from its file, from the start, waiting for what is not written yet.
    pub fn reader(&self) -> io::Result<Reading> {
        let file = File::open(&self.0.path)?;
        let growing = self.clone();
        Reading::start(move |pieces| growing.follow(file, pieces))
    }

    /// The same file for readers that start anywhere in it.
    pub fn places(&self) -> io::Result<Places> {
        Ok(Places::new(File::open(&self.0.path)?, Some(self.clone())))
    }

    /// How many bytes there are beyond `at`, once there are any; none at the dump's end.
    pub(super) fn written_beyond(&self, at: u64) -> io::Result<u64> {
        let state = self.beyond(at);
        match state.end {
            End::Failed => Err(failed()),
            End::NotYet | End::Whole => Ok(state.written.saturating_sub(at)),
        }
    }

    pub(super) fn grew(&self, bytes: usize) {
        self.lock().written += bytes as u64;
        self.0.changed.notify_all();
    }

    pub(super) fn whole(&self) {
        self.end(End::Whole);
    }

    pub(super) fn failed(&self) {
        self.end(End::Failed);
    }

    fn end(&self, end: End) {
        self.lock().end = end;
        self.0.changed.notify_all();
    }

    fn follow(&self, mut file: File, pieces: &Pieces) -> Ended {
        let mut hasher = Hasher::default();
        let mut at = 0;
        loop {
            let state = self.beyond(at);
            match state.end {
                End::Failed => {
                    return Ended::Failed(failed());
                }
                End::Whole if state.written == at => return Ended::Whole(hasher.finish()),
                End::NotYet | End::Whole => {}
            }
            let most = (state.written - at).min(PIECE as u64);
            let mut piece = Vec::with_capacity(PIECE);
            match (&mut file).take(most).read_to_end(&mut piece) {
                Ok(0) => {
                    return Ended::Failed(io::Error::other(
                        "the dump's file is shorter than what was written",
                    ));
                }
                Ok(n) => at += n as u64,
                Err(error) => return Ended::Failed(error),
            }
            hasher.update(&piece);
            if let Err(gone) = pieces.put(Bytes::from(piece)) {
                return gone.into();
            }
        }
    }

    /// Waits until there is more than `at`, or an end.
    fn beyond(&self, at: u64) -> State {
        let waiting = |state: &mut State| state.written <= at && state.end == End::NotYet;
        let woken = self.0.changed.wait_while(self.lock(), waiting);
        *woken.unwrap_or_else(PoisonError::into_inner)
    }

    /// A poisoned lock is as good as another: no step leaves the two fields half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed() -> io::Error {
    io::Error::other("the dump that is read did not complete")
}

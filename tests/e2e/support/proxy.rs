//! A Unix socket in front of a Docker engine, which can be cut as if the engine had died.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A socket that forwards to another one until it is cut.
pub struct Proxy {
    path: PathBuf,
    cut: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens at `path` for the engine at `host`, for example `unix:///var/run/docker.sock`.
    pub fn open(path: &Path, host: &str) -> Self {
        let engine = PathBuf::from(host.strip_prefix("unix://").unwrap());
        let listener = UnixListener::bind(path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let told = cut.clone();
        let accepting = thread::spawn(move || {
            let open = Mutex::new(Vec::new());
            while !told.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => forward(client, &engine, &open),
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                        thread::sleep(Duration::from_millis(2));
                    }
                    Err(e) => panic!("{e}"),
                }
            }
            for stream in open.into_inner().unwrap() {
                // One that both sides have closed is no longer connected.
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Self {
            path: path.to_owned(),
            cut,
            accepting: Some(accepting),
        }
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// Ends every connection, and takes no other.
    pub fn cut(&mut self) {
        self.cut.store(true, Ordering::Relaxed);
        if let Some(accepting) = self.accepting.take() {
            accepting.join().unwrap();
            std::fs::remove_file(&self.path).unwrap();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

fn forward(client: UnixStream, engine: &Path, open: &Mutex<Vec<UnixStream>>) {
    client.set_nonblocking(false).unwrap();
    let server = UnixStream::connect(engine).unwrap();
    for (mut from, mut to) in [
        (client.try_clone().unwrap(), server.try_clone().unwrap()),
        (server.try_clone().unwrap(), client.try_clone().unwrap()),
    ] {
        thread::spawn(move || {
            // Either end may break at any time; the other one is told that there is no more.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    open.lock().unwrap().extend([client, server]);
}

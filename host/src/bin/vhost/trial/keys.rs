//! What is typed while a trial waits.

use std::io::{BufRead as _, IsTerminal as _};
use std::os::fd::AsFd as _;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub enum Key {
    Again,
    Quit,
}

pub struct Keys(UnboundedReceiver<Key>);

impl Keys {
    /// Listens on standard input, line by line; in the background of a terminal nothing is read, for the terminal would stop
    /// the process.
    pub fn listen() -> Self {
        let (send, keys) = unbounded_channel();
        if in_the_foreground() {
            // A thread that waits for a key is not waited for: see `shutdown_background`.
            std::thread::spawn(move || {
                for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                    let key = match line.trim() {
                        "q" | "Q" | "quit" => Key::Quit,
                        "" => Key::Again,
                        _ => continue,
                    };
                    if send.send(key).is_err() {
                        return;
                    }
                }
            });
        }
        Self(keys)
    }

    /// Waits for a key; for ever once there can be none.
    pub async fn next(&mut self) -> Key {
        match self.0.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }
}

fn in_the_foreground() -> bool {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return true;
    }
    rustix::termios::tcgetpgrp(stdin.as_fd()).is_ok_and(|group| group == rustix::process::getpgrp())
}

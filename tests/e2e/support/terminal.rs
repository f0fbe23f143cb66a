//! A pseudo-terminal, with a command on its other side.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command};

use rustix::ioctl::{Getter, Setter, ioctl, opcode};

/// The manual page ioctl_tty(2): TIOCSPTLCK and TIOCGPTN.
const UNLOCK: rustix::ioctl::Opcode = opcode::write::<i32>(b'T', 0x31);
const NUMBER: rustix::ioctl::Opcode = opcode::read::<u32>(b'T', 0x30);

pub struct Terminal {
    ours: File,
    child: Child,
    said: String,
}

impl Terminal {
    /// Starts the command with the terminal as its input, output and error.
    pub fn start(mut command: Command) -> Self {
        // It must not become the controlling terminal of the tests themselves.
        let no_control = rustix::fs::OFlags::NOCTTY.bits().cast_signed();
        let open = |path: &str| {
            OpenOptions::new()
                .read(true)
                .write(true)
                .custom_flags(no_control)
                .open(path)
                .unwrap()
        };
        let ours = open("/dev/ptmx");
        // SAFETY: the kernel reads one i32 for the one, and writes one u32 for the other.
        let number = unsafe {
            ioctl(&ours, Setter::<UNLOCK, i32>::new(0)).unwrap();
            ioctl(&ours, Getter::<NUMBER, u32>::new()).unwrap()
        };
        let theirs = open(&format!("/dev/pts/{number}"));
        let child = command
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs)
            .spawn()
            .unwrap();
        // The command holds the other side too; only the child may, or its end would not be seen.
        drop(command);
        Self {
            ours,
            child,
            said: String::new(),
        }
    }

    /// Reads until this was asked, and types the answer.
    pub fn answer(&mut self, question: &str, answer: &str) {
        let from = self.said.len();
        while !self.said[from..].contains(question) {
            assert!(self.read(), "{question} was not asked: {}", self.said);
        }
        self.ours.write_all(answer.as_bytes()).unwrap();
    }

    /// False when the other side is closed, which Linux reports as an error.
    fn read(&mut self) -> bool {
        let mut piece = [0; 4096];
        match self.ours.read(&mut piece) {
            Ok(read @ 1..) => {
                self.said += &String::from_utf8_lossy(&piece[..read]);
                true
            }
            Ok(0) | Err(_) => false,
        }
    }

    /// Waits for the end: the exit status, and everything that was said.
    pub fn end(mut self) -> (Option<i32>, String) {
        while self.read() {}
        (self.child.wait().unwrap().code(), self.said)
    }
}

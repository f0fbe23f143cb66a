//! Progress on standard error: one moving line on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Instant;

use vhost::event::{Event, Events, Stage};

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Quiet,
    Lines,
    Terminal,
}

impl Voice {
    pub fn choose(quiet: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if std::io::stderr().is_terminal() {
            Self::Terminal
        } else {
            Self::Lines
        }
    }
}

/// What the moving line shows.
struct Line {
    began: Instant,
    /// Whether a moving line stands on the terminal and must be cleared first.
    open: bool,
}

pub fn events(voice: Voice) -> Events {
    if voice == Voice::Quiet {
        return Events::silent();
    }
    let line = Mutex::new(Line {
        began: Instant::now(),
        open: false,
    });
    Events::new(move |event| {
        // A poisoned lock means that a display call panicked; progress is not worth a second panic.
        if let Ok(mut line) = line.lock() {
            line.show(voice, &event);
        }
    })
}

impl Line {
    fn show(&mut self, voice: Voice, event: &Event) {
        let elapsed = self.began.elapsed().as_secs_f64();
        match event {
            Event::Started { stage } if voice == Voice::Terminal => {
                self.moving(&format!("{elapsed:7.1} s  {}", stage.name()));
            }
            Event::Started { .. } => {}
            Event::Progress {
                stage,
                bytes,
                total,
            } if voice == Voice::Terminal => {
                self.moving(&format!(
                    "{elapsed:7.1} s  {}  {}",
                    stage.name(),
                    amount(*bytes, *total)
                ));
            }
            Event::Progress { .. } => {}
            Event::Note { stage, text } => self.fixed(elapsed, *stage, text),
            Event::Finished {
                stage,
                elapsed: took,
            } => {
                self.fixed(
                    elapsed,
                    *stage,
                    &format!("done in {:.1} s", took.as_secs_f64()),
                );
            }
        }
    }

    fn fixed(&mut self, elapsed: f64, stage: Stage, text: &str) {
        self.clear();
        let _ = writeln!(
            std::io::stderr(),
            "{elapsed:7.1} s  {:<13}  {text}",
            stage.name()
        );
    }

    fn moving(&mut self, text: &str) {
        let mut stderr = std::io::stderr();
        // Return to the line's start and clear what a longer text left.
        let _ = write!(stderr, "\r{text}\x1b[K");
        let _ = stderr.flush();
        self.open = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.open) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn amount(bytes: u64, total: Option<u64>) -> String {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    match total {
        Some(total) => format!("{:.1} of {:.1} MiB", mib(bytes), mib(total)),
        None => format!("{:.1} MiB", mib(bytes)),
    }
}

//! A drill while it runs.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Output};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Desk, Made, Outcome};

/// Longer than any drill here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// `vhost run` from a desk. Dropping it kills it outright.
pub struct Live<'d> {
    desk: &'d Desk,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl<'d> Live<'d> {
    /// Starts a drill by the desk's plan. `args` come after `vhost run`.
    pub fn start(desk: &'d Desk, args: &[&str]) -> Self {
        Self::call(desk, &[&["run"], args].concat())
    }

    /// Starts `vhost ARGS`.
    pub fn call(desk: &'d Desk, args: &[&str]) -> Self {
        let log = |name: &str| desk.path(&format!("{name}-{:08x}", rand::random::<u32>()));
        let (stdout, stderr) = (log("stdout"), log("stderr"));
        let child = desk
            .vhost(args)
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        Self {
            desk,
            child,
            stdout,
            stderr,
        }
    }

    /// Waits until the drill has finished a stage, by the stage's name.
    pub fn until_done(&mut self, stage: &str) {
        self.wait_until(stage, |live| live.has_done(stage));
    }

    /// Whether the drill has finished a stage, by the stage's name.
    pub fn has_done(&self, stage: &str) -> bool {
        self.stderr().lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.get(2..4) == Some(&[stage, "done"])
        })
    }

    /// Waits until every thread of the drill stands still.
    pub fn until_stopped(&mut self) {
        let process = format!("/proc/{}/task", self.child.id());
        let stopped = |stat: String| {
            stat.rsplit_once(") ")
                .is_some_and(|(_, rest)| rest.starts_with('T'))
        };
        self.wait_until("its threads to stop", |_| {
            std::fs::read_dir(&process).unwrap().all(|task| {
                std::fs::read_to_string(task.unwrap().path().join("stat")).is_ok_and(stopped)
            })
        });
    }

    /// Waits until the journal of the desk's only unfinished run names one of these, for example `container-made`.
    pub fn until_made(&mut self, record: &str) {
        let record = format!("\"record\":\"{record}\"");
        self.wait_until(&record, |live| {
            live.journal().is_some_and(|text| text.contains(&record))
        });
    }

    /// Waits until a line of standard output says this, and gives that line.
    pub fn until_said(&mut self, what: &str) -> String {
        let said = |live: &Self| {
            let text = std::fs::read_to_string(&live.stdout).unwrap();
            let whole = text
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            whole.map(str::to_owned).find(|line| line.contains(what))
        };
        self.wait_until(what, |live| said(live).is_some());
        said(self).unwrap()
    }

    /// Waits until standard error says this.
    pub fn until_told(&mut self, what: &str) {
        self.wait_until(what, |live| live.stderr().contains(what));
    }

    pub fn until_there(&mut self, path: &Path) {
        self.wait_until(&path.display().to_string(), |_| path.exists());
    }

    fn wait_until(&mut self, what: &str, mut seen: impl FnMut(&Self) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !seen(self) {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < give_up,
                "waited for {what} in vain, {ended:?}: {}",
                self.stderr()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What the desk's only unfinished run has made so far.
    pub fn made(&self) -> Made {
        Made::of(&self.journal().expect("one run is unfinished"))
    }

    fn journal(&self) -> Option<String> {
        let partial = self.desk.partial();
        assert!(partial.len() < 2, "{partial:?}");
        std::fs::read_to_string(partial.first()?.join("journal")).ok()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the drill's end.
    pub fn ended(mut self) -> Outcome {
        let status = self.wait();
        let read = |path: &Path| std::fs::read(path).unwrap();
        let stderr = self.stderr();
        let run = stderr
            .lines()
            .find_map(|line| line.strip_prefix("report: ")?.strip_suffix("/report.md"))
            .map(PathBuf::from);
        let output = Output {
            status,
            stdout: read(&self.stdout),
            stderr: read(&self.stderr),
        };
        Outcome::of(output, run, self.desk.left())
    }

    /// Ends the drill as the out-of-memory killer would, and says what it had made.
    pub fn killed(mut self) -> Made {
        let made = self.made();
        self.signal(Signal::KILL);
        self.wait();
        made
    }

    fn wait(&mut self) -> ExitStatus {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < give_up,
                "it does not end: {}",
                self.stderr()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn stderr(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap()
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        // A drill that was waited for has ended already.
        if let Ok(None) = self.child.try_wait() {
            let _ = writeln!(std::io::stderr(), "killing a drill: {}", self.stderr());
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

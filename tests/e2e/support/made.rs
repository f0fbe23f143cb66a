//! What a drill has made, as its journal names it.

use std::path::PathBuf;

use rustix::process::{Pid, test_kill_process};
use serde_json::Value;

use super::{Docker, Outcome};

/// Everything that a journal names, whether it is settled or not.
#[derive(Debug, Default)]
pub struct Made {
    pub directories: Vec<PathBuf>,
    /// The engine's address and the exact name.
    pub containers: Vec<(String, String)>,
    pub volumes: Vec<(String, String)>,
    /// The first process inside and its parent, which is the launcher.
    pub processes: Vec<i32>,
}

impl Made {
    pub fn of(journal: &str) -> Self {
        let mut made = Self::default();
        // The last line may be half written.
        for record in journal
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        {
            let text = |key: &str| record[key].as_str().unwrap().to_owned();
            match record["record"].as_str().unwrap() {
                "directory" => made.directories.push(text("path").into()),
                "container" => made.containers.push((text("engine"), text("name"))),
                "volume" => made.volumes.push((text("engine"), text("name"))),
                "process" => {
                    let pid = i32::try_from(record["pid"].as_i64().unwrap()).unwrap();
                    made.processes.push(pid);
                    made.processes.extend(parent(pid));
                }
                _ => {}
            }
        }
        made
    }

    /// What a published report says that its teardown looked for.
    pub fn reported(outcome: &Outcome, docker_host: &str) -> Self {
        let mut made = Self::default();
        let removals = &outcome.run().report_json["evidence"]["teardown"]["removals"];
        for removal in removals.as_array().unwrap() {
            let name = removal["name"].as_str().unwrap();
            let on_engine = (docker_host.to_owned(), name.to_owned());
            match removal["kind"].as_str().unwrap() {
                "container" => made.containers.push(on_engine),
                "volume" => made.volumes.push(on_engine),
                "process" => made.processes.push(name.parse().unwrap()),
                _ => made.directories.push(name.into()),
            }
        }
        made
    }

    /// Looks for each by its exact name or number.
    pub fn left(&self) -> Vec<String> {
        let directories = self.directories.iter().filter(|path| path.exists());
        let processes = self.processes.iter().filter(|pid| runs(**pid));
        let at = |kind: &'static str| {
            move |(engine, name): &&(String, String)| Docker::at(engine).has(kind, name)
        };
        let containers = self.containers.iter().filter(at("container"));
        let volumes = self.volumes.iter().filter(at("volume"));
        directories
            .map(|path| path.display().to_string())
            .chain(processes.map(|pid| format!("process {pid}")))
            .chain(containers.chain(volumes).map(|(_, name)| name.clone()))
            .collect()
    }

    /// Something was made, and nothing of it is left.
    pub fn assert_gone(&self) {
        assert!(!self.directories.is_empty(), "{self:?}");
        assert_eq!(self.left(), [""; 0]);
    }
}

fn parent(pid: i32) -> Option<i32> {
    stat(pid)?.split_whitespace().nth(1)?.parse().ok()
}

/// A process that has ended and only waits for its parent to take note runs no more.
fn runs(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
        && stat(pid).is_some_and(|stat| !stat.starts_with('Z'))
}

/// What follows the program's name in `/proc/PID/stat`: the state, the parent, the process group.
fn stat(pid: i32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(") ")?.1.to_owned())
}

/// The processes of a process group that still run.
pub fn group(id: i32) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let group = stat(*pid).and_then(|stat| stat.split_whitespace().nth(2)?.parse().ok());
            group == Some(id) && runs(*pid)
        })
        .collect()
}

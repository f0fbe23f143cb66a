//! A process with its process group.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// A process that leads its own group (`process_group(0)`), and whatever it started there. Dropping it kills them all.
///
/// A launcher of namespaces that is killed alone can leave the child that it has just made: until that has asked for it,
/// nothing tells it of its parent's end, and it waits for the parent for ever. It leaves the group later.
#[derive(Debug)]
pub struct Group(Child);

impl Group {
    pub fn new(leader: Child) -> Self {
        Self(leader)
    }

    /// The leader's number; none once it has been waited for.
    pub fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Looks whether the leader has ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.0.try_wait()
    }

    /// Waits for the leader.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }

    /// Kills all of them; [`Group::wait`] tells when the leader is gone.
    pub fn kill(&self) {
        // Once it has been waited for there is no id, and the number may be another's.
        let id = self.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // It fails when the leader has ended by itself already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, BufReader};

    use super::*;

    /// A shell that tells the number of the child that it waits for.
    async fn shell() -> (Group, Pid) {
        let mut child = tokio::process::Command::new("/bin/sh")
            .args(["-c", "sleep 1000 & echo $!; wait"])
            .stdout(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let pid = lines.next_line().await.unwrap().unwrap();
        let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
        (Group::new(child), pid)
    }

    /// A process that nobody collects stays as a zombie, which is gone for all that matters.
    fn is_running(pid: Pid) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap().starts_with(" Z"))
    }

    async fn gone(pid: Pid) {
        while is_running(pid) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn its_end_is_that_of_what_it_started() {
        let (mut group, child) = shell().await;
        assert!(is_running(child));
        group.kill();
        group.wait().await.unwrap();
        gone(child).await;
        let (group, child) = shell().await;
        drop(group);
        gone(child).await;
    }
}

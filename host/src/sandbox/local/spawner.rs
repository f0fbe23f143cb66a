//! The thread that a sandbox's processes are children of.

use std::io;
use std::sync::mpsc::{Sender, channel};

use tokio::process::{Child, Command};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Starts processes from one thread that lives as long as this value.
///
/// The kernel sends the parent-death signal, which `--die-with-parent` asks for, when the *thread* that forked ends
/// (prctl(2), PR_SET_PDEATHSIG). A runtime's threads come and go, so none of them may be the parent. When this value
/// is dropped the thread ends, and whatever it started and is still there is killed by the kernel.
#[derive(Debug)]
pub(super) struct Spawner {
    jobs: Sender<Job>,
}

impl Spawner {
    pub(super) fn new() -> io::Result<Spawner> {
        let (jobs, queue) = channel::<Job>();
        std::thread::Builder::new()
            .name("vhost-spawner".to_owned())
            .spawn(move || queue.into_iter().for_each(|job| job()))?;
        Ok(Spawner { jobs })
    }

    /// Starts `command` from the thread; the child belongs to the calling task's runtime.
    pub(super) async fn spawn(&self, mut command: Command) -> io::Result<Child> {
        let runtime = tokio::runtime::Handle::current();
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            let _inside = runtime.enter();
            // Nobody waits any more when the caller was dropped; then the child is dropped and killed with it.
            let _unheard = answer.send(command.spawn());
        });
        self.jobs
            .send(job)
            .map_err(|_| io::Error::other("the spawning thread has ended"))?;
        answered
            .await
            .map_err(|_| io::Error::other("the spawning thread has ended"))?
    }
}

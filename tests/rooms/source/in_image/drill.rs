//! What a drill has around a dump that a container takes.

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::InspectContainerOptions;
use tokio_util::sync::CancellationToken;
use vhost::event::Events;
use vhost::plan::name::RunId;
use vhost::sandbox::clean::{Cleaned, clean};
use vhost::sandbox::docker::{Docker, Remains};
use vhost::sandbox::{ContainerIdentity, Journal, Limits, Removed};
use vhost::source::{DumpAs, Dumping, Growing, Lodging, PgDump, PgDumpError, Source, Tap};

use crate::docker::{host, image};

/// A name, a journal, and what is left to remove.
pub struct Drill {
    pub dir: tempfile::TempDir,
    docker: Docker,
    pub raw: bollard::Docker,
    pub run: RunId,
    pub name: String,
    pub journal: Option<Journal>,
    pub stop: CancellationToken,
    pub remains: Remains,
}

impl Drill {
    pub async fn new() -> Option<Drill> {
        let host = host()?;
        let version = &bollard::ClientVersion {
            major_version: 1,
            minor_version: 41,
        };
        let dir = tempfile::tempdir().unwrap();
        let run = RunId::new(time::OffsetDateTime::now_utc(), rand::random());
        let journal = Journal::create(&dir.path().join("journal"), &run).unwrap();
        Some(Drill {
            dir,
            docker: Docker::connect(&host).await.unwrap(),
            raw: bollard::Docker::connect_with_unix(&host, 60, version).unwrap(),
            run,
            name: format!("vhost-test-{}-dump", hex::encode(rand::random::<[u8; 6]>())),
            journal: Some(journal),
            stop: CancellationToken::new(),
            remains: Remains::default(),
        })
    }

    pub async fn find(&mut self, source: &Source) -> Result<PgDump, PgDumpError> {
        let image = self.docker.image(&image()).await.unwrap();
        let lodging = Lodging {
            name: self.name.parse().unwrap(),
            run: self.run.clone(),
            limits: Limits {
                memory: 512 << 20,
                cpus: 1.0,
                pids: 64,
            },
            journal: self.journal.as_ref().unwrap(),
            stop: &self.stop,
        };
        PgDump::in_image(&image, source, lodging, &mut self.remains).await
    }

    pub async fn start(&self, source: &Source, pg_dump: &PgDump, tap: Tap) -> (Growing, Dumping) {
        let stop = self.stop.clone();
        source
            .start_dump(
                pg_dump,
                DumpAs::Plain,
                vhost::plan::DumpOf::Contents,
                &self.dump(),
                Some(tap),
                stop,
                Events::silent(),
            )
            .await
            .unwrap()
    }

    pub fn dump(&self) -> std::path::PathBuf {
        self.dir.path().join("dump")
    }

    pub async fn inspect(&self) -> ContainerInspectResponse {
        let none = None::<InspectContainerOptions>;
        self.raw.inspect_container(&self.name, none).await.unwrap()
    }

    pub async fn gone(&self) -> bool {
        let identity = self.docker.container_identity(&self.name).await.unwrap();
        matches!(identity, ContainerIdentity::Absent { .. })
    }

    /// Removes what was made, which must leave neither a container nor an open line in the journal.
    pub async fn end(mut self) {
        let journal = self.journal.take().unwrap();
        let removals = std::mem::take(&mut self.remains).remove(&journal).await;
        assert_eq!(removals.len(), 1, "{removals:?}");
        assert_eq!(removals[0].outcome, Removed::Gone);
        assert_eq!(
            (removals[0].kind, &removals[0].name),
            ("container", &self.name)
        );
        assert!(self.gone().await);
        drop(journal);
        assert_eq!(
            clean(&self.dir.path().join("journal")).await.unwrap(),
            Cleaned::Done(Vec::new())
        );
    }
}

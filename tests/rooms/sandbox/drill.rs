//! What every test of a sandbox has around it.

use std::path::PathBuf;

use tokio_postgres::{Client, Config, NoTls};
use tokio_util::sync::CancellationToken;
use vhost::plan::name::RunId;
use vhost::sandbox::{
    Data, Ended, Engine, Journal, Limits, Removed, Sandbox, Spec, Teardown, scope,
};

/// A drill's surroundings: a base that everybody can enter, and a journal beside it.
pub struct Drill {
    pub dir: tempfile::TempDir,
    pub spec: Spec,
    pub stop: CancellationToken,
}

impl Drill {
    pub fn new() -> Drill {
        let dir = tempfile::Builder::new()
            .prefix("vhost-test-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o711))
            .tempdir_in("/var/tmp")
            .unwrap();
        let random: [u8; 3] = rand::random();
        let spec = Spec {
            name: format!("vhost-test-{}", hex::encode(rand::random::<[u8; 6]>()))
                .parse()
                .unwrap(),
            run: RunId::new(time::OffsetDateTime::now_utc(), random),
            base: dir.path().to_owned(),
            limits: Limits {
                memory: 1 << 30,
                cpus: 1.5,
                pids: 128,
            },
            settings: vec![("work_mem".to_owned(), "7MB".to_owned())],
            data: Data::Disk,
        };
        Drill {
            dir,
            spec,
            stop: CancellationToken::new(),
        }
    }

    pub fn journal_path(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    pub fn journal(&self) -> Journal {
        Journal::create(&self.journal_path(), &self.spec.run).unwrap()
    }

    pub fn home(&self) -> PathBuf {
        self.spec.base.join(self.spec.name.as_str())
    }

    pub async fn run<T>(
        &self,
        engine: &Engine,
        body: impl AsyncFnOnce(&Sandbox) -> T,
    ) -> (Result<T, Ended>, Teardown) {
        let scoped = scope(engine, &self.spec, &self.journal(), &self.stop, body).await;
        (scoped.body, scoped.teardown)
    }

    pub fn assert_nothing_left(&self, teardown: &Teardown) {
        for removal in &teardown.removals {
            assert_eq!(removal.outcome, Removed::Gone, "{removal:?}");
        }
        assert!(!self.home().exists());
    }
}

pub async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn text(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// What a shell inside says, run by the superuser through COPY PROGRAM as a hostile dump would.
pub async fn inside(client: &Client, program: &str) -> String {
    client
        .batch_execute("DROP TABLE IF EXISTS seen; CREATE TEMP TABLE seen (line text)")
        .await
        .unwrap();
    let quoted = format!("{{ {program}; }} 2>&1 || true").replace('\'', "''");
    client
        .batch_execute(&format!("COPY seen FROM PROGRAM '{quoted}'"))
        .await
        .unwrap();
    text(
        client,
        "SELECT coalesce(string_agg(line, E'\\n'), '') FROM seen",
    )
    .await
}

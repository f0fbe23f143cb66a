//! One drill, readable top to bottom.
//!
//! ```text
//! observe ─▶ dump ─┬▶ sandbox { isolation ─▶ restore ─▶ fidelity ─▶ checks } ─▶ teardown ─▶ observe again ─▶ seal
//! ```
//!
//! The dump starts before the sandbox and goes on beside it: a plain dump is restored while it is still written, read
//! back from its file. Nothing of it runs before the sandbox's walls were proved, because a dump can carry code.

mod checks;
mod directory;
mod engine;
mod order;
mod pg_dump;
mod seen;
mod supply;

use std::time::Instant;

use tokio_util::sync::CancellationToken;

pub use checks::Selected;
pub use directory::{DirectoryError, Dump, RunDirectory};
pub use engine::{EngineError, EngineOrder, ImageOrder, LocalOrder};
pub use order::{From, Order, PgDumpAt, SourceExtra, SourceOrder};

use crate::check::Machine;
use crate::drill::checks::{Compiling, Shared};
use crate::drill::seen::{Seen, interrupted, stop};
use crate::drill::supply::{Fresh, SharedScanner, Supply};
use crate::event::{Events, Stage};
use crate::plan::{DumpFormat, WritableRole};
use crate::report::seal::Sealed;
use crate::report::{Evidence, ServerSeen, SourceSeen, Stop};
use crate::restore::{isolation, rows};
use crate::sandbox::docker::{Docker, Remains};
use crate::sandbox::{self, ContainerIdentity, Ended, Journal, Sandbox};
use crate::source::{DumpAs, Given, Known, Secret, Source};

/// The drill could not even leave a report.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    #[error("the drill's journal cannot be written, so nothing was started")]
    Journal(#[source] sandbox::JournalError),
    #[error("the drill's evidence cannot be sealed")]
    Seal(#[source] crate::report::seal::NotSealed),
}

/// Does one drill. Whatever stops it on the way is in the sealed report.
pub async fn run(
    mut order: Order,
    directory: &RunDirectory,
    events: Events,
    interrupt: &CancellationToken,
) -> Result<Sealed, DrillError> {
    let journal = Journal::create(&directory.journal(), &order.run).map_err(DrillError::Journal)?;
    let from = match order.from {
        From::Source(_) => SourceSeen::Server(Box::<ServerSeen>::default()),
        From::Given { .. } => SourceSeen::GivenDump,
    };
    let mut seen = Seen::nothing_yet(Evidence::nothing_yet(from), events);
    let mut drill = Drill {
        directory,
        journal: &journal,
        interrupt,
        secret: None,
    };
    let stopped = drill.walk(&mut order, &mut seen).await.err();
    // The first cause stands: what fails after a stop follows from it.
    seen.evidence.stop = seen.evidence.stop.take().or(stopped);
    seen.begin(Stage::Seal);
    if let Err(error) = directory.settle(order.dump, seen.evidence.teardown.as_ref()) {
        let stop = seen.stop(&error);
        seen.evidence.stop.get_or_insert(stop);
    }
    let secret = drill.secret;
    let known = |bytes: &[u8]| secret.as_ref().and_then(|secret| secret.appears_in(bytes));
    let sealed = Sealed::of(seen.evidence, order.terms, &known).map_err(DrillError::Seal)?;
    Ok(sealed)
}

/// What a drill holds on to from its first stage to its last.
struct Drill<'d> {
    directory: &'d RunDirectory,
    journal: &'d Journal,
    interrupt: &'d CancellationToken,
    /// The source's, back from the source once it is closed, for the sweep.
    secret: Option<Secret>,
}

impl Drill<'_> {
    async fn walk(&mut self, order: &mut Order, seen: &mut Seen) -> Result<(), Stop> {
        seen.begin(Stage::Observe);
        let docker = self.containers_before(order, seen).await?;
        let from = std::mem::replace(&mut order.from, From::nothing());
        match from {
            From::Source(asked) => self.from_source(*asked, order, docker.as_ref(), seen).await,
            From::Given { path, sha256 } => {
                let given = self.given(path, sha256, seen).await?;
                let dumped = self.in_sandbox(given, order, None, seen).await;
                seen.begin(Stage::ObserveAgain);
                self.containers_after(order, docker.as_ref(), seen).await?;
                dumped
            }
        }
    }

    async fn from_source(
        &mut self,
        asked: SourceOrder,
        order: &mut Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let open = Source::open(asked.target, asked.secret);
        let source = seen.unless_interrupted(self.interrupt, open).await?;
        let looked = self
            .with_source(&source, asked.extra, order, docker, seen)
            .await;
        let (secret, closed) = source.close().await;
        self.secret = secret;
        // A session that was cut off has been seen in the identity already; its end proves nothing more.
        drop(closed);
        looked
    }

    async fn with_source(
        &self,
        source: &Source,
        asked: order::SourceExtra,
        order: &mut Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let proof = source.proof().clone();
        let could_write = proof.could_write.clone();
        seen.evidence
            .see_server(|server| server.session = Some(proof));
        let own = containers(docker, asked.container.as_slice(), seen).await?;
        let before = seen
            .unless_interrupted(self.interrupt, source.observe(own))
            .await?;
        let identifier = match before.system_identifier {
            Known::Yes(identifier) => Some(identifier),
            Known::No(_) => None,
        };
        seen.evidence
            .see_server(|server| server.before = Some(before));
        if order.terms.writable_role == WritableRole::Refuse && !could_write.is_empty() {
            return Err(Stop {
                stage: seen.at(),
                cause: format!(
                    "the source's role could write, and the plan refuses that: {}",
                    could_write.join("; ")
                ),
            });
        }
        seen.end();
        let mut remains = Remains::default();
        let dump = self
            .start_dump(source, &asked, order, &mut remains, seen)
            .await;
        let looked = match dump {
            Ok(dump) => Ok(self.in_sandbox(dump, order, identifier, seen).await),
            Err(stop) => Err(stop),
        };
        let removals = remains.remove(self.journal).await;
        seen.evidence.see_removed(removals);
        let looked = looked?;
        if self.interrupt.is_cancelled() {
            return looked;
        }
        seen.begin(Stage::ObserveAgain);
        let own = containers(docker, asked.container.as_slice(), seen).await?;
        let after = seen
            .unless_interrupted(self.interrupt, source.observe(own))
            .await;
        // The reason why the drill stopped earlier comes before a source that cannot be seen any more.
        let after = match (after, &looked) {
            (Ok(after), _) => after,
            (Err(_), Err(_)) => return looked,
            (Err(stop), Ok(())) => return Err(stop),
        };
        seen.evidence
            .see_server(|server| server.after = Some(after));
        self.containers_after(order, docker, seen).await?;
        looked
    }

    /// Connects to the container engine where a container is to be watched, and looks at the protected ones.
    async fn containers_before(
        &self,
        order: &Order,
        seen: &mut Seen,
    ) -> Result<Option<Docker>, Stop> {
        let watched = match &order.from {
            From::Source(source) => source.extra.container.is_some(),
            From::Given { .. } => false,
        };
        let docker = if watched || !order.terms.protected.is_empty() {
            let docker = Docker::connect(&order.docker_host);
            Some(seen.unless_interrupted(self.interrupt, docker).await?)
        } else {
            None
        };
        let names = order.terms.protected.clone();
        seen.evidence.protected_before = Some(containers(docker.as_ref(), &names, seen).await?);
        Ok(docker)
    }

    async fn containers_after(
        &self,
        order: &Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        seen.evidence.protected_after =
            Some(containers(docker, &order.terms.protected, seen).await?);
        seen.end();
        Ok(())
    }

    async fn start_dump(
        &self,
        source: &Source,
        asked: &order::SourceExtra,
        order: &Order,
        remains: &mut Remains,
        seen: &mut Seen,
    ) -> Result<Supply, Stop> {
        seen.begin(Stage::Dump);
        let began = Instant::now();
        let pg_dump = pg_dump::find(asked, order, source, self.journal, self.interrupt, remains);
        let pg_dump = match pg_dump.await {
            _ if self.interrupt.is_cancelled() => return Err(interrupted(seen.at())),
            found => found.map_err(|e| seen.stop(&e))?,
        };
        let note = pg_dump.note.clone().unwrap_or_default();
        seen.events().note(
            Stage::Dump,
            format!("pg_dump {} {note}", pg_dump.version).trim_end(),
        );
        let (format, extension) = match asked.format {
            DumpFormat::Plain => (DumpAs::Plain, "sql"),
            DumpFormat::Custom => (DumpAs::Custom, "dump"),
        };
        let database = source.facts().await.map_err(|e| seen.stop(&e))?;
        let roles = source.roles().await.map_err(|e| seen.stop(&e))?;
        let path = self.directory.dump(extension);
        let scanner = SharedScanner::default();
        let tap = scanner.clone();
        let (growing, dumping) = source
            .start_dump(
                &pg_dump,
                format,
                &path,
                Box::new(move |bytes| tap.feed(bytes)),
                self.interrupt.clone(),
                seen.events().clone(),
            )
            .await
            .map_err(|e| seen.stop(&e))?;
        Ok(Supply::Fresh(Box::new(Fresh {
            format,
            path,
            growing,
            dumping,
            scanner,
            database,
            roles,
            began,
        })))
    }

    /// Reads the given dump once: its digest, what it holds, and whether it is whole.
    async fn given(
        &self,
        path: std::path::PathBuf,
        sha256: Option<crate::digest::Sha256>,
        seen: &mut Seen,
    ) -> Result<Supply, Stop> {
        seen.begin(Stage::Dump);
        let scanner = SharedScanner::default();
        let tap = scanner.clone();
        let inspect = tokio::task::spawn_blocking(move || {
            Given::inspect(&path, &mut |bytes| tap.feed(bytes))
        });
        let given = tokio::select! {
            biased;
            () = self.interrupt.cancelled() => return Err(interrupted(seen.at())),
            inspected = inspect => inspected.map_err(|e| seen.stop(&e))?,
        };
        let given = given.map_err(|error| {
            if error.is_defect() {
                seen.evidence.defects.push(error.to_string());
            }
            seen.stop(&error)
        })?;
        seen.evidence.dump = Some(given.facts.clone());
        if let Some(stated) = sha256.filter(|stated| *stated != given.facts.digest.sha256) {
            let cause = format!(
                "its SHA-256 is {}, not the stated {stated}",
                given.facts.digest.sha256
            );
            seen.evidence.defects.push(cause.clone());
            return Err(Stop {
                stage: seen.at(),
                cause,
            });
        }
        seen.end();
        Ok(Supply::Given {
            given,
            scanned: scanner.finish(),
        })
    }

    /// Everything that happens to a sandbox, from its making to its removal.
    async fn in_sandbox(
        &self,
        supply: Supply,
        order: &mut Order,
        source: Option<u64>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        seen.begin(Stage::Sandbox);
        let open = order.engine.open(supply.major());
        let engine = seen.unless_interrupted(self.interrupt, open).await?;
        let compiling = Compiling::start(
            Machine::start().map_err(|e| seen.stop(&e))?,
            &order.compiler,
            std::mem::take(&mut order.checks),
        );
        let spec = order.spec.clone();
        let order = &*order;
        let body = async |sandbox: &Sandbox| {
            let looked = self
                .inside(sandbox, supply, compiling, order, source, seen)
                .await;
            seen.begin(Stage::Teardown);
            looked
        };
        let scoped = sandbox::scope(&engine, &spec, self.journal, self.interrupt, body).await;
        let at = seen.at();
        let ended = match scoped.body {
            Ok(looked) => looked,
            Err(Ended::Interrupted) => Err(interrupted(at)),
            // A panic's message may quote what was worked on.
            Err(Ended::Panicked(_)) => Err(Stop {
                stage: at,
                cause: "vhost itself failed (a panic)".to_owned(),
            }),
            Err(Ended::CouldNotStart(error)) => Err(stop(Stage::Sandbox, &error)),
        };
        if at != Stage::Teardown {
            seen.begin(Stage::Teardown);
        }
        seen.evidence.teardown = Some(scoped.teardown);
        seen.end();
        ended
    }

    async fn inside(
        &self,
        sandbox: &Sandbox,
        supply: Supply,
        compiling: Compiling,
        order: &Order,
        source: Option<u64>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        engine::matching(sandbox, supply.major()).map_err(|e| seen.stop(&e))?;
        seen.end();

        seen.begin(Stage::Isolation);
        let private = [self.directory.partial()];
        let accepted = &order.terms.accepted_walls;
        let proved = isolation::prove(sandbox, &private, source, accepted)
            .await
            .map_err(|e| seen.stop(&e))?;
        seen.evidence.walls = Some(proved.walls);
        let isolated = proved.isolated.ok_or_else(|| Stop {
            stage: Stage::Isolation,
            cause: "a wall of the sandbox does not stand, so nothing was restored into it"
                .to_owned(),
        })?;
        seen.end();

        let supplied = supply
            .restore(isolated, order.roles, order.jobs, seen)
            .await?;

        seen.begin(Stage::Fidelity);
        let client = supplied
            .restored
            .connect()
            .await
            .map_err(|e| seen.stop(&e))?;
        seen.evidence.relations = Some(rows::count(&client, &supplied.manifest).await);
        drop(client);
        seen.end();

        seen.begin(Stage::Checks);
        let shared = Shared {
            started: order.started,
            salt: order.salt,
            cores: order.cores,
            manifest: supplied.manifest,
        };
        seen.evidence.checks = Some(compiling.run(&supplied.restored, shared, seen).await?);
        seen.end();
        Ok(())
    }
}

/// Looks at containers by their exact names.
async fn containers(
    docker: Option<&Docker>,
    names: &[String],
    seen: &Seen,
) -> Result<Vec<ContainerIdentity>, Stop> {
    let mut identities = Vec::with_capacity(names.len());
    // Without an engine there is no name to look at: one is connected to as soon as there is.
    for (docker, name) in docker
        .into_iter()
        .flat_map(|docker| names.iter().map(move |name| (docker, name)))
    {
        identities.push(
            docker
                .container_identity(name)
                .await
                .map_err(|e| seen.stop(&e))?,
        );
    }
    Ok(identities)
}

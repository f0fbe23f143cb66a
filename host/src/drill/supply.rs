//! Where the restore gets its dump from: one that is being taken, or one that somebody gave.

use std::path::PathBuf;
use std::time::Instant;

use futures_util::future::LocalBoxFuture;

use crate::drill::major::{Majors, Upgrade};
use crate::drill::proof::{other, refuse, unfinished, without_rows};
use crate::drill::seen::Seen;
use crate::drill::target::{made, named, target};
use crate::event::Stage;
use crate::plan::{DumpOf, Roles};
use crate::report::Stop;
use crate::restore::isolation::Isolated;
use crate::restore::tool::{Part, ToolError};
use crate::restore::{self, Creation, Input, Plain, RestoreError, Restored, Target, tool};
use crate::source::{DatabaseFacts, DumpAs, Dumping, Growing, Places, Reading, Role};
use vhost_dump::facts::{DumpFacts, Format};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::manifest::{Catalogue, Manifest, Offsets, Scanned};
use vhost_dump::script::{Ending, Foreign, Unterminated};
use vhost_dump::supplied::SuppliedDump;

/// The file's name inside the sandbox's dump directory.
pub const ARCHIVE: &str = "archive";
/// A dump on its way.
pub enum Supply {
    Fresh(Box<Fresh>),
    Given {
        given: SuppliedDump,
        scanned: Scanned,
        /// The stated manifest of an archive, which nothing was held against yet.
        manifest: Option<Box<Manifest>>,
        /// What an archive is read and restored as.
        of: DumpOf,
    },
}

/// A dump that pg_dump is writing.
pub struct Fresh {
    pub format: DumpAs,
    pub of: DumpOf,
    pub pg_dump_major: u32,
    pub path: PathBuf,
    pub growing: Growing,
    pub dumping: Dumping,
    pub database: DatabaseFacts,
    pub roles: Vec<Role>,
    pub catalogue: Catalogue,
    pub began: Instant,
}

/// A restored database and what its dump was found to hold.
pub struct Supplied<'s> {
    pub restored: Restored<'s>,
    pub manifest: Manifest,
    pub taken: Taken,
}

/// What is known of an archive before it is read.
enum Known {
    Taken(Catalogue),
    Stated(Option<Box<Manifest>>),
}

/// What is known of how a dump was taken.
#[derive(Clone)]
pub enum Taken {
    Here(Catalogue),
    Elsewhere(Offsets),
}

impl Supply {
    /// The major versions that the sandbox is chosen by.
    pub fn majors(&self, upgrade: Upgrade) -> Majors {
        match self {
            Supply::Fresh(fresh) => {
                let server = Some(fresh.database.server_major);
                let pg_dump = Some(fresh.pg_dump_major);
                majors(fresh.format.into(), server, pg_dump, upgrade)
            }
            Supply::Given { given, .. } => given_majors(&given.facts, upgrade),
        }
    }

    /// Restores the dump; a fresh plain one while it is still being written, read back from its file.
    pub fn restore<'a, 's: 'a>(
        self,
        isolated: Isolated<'s>,
        mode: Roles,
        jobs: u32,
        seen: &'a mut Seen,
    ) -> LocalBoxFuture<'a, Result<Supplied<'s>, Stop>> {
        Box::pin(self.restored(isolated, mode, jobs, seen))
    }

    async fn restored<'s>(
        self,
        isolated: Isolated<'s>,
        mode: Roles,
        jobs: u32,
        seen: &mut Seen,
    ) -> Result<Supplied<'s>, Stop> {
        match self {
            Supply::Fresh(fresh) if fresh.format == DumpAs::Plain => {
                alongside(*fresh, isolated, mode, jobs, seen).await
            }
            Supply::Fresh(fresh) => after(*fresh, isolated, mode, jobs, seen).await,
            Supply::Given {
                given,
                scanned,
                manifest,
                of,
            } => {
                let target = target(&scanned, mode);
                match given.facts.format {
                    Format::Plain | Format::PlainGzip | Format::PlainZstd => {
                        from_given(given, scanned, target, isolated, jobs, seen).await
                    }
                    Format::Custom | Format::Directory | Format::Tar => {
                        from_archive(
                            given,
                            Known::Stated(manifest),
                            of,
                            target,
                            isolated,
                            jobs,
                            seen,
                        )
                        .await
                    }
                }
            }
        }
    }
}

/// The same of a given dump.
pub fn given_majors(facts: &DumpFacts, upgrade: Upgrade) -> Majors {
    let server = leading_number(&facts.server_version);
    let pg_dump = leading_number(&facts.pg_dump_version);
    majors(facts.format, server, pg_dump, upgrade)
}

fn majors(format: Format, server: Option<u32>, pg_dump: Option<u32>, upgrade: Upgrade) -> Majors {
    let least = match format {
        Format::Plain | Format::PlainGzip | Format::PlainZstd => server,
        Format::Custom | Format::Directory | Format::Tar => server.max(pg_dump),
    };
    Majors {
        server,
        least,
        upgrade,
    }
}

/// The number that a version starts with.
pub fn leading_number(version: &str) -> Option<u32> {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

async fn alongside<'s>(
    fresh: Fresh,
    isolated: Isolated<'s>,
    mode: Roles,
    jobs: u32,
    seen: &mut Seen,
) -> Result<Supplied<'s>, Stop> {
    let readers = fresh.growing.reader().and_then(|reading| {
        Ok(Plain {
            reading,
            places: Some(fresh.growing.places()?),
            sessions: jobs as usize,
        })
    });
    let plain = match readers {
        Ok(plain) => plain,
        Err(error) => {
            // A dump that failed took its file with it, and is the cause to tell.
            let dumped = fresh.dumping.finish().await;
            return Err(dumped.map_or_else(
                |e| seen.stop_in(Stage::Dump, &e),
                |_| seen.stop_in(Stage::Dump, &error),
            ));
        }
    };
    let target = Target {
        database: fresh.database.database.clone(),
        creation: Creation::Like(fresh.database),
        statements: Vec::new(),
        roles: fresh.roles,
        mode,
    };
    seen.begin(Stage::Restore);
    let events = seen.events().clone();
    let dump = async {
        let dumped = fresh.dumping.finish().await;
        (dumped, Instant::now())
    };
    let restore = restore::restore(isolated, Input::Plain(plain), target, &events);
    let ((dumped, dumped_at), restored) = tokio::join!(dump, restore);
    // A dump that failed is why its restore failed, so it is told first.
    let dumped = dumped.map_err(|e| seen.stop_in(Stage::Dump, &e))?;
    seen.ended_at(Stage::Dump, fresh.began, dumped_at);
    seen.evidence.dump = Some(dumped.facts);
    let restored = restored.map_err(|e| not_restored(&e, seen))?;
    seen.evidence.read_back = Some(restored.facts().read_back);
    seen.evidence.restore = Some(restored.facts().clone());
    seen.end();
    Ok(Supplied {
        restored,
        manifest: dumped.scanned.manifest,
        taken: Taken::Here(fresh.catalogue),
    })
}

async fn after<'s>(
    fresh: Fresh,
    isolated: Isolated<'s>,
    mode: Roles,
    jobs: u32,
    seen: &mut Seen,
) -> Result<Supplied<'s>, Stop> {
    // The sandbox waits for the dump now, and a drill that is stopped here was stopped in the dump.
    seen.begin(Stage::Dump);
    let facts = fresh
        .dumping
        .finish()
        .await
        .map_err(|e| seen.stop_in(Stage::Dump, &e))?
        .facts;
    seen.ended_at(Stage::Dump, fresh.began, Instant::now());
    seen.evidence.dump = Some(facts.clone());
    let archive = SuppliedDump::taken(facts, fresh.path);
    let target = Target {
        database: fresh.database.database.clone(),
        creation: Creation::Like(fresh.database),
        statements: Vec::new(),
        roles: fresh.roles,
        mode,
    };
    from_archive(
        archive,
        Known::Taken(fresh.catalogue),
        fresh.of,
        target,
        isolated,
        jobs,
        seen,
    )
    .await
}

async fn from_given<'s>(
    given: SuppliedDump,
    scanned: Scanned,
    target: Target,
    isolated: Isolated<'s>,
    jobs: u32,
    seen: &mut Seen,
) -> Result<Supplied<'s>, Stop> {
    seen.begin(Stage::Restore);
    let plain = Plain {
        reading: Reading::of_supplied(&given).map_err(|e| seen.stop(&e))?,
        places: Places::of_supplied(&given).map_err(|e| seen.stop(&e))?,
        sessions: jobs as usize,
    };
    let restored = restore::restore(isolated, Input::Plain(plain), target, seen.events())
        .await
        .map_err(|e| not_restored(&e, seen))?;
    seen.evidence.read_back = Some(restored.facts().read_back);
    seen.evidence.restore = Some(restored.facts().clone());
    seen.end();
    Ok(Supplied {
        restored,
        manifest: scanned.manifest,
        taken: Taken::Elsewhere(scanned.offsets),
    })
}

/// Copies the archive into the sandbox, reads what it holds with the sandbox's own pg_restore, and restores the copy.
async fn from_archive<'s>(
    archive: SuppliedDump,
    known: Known,
    of: DumpOf,
    mut target: Target,
    isolated: Isolated<'s>,
    jobs: u32,
    seen: &mut Seen,
) -> Result<Supplied<'s>, Stop> {
    seen.begin(Stage::Restore);
    let jobs = match archive.facts.format {
        // pg_restore has one way through a tar file, and refuses to be told of more.
        Format::Tar => 1,
        _ => jobs,
    };
    let to = isolated.sandbox().dump_dir().join(ARCHIVE);
    let original = archive.clone();
    let copied = tokio::task::spawn_blocking(move || original.copy_to(&to))
        .await
        .map_err(|e| seen.stop(&e))?
        .map_err(|e| seen.stop(&e))?;
    seen.evidence.read_back = Some(copied);
    // What was looked at and hashed is not what would be restored, so nothing is; the gate `digest` shows both digests.
    if copied != archive.facts.digest {
        return Err(Stop {
            stage: seen.at(),
            cause: format!(
                "the dump {:?} changed between its hashing and its restore",
                archive.name()
            ),
        });
    }
    let mut scanner = Scanner::default();
    let sandbox = isolated.sandbox();
    let read = tool::script(sandbox, ARCHIVE, Part::Whole, of, |bytes| {
        scanner.feed(bytes)
    })
    .await;
    let scanned = scanner.finish();
    let mut defects = Vec::new();
    match read {
        Ok(()) => defects.extend(unfinished(&scanned)),
        // Its own complaint about an archive; another status is that of a pg_restore that something ended.
        Err(ToolError::Failed { status: 1, .. }) if !seen.is_interrupted() => {
            defects.push(unread(&scanned))
        }
        Err(error) => return Err(seen.stop(&error)),
    }
    if let (Known::Stated(Some(stated)), []) = (&known, &*defects) {
        defects.extend(other(stated, &scanned));
    }
    refuse(&archive, defects, seen)?;
    if let Known::Stated(_) = known {
        seen.evidence.remarks.extend(without_rows(&scanned));
        target.roles = named(&scanned);
        (target.database, target.creation) = made(&scanned);
    }
    target.statements = scanned.database.statements;
    let input = Input::Archive {
        file: ARCHIVE.to_owned(),
        copied,
        jobs,
    };
    let restored = restore::restore(isolated, input, target, seen.events())
        .await
        .map_err(|e| seen.stop(&e))?;
    seen.evidence.restore = Some(restored.facts().clone());
    seen.end();
    Ok(Supplied {
        restored,
        manifest: scanned.manifest,
        taken: match known {
            Known::Taken(catalogue) => Taken::Here(catalogue),
            Known::Stated(_) => Taken::Elsewhere(scanned.offsets),
        },
    })
}

/// Why a plain dump was not restored; what no pg_dump writes is the dump's own fault.
fn not_restored(error: &RestoreError, seen: &mut Seen) -> Stop {
    if let RestoreError::Tool(ToolError::Foreign { foreign }) = error {
        seen.evidence.defects.push(format!(
            "the dump holds {foreign}; the restore was stopped before it"
        ));
    }
    seen.stop_in(Stage::Restore, error)
}

/// Where pg_restore gave up an archive that it read as a script.
fn unread(scanned: &Scanned) -> String {
    let rows = Foreign::Unterminated(Unterminated::Rows);
    let in_rows = matches!(&scanned.ending, Ending::Foreign(refusal) if refusal.foreign == rows);
    let after = match scanned.manifest.relations.last() {
        Some(relation) if in_rows => {
            format!(", in the rows of {}.{}", relation.schema, relation.name)
        }
        _ => String::new(),
    };
    format!(
        "is damaged: pg_restore cannot read it to its end{after}; take it again, or give another copy of it"
    )
}

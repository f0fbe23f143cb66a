//! How a dump comes in: taken from the source, or read as it was given.

use std::path::PathBuf;
use std::time::Instant;

use crate::drill::major::Upgrade;
use crate::drill::order::{Order, SourceExtra, Stated};
use crate::drill::proof::{converted, elsewhere, other, reencoded, refuse, unfinished};
use crate::drill::seen::{Seen, in_one_line, interrupted};
use crate::drill::supply::{Fresh, SharedScanner, Supply, foreign_command};
use crate::drill::{Drill, pg_dump};
use crate::event::Stage;
use crate::manifest::Manifest;
use crate::plan::{DumpFormat, DumpOf};
use crate::reference::Reference;
use crate::report::Stop;
use crate::sandbox::docker::Remains;
use crate::source::{DumpAs, Format, Given, Source};

impl Drill<'_> {
    /// Starts pg_dump under the source's snapshot.
    pub(super) async fn start_dump(
        &self,
        source: &Source,
        asked: &SourceExtra,
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
        if let Upgrade::To(to) = order.upgrade
            && pg_dump.version.major != to
        {
            seen.evidence.remarks.push(format!(
                "the dump was taken by pg_dump {}, for none of {to} was found: for an upgrade the newer release's own is advised",
                pg_dump.version
            ));
        }
        let (format, extension) = match asked.format {
            DumpFormat::Plain => (DumpAs::Plain, "sql"),
            DumpFormat::Custom => (DumpAs::Custom, "dump"),
        };
        let of = asked.of;
        let database = source.facts().await.map_err(|e| seen.stop(&e))?;
        let roles = source.roles().await.map_err(|e| seen.stop(&e))?;
        let catalogue = source.catalogue().await.map_err(|e| seen.stop(&e))?;
        let path = self.directory.dump(extension);
        let scanner = SharedScanner::default();
        let tap = scanner.clone();
        let (growing, dumping) = source
            .start_dump(
                &pg_dump,
                format,
                of,
                &path,
                Box::new(move |bytes| tap.feed(bytes)),
                self.interrupt.clone(),
                seen.events().clone(),
            )
            .await
            .map_err(|e| seen.stop(&e))?;
        Ok(Supply::Fresh(Box::new(Fresh {
            format,
            of,
            pg_dump_major: pg_dump.version.major,
            path,
            growing,
            dumping,
            scanner,
            database,
            roles,
            catalogue,
            began,
        })))
    }
}

/// Reads the given dump once: its digest, what it holds, whether it is whole, and whether it is the stated one.
pub(crate) async fn given(
    path: PathBuf,
    stated: Stated,
    reference: Option<&Reference>,
    seen: &mut Seen,
) -> Result<Supply, Stop> {
    seen.begin(Stage::Dump);
    let of = like(
        stated
            .manifest
            .as_deref()
            .or(reference.map(|one| &one.manifest)),
    );
    let scanner = SharedScanner::default();
    let tap = scanner.clone();
    let inspect =
        tokio::task::spawn_blocking(move || Given::inspect(&path, &mut |bytes| tap.feed(bytes)));
    let given = tokio::select! {
        biased;
        () = seen.interrupted() => return Err(interrupted(seen.at())),
        inspected = inspect => inspected.map_err(|e| seen.stop(&e))?,
    };
    let given = given.map_err(|error| {
        if error.is_defect() {
            seen.evidence.defects.push(in_one_line(&error));
            // What it holds besides is told too: it may be why it is not whole.
            let scanned = scanner.clone().finish();
            let foreign = scanned.foreign_commands.first();
            let foreign = foreign.map(|name| format!("the given dump {}", foreign_command(name)));
            seen.evidence.defects.extend(foreign);
        }
        seen.stop(&error)
    })?;
    seen.evidence.dump = Some(given.facts.clone());
    let scanned = scanner.finish();
    let mut defects = stated.against(given.facts.digest);
    let manifest = match given.facts.format {
        Format::Plain | Format::PlainGzip | Format::PlainZstd => {
            // Nothing of such a dump is sent to psql: what else it holds was written by the same hand.
            defects.extend(
                scanned
                    .foreign_commands
                    .first()
                    .map(|command| foreign_command(command)),
            );
            defects.extend(elsewhere(&scanned));
            defects.extend(converted(&scanned));
            defects.extend(reencoded(&scanned));
            defects.extend(unfinished(&scanned));
            defects.extend(
                stated
                    .manifest
                    .iter()
                    .flat_map(|stated| other(stated, &scanned)),
            );
            None
        }
        // What an archive holds is known once a pg_restore has read it.
        Format::Custom | Format::Directory | Format::Tar => stated.manifest,
    };
    refuse(&given, defects, seen)?;
    seen.end();
    Ok(Supply::Given {
        given,
        scanned,
        manifest,
        of,
    })
}

/// What an archive is read as: what it will be held against, for every archive holds the database itself, and whether that
/// was asked for when it was taken nobody can tell.
fn like(other: Option<&Manifest>) -> DumpOf {
    match other {
        Some(other) if other.form.create => DumpOf::Database,
        Some(_) | None => DumpOf::Contents,
    }
}

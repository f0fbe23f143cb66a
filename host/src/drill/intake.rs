//! How a dump comes in: taken from the source, or read as it was given.

use std::path::PathBuf;
use std::time::Instant;

use crate::drill::major::Upgrade;
use crate::drill::order::{Order, SourceExtra, Stated};
use crate::drill::proof::{
    converted, elsewhere, other, put_together, reencoded, refuse, without_rows,
};
use crate::drill::seen::{Seen, in_one_line, interrupted};
use crate::drill::supply::{Fresh, Supply};
use crate::drill::{Drill, pg_dump};
use crate::event::Stage;
use crate::plan::{DumpFormat, DumpOf};
use crate::reference::Reference;
use crate::report::Stop;
use crate::sandbox::docker::Remains;
use crate::source::{DumpAs, Source};
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::manifest::{Manifest, Scanned};
use vhost_dump::script::Ending;
use vhost_dump::supplied::{Inspection, SuppliedDump};

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
        let (growing, dumping) = source
            .start_dump(
                &pg_dump,
                format,
                of,
                &path,
                None,
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
    let inspect =
        tokio::task::spawn_blocking(move || SuppliedDump::inspect(&path, Scanner::default()));
    let inspected = tokio::select! {
        biased;
        () = seen.interrupted() => return Err(interrupted(seen.at())),
        inspected = inspect => inspected.map_err(|e| seen.stop(&e))?,
    };
    let Inspection {
        dump: given,
        scanned,
        refusal,
    } = inspected.map_err(|error| {
        if error.is_defect() {
            seen.evidence.defects.push(in_one_line(&error));
        }
        seen.stop(&error)
    })?;
    seen.evidence.dump = Some(given.facts.clone());
    let mut defects = stated.against(given.facts.digest);
    let (scanned, manifest) = match scanned {
        Some(scanned) => {
            defects.extend(refusal);
            defects.extend(elsewhere(&scanned));
            defects.extend(converted(&scanned));
            defects.extend(reencoded(&scanned));
            seen.evidence.remarks.extend(put_together(&scanned));
            seen.evidence.remarks.extend(without_rows(&scanned));
            // Of what breaks off, or was not read to its end, nobody can say that it holds other things.
            if scanned.ending == Ending::Trailer {
                let stated = stated.manifest.iter();
                defects.extend(stated.flat_map(|stated| other(stated, &scanned)));
            }
            (scanned, None)
        }
        // What an archive holds is known once a pg_restore has read it.
        None => (Scanned::default(), stated.manifest),
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

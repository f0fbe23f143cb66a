//! A sandbox of a drill, from its making to its removal, and the proof of its walls.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::drill::seen::{Seen, interrupted};
use crate::event::Stage;
use crate::plan::Wall;
use crate::report::Stop;
use crate::restore::isolation::{self, Isolated};
use crate::sandbox::{self, Ended, Engine, Journal, Sandbox, Spec};

/// Runs `body` in a sandbox, and records what its removal came to.
pub async fn within<T>(
    engine: &Engine,
    spec: &Spec,
    journal: &Journal,
    interrupt: &CancellationToken,
    seen: &mut Seen,
    body: impl AsyncFnOnce(&Sandbox, &mut Seen) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let inside = async |sandbox: &Sandbox| {
        let looked = body(sandbox, seen).await;
        seen.begin(Stage::Teardown);
        looked
    };
    let scoped = sandbox::scope(engine, spec, journal, interrupt, inside).await;
    let at = seen.at();
    let ended = match scoped.body {
        Ok(looked) => looked,
        Err(Ended::Interrupted) => Err(interrupted(at)),
        // A panic's message may quote what was worked on.
        Err(Ended::Panicked(_)) => Err(Stop {
            stage: at,
            cause: "vhost itself failed (a panic)".to_owned(),
        }),
        Err(Ended::CouldNotStart(error)) => Err(seen.stop_in(Stage::Sandbox, &error)),
        Err(error @ Ended::EngineLost(_)) => Err(seen.stop_in(at, &error)),
    };
    if at != Stage::Teardown {
        seen.begin(Stage::Teardown);
    }
    seen.evidence.teardown = Some(scoped.teardown);
    seen.end();
    ended
}

/// Proves that the sandbox is alone, before anything is restored into it.
pub async fn isolated<'s>(
    sandbox: &'s Sandbox,
    private: &[&Path],
    source: Option<u64>,
    accepted: &[Wall],
    seen: &mut Seen,
) -> Result<Isolated<'s>, Stop> {
    seen.begin(Stage::Isolation);
    let proved = isolation::prove(sandbox, private, source, accepted)
        .await
        .map_err(|e| seen.stop(&e))?;
    seen.evidence.walls = Some(proved.walls);
    let isolated = proved.isolated.ok_or_else(|| Stop {
        stage: Stage::Isolation,
        cause: "a wall of the sandbox does not stand, so nothing was restored into it".to_owned(),
    })?;
    seen.end();
    Ok(isolated)
}

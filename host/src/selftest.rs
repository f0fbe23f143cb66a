//! The walls around a check, tried on the operator's own machine.
//!
//! ```text
//! attacks + an honest check ─stage─▶ components, grants, a dump ─▶ drill the honest one alone
//!                                                              └─▶ drill all of them ─▶ report ─judge─▶ Outcome
//! ```
//!
//! A self-test is a drill: what an attack ran into is read from the report that an operator would get, and nothing
//! else. An attack that is not stopped as its table says is a breach, also where something else stopped it. The honest
//! check must say beside all of them what it says alone.

mod asking;
mod attack;
mod calling;
mod directory;
mod embedded;
mod fixture;
mod forgery;
mod guest;
mod judge;
mod outcome;
mod saying;
mod seen;
mod stage;
mod taking;
mod wall;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;

use cap_std::AmbientAuthority;
use futures_util::future::LocalBoxFuture;
use tokio_util::sync::CancellationToken;

use crate::check::{CacheError, Compiler};
use crate::drill::{DirectoryError, DrillError, EngineOrder};
use crate::event::Events;
use crate::grant::asked::AskedError;
use crate::grant::bundle::BundleError;
use crate::grant::component::ComponentError;
use crate::grant::{GrantsError, Refused};
use crate::report::seal::NotPublished;

pub use outcome::{Came, Detail, Outcome, Row};
pub use wall::Wall;

use attack::Attack;
use judge::OVERALL;
use stage::{Stage, honest_name};

/// An honest check stands before every so many attacks, so that one runs whatever happens.
const HONEST_EVERY: usize = 5;

/// All that one self-test is given.
pub struct Order {
    /// Where it makes its directory and its sandboxes; both are gone when it ends.
    pub base: PathBuf,
    pub engine: EngineOrder,
    /// As [`crate::drill::Order`] has it.
    pub docker_host: String,
    pub compiler: Compiler,
    pub cores: NonZeroUsize,
    pub started: SystemTime,
    /// What belongs to this process and no check may find: values of its environment, its arguments.
    pub canaries: Vec<String>,
    /// For the self-test's own directory alone.
    pub authority: AmbientAuthority,
    /// The one wall or attack to try; otherwise all.
    pub only: Option<String>,
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    #[error(
        "this vhost was built without its hostile checks: run `rustup target add wasm32-wasip2`, then build vhost again"
    )]
    NotEmbedded,
    #[error("no wall and no attack is named `{name}`; the walls are {}", walls())]
    Unknown { name: String },
    #[error("cannot make the directory {} of the self-test", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot remove {}: remove it by hand", path.display())]
    Remove {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the attack {attack} cannot be bundled")]
    Bundle {
        attack: &'static str,
        #[source]
        source: BundleError,
    },
    #[error("the manifest of {attack} cannot be read")]
    Manifest {
        attack: &'static str,
        #[source]
        source: AskedError,
    },
    #[error("the self-test's own cache of compiled checks cannot be used")]
    Cache(#[source] CacheError),
    #[error("cannot forge the cache entries in {}", path.display())]
    Forge {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the attack {attack} is no check")]
    Component {
        attack: &'static str,
        #[source]
        source: ComponentError,
    },
    #[error("the grant of {attack} cannot be read")]
    Grant {
        attack: &'static str,
        #[source]
        source: GrantsError,
    },
    #[error("the honest check was refused")]
    Honest(#[source] Refused),
    #[error("the sandbox cannot be named")]
    Name(#[source] crate::plan::name::NotAName),
    #[error("the drill of the self-test cannot begin")]
    Run(#[source] DirectoryError),
    #[error("the drill of the self-test could not be done")]
    Drill(#[source] DrillError),
    #[error("the report of the self-test cannot be published")]
    Publish(#[source] NotPublished),
    #[error("the report of the self-test cannot be read back")]
    Report(#[source] serde_json::Error),
}

fn walls() -> String {
    Wall::ALL.map(Wall::name).join(", ")
}

/// Tries every wall, or the one that was asked for. Nothing of it is left afterwards.
pub fn run(
    order: Order,
    events: Events,
    interrupt: &CancellationToken,
) -> LocalBoxFuture<'_, Result<Outcome, SelftestError>> {
    Box::pin(done(order, events, interrupt))
}

async fn done(
    order: Order,
    events: Events,
    interrupt: &CancellationToken,
) -> Result<Outcome, SelftestError> {
    let attacks = chosen(order.only.as_deref())?;
    let stage = Stage::set(&order)?;
    let tried = try_walls(&stage, &order, &attacks, events, interrupt).await;
    stage.clear()?;
    tried
}

async fn try_walls(
    stage: &Stage,
    order: &Order,
    attacks: &[&Attack],
    events: Events,
    interrupt: &CancellationToken,
) -> Result<Outcome, SelftestError> {
    let engine = fixture::engine(&order.engine).await;
    let honest = stage.honest(&honest_name(0))?;
    let alone = stage
        .drill(order, &engine, honest, events.clone(), interrupt)
        .await?;
    stage.forge_cache()?;
    let (mut checks, mut refused) = (stage.honest(&honest_name(0))?, Vec::new());
    for (number, attack) in attacks.iter().enumerate() {
        if number > 0 && number % HONEST_EVERY == 0 {
            checks.extend(stage.honest(&honest_name(number))?);
        }
        match stage.review(attack, order)? {
            Ok(selected) => checks.extend(selected),
            Err(why) => refused.push((attack.name, why)),
        }
    }
    let beside = stage
        .drill(order, &engine, checks, events, interrupt)
        .await?;
    let mut rows = judge::judge(attacks, &refused, &alone, &beside);
    if let Some(name) = order.only.as_deref() {
        retain(&mut rows, attacks, name);
    }
    Ok(Outcome {
        schema: outcome::SCHEMA,
        engine: engine.kind,
        server: beside.server_version(),
        rows,
    })
}

/// Leaves what was asked for and, wherever checks ran, whether honest ones stand apart from them.
fn retain(rows: &mut Vec<Row>, attacks: &[&Attack], name: &str) {
    let one_row = name == Wall::Apart.name()
        || OVERALL.iter().any(|one| one.attack == name)
        || attacks.iter().any(|attack| attack.is_one_of_several(name));
    if one_row {
        rows.retain(|row| row.attack == name || row.wall == Wall::Apart);
    }
}

/// The attacks on a wall, or one attack, by its name; all where nothing is named.
///
/// What is asked of a drill as a whole is asked of one with the attacks on its wall; that honest checks stand apart, of
/// one with all of them. The cache is forged in every drill, and takes no attack.
fn chosen(only: Option<&str>) -> Result<Vec<&'static Attack>, SelftestError> {
    let all = taking::ATTACKS
        .iter()
        .chain(asking::ATTACKS)
        .chain(calling::ATTACKS)
        .chain(saying::ATTACKS);
    let Some(name) = only else {
        return Ok(all.collect());
    };
    let overall = OVERALL.iter().find(|one| one.attack == name);
    let wall = overall.map_or(name, |one| one.wall.name());
    if wall == Wall::Apart.name() {
        return Ok(all.collect());
    }
    let chosen: Vec<_> = all
        .filter(|attack| {
            attack.name == name || attack.wall.name() == wall || attack.is_one_of_several(name)
        })
        .collect();
    if chosen.is_empty() && !Wall::ALL.iter().any(|known| known.name() == wall) {
        return Err(SelftestError::Unknown {
            name: name.to_owned(),
        });
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wall_and_every_row_can_be_asked_for() {
        for wall in Wall::ALL {
            let attacks = chosen(Some(wall.name())).unwrap();
            assert_eq!(attacks.is_empty(), wall == Wall::Cache, "{}", wall.name());
        }
        for attack in chosen(None).unwrap() {
            let chosen = chosen(Some(attack.name)).unwrap();
            assert!(
                chosen.iter().any(|one| one.name == attack.name),
                "{}",
                attack.name
            );
        }
        for row in &OVERALL {
            assert!(chosen(Some(row.attack)).is_ok(), "{}", row.attack);
        }
        assert!(matches!(
            chosen(Some("nonsense")),
            Err(SelftestError::Unknown { .. })
        ));
    }
}

//! What a self-test came to, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::plan::EngineKind;
use crate::selftest::wall::Wall;

/// The name and version of the JSON output's shape.
pub const SCHEMA: &str = "vhost.selftest/1";

/// Before what is said of one attack.
const INDENT: &str = "             ";

/// Every attack, and what it came to.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub schema: &'static str,
    pub engine: EngineKind,
    /// Of the sandbox's Postgres.
    pub server: String,
    pub rows: Vec<Row>,
}

/// One attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub wall: Wall,
    pub attack: &'static str,
    #[serde(flatten)]
    pub came: Came,
}

/// What one attack came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "came")]
pub enum Came {
    /// Its wall stopped it; what the report says of it.
    Held { said: String },
    /// It was not stopped, or not by its wall.
    Breached { said: String },
    /// Nothing is known.
    NotTried { why: String },
}

/// How much of an outcome is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A line for each wall, and the attacks on it that were not stopped.
    Walls,
    /// A line for each attack as well.
    Attacks,
}

impl Outcome {
    /// 0 where every wall held, 1 where one did not, 3 where something could not be tried.
    pub fn exit_code(&self) -> u8 {
        let any = |wanted: fn(&Came) -> bool| self.rows.iter().any(|row| wanted(&row.came));
        if any(|came| matches!(came, Came::Breached { .. })) {
            1
        } else if self.rows.is_empty() || any(|came| matches!(came, Came::NotTried { .. })) {
            3
        } else {
            0
        }
    }

    /// For a terminal; the last line is the count.
    pub fn text(&self, detail: Detail) -> String {
        let engine = match self.engine {
            EngineKind::Docker => "docker",
            EngineKind::Local => "local",
        };
        let mut out = format!(
            "The walls around a check, on this machine: engine {engine}, Postgres {}\n\n",
            self.server
        );
        for wall in Wall::ALL {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| row.wall == wall).collect();
            if !rows.is_empty() {
                show(&mut out, wall, &rows, detail);
            }
        }
        let count =
            |wanted: fn(&Came) -> bool| self.rows.iter().filter(|row| wanted(&row.came)).count();
        let (held, breached, untried) = (
            count(|came| matches!(came, Came::Held { .. })),
            count(|came| matches!(came, Came::Breached { .. })),
            count(|came| matches!(came, Came::NotTried { .. })),
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "\n{held} of {} attacks were stopped by their wall, {breached} were not, {untried} could not be tried",
            self.rows.len()
        );
        out
    }
}

fn show(out: &mut String, wall: Wall, rows: &[&Row], detail: Detail) {
    let held = rows
        .iter()
        .filter(|row| matches!(row.came, Came::Held { .. }))
        .count();
    let breached = rows
        .iter()
        .any(|row| matches!(row.came, Came::Breached { .. }));
    let word = match (breached, held == rows.len()) {
        (true, _) => "BREACHED",
        (false, true) => "held",
        (false, false) => "not tried",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{word:9}  {:11} {held:3} of {:<3} {}",
        wall.name(),
        rows.len(),
        wall.stands()
    );
    // A drill that stopped says why once, and not for each of two hundred attacks.
    if let [
        Row {
            came: Came::NotTried { why },
            ..
        },
        rest @ ..,
    ] = rows
        && rest
            .iter()
            .all(|row| matches!(&row.came, Came::NotTried { why: other } if other == why))
    {
        let _ = writeln!(out, "{INDENT}not tried: {why}");
        return;
    }
    for row in rows {
        let (word, text) = match &row.came {
            Came::Held { said } if detail == Detail::Attacks => ("held", said),
            Came::Held { .. } => continue,
            Came::Breached { said } => ("BREACHED", said),
            Came::NotTried { why } => ("not tried", why),
        };
        let _ = writeln!(out, "{INDENT}{:28} {word}: {text}", row.attack);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(came: &[Came]) -> Outcome {
        let rows = came.iter().map(|came| Row {
            wall: Wall::Time,
            attack: "endless-loop",
            came: came.clone(),
        });
        Outcome {
            schema: SCHEMA,
            engine: EngineKind::Local,
            server: "15.18".to_owned(),
            rows: rows.collect(),
        }
    }

    #[test]
    fn a_breach_outweighs_everything_and_nothing_tried_is_no_success() {
        let held = Came::Held {
            said: "wall time of 5s".to_owned(),
        };
        let breached = Came::Breached {
            said: "it passed".to_owned(),
        };
        let untried = Came::NotTried {
            why: "no Postgres".to_owned(),
        };
        for (came, code) in [
            (&[][..], 3),
            (std::slice::from_ref(&held), 0),
            (&[held.clone(), untried.clone()], 3),
            (&[untried, breached.clone(), held.clone()], 1),
        ] {
            assert_eq!(of(came).exit_code(), code, "{came:?}");
        }
        let text = of(&[held, breached]).text(Detail::Walls);
        assert!(text.contains("BREACHED   time"), "{text}");
        assert!(
            text.contains("endless-loop                 BREACHED: it passed"),
            "{text}"
        );
        assert!(text.ends_with(
            "1 of 2 attacks were stopped by their wall, 1 were not, 0 could not be tried\n"
        ));
    }
}

//! What the corpus came to, for people and for machines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::{Case, Expected};
use crate::judge::Judgement;

/// One line.
pub struct Row {
    pub case: Case,
    pub engine: &'static str,
    pub judgement: Judgement,
    pub seconds: f64,
}

/// Words of a line that are shown; `--json` has them all.
const SHOWN: usize = 160;

pub fn header() -> String {
    format!(
        "{:<6} {:<6} {:<12} {:<34} {:<12} {:<12} said",
        "", "engine", "group", "name", "expected", "verdict"
    )
}

pub fn line(row: &Row) -> String {
    let good = match (row.judgement.good, row.is_healthy()) {
        (true, _) => "ok",
        (false, true) => "ALARM",
        (false, false) => "MISSED",
    };
    let words: String = row.judgement.words.replace('\n', " ");
    let words: String = words.chars().take(SHOWN).collect();
    format!(
        "{good:<6} {:<6} {:<12} {:<34} {:<12} {:<12} {words}",
        row.engine,
        row.case.group,
        row.case.name,
        row.expected(),
        row.judgement.verdict
    )
}

/// Rates of every group and in total, for each engine, and the line that a machine reads last.
pub fn summary(rows: &[Row]) -> String {
    let mut counts: BTreeMap<(&str, bool, &str), (usize, usize)> = BTreeMap::new();
    for row in rows {
        for group in [row.case.group.as_str(), "~total"] {
            // The total of faults and that of healthy dumps are two things.
            let count = counts
                .entry((row.engine, row.is_healthy(), group))
                .or_default();
            count.0 += usize::from(row.judgement.good);
            count.1 += 1;
        }
    }
    let mut text = String::new();
    for ((engine, healthy, group), (good, all)) in &counts {
        let group = match (*group, *healthy) {
            ("~total", true) => continue,
            ("~total", false) => "all faults",
            (group, _) => group,
        };
        let (what, number) = if *healthy {
            ("false alarms", all - good)
        } else {
            ("detected", *good)
        };
        text += &format!(
            "{engine:<7} {group:<12} {number:>4} of {all:>4} {what}, {}\n",
            percent(number, *all)
        );
    }
    let good = rows.iter().filter(|row| row.judgement.good).count();
    text + &format!("{good} passed, {} failed", rows.len() - good)
}

fn percent(part: usize, all: usize) -> String {
    // Never rounded up to 100: one that is missed is missed.
    format!("{}.{} %", part * 100 / all, part * 1000 / all % 10)
}

pub fn json(rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        json!({
            "engine": row.engine,
            "group": row.case.group,
            "name": row.case.name,
            "what": row.case.what,
            "healthy": row.is_healthy(),
            "expected": row.expected(),
            "verdict": row.judgement.verdict,
            "good": row.judgement.good,
            "said": row.judgement.words,
            "seconds": (row.seconds * 100.0).round() / 100.0,
        })
    });
    let rows: Vec<_> = rows.collect();
    let of = |healthy: bool, good: bool| {
        let rows = rows
            .iter()
            .filter(|row| row["healthy"] == healthy && row["good"] == good);
        rows.count()
    };
    json!({
        "schema": "vhost.corpus/1",
        "detected": of(false, true),
        "missed": of(false, false),
        "false_alarms": of(true, false),
        "healthy": of(true, true) + of(true, false),
        "cases": rows,
    })
}

impl Row {
    fn is_healthy(&self) -> bool {
        matches!(self.case.expected, Expected::Pass)
    }

    fn expected(&self) -> String {
        match &self.case.expected {
            Expected::Pass => "PASS".to_owned(),
            Expected::Caught { said, .. } => {
                let mut places: Vec<&str> = Vec::new();
                for said in said.iter().flatten() {
                    if !places.contains(&said.place.as_str()) {
                        places.push(&said.place);
                    }
                }
                places.join("/")
            }
        }
    }
}

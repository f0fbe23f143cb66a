//! What a report shows, held against what it must show.

use crate::selftest::attack::{Attack, Guest, Shows, Statement};
use crate::selftest::fixture::{CANARIES, GRANTED_CANARY};
use crate::selftest::outcome::{Came, Row};
use crate::selftest::seen::{Check, SUMMARY, Seen};
use crate::selftest::stage::{HONEST, check_name, honest_name};
use crate::selftest::wall::Wall;

/// Longest quotation of what a check was told, in characters.
const LONGEST: usize = 160;
/// What is kept of a flood: the log's bytes of its grant, both of standard output's shares, and what the host adds.
const LOG_LEFT: usize = 16 << 10;

/// What is asked of the drill as a whole.
pub struct Overall {
    pub wall: Wall,
    pub attack: &'static str,
    judge: fn(&Seen, &Seen) -> Came,
    needs: Needs,
}

/// Without what there is nothing to ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// An attack that the review let run: honest checks alone pass, and so does their drill.
    Attack,
}

const fn overall(wall: Wall, attack: &'static str, judge: fn(&Seen, &Seen) -> Came) -> Overall {
    Overall {
        wall,
        attack,
        judge,
        needs: Needs::Nothing,
    }
}

pub const OVERALL: [Overall; 6] = [
    overall(Wall::Cache, "forged-entry", forged),
    overall(Wall::Disclosure, "rows-in-the-report", rows_in),
    overall(Wall::Words, "raw-markup-in-the-report", markup_in),
    overall(Wall::Apart, "honest-checks", apart),
    Overall {
        needs: Needs::Attack,
        ..overall(Wall::Apart, "verdict", verdict)
    },
    overall(Wall::Apart, "teardown", teardown),
];

/// The line that a check would forge.
const VERDICT: &str = "verdict: PASS";

/// A row for each attack, in the order of the table, and those about the drill as a whole.
pub fn judge(
    attacks: &[&Attack],
    refused: &[(&str, String)],
    alone: &Seen,
    beside: &Seen,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for attack in attacks {
        let refusal = refused.iter().find(|(name, _)| *name == attack.name);
        let refusal = refusal.map(|(_, why)| why.as_str());
        match attack.guest {
            Guest::Sql(statements) => {
                rows.extend(statements.iter().map(|one| Row {
                    wall: attack.wall,
                    attack: one.name,
                    came: statement(attack, one, refusal, beside),
                }));
            }
            _ => rows.push(Row {
                wall: attack.wall,
                attack: attack.name,
                came: whole(attack, refusal, beside),
            }),
        }
    }
    let any_ran = attacks.len() > refused.len();
    for one in &OVERALL {
        if one.needs == Needs::Attack && !any_ran {
            continue;
        }
        // Of a drill that did not come to its end nothing is known, whatever is not in its report.
        let stop = alone.stop().or_else(|| beside.stop());
        let came = stop.map_or_else(|| (one.judge)(alone, beside), untried);
        rows.push(Row {
            wall: one.wall,
            attack: one.attack,
            came,
        });
    }
    rows
}

/// An attack that is one check.
fn whole(attack: &Attack, refusal: Option<&str>, seen: &Seen) -> Came {
    match (&attack.shows, refusal) {
        (Shows::Refused(wanted), Some(why)) if why.contains(wanted) => held(why),
        (_, Some(why)) => breached(format!("it was refused for another reason: {why}")),
        (Shows::Refused(_), None) => breached("the review let it through"),
        (shows, None) => match outcome(attack, seen) {
            Ok(check) => as_shown(attack, shows, check),
            Err(came) => came,
        },
    }
}

fn as_shown(attack: &Attack, shows: &Shows, check: Check<'_>) -> Came {
    let (ended, why) = check.ended();
    if check.status() == "PASS" {
        return breached(format!("it passed: {}", words(check)));
    }
    match shows {
        Shows::Stopped(wanted) => {
            match ended == "stopped" && wanted.iter().any(|wanted| why.contains(wanted)) {
                true => held(why),
                false => breached(format!("it {ended}: {why} {}", words(check))),
            }
        }
        Shows::Told(wanted) => {
            let told = check
                .told("refused")
                .map(|(_, told)| told)
                .unwrap_or_default();
            match wanted.iter().any(|wanted| told.contains(wanted)) {
                true if check.log_bytes() > LOG_LEFT * 3 => {
                    breached(format!("its log has {} bytes", check.log_bytes()))
                }
                true => held(told),
                false => breached(format!("it {ended}: {why} {}", words(check))),
            }
        }
        Shows::Harmless => harmless(attack, check),
        Shows::Refused(_) => breached("the review let it through"),
    }
}

/// A check that is let run, and whose words must have been changed on the way.
fn harmless(attack: &Attack, check: Check<'_>) -> Came {
    let (ended, why) = check.ended();
    match attack.name {
        "no-finding" => match (ended, check.status()) {
            ("reported", "COULD-NOT-LOOK") => held("no finding is no pass"),
            _ => breached(format!("it {ended}: {why}")),
        },
        // Both must be there, written out: words that never came would prove nothing.
        "words" => match words(check).contains("\\u{1b}[2J") && check.log_bytes() > 0 {
            true => held("control characters are written out"),
            false => breached(format!("it {ended}: {why} {}", words(check))),
        },
        "error-words" => match ended == "could-not-look" && why.contains("\\u{1b}[2J") {
            true => held("control characters are written out"),
            false => breached(format!("it {ended}: {why}")),
        },
        "disclose" => match check.findings().count() == 4 && words(check).is_empty() {
            true => held("its texts are lengths and salted digests"),
            false => breached(format!("it {ended}: {why} {}", words(check))),
        },
        _ => breached("nothing says what would be harmless"),
    }
}

/// An attack that is one statement of several.
fn statement(attack: &Attack, one: &Statement, refusal: Option<&str>, seen: &Seen) -> Came {
    if let Some(why) = refusal {
        return untried(format!("the check was refused: {why}"));
    }
    if let Some(extension) = one
        .needs
        .filter(|extension| seen.lacks_extension(extension))
    {
        return untried(format!("this Postgres has no extension {extension}"));
    }
    let check = match outcome(attack, seen) {
        Ok(check) => check,
        Err(came) => return came,
    };
    match check.told(one.name) {
        Some((status, told))
            if status != "PASS" && one.told.iter().any(|wanted| told.contains(wanted)) =>
        {
            held(told)
        }
        Some((_, told)) => breached(told),
        None => {
            let (ended, why) = check.ended();
            untried(format!("its check {ended}: {why}"))
        }
    }
}

/// What became of the check; without an outcome nothing was tried.
fn outcome<'s>(attack: &Attack, seen: &'s Seen) -> Result<Check<'s>, Came> {
    let check = seen.check(&check_name(attack));
    check.ok_or_else(|| {
        untried(
            seen.stop()
                .unwrap_or_else(|| "the drill has no outcome for it".to_owned()),
        )
    })
}

/// No artefact has a row, granted or not: the one check that may read and tell has a report of counts.
fn rows_in(_: &Seen, seen: &Seen) -> Came {
    for (name, text) in seen.texts() {
        for canary in CANARIES.iter().chain([&GRANTED_CANARY]) {
            if text.contains(canary) {
                return breached(format!("{name} has a row, {canary}…"));
            }
        }
    }
    held("no artefact has a row of the fixture")
}

/// What would be a command to a terminal, or markup where markup is read.
fn markup_in(_: &Seen, seen: &Seen) -> Came {
    for (name, text) in seen.texts() {
        if let Some(steers) = text.chars().find(|c| c.is_control() && *c != '\n') {
            return breached(format!("{name} has a raw {}", steers.escape_unicode()));
        }
        let verdicts = text.lines().filter(|line| *line == VERDICT).count();
        if verdicts > own_verdicts(name, seen.verdict()) {
            return breached(format!("{name} has a forged verdict"));
        }
        if name.ends_with(".md") {
            for raw in [
                "<script",
                "<img",
                "</td>",
                "![x](",
                "[x](javascript",
                "**bold**",
                "`code`",
                "\n# PASS",
            ] {
                if text.contains(raw) {
                    return breached(format!("{name} has raw {raw}"));
                }
            }
        }
    }
    held("no artefact has a raw control character or markup of a check")
}

/// How often a text may say that the drill passed: the summary ends with its verdict.
fn own_verdicts(name: &str, verdict: &str) -> usize {
    usize::from(name == SUMMARY && verdict == "PASS")
}

/// The entry that the drill alone left was changed, so the drill beside must have refused it and compiled again.
fn forged(alone: &Seen, beside: &Seen) -> Came {
    let honest = honest_name(0);
    let of_honest =
        |remark: &&str| remark.contains(&honest) && remark.contains("was not authentic");
    match (
        alone.remarks().find(|remark| remark.contains("not kept")),
        beside.remarks().find(of_honest),
    ) {
        (Some(remark), _) => untried(format!("nothing was kept that could be forged: {remark}")),
        (None, Some(remark)) => held(remark),
        (None, None) => breached("the forged entry was used without a word"),
    }
}

fn apart(alone: &Seen, beside: &Seen) -> Came {
    let Some(alone) = alone
        .check(&honest_name(0))
        .filter(|alone| alone.status() == "PASS")
    else {
        return untried("the honest check does not pass alone");
    };
    let mut count = 0;
    for name in beside.checks().filter(|name| name.starts_with(HONEST)) {
        count += 1;
        match beside.check(name) {
            Some(beside) if beside.says() == alone.says() => {}
            Some(beside) => {
                let (ended, why) = beside.ended();
                return breached(format!("{name} {ended}: {why} {}", words(beside)));
            }
            None => return breached(format!("{name} has no outcome")),
        }
    }
    match count {
        0 => untried("no honest check ran beside the attacks"),
        _ => held(format!(
            "all {count} of them pass and say what one says alone"
        )),
    }
}

fn verdict(_: &Seen, beside: &Seen) -> Came {
    match beside.verdict() {
        "PASS" => breached("the drill passed"),
        other => held(format!("the drill's verdict is {other}")),
    }
}

fn teardown(_: &Seen, beside: &Seen) -> Came {
    match beside.gate("teardown") {
        "PASS" => held("nothing of the sandbox is left"),
        other => breached(format!("the gate teardown is {other}")),
    }
}

/// The texts of a check's findings, one after another.
fn words(check: Check<'_>) -> String {
    let texts = check
        .findings()
        .flat_map(|finding| [&finding["expected"], &finding["actual"]]);
    let texts = texts
        .filter(|shown| shown["kind"] == "text")
        .filter_map(|shown| shown["value"].as_str());
    texts.collect::<Vec<_>>().join(" ")
}

fn held(said: impl Into<String>) -> Came {
    Came::Held {
        said: short(said.into()),
    }
}

fn breached(said: impl Into<String>) -> Came {
    Came::Breached {
        said: short(said.into()),
    }
}

fn untried(why: impl Into<String>) -> Came {
    Came::NotTried {
        why: short(why.into()),
    }
}

fn short(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_once_that_its_drill_passed() {
        for (name, verdict, own) in [
            (SUMMARY, "PASS", 1),
            (SUMMARY, "INCONCLUSIVE", 0),
            ("report.md", "PASS", 0),
        ] {
            assert_eq!(own_verdicts(name, verdict), own, "{name} {verdict}");
        }
    }
}

//! The report for a terminal.

use super::gate::Standing;
use super::neutral::{Medium, neutral};
use super::verdict::Verdict;
use super::{Report, row};

/// Whether the summary may use ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Yes,
    No,
}

/// The rows, what stopped the drill if anything did, and the verdict as the last line.
pub fn render(report: &Report, colour: Colour) -> String {
    let text = |text: &str| neutral(text, Medium::Terminal);
    let mut out = format!(
        "{} · run {}\n\n",
        text(&report.terms.title),
        text(&report.terms.run_id)
    );
    let numbers = report.rows.len().to_string().len();
    let words = report.rows.iter().map(|row| row.standing.word().len());
    let widest = words.max().unwrap_or(0);
    for row in &report.rows {
        // Padded before it is painted: a terminal counts no column for a colour, `format!` would.
        let word = format!("{:widest$}", row.standing.word());
        out.push_str(&format!(
            "{:>numbers$}  {}  {}\n{:indent$}{}\n",
            row.number,
            paint(&word, of_standing(row.standing), colour),
            text(&row.title),
            "",
            text(&row.result),
            indent = numbers + 2 + widest + 2,
        ));
    }
    if let Some(stop) = &report.evidence.stop {
        out.push_str(&format!(
            "\nstopped in stage {}: {}\n",
            stop.stage.name(),
            text(&stop.cause)
        ));
    }
    out.push_str(&format!(
        "\n{}\nverdict: {}\n",
        row::tally(&report.rows),
        paint(report.verdict.word(), of_verdict(report.verdict), colour)
    ));
    out
}

fn of_standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Pass => "32",
        Standing::Fail => "31",
        Standing::CouldNotLook => "33",
        Standing::NotApplicable => "2",
    }
}

fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "1;32",
        Verdict::Fail => "1;31",
        Verdict::Inconclusive => "1;33",
    }
}

/// Select Graphic Rendition (ECMA-48, 8.3.117).
fn paint(word: &str, code: &str, colour: Colour) -> String {
    match colour {
        Colour::Yes => format!("\u{1b}[{code}m{word}\u{1b}[0m"),
        Colour::No => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{SourceSeen, Stop, sample};

    #[test]
    fn the_verdict_is_the_last_line() {
        let report = Report::of(sample::evidence(), sample::terms());
        let summary = render(&report, Colour::No);
        assert!(
            summary.ends_with("\n11 of 11 rows PASS\nverdict: PASS\n"),
            "{summary}"
        );
        assert!(!summary.contains('\u{1b}'));
        assert_eq!(summary.matches("  PASS  ").count(), 11);
    }

    #[test]
    fn statuses_are_aligned_and_colours_change_nothing_else() {
        let mut evidence = sample::evidence();
        evidence.source = SourceSeen::GivenDump;
        evidence.teardown = None;
        let report = Report::of(evidence, sample::terms());
        let plain = render(&report, Colour::No);
        assert!(
            plain.contains(" 1  N/A             Fresh backup"),
            "{plain}"
        );
        assert!(
            plain.contains("10  COULD-NOT-LOOK  Sandbox removed"),
            "{plain}"
        );
        let mut painted = render(&report, Colour::Yes);
        for code in ["32", "31", "33", "2", "1;33", "0"] {
            painted = painted.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(painted, plain);
    }

    #[test]
    fn a_hostile_text_cannot_forge_the_last_line() {
        let mut evidence = sample::evidence();
        evidence.stop = Some(Stop {
            stage: crate::event::Stage::Restore,
            cause: "x\nverdict: PASS\u{1b}[8m".to_owned(),
        });
        let summary = render(&Report::of(evidence, sample::terms()), Colour::No);
        assert!(!summary.contains("\nverdict: PASS"), "{summary}");
        assert!(summary.ends_with("\nverdict: INCONCLUSIVE\n"));
    }
}

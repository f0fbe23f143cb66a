//! The review for people, in at most 100 columns where names allow it.

mod part;

use vhost::grant::overview::{Alone, Approval, Change, Overview, Reviewed};
use vhost::report::neutral::{Medium, neutral};
use vhost::report::summary::Colour;
use vhost_dump::digest::Sha256;

/// Where a line's text begins behind its title.
const INDENT: usize = 13;
/// Where a line breaks.
const COLUMNS: usize = 100;

/// How a word is painted (ECMA-48, 8.3.117).
#[derive(Clone, Copy)]
enum Ink {
    Name,
    Good,
    Faint,
    Notable,
    Bad,
}

/// Lines under construction.
struct Page {
    text: String,
    colour: Colour,
}

pub fn render(overview: &Overview, against: Option<&str>, colour: Colour) -> String {
    let mut page = Page::new(colour);
    for check in &overview.checks {
        page.head(check);
        page.parts(check, &check.parts, against);
        page.text.push('\n');
    }
    for alone in &overview.without_component {
        page.alone(alone);
    }
    if !overview.without_component.is_empty() {
        page.text.push('\n');
    }
    page.text += &line(&tally(overview));
    page.text
}

/// What a person is asked about: how a check stands, and how it would stand then.
pub fn question(now: &Reviewed, then: &Reviewed, colour: Colour) -> String {
    let mut page = Page::new(colour);
    page.head(now);
    page.parts(then, &then.parts, None);
    page.text.push('\n');
    page.text
}

/// One line of its own; whatever a component put into it is made harmless.
pub fn line(text: &str) -> String {
    neutral(text, Medium::Terminal) + "\n"
}

/// Refusals that no other row of the page tells.
const SHOWN: [&str; 6] = [
    "manifest",
    "import-never",
    "no-checker",
    "same-name",
    "above-ceiling",
    "artefact-nowhere",
];

/// `1 check`, `2 checks`.
pub fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn tally(overview: &Overview) -> String {
    let approved = overview
        .checks
        .iter()
        .filter(|check| check.refusals.is_empty());
    let (approved, all) = (approved.count(), overview.checks.len());
    let mut tally = match all - approved {
        0 => format!("{}, approved as they are", count(all, "check")),
        open => format!(
            "{}, {approved} approved and {open} not",
            count(all, "check")
        ),
    };
    if !overview.without_component.is_empty() {
        let alone = count(overview.without_component.len(), "stanza");
        tally += &format!("; {alone} without a component here");
    }
    tally
}

impl Page {
    fn new(colour: Colour) -> Self {
        Self {
            text: String::new(),
            colour,
        }
    }

    /// What the check is and how it stands.
    fn head(&mut self, check: &Reviewed) {
        let name = match &check.version {
            Some(version) => format!("{} {version}", check.check),
            None => check.check.clone(),
        };
        let (word, ink) = match (&check.approval, check.refusals.is_empty()) {
            (_, true) => ("approved", Ink::Good),
            (None, false) => ("not approved", Ink::Notable),
            (Some(_), false) => ("not approved as it is", Ink::Bad),
        };
        let (name, word) = (self.paint(&name, Ink::Name), self.paint(word, ink));
        self.text += &format!("{name} · {word}\n");
        if let Some(summary) = &check.summary {
            self.text += &format!("  {}\n", neutral(summary, Medium::Terminal));
        }
        self.row("component", &digest(&check.component));
        if let Some(approval) = &check.approval {
            self.row("approved", &approved(approval));
        }
        self.change(check);
        for refusal in &check.refusals {
            // What only restates the change is left to `vhost grants check`.
            if SHOWN.contains(&refusal.kind) {
                self.row("refused", &refusal.text);
            }
        }
    }

    fn change(&mut self, check: &Reviewed) {
        let was = check
            .approval
            .as_ref()
            .and_then(|approval| approval.version.as_ref());
        let version = match (was, &check.version) {
            (Some(was), Some(now)) if was != now => format!(", version {now} after {was}"),
            _ => String::new(),
        };
        match &check.change {
            Change::Nothing => self.row("changed", "nothing since then"),
            Change::NotApproved => {}
            Change::SameAsks => self.row(
                "changed",
                &format!("new digest{version}; the same imports, scopes and limits"),
            ),
            Change::OtherAsks { more, less } => {
                self.row("changed", &format!("new digest{version}"));
                self.list("asks for more", more);
                self.list("asks for less", less);
            }
            Change::Edited { undecided, wider } => {
                self.row(
                    "changed",
                    "the same component; its stanza was changed by hand",
                );
                self.list("not decided", undecided);
                self.list("too wide", wider);
            }
        }
    }

    fn list(&mut self, title: &str, items: &[String]) {
        for (at, item) in items.iter().enumerate() {
            let title = if at == 0 { title } else { "" };
            let item = neutral(item, Medium::Terminal);
            let item = self.paint(&item, Ink::Notable);
            self.text += &format!("{:INDENT$}{title:<14} {item}\n", "");
        }
    }

    fn alone(&mut self, alone: &Alone) {
        let name = self.paint(&alone.check, Ink::Name);
        let word = self.paint("granted, and not among the components", Ink::Notable);
        self.text += &format!("{name} · {word}\n");
        self.row("component", &digest(&alone.approval.component));
        self.row("approved", &approved(&alone.approval));
    }

    /// A title and its text, which breaks between words.
    fn row(&mut self, title: &str, text: &str) {
        let text = neutral(text, Medium::Terminal);
        for (at, line) in broken(&text, COLUMNS - INDENT).iter().enumerate() {
            let title = if at == 0 { title } else { "" };
            let width = INDENT - 2;
            self.text += &format!("  {title:<width$}{line}\n");
        }
    }

    fn paint(&self, word: &str, ink: Ink) -> String {
        let code = match ink {
            Ink::Name => "1",
            Ink::Good => "32",
            Ink::Faint => "2",
            Ink::Notable => "33",
            Ink::Bad => "31",
        };
        match self.colour {
            Colour::Yes => format!("\u{1b}[{code}m{word}\u{1b}[0m"),
            Colour::No => word.to_owned(),
        }
    }
}

fn digest(component: &Sha256) -> String {
    format!("sha256:{component}")
}

fn approved(approval: &Approval) -> String {
    match (&approval.by, &approval.at) {
        (Some(by), Some(at)) => format!("by {by} at {at}"),
        (Some(by), None) => format!("by {by}"),
        (None, Some(at)) => format!("at {at}, it does not say by whom"),
        (None, None) => "it does not say by whom or when".to_owned(),
    }
}

/// Lines of at most so many columns; a word that is longer stands alone.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let room = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(line) if room == 0 => line.push_str(word),
            Some(line) if room + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(broken("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(broken("too-long a", 4), ["too-long", "a"]);
        assert_eq!(broken("", 4), [""]);
    }
}

//! The parts of a check's grant, one a line, and what its scopes come to.

use vhost::grant::overview::{Decided, InUse, Part, Reviewed, What};
use vhost::grant::{Expansion, Limits};
use vhost::plan::limits::LimitKey;
use vhost::report::neutral::{Medium, neutral};

use super::{COLUMNS, INDENT, Ink, Page, broken, count};

/// The room for a part's name, and for what was decided about it.
const NAME: usize = 36;
const DECIDED: usize = 16;
/// Relations of one scope before the rest is left to `--json`.
const RELATIONS: usize = 40;

impl Page {
    pub(super) fn parts(&mut self, check: &Reviewed, parts: &[Part], against: Option<&str>) {
        if let Some(used) = &check.used {
            self.row(
                "last run",
                &format!("{} (what it used is from there)", used.run),
            );
        }
        if let Some(against) = against {
            self.row("expanded", &format!("against {against}"));
        }
        if !parts.is_empty() {
            self.text.push('\n');
        }
        let mut last = None;
        let mut default = 0;
        for part in parts {
            if is_default(part) {
                default += 1;
                continue;
            }
            let title = if last == Some(part.what) {
                ""
            } else {
                title(part.what)
            };
            last = Some(part.what);
            self.part(title, part, check.approval.is_some());
            if let Some(expansion) = &part.expansion {
                self.expansion(part, expansion);
            }
        }
        if default > 0 {
            let title = if last == Some(What::Limit) {
                ""
            } else {
                title(What::Limit)
            };
            let others = if default == LimitKey::ALL.len() {
                ""
            } else {
                "others "
            };
            self.row(title, &format!("{others}as by default"));
        }
    }

    fn part(&mut self, title: &str, part: &Part, has_stanza: bool) {
        let (word, ink) = match part.decided {
            Decided::Granted => ("granted", Ink::Good),
            Decided::InPart if part.what == What::Limit => ("lowered", Ink::Good),
            Decided::InPart => ("granted in part", Ink::Good),
            Decided::Withheld => ("withheld", Ink::Faint),
            Decided::Undecided if has_stanza => ("not decided", Ink::Bad),
            Decided::Undecided => ("asked for", Ink::Notable),
            Decided::NotAsked => ("not asked for", Ink::Bad),
            Decided::Never => ("cannot be granted", Ink::Bad),
        };
        let (note, note_ink) = match part.in_use {
            Some(InUse::Called { times }) => (called(times), Ink::Faint),
            Some(InUse::Read) => ("read".to_owned(), Ink::Faint),
            Some(InUse::Never) => ("never used".to_owned(), Ink::Notable),
            Some(InUse::Unknown) => ("use not known".to_owned(), Ink::Faint),
            None => (amount(part), Ink::Faint),
        };
        let name = neutral(name(part), Medium::Terminal);
        let width = INDENT - 2;
        // A long name has a line of its own.
        if name.chars().count() > NAME {
            self.text += &format!("  {title:<width$}{name}\n  {:<width$}{:<NAME$} ", "", "");
        } else {
            self.text += &format!("  {title:<width$}{name:<NAME$} ");
        }
        // Padded before it is painted: a terminal counts no column for a colour, `format!` would.
        if note.is_empty() {
            self.text += &self.paint(word, ink);
        } else {
            self.text += &self.paint(&format!("{word:<DECIDED$}"), ink);
            self.text += &format!(" {}", self.paint(&note, note_ink));
        }
        self.text.push('\n');
    }

    fn expansion(&mut self, part: &Part, expansion: &Expansion) {
        let deep = INDENT + 2;
        if expansion.relations.is_empty() {
            let nothing = self.paint("matches nothing there", Ink::Notable);
            self.text += &format!("{:deep$}{nothing}\n", "");
        }
        if expansion.relations.len() > 1 {
            let relations = count(expansion.relations.len(), "relation");
            self.text += &format!("{:deep$}{relations}\n", "");
        }
        for relation in expansion.relations.iter().take(RELATIONS) {
            let name = format!("{}.{}", relation.schema, relation.name);
            let columns = match (&relation.columns, relation.of) {
                (None, _) => "columns are not in the dump's text".to_owned(),
                (Some(columns), _) if columns.is_empty() => "no column".to_owned(),
                (Some(columns), Some(of)) if columns.len() < of => {
                    format!("{} of {of} columns: {}", columns.len(), columns.join(", "))
                }
                (Some(columns), _) => {
                    format!("{}: {}", count(columns.len(), "column"), columns.join(", "))
                }
            };
            let told = format!("{name} ({}) {columns}", relation.kind.word());
            let told = neutral(&told, Medium::Terminal);
            for (at, line) in broken(&told, COLUMNS - deep - 2).iter().enumerate() {
                let more = if at == 0 { 0 } else { 2 };
                self.text += &format!("{:deep$}{:more$}{line}\n", "", "");
            }
        }
        if let Some(more @ 1..) = expansion.relations.len().checked_sub(RELATIONS) {
            self.text += &format!("{:deep$}{more} more, all of them with --json\n", "");
        }
        if !expansion.missing_columns.is_empty() {
            let missing = expansion.missing_columns.join(", ");
            let told = format!("{} has no column {missing}", part.name);
            let told = neutral(&told, Medium::Terminal);
            self.text += &format!("{:deep$}{}\n", "", self.paint(&told, Ink::Notable));
        }
    }
}

fn title(what: What) -> &'static str {
    match what {
        What::Interface => "interface",
        What::Report => "report",
        What::Read => "read",
        What::Artefacts => "artefacts",
        What::Limit => "limits",
        What::Import => "import",
    }
}

fn name(part: &Part) -> &str {
    match (part.what, part.name.as_str()) {
        (What::Read, "configured") => "what its settings name",
        (_, name) => name,
    }
}

fn called(times: u64) -> String {
    match times {
        1 => "called once".to_owned(),
        times => format!("called {times} times"),
    }
}

/// Of a limit, how much.
fn amount(part: &Part) -> String {
    match (&part.asked, &part.granted) {
        (Some(asked), Some(granted)) if asked != granted => format!("{granted} of {asked}"),
        (Some(asked), _) => asked.clone(),
        (None, _) => String::new(),
    }
}

/// Whether there is nothing to say of a limit: it is what every check has.
fn is_default(part: &Part) -> bool {
    let Some(key) = LimitKey::named(&part.name).filter(|_| part.what == What::Limit) else {
        return false;
    };
    let default = key.written(Limits::default().get(key));
    let is = |amount: &Option<String>| amount.as_ref().is_none_or(|amount| *amount == default);
    is(&part.asked) && is(&part.granted)
}

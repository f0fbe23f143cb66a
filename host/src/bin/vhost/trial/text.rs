//! A trial's run for people.

use std::fmt::Write as _;
use std::path::Path;

use vhost::check::Ended;
use vhost::check::statements::{Failed, Sent};
use vhost::finding::{Finding, Shown, Status};
use vhost::plan::limits::LimitKey;
use vhost::report::neutral::{Medium, neutral};
use vhost::report::shown::{grouped, many, value};
use vhost::report::summary::Colour;
use vhost::trial::asked::Under;
use vhost::trial::{Copy, Tried};

use super::Run;
use super::desk::Desk;

/// Of a statement, this many characters are shown.
const STATEMENT: usize = 100;

/// How a word is painted (ECMA-48, 8.3.117).
#[derive(Clone, Copy)]
enum Ink {
    Name,
    Good,
    Bad,
    Faint,
    Notable,
}

/// What was restored.
pub fn copy(copy: &Copy) -> String {
    let errors = match copy.errors {
        0 => String::new(),
        errors => format!(
            "; the restore met {} that cost something",
            many(errors as usize, "error")
        ),
    };
    let mut text = format!(
        "the copy: Postgres {}, {}, {} rows{errors}\n",
        harmless(&copy.server_version),
        many(copy.relations, "table"),
        grouped(copy.rows),
    );
    for remark in &copy.remarks {
        let _ = writeln!(text, "  {}", harmless(remark));
    }
    text
}

pub fn render(run: &Run<'_>, under: &[Under], desk: &Desk, colour: Colour) -> String {
    let mut page = Page {
        text: String::new(),
        colour,
    };
    for ((tried, under), path) in run.tried.iter().zip(under).zip(&desk.checks) {
        page.check(tried, under, path);
    }
    let words: Vec<String> = run.tried.iter().map(|one| page.verdict(one)).collect();
    let since = match run.since_change {
        Some(since) => format!(", {} ms after the change", since.as_millis()),
        None => String::new(),
    };
    let _ = writeln!(
        page.text,
        "run {}: {} in {} ms{since}",
        run.number,
        words.join(", "),
        run.elapsed.as_millis()
    );
    page.text
}

/// The command that writes the grant, or why there is none.
pub fn approve(tried: &Tried, path: &Path) -> Result<String, String> {
    let stanza = tried.stanza().map_err(|error| error.to_string())?;
    let path = path.display().to_string();
    let mut command = format!(
        "vhost grants approve {} --yes {}",
        shell(&path),
        tried.approved.name()
    );
    for scope in &stanza.read {
        let _ = write!(command, " --read {}", shell(&scope.to_string()));
    }
    Ok(command)
}

struct Page {
    text: String,
    colour: Colour,
}

impl Page {
    fn check(&mut self, tried: &Tried, under: &Under, path: &Path) {
        let component = tried.approved.component();
        let version = component
            .asked
            .as_ref()
            .map(|asked| asked.version.to_string());
        let name = self.paint(tried.approved.name(), Ink::Name);
        let sha256: String = component.sha256.to_string().chars().take(12).collect();
        let under = match under {
            Under::Grant => "under its grant".to_owned(),
            Under::Asked => "approved by nobody: it runs with what it asks for".to_owned(),
            Under::Everything(schemas) => format!(
                "approved by nobody: it runs with what it asks for, and as its settings name what it reads, every relation is open ({})",
                harmless(&schemas.join(", "))
            ),
        };
        let _ = writeln!(
            self.text,
            "\n{name} {} · sha256 {sha256}… · {under}",
            version.unwrap_or_default()
        );
        match &tried.outcome.ended {
            Ended::Reported => {}
            Ended::CouldNotLook(why) => self.line(Ink::Bad, &format!("could not look: {why}")),
            Ended::Stopped(why) => self.line(Ink::Bad, &format!("stopped: {why}")),
        }
        for finding in &tried.outcome.findings {
            self.finding(finding);
        }
        for (name, value) in &tried.outcome.metrics {
            self.line(Ink::Faint, &format!("metric {name} = {value}"));
        }
        for line in &tried.outcome.log {
            let ink = match line.level {
                "warn" | "error" => Ink::Notable,
                _ => Ink::Faint,
            };
            self.line(ink, &format!("{}: {}", line.level, line.message));
        }
        for remark in &tried.remarks {
            self.line(Ink::Notable, remark);
        }
        self.statements(tried);
        self.totals(tried);
        self.grant(tried, path);
    }

    fn finding(&mut self, finding: &Finding) {
        let (word, ink) = standing(finding.status);
        let word = self.paint(&format!("{word:<14}"), ink);
        let subject = match finding.subject.as_str() {
            "" => String::new(),
            subject => format!("  {}", harmless(subject)),
        };
        let (expected, actual) = (shown(&finding.expected), shown(&finding.actual));
        let compared = match (expected, actual) {
            (None, None) => String::new(),
            (Some(expected), Some(actual)) if expected == actual => format!("  {actual}"),
            (expected, actual) => format!(
                "  expected {}, actual {}",
                expected.unwrap_or_else(|| "nothing".to_owned()),
                actual.unwrap_or_else(|| "nothing".to_owned())
            ),
        };
        let _ = writeln!(
            self.text,
            "  {word}{}{subject}{compared}",
            harmless(&finding.rule)
        );
    }

    fn statements(&mut self, tried: &Tried) {
        if tried.statements.is_empty() {
            return;
        }
        let head = format!(
            "{:>4} {:>9} {:>11} {:>9}  statement",
            "#", "rows", "bytes", "ms"
        );
        self.line(Ink::Faint, &head);
        for (at, sent) in tried.statements.iter().enumerate() {
            let millis = sent.elapsed.as_secs_f64() * 1_000.0;
            let _ = writeln!(
                self.text,
                "  {:>4} {:>9} {:>11} {millis:>9.1}  {}",
                at + 1,
                grouped(sent.rows),
                grouped(sent.bytes),
                shortened(sent)
            );
            if let Some(failed) = &sent.failed {
                self.line(Ink::Bad, &format!("{:>38}{}", "", why(failed)));
            }
        }
        if tried.more_statements > 0 {
            let more = format!("and {} more statements", grouped(tried.more_statements));
            self.line(Ink::Faint, &more);
        }
    }

    fn totals(&mut self, tried: &Tried) {
        let (usage, limits) = (&tried.outcome.usage, tried.approved.limits());
        let most = |key: LimitKey| key.written(limits.get(key)).replace('"', "");
        let totals = format!(
            "used {} of {} statements, {} of {} rows, {} B of {}, {} ms of {}, memory {:.1} MiB of {}",
            grouped(usage.statements),
            most(LimitKey::Statements),
            grouped(usage.rows),
            most(LimitKey::Rows),
            grouped(usage.bytes),
            most(LimitKey::Bytes),
            usage.millis,
            most(LimitKey::Time),
            usage.memory as f64 / f64::from(1 << 20),
            most(LimitKey::Memory),
        );
        self.line(Ink::Faint, &totals);
    }

    fn grant(&mut self, tried: &Tried, path: &Path) {
        match (approve(tried, path), tried.stanza()) {
            (Ok(command), Ok(stanza)) => {
                self.line(Ink::Name, "the grant that it would need:");
                let _ = writeln!(self.text, "    {}", harmless(&command));
                for line in stanza.text.lines() {
                    let line = self.paint(&harmless(line), Ink::Faint);
                    let _ = writeln!(self.text, "    {line}");
                }
            }
            (Err(why), _) => self.line(Ink::Notable, &format!("no grant to show: {why}")),
            (Ok(_), Err(why)) => self.line(Ink::Notable, &format!("no grant to show: {why}")),
        }
        if let Some(remark) = &tried.needed.remark {
            self.line(Ink::Notable, remark);
        }
    }

    fn verdict(&self, tried: &Tried) -> String {
        let (word, ink) = standing(tried.outcome.status);
        format!("{} {}", tried.approved.name(), self.paint(word, ink))
    }

    /// An indented line of somebody else's words.
    fn line(&mut self, ink: Ink, text: &str) {
        let text = self.paint(&harmless(text), ink);
        let _ = writeln!(self.text, "  {text}");
    }

    fn paint(&self, text: &str, ink: Ink) -> String {
        let code = match ink {
            Ink::Name => 1,
            Ink::Good => 32,
            Ink::Bad => 31,
            Ink::Faint => 2,
            Ink::Notable => 33,
        };
        match self.colour {
            Colour::Yes => format!("\x1b[{code}m{text}\x1b[0m"),
            Colour::No => text.to_owned(),
        }
    }
}

fn standing(status: Status) -> (&'static str, Ink) {
    match status {
        Status::Pass => ("PASS", Ink::Good),
        Status::Fail => ("FAIL", Ink::Bad),
        Status::CouldNotLook => ("COULD NOT LOOK", Ink::Bad),
    }
}

fn shown(of: &Shown) -> Option<String> {
    match of {
        Shown::Nothing => None,
        Shown::Withheld { bytes, .. } => Some(format!("withheld ({bytes} B; --values shows it)")),
        shown => Some(harmless(&value(shown))),
    }
}

/// The server's own words quote a row only where a value was wrong, and not where the statement is (class 42 of the manual's
/// appendix A).
fn why(failed: &Failed) -> String {
    match (&failed.message, &failed.sqlstate) {
        (Some(message), Some(sqlstate)) if sqlstate.starts_with("42") => {
            format!("{message} ({sqlstate})")
        }
        _ => failed.why.clone(),
    }
}

fn shortened(sent: &Sent) -> String {
    let words: Vec<&str> = sent.sql.split_whitespace().collect();
    let line = harmless(&words.join(" "));
    match line.char_indices().nth(STATEMENT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn harmless(text: &str) -> String {
    neutral(text, Medium::Terminal)
}

/// As a POSIX shell takes it.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

//! Whether a script ends as pg_dump ends it.

use super::command::Command;
use super::event::{Event, Part};
use super::foreign::{Foreign, Refusal, Unterminated};

/// The heading of pg_dump's script of one database.
const HEADING: &[u8] = b"-- PostgreSQL database dump";
/// What pg_dump's closing comment begins with.
const TRAILER: &[u8] = b"-- PostgreSQL database dump complete";

/// How a script ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// With pg_dump's closing comment, and nothing but comments behind it. So did each dump before the last, where a file holds
    /// several, one behind another: a schema and its rows, or the three sections.
    Trailer,
    /// Without that comment, or before the line that ends the comment.
    #[default]
    NoTrailer,
    /// Without the `\unrestrict` that belongs to its `\restrict`.
    StillRestricted,
    /// Something other than a comment stands behind the closing comment, at this byte of the script.
    GoesOn(u64),
    /// Another dump begins at this byte of the script, and the one before it has no closing comment.
    BeginsAgain(u64),
    /// Something foreign stands in it.
    Foreign(Refusal),
}

/// Follows the events of a script to its end.
///
/// Since August 2025 a dump begins with `\restrict` and a random key and ends with `\unrestrict` and the same key, so rows cannot
/// be taken for the end.
#[derive(Default)]
pub struct Wholeness {
    seen: Seen,
    restricted: bool,
    /// Where something else than a comment follows a closing comment. It belongs to the next dump, if one comes.
    goes_on: Option<u64>,
    begins_again: Option<u64>,
    refusal: Option<Refusal>,
    dumps: u64,
}

#[derive(Default, PartialEq, Eq)]
enum Seen {
    #[default]
    Nothing,
    /// The heading, or a statement.
    Begun,
    /// The closing comment's first line.
    Trailer,
    /// And the line of hyphens below it.
    Closed,
}

impl Wholeness {
    /// Takes the script's next event.
    pub fn take(&mut self, event: &Event<'_>) {
        match &event.part {
            Part::Foreign(foreign) => {
                self.refusal.get_or_insert(Refusal {
                    at: event.at,
                    foreign: foreign.clone(),
                });
            }
            Part::Blank | Part::Unread => {}
            Part::Comment => self.comment(event),
            Part::Command(Command::Restrict(_)) => self.restricted = true,
            Part::Command(Command::Unrestrict(_)) => self.restricted = false,
            _ if matches!(self.seen, Seen::Trailer | Seen::Closed) => {
                self.goes_on.get_or_insert(event.at);
            }
            _ => self.seen = Seen::Begun,
        }
    }

    fn comment(&mut self, event: &Event<'_>) {
        if event.text.starts_with(TRAILER) {
            self.seen = Seen::Trailer;
        } else if event.text.trim_ascii_end() == HEADING {
            if self.dumps > 0 && self.seen != Seen::Closed {
                self.begins_again.get_or_insert(event.at);
            }
            self.dumps += 1;
            self.goes_on = None;
            self.seen = Seen::Begun;
        } else if self.seen == Seen::Trailer && event.text == b"--" {
            // With --verbose, the time stands between the two lines.
            self.seen = Seen::Closed;
        }
    }

    /// How many dumps the script holds, by their headings.
    pub fn dumps(&self) -> u64 {
        self.dumps
    }

    /// How the script ended, after its last event.
    pub fn finish(self) -> Ending {
        if let Some(at) = self.begins_again {
            return Ending::BeginsAgain(at);
        }
        match self.refusal {
            // Words that somebody added, which no semicolon ends.
            Some(Refusal {
                at,
                foreign: Foreign::Unterminated(Unterminated::Statement),
            }) if self.seen == Seen::Closed => return Ending::GoesOn(self.goes_on.unwrap_or(at)),
            Some(refusal) => return Ending::Foreign(refusal),
            None => {}
        }
        match self.goes_on {
            Some(at) => Ending::GoesOn(at),
            None if self.seen != Seen::Closed => Ending::NoTrailer,
            None if self.restricted => Ending::StillRestricted,
            None => Ending::Trailer,
        }
    }
}

impl Ending {
    /// What is wrong with it, to stand behind the dump's name; a place in the script is a line where it is known.
    pub fn defect(&self, line: Option<u64>) -> Option<String> {
        let place = match line {
            Some(line) => format!("in line {line}"),
            None => "in its text".to_owned(),
        };
        match self {
            Ending::Trailer => None,
            Ending::NoTrailer => Some(missing("pg_dump's closing comment")),
            Ending::StillRestricted => {
                Some(missing("the \\unrestrict behind pg_dump's closing comment"))
            }
            Ending::GoesOn(_) => Some(format!(
                "goes on behind pg_dump's closing comment, {place}: give the dump as pg_dump wrote it"
            )),
            Ending::BeginsAgain(_) => Some(format!(
                "is truncated or cut in the middle: another dump begins {place}, before the one in front of it has ended; take it again, or give another copy of it"
            )),
            Ending::Foreign(Refusal {
                foreign: Foreign::Unterminated(open),
                ..
            }) => Some(format!(
                "is truncated or cut in the middle: {open} that begins {place} has no end; take it again, or give another copy of it"
            )),
            Ending::Foreign(Refusal { foreign, .. }) => Some(format!("holds, {place}, {foreign}")),
        }
    }

    /// Where in the script it is that something is wrong, in bytes.
    pub fn at(&self) -> Option<u64> {
        match self {
            Ending::Trailer | Ending::NoTrailer | Ending::StillRestricted => None,
            Ending::GoesOn(at) | Ending::BeginsAgain(at) | Ending::Foreign(Refusal { at, .. }) => {
                Some(*at)
            }
        }
    }
}

fn missing(what: &str) -> String {
    format!("is truncated: {what} is missing at its end; take it again, or give another copy of it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Splitter, Unterminated};

    const BODY: &str = "--\n-- PostgreSQL database dump\n--\n\nCOPY t FROM stdin;\nx\n\\.\n";
    const END: &str = "--\n-- PostgreSQL database dump complete\n--\n\n";

    fn ending(text: &str) -> Ending {
        let (mut splitter, mut wholeness) = (Splitter::default(), Wholeness::default());
        for piece in text.as_bytes().chunks(7) {
            splitter.feed(piece, &mut |event| wholeness.take(&event));
        }
        splitter.finish(&mut |event| wholeness.take(&event));
        wholeness.finish()
    }

    #[test]
    fn a_trailer_counts_only_whole_and_at_the_end() {
        let rows = "COPY t FROM stdin;\nx\n\\.\n";
        let whole = format!("{BODY}{END}");
        assert_eq!(ending(&whole), Ending::Trailer);
        assert_eq!(ending(&whole.replace('\n', "\r\n")), Ending::Trailer);
        assert_eq!(ending(BODY), Ending::NoTrailer);
        let at = whole.len() as u64;
        assert_eq!(ending(&format!("{whole}{rows}")), Ending::GoesOn(at));
        assert_eq!(ending(&format!("{whole}SELECT 1;\n")), Ending::GoesOn(at));
        assert_eq!(
            ending(&format!("{whole}-- kept by night\n")),
            Ending::Trailer
        );
        let cut = format!("{BODY}--\n-- PostgreSQL database dump complete\n");
        assert_eq!(ending(&cut), Ending::NoTrailer);
        assert_eq!(
            ending(&format!("{cut}-")),
            Ending::Foreign(Refusal {
                at: cut.len() as u64,
                foreign: Foreign::Unterminated(Unterminated::Statement),
            })
        );
        let verbose = END.replace("complete\n", "complete\n\n-- Completed on x\n\n");
        assert_eq!(ending(&format!("{BODY}{verbose}")), Ending::Trailer);
        assert_eq!(
            ending(&format!("{BODY}-- Completed on x\n")),
            Ending::NoTrailer
        );
    }

    #[test]
    fn dumps_stand_one_behind_another() {
        let one = format!("{BODY}{END}");
        assert_eq!(ending(&one.repeat(3)), Ending::Trailer);
        let keys = format!("\\restrict k0\n{one}\\unrestrict k0\n");
        assert_eq!(ending(&keys.repeat(2)), Ending::Trailer);
        // What somebody wrote between them belongs to the second.
        let between = format!("{one}SET a = b;\n{one}");
        assert_eq!(ending(&between), Ending::Trailer);
        let at = (one.len() + "--\n".len()) as u64;
        let at_first_cut = at - END.len() as u64;
        assert_eq!(
            ending(&format!("{BODY}{one}")),
            Ending::BeginsAgain(at_first_cut)
        );
        assert_eq!(ending(&format!("{one}{BODY}")), Ending::NoTrailer);
        let last = Ending::GoesOn(2 * one.len() as u64);
        assert_eq!(ending(&format!("{one}{one}SELECT 1;\n")), last);
        assert_eq!(ending(&format!("{one}{one}Process exited 0\n")), last);
    }

    #[test]
    fn the_restrict_key_must_come_back() {
        let body = format!("\\restrict kEy\n\n{BODY}");
        let ending = |end: &str| ending(&format!("{body}{END}{end}"));
        assert_eq!(ending("\\unrestrict kEy\n\n"), Ending::Trailer);
        assert_eq!(ending(""), Ending::StillRestricted);
        let other = |end| matches!(ending(end), Ending::Foreign(found) if found.foreign == Foreign::OtherKey);
        assert!(other("\\unrestrict kE"));
        assert!(other("\\unrestrict other\n\n"));
        // Its last line feed is nobody's to miss.
        assert_eq!(ending("\\unrestrict kEy"), Ending::Trailer);
    }
}

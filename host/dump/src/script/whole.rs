//! Whether a script ends as pg_dump ends it.

use super::command::Command;
use super::event::{Event, Part};
use super::foreign::{Foreign, Refusal};

/// What pg_dump's closing comment begins with.
const TRAILER: &[u8] = b"-- PostgreSQL database dump complete";

/// How a script ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// With pg_dump's closing comment, and nothing but comments behind it.
    Trailer,
    /// Without that comment, or before the line that ends the comment.
    #[default]
    NoTrailer,
    /// Without the `\unrestrict` that belongs to its `\restrict`.
    StillRestricted,
    /// Something other than a comment stands behind the closing comment, at this byte.
    GoesOn(u64),
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
    ending: Ending,
}

#[derive(Default, PartialEq, Eq)]
enum Seen {
    #[default]
    Nothing,
    /// The closing comment's first line.
    Trailer,
    /// And the line of hyphens below it.
    Closed,
}

impl Wholeness {
    /// Takes the next event. None may be left out: each can be what stands behind the closing comment.
    pub fn take(&mut self, event: &Event<'_>) {
        match (&event.part, &self.seen) {
            (Part::Foreign(foreign), _) => {
                self.ending = Ending::Foreign(Refusal {
                    at: event.at,
                    foreign: foreign.clone(),
                });
            }
            (Part::Blank | Part::Unread, _) => {}
            (Part::Comment, Seen::Nothing) if event.text.starts_with(TRAILER) => {
                self.seen = Seen::Trailer;
            }
            // With --verbose, the time stands between the two lines.
            (Part::Comment, Seen::Trailer) if event.text == b"--" => self.seen = Seen::Closed,
            (Part::Comment, _) => {}
            (Part::Command(command), seen) => match command {
                Command::Restrict(_) => self.restricted = true,
                Command::Unrestrict(_) => self.restricted = false,
                Command::Connect(_) | Command::Encoding if *seen != Seen::Nothing => {
                    self.goes_on(event.at);
                }
                Command::Connect(_) | Command::Encoding => {}
            },
            (_, Seen::Nothing) => {}
            (_, Seen::Trailer | Seen::Closed) => self.goes_on(event.at),
        }
    }

    fn goes_on(&mut self, at: u64) {
        if self.ending == Ending::NoTrailer {
            self.ending = Ending::GoesOn(at);
        }
    }

    /// How the script ended, now that there are no more events.
    pub fn finish(self) -> Ending {
        match self.ending {
            Ending::NoTrailer if self.seen == Seen::Closed => match self.restricted {
                true => Ending::StillRestricted,
                false => Ending::Trailer,
            },
            other => other,
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
            Ending::GoesOn(at) | Ending::Foreign(Refusal { at, .. }) => Some(*at),
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

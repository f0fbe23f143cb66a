//! What of a check's own words the report shows.
//!
//! A check's strings can carry rows of production. Under the grant `report = "counts"` the host writes their length
//! and a digest salted per drill instead, so that two equal texts of one drill can be told to be equal and a likely
//! text cannot be tried out against an old report.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::check::bindings::vhost::check::types::Value;
use crate::finding::Shown;
use crate::grant::ReportLevel;

/// Longest text of a finding, a log line or an error in the report, in bytes.
const LONGEST_TEXT: usize = 1024;
/// Hexadecimal digits of a subject's key under `counts`: two rows of one drill hardly share them.
const KEY_DIGITS: usize = 16;

/// Random bytes of one drill; they never leave it.
pub struct Salt([u8; 32]);

impl Salt {
    /// `random` must come from a cryptographic source and be new for each drill.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// A digest of `text` that says nothing to who lacks the salt. `purpose` keeps uses apart.
    pub fn digest(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update((purpose.len() as u64).to_le_bytes());
        hash.update(purpose);
        hash.update(text);
        hash.finalize().into()
    }
}

/// The relations that a report may name, as `schema.relation`, each with its columns.
pub type Names = BTreeMap<String, Vec<String>>;

/// Whether a check has asked the database anything, or could read artefacts all along. Before that no row can be in its
/// words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    NoneYet,
    Asked,
}

/// The rule for one check's words.
pub struct Disclosure<'a> {
    pub level: ReportLevel,
    pub salt: &'a Salt,
    pub names: &'a Names,
}

impl Disclosure<'_> {
    /// Free text: an error, a log line.
    pub fn text(&self, contact: Contact, text: &str) -> String {
        if self.shows(contact) {
            return neutral(text);
        }
        let (bytes, digest) = self.withheld(text);
        format!("withheld ({bytes} bytes, salted sha256 {digest})")
    }

    pub fn value(&self, contact: Contact, value: Option<&Value>) -> Shown {
        let text = match value {
            None => return Shown::Nothing,
            Some(Value::Null) => return Shown::Null,
            Some(Value::Boolean(boolean)) => return Shown::Boolean(*boolean),
            Some(Value::Int(int)) => return Shown::Count(*int),
            Some(value) => text_form(value),
        };
        if self.shows(contact) {
            return Shown::Text(neutral(&text));
        }
        let (bytes, salted_sha256) = self.withheld(&text);
        Shown::Withheld {
            bytes,
            salted_sha256,
        }
    }

    /// A subject is shown where it is made of known names: what names an object of the database is no row value.
    pub fn subject(&self, contact: Contact, subject: &str) -> String {
        if self.names_an_object(subject) {
            return match subject.rsplit_once(" key:") {
                // Nothing makes a guest's digits a digest, and 32 bytes of a row fit into them.
                Some((object, key)) if !self.shows(contact) => {
                    let (_, digest) = self.withheld(key);
                    format!("{} key:{}", neutral(object), &digest[..KEY_DIGITS])
                }
                _ => neutral(subject),
            };
        }
        self.text(contact, subject)
    }

    fn shows(&self, contact: Contact) -> bool {
        contact == Contact::NoneYet || self.level == ReportLevel::Values
    }

    fn withheld(&self, text: &str) -> (u64, String) {
        let digest = self.salt.digest("text of a check", text.as_bytes());
        (text.len() as u64, hex::encode(digest))
    }

    /// `schema.relation[.column][ key:<hex>]`
    fn names_an_object(&self, subject: &str) -> bool {
        let object = match subject.rsplit_once(" key:") {
            Some((object, key)) => {
                let hex = key.bytes().all(|b| b.is_ascii_hexdigit());
                if !hex || !(8..=64).contains(&key.len()) {
                    return false;
                }
                object
            }
            None => subject,
        };
        self.names.contains_key(object)
            || object
                .match_indices('.')
                .any(|(dot, _)| match self.names.get(&object[..dot]) {
                    Some(columns) => columns.iter().any(|column| column == &object[dot + 1..]),
                    None => false,
                })
    }
}

/// Makes text safe for a terminal and a report: control and direction characters are written out, length is capped.
pub fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST_TEXT));
    for c in text.chars() {
        if out.len() >= LONGEST_TEXT {
            // Writing to a String cannot fail.
            let _ = write!(out, "… ({} bytes)", text.len());
            break;
        }
        let steers = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if steers {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// One text for a value, only to be shown or digested.
fn text_form(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Numeric(text) | Value::Text(text) | Value::Json(text) | Value::Uuid(text) => {
            text.clone()
        }
        Value::Bytes(bytes) => format!("\\x{}", hex::encode(bytes)),
        Value::Date(at) | Value::Timestamp(at) | Value::Timestamptz(at) => instant(at),
        Value::Interval(interval) => format!(
            "{} months {} days {} microseconds",
            interval.months, interval.days, interval.micros
        ),
        Value::Other(other) => other.text.clone(),
    }
}

fn instant(at: &crate::check::bindings::vhost::check::types::Instant) -> String {
    use crate::check::bindings::vhost::check::types::Instant;
    match at {
        Instant::At(t) => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
            t.year, t.month, t.day, t.hour, t.minute, t.second, t.micros
        ),
        Instant::Infinity => "infinity".to_owned(),
        Instant::NegInfinity => "-infinity".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(level: ReportLevel, look: impl FnOnce(&Disclosure<'_>) -> T) -> T {
        let salt = Salt::new([7; 32]);
        let names = Names::from([("s.t".to_owned(), vec!["c".to_owned()])]);
        look(&Disclosure {
            level,
            salt: &salt,
            names: &names,
        })
    }

    #[test]
    fn counts_pass_and_text_is_withheld() {
        with(ReportLevel::Counts, |disclosure| {
            let shown = |value| disclosure.value(Contact::Asked, Some(&value));
            assert_eq!(shown(Value::Int(3)), Shown::Count(3));
            assert_eq!(shown(Value::Boolean(true)), Shown::Boolean(true));
            for value in [
                Value::Text("canary".to_owned()),
                Value::Bytes(b"canary".to_vec()),
                Value::Float(0.5),
            ] {
                assert!(matches!(shown(value), Shown::Withheld { .. }));
            }
            let text = disclosure.text(Contact::Asked, "canary");
            assert!(text.starts_with("withheld (6 bytes"), "{text}");
            assert_eq!(
                disclosure.text(Contact::NoneYet, "settings: no"),
                "settings: no"
            );
        });
    }

    #[test]
    fn the_grant_values_shows_text_without_control_characters() {
        with(ReportLevel::Values, |disclosure| {
            let text = disclosure.text(Contact::Asked, "a\u{1b}[2Jb\n\u{202e}c");
            assert_eq!(text, r"a\u{1b}[2Jb\u{a}\u{202e}c");
            let long = disclosure.text(Contact::Asked, &"x".repeat(5000));
            assert!(long.ends_with("… (5000 bytes)") && long.len() < 1100);
        });
    }

    #[test]
    fn a_subject_is_shown_only_where_it_names_an_object() {
        with(ReportLevel::Counts, |disclosure| {
            let subject = |text| disclosure.subject(Contact::Asked, text);
            for known in ["s.t", "s.t.c"] {
                assert_eq!(subject(known), known);
            }
            // The digits are a guest's: "alice smith" in hexadecimal is as good a key as any digest.
            for (known, object) in [
                ("s.t key:0123456789abcdef", "s.t key:"),
                ("s.t.c key:616c69636520736d697468", "s.t.c key:"),
            ] {
                let (digits, key) = (&known[object.len()..], subject(known));
                assert!(key.starts_with(object) && !key.contains(digits), "{key}");
                assert_eq!(key.len(), object.len() + KEY_DIGITS);
                assert_eq!(key, subject(known));
            }
            for other in [
                "s.u",
                "s.t.canary",
                "s.t key:canary",
                "s.t key:01",
                "canary",
                "",
            ] {
                assert!(subject(other).starts_with("withheld"), "{other}");
            }
        });
    }

    #[test]
    fn equal_texts_are_equal_within_a_drill_alone() {
        let digest = |salt: u8| Salt::new([salt; 32]).digest("text of a check", b"x");
        assert_eq!(digest(1), digest(1));
        assert_ne!(digest(1), digest(2));
    }
}

//! Where in a file something is wrong.

use std::ops::Range;

/// What is wrong with a file's text, and where: bytes of the text, and one sentence with its remedy.
pub(crate) type Wrong = (Range<usize>, String);

/// The line that a place begins in, from 1.
pub(crate) fn line(text: &str, place: &Range<usize>) -> usize {
    let before = &text.as_bytes()[..place.start.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// What the TOML reader found, as one sentence.
pub(crate) fn unread(error: &toml::de::Error) -> Wrong {
    let what = error.message().lines().collect::<Vec<_>>().join("; ");
    (error.span().unwrap_or(0..0), what)
}

//! Where in a script the statements stand that define each object.

use std::ops::Range;

/// The statements of each object of a manifest, by their places in the script, in bytes.
///
/// A statement is exact: from its first word to its semicolon, without the comments before it. What the session is set to there
/// is what the [settings](Definitions::settings) before it say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    statements: Vec<Range<u64>>,
    /// For each object, where its statements end in that list.
    ends: Vec<u32>,
    settings: Vec<Range<u64>>,
}

impl Definitions {
    /// The statements of the object at this place in [`Manifest::objects`](super::Manifest::objects), in their order.
    pub fn of(&self, object: usize) -> &[Range<u64>] {
        let Some(end) = self.ends.get(object) else {
            return &[];
        };
        let start = match object {
            0 => 0,
            object => self.ends[object - 1],
        };
        &self.statements[start as usize..*end as usize]
    }

    /// The statements before `at` that set the session, such as `SET default_tablespace = ''`.
    pub fn settings(&self, at: u64) -> &[Range<u64>] {
        let end = self.settings.partition_point(|setting| setting.end <= at);
        &self.settings[..end]
    }

    /// Takes a statement, or a piece of one, of the object that is being read.
    pub(super) fn cover(&mut self, range: Range<u64>) {
        let open = self.ends.last().copied().unwrap_or_default() as usize;
        match self.statements[open..].last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.statements.push(range),
        }
    }

    pub(super) fn set(&mut self, range: Range<u64>) {
        self.settings.push(range);
    }

    /// Says that the statements since the last object are those of the next one.
    pub(super) fn end_object(&mut self) {
        self.ends
            .push(u32::try_from(self.statements.len()).unwrap_or(u32::MAX));
    }

    /// Says that they are no object's.
    pub(super) fn forget(&mut self) {
        let open = self.ends.last().copied().unwrap_or_default();
        self.statements.truncate(open as usize);
    }

    pub(super) fn finish(mut self) -> Self {
        self.statements.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }
}

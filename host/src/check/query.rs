//! Guest SQL, fenced.

/// One open cursor of one check.
pub struct Cursor {}

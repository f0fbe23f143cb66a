//! What is refused before anything starts: one line, exit status 2.

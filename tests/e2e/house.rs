//! Habits of this house, held as tests.

//! Guests against the real host: hostile ones are stopped by the wall that is meant for them, and the shipped checks
//! tell a good restore from each way in which it can be wrong.

mod catalogue;
mod checks;
mod decoded;
mod ground;
mod kept;
mod manifests;
mod restored;
mod standing;
mod walls;

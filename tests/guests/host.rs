//! Guests against the real host: hostile ones are stopped by the wall that is meant for them, and the shipped checks
//! tell a good restore from each way in which it can be wrong.

mod catalogue;
mod checks;
#[path = "../support/components.rs"]
mod components;
mod decoded;
mod ground;
mod kept;
mod manifests;
#[path = "../support/place.rs"]
#[expect(dead_code, reason = "the servers' tests use more of it")]
mod place;
mod restored;
mod standing;
mod walls;

//! The guests that this binary carries; `build.rs` makes them.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The component that `tests/guests/hostile/wat/<name>.wat` describes.
pub fn assembled(name: &str) -> Option<&'static [u8]> {
    let found = ASSEMBLED.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes)
}

//! The sweep of a file that is too long to be held whole.

use std::io::{self, Read};

use crate::report::shape;

/// How much is looked at together.
const WINDOW: usize = 256 << 10;

/// How much of one window is looked at again with the next, in bytes: more than any secret has in any encoding.
const OVERLAP: usize = 16 << 10;

/// The first secret in a file: a known one by `known`, or a well-known shape.
pub fn secret_in(
    mut file: impl Read,
    known: &dyn Fn(&[u8]) -> Option<&'static str>,
) -> io::Result<Option<&'static str>> {
    let mut window = Vec::with_capacity(WINDOW);
    loop {
        let room = (WINDOW - window.len()) as u64;
        let read = file.by_ref().take(room).read_to_end(&mut window)?;
        if read == 0 {
            return Ok(None);
        }
        let found = known(&window).or_else(|| shape::known_shape(&window));
        if found.is_some() {
            return Ok(found);
        }
        window.drain(..window.len().saturating_sub(OVERLAP));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_stands() {
        let secret = b"hunter2-hunter2";
        let known = |bytes: &[u8]| {
            let found = bytes.windows(secret.len()).any(|some| some == secret);
            found.then_some("raw")
        };
        let long = 3 * WINDOW;
        for at in [
            0,
            1,
            WINDOW - 7,
            WINDOW,
            2 * WINDOW - OVERLAP - 3,
            long - secret.len(),
        ] {
            let mut text = vec![b'.'; long];
            text[at..at + secret.len()].copy_from_slice(secret);
            assert_eq!(secret_in(&text[..], &known).unwrap(), Some("raw"), "{at}");
        }
        assert_eq!(secret_in(&vec![b'.'; long][..], &known).unwrap(), None);
        assert_eq!(secret_in(&[][..], &known).unwrap(), None);
        let shaped = format!("{}ghp_{}", " ".repeat(WINDOW - 8), "a1".repeat(18));
        let found = secret_in(shaped.as_bytes(), &known).unwrap();
        assert_eq!(found, Some("GitHub token"));
    }
}

//! The objects of a manifest, however many there are.

use crate::evidence::{self, Object, Side};

/// Asked for at a time: what one call gives at most.
const PORTION: u32 = 1_000;

/// Every object of the dump's manifest, or of its reference's, in the order of the dump; none where there is no such
/// manifest.
pub fn objects(of: Side) -> Option<Objects> {
    let first = evidence::objects(of, 0, PORTION)?;
    Some(Objects {
        of,
        read: first.len() as u64,
        portion: first.into_iter(),
    })
}

/// Brings a portion across the boundary when the one before is used up.
pub struct Objects {
    of: Side,
    read: u64,
    portion: std::vec::IntoIter<Object>,
}

impl Iterator for Objects {
    type Item = Object;

    fn next(&mut self) -> Option<Object> {
        if let Some(object) = self.portion.next() {
            return Some(object);
        }
        let portion = evidence::objects(self.of, self.read, PORTION)?;
        self.read += portion.len() as u64;
        self.portion = portion.into_iter();
        self.portion.next()
    }
}

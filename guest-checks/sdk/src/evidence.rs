//! What the host recorded of this drill: facts, never secrets, never row content.
//!
//! A check that asks for them imports `evidence`, and says so in its `check.toml`.

use std::vec;

use crate::boundary::evidence as boundary;

pub use crate::bindings::vhost::check::evidence::{
    DatabaseSetting, DumpFacts, Extension, FedColumn, Object, Protected, Relation, RestoreFacts,
    Sequence, Side,
};

/// Asked for at a time: what one call gives at most.
const PORTION: u32 = 1_000;

/// The dump that was restored.
pub fn get_dump() -> DumpFacts {
    boundary::get_dump()
}

/// How the restore went.
pub fn get_restore() -> RestoreFacts {
    boundary::get_restore()
}

/// Every relation of the dump's manifest.
pub fn relations() -> Vec<Relation> {
    boundary::relations()
}

/// The relations of the manifest that this dump is held against, if there is one.
pub fn reference() -> Option<Vec<Relation>> {
    boundary::reference()
}

/// At most `at_most` objects of a manifest, and at most 1,000, from the one behind the first `after` on;
/// [`all_objects`] iterates over all of them.
pub fn objects(of: Side, after: u64, at_most: u32) -> Option<Vec<Object>> {
    boundary::objects(of, after, at_most)
}

/// Every sequence of the restored database but those of extensions, in the order of schema and name.
pub fn sequences() -> Vec<Sequence> {
    boundary::sequences()
}

/// Every extension of the restored database, in the order of their names.
pub fn extensions() -> Vec<Extension> {
    boundary::extensions()
}

/// What the restored database sets for its sessions, in the order of role and name. The value of a name with a dot is
/// none: applications keep secrets there.
pub fn database_settings() -> Vec<DatabaseSetting> {
    boundary::database_settings()
}

/// The containers that the drill must leave alone.
pub fn protected_containers() -> Vec<Protected> {
    boundary::protected_containers()
}

/// Every object of the dump's manifest, or of its reference's, in the order of the dump; none where there is no such
/// manifest.
pub fn all_objects(of: Side) -> Option<Objects> {
    let first = objects(of, 0, PORTION)?;
    Some(Objects {
        of,
        read: first.len() as u64,
        portion: first.into_iter(),
    })
}

/// The objects of a manifest. Brings a portion across the boundary when the one before is used up.
pub struct Objects {
    of: Side,
    read: u64,
    portion: vec::IntoIter<Object>,
}

impl Iterator for Objects {
    type Item = Object;

    fn next(&mut self) -> Option<Object> {
        if let Some(object) = self.portion.next() {
            return Some(object);
        }
        let portion = objects(self.of, self.read, PORTION)?;
        self.read += portion.len() as u64;
        self.portion = portion.into_iter();
        self.portion.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, facts, with};

    #[test]
    fn objects_come_by_portions_until_there_are_no_more() {
        let many = (0..2_500).map(|i| facts::object("TABLE", "s", &format!("t{i}"), "d"));
        let world = World::new().objects(many);
        with(world, |findings| {
            let names: Vec<_> = all_objects(Side::Dump).into_iter().flatten().collect();
            findings.expect_eq("all", "s.t", 2_500, names.len());
            let last = names.last().map(|object| object.name.clone());
            findings.expect_eq("last", "s.t", Some("t2499".to_owned()), last);
            findings.expect(
                "no-reference",
                "s.t",
                all_objects(Side::Reference).is_none(),
            );
            Ok(())
        })
        .passes();
    }
}

//! Where a dump that nobody can be asked about is restored to: what its own text says.

use crate::plan::Roles;
use crate::restore::{Creation, Target};
use crate::source::Role;
use vhost_dump::manifest::Scanned;

/// The name of the restored database when the dump does not say one.
const UNNAMED: &str = "restored";

/// The database that a dump makes, if it makes one.
pub fn made(scanned: &Scanned) -> (String, Creation) {
    match (scanned.connects.first(), &scanned.database.create) {
        (Some(database), Some(create)) => (database.clone(), Creation::By(create.clone())),
        (Some(database), None) => (database.clone(), Creation::Unknown),
        (None, _) => (UNNAMED.to_owned(), Creation::Unknown),
    }
}

pub fn target(scanned: &Scanned, mode: Roles) -> Target {
    let (database, creation) = made(scanned);
    Target {
        database,
        creation,
        statements: Vec::new(),
        roles: named(scanned),
        mode,
    }
}

/// Roles of a dump that nobody can be asked about: their names are all that is known.
pub fn named(scanned: &Scanned) -> Vec<Role> {
    let roles = scanned.roles.iter().map(|name| Role {
        name: name.clone(),
        superuser: false,
        member_of: Vec::new(),
    });
    roles.collect()
}

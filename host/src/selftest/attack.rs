//! One attack: who carries it out, with which grant, and what shows that its wall stopped it.

use crate::selftest::wall::Wall;

/// One hostile check.
pub struct Attack {
    /// The check's name, in kebab-case.
    pub name: &'static str,
    pub wall: Wall,
    pub guest: Guest,
    pub grant: Grant,
    /// Not read for [`Guest::Sql`], whose statements have their own.
    pub shows: Shows,
}

impl Attack {
    /// Whether one of its statements has this name.
    pub fn is_one_of_several(&self, name: &str) -> bool {
        matches!(self.guest, Guest::Sql(statements) if statements.iter().any(|one| one.name == name))
    }
}

/// What attacks.
pub enum Guest {
    /// `tests/guests/hostile` with the setting `attack`, which is the attack's name.
    Hostile,
    /// The same, with these statements.
    Sql(&'static [Statement]),
    /// The same, looking for what belongs to the host.
    Canaries,
    /// `tests/guests/hostile/wat/<name>.wat`.
    Assembled,
    /// An honest component, and other bytes under its approval.
    Swapped,
    /// A check whose manifest asks to read this, whatever it is granted.
    Asking(&'static [&'static str]),
    /// A check whose manifest is not what `vhost bundle` writes.
    Altered(Alteration),
}

/// What is wrong with a manifest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Alteration {
    None,
    Twice,
    Nested,
    Oversized,
    Malformed,
    NotText,
    /// Its section ends after the file does.
    Cut,
}

/// What it is granted; the interfaces are those that it imports, but for [`Grant::nothing`].
#[derive(Clone, Copy)]
pub struct Grant {
    pub interfaces: Interfaces,
    pub read: &'static [&'static str],
    /// `counts` or `values`.
    pub report: &'static str,
    /// Lines of `[grant.limits]`.
    pub limits: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Interfaces {
    AsImported,
    None,
}

impl Grant {
    /// What the suite's table grants where it says nothing else: that what an attack was told can be read in the report.
    pub const fn with(limits: &'static str) -> Self {
        Self {
            interfaces: Interfaces::AsImported,
            read: &[],
            report: "values",
            limits,
        }
    }

    pub const fn reading(read: &'static [&'static str], limits: &'static str) -> Self {
        Self {
            read,
            ..Self::with(limits)
        }
    }
}

/// What the report must show; every other outcome is a breach.
pub enum Shows {
    /// The check was stopped, with one of these in the words on why.
    Stopped(&'static [&'static str]),
    /// The check was told one of these, and reported it as could-not-look.
    Told(&'static [&'static str]),
    /// The review refused it, with this in its words.
    Refused(&'static str),
    /// Its words are in the report as they may be; see `words.rs`.
    Harmless,
}

/// One statement of an attack on the database.
pub struct Statement {
    /// In kebab-case.
    pub name: &'static str,
    pub sql: &'static str,
    /// What the check must have been told, one of these.
    pub told: &'static [&'static str],
    /// An extension without which there is nothing to attack.
    pub needs: Option<&'static str>,
}

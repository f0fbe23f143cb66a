//! Attacks on the report and on what belongs to the host.

use crate::selftest::attack::{Attack, Grant, Guest, Shows};
use crate::selftest::wall::Wall;

const USUAL: Grant = Grant::with("");

const fn hostile(wall: Wall, name: &'static str, grant: Grant, shows: Shows) -> Attack {
    Attack {
        name,
        wall,
        guest: Guest::Hostile,
        grant,
        shows,
    }
}

pub const ATTACKS: &[Attack] = &[
    hostile(
        Wall::Contract,
        "many-findings",
        USUAL,
        Shows::Stopped(&["its grant allows 1000"]),
    ),
    hostile(
        Wall::Contract,
        "ansi-rule",
        USUAL,
        Shows::Stopped(&["is not kebab-case"]),
    ),
    hostile(
        Wall::Contract,
        "not-a-number",
        USUAL,
        Shows::Stopped(&["is not a finite number"]),
    ),
    hostile(Wall::Contract, "no-finding", USUAL, Shows::Harmless),
    hostile(Wall::Words, "words", USUAL, Shows::Harmless),
    hostile(Wall::Words, "error-words", USUAL, Shows::Harmless),
    hostile(
        Wall::Words,
        "log-lines",
        Grant::with("log_bytes = \"2KiB\""),
        Shows::Told(&["100,000 lines were logged"]),
    ),
    hostile(
        Wall::Words,
        "standard-output",
        Grant::with("log_bytes = \"2KiB\""),
        Shows::Told(&["40 MB were written"]),
    ),
    hostile(
        Wall::Disclosure,
        "disclose",
        Grant {
            report: "counts",
            ..Grant::reading(&["selftest.open(id, note)"], "")
        },
        Shows::Harmless,
    ),
    Attack {
        name: "canaries",
        wall: Wall::EmptyWorld,
        guest: Guest::Canaries,
        grant: USUAL,
        shows: Shows::Told(&["canaries is here"]),
    },
];

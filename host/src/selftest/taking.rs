//! Attacks on the machine: bytes, imports, time, memory, calls.

use crate::selftest::attack::{Alteration, Attack, Grant, Guest, Interfaces, Shows};
use crate::selftest::wall::Wall;

/// Enough for a check that only wants to say what it was told.
const USUAL: Grant = Grant::with("");
/// What stops at its time should not keep the operator waiting.
const SHORT: Grant = Grant::with("time = \"5s\"");

const fn hostile(wall: Wall, name: &'static str, grant: Grant, shows: Shows) -> Attack {
    Attack {
        name,
        wall,
        guest: Guest::Hostile,
        grant,
        shows,
    }
}

const fn assembled(wall: Wall, name: &'static str, grant: Grant, shows: Shows) -> Attack {
    Attack {
        name,
        wall,
        guest: Guest::Assembled,
        grant,
        shows,
    }
}

const fn import(name: &'static str) -> Attack {
    let shows = Shows::Refused("which no grant can allow");
    assembled(Wall::Imports, name, USUAL, shows)
}

const fn altered(name: &'static str, alteration: Alteration, refused: &'static str) -> Attack {
    Attack {
        name,
        wall: Wall::Approval,
        guest: Guest::Altered(alteration),
        grant: USUAL,
        shows: Shows::Refused(refused),
    }
}

const fn asking(
    name: &'static str,
    asked: &'static [&'static str],
    granted: &'static [&'static str],
    refused: &'static str,
) -> Attack {
    Attack {
        name,
        wall: Wall::Approval,
        guest: Guest::Asking(asked),
        grant: Grant::reading(granted, ""),
        shows: Shows::Refused(refused),
    }
}

pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "swapped-bytes",
        wall: Wall::Approval,
        guest: Guest::Swapped,
        grant: USUAL,
        shows: Shows::Refused("is not the component that was reviewed"),
    },
    altered("no-manifest", Alteration::None, "carries no manifest"),
    altered("two-manifests", Alteration::Twice, "carries 2 manifests"),
    altered(
        "nested-manifest",
        Alteration::Nested,
        "inside an inner module or component",
    ),
    altered(
        "oversized-manifest",
        Alteration::Oversized,
        "carries a manifest of 65537 bytes",
    ),
    altered(
        "malformed-manifest",
        Alteration::Malformed,
        "carries a manifest that cannot be read",
    ),
    altered(
        "manifest-of-no-text",
        Alteration::NotText,
        "carries a manifest that cannot be read",
    ),
    altered("cut-manifest", Alteration::Cut, "is a damaged component"),
    asking(
        "asks-for-more",
        &["selftest.open(id)", "selftest.closed"],
        &["selftest.open(id)"],
        "which is neither granted nor withheld",
    ),
    asking(
        "granted-more",
        &["selftest.open(id)"],
        &["selftest.open"],
        "which it does not ask for",
    ),
    import("import-sockets"),
    import("import-http"),
    import("import-unknown"),
    import("import-next-version"),
    import("import-filesystem-of-another-release"),
    import("import-function"),
    assembled(
        Wall::Imports,
        "import-ungranted",
        Grant {
            interfaces: Interfaces::None,
            ..USUAL
        },
        Shows::Refused("which is not granted"),
    ),
    assembled(
        Wall::Compiler,
        "nested-instances",
        USUAL,
        Shows::Stopped(&[
            "was stopped by its limits",
            "took longer than",
            "does not compile",
        ]),
    ),
    hostile(
        Wall::Time,
        "endless-loop",
        SHORT,
        Shows::Stopped(&["wall time of 5s"]),
    ),
    assembled(
        Wall::Time,
        "endless-start",
        SHORT,
        Shows::Stopped(&["wall time of 5s"]),
    ),
    hostile(
        Wall::Time,
        "sleep",
        SHORT,
        Shows::Stopped(&["wall time of 5s"]),
    ),
    hostile(
        Wall::Memory,
        "memory",
        Grant::with("memory = \"32MiB\""),
        Shows::Stopped(&["memory of 33554432 bytes"]),
    ),
    assembled(
        Wall::Memory,
        "sum-of-memories",
        Grant::with("memory = \"32MiB\""),
        Shows::Stopped(&["memory of 33554432 bytes"]),
    ),
    assembled(
        Wall::Shape,
        "hundred-memories",
        USUAL,
        Shows::Stopped(&["number of memories, at most 64"]),
    ),
    assembled(
        Wall::Shape,
        "instances",
        USUAL,
        Shows::Stopped(&["number of instances, at most 256"]),
    ),
    assembled(
        Wall::Shape,
        "tables",
        USUAL,
        Shows::Stopped(&["size of its tables"]),
    ),
    hostile(
        Wall::Stack,
        "recursion",
        USUAL,
        Shows::Stopped(&["call stack exhausted"]),
    ),
    hostile(
        Wall::HostCall,
        "giant-log",
        Grant::with("memory = \"256MiB\""),
        Shows::Stopped(&["bytes of one host call, at most 8388608"]),
    ),
    hostile(
        Wall::HostCall,
        "giant-finding",
        Grant::with("memory = \"256MiB\""),
        Shows::Stopped(&["bytes of one host call, at most 8388608"]),
    ),
    hostile(
        Wall::HostCall,
        "giant-statement",
        Grant::with("memory = \"512MiB\""),
        Shows::Stopped(&["bytes of one host call, at most 8388608"]),
    ),
    hostile(
        Wall::HostCall,
        "aliased-findings",
        USUAL,
        Shows::Stopped(&["bytes of one host call, at most 8388608"]),
    ),
    hostile(
        Wall::HostCall,
        "aliased-parameters",
        USUAL,
        Shows::Stopped(&["bytes of one host call, at most 8388608"]),
    ),
    assembled(
        Wall::Handles,
        "handles",
        USUAL,
        Shows::Stopped(&["number of handles, at most 1024"]),
    ),
    hostile(
        Wall::OneCall,
        "again",
        USUAL,
        Shows::Stopped(&["it panicked or aborted"]),
    ),
    hostile(
        Wall::OneCall,
        "exit",
        USUAL,
        Shows::Stopped(&["it exited with code 0 instead of returning a report"]),
    ),
    hostile(
        Wall::Budgets,
        "cursors",
        USUAL,
        Shows::Told(&["limit Limit::OpenCursors of 16"]),
    ),
    hostile(
        Wall::Budgets,
        "long-statement",
        USUAL,
        Shows::Told(&["limit Limit::SqlLength of 65536"]),
    ),
    hostile(
        Wall::Budgets,
        "many-parameters",
        USUAL,
        Shows::Told(&["limit Limit::Parameters of 1000"]),
    ),
    hostile(
        Wall::Budgets,
        "statements",
        Grant::with("statements = 50"),
        Shows::Told(&["limit Limit::Statements of 50 after 50"]),
    ),
    hostile(
        Wall::Budgets,
        "rows",
        Grant::with("rows = 10000"),
        Shows::Told(&["limit Limit::Rows of 10000"]),
    ),
    hostile(
        Wall::Budgets,
        "bytes",
        Grant::with("bytes = \"4MiB\""),
        Shows::Told(&["limit Limit::Bytes of 4194304"]),
    ),
];

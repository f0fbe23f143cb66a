//! Which interfaces there are, and what each of them takes to be had.

use wasmparser::ComponentTypeRef;

/// One imported interface, for example `vhost:check/query@0.1.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub interface: String,
    pub kind: ImportKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Needs a grant.
    Vhost,
    /// Touches nothing and needs no grant: inert WASI, and `vhost:check/types`, which has no functions.
    InertWasi,
    /// No grant can allow it.
    Never,
}

/// Every interface that a check can have. What is not in this table is never linked.
pub const INTERFACES: &[(&str, ImportKind)] = &[
    ("vhost:check/types", ImportKind::InertWasi),
    ("vhost:check/query", ImportKind::Vhost),
    ("vhost:check/evidence", ImportKind::Vhost),
    ("vhost:check/settings", ImportKind::Vhost),
    ("vhost:check/log", ImportKind::Vhost),
    ("wasi:io/error", ImportKind::InertWasi),
    ("wasi:io/poll", ImportKind::InertWasi),
    ("wasi:io/streams", ImportKind::InertWasi),
    ("wasi:cli/environment", ImportKind::InertWasi),
    ("wasi:cli/exit", ImportKind::InertWasi),
    ("wasi:cli/stdin", ImportKind::InertWasi),
    ("wasi:cli/stdout", ImportKind::InertWasi),
    ("wasi:cli/stderr", ImportKind::InertWasi),
    ("wasi:cli/terminal-input", ImportKind::InertWasi),
    ("wasi:cli/terminal-output", ImportKind::InertWasi),
    ("wasi:cli/terminal-stdin", ImportKind::InertWasi),
    ("wasi:cli/terminal-stdout", ImportKind::InertWasi),
    ("wasi:cli/terminal-stderr", ImportKind::InertWasi),
    ("wasi:clocks/wall-clock", ImportKind::InertWasi),
    ("wasi:clocks/monotonic-clock", ImportKind::InertWasi),
    ("wasi:random/random", ImportKind::InertWasi),
    ("wasi:random/insecure", ImportKind::InertWasi),
    ("wasi:random/insecure-seed", ImportKind::InertWasi),
    ("wasi:filesystem/types", ImportKind::InertWasi),
    ("wasi:filesystem/preopens", ImportKind::InertWasi),
];

impl Import {
    /// Sorts one import of a component into its kind.
    pub(super) fn new(name: &str, ty: &ComponentTypeRef) -> Self {
        let kind = match ty {
            ComponentTypeRef::Instance(_) => classify(name),
            // A bare function, module or component is nothing that an interface could describe to a reviewer.
            _ => ImportKind::Never,
        };
        Self {
            interface: name.to_owned(),
            kind,
        }
    }
}

fn classify(interface: &str) -> ImportKind {
    let Some((name, version)) = interface.split_once('@') else {
        return ImportKind::Never;
    };
    // WASI 0.2.x is backwards compatible by its own rule; vhost:check has the one version.
    let known = match name.split_once(':') {
        Some(("vhost", _)) => version == "0.1.0",
        Some(("wasi", _)) => version
            .strip_prefix("0.2.")
            .is_some_and(|patch| patch.parse::<u32>().is_ok()),
        _ => false,
    };
    INTERFACES
        .iter()
        .find(|(listed, _)| known && *listed == name)
        .map_or(ImportKind::Never, |(_, kind)| *kind)
}

//! A check's component: the very bytes that are hashed and compiled, and what they import.

use std::sync::Arc;

use crate::digest::Sha256;

/// A component as read from disk.
#[derive(Clone, Debug)]
pub struct Component {
    pub name: String,
    pub sha256: Sha256,
    pub bytes: Arc<[u8]>,
    pub imports: Vec<Import>,
}

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
    /// WASI that touches nothing: needs no grant.
    InertWasi,
    /// No grant can allow it.
    Never,
}

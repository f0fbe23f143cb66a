//! What a drill may not let out.

mod artefacts;
mod children;
mod whole;

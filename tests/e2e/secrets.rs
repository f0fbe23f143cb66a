//! What a drill may not let out.

//! Drills on a real Docker engine.

//! Drills of given dumps: every format, whole and damaged.

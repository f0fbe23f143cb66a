//! What the fuzz targets demand of the readers of dumps. A demand that is not met panics, which is what libFuzzer looks for.

pub mod archive;
pub mod memory;
pub mod script;
pub mod seeds;
pub mod stretched;
pub mod supplied;

//! Compiled code that somebody else put into the cache.

use std::io;
use std::path::Path;

/// Turns a byte in the middle of every entry of a cache, which keeps its owner, its mode and its length.
pub fn forge(cache: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(cache.join("vhost"))? {
        let path = entry?.path();
        let mut bytes = std::fs::read(&path)?;
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 0xff;
        }
        std::fs::write(&path, bytes)?;
    }
    Ok(())
}

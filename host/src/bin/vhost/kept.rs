//! Where this user's compiled checks are kept.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use vhost::check::Cache;
use vhost::drill::Keep;

/// Opens the cache. Without a home directory, such as a service's user has none, there is no place for one.
pub fn keep() -> Keep {
    let Some((cache, state)) = places() else {
        return Keep::Nothing;
    };
    match Cache::open(&cache, &state, cap_std::ambient_authority()) {
        Ok(cache) => Keep::In(Arc::new(cache)),
        Err(error) => Keep::CannotBe(error),
    }
}

/// The user's directories of caches and of state: see the XDG Base Directory Specification.
fn places() -> Option<(PathBuf, PathBuf)> {
    let home = env::home_dir().filter(|home| home.is_dir());
    let place = |variable: &str, default: &str| {
        let named = env::var_os(variable).map(PathBuf::from);
        // The specification has a relative path ignored.
        named
            .filter(|path| path.is_absolute())
            .or_else(|| home.as_ref().map(|home| home.join(default)))
    };
    Some((
        place("XDG_CACHE_HOME", ".cache")?,
        place("XDG_STATE_HOME", ".local/state")?,
    ))
}

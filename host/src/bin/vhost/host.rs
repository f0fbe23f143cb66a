//! What this process may take from its surroundings, gathered in one place.

use std::env;
use std::path::PathBuf;

use vhost::source::Ambient;

/// The directories of `PATH`.
pub fn path_dirs() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect())
}

/// What libpq would look at: see the PostgreSQL manual, "Environment Variables" and "The Connection Service File".
pub fn ambient() -> Ambient {
    let home = env::home_dir();
    let in_home = |name: &str| home.as_ref().map(|home| home.join(name));
    let variable = |name: &str| env::var_os(name).map(PathBuf::from);
    let service_files = [
        variable("PGSERVICEFILE").or_else(|| in_home(".pg_service.conf")),
        variable("PGSYSCONFDIR").map(|dir| dir.join("pg_service.conf")),
    ];
    Ambient {
        service_files: service_files.into_iter().flatten().collect(),
        passfile: variable("PGPASSFILE").or_else(|| in_home(".pgpass")),
        user: env::var("PGUSER").ok().or_else(|| env::var("USER").ok()),
        socket_dirs: vec!["/var/run/postgresql".into(), "/tmp".into()],
        system_roots: || rustls_native_certs::load_native_certs().certs,
        home,
    }
}

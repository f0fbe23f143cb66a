//! The Docker engine and the image that the environment names.

/// `VHOST_TEST_DOCKER_HOST`, for example `unix:///var/run/docker.sock`. Without it a test says so and ends, except where `CI` is set.
pub fn host() -> Option<String> {
    match std::env::var("VHOST_TEST_DOCKER_HOST") {
        Ok(host) => Some(host),
        Err(_) if std::env::var_os("CI").is_some() => {
            panic!("VHOST_TEST_DOCKER_HOST must name a Docker engine where CI is set")
        }
        Err(_) => {
            eprintln!("not tested: no Docker engine; set VHOST_TEST_DOCKER_HOST");
            None
        }
    }
}

/// `VHOST_TEST_DOCKER_IMAGE`, or the image that `tests/setup/image.sh` builds.
pub fn image() -> String {
    std::env::var("VHOST_TEST_DOCKER_IMAGE").unwrap_or_else(|_| "vhost-postgres:15".to_owned())
}

//! What can go wrong with a sandbox, one variant per operation.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::journal::JournalError;

/// Why a sandbox could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(
        "the {kind} `{name}` exists already and is not ours: choose another sandbox name or remove it yourself"
    )]
    NameTaken { kind: &'static str, name: String },
    #[error(
        "the Docker host `{host}` is not a Unix socket: bind mounts need an engine on this machine, so write unix:///path/to/docker.sock"
    )]
    HostNotLocal { host: String },
    #[error("cannot reach the Docker engine at {host}")]
    EngineUnreachable {
        host: String,
        #[source]
        source: bollard::errors::Error,
    },
    #[error("the Docker engine at {host} has no image `{image}`: pull it first, vhost never pulls")]
    NoImage { host: String, image: String },
    #[error("cannot {operation} container `{name}`")]
    Container {
        operation: &'static str,
        name: String,
        #[source]
        source: bollard::errors::Error,
    },
    #[error("the Docker engine's answer about `{name}` lacks {field}")]
    AnswerLacks { name: String, field: &'static str },
    #[error(
        "no {program} in {bin_dir}: name a directory with Postgres' server and client programs"
    )]
    NoPostgres {
        program: &'static str,
        bin_dir: PathBuf,
    },
    #[error(
        "neither bwrap nor unshare with setpriv were found: install bubblewrap, or use the docker engine"
    )]
    NoLauncher,
    #[error(
        "an unprivileged user cannot enter {path}: run `chmod o+x {path}`, or use a place that everybody can enter"
    )]
    OutOfReach { path: PathBuf },
    #[error(
        "the socket's path {path} is longer than the {limit} bytes a Unix socket may have: use a shorter base directory or name"
    )]
    SocketPathTooLong { path: PathBuf, limit: usize },
    #[error("cannot prepare {path}")]
    Directory {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write the journal")]
    Journal(#[from] JournalError),
    #[error("no unused user id between {first} and {last}")]
    NoUnusedUser { first: u32, last: u32 },
    #[error("cannot look at {what}")]
    Look {
        what: String,
        #[source]
        source: io::Error,
    },
    #[error("{what} reads `{text}`, which is not understood")]
    NotUnderstood { what: String, text: String },
    #[error("cannot start {program}")]
    Spawn {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("the server in sandbox `{name}` ended while starting; it said: {said}")]
    Died { name: String, said: String },
    #[error("the server in sandbox `{name}` was not ready after {after:?}; it said: {said}")]
    NotReady {
        name: String,
        after: Duration,
        said: String,
    },
    #[error("container `{name}` for client programs did not start its shell; it said: {said}")]
    NotKept { name: String, said: String },
    #[error("cannot ask the server in sandbox `{name}` for its version")]
    Ask {
        name: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("cannot follow {tool} in sandbox `{name}`")]
    Follow {
        tool: String,
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("{tool} in sandbox `{name}` ended with {code}: {said}")]
    ToolFailed {
        tool: String,
        name: String,
        code: i32,
        said: String,
    },
    #[error("the start was interrupted")]
    Interrupted,
}

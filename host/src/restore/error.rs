//! Why nothing was restored.

use std::time::Duration;

use crate::restore::{log, roles, tool};
use crate::sandbox::SandboxError;

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("cannot connect to the database {database:?} of the sandbox")]
    Connect {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("cannot create the database {database:?} in the sandbox")]
    CreateDatabase {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("the session that sets the database {database:?} itself broke off")]
    Itself {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error(transparent)]
    Roles(#[from] roles::RoleError),
    #[error(transparent)]
    Tool(#[from] tool::ToolError),
    #[error("cannot ask for the version of {tool} inside the sandbox")]
    Version {
        tool: &'static str,
        #[source]
        source: SandboxError,
    },
    #[error("the sandbox's server does not say whether its pages have checksums")]
    Checksums(#[source] tokio_postgres::Error),
    #[error("the sandbox's new database does not say what is built in")]
    BuiltIn(#[source] tokio_postgres::Error),
    #[error("the restored database does not say which of its tables depend on others")]
    Dependent(#[source] tokio_postgres::Error),
    #[error("the dump was restored without having been read to its end")]
    NotReadBack,
    #[error("cannot mark the place in the sandbox server's log")]
    Mark(#[source] tokio_postgres::Error),
    #[error("the sandbox server's log did not reach its mark within {} s", waited.as_secs())]
    LogBehind { waited: Duration },
    #[error(
        "the sandbox server's log became shorter during the restore: something in the dump cut it"
    )]
    LogShortened,
    #[error("cannot read the sandbox server's log")]
    ReadLog(#[source] std::io::Error),
    #[error(transparent)]
    Log(#[from] log::LogError),
}

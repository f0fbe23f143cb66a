//! The empty database that a restore begins with.

use tokio_postgres::Client;

use super::{
    BuiltIn, Made, Notice, RestoreError, RestoreFacts, Restored, Target, connect, database, roles,
};
use crate::plan::Roles;
use crate::restore::isolation::Isolated;
use vhost_dump::digest::Digest;

/// The databases that the host itself works from: the first of initdb's, and the second where a dump is named after it.
const MAINTENANCE: [&str; 2] = ["template1", "postgres"];

/// An empty database, and what is known before anything is restored into it.
pub struct Ready {
    pub host: Client,
    data_checksums: bool,
    roles_created: Vec<String>,
    made: Made,
    built_in: BuiltIn,
    pub remarks: Vec<String>,
    /// Of the tool that restores.
    pub version: String,
}

impl Ready {
    pub async fn make(
        isolated: &Isolated<'_>,
        target: &Target,
        tool: &'static str,
    ) -> Result<Self, RestoreError> {
        let host = connect(isolated, maintenance(target)).await?;
        let data_checksums = host
            .query_one("SELECT current_setting('data_checksums')::bool", &[])
            .await
            .and_then(|row| row.try_get(0))
            .map_err(RestoreError::Checksums)?;
        database::make_way(&host, &target.database).await?;
        let roles_created = match target.mode {
            Roles::Create => roles::create(&host, &target.roles).await?,
            Roles::Skip => Vec::new(),
        };
        let (made, said) = database::create(&host, &target.database, &target.creation).await?;
        let fresh = connect(isolated, &target.database).await?;
        let built_in = BuiltIn::look(&fresh).await.map_err(RestoreError::BuiltIn)?;
        drop(fresh);
        let version = isolated
            .sandbox()
            .tool_version(tool)
            .await
            .map_err(|source| RestoreError::Version { tool, source })?;
        let version = number(&version).to_owned();
        let mut remarks = Vec::from_iter(said);
        remarks.extend(outdated(tool, &version));
        Ok(Self {
            host,
            data_checksums,
            roles_created,
            made,
            built_in,
            remarks,
            version,
        })
    }

    /// Makes the database anew, for another restore; its roles stay. `client` is a session in it, which ends.
    pub async fn again(&self, client: &Client, target: &Target) -> Result<(), RestoreError> {
        database::drop_subscriptions(client, &target.database).await?;
        database::make_way(&self.host, &target.database).await?;
        database::create(&self.host, &target.database, &target.creation).await?;
        Ok(())
    }

    pub fn restored<'s>(
        self,
        isolated: Isolated<'s>,
        database: String,
        tool: String,
        read_back: Digest,
        notices: Vec<Notice>,
    ) -> Restored<'s> {
        let facts = RestoreFacts {
            server_version: number(isolated.sandbox().server_version()).to_owned(),
            system_identifier: isolated.system_identifier(),
            data_checksums: self.data_checksums,
            tool,
            database,
            read_back,
            roles_created: self.roles_created,
            notices,
            remarks: self.remarks,
        };
        Restored {
            isolated,
            facts,
            made: self.made,
            built_in: self.built_in,
        }
    }
}

/// The database that the host works from.
pub fn maintenance(target: &Target) -> &'static str {
    let mut others = MAINTENANCE
        .into_iter()
        .filter(|one| *one != target.database);
    others.next().unwrap_or_default()
}

/// `15.18` of `psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn number(version: &str) -> &str {
    version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(version)
}

/// A remark when the tool lacks the fixes of 2025 and 2026 against dumps that attack it.
fn outdated(tool: &str, version: &str) -> Option<String> {
    let safe = [(18, 6), (17, 11), (16, 15), (15, 19), (14, 24)];
    let (major, minor) = version.split_once('.')?;
    let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    let (_, wanted) = safe.iter().find(|(m, _)| *m == major)?;
    (minor < *wanted).then(|| {
        format!(
            "{tool} {version} inside the sandbox is older than {major}.{wanted}: a hostile dump could run its data rows as SQL there, inside the sandbox's walls"
        )
    })
}

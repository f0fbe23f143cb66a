//! Holds what checks' roles may do against what they were granted.
//!
//! What a role may do is what it was given by its name, and what PUBLIC has. The first is another for each check and is
//! little; the second is the same for all and takes a look at every object of the database. So each role is audited
//! for what names it, and PUBLIC once, after the last role was made and before the first check looks.

use tokio_postgres::{Statement, Transaction};

use super::readable::Readable;

/// The audits of one transaction, prepared once.
pub(super) struct Audit {
    named: Statement,
    /// Table privileges that this server knows.
    privileges: Vec<&'static str>,
    version: i32,
}

impl Audit {
    pub async fn prepare(begun: &Transaction<'_>) -> Result<Self, tokio_postgres::Error> {
        let version: i32 = begun
            .query_one("SELECT current_setting('server_version_num')::int4", &[])
            .await?
            .try_get(0)?;
        let mut privileges = vec![
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "REFERENCES",
            "TRIGGER",
        ];
        if version >= 170_000 {
            privileges.push("MAINTAIN");
        }
        Ok(Self {
            named: begun.prepare(include_str!("audit/named.sql")).await?,
            privileges,
            version,
        })
    }

    /// Every difference between what a role was given by its name and what it should have.
    pub async fn role(
        &self,
        begun: &Transaction<'_>,
        role: &str,
        readable: &Readable,
    ) -> Result<Vec<String>, tokio_postgres::Error> {
        let (relations, columns): (Vec<u32>, Vec<i16>) = readable.columns.iter().copied().unzip();
        let rows = begun
            .query(
                &self.named,
                &[
                    &role,
                    &readable.relations,
                    &relations,
                    &columns,
                    &readable.schemas,
                    &self.privileges,
                ],
            )
            .await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    /// Everything that PUBLIC has and no check may have, as a role sees it to which nothing was granted.
    pub async fn public(
        &self,
        begun: &Transaction<'_>,
    ) -> Result<Vec<String>, tokio_postgres::Error> {
        // No dump holds a role of this name, and the transaction ends without it.
        let nobody = format!("vhost_nobody_{}", hex::encode(rand::random::<[u8; 8]>()));
        begun
            .batch_execute(&format!("CREATE ROLE {nobody} NOLOGIN NOINHERIT"))
            .await?;
        let mut rows = begun
            .query(
                include_str!("audit/public.sql"),
                &[&nobody, &self.privileges],
            )
            .await?;
        if self.version >= 150_000 {
            let parameters = "
                SELECT format('%s on parameter %I', a.privilege_type, p.parname)
                  FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) a WHERE a.grantee = 0";
            rows.extend(begun.query(parameters, &[]).await?);
        }
        begun.batch_execute(&format!("DROP ROLE {nobody}")).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }
}

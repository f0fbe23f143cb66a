//! What a database must be created with, and the roles that its objects need, to be restored elsewhere.

use std::collections::BTreeMap;

use serde::Serialize;

use super::SourceError;
use super::connect::text;
use super::session::Source;

/// How the source's database was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatabaseFacts {
    /// For example 15.
    pub server_major: u32,
    /// For example `15.18`.
    pub server_version: String,
    pub database: String,
    /// As Postgres spells it, for example `UTF8`.
    pub encoding: String,
    pub collate: String,
    pub ctype: String,
    pub provider: LocaleProvider,
    /// Empty where there are none.
    pub icu_rules: String,
    /// Empty where it is `pg_default`.
    pub tablespace: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "provider", content = "locale")]
pub enum LocaleProvider {
    Libc,
    /// With the ICU locale, from version 15 on.
    Icu(String),
    /// With the built-in locale, from version 17 on.
    Builtin(String),
}

/// A role that something in the database refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    pub name: String,
    pub superuser: bool,
    /// Those roles of the same list that it is a direct member of.
    pub member_of: Vec<String>,
}

impl Source {
    /// Reads how the database was created, under the snapshot.
    pub async fn facts(&self) -> Result<DatabaseFacts, SourceError> {
        let purpose = "how the database was created";
        let locale = match self.server.number {
            170_000.. => "datlocprovider, coalesce(datlocale, ''), coalesce(daticurules, '')",
            160_000.. => "datlocprovider, coalesce(daticulocale, ''), coalesce(daticurules, '')",
            150_000.. => "datlocprovider, coalesce(daticulocale, ''), ''",
            _ => "'c', '', ''",
        };
        let sql = format!(
            "SELECT datname, pg_encoding_to_char(encoding), datcollate, datctype, {locale}, \
             (SELECT CASE spcname WHEN 'pg_default' THEN '' ELSE spcname END FROM pg_tablespace WHERE oid = dattablespace) \
             FROM pg_database WHERE datname = current_database()"
        );
        let [
            database,
            encoding,
            collate,
            ctype,
            provider,
            locale,
            icu_rules,
            tablespace,
        ] = self.session.row(purpose, &sql).await?;
        Ok(DatabaseFacts {
            server_major: self.server_major(),
            server_version: self.server.version.clone(),
            database,
            encoding,
            collate,
            ctype,
            provider: match provider.as_str() {
                "c" => LocaleProvider::Libc,
                "i" => LocaleProvider::Icu(locale),
                "b" => LocaleProvider::Builtin(locale),
                _ => return Err(SourceError::Shape { purpose }),
            },
            icu_rules,
            tablespace,
        })
    }

    /// Reads the roles that a restore of this database needs, by name, under the snapshot.
    ///
    /// pg_shdepend has every owner, grantee, grantor, policy, default privilege and user mapping, but for the
    /// bootstrap superuser, which is always in the list, and for those that have settings of their own in the database. Predefined roles (`pg_…`) are not: every server has
    /// them, and none can create them.
    pub async fn roles(&self) -> Result<Vec<Role>, SourceError> {
        let purpose = "the roles that the database needs";
        let sql = "WITH needed AS (SELECT r.oid, r.rolname, r.rolsuper FROM pg_roles r \
             WHERE r.rolname !~ '^pg_' AND (r.oid = 10 OR EXISTS (SELECT FROM pg_shdepend d, pg_database b \
             WHERE b.datname = current_database() AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid \
             AND (d.dbid = b.oid OR (d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = b.oid))) \
             OR EXISTS (SELECT FROM pg_db_role_setting s, pg_database b WHERE b.datname = current_database() \
             AND s.setdatabase = b.oid AND s.setrole = r.oid))) \
             SELECT n.rolname, n.rolsuper, g.rolname FROM needed n \
             LEFT JOIN (pg_auth_members m JOIN needed g ON g.oid = m.roleid) ON m.member = n.oid \
             ORDER BY n.rolname, g.rolname";
        let mut roles: BTreeMap<String, Role> = BTreeMap::new();
        for row in self.session.rows(purpose, sql).await? {
            let name = text(&row, 0, purpose)?;
            let role = roles.entry(name.to_owned()).or_insert_with(|| Role {
                name: name.to_owned(),
                superuser: false,
                member_of: Vec::new(),
            });
            role.superuser = text(&row, 1, purpose)? == "t";
            // Version 16 knows one membership per grantor.
            if let Ok(Some(group)) = row.try_get(2)
                && role.member_of.last().is_none_or(|last| last != group)
            {
                role.member_of.push(group.to_owned());
            }
        }
        Ok(roles.into_values().collect())
    }
}

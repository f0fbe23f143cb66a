//! What the restored database's catalogue says that a check may know: sequences, extensions, settings.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::sequence::{self, Cycle, FEEDS, Found};
use super::session::{self, text};
use super::{FidelityError, session::pinned};
use crate::restore::Restored;

const PURPOSE: &str = "what checks may know of the catalogue";

/// As it stands before the first check; each list in the order of its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub sequences: Vec<StandingSequence>,
    pub extensions: Vec<Extension>,
    pub settings: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingSequence {
    pub schema: String,
    pub name: String,
    /// `smallint`, `integer` or `bigint`.
    pub type_name: String,
    pub last_value: i64,
    pub is_called: bool,
    pub increment: i64,
    pub least: i64,
    pub greatest: i64,
    pub cycles: bool,
    pub feeds: Vec<FedColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FedColumn {
    pub schema: String,
    pub relation: String,
    pub column: String,
    pub type_name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub name: String,
    pub schema: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Empty for every session of the database.
    pub role: String,
    pub name: String,
    /// None for a parameter of an application's own: those hold secrets now and then.
    pub value: Option<String>,
}

const EXTENSIONS: &str = "SELECT e.extname, n.nspname, e.extversion FROM pg_catalog.pg_extension e \
    JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY 1";

/// The properties first, because a setting cannot have their names.
const SETTINGS: &str = "SELECT '', p.name, p.value FROM pg_catalog.pg_database d, LATERAL (VALUES \
    ('server_encoding', pg_catalog.pg_encoding_to_char(d.encoding)::text), ('lc_collate', d.datcollate::text), \
    ('lc_ctype', d.datctype::text)) p (name, value) WHERE d.datname = pg_catalog.current_database() \
    UNION ALL SELECT coalesce(r.rolname, ''), pg_catalog.split_part(c, '=', 1), \
    pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) \
    FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, LATERAL pg_catalog.unnest(s.setconfig) c \
    WHERE d.datname = pg_catalog.current_database() ORDER BY 1, 2";

const FED: &str = "SELECT n.nspname, c.relname, tn.nspname, t.relname, a.attname, \
    pg_catalog.format_type(a.atttypid, a.atttypmod) FROM feeds f \
    JOIN pg_catalog.pg_class c ON c.oid = f.seq AND c.relkind = 'S' JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_class t ON t.oid = f.rel JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.rel AND a.attnum = f.col AND NOT a.attisdropped ORDER BY 3, 4, 5";

/// Looks at the restored database, which must not have been hardened yet: that takes its settings away.
pub async fn standing(restored: &Restored<'_>) -> Result<Standing, FidelityError> {
    let client = pinned(restored).await?;
    let mut fed = fed(&client).await?;
    let sequences = sequence::look(&client).await?.into_iter().map(|found| {
        let key = (found.value.schema.clone(), found.value.name.clone());
        StandingSequence::of(found, fed.remove(&key).unwrap_or_default())
    });
    let sequences = sequences.collect();
    let mut standing = Standing {
        sequences,
        ..Standing::default()
    };
    for row in session::rows(&client, PURPOSE, EXTENSIONS).await? {
        standing.extensions.push(Extension {
            name: text(&row, 0, PURPOSE)?.to_owned(),
            schema: text(&row, 1, PURPOSE)?.to_owned(),
            version: text(&row, 2, PURPOSE)?.to_owned(),
        });
    }
    for row in session::rows(&client, PURPOSE, SETTINGS).await? {
        let name = text(&row, 1, PURPOSE)?;
        standing.settings.push(Setting {
            role: text(&row, 0, PURPOSE)?.to_owned(),
            name: name.to_owned(),
            value: match name.contains('.') {
                true => None,
                false => Some(text(&row, 2, PURPOSE)?.to_owned()),
            },
        });
    }
    Ok(standing)
}

/// By schema and name of the sequence.
type Fed = BTreeMap<(String, String), Vec<FedColumn>>;

async fn fed(client: &Client) -> Result<Fed, FidelityError> {
    let mut fed = Fed::new();
    let sql = format!("WITH feeds AS ({FEEDS}) {FED}");
    for row in session::rows(client, PURPOSE, &sql).await? {
        let at = |i| text(&row, i, PURPOSE).map(str::to_owned);
        fed.entry((at(0)?, at(1)?)).or_default().push(FedColumn {
            schema: at(2)?,
            relation: at(3)?,
            column: at(4)?,
            type_name: at(5)?,
        });
    }
    Ok(fed)
}

impl StandingSequence {
    fn of(found: Found, feeds: Vec<FedColumn>) -> Self {
        Self {
            schema: found.value.schema,
            name: found.value.name,
            type_name: found.counts_in,
            last_value: found.value.last_value,
            is_called: found.value.is_called,
            increment: found.increment,
            least: found.least,
            greatest: found.most,
            cycles: found.cycle == Cycle::Yes,
            feeds,
        }
    }
}

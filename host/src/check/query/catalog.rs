//! The restored database's types, read once on the host's connection.
//!
//! A check's role can read no system catalog, and a driver that looked types up on the check's connection would need
//! it to. So the host reads them beforehand: nothing of the catalogs is granted, nothing leaks but the names of the
//! types of columns that the check selects anyway.

use std::collections::HashMap;

use tokio_postgres::Client;

/// How values of a type cross the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    /// text, varchar, bpchar, name, citext, enums: every type of the string category.
    Text,
    Bytea,
    Json,
    Uuid,
    Date,
    Timestamp,
    Timestamptz,
    Interval,
    /// Postgres' own text output.
    Other,
}

/// One type.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// As SQL writes it, with its schema unless that is `pg_catalog`.
    pub name: String,
    /// A domain has the kind of its base type.
    pub kind: Kind,
}

/// Every type of one database by OID.
pub struct TypeCatalog(HashMap<u32, TypeInfo>);

/// The database's types could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the types of the restored database")]
pub struct CatalogError(#[source] tokio_postgres::Error);

/// Casts make the column types the driver's own, so that it has nothing to look up either.
const TYPES: &str = "
    SELECT t.oid, t.typtype::text, t.typcategory::text, t.typbasetype,
           CASE WHEN n.nspname = 'pg_catalog' THEN pg_catalog.format_type(t.oid, NULL)
                WHEN e.oid IS NOT NULL THEN pg_catalog.quote_ident(en.nspname) || '.' || pg_catalog.quote_ident(e.typname) || '[]'
                ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) END
      FROM pg_catalog.pg_type t
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
      LEFT JOIN pg_catalog.pg_type e ON e.oid OPERATOR(pg_catalog.=) t.typelem AND t.typcategory OPERATOR(pg_catalog.=) 'A'
      LEFT JOIN pg_catalog.pg_namespace en ON en.oid OPERATOR(pg_catalog.=) e.typnamespace";

impl TypeCatalog {
    /// Reads all types, as the host.
    pub async fn load(client: &Client) -> Result<Self, CatalogError> {
        Self::read(client).await.map_err(CatalogError)
    }

    async fn read(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let rows = client.query(TYPES, &[]).await?;
        let mut types = HashMap::with_capacity(rows.len());
        let mut bases: HashMap<u32, u32> = HashMap::new();
        for row in &rows {
            let oid = row.try_get(0)?;
            let kind = match (row.try_get(1)?, row.try_get(2)?) {
                ("e", _) => Kind::Text,
                (_, category) => builtin(oid).unwrap_or(match category {
                    "S" => Kind::Text,
                    _ => Kind::Other,
                }),
            };
            let base = row.try_get(3)?;
            if base != 0 {
                bases.insert(oid, base);
            }
            let name = row.try_get(4)?;
            types.insert(oid, TypeInfo { name, kind });
        }
        for (domain, first) in &bases {
            let mut base = first;
            while let Some(next) = bases.get(base) {
                base = next;
            }
            let kind = types.get(base).map(|info| info.kind);
            if let (Some(info), Some(kind)) = (types.get_mut(domain), kind) {
                info.kind = kind;
            }
        }
        Ok(Self(types))
    }

    /// The type with this OID. A type made after the catalog was read has no name but its number.
    pub fn get(&self, oid: u32) -> TypeInfo {
        self.0.get(&oid).cloned().unwrap_or_else(|| TypeInfo {
            name: format!("type {oid}"),
            kind: Kind::Other,
        })
    }
}

/// OIDs below 10,000 are fixed for good (src/include/catalog/pg_type.dat).
fn builtin(oid: u32) -> Option<Kind> {
    Some(match oid {
        16 => Kind::Bool,
        17 => Kind::Bytea,
        20 => Kind::Int8,
        21 => Kind::Int2,
        23 => Kind::Int4,
        26 => Kind::Oid,
        700 => Kind::Float4,
        701 => Kind::Float8,
        1700 => Kind::Numeric,
        19 | 25 | 1042 | 1043 => Kind::Text,
        114 | 3802 => Kind::Json,
        2950 => Kind::Uuid,
        1082 => Kind::Date,
        1114 => Kind::Timestamp,
        1184 => Kind::Timestamptz,
        1186 => Kind::Interval,
        _ => return None,
    })
}

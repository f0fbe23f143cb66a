//! The sequences that start again behind their last value, as the restored database has them: a manifest does not say.

use std::collections::BTreeSet;

use tokio_postgres::Client;

/// Sequences with `CYCLE`, by schema and name. That one of them went back tells nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cycling(pub BTreeSet<(String, String)>);

/// The manual, 53.46 (`pg_sequence`).
const LOOK: &str = "
    SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text
      FROM pg_catalog.pg_sequence s
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE s.seqcycle";

impl Cycling {
    pub async fn look(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let mut found = BTreeSet::new();
        for row in client.query(LOOK, &[]).await? {
            found.insert((row.try_get(0)?, row.try_get(1)?));
        }
        Ok(Self(found))
    }

    pub fn contains(&self, schema: &str, name: &str) -> bool {
        self.0.contains(&(schema.to_owned(), name.to_owned()))
    }
}

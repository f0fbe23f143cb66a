//! What a dump of the source cannot hold, read under the dump's snapshot.

use super::SourceError;
use super::connect::text;
use super::session::Source;
use vhost_dump::manifest::Catalogue;
use vhost_dump::manifest::catalogue::questions;

const PURPOSE: &str = "what a dump cannot hold";

impl Source {
    /// Asks the catalogue. A table of an extension that the role may not read is not counted, and says so.
    pub async fn catalogue(&self) -> Result<Catalogue, SourceError> {
        let mut catalogue = Catalogue::default();
        let mut counts = Vec::new();
        let sql = questions(self.server.number);
        for row in self.session.rows(PURPOSE, &sql).await? {
            let name = text(&row, 1, PURPOSE)?;
            let about = text(&row, 0, PURPOSE)?;
            let count = catalogue.take(about, name, text(&row, 2, PURPOSE)?);
            counts.extend(count.map(|sql| (name.to_owned(), sql)));
        }
        for (table, sql) in counts {
            // A refusal must not end the transaction, which holds the snapshot.
            self.session.rows(PURPOSE, "SAVEPOINT counting").await?;
            let rows = match self.session.row::<1>(PURPOSE, &sql).await {
                Ok([rows]) => rows.parse().ok(),
                Err(_) => None,
            };
            catalogue.count(&table, rows);
            let back = "ROLLBACK TO counting; RELEASE counting";
            self.session.rows(PURPOSE, back).await?;
        }
        Ok(catalogue)
    }
}

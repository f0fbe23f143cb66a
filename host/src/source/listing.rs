//! The relations that the source has, for a reviewer of grants.

use super::SourceError;
use super::connect::text;
use super::session::Source;
use vhost_dump::manifest::{Kind, Listed};

const PURPOSE: &str = "the relations that the database has";

/// One row a column, or one without where a relation has none. Names are pg_catalog's: the search path is empty.
const RELATIONS: &str = "SELECT n.nspname, c.relname, c.relkind, a.attname \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' \
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\", a.attnum";

impl Source {
    /// Reads the tables and views with their columns, by name, under the snapshot.
    pub async fn relations(&self) -> Result<Vec<Listed>, SourceError> {
        let mut relations: Vec<Listed> = Vec::new();
        for row in self.session.rows(PURPOSE, RELATIONS).await? {
            let (schema, name) = (text(&row, 0, PURPOSE)?, text(&row, 1, PURPOSE)?);
            let kind = match text(&row, 2, PURPOSE)? {
                "v" => Kind::View,
                "m" => Kind::MaterializedView,
                "f" => Kind::ForeignTable,
                _ => Kind::Table,
            };
            let same = |last: &Listed| last.schema == schema && last.name == name;
            if !relations.last().is_some_and(same) {
                relations.push(Listed {
                    schema: schema.to_owned(),
                    name: name.to_owned(),
                    kind,
                    columns: Some(Vec::new()),
                });
            }
            if let (Ok(Some(column)), Some(last)) = (row.try_get(3), relations.last_mut()) {
                last.columns.get_or_insert_default().push(column.to_owned());
            }
        }
        Ok(relations)
    }
}

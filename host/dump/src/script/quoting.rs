//! Which names Postgres puts into quotes.

/// Whether `quote_identifier` (ruleutils.c) would leave this without quotes, and so does `fmtId` of pg_dump.
pub fn needs_no_quotes(name: &str) -> bool {
    let mut letters = name.bytes();
    let first = letters.next();
    first.is_some_and(|b| b == b'_' || b.is_ascii_lowercase())
        && letters.all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit())
        && KEYWORDS.binary_search(&name).is_err()
}

/// Of 15 to 18, those that are not unreserved: `SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'`.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce",
    "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec",
    "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract",
    "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping",
    "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is",
    "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least", "left",
    "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none",
    "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out",
    "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references", "returning",
    "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric",
    "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true",
    "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where", "window",
    "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse",
    "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_quotes_for_its_letters_or_as_a_keyword() {
        for bare in ["shop", "_x", "a1", "text", "btree", "key"] {
            assert!(needs_no_quotes(bare), "{bare}");
        }
        for quoted in [
            "", "Shop", "1a", "a b", "a$", "user", "all", "xmltable", "é",
        ] {
            assert!(!needs_no_quotes(quoted), "{quoted}");
        }
        assert!(KEYWORDS.is_sorted());
    }
}

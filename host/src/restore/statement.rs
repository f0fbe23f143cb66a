//! What a failed statement was, in words that hold no row data.
//!
//! The text of a statement can be a data row that an old psql ran as SQL, so only known keywords and names are let out.

/// The kind of a statement, for example `GRANT`, `CREATE UNIQUE INDEX` or `ALTER OWNER`.
pub fn verb(statement: &str) -> String {
    let words: Vec<String> = significant(statement)
        .split_whitespace()
        .take(6)
        .map(|w| w.trim_end_matches(';').to_ascii_uppercase())
        .collect();
    let start = |n: usize| words[..words.len().min(n)].join(" ");
    let first = words.first().map_or("", String::as_str);
    match first {
        "ALTER" if significant(statement).contains(" OWNER TO ") => "ALTER OWNER".into(),
        "ALTER" | "CREATE" => {
            let kinds = [
                "DEFAULT PRIVILEGES",
                "FOREIGN DATA WRAPPER",
                "EVENT TRIGGER",
                "MATERIALIZED VIEW",
                "UNIQUE INDEX",
                "USER MAPPING",
            ];
            let long = kinds.iter().find(|kind| {
                let joined = words[1..].join(" ");
                joined.starts_with(*kind)
            });
            long.map_or_else(|| start(2), |kind| format!("{first} {kind}"))
        }
        "REFRESH" => "REFRESH MATERIALIZED VIEW".into(),
        "SECURITY" => "SECURITY LABEL".into(),
        "GRANT" | "REVOKE" | "COPY" | "SET" | "COMMENT" | "SELECT" | "INSERT" | "DROP" => {
            first.to_owned()
        }
        "" => "(none)".into(),
        // The first word of anything else could be part of a data row that a psql ran as SQL.
        _ => "(other)".into(),
    }
}

/// The first name after the statement's keywords; no literal is ever returned.
pub fn object(statement: &str) -> String {
    if matches!(
        verb(statement).as_str(),
        "(other)" | "(none)" | "SELECT" | "INSERT"
    ) {
        return String::new();
    }
    let skipped = [
        "ALTER",
        "CREATE",
        "TABLE",
        "ONLY",
        "SCHEMA",
        "EXTENSION",
        "IF",
        "NOT",
        "EXISTS",
        "INDEX",
        "UNIQUE",
        "COPY",
        "VIEW",
        "MATERIALIZED",
        "REFRESH",
        "FUNCTION",
        "OR",
        "REPLACE",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "TRIGGER",
        "POLICY",
        "PUBLICATION",
        "SUBSCRIPTION",
        "SERVER",
        "FOREIGN",
        "DATA",
        "WRAPPER",
        "EVENT",
        "ON",
        "COMMENT",
        "GRANT",
        "REVOKE",
        "SET",
        "PROCEDURE",
        "AGGREGATE",
        "CONSTRAINT",
        "USER",
        "MAPPING",
        "FOR",
        "DEFAULT",
        "PRIVILEGES",
        "ROLE",
        "IN",
        "LABEL",
        "SECURITY",
        "COLLATION",
        "STATISTICS",
        "OPERATOR",
        "CLASS",
        "FAMILY",
        "CAST",
        "RULE",
        "LANGUAGE",
        "TRUSTED",
        "PROCEDURAL",
        "TEXT",
        "SEARCH",
        "DICTIONARY",
        "CONFIGURATION",
    ];
    significant(statement)
        .split_whitespace()
        .map(|word| word.split(['(', ';', ',']).next().unwrap_or(""))
        .find(|word| !skipped.iter().any(|k| word.eq_ignore_ascii_case(k)))
        .filter(|word| {
            word.chars()
                .all(|c| c.is_alphanumeric() || "_.\"$-".contains(c))
        })
        .unwrap_or("")
        .chars()
        .take(130)
        .collect()
}

/// A statement without the comments that psql sends along before it.
pub fn significant(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_names_are_read_past_comments() {
        let owner = "--\n-- Name: t\n--\n\nALTER TABLE public.t OWNER TO alice;";
        assert_eq!(
            (verb(owner).as_str(), object(owner).as_str()),
            ("ALTER OWNER", "public.t")
        );
        let index = "CREATE UNIQUE INDEX i ON public.t USING btree (a);";
        assert_eq!(
            (verb(index).as_str(), object(index).as_str()),
            ("CREATE UNIQUE INDEX", "i")
        );
    }

    #[test]
    fn what_is_no_statement_has_no_name() {
        assert_eq!(
            (verb("canary\t17").as_str(), object("canary\t17").as_str()),
            ("(other)", "")
        );
        assert_eq!(object("INSERT INTO t VALUES ('canary')"), "");
    }
}

//! What a single statement of a dump names.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::listing::Kind;

/// The target of `COPY … FROM stdin`.
#[derive(Debug, PartialEq, Eq)]
pub struct CopyTarget {
    pub schema: String,
    pub name: String,
    pub columns: Vec<String>,
}

/// A word of a statement: an identifier as the server folds it, or a punctuation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Not quoted: may be a keyword. In the case in which it was written.
    Bare(String),
    Quoted(String),
    Mark(char),
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn identifier(&self) -> Option<String> {
        match self {
            Token::Bare(word) => Some(word.to_lowercase()),
            Token::Quoted(word) => Some(word.clone()),
            Token::Mark(_) => None,
        }
    }
}

/// Splits off leading comments, then tokens. String literals and numbers become marks: nothing here reads them.
fn tokens(statement: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = statement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let mut word = String::new();
                while let Some(c) = chars.next() {
                    if c != '"' {
                        word.push(c);
                    } else if chars.peek() == Some(&'"') {
                        chars.next();
                        word.push('"');
                    } else {
                        break;
                    }
                }
                out.push(Token::Quoted(word));
            }
            '\'' => {
                while let Some(c) = chars.next() {
                    if c == '\'' && chars.next_if_eq(&'\'').is_none() {
                        break;
                    }
                }
                out.push(Token::Mark('\''));
            }
            '-' if chars.peek() == Some(&'-') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            c if c.is_whitespace() => {}
            c if c == '_' || c.is_alphanumeric() => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| *c == '_' || *c == '$' || c.is_alphanumeric())
                {
                    word.push(c);
                }
                out.push(Token::Bare(word));
            }
            c => out.push(Token::Mark(c)),
        }
    }
    out
}

/// Whether a statement starts with `keyword`, comments and white space before it aside.
pub fn starts_with(statement: &str, keyword: &str) -> bool {
    let mut rest = statement.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    rest.get(..keyword.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(keyword))
}

/// Reads `COPY schema.table (columns) FROM stdin;`.
pub fn copy_target(statement: &str) -> Option<CopyTarget> {
    if !starts_with(statement, "COPY ") {
        return None;
    }
    let tokens = tokens(statement);
    let mut rest = tokens.iter().skip(1).peekable();
    let (schema, name) = path(&mut rest)?;
    let mut columns = Vec::new();
    if rest.next_if(|t| **t == Token::Mark('(')).is_some() {
        for token in rest.by_ref() {
            match token {
                Token::Mark(')') => break,
                Token::Mark(',') => {}
                other => columns.push(other.identifier()?),
            }
        }
    }
    if !(rest.next()?.is("from") && rest.next()?.is("stdin")) {
        return None;
    }
    Some(CopyTarget {
        schema,
        name,
        columns,
    })
}

/// A relation that a statement makes.
#[derive(Debug, PartialEq, Eq)]
pub struct Declared {
    pub schema: String,
    pub name: String,
    pub kind: Kind,
    /// `None` where the statement does not list them. Without those that are inherited.
    pub columns: Option<Vec<String>>,
    /// Schema and name of each parent.
    pub parents: Vec<(String, String)>,
}

/// Reads `CREATE TABLE schema.table (…)`, and the same of views and foreign tables.
///
/// pg_dump writes constraints of a table behind CONSTRAINT; the other words that could begin one are reserved, so that
/// a column of such a name stands in quotes.
pub fn declared(statement: &str) -> Option<Declared> {
    if !starts_with(statement, "CREATE ") {
        return None;
    }
    let tokens = tokens(statement);
    let mut rest = tokens.iter().skip(1).peekable();
    if rest.next_if(|t| t.is("or")).is_some() {
        rest.next_if(|t| t.is("replace"))?;
    }
    let mut kind = None;
    let (mut materialized, mut foreign) = (false, false);
    while kind.is_none() {
        match rest.next()? {
            t if t.is("materialized") => materialized = true,
            t if t.is("foreign") => foreign = true,
            t if t.is("unlogged") || t.is("recursive") => {}
            t if t.is("table") && foreign => kind = Some(Kind::ForeignTable),
            t if t.is("table") => kind = Some(Kind::Table),
            t if t.is("view") && materialized => kind = Some(Kind::MaterializedView),
            t if t.is("view") => kind = Some(Kind::View),
            _ => return None,
        }
    }
    let kind = kind?;
    let (schema, name) = path(&mut rest)?;
    let listed = matches!(kind, Kind::Table | Kind::ForeignTable)
        && rest.next_if(|t| **t == Token::Mark('(')).is_some();
    let columns = listed.then(|| columns(&mut rest));
    let mut parents = Vec::new();
    if listed && rest.next_if(|t| t.is("inherits")).is_some() {
        while let Some(Token::Mark('(' | ',')) = rest.next() {
            parents.push(path(&mut rest)?);
        }
    }
    Some(Declared {
        schema,
        name,
        kind,
        columns,
        parents,
    })
}

/// The schema, empty where none is named, and the name.
fn path<'t>(tokens: &mut Peekable<impl Iterator<Item = &'t Token>>) -> Option<(String, String)> {
    let mut path = vec![tokens.next()?.identifier()?];
    while tokens.next_if(|t| **t == Token::Mark('.')).is_some() {
        path.push(tokens.next()?.identifier()?);
    }
    let name = path.pop()?;
    Some((path.pop().unwrap_or_default(), name))
}

/// The first word of each entry between parentheses, of which the opening one is behind us.
fn columns<'t>(tokens: &mut impl Iterator<Item = &'t Token>) -> Vec<String> {
    const NO_COLUMN: [&str; 6] = [
        "constraint",
        "check",
        "unique",
        "primary",
        "foreign",
        "like",
    ];
    let mut columns = Vec::new();
    let (mut depth, mut begins) = (0, true);
    for token in tokens {
        match token {
            Token::Mark(')') if depth == 0 => break,
            Token::Mark(')') => depth -= 1,
            Token::Mark('(') => depth += 1,
            Token::Mark(',') if depth == 0 => {
                begins = true;
                continue;
            }
            _ if begins && !NO_COLUMN.iter().any(|word| token.is(word)) => {
                columns.extend(token.identifier());
            }
            _ => {}
        }
        begins = false;
    }
    columns
}

/// Adds every role that an ownership, grant, policy or authorization names.
pub fn collect_roles(statement: &str, roles: &mut BTreeSet<String>) {
    let relevant = [
        "ALTER ",
        "GRANT ",
        "REVOKE ",
        "CREATE POLICY ",
        "CREATE SCHEMA ",
        "CREATE USER MAPPING ",
        "SET SESSION AUTHORIZATION ",
    ];
    if !relevant.iter().any(|start| starts_with(statement, start)) {
        return;
    }
    let tokens = tokens(statement);
    let is = |at: usize, keyword: &str| tokens.get(at).is_some_and(|t| t.is(keyword));
    let default_privileges = is(0, "alter") && is(1, "default");
    let grants = is(0, "grant") || is(0, "revoke") || default_privileges;
    for at in 0..tokens.len() {
        // What follows is an expression, where `TO` may belong to an interval's type.
        if is(0, "create") && is(1, "policy") && (is(at, "using") || is(at, "with")) {
            break;
        }
        if grants && at > 0 && (is(at, "to") || is(at, "from")) {
            take_list(&tokens[at + 1..], roles);
        } else if default_privileges && is(at, "for") && (is(at + 1, "role") || is(at + 1, "user"))
        {
            take_list(&tokens[at + 2..], roles);
        } else if is(0, "alter") && is(at, "owner") && is(at + 1, "to") {
            take_list(&tokens[at + 2..], roles);
        } else if is(0, "create") && is(1, "policy") && is(at, "to") && at > 3 {
            take_list(&tokens[at + 1..], roles);
            break;
        } else if is(at, "authorization") && (is(1, "schema") || is(1, "session")) {
            take_list(&tokens[at + 1..], roles);
        } else if is(0, "create") && is(1, "user") && is(at, "for") {
            take_list(&tokens[at + 1..], roles);
        }
    }
}

fn take_list(tokens: &[Token], roles: &mut BTreeSet<String>) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark(',') => continue,
            Token::Bare(word) | Token::Quoted(word) => {
                let starts = at == 0 || tokens[at - 1] == Token::Mark(',');
                let reserved = [
                    "public",
                    "current_user",
                    "session_user",
                    "current_role",
                    "default",
                    "group",
                ];
                let bare = matches!(token, Token::Bare(_));
                if !starts {
                    return;
                }
                if !(bare && reserved.iter().any(|r| word.eq_ignore_ascii_case(r))) {
                    roles.extend(token.identifier());
                }
            }
            Token::Mark(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_targets_are_read_with_their_quotes() {
        let target = copy_target(
            "--\n-- Data for Name: x\n--\n\nCOPY public.\"We\"\"ird, t\" (id, \"b (c\") FROM stdin;",
        );
        assert_eq!(
            target,
            Some(CopyTarget {
                schema: "public".into(),
                name: "We\"ird, t".into(),
                columns: vec!["id".into(), "b (c".into()],
            })
        );
        assert_eq!(copy_target("COPY public.t TO stdout;"), None);
        assert_eq!(
            copy_target("CREATE FUNCTION f() AS 'COPY t FROM stdin;';"),
            None
        );
    }

    #[test]
    fn roles_are_found_where_a_dump_names_them() {
        let mut roles = BTreeSet::new();
        for statement in [
            "ALTER TABLE public.t OWNER TO alice;",
            "GRANT SELECT,INSERT ON TABLE public.\"to\" TO bob WITH GRANT OPTION;",
            "REVOKE ALL ON TABLE public.t FROM \"Weird Role\";",
            "ALTER DEFAULT PRIVILEGES FOR ROLE carol IN SCHEMA public GRANT SELECT ON TABLES TO dave;",
            "CREATE POLICY p ON public.t FOR SELECT TO erin, frank USING ((a = 'to nobody'::text));",
            "CREATE POLICY q ON public.t USING ((b > '1 day'::interval day to second));",
            "CREATE SCHEMA s AUTHORIZATION grace;",
            "SET SESSION AUTHORIZATION 'x';",
            "GRANT ALL ON SCHEMA public TO PUBLIC;",
            "ALTER TABLE t ADD CONSTRAINT owner CHECK (a > 0);",
            "COMMENT ON TABLE t IS 'OWNER TO mallory';",
        ] {
            collect_roles(statement, &mut roles);
        }
        let found: Vec<_> = roles.iter().map(String::as_str).collect();
        assert_eq!(
            found,
            [
                "Weird Role",
                "alice",
                "bob",
                "carol",
                "dave",
                "erin",
                "frank",
                "grace"
            ]
        );
    }
}

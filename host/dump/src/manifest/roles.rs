//! The roles that a statement of a dump names.

use std::collections::BTreeSet;

use super::normalise::session_role;
use crate::script::statement::starts_with;
use crate::script::token::{Token, tokens};

/// Adds every role that an ownership, grant, policy, authorization or setting of its own in the database names.
pub fn collect_roles(statement: &str, roles: &mut BTreeSet<String>) {
    let relevant = [
        "ALTER ",
        "GRANT ",
        "REVOKE ",
        "CREATE POLICY ",
        "CREATE SCHEMA ",
        "CREATE USER MAPPING ",
    ];
    // pg_dump writes this name as a string (`_doSetSessionAuth` in pg_backup_archiver.c).
    roles.extend(session_role(statement));
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
            || is(0, "alter") && is(at, "owner") && is(at + 1, "to")
        {
            take_list(&tokens[at + 2..], roles);
        } else if is(0, "alter") && is(1, "role") && at == 1 && is(3, "in") {
            take_list(&tokens[2..3], roles);
        } else if is(0, "create") && is(1, "policy") && is(at, "to") && at > 3 {
            take_list(&tokens[at + 1..], roles);
            break;
        } else if is(at, "authorization") && is(1, "schema")
            || is(0, "create") && is(1, "user") && is(at, "for")
        {
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
                // The server takes `"public"` for PUBLIC too, and pg_dump writes it so (`RoleSpec` in gram.y).
                let keyword = matches!(token, Token::Bare(_)) || word == "public";
                if !starts {
                    return;
                }
                if !(keyword && reserved.iter().any(|r| word.eq_ignore_ascii_case(r))) {
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
    fn roles_are_found_where_a_dump_names_them() {
        let mut roles = BTreeSet::new();
        for statement in [
            "ALTER TABLE public.t OWNER TO alice;",
            "ALTER ROLE dora IN DATABASE shop SET search_path TO 'x';",
            "GRANT SELECT,INSERT ON TABLE public.\"to\" TO bob WITH GRANT OPTION;",
            "REVOKE ALL ON TABLE public.t FROM \"Weird Role\";",
            "ALTER DEFAULT PRIVILEGES FOR ROLE carol IN SCHEMA public GRANT SELECT ON TABLES TO dave;",
            "CREATE POLICY p ON public.t FOR SELECT TO erin, frank USING ((a = 'to nobody'::text));",
            "CREATE POLICY q ON public.t USING ((b > '1 day'::interval day to second));",
            "CREATE SCHEMA s AUTHORIZATION grace;",
            "SET SESSION AUTHORIZATION 'o''hara';",
            "SET SESSION AUTHORIZATION DEFAULT;",
            "GRANT ALL ON SCHEMA public TO PUBLIC;",
            "CREATE USER MAPPING FOR \"public\" SERVER far;",
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
                "dora",
                "erin",
                "frank",
                "grace",
                "o'hara"
            ]
        );
    }
}

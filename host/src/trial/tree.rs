//! Which columns a statement demands the right to read, out of the server's own parse tree.
//!
//! `debug_print_rewritten` (manual, 20.8) shows the tree of which the executor checks rights (`ExecCheckPermissions`). Each
//! entry with `requiredPerms` of ACL_SELECT and no other user to check as demands SELECT on `selectedCols` of `relid`: an entry of
//! the range table up to Postgres 15, an RTEPermissionInfo from 16 on.

use std::collections::{BTreeMap, BTreeSet};

/// ACL_SELECT (Postgres' parsenodes.h).
const SELECT: u64 = 1 << 1;
/// What is added to a column's number in a set of columns: -FirstLowInvalidHeapAttributeNumber (sysattr.h), since 12.
const OFFSET: i32 = 7;

/// The columns of each relation, by its OID: numbers from 1, 0 for the whole row, and less for a system column. A relation
/// without a column, as in `count(*)`, demands any one of it.
pub type Demanded = BTreeMap<u32, BTreeSet<i32>>;

#[derive(Default)]
struct Node {
    relid: u32,
    required: u64,
    check_as: u32,
    selected: BTreeSet<i32>,
}

/// Reads a tree, as `nodeToString` in Postgres' outfuncs.c writes it; `None` where it is written otherwise.
pub fn demanded(tree: &str) -> Option<Demanded> {
    let mut demanded = Demanded::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut tokens = Tokens(tree).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" => nodes.push(Node::default()),
            "}" => {
                let node = nodes.pop()?;
                if node.relid != 0 && node.required & SELECT != 0 && node.check_as == 0 {
                    demanded
                        .entry(node.relid)
                        .or_default()
                        .extend(node.selected);
                }
            }
            ":relid" | ":requiredPerms" | ":checkAsUser" => {
                let (value, node) = (tokens.next()?.parse().ok()?, nodes.last_mut()?);
                match token {
                    ":relid" => node.relid = u32::try_from(value).ok()?,
                    ":requiredPerms" => node.required = value,
                    _ => node.check_as = u32::try_from(value).ok()?,
                }
            }
            ":selectedCols" => {
                let node = nodes.last_mut()?;
                if (tokens.next()?, tokens.next()?) != ("(", "b") {
                    return None;
                }
                loop {
                    match tokens.next()? {
                        ")" => break,
                        bit => node.selected.insert(bit.parse::<i32>().ok()? - OFFSET),
                    };
                }
            }
            _ => {}
        }
    }
    nodes.is_empty().then_some(demanded)
}

/// The tokens of a tree (`pg_strtok` in Postgres' read.c).
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.0.trim_ascii_start();
        let bytes = rest.as_bytes();
        let mark = |byte: u8| matches!(byte, b'(' | b')' | b'{' | b'}');
        let first = *bytes.first()?;
        let mut end = 0;
        if mark(first) {
            end = 1;
        } else {
            while let Some(byte) = bytes.get(end) {
                match byte {
                    b'\\' => end = (end + 2).min(bytes.len()),
                    byte if byte.is_ascii_whitespace() || mark(*byte) => break,
                    _ => end += 1,
                }
            }
            // An escaped character may have several bytes.
            while !rest.is_char_boundary(end) {
                end += 1;
            }
        }
        let (token, rest) = rest.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(tree: &str) -> Vec<(u32, Vec<i32>)> {
        let demanded = demanded(tree).unwrap();
        let listed = demanded
            .into_iter()
            .map(|(of, columns)| (of, columns.into_iter().collect()));
        listed.collect()
    }

    #[test]
    fn a_tree_of_postgres_15_has_them_in_the_range_table() {
        let tree = r#"({QUERY :rtable ({RANGETBLENTRY :alias <> :rtekind 1 :subquery {QUERY :rtable (
            {RANGETBLENTRY :alias {ALIAS :aliasname old :colnames <>} :rtekind 0 :relid 16389 :relkind v :requiredPerms 2
             :checkAsUser 0 :selectedCols (b 8) :insertedCols (b)}
            {RANGETBLENTRY :rtekind 0 :relid 16384 :requiredPerms 2 :checkAsUser 10 :selectedCols (b 8 9)})}
            :requiredPerms 0 :checkAsUser 0 :selectedCols (b)}
            {RANGETBLENTRY :alias {ALIAS :aliasname x\ :requiredPerms\ 0\} :colnames <>} :relid 16390 :requiredPerms 2
             :checkAsUser 0 :selectedCols (b 6 7 9)})})"#;
        assert_eq!(columns(tree), [(16389, vec![1]), (16390, vec![-1, 0, 2])]);
    }

    #[test]
    fn a_tree_since_postgres_16_has_them_apart() {
        let tree = "({QUERY :rtable ({RANGETBLENTRY :rtekind 0 :relid 16384 :perminfoindex 1}) :rteperminfos (
            {RTEPERMISSIONINFO :relid 16384 :inh true :requiredPerms 2 :checkAsUser 0 :selectedCols (b) :insertedCols (b)})})";
        assert_eq!(columns(tree), [(16384, vec![])]);
    }

    #[test]
    fn what_is_no_tree_demands_nothing() {
        for other in [
            "({QUERY",
            "}",
            "({X :relid y})",
            ":relid 1",
            "({X :selectedCols 8})",
        ] {
            assert_eq!(demanded(other), None, "{other}");
        }
        assert_eq!(demanded("").unwrap(), Demanded::new());
    }
}

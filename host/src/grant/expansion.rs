//! A scope, held against the relations that are really there.

use serde::Serialize;

use super::scope::Scope;
use vhost_dump::manifest::{Kind, Listed};

/// What one scope comes to on a dump or a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expansion {
    /// Empty where nothing of that name is there.
    pub relations: Vec<Matched>,
    /// Columns that the scope names and that no relation has.
    pub missing_columns: Vec<String>,
}

/// One relation that a scope names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matched {
    pub schema: String,
    pub name: String,
    pub kind: Kind,
    /// Those that the scope opens; `None` where they are not known.
    pub columns: Option<Vec<String>>,
    /// How many columns the relation has, where that is known.
    pub of: Option<usize>,
}

/// The relations among `listed` that the scope names.
pub fn expand(scope: &Scope, listed: &[Listed]) -> Expansion {
    let named = |one: &&Listed| match scope {
        Scope::Schema { schema } => one.schema == *schema,
        Scope::Relation { schema, name } | Scope::Columns { schema, name, .. } => {
            one.schema == *schema && one.name == *name
        }
    };
    let mut expansion = Expansion {
        relations: Vec::new(),
        missing_columns: Vec::new(),
    };
    for one in listed.iter().filter(named) {
        let columns = match scope {
            Scope::Schema { .. } | Scope::Relation { .. } => one.columns.clone(),
            Scope::Columns { columns, .. } => {
                let known = one.columns.as_ref();
                let (there, missing): (Vec<String>, Vec<String>) = columns
                    .iter()
                    .cloned()
                    .partition(|column| known.is_none_or(|known| known.contains(column)));
                expansion.missing_columns.extend(missing);
                Some(there)
            }
        };
        expansion.relations.push(Matched {
            schema: one.schema.clone(),
            name: one.name.clone(),
            kind: one.kind,
            columns,
            of: one.columns.as_ref().map(Vec::len),
        });
    }
    expansion
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, kind: Kind, columns: Option<&[&str]>) -> Listed {
        let (schema, name) = name.split_once('.').unwrap();
        Listed {
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind,
            columns: columns.map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()),
        }
    }

    fn expanded(scope: &str) -> (Vec<String>, Vec<String>) {
        let there = [
            listed("app.orders", Kind::Table, Some(&["id", "mail"])),
            listed("app.shown", Kind::View, None),
            listed("apps.orders", Kind::Table, Some(&["id"])),
        ];
        let expansion = expand(&Scope::parse(scope).unwrap(), &there);
        let told = expansion.relations.iter().map(|one| {
            let columns = one.columns.as_ref().map_or("?".to_owned(), |c| c.join(" "));
            format!("{}.{} ({columns}) of {:?}", one.schema, one.name, one.of)
        });
        (told.collect(), expansion.missing_columns)
    }

    #[test]
    fn a_scope_names_what_is_there_and_nothing_beside_it() {
        for (scope, told) in [
            (
                "app.*",
                &["app.orders (id mail) of Some(2)", "app.shown (?) of None"][..],
            ),
            ("app.orders", &["app.orders (id mail) of Some(2)"]),
            ("app.orders(mail)", &["app.orders (mail) of Some(2)"]),
            ("app.shown(id)", &["app.shown (id) of None"]),
            ("app.gone", &[]),
            ("gone.*", &[]),
        ] {
            assert_eq!(expanded(scope).0, told, "{scope}");
            assert!(expanded(scope).1.is_empty(), "{scope}");
        }
        let (told, missing) = expanded("app.orders(id, gone)");
        assert_eq!(told, ["app.orders (id) of Some(2)"]);
        assert_eq!(missing, ["gone"]);
    }
}

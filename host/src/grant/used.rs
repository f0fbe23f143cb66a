//! What a check used of its grant in an earlier run, and so what it was granted and never used.

use std::collections::BTreeMap;

use serde::Serialize;

use super::scope::Scope;

/// A check's use in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    /// The run's identity, for example `20261123T181700Z-4f9a2c`.
    pub run: String,
    /// How often each interface was called, by its name without package and version.
    pub calls: BTreeMap<String, u64>,
    /// Schema and name of each relation that was read; `None` where the run could not tell.
    pub read: Option<Vec<(String, String)>>,
}

impl Used {
    /// How often the interface, as a grant writes it, was called.
    pub fn called(&self, interface: &str) -> u64 {
        let short = interface
            .strip_prefix("vhost:check/")
            .and_then(|rest| rest.split('@').next())
            .unwrap_or(interface);
        self.calls.get(short).copied().unwrap_or_default()
    }

    /// Whether nothing that the scope names was read; `None` where that is not known.
    ///
    /// Of columns nothing is recorded: a scope counts as used when its relation was read.
    pub fn never_read(&self, scope: &Scope) -> Option<bool> {
        let read = self.read.as_ref()?;
        let named = |(of, relation): &(String, String)| match scope {
            Scope::Schema { schema } => schema == of,
            Scope::Relation { schema, name } | Scope::Columns { schema, name, .. } => {
                schema == of && name == relation
            }
        };
        Some(!read.iter().any(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_used_is_told_from_what_is_not_known() {
        let mut used = Used {
            run: "20261123T181700Z-4f9a2c".to_owned(),
            calls: BTreeMap::from([("query".to_owned(), 3), ("log".to_owned(), 0)]),
            read: Some(vec![("app".to_owned(), "orders".to_owned())]),
        };
        assert_eq!(used.called("vhost:check/query@0.1.0"), 3);
        assert_eq!(used.called("vhost:check/log@0.1.0"), 0);
        assert_eq!(used.called("vhost:check/settings@0.1.0"), 0);
        let never = |used: &Used, scope: &str| used.never_read(&Scope::parse(scope).unwrap());
        for (scope, unused) in [
            ("app.*", false),
            ("app.orders", false),
            ("app.orders(id)", false),
            ("app.units", true),
            ("apps.*", true),
            ("apps.orders", true),
        ] {
            assert_eq!(never(&used, scope), Some(unused), "{scope}");
        }
        used.read = None;
        assert_eq!(never(&used, "app.*"), None);
    }
}

//! What a dump of one database cannot hold: the source's catalogue against the restored one.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;

use super::FidelityError;
use super::probe::{Probe, Rule, Weight};
use super::session::{self, text};
use vhost_dump::manifest::Catalogue;
use vhost_dump::manifest::catalogue::questions;

const PURPOSE: &str = "what a dump cannot hold";

/// The restored database's answers.
pub async fn answer(client: &Client) -> Result<Catalogue, FidelityError> {
    let version = "SELECT pg_catalog.current_setting('server_version_num')";
    let version = session::one(client, PURPOSE, version).await?;
    let version = version
        .parse()
        .map_err(|_| FidelityError::Shape { purpose: PURPOSE })?;
    let mut catalogue = Catalogue::default();
    for row in session::rows(client, PURPOSE, &questions(version)).await? {
        let at = |i| text(&row, i, PURPOSE);
        if let Some(count) = catalogue.take(at(0)?, at(1)?, at(2)?) {
            let rows = session::one(client, PURPOSE, &count).await?;
            catalogue.count(at(1)?, rows.parse().ok());
        }
    }
    Ok(catalogue)
}

/// What the restored database's own answers tell.
pub fn of_the_restored(here: &Catalogue) -> Vec<Probe> {
    let stale = here.stale_collations.iter().map(|collation| Probe {
        rule: Rule::CollationVersion,
        weight: Weight::Fails,
        subject: collation.clone(),
        said: format!(
            "recorded as version {}, and the sandbox's library has another: indexes on text may be in the wrong order",
            here.collations.get(collation).map_or("", String::as_str)
        ),
    });
    let said = "made by the restore in a schema of the system, which no dump holds";
    let strange = here.in_system_schemas.iter();
    let strange = strange.map(|one| fails(Rule::SystemSchema, one, said));
    stale.chain(strange).collect()
}

fn fails(rule: Rule, subject: &str, said: &str) -> Probe {
    Probe {
        rule,
        weight: Weight::Fails,
        subject: subject.to_owned(),
        said: said.to_owned(),
    }
}

/// What the source has and the restored database has not.
pub fn held_against(source: &Catalogue, here: &Catalogue) -> Vec<Probe> {
    let mut probes = extensions(source, here);
    let said = "invalid at the source, so pg_dump leaves it out: REINDEX INDEX CONCURRENTLY or DROP it there";
    let invalid = source.invalid_indexes.iter();
    probes.extend(invalid.map(|one| fails(Rule::InvalidIndexAtSource, one, said)));
    let gone = source.in_system_schemas.difference(&here.in_system_schemas);
    let said = "at the source in a schema of the system, which no dump holds: move it to a schema of its own";
    probes.extend(gone.map(|one| fails(Rule::SystemSchema, one, said)));
    let gone = source.subscriptions.difference(&here.subscriptions);
    let said = "a subscription of the source, and not in the restored database: pg_dump leaves them out for a role that is no superuser";
    probes.extend(gone.map(|one| fails(Rule::Subscription, one, said)));
    let said = "its options may not be seen by the source's role, and are not in the dump: if it has any, a superuser's dump alone holds them";
    probes.extend(source.hidden_mappings.iter().map(|one| Probe {
        weight: Weight::CouldNotLook,
        ..fails(Rule::UserMapping, one, said)
    }));
    // The restored database's own are told by themselves.
    let off = source
        .unenforced_constraints
        .difference(&here.unenforced_constraints);
    let said = "not enforced at the source, where its triggers are off, and enforced in the restored database: no dump says so; ALTER TABLE … ENABLE TRIGGER ALL there";
    probes.extend(off.map(|one| fails(Rule::ConstraintTriggerAtSource, one, said)));
    for (role, setting) in lost(&source.database_settings, &here.database_settings) {
        probes.push(Probe {
            rule: Rule::DatabaseSetting,
            weight: Weight::Fails,
            subject: setting,
            said: match role {
                "" => "set for the database at the source, and not in the restored one".to_owned(),
                role => format!(
                    "set for role {role} in the database at the source, and not in the restored one"
                ),
            },
        });
    }
    for (role, settings) in &source.role_settings {
        probes.push(Probe {
            rule: Rule::RoleSetting,
            weight: Weight::Remark,
            subject: role.clone(),
            said: format!(
                "has {} of its own at the source ({}), which no dump of one database holds: pg_dumpall --roles-only does",
                counted(settings.len(), "setting"),
                names(settings)
            ),
        });
    }
    // Another major version may write the same expression in other words; the definitions tell then.
    if major(&source.server_version) == major(&here.server_version) {
        let differ = source
            .generated
            .iter()
            .filter(|(column, expression)| here.generated.get(*column) != Some(*expression));
        for (column, _) in differ {
            probes.push(Probe {
                rule: Rule::GeneratedColumn,
                weight: Weight::Fails,
                subject: column.clone(),
                said: "generated at the source, and in the restored database otherwise or not"
                    .to_owned(),
            });
        }
    }
    if !source.generated.is_empty() {
        probes.push(Probe {
            rule: Rule::GeneratedColumn,
            weight: Weight::Remark,
            subject: String::new(),
            said: format!(
                "{} computed anew by the restore: no dump holds their values",
                counted(source.generated.len(), "stored generated column")
            ),
        });
    }
    probes.extend(collations(source, here));
    probes
}

fn extensions(source: &Catalogue, here: &Catalogue) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (name, version) in &source.extensions {
        let found = here.extensions.get(name);
        if found != Some(version) {
            probes.push(Probe {
                rule: Rule::ExtensionVersion,
                weight: Weight::Fails,
                subject: name.clone(),
                said: match found {
                    Some(found) => format!(
                        "version {version} at the source and {found} in the restored database: a dump does not say which; use a sandbox that has the source's"
                    ),
                    None => format!("version {version} at the source, and not in the restored database"),
                },
            });
        }
    }
    for (table, rows) in &source.member_tables {
        let found = here.member_tables.get(table).copied().flatten();
        let (weight, said) = match (rows, found) {
            (Some(rows), Some(found)) if *rows == found => continue,
            (Some(0), None) => continue,
            (Some(rows), found) => (
                Weight::Fails,
                format!(
                    "an extension's table with {} at the source and {} in the restored database: pg_dump leaves them out unless the extension marks the table with pg_extension_config_dump()",
                    counted(usize::try_from(*rows).unwrap_or(usize::MAX), "row"),
                    found.unwrap_or(0)
                ),
            ),
            (None, _) => (
                Weight::Remark,
                "an extension's table that the source's role may not read: whether its rows are in the backup is not known".to_owned(),
            ),
        };
        probes.push(Probe {
            rule: Rule::ExtensionRows,
            weight,
            subject: table.clone(),
            said,
        });
    }
    probes
}

fn collations(source: &Catalogue, here: &Catalogue) -> Vec<Probe> {
    let mut probes = Vec::new();
    let remark = |subject: &str, said: String| Probe {
        rule: Rule::CollationVersion,
        weight: Weight::Remark,
        subject: subject.to_owned(),
        said,
    };
    for collation in &source.stale_collations {
        let said = "recorded at the source with another version than its library has: rebuild what is sorted by it there, then ALTER … REFRESH VERSION";
        probes.push(remark(collation, said.to_owned()));
    }
    for (collation, version) in &source.collations {
        if let Some(found) = here.collations.get(collation)
            && found != version
        {
            let said = format!(
                "version {version} at the source and {found} in the sandbox: text may sort differently"
            );
            probes.push(remark(collation, said));
        }
    }
    probes
}

/// Settings of the first that the second has not, as role and name.
fn lost<'s>(
    source: &'s BTreeMap<String, BTreeSet<String>>,
    here: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<(&'s str, String)> {
    let mut lost = Vec::new();
    for (role, settings) in source {
        for setting in settings {
            if !here.get(role).is_some_and(|found| found.contains(setting)) {
                let name = setting.split('=').next().unwrap_or_default();
                lost.push((role.as_str(), name.to_owned()));
            }
        }
    }
    lost
}

fn names(settings: &BTreeSet<String>) -> String {
    let names = settings
        .iter()
        .map(|one| one.split('=').next().unwrap_or_default());
    names.collect::<Vec<_>>().join(", ")
}

fn major(version: &str) -> &str {
    version.split(['.', ' ']).next().unwrap_or(version)
}

fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(answers: &[(&str, &str, &str)]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (about, name, value) in answers {
            catalogue.take(about, name, value);
        }
        catalogue
    }

    fn said(source: &Catalogue, here: &Catalogue) -> Vec<(Rule, Weight, String)> {
        let probes = held_against(source, here).into_iter();
        probes
            .map(|one| (one.rule, one.weight, one.subject))
            .collect()
    }

    #[test]
    fn equal_catalogues_say_nothing_wrong() {
        let answers = [
            ("server-version", "", "15.18"),
            ("extension", "hstore", "1.8"),
            ("database-setting", "", "work_mem=8MB"),
            ("collation", "(database)", "2.36"),
        ];
        let mut source = catalogue(&answers);
        source.count("x.y", Some(3));
        assert!(said(&source, &source.clone()).is_empty());
    }

    #[test]
    fn what_a_dump_cannot_hold_is_told() {
        let mut source = catalogue(&[
            ("extension", "hstore", "1.8"),
            ("extension", "gone", "1"),
            ("database-setting", "", "work_mem=8MB"),
            ("database-setting", "app", "work_mem=9MB"),
            ("role-setting", "app", "search_path=a"),
            ("invalid-index", "a.i", ""),
            ("unenforced-constraint", "a.t t_fkey", ""),
            ("unenforced-constraint", "a.u u_fkey", ""),
            ("generated", "a.t.c", "x + 1"),
        ]);
        source.count("x.y", Some(3));
        source.count("x.unread", None);
        source.count("x.none", Some(0));
        let mut here = catalogue(&[
            ("extension", "hstore", "1.7"),
            ("database-setting", "app", "work_mem=9MB"),
            ("generated", "a.t.c", "x + 2"),
            ("unenforced-constraint", "a.u u_fkey", ""),
        ]);
        here.count("x.y", Some(2));
        let expected = [
            (Rule::ExtensionVersion, Weight::Fails, "gone"),
            (Rule::ExtensionVersion, Weight::Fails, "hstore"),
            (Rule::ExtensionRows, Weight::Remark, "x.unread"),
            (Rule::ExtensionRows, Weight::Fails, "x.y"),
            (Rule::InvalidIndexAtSource, Weight::Fails, "a.i"),
            (Rule::ConstraintTriggerAtSource, Weight::Fails, "a.t t_fkey"),
            (Rule::DatabaseSetting, Weight::Fails, "work_mem"),
            (Rule::RoleSetting, Weight::Remark, "app"),
            (Rule::GeneratedColumn, Weight::Fails, "a.t.c"),
            (Rule::GeneratedColumn, Weight::Remark, ""),
        ];
        let expected = expected.map(|(rule, weight, subject)| (rule, weight, subject.to_owned()));
        assert_eq!(said(&source, &here), expected);
    }

    #[test]
    fn a_stale_collation_fails_here_and_is_remarked_at_the_source() {
        let stale = catalogue(&[
            ("collation", "(database)", "2.31"),
            ("stale-collation", "(database)", ""),
        ]);
        let fine = catalogue(&[("collation", "(database)", "2.36")]);
        assert_eq!(of_the_restored(&stale)[0].weight, Weight::Fails);
        assert!(of_the_restored(&fine).is_empty());
        let remarks = said(&stale, &fine);
        assert!(
            remarks
                .iter()
                .all(|(_, weight, _)| *weight == Weight::Remark)
        );
        assert_eq!(remarks.len(), 2);
    }
}

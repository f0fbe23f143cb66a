//! The database has the extensions and settings that it needs.
//!
//! ```toml
//! [checks.database-setup]
//! extensions = { pgcrypto = ">= 1.3", citext = "1.6", hstore = "any", dblink = "absent" }
//! other_extensions = "refused"
//!
//! [[checks.database-setup.settings]]
//! name = "search_path"
//! value = "app, public"
//! role = "shop_app"
//!
//! [[checks.database-setup.settings]]
//! name = "app.tenant"
//! ```
//!
//! **When to use it.** Where an application only works with an extension of a certain version, or relies on what
//! `ALTER DATABASE … SET` gives each session: a search path, a time zone, a timeout. Neither is a row, and both are
//! lost without an error when a backup is restored by hand or an image of another release is taken. It also tells when
//! an extension that nobody allowed has come into production.
//!
//! An extension's version is `any`, one version, `>=` and a version (compared number by number, so that 1.10 is above
//! 1.9), or `absent`. `other_extensions = "refused"` fails for each extension that is not named and is not plpgsql
//! (`other-extension`); the default is `allowed`. A setting is one of this database for all sessions, or for those of `role`; its
//! `value` is compared as text, as `ALTER DATABASE` was given it, and without `value` it only has to be set. The value of a
//! name with a dot is never told to checks, so that one can only be asked for like this. `server_encoding`, `lc_collate` and `lc_ctype` can be
//! asked for as settings too. Extensions and settings have no relations: the finding's subject is the name.

mod version;

use std::collections::BTreeMap;

use version::Wanted;
use vhost_check::evidence::{self, DatabaseSetting, Extension};
use vhost_check::{Check, CouldNotLook, Findings};

/// In every database that initdb makes.
const BUILT_IN: &str = "plpgsql";

#[derive(serde::Deserialize)]
struct DatabaseSetup {
    #[serde(default)]
    extensions: BTreeMap<String, Wanted>,
    #[serde(default)]
    other_extensions: Others,
    #[serde(default)]
    settings: Vec<Setting>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Others {
    #[default]
    Allowed,
    Refused,
}

#[derive(serde::Deserialize)]
struct Setting {
    name: String,
    value: Option<String>,
    #[serde(default)]
    role: String,
}

impl Check for DatabaseSetup {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let hidden = |setting: &&Setting| setting.name.contains('.') && setting.value.is_some();
        if let Some(setting) = self.settings.iter().find(hidden) {
            return Err(CouldNotLook::because(format!(
                "settings: the value of {} is not told to checks; remove `value`, so that it only has to be set",
                setting.name
            )));
        }
        self.extensions(&evidence::extensions(), findings);
        let found = evidence::database_settings();
        for setting in &self.settings {
            setting.hold(&found, findings);
        }
        Ok(())
    }
}

impl DatabaseSetup {
    fn extensions(&self, found: &[Extension], findings: &mut Findings) {
        for (name, wanted) in &self.extensions {
            let there = found.iter().find(|extension| extension.name == *name);
            match (wanted, there) {
                (Wanted::Absent, there) => {
                    findings.expect("extension-absent", name.as_str(), there.is_none());
                }
                (_, None) => findings.expect("extension-installed", name.as_str(), false),
                (Wanted::Any, Some(_)) => {
                    findings.expect("extension-installed", name.as_str(), true);
                }
                (Wanted::Version { .. }, Some(there)) => match wanted.admits(&there.version) {
                    Some(admits) => findings.expect("extension-version", name.as_str(), admits),
                    // Such as `3.5.0dev`, of which nobody can say whether 3.5 came before or after it.
                    None => findings.could_not_look("extension-version", name.as_str()),
                },
            }
        }
        if self.other_extensions == Others::Refused {
            let named = |name: &str| name == BUILT_IN || self.extensions.contains_key(name);
            let others: Vec<&Extension> = found
                .iter()
                .filter(|extension| !named(&extension.name))
                .collect();
            for other in &others {
                findings.expect("other-extension", other.name.as_str(), false);
            }
            findings.expect_eq_overall("other-extensions", 0, others.len() as i64);
        }
    }
}

impl Setting {
    fn hold(&self, found: &[DatabaseSetting], findings: &mut Findings) {
        // Names of settings have no case (the manual, 20.1.1).
        let is_it = |one: &&DatabaseSetting| {
            one.role == self.role && one.name.eq_ignore_ascii_case(&self.name)
        };
        let there = found.iter().find(is_it);
        match (&self.value, there) {
            (Some(value), Some(there)) => {
                let held = there.value.as_ref() == Some(value);
                findings.expect("setting-value", self.name.as_str(), held);
            }
            (_, there) => findings.expect("setting-present", self.name.as_str(), there.is_some()),
        }
    }
}

vhost_check::export!(DatabaseSetup);

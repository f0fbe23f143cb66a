//! A manifest's text, read key by key.

use std::fmt;
use std::path::Path;

use semver::Version;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{Asked, AskedRead, CONFIGURED, GRANTABLE, LONGEST_SUMMARY, MANIFEST, long, short};
use crate::grant::level::ReportLevel;
use crate::grant::scope::Scope;
use crate::grant::settings::SettingsSchema;
use crate::grant::withholding::artefact;
use crate::plan::limits::{Limits, LimitsText};
use crate::plan::line::{escaped, words};
use crate::plan::name::{LABEL, is_label};
use crate::plan::place::{Wrong, unread};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestText {
    manifest: Spanned<i64>,
    name: Spanned<String>,
    version: Spanned<String>,
    summary: Spanned<String>,
    interfaces: Vec<Spanned<String>>,
    #[serde(default)]
    report: ReportLevel,
    read: ReadText,
    #[serde(default)]
    artefacts: Vec<Spanned<String>>,
    /// In a check.toml: the file of the schema, beside it.
    settings: Option<Spanned<String>>,
    /// In a component: the schema itself.
    settings_schema: Option<Spanned<String>>,
    #[serde(default)]
    limits: LimitsText,
}

/// What a text says.
pub(super) struct Read {
    pub asked: Asked,
    /// The name of the file that holds the schema of the settings.
    pub settings: Option<String>,
}

enum ReadText {
    Configured,
    Scopes(Vec<Spanned<String>>),
}

/// Written out, because an untagged enum would lose where each scope stands.
impl<'de> Deserialize<'de> for ReadText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl<'de> Visitor<'de> for Written {
            type Value = ReadText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "a list of scopes such as \"app.orders\", or \"{CONFIGURED}\""
                )
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ReadText, E> {
                match text {
                    CONFIGURED => Ok(ReadText::Configured),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ReadText, A::Error> {
                let mut scopes = Vec::new();
                while let Some(scope) = seq.next_element()? {
                    scopes.push(scope);
                }
                Ok(ReadText::Scopes(scopes))
            }
        }

        deserializer.deserialize_any(Written)
    }
}

pub(super) fn read(text: &str) -> Result<Read, Wrong> {
    let text: ManifestText = toml::from_str(text).map_err(|error| unread(&error))?;
    if *text.manifest.get_ref() != MANIFEST {
        let what = format!(
            "this vhost reads version {MANIFEST} of a check's manifest: write `manifest = {MANIFEST}`"
        );
        return Err((text.manifest.span(), what));
    }
    if !is_label(text.name.get_ref()) {
        let what = format!(
            "`{}` is no check's name: write {LABEL}",
            escaped(text.name.get_ref())
        );
        return Err((text.name.span(), what));
    }
    let version = Version::parse(text.version.get_ref()).map_err(|_| {
        let what = format!(
            "`{}` is no version: write one of three numbers, for example \"0.1.0\"",
            escaped(text.version.get_ref())
        );
        (text.version.span(), what)
    })?;
    summary(&text.summary)?;
    let settings = text.settings.map(file).transpose()?;
    let schema = text.settings_schema.map(schema).transpose()?;
    let asked = Asked {
        name: text.name.into_inner(),
        version,
        summary: text.summary.into_inner(),
        interfaces: interfaces(text.interfaces)?,
        report: text.report,
        read: match text.read {
            ReadText::Configured => AskedRead::Configured,
            ReadText::Scopes(scopes) => AskedRead::Scopes(self::scopes(scopes)?),
        },
        artefacts: artefacts(text.artefacts)?,
        settings: schema,
        limits: text.limits.read(&Limits::default())?,
    };
    Ok(Read { asked, settings })
}

/// The name of a file beside the check.toml: a path could lead anywhere.
fn file(text: Spanned<String>) -> Result<String, Wrong> {
    match Path::new(text.get_ref()).file_name() {
        Some(name) if name == text.get_ref().as_str() => Ok(text.into_inner()),
        _ => {
            let what = format!(
                "`{}` is no file beside this one: write its name alone, for example \"settings.schema.json\"",
                escaped(text.get_ref())
            );
            Err((text.span(), what))
        }
    }
}

fn schema(text: Spanned<String>) -> Result<SettingsSchema, Wrong> {
    SettingsSchema::canonical(text.get_ref()).map_err(|why| {
        let what = format!(
            "the schema of its settings: {why}; in a check.toml, name its file as `settings`"
        );
        (text.span(), what)
    })
}

fn summary(text: &Spanned<String>) -> Result<(), Wrong> {
    let summary = text.get_ref();
    let wrong = |what: String| Err((text.span(), what));
    if summary.trim().is_empty() {
        return wrong("the summary is empty: say in one line what the check holds".to_owned());
    }
    if let Err(what) = words(summary) {
        return wrong(format!("the summary is not one line of words: {what}"));
    }
    match summary.chars().count() {
        0..=LONGEST_SUMMARY => Ok(()),
        count => wrong(format!(
            "the summary has {count} characters: write at most {LONGEST_SUMMARY}"
        )),
    }
}

fn interfaces(texts: Vec<Spanned<String>>) -> Result<Vec<String>, Wrong> {
    let mut named = Vec::with_capacity(texts.len());
    for text in texts {
        let interface = long(text.get_ref()).ok_or_else(|| {
            let known = GRANTABLE.map(short).join(", ");
            let what = format!(
                "`{}` is no interface of vhost:check@0.1.0: write one of {known}",
                escaped(text.get_ref())
            );
            (text.span(), what)
        })?;
        if named.contains(&interface) {
            return Err(twice(&text));
        }
        named.push(interface);
    }
    let in_order = GRANTABLE
        .into_iter()
        .filter(|interface| named.contains(interface));
    Ok(in_order.map(str::to_owned).collect())
}

/// Reads a list of scopes, as a manifest and a grant hold one.
pub(in crate::grant) fn scopes(texts: Vec<Spanned<String>>) -> Result<Vec<Scope>, Wrong> {
    let mut scopes = Vec::with_capacity(texts.len());
    for text in texts {
        let scope = Scope::parse(text.get_ref()).map_err(|what| {
            (
                text.span(),
                format!("`{}`: {what}", escaped(text.get_ref())),
            )
        })?;
        if scopes.contains(&scope) {
            return Err(twice(&text));
        }
        scopes.push(scope);
    }
    Ok(scopes)
}

/// Reads a list of artefacts' names, as a manifest and a grant hold one.
pub(in crate::grant) fn artefacts(texts: Vec<Spanned<String>>) -> Result<Vec<String>, Wrong> {
    let mut names = Vec::with_capacity(texts.len());
    for text in texts {
        artefact(text.get_ref()).map_err(|what| {
            (
                text.span(),
                format!("`{}`: {what}", escaped(text.get_ref())),
            )
        })?;
        if names.contains(text.get_ref()) {
            return Err(twice(&text));
        }
        names.push(text.into_inner());
    }
    Ok(names)
}

/// What to say of an entry that its list already holds.
pub(in crate::grant) fn twice(text: &Spanned<String>) -> Wrong {
    let what = format!("`{}` is listed twice: remove one", text.get_ref());
    (text.span(), what)
}

//! The grants file, `vhost.grants.toml`: what an operator allows, pinned to the component that was reviewed.
//!
//! ```toml
//! version = 1
//!
//! # row-matrix 0.1.0: Holds row counts against the plan's
//! [[grant]]
//! check = "row-matrix"
//! version = "0.1.0"                                             # the check's, as approved; optional
//! component = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
//! imports = ["vhost:check/query@0.1.0", "vhost:check/log@0.1.0"]  # inert WASI needs no grant
//! report = "counts"                                             # or "values"; "counts" if absent
//! read = ["app.orders", "public.units(id, status)"]             # relation, relation(columns), schema.*
//! artefacts = ["exports"]                                       # names that the plan gives directories
//! withheld = ["audit.*", "memory"]                              # asked for and refused on purpose
//! approved_by = "alice"                                         # optional, as is the next
//! approved_at = "2026-11-23T21:30:00Z"
//!
//! [grant.limits]                                                # all optional, see `Limits`
//! memory = "64MiB"
//! time = "30s"
//! ```
//!
//! What a check asks for is granted or withheld, each part of it: [`super::difference`] holds that.

use std::io;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use toml::Spanned;

use super::asked::{artefacts, scopes, twice};
use super::level::ReportLevel;
use super::regular;
use super::scope::Scope;
use super::withholding::Withholding;
use crate::plan::limits::{Limits, LimitsText};
use crate::plan::line::{escaped, words};
use crate::plan::name::{LABEL, is_label};
use crate::plan::place::{self, Wrong, unread};
use vhost_dump::digest::Sha256;

/// The interfaces that a grant can name.
pub const GRANTABLE: [&str; 4] = [
    "vhost:check/query@0.1.0",
    "vhost:check/evidence@0.1.0",
    "vhost:check/settings@0.1.0",
    "vhost:check/log@0.1.0",
];

/// The version of the format that this reads.
const VERSION: i64 = 1;

/// Everything that one file grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    pub grants: Vec<Grant>,
}

/// What one check was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub check: String,
    /// The check's own version, as it was approved.
    pub version: Option<Version>,
    pub component: Sha256,
    pub imports: Vec<String>,
    pub report: ReportLevel,
    pub read: Vec<Scope>,
    /// Names of directories; the plan says where they are.
    pub artefacts: Vec<String>,
    /// What was asked for and is refused on purpose.
    pub withheld: Vec<Withholding>,
    /// Who approved it, in that person's own words.
    pub approved_by: Option<String>,
    pub approved_at: Option<OffsetDateTime>,
    pub limits: Limits,
}

/// Why a grants file says nothing.
#[derive(Debug, thiserror::Error)]
pub enum GrantsError {
    #[error("{}: there is no grants file here: write one, or give its path", path.display())]
    Missing { path: PathBuf },
    #[error("{}: the grants file cannot be read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}: the grants file is a link that leads nowhere: mend the link, or remove it", path.display())]
    Dangling { path: PathBuf },
    #[error("{}: the grants file is empty: it starts with `version = {VERSION}`", path.display())]
    Empty { path: PathBuf },
    #[error("{}:{line}: {what}", path.display())]
    Line {
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong and what to do about it.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    version: Spanned<i64>,
    #[serde(default)]
    grant: Vec<GrantText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantText {
    check: Spanned<String>,
    version: Option<Spanned<String>>,
    component: Spanned<String>,
    imports: Vec<Spanned<String>>,
    #[serde(default)]
    report: ReportLevel,
    #[serde(default)]
    read: Vec<Spanned<String>>,
    #[serde(default)]
    artefacts: Vec<Spanned<String>>,
    #[serde(default)]
    withheld: Vec<Spanned<String>>,
    approved_by: Option<Spanned<String>>,
    approved_at: Option<Spanned<String>>,
    #[serde(default)]
    limits: LimitsText,
}

impl Grants {
    pub fn read(path: &Path) -> Result<Self, GrantsError> {
        match text(path)? {
            Some(text) => Self::parse(path, &text),
            None => Err(GrantsError::Missing {
                path: path.to_owned(),
            }),
        }
    }

    /// Reads a file's text; `path` only appears in errors.
    pub fn parse(path: &Path, text: &str) -> Result<Self, GrantsError> {
        if text.trim().is_empty() {
            return Err(GrantsError::Empty {
                path: path.to_owned(),
            });
        }
        let file = toml::from_str::<FileText>(text).map_err(|error| unread(&error));
        file.and_then(check)
            .map_err(|(span, what)| GrantsError::Line {
                path: path.to_owned(),
                line: place::line(text, &span),
                // Whatever of the file stands in it.
                what: escaped(&what),
            })
    }

    pub fn get(&self, check: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.check == check)
    }
}

/// The text of a grants file; `None` where there is no file.
pub(super) fn text(path: &Path) -> Result<Option<String>, GrantsError> {
    let path_buf = || path.to_owned();
    match regular::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match path.is_symlink() {
            // Written, it would no longer be a link, and what it was to lead to would not be there either.
            true => Err(GrantsError::Dangling { path: path_buf() }),
            false => Ok(None),
        },
        Err(source) => {
            let path = path_buf();
            Err(GrantsError::Read { path, source })
        }
    }
}

fn check(file: FileText) -> Result<Grants, Wrong> {
    if *file.version.get_ref() != VERSION {
        let what = format!(
            "this vhost reads version {VERSION} of the format: write `version = {VERSION}`"
        );
        return Err((file.version.span(), what));
    }
    let mut grants: Vec<Grant> = Vec::with_capacity(file.grant.len());
    for text in file.grant {
        let span = text.check.span();
        let grant = grant(text)?;
        if grants.iter().any(|other| other.check == grant.check) {
            let what = format!(
                "check `{}` is granted twice: keep one of the two",
                grant.check
            );
            return Err((span, what));
        }
        grants.push(grant);
    }
    Ok(Grants { grants })
}

fn grant(text: GrantText) -> Result<Grant, Wrong> {
    let component = text.component.get_ref();
    let digest = component
        .strip_prefix("sha256:")
        .and_then(|hex| hex.parse().ok());
    let digest = digest.ok_or_else(|| {
        let what =
            format!("`{component}` pins no component: write `sha256:` and 64 hexadecimal digits");
        (text.component.span(), what)
    })?;

    let mut imports: Vec<String> = Vec::new();
    for import in text.imports {
        let name = import.get_ref();
        if !GRANTABLE.contains(&name.as_str()) {
            let what = format!(
                "`{name}` cannot be granted: write one of {}",
                GRANTABLE.join(", ")
            );
            return Err((import.span(), what));
        }
        if imports.contains(name) {
            return Err(twice(&import));
        }
        imports.push(import.into_inner());
    }

    let mut withheld = Vec::with_capacity(text.withheld.len());
    for entry in text.withheld {
        let parsed = Withholding::parse(entry.get_ref())
            .map_err(|what| (entry.span(), format!("`{}`: {what}", entry.get_ref())))?;
        if withheld.contains(&parsed) {
            return Err(twice(&entry));
        }
        withheld.push(parsed);
    }

    Ok(Grant {
        check: name(text.check)?,
        version: text.version.map(version).transpose()?,
        component: digest,
        imports,
        report: text.report,
        read: scopes(text.read)?,
        artefacts: artefacts(text.artefacts)?,
        withheld,
        approved_by: text.approved_by.map(person).transpose()?,
        approved_at: text.approved_at.map(moment).transpose()?,
        limits: text.limits.read(&Limits::default())?,
    })
}

fn version(text: Spanned<String>) -> Result<Version, Wrong> {
    Version::parse(text.get_ref()).map_err(|_| {
        let what = format!(
            "`{}` is no version: write the one of the check's manifest, for example \"0.1.0\"",
            text.get_ref()
        );
        (text.span(), what)
    })
}

fn person(text: Spanned<String>) -> Result<String, Wrong> {
    let name = text.get_ref();
    if let Err(what) = words(name) {
        let what = format!("write in one line who approved it, or remove the key: {what}");
        return Err((text.span(), what));
    }
    Ok(text.into_inner())
}

fn moment(text: Spanned<String>) -> Result<OffsetDateTime, Wrong> {
    OffsetDateTime::parse(text.get_ref(), &Rfc3339).map_err(|_| {
        let what = format!(
            "`{}` is no moment: write it like \"2026-11-23T21:30:00Z\" (RFC 3339)",
            text.get_ref()
        );
        (text.span(), what)
    })
}

fn name(text: Spanned<String>) -> Result<String, Wrong> {
    if !is_label(text.get_ref()) {
        let what = format!("`{}` is no check's name: write {LABEL}", text.get_ref());
        return Err((text.span(), what));
    }
    Ok(text.into_inner())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DIGEST: &str = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";

    fn parse(text: &str) -> Result<Grants, String> {
        let text = text.replace("DIGEST", DIGEST);
        Grants::parse(Path::new("vhost.grants.toml"), &text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_grant_is_read() {
        let grants = parse(
            "version = 1
            [[grant]]
            check = \"row-matrix\"
            component = \"DIGEST\"
            imports = [\"vhost:check/query@0.1.0\"]
            version = \"1.2.3\"
            report = \"values\"
            read = [\"app.*\", \"public.t(id)\"]
            artefacts = [\"exports\"]
            withheld = [\"audit.*\", \"rows\", \"logs\"]
            approved_by = \"alice\"
            approved_at = \"2026-11-23T21:30:00Z\"
            [grant.limits]
            memory = \"64MiB\"
            time = \"2m\"
            bytes = 1024",
        )
        .unwrap();
        let grant = grants.get("row-matrix").unwrap();
        assert_eq!(grant.report, ReportLevel::Values);
        assert_eq!(grant.read.len(), 2);
        assert_eq!(grant.version, Some(Version::new(1, 2, 3)));
        assert_eq!(grant.artefacts, ["exports"]);
        let withheld: Vec<String> = grant.withheld.iter().map(|w| w.to_string()).collect();
        assert_eq!(withheld, ["audit.*", "rows", "logs"]);
        assert_eq!(grant.approved_by.as_deref(), Some("alice"));
        let at = grant.approved_at.unwrap();
        assert_eq!(at, time::macros::datetime!(2026-11-23 21:30:00 UTC));
        assert_eq!(grant.limits.memory, 64 << 20);
        assert_eq!(grant.limits.time, Duration::from_secs(120));
        assert_eq!(grant.limits.bytes, 1024);
        assert_eq!(grant.limits.rows, Limits::default().rows);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let grant = "version = 1\n[[grant]]\ncheck = \"a\"\ncomponent = \"DIGEST\"\nimports = []\n";
        for (more, line, says) in [
            ("reed = []", 6, "unknown field `reed`"),
            ("read = \"app.*\"", 6, "expected a sequence"),
            ("read = [\n\"app.*\",\n\"Orders\"]", 8, "lower case"),
            ("report = \"all\"", 6, "`counts` or `values`"),
            ("version = \"one\"", 6, "no version"),
            ("artefacts = [\"../x\"]", 6, "artefact's name"),
            ("artefacts = [\"rows\"]", 6, "another name"),
            ("withheld = [\"Rows\"]", 6, "artefact's name"),
            ("withheld = [\"a.b\", \"a.b\"]", 6, "listed twice"),
            ("approved_by = \"a\\nb\"", 6, "in one line"),
            ("approved_at = \"today\"", 6, "RFC 3339"),
            ("[grant.limits]\nmemory = \"64 MiB\"", 7, "write bytes as"),
            ("[grant.limits]\nmemory = 1.5", 7, "expected bytes"),
            ("[grant.limits]\ntime = 30", 7, "expected a string"),
            ("[grant.limits]\ntime = \"2h\"", 7, "at most 3600000 ms"),
            ("[grant.limits]\nrows = 0", 7, "at least 1"),
            (
                "[grant.limits]\nrows = -1",
                7,
                "rows is -1: write at least 1",
            ),
            ("[grant.limits]\nfuel = 1", 7, "unknown field `fuel`"),
            (
                "[[grant]]\ncheck = \"a\"\ncomponent = \"DIGEST\"\nimports = []",
                7,
                "granted twice",
            ),
            (
                "[[grant]]\ncheck = \"B\"\ncomponent = \"DIGEST\"\nimports = []",
                7,
                "no check's name",
            ),
            (
                "[[grant]]\ncheck = \"b\"\ncomponent = \"6b86\"\nimports = []",
                8,
                "64 hexadecimal",
            ),
            (
                "[[grant]]\ncheck = \"b\"\ncomponent = \"DIGEST\"\nimports = [\"wasi:sockets/tcp@0.2.0\"]",
                9,
                "cannot be granted",
            ),
            ("[[grant]]\ncheck = \"b\"", 6, "missing field"),
            (
                "[[grant]]\ncheck = \"b\u{202e}\"\ncomponent = \"DIGEST\"\nimports = []",
                7,
                "`b\\u{202e}` is no check's name",
            ),
            ("[[grant]]\n\"\u{202e}\" = 1", 7, "`\\u{202e}`"),
        ] {
            let error = parse(&format!("{grant}{more}")).expect_err(more);
            assert!(
                error.starts_with(&format!("vhost.grants.toml:{line}: ")) && error.contains(says),
                "{more}: {error}"
            );
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        assert!(parse("version = 2").unwrap_err().contains("version = 1"));
        assert!(parse(" \n").unwrap_err().contains("empty"));
    }

    #[test]
    fn a_missing_file_is_one_line() {
        let error = Grants::read(Path::new("no/such/vhost.grants.toml")).unwrap_err();
        assert!(matches!(error, GrantsError::Missing { .. }));
    }
}

//! One file of the corpus: what it does to a dump, and what a drill must say to that.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// A healthy dump or a fault, as its file's head has it. README.md beside this file says what each key means.
#[derive(Clone, Debug)]
pub struct Case {
    pub group: String,
    pub name: String,
    pub what: String,
    pub base: String,
    /// Major versions of the server that is dumped, and of the sandbox.
    pub server: u32,
    pub sandbox: u32,
    /// And of pg_dump.
    pub dumper: u32,
    pub form: Form,
    pub pg_dump: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Compression before and after a script damages the file.
    pub packed: Wrap,
    pub wrap: Wrap,
    pub given: Vec<Stated>,
    pub args: Vec<String>,
    pub plan: Vec<String>,
    pub reference: Reference,
    pub only_on: Option<String>,
    pub expected: Expected,
    pub never: Vec<String>,
    pub act: Act,
}

/// What of the file is done.
#[derive(Clone, Debug)]
pub enum Act {
    /// SQL that is run on a copy of the base before it is dumped.
    Database(PathBuf),
    /// A script that is run on the dump's file.
    Artefact(PathBuf),
    /// A text that is put into the dump as if pg_dump had written it.
    Fragment { text: PathBuf, at: Place },
}

/// Where in a plain dump a fragment is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before pg_dump's closing comment.
    End,
    AfterTrailer,
    /// Before the first line.
    Start,
    /// Before or behind the first line that starts so.
    Before(String),
    After(String),
}

/// pg_dump's format, with its `--compress` where it is not the default.
#[derive(Clone, Debug)]
pub struct Form {
    pub format: String,
    pub compress: Option<String>,
}

/// What a plain dump's file is compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    None,
    Gzip,
    Zstd,
}

/// What vhost is told of the dump as it was before the damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    Sha256,
    Size,
    Manifest,
}

/// Whether the drill is held against the manifest of the healthy base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    Base,
    None,
}

#[derive(Clone, Debug)]
pub enum Expected {
    Pass,
    Caught {
        /// `FAIL` or `INCONCLUSIVE`, where the file insists on one.
        verdict: Option<String>,
        /// All of these, each in one of its ways.
        said: Vec<Vec<Said>>,
        /// Gates that may fail as well.
        also: Vec<String>,
        /// Where the drill must have stopped; `dump` is before a sandbox is made.
        stage: Option<String>,
    },
}

/// Words that one text of a gate must hold; `stop` is why the drill stopped, `refused` what standard error said at exit status 2.
#[derive(Clone, Debug)]
pub struct Said {
    pub place: String,
    pub words: Vec<String>,
}

/// Every file below `healthy/` and `faults/`, in the order of groups and names.
pub fn all(corpus: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut groups = vec![("healthy".to_owned(), corpus.join("healthy"))];
    for directory in sorted(&corpus.join("faults"))? {
        groups.push((file_name(&directory), directory));
    }
    for (group, directory) in groups {
        for path in sorted(&directory)? {
            let case = read(&group, &path).with_context(|| path.display().to_string())?;
            cases.push(case);
        }
    }
    Ok(cases)
}

pub fn sorted(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The keys of a file's head, in order: its first lines, as long as they are comments of the form `-- key: value` or `# key: value`.
pub fn head(text: &str) -> Vec<(&str, &str)> {
    text.lines().map_while(key).collect()
}

fn key(line: &str) -> Option<(&str, &str)> {
    let comment = line
        .strip_prefix("-- ")
        .or_else(|| line.strip_prefix("# "))?;
    let (key, value) = comment.split_once(": ")?;
    // pg_dump's own headings begin with a capital.
    let word = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    word.then(|| (key, value.trim()))
}

/// A fragment's file without its head.
pub fn body(text: &str) -> &str {
    let head: usize = text
        .split_inclusive('\n')
        .take_while(|line| key(line.trim_end()).is_some())
        .map(str::len)
        .sum();
    &text[head..]
}

fn read(group: &str, path: &Path) -> Result<Case> {
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let mut case = Case {
        group: group.to_owned(),
        name: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        what: String::new(),
        base: "shop".to_owned(),
        server: 15,
        dumper: 0,
        sandbox: 0,
        form: form("plain"),
        pg_dump: Vec::new(),
        environment: Vec::new(),
        packed: Wrap::None,
        wrap: Wrap::None,
        given: Vec::new(),
        args: Vec::new(),
        plan: Vec::new(),
        reference: Reference::None,
        only_on: None,
        expected: Expected::Pass,
        never: Vec::new(),
        act: match &*extension {
            "sql" => Act::Database(path.to_owned()),
            "sh" => Act::Artefact(path.to_owned()),
            "dump" => Act::Fragment {
                text: path.to_owned(),
                at: Place::End,
            },
            other => bail!("a file of the corpus is .sql, .sh or .dump, and not .{other}"),
        },
    };
    // A change in the database is what a reference is there for.
    if group != "healthy" && matches!(case.act, Act::Database(_)) {
        case.reference = Reference::Base;
    }
    let (mut verdict, mut said, mut also) = (None, Vec::new(), Vec::new());
    let mut stage = None;
    for (key, value) in head(&text) {
        let words = || value.split_whitespace().map(str::to_owned);
        match key {
            "what" => value.clone_into(&mut case.what),
            "stage" => stage = Some(value.to_owned()),
            "base" => value.clone_into(&mut case.base),
            "server" => case.server = value.parse()?,
            "dumper" => case.dumper = value.parse()?,
            "sandbox" => case.sandbox = value.parse()?,
            "form" => case.form = form(value),
            "pg_dump" => case.pg_dump.extend(words()),
            "env" => {
                let (name, value) = value.split_once('=').context("env: NAME=VALUE")?;
                case.environment.push((name.to_owned(), value.to_owned()));
            }
            "packed" => case.packed = wrap(value)?,
            "wrap" => case.wrap = wrap(value)?,
            "given" => case.given = words().map(|word| stated(&word)).collect::<Result<_>>()?,
            "args" => case.args.extend(words()),
            "plan" => case.plan.push(value.to_owned()),
            "reference" => {
                case.reference = match value {
                    "base" => Reference::Base,
                    "none" => Reference::None,
                    _ => bail!("reference: base or none"),
                }
            }
            "engine" => case.only_on = Some(value.to_owned()),
            "at" => match &mut case.act {
                Act::Fragment { at, .. } => *at = place(value)?,
                _ => bail!("at: is for .dump files"),
            },
            "verdict" => verdict = Some(value.to_owned()),
            "expect" => said.push(value.split(" | ").map(one_said).collect::<Result<_>>()?),
            "also" => also.extend(words()),
            "never" => case.never.push(value.to_owned()),
            other => bail!("{other:?} is no key of a file's head"),
        }
    }
    if case.dumper == 0 {
        case.dumper = case.server;
    }
    if case.sandbox == 0 {
        case.sandbox = case.server;
    }
    ensure!(!case.what.is_empty(), "no line `what: …` in its head");
    if group == "healthy" {
        ensure!(
            said.is_empty() && stage.is_none(),
            "a healthy dump expects nothing but PASS"
        );
    } else {
        ensure!(!said.is_empty(), "no line `expect: …` in its head");
        case.expected = Expected::Caught {
            verdict,
            said,
            also,
            stage,
        };
    }
    Ok(case)
}

fn form(value: &str) -> Form {
    let (format, compress) = value
        .split_once(':')
        .map_or((value, None), |(f, c)| (f, Some(c.to_owned())));
    Form {
        format: format.to_owned(),
        compress,
    }
}

fn wrap(value: &str) -> Result<Wrap> {
    Ok(match value {
        "gz" => Wrap::Gzip,
        "zst" => Wrap::Zstd,
        _ => bail!("wrap: gz or zst"),
    })
}

fn stated(word: &str) -> Result<Stated> {
    Ok(match word {
        "sha256" => Stated::Sha256,
        "size" => Stated::Size,
        "manifest" => Stated::Manifest,
        _ => bail!("given: sha256, size, manifest"),
    })
}

fn place(value: &str) -> Result<Place> {
    Ok(match value.split_once(' ') {
        None if value == "end" => Place::End,
        None if value == "start" => Place::Start,
        None if value == "after-trailer" => Place::AfterTrailer,
        Some(("before", line)) => Place::Before(line.to_owned()),
        Some(("after", line)) => Place::After(line.to_owned()),
        _ => bail!("at: end, start, after-trailer, before LINE, after LINE"),
    })
}

fn one_said(value: &str) -> Result<Said> {
    let mut words = value.split_whitespace().map(str::to_owned);
    let place = words.next().context("expect: PLACE WORDS")?;
    let words: Vec<_> = words.collect();
    ensure!(!words.is_empty(), "expect: {place} says no words");
    Ok(Said { place, words })
}

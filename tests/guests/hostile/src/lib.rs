//! Attacks its host and the database, in the way that its settings name.
//!
//! `vhost selftest` runs one component of this crate for each attack that WebAssembly made of Rust can carry out; what
//! Rust cannot say is in `wat/`. A guest that is refused reports what it was told as could-not-look; one that finds its
//! way through reports PASS, so that a breach would also be the worst one for the verdict: a hostile check that passes.

mod canary;
mod flood;
mod sql;
mod take;
mod words;

use serde::Deserialize;
use vhost_check::bindings::exports::vhost::check::checker::{Finding, Guest, Report, Status};
use vhost_check::bindings::vhost::check::settings;
use vhost_check::bindings::vhost::check::types::{Error, Value};

#[derive(Deserialize)]
struct Settings {
    attack: Attack,
    /// Of [`Attack::Sql`]: a name and a statement each.
    #[serde(default)]
    statements: Vec<(String, String)>,
    /// Of [`Attack::Canaries`]: what must not be found, hexadecimal, each byte with [`canary::MASK`] over it.
    #[serde(default)]
    canaries: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Attack {
    EndlessLoop,
    Recursion,
    Memory,
    Sleep,
    Again,
    Exit,
    GiantLog,
    GiantFinding,
    AliasedFindings,
    AliasedParameters,
    GiantStatement,
    LongStatement,
    ManyParameters,
    ManyFindings,
    Cursors,
    Statements,
    Rows,
    Bytes,
    LogLines,
    StandardOutput,
    AnsiRule,
    NotANumber,
    NoFinding,
    Words,
    ErrorWords,
    Disclose,
    Canaries,
    Sql,
}

struct Hostile;

impl Guest for Hostile {
    fn run() -> Result<Report, String> {
        let settings: Settings =
            serde_json::from_str(&settings::get()).map_err(|error| error.to_string())?;
        match settings.attack {
            Attack::EndlessLoop => take::time(),
            Attack::Recursion => take::stack(),
            Attack::Memory => take::memory(),
            Attack::Sleep => take::sleep(),
            Attack::Again => take::second_call(),
            Attack::Exit => take::exit(),
            Attack::GiantLog => flood::giant_log(),
            Attack::GiantFinding => flood::giant_finding(),
            Attack::AliasedFindings => flood::aliased_findings(),
            Attack::AliasedParameters => flood::aliased_parameters(),
            Attack::GiantStatement => flood::statement(100 << 20),
            Attack::LongStatement => flood::statement(1 << 20),
            Attack::ManyParameters => flood::many_parameters(),
            Attack::ManyFindings => flood::many_findings(),
            Attack::Cursors => flood::cursors(),
            Attack::Statements => flood::statements(),
            Attack::Rows => flood::rows(),
            Attack::Bytes => flood::bytes(),
            Attack::LogLines => flood::log_lines(),
            Attack::StandardOutput => flood::standard_output(),
            Attack::AnsiRule => words::rule(),
            Attack::NotANumber => words::not_a_number(),
            Attack::NoFinding => Ok(report(Vec::new())),
            Attack::Words => words::everywhere(),
            Attack::ErrorWords => words::error(),
            Attack::Disclose => words::disclose(),
            Attack::Canaries => canary::search(&settings.canaries),
            Attack::Sql => Ok(sql::all(&settings.statements)),
        }
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        findings,
        metrics: Vec::new(),
    }
}

/// What one attack came to.
fn finding(rule: impl Into<String>, status: Status, words: impl Into<String>) -> Finding {
    Finding {
        rule: rule.into(),
        status,
        subject: None,
        expected: None,
        actual: Some(Value::Text(words.into())),
    }
}

/// The host let it happen.
fn got_through(words: impl Into<String>) -> Result<Report, String> {
    Ok(report(vec![finding("got-through", Status::Pass, words)]))
}

/// The host refused, and this is what it said.
fn refused(words: impl Into<String>) -> Result<Report, String> {
    Ok(report(vec![finding(
        "refused",
        Status::CouldNotLook,
        words,
    )]))
}

/// What the host says, in the words of its own type.
fn told(error: &Error) -> String {
    match error {
        Error::Sql(error) => format!("SQLSTATE {}: {}", error.sqlstate, error.message),
        Error::Denied(why) => format!("denied: {why}"),
        Error::Limit(hit) => format!("limit {:?} of {}", hit.what, hit.allowed),
        Error::BadParameter(why) => format!("bad parameter: {why}"),
        Error::Unavailable(why) => format!("unavailable: {why}"),
    }
}

vhost_check::bindings::export_component!(Hostile with_types_in vhost_check::bindings);

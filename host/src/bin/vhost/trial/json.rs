//! A trial's run as one line of JSON; `try.schema.json` beside this file describes it.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use vhost::check::statements::Sent;
use vhost::plan::limits::LimitKey;
use vhost::report::neutral::{Medium, neutral};
use vhost::trial::Tried;
use vhost::trial::asked::Under;

use super::desk::Desk;
use super::{Run, text};

const SCHEMA: &str = "vhost.try/1";

pub fn render(run: &Run<'_>, under: &[Under], desk: &Desk) -> Result<String> {
    let checks = run.tried.iter().zip(under).zip(&desk.checks);
    let checks =
        checks.map(|((tried, under), path)| check(tried, under, &text::approve(tried, path)));
    let line = json!({
        "schema": SCHEMA,
        "run": run.number,
        "millis": millis(run.elapsed),
        "since_change_millis": run.since_change.map(millis),
        "checks": checks.collect::<Vec<_>>(),
    });
    let line = serde_json::to_string(&line).context("the run has no JSON form")?;
    Ok(line + "\n")
}

fn millis(elapsed: std::time::Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

fn check(tried: &Tried, under: &Under, command: &Result<String, String>) -> Value {
    let limits = tried.approved.limits();
    let limits = LimitKey::ALL.map(|key| (key.to_string(), json!(limits.get(key))));
    let statements: Vec<Value> = tried.statements.iter().map(statement).collect();
    json!({
        "outcome": tried.outcome,
        "under": match under {
            Under::Grant => "grant",
            Under::Asked => "asked",
            Under::Everything(_) => "everything",
        },
        "limits": serde_json::Map::from_iter(limits),
        "statements": statements,
        "more_statements": tried.more_statements,
        "needed": {
            "read": tried.needed.read.iter().map(|one| harmless(&one.to_string())).collect::<Vec<_>>(),
            "remark": tried.needed.remark.as_deref().map(harmless),
            "approve": command.as_ref().ok(),
            "no_grant": command.as_ref().err(),
            "stanza": tried.stanza().ok().map(|stanza| stanza.text),
        },
        "remarks": tried.remarks.iter().map(|remark| harmless(remark)).collect::<Vec<_>>(),
    })
}

fn harmless(text: &str) -> String {
    neutral(text, Medium::Json)
}

fn statement(sent: &Sent) -> Value {
    json!({
        "sql": harmless(&sent.sql),
        "rows": sent.rows,
        "bytes": sent.bytes,
        "micros": u64::try_from(sent.elapsed.as_micros()).unwrap_or(u64::MAX),
        "failed": sent.failed.as_ref().map(|failed| &failed.why),
    })
}

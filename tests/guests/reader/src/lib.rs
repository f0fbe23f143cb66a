//! Tries paths of its file system, and reports what came of each.

use std::fs;
use std::io;

use vhost_check::Value;
use vhost_check::bindings::exports::vhost::check::checker::{Finding, Guest, Report, Status};
use vhost_check::bindings::vhost::check::settings;

#[derive(serde::Deserialize)]
struct Settings {
    tries: Vec<Try>,
}

#[derive(serde::Deserialize)]
struct Try {
    what: What,
    path: String,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// Its text.
    Read,
    /// Its entries' names, sorted.
    List,
    Write,
    Append,
    MakeDirectory,
    Remove,
    Rename,
}

fn done(what: What, path: &str) -> io::Result<String> {
    let told = |()| "done".to_owned();
    match what {
        What::Read => fs::read_to_string(path),
        What::List => {
            let mut names = Vec::new();
            for entry in fs::read_dir(path)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            Ok(names.join(" "))
        }
        What::Write => fs::write(path, "changed").map(told),
        What::Append => fs::OpenOptions::new()
            .append(true)
            .open(path)
            .map(|_| "opened".to_owned()),
        What::MakeDirectory => fs::create_dir(path).map(told),
        What::Remove => fs::remove_file(path).map(told),
        What::Rename => fs::rename(path, format!("{path}.moved")).map(told),
    }
}

struct Reader;

impl Guest for Reader {
    fn run() -> Result<Report, String> {
        let settings: Settings =
            serde_json::from_str(&settings::get()).map_err(|error| error.to_string())?;
        let findings = settings.tries.iter().map(|one| {
            let (status, told) = match done(one.what, &one.path) {
                Ok(told) => (Status::Pass, told),
                Err(error) => (Status::Fail, error.to_string()),
            };
            Finding {
                rule: "tried".to_owned(),
                status,
                subject: Some(one.path.clone()),
                expected: None,
                actual: Some(Value::Text(told)),
            }
        });
        Ok(Report {
            findings: findings.collect(),
            metrics: Vec::new(),
        })
    }
}

vhost_check::bindings::export_component!(Reader with_types_in vhost_check::bindings);

//! Habits of the catalogue: each check is described, and what describes it is true.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use vhost::check::{Machine, run};
use vhost::finding::Status;
use vhost::grant::Asked;

use super::schema::violation;
use crate::ground::{Ask, job, shipped, workspace};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn schema(directory: &Path) -> Value {
    serde_json::from_str(&read(&directory.join("settings.schema.json"))).unwrap()
}

/// The comment at the top of a check's source.
fn documentation(directory: &Path) -> String {
    let source = read(&directory.join("src/lib.rs"));
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

/// The settings that the documentation shows, as the check gets them.
fn example(name: &str, documentation: &str) -> Value {
    let (_, block) = documentation
        .split_once("```toml\n")
        .unwrap_or_else(|| panic!("{name} shows no settings"));
    let plan: toml::Table = toml::from_str(block.split("```").next().unwrap()).unwrap();
    serde_json::to_value(&plan["checks"][name]).unwrap()
}

/// Every schema below this one.
fn all<'s>(schema: &'s Value, found: &mut Vec<&'s Value>) {
    found.push(schema);
    match schema {
        Value::Object(fields) => fields.values().for_each(|field| all(field, found)),
        Value::Array(items) => items.iter().for_each(|item| all(item, found)),
        _ => {}
    }
}

#[test]
fn each_setting_is_described_and_stands_in_the_example() {
    let shipped = shipped();
    assert!(shipped.len() >= 15, "{shipped:?}");
    for (name, directory) in shipped {
        let schema = schema(&directory);
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(schema["$schema"], draft, "{name}");
        let documentation = documentation(&directory);
        assert!(documentation.contains("**When to use it.**"), "{name}");
        let example = example(&name, &documentation);
        assert_eq!(violation(&schema, &schema, &example, &name), None);
        let example = example.to_string();
        let mut found = Vec::new();
        all(&schema, &mut found);
        for object in found.iter().filter(|one| one["properties"].is_object()) {
            assert_eq!(object["additionalProperties"], false, "{name}: {object}");
            for (property, rule) in object["properties"].as_object().unwrap() {
                let described = rule["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 10);
                assert!(described, "{name}: {property}");
                let shown = property == "null" || example.contains(&format!("\"{property}\":"));
                let told = documentation.contains(&format!("`{property}`"));
                assert!(
                    shown || told,
                    "{name}: {property} is not in its documentation"
                );
            }
        }
    }
}

/// A check reads its settings before it asks anything: what it then cannot do here is to ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_check_takes_the_settings_that_it_shows_and_no_others() {
    let machine = Arc::new(Machine::start().unwrap());
    for (name, directory) in shipped() {
        let mut settings = example(&name, &documentation(&directory));
        for expected in ["", "settings: nothing reads `no_such_key`"] {
            let text = settings.to_string();
            let mut ask = Ask::new(&name, "", &text);
            ask.report = "values";
            let outcome = run(job(&machine, ask).await).await.outcome;
            let ended = format!("{:?}", outcome.ended);
            match expected {
                "" => assert!(!ended.contains("settings:"), "{name}: {ended}"),
                expected => {
                    assert_eq!(outcome.status, Status::CouldNotLook, "{name}");
                    assert!(ended.contains(expected), "{name}: {ended}");
                }
            }
            settings["no_such_key"] = Value::Bool(true);
        }
    }
}

#[test]
fn each_check_has_a_manifest_and_a_test_that_sees_it_fail() {
    let tests = workspace().join("tests/guests");
    let mut files = vec![tests.join("checks.rs")];
    let catalogue = std::fs::read_dir(tests.join("catalogue")).unwrap();
    files.extend(catalogue.map(|entry| entry.unwrap().path()));
    let files: Vec<String> = files.iter().map(|path| read(path)).collect();
    for (name, directory) in shipped() {
        let path = directory.join("check.toml");
        let asked = Asked::parse(&path, &read(&path)).unwrap();
        assert_eq!(asked.name, name);
        let sees = |text: &&String| {
            text.contains(&format!("\"{name}\""))
                && (text.contains("FAIL ") || text.contains("failed("))
        };
        assert!(
            files.iter().any(|text| sees(&text)),
            "no test sees {name} fail"
        );
    }
}

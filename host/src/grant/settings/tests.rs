use serde_json::json;

use super::*;

const SCHEMA: &str = r##"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["relations"],
    "additionalProperties": false,
    "properties": {
        "relations": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/relation"}, "description": "Which ones"},
        "most": {"type": ["integer", "string"], "description": "How many"},
        "one": {"$ref": "#/$defs/relation"}
    },
    "$defs": {"relation": {"type": "string", "pattern": "^[^.]+[.].+$", "description": "schema.relation"}}
}"##;

fn schema() -> SettingsSchema {
    SettingsSchema::parse(SCHEMA).unwrap()
}

fn problems(settings: Value) -> Vec<String> {
    schema().problems(settings.as_object().unwrap())
}

#[test]
fn keys_that_are_misspelt_or_missing_are_told() {
    let fits = problems(json!({"relations": ["shop.orders"], "most": 3}));
    assert_eq!(fits, [""; 0]);
    let missing = problems(json!({}));
    assert_eq!(missing, ["`relations` is missing: Which ones"]);
    let misspelt = problems(json!({"relations": ["a.b"], "mo\u{202e}ts": 1}));
    assert_eq!(
        misspelt,
        [
            "`mo\\u{202e}ts` is no key of its settings: write one of most, one, relations, or take it out"
        ]
    );
}

#[test]
fn a_schema_that_leaves_its_list_open_says_nothing_of_other_keys() {
    let open = SCHEMA.replace(r#""additionalProperties": false,"#, "");
    let schema = SettingsSchema::parse(&open).unwrap();
    let settings = json!({"relations": [], "more": 1});
    assert_eq!(schema.problems(settings.as_object().unwrap()), [""; 0]);
}

#[test]
fn one_schema_has_one_spelling() {
    let schema = schema();
    assert_eq!(SettingsSchema::canonical(schema.text()), Ok(schema.clone()));
    assert!(SettingsSchema::canonical(SCHEMA).is_err());
    // The second of two equal keys would be another schema to another reader.
    let twice = schema.text().replacen('{', r#"{"type":"object","#, 1);
    assert!(SettingsSchema::canonical(&twice).is_err());
}

#[test]
fn what_is_no_schema_of_an_object_is_refused() {
    for (text, says) in [
        ("{", "it is no JSON"),
        ("[]", "\"type\": \"object\""),
        (r#"{"type": "string"}"#, "\"type\": \"object\""),
        (r#"{"type": "object"}"#, "names no key"),
        (
            "{\"type\": \"object\", \"properties\": {}, \"title\": \"a\u{202e}b\"}",
            "U+202E",
        ),
    ] {
        let error = SettingsSchema::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn the_keys_are_told() {
    let keys = schema().keys();
    let told: Vec<_> = keys
        .iter()
        .map(|key| {
            (
                key.name.as_str(),
                key.kind.as_str(),
                key.required,
                key.description.as_str(),
            )
        })
        .collect();
    let all = [
        ("most", "integer or string", false, "How many"),
        ("one", "string", false, "schema.relation"),
        ("relations", "array", true, "Which ones"),
    ];
    assert_eq!(told, all);
}

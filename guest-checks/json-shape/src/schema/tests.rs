use serde_json::json;

use super::*;

fn asked(schema: Value) -> Questions {
    questions(&schema).unwrap()
}

fn refused(schema: Value) -> String {
    match questions(&schema) {
        Ok(_) => panic!("{schema} was taken"),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn each_keyword_is_one_question_by_its_place() {
    let questions = asked(json!({
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": {"items": {"$ref": "#/$defs/line"}}, "gone": false},
        "$defs": {"line": {"properties": {"quantity": {"minimum": 1}}, "title": "A line"}},
        "if": {"const": 1}, "then": {"minLength": 1}, "else": {"maxLength": 2},
    }));
    let mut rules: Vec<&str> = questions.asked.iter().map(|a| a.rule.as_str()).collect();
    rules.sort_unstable();
    let expected = [
        "else-max-length",
        "gone-absent",
        "lines-each-quantity-minimum",
        "required",
        "then-min-length",
        "type",
    ];
    assert_eq!(rules, expected);
}

#[test]
fn constants_are_parameters_and_equal_ones_are_one() {
    let questions = asked(json!({"const": "x' OR true --", "enum": ["x' OR true --", 1.50]}));
    assert_eq!(questions.constants, [r#""x' OR true --""#, "1.5"]);
    let broken: Vec<&str> = questions.asked.iter().map(|a| a.broken.as_str()).collect();
    let expected = [
        "doc <> $1::text::jsonb",
        "NOT (doc = $1::text::jsonb OR doc = $2::text::jsonb)",
    ];
    assert_eq!(broken, expected);
}

#[test]
fn a_keyword_that_is_not_known_is_named_with_its_place() {
    for (schema, words) in [
        (
            json!({"format": "email"}),
            "at `/format`, the keyword `format`",
        ),
        (
            json!({"properties": {"a": {"unevaluatedItems": false}}}),
            "at `/properties/a/unevaluatedItems`, the keyword `unevaluatedItems`",
        ),
        (json!({"not": {"minContains": 2}}), "`minContains`"),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
            "2020-12",
        ),
    ] {
        let said = refused(schema);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_a_keyword_cannot_mean_is_refused() {
    for schema in [
        json!([]),
        json!({"type": "int"}),
        json!({"minimum": "1"}),
        json!({"minimum": 1e30}),
        json!({"multipleOf": 0}),
        json!({"minLength": -1}),
        json!({"pattern": 1}),
        json!({"enum": 1}),
        json!({"items": [true]}),
        json!({"prefixItems": true}),
        json!({"uniqueItems": "yes"}),
        json!({"required": "a"}),
        json!({"required": [1]}),
        json!({"properties": []}),
        json!({"anyOf": []}),
        json!({"then": true}),
        json!({"$ref": "other.json"}),
        json!({"$ref": "#/$defs/none"}),
        json!({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}),
    ] {
        refused(schema);
    }
}

#[test]
fn patterns_are_told_so_that_they_can_be_tried() {
    let questions = asked(json!({
        "pattern": "^a", "patternProperties": {"^b": {"type": "string"}}, "additionalProperties": false,
    }));
    let mut patterns = questions.patterns;
    patterns.sort();
    assert_eq!(patterns, ["^a", "^b"]);
}

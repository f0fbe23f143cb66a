//! Documents of another shape.

use super::dump;
use crate::restored::within_restored;

const ROWS: &str = r#"
CREATE TABLE app.doc (id int, body jsonb, raw json, note text);
INSERT INTO app.doc VALUES
    (1, '{"kind": "a", "n": 1.0, "lines": [{"qty": 1}, {"qty": 2}]}', '{"b": 2, "a": 1}', '[1, "x"]'),
    (2, '{"kind": "b", "n": 12345678901234567890123456789, "lines": []}', 'null', '[2, "y"]'),
    (3, NULL, NULL, NULL);
CREATE TABLE app.none (body jsonb);
"#;

fn column(relation: &str, column: &str, more: &str, schema: &str) -> String {
    format!(
        "[[columns]]\nrelation = \"{relation}\"\ncolumn = \"{column}\"\n{more}\nschema = '''{schema}'''\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_counted_by_the_keyword_that_they_break() {
    within_restored(&dump(ROWS), async |bench| {
        let schema = r##"{
            "type": "object", "required": ["kind", "lines"], "additionalProperties": false,
            "properties": {
                "kind": {"enum": ["a", "b"]}, "n": {"type": "integer", "maximum": 1e15},
                "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}}},
            "$defs": {"line": {"type": "object", "properties": {"qty": {"minimum": 2}}}}}"##;
        let told = bench.tell("json-shape", &column("app.doc", "body", "nulls = \"refused\"\nat_least = 3", schema)).await;
        let mut broken: Vec<&str> = told.iter().filter(|line| line.starts_with("FAIL")).map(String::as_str).collect();
        broken.sort_unstable();
        let expected = [
            "FAIL enough-documents [app.doc.body] 3 2",
            "FAIL lines-each-qty-minimum [app.doc.body] 0 1",
            "FAIL lines-min-items [app.doc.body] 0 1",
            "FAIL n-maximum [app.doc.body] 0 1",
            "FAIL no-nulls [app.doc.body] 0 1",
        ];
        assert_eq!(broken, expected, "{told:#?}");
        assert_eq!(told.len(), 12, "{told:#?}");

        let table = "[[columns]]\nrelation = 'app.doc'\ncolumn = 'body'\n[columns.schema]\ntype = 'object'\nproperties = { kind = { const = 'a' } }";
        let told = bench.tell("json-shape", table).await;
        assert!(told.contains(&"FAIL kind-const [app.doc.body] 0 1".to_owned()), "{told:?}");
    })
    .await;
}

/// Each keyword on a document that keeps it and on one that breaks it. Of a value of another type nothing is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_keyword_tells_right_from_wrong() {
    within_restored(&dump(ROWS), async |bench| {
        for (keyword, right, wrong) in [
            (r#""type": "integer""#, "1.0", "1.5"),
            (r#""type": ["null", "boolean"]"#, "null", "0"),
            (r#""type": "number""#, "1e400", "\"1\""),
            (
                r#""enum": [{"a": [1, 2.0]}, 3]"#,
                r#"{"a": [1.0, 2]}"#,
                r#"{"a": [2, 1]}"#,
            ),
            (r#""const": null"#, "null", "false"),
            (
                r#""minimum": 0.1"#,
                "0.1",
                "0.09999999999999999999999999999",
            ),
            (
                r#""exclusiveMinimum": 1"#,
                "1.0000000000000000000000000001",
                "1",
            ),
            (
                r#""maximum": 9007199254740992"#,
                "9007199254740992",
                "9007199254740992.0000000001",
            ),
            (r#""exclusiveMaximum": 1"#, "\"text\"", "1.0"),
            (r#""multipleOf": 0.01"#, "19.99", "19.999"),
            (r#""minLength": 2"#, "\"日本\"", "\"é\""),
            (r#""maxLength": 1"#, "\"日\"", "\"ab\""),
            (r#""pattern": "^a+$""#, "\"aa\"", "\"ab\""),
            (r#""minItems": 1"#, "{}", "[]"),
            (r#""maxItems": 1"#, "[1]", "[1, 2]"),
            (r#""uniqueItems": true"#, "[1, \"1\"]", "[1, 1.0]"),
            (r#""contains": {"type": "string"}"#, "[1, \"a\"]", "[1]"),
            (r#""items": {"type": "string"}"#, "[\"a\"]", "[\"a\", null]"),
            (r#""items": false"#, "[]", "[null]"),
            (
                r#""prefixItems": [{"const": 1}], "items": {"const": 2}"#,
                "[1, 2, 2]",
                "[1, 1]",
            ),
            (r#""prefixItems": [{"const": 1}]"#, "[]", "[2]"),
            (
                r#""required": ["a", "b"]"#,
                r#"{"a": null, "b": 1}"#,
                r#"{"a": 1}"#,
            ),
            (
                r#""properties": {"it's": {"type": "null"}}"#,
                r#"{"it's": null}"#,
                r#"{"it's": 0}"#,
            ),
            (
                r#""properties": {"a": false}"#,
                r#"{"b": 1}"#,
                r#"{"a": null}"#,
            ),
            (
                r#""properties": {"a": {"not": {"const": 1}}}"#,
                r#"{}"#,
                r#"{"a": 1}"#,
            ),
            (
                r#""additionalProperties": {"type": "null"}, "properties": {"a": true}"#,
                r#"{"a": 1, "b": null}"#,
                r#"{"b": 1}"#,
            ),
            (
                r#""additionalProperties": false, "patternProperties": {"^x": {"type": "null"}}"#,
                r#"{"x1": null}"#,
                r#"{"y": null}"#,
            ),
            (
                r#""patternProperties": {"^x": {"type": "null"}}"#,
                r#"{"y": 1}"#,
                r#"{"x1": 1}"#,
            ),
            (
                r#""propertyNames": {"maxLength": 2}"#,
                r#"{"ab": 1}"#,
                r#"{"abc": 1}"#,
            ),
            (
                r#""dependentRequired": {"a": ["b"]}"#,
                r#"{"c": 1}"#,
                r#"{"a": 1}"#,
            ),
            (r#""minProperties": 1"#, "[]", "{}"),
            (
                r#""maxProperties": 1"#,
                r#"{"a": 1}"#,
                r#"{"a": 1, "b": 1}"#,
            ),
            (r#""allOf": [{"minimum": 1}, {"maximum": 2}]"#, "2", "3"),
            (
                r#""anyOf": [{"type": "null"}, {"minimum": 3, "type": "number"}]"#,
                "3",
                "2",
            ),
            (r#""oneOf": [{"minimum": 1}, {"maximum": 2}]"#, "0", "1.5"),
            (
                r#""not": {"type": "object", "required": ["a"]}"#,
                "{}",
                r#"{"a": 1}"#,
            ),
            (
                r#""if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "null"}"#,
                "\"a\"",
                "\"\"",
            ),
            (
                r#""if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "null"}"#,
                "null",
                "1",
            ),
        ] {
            for (body, breaks) in [(right, false), (wrong, true)] {
                let sql = format!("TRUNCATE app.none; INSERT INTO app.none VALUES ($${body}$$)");
                bench.client.batch_execute(&sql).await.unwrap();
                let settings = column("app.none", "body", "", &format!("{{{keyword}}}"));
                let told = bench.tell("json-shape", &settings).await;
                let failed = told.iter().any(|line| line.starts_with("FAIL"));
                assert_eq!(failed, breaks, "{keyword} of {body}: {told:?}");
                assert!(!told.is_empty());
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_json_fails_and_what_is_no_schema_could_not_look() {
    within_restored(&dump(ROWS), async |bench| {
        let typed = r#"{"prefixItems": [{"type": "integer"}]}"#;
        let told = bench
            .tell("json-shape", &column("app.doc", "note", "", typed))
            .await;
        assert_eq!(told, ["pass 0-type [app.doc.note] 0 0"]);
        let raw = r#"{"type": ["object", "null"], "required": ["a"]}"#;
        let told = bench
            .tell("json-shape", &column("app.doc", "raw", "", raw))
            .await;
        assert!(
            told.iter().all(|line| line.starts_with("pass")) && told.len() == 2,
            "{told:?}"
        );
        bench
            .change("UPDATE app.doc SET note = '' WHERE id = 1")
            .await;
        let told = bench
            .tell("json-shape", &column("app.doc", "note", "", typed))
            .await;
        assert_eq!(told, ["FAIL valid-json [app.doc.note] true false"]);
        let told = bench
            .tell(
                "json-shape",
                &column("app.none", "body", "at_least = 1", typed),
            )
            .await;
        assert_eq!(told[1], "FAIL enough-documents [app.none.body] 1 0");
        let told = bench
            .tell("json-shape", &column("app.none", "doc", "", typed))
            .await;
        assert_eq!(told, ["FAIL columns-exist [app.none] true false"]);
        let told = bench
            .tell("json-shape", &column("app.absent", "doc", "", typed))
            .await;
        assert_eq!(told, ["FAIL relation-exists [app.absent] true false"]);
        for (named, schema, word) in [
            (
                "body",
                r#"{"properties": {"a": {"format": "date"}}}"#,
                "at `/properties/a/format`, the keyword `format`",
            ),
            ("body", "{", "settings: the schema of app.none.body"),
            ("body", r#"{"pattern": "("}"#, "2201B"),
        ] {
            let why = bench
                .blind("json-shape", &column("app.none", named, "", schema))
                .await;
            assert!(why.contains(word), "{schema}: {why}");
        }
        let why = bench
            .blind("json-shape", &column("app.doc", "id", "", typed))
            .await;
        assert!(why.contains("is of type integer"), "{why}");
        let why = bench
            .blind("json-shape", &column("closed.t", "id", "", typed))
            .await;
        assert!(why.contains("permission denied"), "{why}");
        // A character that Postgres cannot hold hides the document from every question.
        bench
            .change(r#"UPDATE app.doc SET raw = '{"a": "\u0000"}' WHERE id = 1"#)
            .await;
        let why = bench
            .blind("json-shape", &column("app.doc", "raw", "", raw))
            .await;
        assert!(why.contains("22P05"), "{why}");
    })
    .await;
}

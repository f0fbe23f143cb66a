//! The plan's table `[checks.<name>]`.

use serde::de::DeserializeOwned;

use crate::error::CouldNotLook;

/// Reads settings from JSON text. A key that nothing reads is an error: a misspelt one would assert nothing.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, CouldNotLook> {
    let mut unknown = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(json);
    let settings = serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()))
        .map_err(|error| CouldNotLook::because(said(json, &error)))?;
    if unknown.is_empty() {
        Ok(settings)
    } else {
        Err(CouldNotLook::because(format!(
            "settings: nothing reads `{}`; remove or correct it in the plan",
            unknown.join("`, `")
        )))
    }
}

/// Where it is in the plan, not where it is in the JSON text, which nobody has written.
fn said(json: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let why = match text.rsplit_once(" at line ") {
        Some((why, _)) => why,
        None => &text,
    };
    let before = json.split_inclusive('\n').take(error.line().max(1) - 1);
    let read = before.map(str::len).sum::<usize>() + error.column();
    let path = path_to(json.get(..read).unwrap_or(json));
    match path.is_empty() {
        true => format!("settings: {why}"),
        false => format!("settings: `{path}`: {why}"),
    }
}

/// The path of the last value in the beginning of a JSON text: `lanes.executor`, `rows[1].key`.
fn path_to(json: &str) -> String {
    /// Where an object or a list is at.
    enum At {
        Key(Option<String>),
        Index(usize),
    }
    let mut path: Vec<At> = Vec::new();
    let mut bytes = json.bytes().enumerate();
    // Of the string that was read last: a colon makes it a key.
    let mut text = "";
    while let Some((start, byte)) = bytes.next() {
        match (byte, path.last_mut()) {
            (b'{', _) => path.push(At::Key(None)),
            (b'[', _) => path.push(At::Index(0)),
            (b'}' | b']', _) => drop(path.pop()),
            (b':', Some(At::Key(key))) => *key = Some(text.to_owned()),
            (b',', Some(At::Key(key))) => *key = None,
            (b',', Some(At::Index(index))) => *index += 1,
            (b'"', _) => {
                let mut escaped = false;
                let end = bytes.find(|(_, byte)| {
                    let ends = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    ends
                });
                text = &json[start + 1..end.map_or(json.len(), |(end, _)| end)];
            }
            _ => {}
        }
    }
    let mut written = String::new();
    for at in path {
        match at {
            At::Key(None) => {}
            At::Key(Some(key)) if written.is_empty() => written = key,
            At::Key(Some(key)) => written += &format!(".{key}"),
            At::Index(index) => written += &format!("[{index}]"),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Date;
    use crate::numeric::Numeric;
    use crate::sql::Relation;

    #[derive(Debug, serde::Deserialize)]
    struct Settings {
        rows: u64,
        inner: Inner,
        #[serde(default)]
        many: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        name: String,
        relation: Option<Relation>,
        since: Option<Date>,
        most: Option<Numeric>,
    }

    fn error(json: &str) -> String {
        read::<Settings>(json).unwrap_err().to_string()
    }

    #[test]
    fn settings_are_read() {
        let json = r#"{"rows": 2, "inner": {"name": "a", "since": "2026-05-17", "most": 7}}"#;
        let settings: Settings = read(json).unwrap();
        assert_eq!((settings.rows, settings.inner.name.as_str()), (2, "a"));
        assert_eq!(settings.inner.since, Date::new(2026, 5, 17));
        assert_eq!(settings.inner.most, Some(Numeric::from(7)));
        assert!(settings.inner.relation.is_none() && settings.many.is_empty());
    }

    #[test]
    fn an_unknown_key_is_an_error_at_any_depth() {
        let error = error(r#"{"rows": 2, "inner": {"name": "a", "nmae": "b"}}"#);
        assert!(error.contains("`inner.nmae`"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_in_the_plan() {
        for (json, expected) in [
            (
                r#"{"rows": "x"}"#,
                r#"settings: `rows`: invalid type: string "x", expected u64"#,
            ),
            (
                r#"{"rows": 1, "inner": {"name": "a:\"{"}, "many": [{"name": "b"}, {"name": 7}]}"#,
                "settings: `many[1].name`: invalid type: integer `7`, expected a string",
            ),
            (
                r#"{"rows": 1, "inner": {"name": "a", "relation": "orders"}}"#,
                "settings: `inner.relation`: `orders` is no name: write `schema.relation`",
            ),
            (
                r#"{"rows": 1, "inner": {"name": "a", "since": "17.5.2026"}}"#,
                "settings: `inner.since`: `17.5.2026` is not a date such as 2026-05-17",
            ),
            (
                "{\n\"rows\": 1,\n\"inner\": {}}",
                "settings: `inner`: missing field `name`",
            ),
            (
                r#"{"rows": 1, "inner": {"name": "a"}, "many": [{"relation": "s.t"}]}"#,
                "settings: `many[0]`: missing field `name`",
            ),
            ("{}", "settings: missing field `rows`"),
        ] {
            assert_eq!(error(json), expected);
        }
    }
}

//! The plan's table `[checks.<name>]`.

use serde::de::DeserializeOwned;

use crate::error::CouldNotLook;

/// Reads settings from JSON text. A key that nothing reads is an error: a misspelt one would assert nothing.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, CouldNotLook> {
    let mut unknown = Vec::new();
    let mut json = serde_json::Deserializer::from_str(json);
    let settings = serde_ignored::deserialize(&mut json, |path| unknown.push(path.to_string()))
        .map_err(|error| CouldNotLook::because(format!("settings: {error}")))?;
    if unknown.is_empty() {
        Ok(settings)
    } else {
        Err(CouldNotLook::because(format!(
            "settings: nothing reads `{}`; remove or correct it in the plan",
            unknown.join("`, `")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Settings {
        rows: u64,
        inner: Inner,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        name: String,
    }

    #[test]
    fn settings_are_read() {
        let settings: Settings = read(r#"{"rows": 2, "inner": {"name": "a"}}"#).unwrap();
        assert_eq!((settings.rows, settings.inner.name.as_str()), (2, "a"));
    }

    #[test]
    fn an_unknown_key_is_an_error_at_any_depth() {
        let error = read::<Settings>(r#"{"rows": 2, "inner": {"name": "a", "nmae": "b"}}"#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("`inner.nmae`"), "{error}");
    }
}

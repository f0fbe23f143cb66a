//! Keywords about one value by itself.

use serde_json::Value;

use super::{Place, Refused, Writer, any, of_type};

impl<'s> Writer<'s> {
    pub(super) fn single(
        &mut self,
        keyword: &str,
        value: &'s Value,
        here: &Place,
        x: &str,
    ) -> Result<String, Refused> {
        Ok(match keyword {
            "type" => {
                let one = std::slice::from_ref(value);
                let names = value.as_array().map_or(one, Vec::as_slice);
                let types: Vec<String> = names
                    .iter()
                    .map(|name| is_of_type(name, here, x))
                    .collect::<Result<_, _>>()?;
                not_any(types)
            }
            "enum" => {
                let Some(values) = value.as_array() else {
                    return here.refused("an `enum` is a list of values");
                };
                let equal = values
                    .iter()
                    .map(|value| format!("{x} = {}", self.json(value)));
                not_any(equal.collect())
            }
            "const" => format!("{x} <> {}", self.json(value)),
            "minLength" | "maxLength" => {
                let size = self.size(value, here)?;
                let beyond = if keyword == "minLength" { "<" } else { ">" };
                of_type(
                    x,
                    "string",
                    &format!("char_length({x} #>> '{{}}') {beyond} {size}"),
                )
            }
            "pattern" => {
                let pattern = self.pattern(value, here)?;
                of_type(x, "string", &format!("({x} #>> '{{}}') !~ {pattern}"))
            }
            _ => {
                let number = self.number(value, here)?;
                let wrong = match keyword {
                    "minimum" => format!("({x})::numeric < {number}"),
                    "maximum" => format!("({x})::numeric > {number}"),
                    "exclusiveMinimum" => format!("({x})::numeric <= {number}"),
                    "exclusiveMaximum" => format!("({x})::numeric >= {number}"),
                    _ if value.as_f64().is_none_or(|divisor| divisor <= 0.0) => {
                        return here.refused("`multipleOf` is a number above 0");
                    }
                    _ => format!("({x})::numeric % {number} <> 0"),
                };
                of_type(x, "number", &wrong)
            }
        })
    }
}

/// A list of nothing is what no value is in.
fn not_any(conditions: Vec<String>) -> String {
    let any = any(conditions.into_iter()).unwrap_or_else(|| "false".to_owned());
    format!("NOT ({any})")
}

fn is_of_type(name: &Value, here: &Place, x: &str) -> Result<String, Refused> {
    match name.as_str() {
        // 1.0 is an integer (JSON Schema 2020-12, 4.2.3).
        Some("integer") => Ok(of_type(x, "number", &format!("({x})::numeric % 1 = 0"))),
        Some(name @ ("object" | "array" | "string" | "number" | "boolean" | "null")) => {
            Ok(format!("jsonb_typeof({x}) = '{name}'"))
        }
        _ => here.refused(format!("{name} is no type of JSON")),
    }
}

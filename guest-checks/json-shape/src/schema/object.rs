//! Keywords about objects.

use serde_json::{Map, Value};

use super::{Broken, Place, Refused, Writer, any, of_type};

impl<'s> Writer<'s> {
    pub(super) fn object(
        &mut self,
        keywords: &'s Map<String, Value>,
        keyword: &str,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let (value, here) = (&keywords[keyword], place.keyword(keyword));
        let condition = match keyword {
            "properties" => return self.properties(value, &here, place, x),
            "patternProperties" => return self.matching(value, &here, place, x),
            "additionalProperties" => return self.additional(keywords, &here, x),
            "propertyNames" => {
                let alias = self.alias();
                let breaks = self.breaks(value, &here, &format!("to_jsonb({alias}.k)"))?;
                format!(
                    "EXISTS (SELECT FROM {} AS {alias}(k, v) WHERE {breaks})",
                    fields(x)
                )
            }
            "required" => self.lacks(value, &here, x)?,
            "dependentRequired" => {
                let mut all = Vec::new();
                for (name, names) in table(value, &here)? {
                    let (name, lacks) = (self.constant(name), self.lacks(names, &here, x)?);
                    all.push(format!("({x} ? {name} AND {lacks})"));
                }
                any(all.into_iter()).unwrap_or_else(|| "false".to_owned())
            }
            _ => {
                let size = self.size(value, &here)?;
                let beyond = if keyword == "minProperties" { "<" } else { ">" };
                format!("(SELECT count(*) FROM {}) {beyond} {size}", fields(x))
            }
        };
        let condition = of_type(x, "object", &condition);
        Ok(vec![(here, condition)])
    }

    /// A condition: the object lacks one of these names.
    fn lacks(&mut self, names: &Value, here: &Place, x: &str) -> Result<String, Refused> {
        let Some(names) = names.as_array() else {
            return here.refused("a list of names is wanted");
        };
        let mut lacks = Vec::new();
        for name in names {
            let Some(name) = name.as_str() else {
                return here.refused("a name is a string");
            };
            lacks.push(format!("NOT {x} ? {}", self.constant(name)));
        }
        let lacks = any(lacks.into_iter()).unwrap_or_else(|| "false".to_owned());
        Ok(format!("({lacks})"))
    }

    fn properties(
        &mut self,
        value: &'s Value,
        here: &Place,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let mut all = Vec::new();
        for (name, schema) in table(value, here)? {
            let key = self.constant(name);
            let field = format!("({x} -> {key})");
            for (at, broken) in self.broken(schema, &place.below("properties", name), &field)? {
                let there = format!("{field} IS NOT NULL AND ({broken})");
                all.push((at, of_type(x, "object", &there)));
            }
        }
        Ok(all)
    }

    fn matching(
        &mut self,
        value: &'s Value,
        here: &Place,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let mut all = Vec::new();
        for (pattern, schema) in table(value, here)? {
            let like = self.pattern(&Value::String(pattern.clone()), here)?;
            let (alias, at) = (self.alias(), place.below("patternProperties", pattern));
            for (at, broken) in self.broken(schema, &at, &format!("{alias}.v"))? {
                let exists = format!(
                    "EXISTS (SELECT FROM {} AS {alias}(k, v) WHERE {alias}.k ~ {like} AND ({broken}))",
                    fields(x)
                );
                all.push((at, exists));
            }
        }
        Ok(all)
    }

    /// `additionalProperties` is about what neither `properties` nor `patternProperties` names.
    fn additional(
        &mut self,
        keywords: &'s Map<String, Value>,
        here: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let alias = self.alias();
        let mut named = Vec::new();
        for name in keys(keywords.get("properties")) {
            named.push(format!("{alias}.k = {}", self.constant(name)));
        }
        for pattern in keys(keywords.get("patternProperties")) {
            named.push(format!("{alias}.k ~ {}", self.constant(pattern)));
        }
        let named = any(named.into_iter()).unwrap_or_else(|| "false".to_owned());
        let value = &keywords["additionalProperties"];
        let breaks = self.breaks(value, here, &format!("{alias}.v"))?;
        let exists = format!(
            "EXISTS (SELECT FROM {} AS {alias}(k, v) WHERE NOT ({named}) AND {breaks})",
            fields(x)
        );
        Ok(vec![(here.clone(), exists)])
    }
}

fn table<'v>(value: &'v Value, here: &Place) -> Result<&'v Map<String, Value>, Refused> {
    match value.as_object() {
        Some(table) => Ok(table),
        None => here.refused("a table is wanted"),
    }
}

fn keys(value: Option<&Value>) -> impl Iterator<Item = &String> {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
}

/// The fields of an object, and none of anything else.
fn fields(x: &str) -> String {
    format!("jsonb_each(CASE jsonb_typeof({x}) WHEN 'object' THEN {x} ELSE '{{}}' END)")
}

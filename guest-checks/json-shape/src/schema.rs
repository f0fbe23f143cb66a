//! A JSON schema as SQL: for each keyword a condition that is true of a document which breaks it.
//!
//! Conditions are about values of type jsonb. Each asks for the type first, within a CASE, because Postgres promises no
//! order for AND and `'"a"'::jsonb::numeric` is an error. Null, which only a value that is not there is, breaks nothing.

mod array;
mod combined;
mod object;
mod single;

use std::fmt;

use serde_json::Value;

use crate::rule::Rules;

/// What to ask about the jsonb column `doc`.
pub struct Questions {
    pub asked: Vec<Asked>,
    /// The parameters, all of type text.
    pub constants: Vec<String>,
    /// Those of them that are regular expressions.
    pub patterns: Vec<String>,
}

pub struct Asked {
    pub rule: String,
    /// A condition: the document breaks the keyword.
    pub broken: String,
}

/// Why a schema cannot be asked about.
#[derive(Debug)]
pub struct Refused {
    place: Vec<String>,
    why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at `/{}`, {}", self.place.join("/"), self.why)
    }
}

pub fn questions(schema: &Value) -> Result<Questions, Refused> {
    let mut writer = Writer {
        root: schema,
        constants: Vec::new(),
        patterns: Vec::new(),
        references: Vec::new(),
        aliases: 0,
    };
    let broken = writer.broken(schema, &Place::default(), "doc")?;
    let mut rules = Rules::default();
    let asked = broken.into_iter().map(|(place, broken)| Asked {
        rule: rules.of(&place.short),
        broken,
    });
    Ok(Questions {
        asked: asked.collect(),
        constants: writer.constants,
        patterns: writer.patterns,
    })
}

/// Where a keyword stands.
#[derive(Clone, Default)]
struct Place {
    /// As a pointer has it.
    whole: Vec<String>,
    /// As a rule has it: without what every schema says, `properties` for one.
    short: Vec<String>,
}

impl Place {
    /// Below a keyword that a rule does without.
    fn below(&self, keyword: &str, name: &str) -> Self {
        let mut place = self.clone();
        place.whole.extend([keyword.to_owned(), name.to_owned()]);
        place.short.push(name.to_owned());
        place
    }

    /// At a keyword, which a rule calls `short`.
    fn at(&self, keyword: &str, short: &str) -> Self {
        let mut place = self.clone();
        place.whole.push(keyword.to_owned());
        place.short.push(short.to_owned());
        place
    }

    fn keyword(&self, keyword: &str) -> Self {
        self.at(keyword, keyword)
    }

    fn refused<T>(&self, why: impl Into<String>) -> Result<T, Refused> {
        Err(Refused {
            place: self.whole.clone(),
            why: why.into(),
        })
    }
}

/// Conditions by the place of their keyword.
type Broken = Vec<(Place, String)>;

struct Writer<'s> {
    root: &'s Value,
    constants: Vec<String>,
    patterns: Vec<String>,
    /// Where the references lead that are being followed.
    references: Vec<&'s str>,
    aliases: usize,
}

impl<'s> Writer<'s> {
    /// The conditions of a schema on the jsonb expression `x`.
    fn broken(&mut self, schema: &'s Value, place: &Place, x: &str) -> Result<Broken, Refused> {
        let keywords = match schema {
            Value::Bool(true) => return Ok(Vec::new()),
            Value::Bool(false) => return Ok(vec![(place.at("", "absent"), "true".to_owned())]),
            Value::Object(keywords) => keywords,
            _ => return place.refused("a schema is a table, true or false"),
        };
        let mut broken = Vec::new();
        for (keyword, value) in keywords {
            let here = place.keyword(keyword);
            match keyword.as_str() {
                "type" | "enum" | "const" | "minimum" | "maximum" | "exclusiveMinimum"
                | "exclusiveMaximum" | "multipleOf" | "minLength" | "maxLength" | "pattern" => {
                    let condition = self.single(keyword, value, &here, x)?;
                    broken.push((here, condition));
                }
                "items" | "prefixItems" | "contains" | "minItems" | "maxItems" | "uniqueItems" => {
                    broken.extend(self.array(keywords, keyword, place, x)?);
                }
                "properties"
                | "patternProperties"
                | "additionalProperties"
                | "propertyNames"
                | "required"
                | "dependentRequired"
                | "minProperties"
                | "maxProperties" => broken.extend(self.object(keywords, keyword, place, x)?),
                "allOf" | "anyOf" | "oneOf" | "not" | "if" | "$ref" => {
                    broken.extend(self.combined(keywords, keyword, place, x)?);
                }
                "then" | "else" if keywords.contains_key("if") => {}
                "then" | "else" => {
                    return here.refused(format!("`{keyword}` has no `if` beside it"));
                }
                "$schema" if value != "https://json-schema.org/draft/2020-12/schema" => {
                    return here.refused("the schema is of another version than 2020-12");
                }
                "$schema" | "$id" | "$comment" | "$defs" | "title" | "description" | "default"
                | "examples" | "deprecated" | "readOnly" | "writeOnly" => {}
                other => {
                    return here.refused(format!(
                        "the keyword `{other}` is not one that this check knows"
                    ));
                }
            }
        }
        Ok(broken)
    }

    /// One condition: `x` breaks the schema somewhere.
    fn breaks(&mut self, schema: &'s Value, place: &Place, x: &str) -> Result<String, Refused> {
        let broken = self.broken(schema, place, x)?;
        Ok(
            match any(broken.into_iter().map(|(_, condition)| condition)) {
                Some(broken) => format!("({broken})"),
                None => "false".to_owned(),
            },
        )
    }

    /// A parameter by its number; equal ones are one.
    fn constant(&mut self, text: impl Into<String>) -> String {
        let text = text.into();
        let known = self.constants.iter().position(|constant| *constant == text);
        let at = known.unwrap_or_else(|| {
            self.constants.push(text);
            self.constants.len() - 1
        });
        format!("${}::text", at + 1)
    }

    fn pattern(&mut self, value: &Value, place: &Place) -> Result<String, Refused> {
        let Some(pattern) = value.as_str() else {
            return place.refused("a pattern is a string");
        };
        self.patterns.push(pattern.to_owned());
        Ok(self.constant(pattern))
    }

    fn json(&mut self, value: &Value) -> String {
        format!("{}::jsonb", self.constant(value.to_string()))
    }

    fn number(&mut self, value: &Value, place: &Place) -> Result<String, Refused> {
        let Value::Number(number) = value else {
            return place.refused("a number is wanted");
        };
        // Above it 64 bits of floating point do not tell neighbours apart: it is not what was written any more.
        if number.is_f64()
            && number
                .as_f64()
                .is_some_and(|n| n.abs() > 9_007_199_254_740_992.0)
        {
            return place.refused("the number is too large to be exact");
        }
        Ok(format!("{}::numeric", self.constant(number.to_string())))
    }

    fn size(&mut self, value: &Value, place: &Place) -> Result<u64, Refused> {
        match value.as_u64() {
            Some(size) => Ok(size),
            None => place.refused("a whole number from 0 on is wanted"),
        }
    }

    /// A name for a row source that no other has.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("a{}", self.aliases)
    }
}

/// `condition` where `x` is of that type, and false elsewhere.
fn of_type(x: &str, name: &str, condition: &str) -> String {
    format!("CASE jsonb_typeof({x}) WHEN '{name}' THEN {condition} ELSE false END")
}

/// One condition of many; none of none.
fn any(conditions: impl Iterator<Item = String>) -> Option<String> {
    conditions.reduce(|before, condition| format!("{before} OR {condition}"))
}

#[cfg(test)]
mod tests;

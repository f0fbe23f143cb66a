//! Keywords that put schemas together.

use serde_json::{Map, Value};

use super::{Broken, Place, Refused, Writer};

impl<'s> Writer<'s> {
    pub(super) fn combined(
        &mut self,
        keywords: &'s Map<String, Value>,
        keyword: &str,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let (value, here) = (&keywords[keyword], place.keyword(keyword));
        let condition = match keyword {
            "$ref" => return self.reference(value, &here, place, x),
            "if" => return self.depending(keywords, &here, place, x),
            "allOf" => {
                let mut all = Vec::new();
                for (n, schema) in list(value, &here)?.iter().enumerate() {
                    all.extend(self.broken(schema, &place.below("allOf", &n.to_string()), x)?);
                }
                return Ok(all);
            }
            "not" => format!("{} IS NOT TRUE", self.breaks(value, &here, x)?),
            _ => {
                let fits: Vec<String> = list(value, &here)?
                    .iter()
                    .map(|schema| Ok(format!("({} IS NOT TRUE)", self.breaks(schema, &here, x)?)))
                    .collect::<Result<_, _>>()?;
                match keyword {
                    "anyOf" => format!("NOT ({})", fits.join(" OR ")),
                    _ => format!("{}::int <> 1", fits.join("::int + ")),
                }
            }
        };
        // Of a value that is not there nothing is asked.
        Ok(vec![(here, format!("({x} IS NOT NULL AND {condition})"))])
    }

    fn depending(
        &mut self,
        keywords: &'s Map<String, Value>,
        here: &Place,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let breaks = self.breaks(&keywords["if"], here, x)?;
        let mut all = Vec::new();
        for (keyword, when) in [("then", "IS NOT TRUE"), ("else", "IS TRUE")] {
            let Some(schema) = keywords.get(keyword) else {
                continue;
            };
            for (at, broken) in self.broken(schema, &place.keyword(keyword), x)? {
                all.push((at, format!("({breaks} {when} AND ({broken}))")));
            }
        }
        Ok(all)
    }

    /// Follows `#/$defs/line` and any other place of the schema itself.
    fn reference(
        &mut self,
        value: &'s Value,
        here: &Place,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let Some(reference) = value.as_str() else {
            return here.refused("a reference is a string");
        };
        let target = reference.strip_prefix('#');
        let Some(schema) = target.and_then(|pointer| self.root.pointer(pointer)) else {
            return here.refused(format!(
                "`{reference}` leads nowhere in this schema; write, for example, `#/$defs/line`"
            ));
        };
        if self.references.contains(&reference) {
            return here.refused(format!(
                "`{reference}` leads back to itself, and a condition in SQL has an end"
            ));
        }
        self.references.push(reference);
        let broken = self.broken(schema, place, x);
        self.references.pop();
        broken
    }
}

fn list<'v>(value: &'v Value, here: &Place) -> Result<&'v Vec<Value>, Refused> {
    match value.as_array() {
        Some(schemas) if !schemas.is_empty() => Ok(schemas),
        _ => here.refused("a list of at least one schema is wanted"),
    }
}

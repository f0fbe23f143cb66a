//! Keywords about arrays.

use serde_json::{Map, Value};

use super::{Broken, Place, Refused, Writer, of_type};

impl<'s> Writer<'s> {
    pub(super) fn array(
        &mut self,
        keywords: &'s Map<String, Value>,
        keyword: &str,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let (value, here) = (&keywords[keyword], place.keyword(keyword));
        let condition = match keyword {
            "items" => return self.items(keywords, value, place, x),
            "prefixItems" => return self.prefix(value, &here, place, x),
            "contains" => {
                let alias = self.alias();
                let breaks = self.breaks(value, &here, &format!("{alias}.v"))?;
                format!(
                    "NOT EXISTS (SELECT FROM {} AS {alias}(v) WHERE {breaks} IS NOT TRUE)",
                    elements(x)
                )
            }
            "uniqueItems" => match value.as_bool() {
                Some(true) => format!(
                    "(SELECT count(*) <> count(DISTINCT v) FROM {} AS each(v))",
                    elements(x)
                ),
                Some(false) => return Ok(Vec::new()),
                None => return here.refused("`uniqueItems` is true or false"),
            },
            _ => {
                let size = self.size(value, &here)?;
                let beyond = if keyword == "minItems" { "<" } else { ">" };
                format!("jsonb_array_length({x}) {beyond} {size}")
            }
        };
        let condition = of_type(x, "array", &condition);
        Ok(vec![(here, condition)])
    }

    /// `items` is about what stands behind `prefixItems`.
    fn items(
        &mut self,
        keywords: &'s Map<String, Value>,
        value: &'s Value,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let before = keywords.get("prefixItems").and_then(Value::as_array);
        let before = before.map_or(0, Vec::len);
        let alias = self.alias();
        let broken = self.broken(value, &place.at("items", "each"), &format!("{alias}.v"))?;
        let broken = broken.into_iter().map(|(at, broken)| {
            let exists = format!(
                "EXISTS (SELECT FROM {} WITH ORDINALITY AS {alias}(v, n) WHERE {alias}.n > {before} AND ({broken}))",
                elements(x)
            );
            (at, exists)
        });
        Ok(broken.collect())
    }

    fn prefix(
        &mut self,
        value: &'s Value,
        here: &Place,
        place: &Place,
        x: &str,
    ) -> Result<Broken, Refused> {
        let Some(schemas) = value.as_array() else {
            return here.refused("`prefixItems` is a list of schemas");
        };
        let mut all = Vec::new();
        for (n, schema) in schemas.iter().enumerate() {
            let at = place.below("prefixItems", &n.to_string());
            let item = format!("({x} -> {n})");
            for (at, broken) in self.broken(schema, &at, &item)? {
                let there = format!("{item} IS NOT NULL AND ({broken})");
                all.push((at, of_type(x, "array", &there)));
            }
        }
        Ok(all)
    }
}

/// The elements of an array, and none of anything else.
fn elements(x: &str) -> String {
    format!("jsonb_array_elements(CASE jsonb_typeof({x}) WHEN 'array' THEN {x} ELSE '[]' END)")
}

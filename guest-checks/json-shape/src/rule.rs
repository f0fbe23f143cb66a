//! A finding's rule for a keyword's place in a schema.

use std::collections::BTreeSet;

/// Longest rule that a report takes (`wit/checker.wit`), less room for a number that tells two apart.
const LONGEST: usize = 60;

/// Names places, each by another rule.
#[derive(Default)]
pub struct Rules(BTreeSet<String>);

impl Rules {
    /// The rule of one place; `place` is the names on the way there.
    pub fn of(&mut self, place: &[String]) -> String {
        let words: Vec<String> = place.iter().flat_map(|name| words(name)).collect();
        let mut rule = words.join("-");
        // The end says more than the beginning.
        while rule.len() > LONGEST {
            match rule.split_once('-') {
                Some((_, rest)) => rule = rest.to_owned(),
                None => rule.truncate(LONGEST),
            }
        }
        if rule.is_empty() {
            "document".clone_into(&mut rule);
        }
        let again = (2..).map(|n| format!("{rule}-{n}"));
        let mut candidates = std::iter::once(rule.clone()).chain(again);
        // The candidates do not end, so one of them is new.
        let new = candidates.find(|candidate| !self.0.contains(candidate));
        let new = new.unwrap_or(rule);
        self.0.insert(new.clone());
        new
    }
}

/// `lineItems_2` as `line`, `items`, `2`: what a rule can be made of.
fn words(name: &str) -> Vec<String> {
    let mut apart = String::new();
    for c in name.chars() {
        match c {
            'A'..='Z' => {
                apart.push('-');
                apart.push(c.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' => apart.push(c),
            _ => apart.push('-'),
        }
    }
    let words = apart.split('-').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(places: &[&[&str]]) -> Vec<String> {
        let mut rules = Rules::default();
        let owned = |place: &&[&str]| place.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        places.iter().map(|place| rules.of(&owned(place))).collect()
    }

    #[test]
    fn a_place_is_kebab_case_and_stands_once() {
        let read = rules(&[
            &["lineItems", "each", "minLength"],
            &["line-items", "each_min", "Length"],
            &["größe", "type"],
            &["日本"],
            &[],
        ]);
        let expected = [
            "line-items-each-min-length",
            "line-items-each-min-length-2",
            "gr-e-type",
            "document",
            "document-2",
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_long_place_keeps_its_end() {
        let long = ["a".repeat(80), "middle".repeat(8), "minimum".to_owned()];
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let read = rules(&[&long, &[&"b".repeat(90)]]);
        assert!(read[0].ends_with("middle-minimum"), "{read:?}");
        assert!(read.iter().all(|rule| rule.len() <= 64), "{read:?}");
    }
}

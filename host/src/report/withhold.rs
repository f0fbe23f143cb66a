//! Secrets and private paths, taken out of the evidence before it is rendered.
//!
//! Escaping could break a secret apart so that a sweep of the rendered artefact would not know it again.

use super::terms::{HiddenPath, Terms};
use super::text::each_text;
use super::{Evidence, Hit};

/// Finds a secret in some bytes, and names it.
pub type Detect<'a> = &'a dyn Fn(&[u8]) -> Option<&'static str>;

/// Replaces each text in which `detect` finds a secret. Returns how many texts there were, and the hits.
pub fn withhold(evidence: &mut Evidence, terms: &mut Terms, detect: Detect) -> (u64, Vec<Hit>) {
    let (mut texts, mut hits) = (0, Vec::new());
    each_text(evidence, terms, &mut |place, text| {
        texts += 1;
        if let Some(secret) = detect(text.as_bytes()) {
            *text = format!("[withheld: {secret}]");
            hits.push(Hit { place, secret });
        }
    });
    (texts, hits)
}

/// Puts the words of each hidden path in its place, the longest path first.
pub fn hide_paths(evidence: &mut Evidence, terms: &mut Terms) {
    let mut hidden: Vec<HiddenPath> = std::mem::take(&mut terms.hidden_paths);
    // An empty path is in every text and at every place of it.
    hidden.retain(|hidden| !hidden.path.is_empty());
    hidden.sort_by_key(|hidden| std::cmp::Reverse(hidden.path.len()));
    each_text(evidence, terms, &mut |_, text| {
        for HiddenPath { path, shown } in &hidden {
            if text.contains(path) {
                *text = text.replace(path, shown);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Required;
    use crate::report::{Stop, sample};

    /// Collects every string that serialization would write, but for the words of enums.
    fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => out.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
            serde_json::Value::Object(fields) => {
                fields.values().for_each(|item| strings(item, out))
            }
            _ => {}
        }
    }

    /// What is left of a report when every text that others wrote is withheld.
    fn left(mut evidence: Evidence, mut terms: Terms) -> Vec<String> {
        let (texts, hits) = withhold(&mut evidence, &mut terms, &|_| Some("everything"));
        assert_eq!(texts, hits.len() as u64);
        let mut left = Vec::new();
        strings(&serde_json::to_value(&evidence).unwrap(), &mut left);
        strings(&serde_json::to_value(&terms).unwrap(), &mut left);
        // Digests are this crate's own.
        left.retain(|text| text != "[withheld: everything]" && text.len() != 64);
        left
    }

    #[test]
    fn no_text_that_others_wrote_is_passed_by() {
        let mut terms = sample::terms();
        terms.required = vec![Required {
            title: "Restored".to_owned(),
            proves: vec!["teardown".to_owned()],
        }];
        let mut left_over = left(sample::evidence(), terms.clone());
        left_over.extend(left(sample::the_other_variants(), terms));
        left_over.sort();
        left_over.dedup();
        let words_of_the_host = "PASS absent another benign boolean bytes-differ called-differs columns-differ \
            container content-differs could-not-look count definition-differs digests docker dump fails fresh given gone grant info \
            left-behind looked missing missing-role no no-capabilities no-network no-new-privileges no-published-port \
            not-available nothing null observe-again only-own-mounts own-cluster own-processes owner-differs plain present \
            read-only-root remark report report.json report.md reported resource-limits rows-differ selected \
            sequence-collision server stopped table text unexpected unprivileged-user value-differs withheld yes";
        assert_eq!(left_over.join(" "), words_of_the_host);
    }

    #[test]
    fn the_longest_path_is_hidden_first() {
        let (mut evidence, mut terms) = (sample::evidence(), sample::terms());
        evidence.stop = Some(Stop {
            stage: crate::event::Stage::Dump,
            cause: "cannot write /runs/a/dump.sql: disk full".to_owned(),
        });
        let hidden = |path: &str, shown| HiddenPath {
            path: path.to_owned(),
            shown,
        };
        terms.hidden_paths = vec![
            hidden("", "nothing"),
            hidden("/runs/a", "the run's directory"),
            hidden("/runs/a/dump.sql", "the dump"),
        ];
        hide_paths(&mut evidence, &mut terms);
        assert_eq!(
            evidence.stop.unwrap().cause,
            "cannot write the dump: disk full"
        );
    }
}

//! A report, swept for secrets and hashed.

mod file;
mod publish;

pub use file::secret_in;
pub use publish::{NotPublished, Published};

use crate::event::Stage;
use crate::reference::MANIFEST;
use vhost_dump::digest::Sha256;

use super::summary::{self, Colour};
use super::terms::{ChecksAsked, Terms};
use super::verdict::Verdict;
use super::withhold::{hide_paths, withhold};
use super::{Evidence, Hit, Report, ServerSeen, SourceSeen, Stop, Sweep, json, markdown, shape};

const MARKDOWN: &str = "report.md";
const JSON: &str = "report.json";
const SUMMARY: &str = "terminal summary";
const RECORDINGS: &str = "recordings";

/// One file of a run's directory.
#[derive(Debug)]
pub struct Artefact {
    pub name: &'static str,
    pub text: String,
    pub sha256: Sha256,
}

/// A judged report whose every rendering was swept. The files, the summary and the exit code all come from this one
/// value, so that they cannot disagree; [`Sealed::publish`] gives them out.
#[derive(Debug)]
pub struct Sealed {
    report: Report,
    artefacts: Vec<Artefact>,
}

/// Why a report was not rendered.
#[derive(Debug, thiserror::Error)]
#[error("report.json cannot be written: a value of the evidence has no JSON form")]
pub struct NotSealed(#[from] serde_json::Error);

impl Sealed {
    /// Judges the evidence and renders it without any secret.
    ///
    /// `known` names the known secret that some bytes hold, raw or encoded; well-known token shapes are looked
    /// for besides. A text with a secret is withheld and fails the gate `no-secrets`. Where a rendered whole still
    /// holds one, for example across two texts, nothing of the evidence but the hits is kept.
    pub fn of(
        mut evidence: Evidence,
        mut terms: Terms,
        known: &dyn Fn(&[u8]) -> Option<&'static str>,
    ) -> Result<Self, NotSealed> {
        let detect = |bytes: &[u8]| known(bytes).or_else(|| shape::known_shape(bytes));
        hide_paths(&mut evidence, &mut terms);
        let before = evidence.sweep.take().map(|swept| swept.hits);
        let (texts, found) = withhold(&mut evidence, &mut terms, &detect);
        let mut hits = before.unwrap_or_default();
        hits.extend(found);
        evidence.sweep = Some(swept(&evidence, texts, hits.clone()));
        let (bare_evidence, bare_terms) = bare(&evidence, &terms);
        let sealed = Self::render(Report::of(evidence, terms))?;
        let across = sealed.sweep(&detect);
        if across.is_empty() {
            return Ok(sealed);
        }
        hits.extend(across);
        // What is left are this crate's own words, the same in every such report: they give nothing away.
        Self::render(Report::of(
            Evidence {
                sweep: Some(swept(&bare_evidence, texts, hits)),
                ..bare_evidence
            },
            bare_terms,
        ))
    }

    fn render(report: Report) -> Result<Self, NotSealed> {
        let rendered = [
            (MARKDOWN, markdown::render(&report)),
            (JSON, json::render(&report)?),
        ];
        let artefacts = rendered.map(|(name, text)| Artefact {
            name,
            sha256: Sha256::of(text.as_bytes()),
            text,
        });
        Ok(Self {
            report,
            artefacts: artefacts.into(),
        })
    }

    /// Looks at each rendering as a whole.
    fn sweep(&self, detect: &dyn Fn(&[u8]) -> Option<&'static str>) -> Vec<Hit> {
        let mut renderings: Vec<(&'static str, String)> = vec![
            (SUMMARY, summary::render(&self.report, Colour::No)),
            (SUMMARY, summary::render(&self.report, Colour::Yes)),
        ];
        let files = self.artefacts.iter();
        renderings.extend(files.map(|artefact| (artefact.name, artefact.text.clone())));
        let hit = |(place, text): (_, String)| {
            detect(text.as_bytes()).map(|secret| Hit { place, secret })
        };
        renderings.into_iter().filter_map(hit).collect()
    }

    pub fn verdict(&self) -> Verdict {
        self.report.verdict
    }

    pub fn artefacts(&self) -> &[Artefact] {
        &self.artefacts
    }
}

fn swept(evidence: &Evidence, texts: u64, hits: Vec<Hit>) -> Sweep {
    let mut artefacts = vec![MARKDOWN, JSON, SUMMARY];
    artefacts.extend(evidence.manifest.map(|_| MANIFEST));
    if !evidence.recordings.is_empty() {
        artefacts.push(RECORDINGS);
    }
    Sweep {
        texts,
        artefacts,
        hits,
    }
}

/// The same drill with every text and every fact left out.
fn bare(evidence: &Evidence, terms: &Terms) -> (Evidence, Terms) {
    let word = || "[withheld]".to_owned();
    let source = match evidence.source {
        SourceSeen::GivenDump => SourceSeen::GivenDump,
        SourceSeen::Server(_) => SourceSeen::Server(Box::<ServerSeen>::default()),
    };
    let mut bare = Evidence::nothing_yet(source);
    // Digests and counts of a file that was swept by itself, and that the run holds either way.
    bare.manifest = evidence.manifest;
    bare.stop = Some(Stop {
        stage: Stage::Seal,
        cause: "a rendered artefact held a secret that no single text held, so all evidence is withheld"
            .to_owned(),
    });
    let terms = Terms {
        plan: word(),
        title: "A drill whose report is withheld".to_owned(),
        run_id: word(),
        started_at: word(),
        engine: terms.engine,
        vhost_version: word(),
        writable_role: terms.writable_role,
        accepted_walls: terms.accepted_walls.clone(),
        // As many as there were: an empty list would pass as one that the plan left empty.
        protected: terms.protected.iter().map(|_| word()).collect(),
        checks: match &terms.checks {
            ChecksAsked::NoneOnPurpose => ChecksAsked::NoneOnPurpose,
            ChecksAsked::Selected(names) => {
                ChecksAsked::Selected(names.iter().map(|_| word()).collect())
            }
        },
        required: Vec::new(),
        hidden_paths: Vec::new(),
    };
    (bare, terms)
}

#[cfg(test)]
mod tests;

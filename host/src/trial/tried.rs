//! What one check came to in a trial, and the grant that it would need.

use std::sync::Arc;

use crate::check::exchange::{NotRecorded, Recorded};
use crate::check::statements::Sent;
use crate::check::{CheckOutcome, Ran};
use crate::grant::record::stanza_of;
use crate::grant::{Approved, Decision, NotApproved, Scope, approve};
use crate::trial::needed::Needed;

/// One check, tried once.
pub struct Tried {
    pub approved: Arc<Approved>,
    pub outcome: CheckOutcome,
    pub statements: Vec<Sent>,
    /// How many more there were.
    pub more_statements: u64,
    pub needed: Needed,
    pub recording: Option<Result<Recorded, NotRecorded>>,
    /// Sentences for the author.
    pub remarks: Vec<String>,
}

/// What an operator would type, and what would then stand in the grants file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// For `--read`, one each; empty where what is asked is granted as it is.
    pub read: Vec<Scope>,
    pub text: String,
}

/// Why there is no grant to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStanza {
    #[error("it read no relation, so that nobody can tell which it needs: name them with --read")]
    NothingRead,
    #[error("it asks for less than it reads: add {scope:?} to `read` in its check.toml", scope = .0.to_string())]
    AsksTooLittle(Scope),
    #[error("its grant cannot be written: it {0}")]
    NotApproved(NotApproved),
}

impl Tried {
    pub(super) fn new(approved: Arc<Approved>, ran: Ran, needed: Needed) -> Self {
        Self {
            approved,
            outcome: ran.outcome,
            statements: ran.statements,
            more_statements: ran.more_statements,
            needed,
            recording: ran.recording,
            remarks: Vec::new(),
        }
    }

    /// The narrowest grant that lets the check do what it did.
    pub fn stanza(&self) -> Result<Stanza, NoStanza> {
        let component = self.approved.component();
        let read = self.needed.read.clone();
        let decision = Decision {
            read: read.clone(),
            withhold: Vec::new(),
            by: String::new(),
            at: time::OffsetDateTime::UNIX_EPOCH,
        };
        let mut grant = approve(component, None, &decision).map_err(|error| match error {
            NotApproved::NeedsRead => NoStanza::NothingRead,
            NotApproved::ReadNotAsked { scope } => NoStanza::AsksTooLittle(scope),
            error => NoStanza::NotApproved(error),
        })?;
        // Nobody has.
        (grant.approved_by, grant.approved_at) = (None, None);
        let summary = component.asked.as_ref().map(|asked| asked.summary.as_str());
        let text = stanza_of(&grant, summary.unwrap_or_default());
        Ok(Stanza { read, text })
    }
}

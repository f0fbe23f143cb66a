//! A component answered as a recording has it.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use wasmtime::Store;

use crate::check::compile::Compiled;
use crate::check::disclose::{Disclosure, Names};
use crate::check::exchange::{Answers, Difference, Recording, Replay};
use crate::check::host::{Parts, State};
use crate::check::machine::Machine;
use crate::check::run::call;
use crate::check::told::{Telling, Told, UNSALTED};
use crate::grant::{Approved, Component, ReportLevel};

/// A component and a recording of its check. Its SHA-256 may be another than the recorded one's.
pub struct Again {
    pub machine: Arc<Machine>,
    pub component: Component,
    pub compiled: Compiled,
    pub recording: Arc<Recording>,
}

impl Again {
    /// What the component imports and the recorded one was not granted: nothing recorded could answer that.
    fn imports(&self) -> Option<Difference> {
        let granted = &self.recording.head.interfaces;
        let imported = self.component.grantable();
        let more = imported.iter().any(|one| !granted.contains(one));
        more.then(|| Difference::new("its imports", &granted.join(", "), &imported.join(", ")))
    }
}

/// Answers a component as a recording has it; none where it does what the recorded one did.
///
/// It runs in the same store, behind the same walls and up to the same report as in a drill. No database is asked and no
/// file is opened.
pub async fn replay(again: Again) -> Option<Difference> {
    let begun = Instant::now();
    let head = &again.recording.head;
    if let Some(difference) = again.imports() {
        return Some(difference);
    }
    let approved = Approved::as_recorded(
        again.component,
        head.interfaces.clone(),
        head.report,
        head.limits(),
    );
    let limits = approved.limits();
    let state = State::new(Parts {
        answers: Answers::Recorded(Replay::new(again.recording.clone())),
        recorder: None,
        statements: None,
        artefacts: &[],
        memory: limits.memory,
        log_bytes: limits.log_bytes,
        // Both were looked at when the recording was read.
        started: head.started().unwrap_or(SystemTime::UNIX_EPOCH),
        seed: *head.seed.as_bytes(),
    });
    let state = match state {
        Ok(state) => state,
        Err(error) => return Some(Difference::new("its start", "one", &error.to_string())),
    };
    let mut store = Store::new(again.machine.engine(), state);
    let returned = call(
        &again.machine,
        &approved,
        &again.compiled,
        &mut store,
        begun,
    )
    .await;
    let state = store.into_data();
    let telling = Telling {
        returned: &returned,
        state: &state,
        findings: limits.findings,
    };
    let told = Told::from(telling.under(&Disclosure {
        level: ReportLevel::Values,
        salt: &UNSALTED,
        names: &Names::new(),
    }));
    let asked = match state.answers {
        Answers::Recorded(replay) => replay.difference(),
        Answers::Live(_) => None,
    };
    asked.or_else(|| again.recording.outcome.difference(&told))
}

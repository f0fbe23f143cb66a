//! What answers a check in a drill: the restored database, and what was recorded of the drill so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::call::Number;
use crate::check::bindings::vhost::check::query::Budget;
use crate::check::bindings::vhost::check::types::{Column, Error};
use crate::check::evidence::Facts;
use crate::check::query::{Cursor, Session};

pub struct Live {
    /// None where `query` is not granted: such a check has no connection at all.
    pub session: Option<Session>,
    pub facts: Arc<Facts>,
    pub settings: String,
    cursors: BTreeMap<Number, Cursor>,
    opened: Number,
}

impl Live {
    pub fn new(session: Option<Session>, facts: Arc<Facts>, settings: String) -> Self {
        Self {
            session,
            facts,
            settings,
            cursors: BTreeMap::new(),
            opened: 0,
        }
    }

    /// Takes a cursor that was just opened.
    pub(super) fn keep(&mut self, cursor: Cursor) -> Number {
        self.opened += 1;
        self.cursors.insert(self.opened, cursor);
        self.opened
    }

    /// The session and one of its cursors. A guest has no handle to one that is not there.
    pub(super) fn at(&mut self, number: Number) -> Result<(&mut Session, &mut Cursor), Error> {
        match (&mut self.session, self.cursors.get_mut(&number)) {
            (Some(session), Some(cursor)) => Ok((session, cursor)),
            _ => Err(not_granted()),
        }
    }

    pub(super) fn columns(&self, number: Number) -> Vec<Column> {
        let cursor = self.cursors.get(&number);
        cursor.map_or_else(Vec::new, Cursor::columns)
    }

    pub(super) async fn close(&mut self, number: Number) -> Result<(), Error> {
        match (&mut self.session, self.cursors.remove(&number)) {
            (Some(session), Some(cursor)) => session.close_cursor(cursor).await,
            _ => Ok(()),
        }
    }

    pub(super) fn remaining(&self) -> Budget {
        match &self.session {
            Some(session) => session.remaining(),
            None => Budget {
                rows_left: 0,
                bytes_left: 0,
                statements_left: 0,
                millis_left: 0,
            },
        }
    }
}

pub(super) fn not_granted() -> Error {
    Error::Denied("grant `vhost:check/query@0.1.0`".to_owned())
}

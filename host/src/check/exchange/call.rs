//! Every call that a guest can make of the host, but those of `evidence`, which are beside its facts.

use std::future::ready;

use super::form::{Form, Private, record, variant};
use super::live::{Live, not_granted};
use super::statement::Statement;
use crate::check::Calls;
use crate::check::bindings::vhost::check::log::Level;
use crate::check::bindings::vhost::check::query::Budget;
use crate::check::bindings::vhost::check::types::{Column, Error, Page, Value};
use crate::check::disclose::Contact;
use crate::check::statements::Of;

/// One call of a guest: what it asks, and how the host answers it in a drill.
///
/// Its form is what is recorded of the question, and [`Call::Answer`]'s that of the answer.
pub trait Call: Form + Send + Sync {
    /// Interface and function as in `wit/`.
    const NAME: &'static str;
    /// Whether rows can be in the guest's words from here on.
    const CONTACT: Contact;
    type Answer: Form + Send;

    fn count(calls: &mut Calls);

    fn answer(&self, live: &mut Live) -> impl Future<Output = Self::Answer> + Send;

    fn error(_: &Self::Answer) -> Option<&Error> {
        None
    }

    /// Which statement it is about.
    fn of(&self) -> Of<'_> {
        Of::Nothing
    }

    /// The cursor that an answer opens.
    fn opened(_: &Self::Answer) -> Option<Number> {
        None
    }

    /// How many rows an answer brings.
    fn rows(_: &Self::Answer) -> Option<u64> {
        None
    }
}

/// A cursor by its number: the first that a check opens is 1.
pub type Number = u32;
type Rows = Vec<Vec<Value>>;

pub struct Open {
    pub sql: Statement,
    pub params: Private<Vec<Value>>,
}
record!(Open { sql, params });

impl Call for Open {
    const NAME: &'static str = "query/open";
    const CONTACT: Contact = Contact::Asked;
    type Answer = Result<Number, Error>;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    async fn answer(&self, live: &mut Live) -> Self::Answer {
        let session = live.session.as_mut().ok_or_else(not_granted)?;
        let cursor = session.cursor(&self.sql.0, &self.params.0).await?;
        Ok(live.keep(cursor))
    }

    fn of(&self) -> Of<'_> {
        Of::Statement(&self.sql.0)
    }

    fn opened(answer: &Self::Answer) -> Option<Number> {
        answer.as_ref().ok().copied()
    }

    fn error(answer: &Self::Answer) -> Option<&Error> {
        answer.as_ref().err()
    }
}

pub struct Scalar {
    pub sql: Statement,
    pub params: Private<Vec<Value>>,
}
record!(Scalar { sql, params });

impl Call for Scalar {
    const NAME: &'static str = "query/scalar";
    const CONTACT: Contact = Contact::Asked;
    type Answer = Result<Value, Error>;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    async fn answer(&self, live: &mut Live) -> Self::Answer {
        let session = live.session.as_mut().ok_or_else(not_granted)?;
        session.scalar(&self.sql.0, &self.params.0).await
    }

    fn of(&self) -> Of<'_> {
        Of::Statement(&self.sql.0)
    }

    fn error(answer: &Self::Answer) -> Option<&Error> {
        answer.as_ref().err()
    }
}

pub struct Columns {
    pub cursor: Number,
}
record!(Columns { cursor });

impl Call for Columns {
    const NAME: &'static str = "query/cursor.columns";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = Vec<Column>;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    fn answer(&self, live: &mut Live) -> impl Future<Output = Self::Answer> + Send {
        ready(live.columns(self.cursor))
    }
}

pub struct Fetch {
    pub cursor: Number,
    pub max_rows: u32,
}
record!(Fetch { cursor, max_rows });

impl Call for Fetch {
    const NAME: &'static str = "query/cursor.fetch";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = Result<Rows, Error>;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    async fn answer(&self, live: &mut Live) -> Self::Answer {
        let (session, cursor) = live.at(self.cursor)?;
        session.fetch(cursor, self.max_rows).await
    }

    fn of(&self) -> Of<'_> {
        Of::Cursor(self.cursor)
    }

    fn error(answer: &Self::Answer) -> Option<&Error> {
        answer.as_ref().err()
    }

    fn rows(answer: &Self::Answer) -> Option<u64> {
        answer.as_ref().ok().map(|rows| rows.len() as u64)
    }
}

pub struct FetchPage {
    pub cursor: Number,
    pub max_rows: u32,
}
record!(FetchPage { cursor, max_rows });

impl Call for FetchPage {
    const NAME: &'static str = "query/cursor.fetch-page";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = Result<Page, Error>;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    async fn answer(&self, live: &mut Live) -> Self::Answer {
        let (session, cursor) = live.at(self.cursor)?;
        session.fetch_page(cursor, self.max_rows).await
    }

    fn of(&self) -> Of<'_> {
        Of::Cursor(self.cursor)
    }

    fn error(answer: &Self::Answer) -> Option<&Error> {
        answer.as_ref().err()
    }

    fn rows(answer: &Self::Answer) -> Option<u64> {
        answer.as_ref().ok().map(|page| page.rows.into())
    }
}

/// The end of a cursor. A guest is not told of a failure; the session reports it on the next call.
pub struct Drop {
    pub cursor: Number,
}
record!(Drop { cursor });

impl Call for Drop {
    const NAME: &'static str = "query/cursor.drop";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = Result<(), Error>;

    fn count(_: &mut Calls) {}

    async fn answer(&self, live: &mut Live) -> Self::Answer {
        live.close(self.cursor).await
    }

    fn of(&self) -> Of<'_> {
        Of::Cursor(self.cursor)
    }

    fn error(answer: &Self::Answer) -> Option<&Error> {
        answer.as_ref().err()
    }
}

pub struct Remaining {}
record!(Remaining {});

impl Call for Remaining {
    const NAME: &'static str = "query/remaining";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = Budget;

    fn count(calls: &mut Calls) {
        calls.query += 1;
    }

    fn answer(&self, live: &mut Live) -> impl Future<Output = Self::Answer> + Send {
        ready(live.remaining())
    }
}

pub struct Settings {}
record!(Settings {});

impl Call for Settings {
    const NAME: &'static str = "settings/get";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = String;

    fn count(calls: &mut Calls) {
        calls.settings += 1;
    }

    fn answer(&self, live: &mut Live) -> impl Future<Output = Self::Answer> + Send {
        ready(live.settings.clone())
    }
}

variant!(Level { Debug: "debug", Info: "info", Warn: "warn", Error: "error" } holding {});

/// A line for the log: what a check says is as much of its behaviour as what it asks.
pub struct Log {
    pub level: Level,
    pub message: Private<String>,
}
record!(Log { level, message });

impl Call for Log {
    const NAME: &'static str = "log/log";
    const CONTACT: Contact = Contact::NoneYet;
    type Answer = ();

    fn count(calls: &mut Calls) {
        calls.log += 1;
    }

    fn answer(&self, _: &mut Live) -> impl Future<Output = Self::Answer> + Send {
        ready(())
    }
}

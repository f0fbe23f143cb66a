//! A plain dump on its way into the sandbox: statements to one psql, rows to sessions side by side.
//!
//! Statements keep their order. Rows may be on their way together, because few tables' rows need another's before the constraints
//! are made, and those few go alone; whatever might need rows waits until they are there.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use bytes::Bytes;

use crate::event::{Event, Events, Stage};
use crate::restore::order::{Order, order, switches_triggers};
use crate::restore::part::{Part, Parts};
use crate::restore::psql::{Lock, Psql};
use crate::restore::session::{Block, Rows, Sessions, Turn};
use crate::restore::tool::ToolError;
use crate::restore::{Notice, neutral};
use crate::sandbox::{Login, Sandbox};
use crate::source::{Places, Reading};
use vhost_dump::script::statement::copy_target;
use vhost_dump::script::{Foreign, Unterminated};

/// A dump and how to read it.
pub struct Plain {
    /// From start to end, hashed.
    pub reading: Reading,
    /// The same file, where rows can be read from it apart; without it rows are sent as they come.
    pub places: Option<Places>,
    /// How many tables are filled side by side at most.
    pub sessions: usize,
}

impl Plain {
    /// In words, to stand behind the tool's version.
    pub fn how(&self) -> String {
        match (&self.places, self.sessions) {
            (Some(_), 2..) => format!(", rows by up to {} sessions", self.sessions),
            _ => ", rows by one session".to_owned(),
        }
    }
}

/// Restores the dump. Returns what psql itself complained of, apart from the server, and the tables whose rows went in alone.
pub async fn restore(
    sandbox: &Sandbox,
    database: &str,
    lock: Lock,
    plain: &mut Plain,
    events: &Events,
) -> Result<(Vec<Notice>, BTreeSet<(String, String)>), ToolError> {
    // Rows that come one after the other are sent so too.
    let most = plain.places.as_ref().map_or(1, |_| plain.sessions);
    let mut flow = Flow {
        sandbox,
        psql: Psql::start(sandbox, database, lock).await?,
        sessions: Sessions::new(to_fill(sandbox, database), most),
        most,
        places: plain.places.clone(),
        settings: Arc::new(Vec::new()),
        filled: HashSet::new(),
        ahead: false,
        own: false,
        long: Long::Sent,
        way: Way::Nowhere,
        went_alone: BTreeSet::new(),
    };
    match flow.run(&mut plain.reading, events).await {
        Ok(()) => {
            flow.went_alone.extend(flow.sessions.went_alone().clone());
            Ok((flow.psql.finish().await?, flow.went_alone))
        }
        Err(error) => {
            flow.psql.kill().await?;
            Err(error)
        }
    }
}

fn to_fill(sandbox: &Sandbox, database: &str) -> tokio_postgres::Config {
    let mut config = sandbox.config(database, Login::Host);
    config.options(neutral::of_the_restore(sandbox));
    config.application_name("vhost");
    config
}

struct Flow<'s> {
    sandbox: &'s Sandbox,
    psql: Psql,
    sessions: Sessions,
    most: usize,
    places: Option<Places>,
    settings: Arc<Vec<String>>,
    filled: HashSet<(String, String)>,
    /// Whether psql was sent statements that rows may need and that are not known to have run.
    ahead: bool,
    /// Whether a transaction of the dump's own is open, which no other session can see into.
    own: bool,
    long: Long,
    way: Way,
    /// Tables whose rows went in alone, of the databases before.
    went_alone: BTreeSet<(String, String)>,
}

/// What becomes of the rest of a long statement.
enum Long {
    Sent,
    LeftOut,
}

/// Where the rows of the current block go.
enum Way {
    Nowhere,
    /// A session reads them from the file itself.
    Apart,
    Session(mpsc::Sender<Option<Bytes>>),
    /// psql, behind its COPY.
    Psql,
}

impl Flow<'_> {
    async fn run(&mut self, reading: &mut Reading, events: &Events) -> Result<(), ToolError> {
        let mut parts = Parts::default();
        let mut read = 0;
        let mut told = Instant::now();
        while let Some(piece) = reading.piece().await.map_err(ToolError::Read)? {
            read += piece.len() as u64;
            for part in parts.take(&piece) {
                self.part(part).await?;
            }
            if told.elapsed() > Duration::from_millis(100) {
                told = Instant::now();
                events.send(Event::Progress {
                    stage: Stage::Restore,
                    bytes: read,
                    total: None,
                });
            }
        }
        for part in parts.finish() {
            self.part(part).await?;
        }
        self.sessions.settle().await
    }

    async fn part(&mut self, part: Part) -> Result<(), ToolError> {
        match part {
            Part::Statement(statement) => self.statement(&statement).await,
            Part::More(more) => match self.long {
                Long::Sent => self.psql.write(&more).await,
                Long::LeftOut => Ok(()),
            },
            Part::Copy { statement, at } => self.copy(&statement, at).await,
            Part::Rows(rows) => match &self.way {
                Way::Psql => self.psql.write(&rows).await,
                Way::Session(session) => {
                    // A session that takes no more was refused, and says so itself.
                    let _ = session.send(Some(rows)).await;
                    Ok(())
                }
                Way::Apart | Way::Nowhere => Ok(()),
            },
            Part::EndOfRows => match std::mem::replace(&mut self.way, Way::Nowhere) {
                Way::Psql => self.psql.write(b"\\.\n").await,
                Way::Session(session) => {
                    let _ = session.send(None).await;
                    Ok(())
                }
                Way::Apart | Way::Nowhere => Ok(()),
            },
            Part::Connect(database) => self.connect(&database).await,
            Part::Foreign(Foreign::Unterminated(Unterminated::Rows)) => {
                Err(ToolError::RowsBrokeOff)
            }
            Part::Foreign(foreign) => Err(ToolError::Foreign { foreign }),
        }
    }

    async fn statement(&mut self, statement: &[u8]) -> Result<(), ToolError> {
        let text = String::from_utf8_lossy(statement);
        self.long = Long::Sent;
        match order(&text) {
            // It is there, whatever the dump would have made of the sandbox's locales.
            Order::Database => {
                self.long = Long::LeftOut;
                return Ok(());
            }
            Order::Setting => Arc::make_mut(&mut self.settings).push(text.into_owned()),
            Order::Free => {}
            Order::Begins => self.own = true,
            Order::Ends => self.own = false,
            Order::Barrier => {
                self.sessions.settle().await?;
                self.ahead = true;
                if !switches_triggers(&text) {
                    self.sessions.forget();
                }
            }
        }
        self.psql.write(b"\n").await?;
        self.psql.write(statement).await
    }

    async fn copy(&mut self, statement: &[u8], at: u64) -> Result<(), ToolError> {
        let text = String::from_utf8_lossy(statement);
        // A name that is no UTF-8 is psql's to send in the dump's own encoding.
        let (statement, target) = match (text, copy_target(&String::from_utf8_lossy(statement))) {
            (Cow::Borrowed(statement), Some(target)) if !self.own => (statement.to_owned(), target),
            _ => {
                self.sessions.settle().await?;
                self.psql.write(b"\n").await?;
                self.psql.write(statement).await?;
                self.way = Way::Psql;
                self.ahead = true;
                return self.psql.write(b"\n").await;
            }
        };
        if std::mem::take(&mut self.ahead) {
            self.psql.sync().await?;
        }
        let key = (target.schema.clone(), target.name.clone());
        let turn = match self.filled.insert(key) {
            true => Turn::First,
            false => Turn::Again,
        };
        let (rows, way) = match &self.places {
            Some(places) => (Rows::At(places.clone(), at), Way::Apart),
            None => {
                let (send, receive) = mpsc::channel(4);
                (Rows::Fed(receive), Way::Session(send))
            }
        };
        self.way = way;
        self.sessions
            .send(Block {
                statement,
                target,
                turn,
                settings: Arc::clone(&self.settings),
                rows,
            })
            .await
    }

    /// The sessions of the database before are closed with it.
    async fn connect(&mut self, database: &str) -> Result<(), ToolError> {
        self.sessions.settle().await?;
        self.psql.connect(database).await?;
        self.went_alone.extend(self.sessions.went_alone().clone());
        self.sessions = Sessions::new(to_fill(self.sandbox, database), self.most);
        self.settings = Arc::new(Vec::new());
        self.filled.clear();
        (self.own, self.ahead) = (false, false);
        Ok(())
    }
}

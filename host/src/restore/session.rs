//! Rows of a plain dump on their way into the restored database, several tables side by side.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::restore::dependent::{self, Keys};
use crate::restore::part::{Part, Parts};
use crate::restore::roles::quoted;
use crate::restore::tool::ToolError;
use crate::source::Places;
use vhost_dump::script::statement::CopyTarget;

/// The rows of one COPY statement.
pub struct Block {
    /// As it stands in the dump.
    pub statement: String,
    pub target: CopyTarget,
    pub turn: Turn,
    /// Settings of the dump that say how rows are read, in order.
    pub settings: Arc<Vec<String>>,
    pub rows: Rows,
}

/// Whether the dump has given this relation rows before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    First,
    Again,
}

pub enum Rows {
    /// In the dump's file, from this byte on.
    At(Places, u64),
    /// As they come; none at their end.
    Fed(mpsc::Receiver<Option<Bytes>>),
}

/// Sessions of the host in one database, opened as they are needed.
pub struct Sessions {
    config: Config,
    most: usize,
    idle: Vec<Session>,
    busy: JoinSet<Result<Session, ToolError>>,
    /// Whether a block is on its way that nothing may go beside.
    alone: bool,
    /// The tables of [`dependent`], as far as they are known.
    dependent: Option<BTreeSet<(String, String)>>,
    /// Those of them that have got rows.
    went_alone: BTreeSet<(String, String)>,
}

struct Session {
    client: Client,
    connection: JoinHandle<()>,
    /// How many of the dump's settings it has.
    settled: usize,
}

impl Sessions {
    pub fn new(config: Config, most: usize) -> Self {
        Self {
            config,
            most: most.max(1),
            idle: Vec::new(),
            busy: JoinSet::new(),
            alone: false,
            dependent: None,
            went_alone: BTreeSet::new(),
        }
    }

    /// Starts to send a block, as soon as fewer than the most are on their way.
    ///
    /// A block of a [`dependent`] table goes alone: all before it are there, and none after it begins before it is.
    pub async fn send(&mut self, block: Block) -> Result<(), ToolError> {
        if self.alone {
            self.settle().await?;
        }
        let session = match self.idle.pop() {
            Some(session) => session,
            None if self.busy.len() < self.most => Session::open(&self.config).await?,
            None => match self.one_less().await? {
                Some(session) => session,
                None => Session::open(&self.config).await?,
            },
        };
        // One session has no other beside it.
        if self.most > 1 {
            if self.dependent.is_none() {
                let asked = dependent::tables(&session.client, Keys::Now).await;
                self.dependent = Some(asked.map_err(ToolError::Session)?);
            }
            if let Some(table) = self.found(&block.target) {
                self.settle().await?;
                self.alone = true;
                self.went_alone.insert(table);
            }
        }
        self.busy.spawn(session.copy(block, self.config.clone()));
        Ok(())
    }

    /// Waits until every block that was sent is there, or was refused by the server.
    pub async fn settle(&mut self) -> Result<(), ToolError> {
        while let Some(session) = self.one_less().await? {
            self.idle.push(session);
        }
        self.alone = false;
        Ok(())
    }

    /// Says that a statement may have made other tables dependent.
    pub fn forget(&mut self) {
        self.dependent = None;
    }

    /// The tables whose rows went in alone.
    pub fn went_alone(&self) -> &BTreeSet<(String, String)> {
        &self.went_alone
    }

    /// The dependent table that a statement means; without a schema it may be any of its name.
    fn found(&self, target: &CopyTarget) -> Option<(String, String)> {
        let meant = |(schema, name): &&(String, String)| {
            *name == target.name && (target.schema.is_empty() || *schema == target.schema)
        };
        self.dependent.iter().flatten().find(meant).cloned()
    }

    async fn one_less(&mut self) -> Result<Option<Session>, ToolError> {
        match self.busy.join_next().await {
            Some(ended) => ended.map_err(ToolError::Task)?.map(Some),
            None => Ok(None),
        }
    }
}

impl Session {
    async fn open(config: &Config) -> Result<Self, ToolError> {
        let (client, connection) = config.connect(NoTls).await.map_err(ToolError::Session)?;
        Ok(Self {
            client,
            // Why it broke off is told by the client's own next answer.
            connection: tokio::spawn(async move { drop(connection.await) }),
            settled: 0,
        })
    }

    /// What the server refuses is in its log, and told from there; an error is a session or a dump that broke off.
    async fn copy(mut self, block: Block, config: Config) -> Result<Self, ToolError> {
        for setting in &block.settings[self.settled.min(block.settings.len())..] {
            self.run(setting).await?;
        }
        self.settled = block.settings.len();
        // Rows of a table that this transaction has emptied need no WAL and no second look at whether they are
        // committed (manual, "Populating a Database" and COPY's FREEZE).
        let (taken, undo) = match self.emptied(&block).await? {
            Some(statement) => match self.rows(&statement, block.rows).await? {
                Taken::Whole => {
                    self.run("COMMIT").await?;
                    return Ok(self);
                }
                Taken::Refused => (Taken::Refused, "ROLLBACK"),
            },
            None => (self.rows(&block.statement, block.rows).await?, "SELECT 1"),
        };
        match taken {
            Taken::Whole => Ok(self),
            Taken::Refused => self.in_step(undo, &config).await,
        }
    }

    /// A session whose answers belong to its questions.
    ///
    /// tokio-postgres ends every COPY with a Sync. A server that refused the COPY before it read the first Sync of it
    /// answers twice, and the second answer is taken for that of the next statement, which then gets nothing or what
    /// it cannot understand. What that statement answers itself is one answer too many: it ends the session, after the
    /// server has said all that it had to say.
    async fn in_step(self, statement: &str, config: &Config) -> Result<Self, ToolError> {
        match self.client.simple_query(statement).await {
            Ok(answer) if !answer.is_empty() => Ok(self),
            Err(error) if error.as_db_error().is_some() => Ok(self),
            Ok(_) | Err(_) => {
                self.connection.await.map_err(ToolError::Task)?;
                Self::open(config).await
            }
        }
    }

    /// Begins a transaction that has emptied an empty, ordinary table, and gives the COPY that suits it.
    ///
    /// Locked first and looked at then, so that nobody else's rows can be lost.
    async fn emptied(&self, block: &Block) -> Result<Option<String>, ToolError> {
        let statement = block.statement.trim_end().trim_end_matches(';').trim_end();
        let plain = statement.to_ascii_lowercase().ends_with(" from stdin");
        if !plain || block.turn == Turn::Again || block.target.schema.is_empty() {
            return Ok(None);
        }
        let name = format!(
            "{}.{}",
            quoted(&block.target.schema),
            quoted(&block.target.name)
        );
        let literal = format!("'{}'", name.replace('\'', "''"));
        let ordinary = format!(
            "SELECT true FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass({literal}) AND relkind = 'r' \
             AND relpersistence IN ('p', 'u') AND NOT relhastriggers AND NOT relhasrules \
             AND pg_catalog.pg_relation_size(oid) = 0"
        );
        if self.run(&ordinary).await? != Some(true) {
            return Ok(None);
        }
        let empty = format!(
            "BEGIN; LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE; \
             SELECT true WHERE pg_catalog.pg_relation_size(pg_catalog.to_regclass({literal})) = 0"
        );
        if self.run(&empty).await? != Some(true) {
            self.run("ROLLBACK").await?;
            return Ok(None);
        }
        self.run(&format!("TRUNCATE ONLY {name}")).await?;
        Ok(Some(format!("{statement} WITH (FREEZE)")))
    }

    async fn rows(&self, statement: &str, rows: Rows) -> Result<Taken, ToolError> {
        let sink = match self.client.copy_in::<_, Bytes>(statement).await {
            Ok(sink) => sink,
            Err(error) if error.as_db_error().is_some() => return Ok(Taken::Refused),
            Err(error) => return Err(ToolError::Session(error)),
        };
        let mut sink = pin!(sink);
        let mut rows = Reader::new(rows);
        while let Some(piece) = rows.next().await? {
            if !piece.is_empty() && sink.feed(piece).await.is_err() {
                // Why is the answer to the end.
                break;
            }
        }
        match sink.finish().await {
            Ok(_) => Ok(Taken::Whole),
            Err(error) if error.as_db_error().is_some() => Ok(Taken::Refused),
            Err(error) => Err(ToolError::Session(error)),
        }
    }

    /// Sends statements; true where they answer `t`, none where the server refused them.
    async fn run(&self, sql: &str) -> Result<Option<bool>, ToolError> {
        match self.client.simple_query(sql).await {
            Ok(answer) => Ok(Some(answer.iter().any(|message| {
                matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("t"))
            }))),
            Err(error) if error.as_db_error().is_some() => Ok(None),
            Err(error) => Err(ToolError::Session(error)),
        }
    }
}

/// What the server made of a block.
enum Taken {
    Whole,
    Refused,
}

/// Gives a block's rows piece by piece.
enum Reader {
    File {
        places: Places,
        at: u64,
        parts: Parts,
        ended: bool,
    },
    Fed(mpsc::Receiver<Option<Bytes>>),
}

impl Reader {
    fn new(rows: Rows) -> Self {
        match rows {
            Rows::Fed(pieces) => Reader::Fed(pieces),
            Rows::At(places, at) => Reader::File {
                places,
                at,
                parts: Parts::of_rows(),
                ended: false,
            },
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ToolError> {
        match self {
            Reader::Fed(pieces) => match pieces.recv().await {
                Some(piece) => Ok(piece),
                // Dropped by one who met an error.
                None => Err(ToolError::RowsBrokeOff),
            },
            Reader::File { ended: true, .. } => Ok(None),
            Reader::File {
                places,
                at,
                parts,
                ended,
            } => {
                let (from, start) = (places.clone(), *at);
                let piece = tokio::task::spawn_blocking(move || from.read_at(start))
                    .await
                    .map_err(ToolError::Task)?
                    .map_err(ToolError::Read)?;
                if piece.is_empty() {
                    return Err(ToolError::RowsBrokeOff);
                }
                *at += piece.len() as u64;
                let mut rows = Bytes::new();
                for part in parts.take(&piece) {
                    match part {
                        Part::Rows(more) if rows.is_empty() => rows = more,
                        // The start of what could have been their last line, and was held.
                        Part::Rows(more) => rows = [rows, more].concat().into(),
                        _ => {
                            *ended = true;
                            break;
                        }
                    }
                }
                Ok(Some(rows))
            }
        }
    }
}

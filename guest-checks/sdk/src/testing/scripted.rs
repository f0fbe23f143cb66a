//! The boundary of a native build: the functions that the host links, answered by the world of the test.

use std::cell::RefCell;

use super::seen::Asked;
use super::world::World;
use crate::bindings::vhost::check::log::Level;
use crate::moment::TimestampTz;

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// A world and what a check has done in it. Every test has a thread of its own, and so a stage of its own.
struct Stage {
    world: World,
    asked: Vec<Asked>,
    log: Vec<(Level, String)>,
}

/// As long as it lives, its thread's calls are answered.
pub struct Entered(());

pub fn enter(world: World) -> Entered {
    let (asked, log) = (Vec::new(), Vec::new());
    STAGE.set(Some(Stage { world, asked, log }));
    Entered(())
}

impl Entered {
    /// What was asked, and what was written to the log.
    pub fn leave(self) -> (Vec<Asked>, Vec<(Level, String)>) {
        let stage = STAGE.take();
        stage.map_or_else(Default::default, |stage| (stage.asked, stage.log))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        STAGE.set(None);
    }
}

/// # Panics
///
/// Outside of a world there is nothing to call.
fn on_stage<T>(act: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(|stage| match stage {
        Some(stage) => act(stage),
        None => panic!(
            "natively a check runs in a world: call it through vhost_check::testing::run or with"
        ),
    })
}

pub fn now() -> TimestampTz {
    on_stage(|stage| stage.world.now)
}

pub mod settings {
    pub fn get() -> String {
        super::on_stage(|stage| stage.world.settings.clone())
    }
}

pub mod log {
    use super::Level;

    pub fn log(level: Level, message: &str) {
        super::on_stage(|stage| stage.log.push((level, message.to_owned())));
    }
}

pub mod evidence {
    use super::on_stage;
    use crate::evidence::{
        DatabaseSetting, DumpFacts, Extension, Object, Protected, Relation, RestoreFacts, Sequence,
        Side,
    };

    pub fn get_dump() -> DumpFacts {
        on_stage(|stage| stage.world.dump.clone())
    }

    pub fn get_restore() -> RestoreFacts {
        on_stage(|stage| stage.world.restore.clone())
    }

    pub fn relations() -> Vec<Relation> {
        on_stage(|stage| stage.world.relations.clone())
    }

    pub fn reference() -> Option<Vec<Relation>> {
        on_stage(|stage| stage.world.reference.clone())
    }

    /// By portions of at most 1,000, as the host gives them.
    pub fn objects(of: Side, after: u64, at_most: u32) -> Option<Vec<Object>> {
        on_stage(|stage| {
            let all = match of {
                Side::Dump => Some(&stage.world.objects),
                Side::Reference => stage.world.reference_objects.as_ref(),
            }?;
            let after = usize::try_from(after).unwrap_or(usize::MAX);
            let portion = all.iter().skip(after).take(at_most.min(1_000) as usize);
            Some(portion.cloned().collect())
        })
    }

    pub fn sequences() -> Vec<Sequence> {
        on_stage(|stage| stage.world.sequences.clone())
    }

    pub fn extensions() -> Vec<Extension> {
        on_stage(|stage| stage.world.extensions.clone())
    }

    pub fn database_settings() -> Vec<DatabaseSetting> {
        on_stage(|stage| stage.world.database_settings.clone())
    }

    pub fn protected_containers() -> Vec<Protected> {
        on_stage(|stage| stage.world.protected.clone())
    }
}

pub mod query {
    use std::cell::RefCell;

    use super::{Asked, on_stage};
    use crate::bindings::vhost::check::query::Budget;
    use crate::bindings::vhost::check::types::{Column, Error, Page, Value};
    use crate::testing::{Answer, page};

    pub fn remaining() -> Budget {
        on_stage(|stage| stage.world.budget)
    }

    pub fn scalar(sql: &str, params: &[Value]) -> Result<Value, Error> {
        let first = open(sql, params)?.fetch(1)?;
        let first = first.into_iter().next();
        Ok(first
            .and_then(|row| row.into_iter().next())
            .unwrap_or(Value::Null))
    }

    pub fn open(sql: &str, params: &[Value]) -> Result<Cursor, Error> {
        let wanted = parameters(sql);
        if wanted != params.len() {
            let given = params.len();
            return Err(Error::BadParameter(format!(
                "the statement has {wanted} parameters and {given} were given"
            )));
        }
        let mut left = on_stage(|stage| {
            let answer = stage.world.answer_for(sql, params).clone();
            stage.asked.push(Asked {
                sql: sql.to_owned(),
                params: params.to_vec(),
            });
            answer
        });
        match left.error.take() {
            Some(error) if left.rows.is_empty() => Err(error),
            error => {
                left.error = error;
                Ok(Cursor {
                    columns: page::columns(&left),
                    left: RefCell::new(left),
                })
            }
        }
    }

    /// The greatest n of `$n`.
    fn parameters(sql: &str) -> usize {
        let behind = sql.split('$').skip(1);
        let numbers = behind.filter_map(|text| {
            let end = text.find(|c: char| !c.is_ascii_digit());
            text[..end.unwrap_or(text.len())].parse().ok()
        });
        numbers.max().unwrap_or(0)
    }

    pub struct Cursor {
        columns: Vec<Column>,
        left: RefCell<Answer>,
    }

    impl Cursor {
        pub fn columns(&self) -> Vec<Column> {
            self.columns.clone()
        }

        pub fn fetch(&self, max_rows: u32) -> Result<Vec<Vec<Value>>, Error> {
            let mut left = self.left.borrow_mut();
            let most = left.rows.len().min(max_rows as usize);
            match &left.error {
                Some(error) if most == 0 => Err(error.clone()),
                _ => Ok(left.rows.drain(..most).collect()),
            }
        }

        pub fn fetch_page(&self, max_rows: u32) -> Result<Page, Error> {
            let rows = self.fetch(max_rows)?;
            let left = self.left.borrow();
            let done = left.rows.is_empty() && left.error.is_none();
            Ok(page::page(&self.columns, &rows, done))
        }
    }
}

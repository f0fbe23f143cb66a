//! Whether exchanges are recorded, and how much a recording may show.

use anyhow::{Result, bail};
use vhost::check::exchange::{Level, Record};

use crate::args::{self, RecordLevel};

/// What was asked for. Values need a word that the data are made up: whoever has a recording of values has the rows that
/// a check read.
pub fn asked(asked: &args::Record) -> Result<Record> {
    match (asked.record, asked.synthetic) {
        (None, _) => Ok(Record::Nothing),
        (Some(RecordLevel::Digests), _) => Ok(Record::Exchange(Level::Digests)),
        (Some(RecordLevel::Values), true) => Ok(Record::Exchange(Level::Values)),
        (Some(RecordLevel::Values), false) => bail!(
            "--record=values writes every row that a check reads into the run's directory: say with --synthetic that the data are made up, or record digests with --record"
        ),
    }
}

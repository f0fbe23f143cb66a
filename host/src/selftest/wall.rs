//! The walls around a check, by name.

use serde::Serialize;

/// One wall, which one or more attacks are to run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    Approval,
    Imports,
    Compiler,
    Cache,
    Time,
    Memory,
    Shape,
    Stack,
    HostCall,
    Handles,
    OneCall,
    QueryOnly,
    Reading,
    Acting,
    Budgets,
    Contract,
    Words,
    Disclosure,
    EmptyWorld,
    Apart,
}

impl Wall {
    pub const ALL: [Wall; 20] = [
        Wall::Approval,
        Wall::Imports,
        Wall::Compiler,
        Wall::Cache,
        Wall::Time,
        Wall::Memory,
        Wall::Shape,
        Wall::Stack,
        Wall::HostCall,
        Wall::Handles,
        Wall::OneCall,
        Wall::QueryOnly,
        Wall::Reading,
        Wall::Acting,
        Wall::Budgets,
        Wall::Contract,
        Wall::Words,
        Wall::Disclosure,
        Wall::EmptyWorld,
        Wall::Apart,
    ];

    /// As `--only`, the JSON output and SECURITY.md write it.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// What stands there, in a few words.
    pub fn stands(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Wall::Approval => (
                "approval",
                "only bytes that were approved run, for what they ask in one place and in one form",
            ),
            Wall::Imports => (
                "imports",
                "what is not granted is not linked; sockets and HTTP never are",
            ),
            Wall::Compiler => (
                "compiler",
                "compiling has an address space and a time of its own",
            ),
            Wall::Cache => (
                "cache",
                "compiled code that this vhost did not make is refused and made again",
            ),
            Wall::Time => (
                "time",
                "a check ends at its time, computing, starting or waiting",
            ),
            Wall::Memory => ("memory", "all memories of a check count together"),
            Wall::Shape => ("shape", "tables, instances and memories have a number"),
            Wall::Stack => ("stack", "recursion ends in a trap"),
            Wall::HostCall => (
                "host-call",
                "one call lifts at most a few MiB out of a check",
            ),
            Wall::Handles => ("handles", "handles of host resources have a number"),
            Wall::OneCall => ("one-call", "a check is called once and never after a trap"),
            Wall::QueryOnly => (
                "query-only",
                "a check's SQL stands where only one query may",
            ),
            Wall::Reading => (
                "reading",
                "the role reads the granted columns and nothing else",
            ),
            Wall::Acting => (
                "acting",
                "no function that acts, looks around or leaves can be called",
            ),
            Wall::Budgets => (
                "budgets",
                "statements, rows, bytes, cells, cursors and their time have a number",
            ),
            Wall::Contract => ("contract", "a report that breaks its contract says nothing"),
            Wall::Words => (
                "words",
                "a check's words are few, and neither steer a terminal nor are markup",
            ),
            Wall::Disclosure => ("disclosure", "rows do not reach a report of counts"),
            Wall::EmptyWorld => (
                "empty-world",
                "no environment, argument, input, file or memory of the host is there",
            ),
            Wall::Apart => (
                "apart",
                "an honest check beside all of these says what it says alone",
            ),
        }
    }
}

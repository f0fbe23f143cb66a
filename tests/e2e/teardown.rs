//! Every way in which a drill ends removes its sandbox, or leaves a journal by which `vhost clean` does.

mod ended;
mod killed;
mod signalled;

pub use signalled::{restoring, slow};

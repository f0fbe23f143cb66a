//! Each way to pass, to fail and to be inconclusive.

mod blind;
mod cut_off;
mod fail;
mod moved;
mod pass;
mod planted;

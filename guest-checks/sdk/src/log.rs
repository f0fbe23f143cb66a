//! Notes for the person who reads the report.
//!
//! They are bounded by the grant, and their text reaches the report under the grant `report = "values"` alone. A check
//! that writes some imports `log`, and says so in its `check.toml`.
//!
//! ```no_run
//! use vhost_check::log;
//!
//! let (seen, batch) = (4_096, 7);
//! log::info!("{seen} rows in {batch} batches");
//! log::warn!("the newest row is {} days old", 12);
//! ```

pub use crate::bindings::vhost::check::log::Level;

#[doc(inline)]
pub use crate::__log_debug as debug;
#[doc(inline)]
pub use crate::__log_error as error;
#[doc(inline)]
pub use crate::__log_info as info;
#[doc(inline)]
pub use crate::__log_warn as warn;

/// Writes one line; [`debug!`], [`info!`], [`warn!`] and [`error!`] take format arguments.
pub fn log(level: Level, message: &str) {
    crate::boundary::log::log(level, message);
}

/// Notes what helps to debug the check; takes what [`format!`] takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($message:tt)+) => {
        $crate::log::log($crate::log::Level::Debug, &::std::format!($($message)+))
    };
}

/// Notes what is good to know; takes what [`format!`] takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($message:tt)+) => {
        $crate::log::log($crate::log::Level::Info, &::std::format!($($message)+))
    };
}

/// Notes what somebody should look at; takes what [`format!`] takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_warn {
    ($($message:tt)+) => {
        $crate::log::log($crate::log::Level::Warn, &::std::format!($($message)+))
    };
}

/// Notes what went wrong; takes what [`format!`] takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __log_error {
    ($($message:tt)+) => {
        $crate::log::log($crate::log::Level::Error, &::std::format!($($message)+))
    };
}

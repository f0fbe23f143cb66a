//! Tells a cell that it read, in each way that a check has to say something.

use vhost_check::bindings::exports::vhost::check::checker::{Finding, Guest, Report, Status};
use vhost_check::bindings::vhost::check::settings;
use vhost_check::{Value, log, scalar};

#[derive(serde::Deserialize)]
struct Settings {
    /// A query for one text.
    sql: String,
    tell: Way,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    Log,
    Finding,
    Error,
    Panic,
}

struct Teller;

impl Guest for Teller {
    fn run() -> Result<Report, String> {
        let settings: Settings =
            serde_json::from_str(&settings::get()).map_err(|error| error.to_string())?;
        let cell: String = scalar(&settings.sql, &[]).map_err(|error| error.to_string())?;
        let told = match settings.tell {
            Way::Log => {
                log::log(log::Level::Warn, &cell);
                println!("{cell}");
                "nothing".to_owned()
            }
            Way::Finding => cell,
            Way::Error => return Err(cell),
            Way::Panic => panic!("{cell}"),
        };
        Ok(Report {
            findings: vec![Finding {
                rule: "told".to_owned(),
                status: Status::Pass,
                subject: Some(told.clone()),
                expected: None,
                actual: Some(Value::Text(told)),
            }],
            metrics: Vec::new(),
        })
    }
}

vhost_check::bindings::export_component!(Teller with_types_in vhost_check::bindings);

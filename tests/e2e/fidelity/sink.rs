//! One database with as many kinds of objects as a dump can hold passes, on every version of Postgres that there is.

use std::path::Path;
use std::process::Command;

use vhost::report::verdict::Verdict;

use super::given;
use crate::support::server::place::all_bins;
use crate::support::server::{HBA, SUPERUSER, Server};
use crate::support::{Desk, Plan, READER, agree, password, workspace};

fn server(bin: &Path) -> Server {
    let server = Server::start_of(bin, &[], HBA, |_| {});
    let password = password().replace('\'', "''");
    server.sql(
        "postgres",
        &format!("CREATE ROLE {READER} LOGIN BYPASSRLS PASSWORD '{password}'"),
    );
    server.sql("postgres", &format!("GRANT pg_read_all_data TO {READER}"));
    server.sql("postgres", "CREATE DATABASE sink");
    let sql = workspace().join("tests/databases/kitchen_sink.sql");
    server.sql("sink", &std::fs::read_to_string(sql).unwrap());
    // The sink gives its rows their ids itself, and so leaves a sequence behind them, which is no healthy database.
    server.sql(
        "sink",
        "SELECT setval(pg_get_serial_sequence('sink.every_type', 'id'), 1000)",
    );
    server
}

#[test]
fn it_passes_in_every_form() {
    for bin in all_bins() {
        let server = server(&bin);
        let desk = Desk::with(&Plan {
            sandbox: format!("bin_dir = {:?}", bin.display().to_string()),
            ..Plan::default()
        });
        for options in [
            &["-Fp"][..],
            &["-Fp", "--create"],
            &["-Fc"],
            &["-Fp", "--column-inserts"],
            &["-Fp", "--no-owner", "--quote-all-identifiers"],
        ] {
            let dump = desk.path("sink");
            let status = Command::new(bin.join("pg_dump"))
                .args(options)
                .args(["-d", &server.conninfo(SUPERUSER, "sink")])
                .arg("-f")
                .arg(&dump)
                .env_clear()
                .env("PGTZ", "America/New_York")
                .status();
            assert!(status.unwrap().success());
            let outcome = given(&desk, &dump);
            assert_eq!(
                outcome.gate("fidelity"),
                "PASS",
                "{} {options:?}: {}",
                bin.display(),
                outcome.gate_says("fidelity")
            );
            agree(&outcome, Verdict::Pass);
        }
    }
}

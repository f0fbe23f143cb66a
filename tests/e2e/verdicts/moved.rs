//! A source that moves under a drill.

use std::thread::sleep;
use std::time::{Duration, Instant};

use vhost::report::verdict::Verdict;

use crate::support::{CHECKS, Desk, Outcome, Plan, Shop, agree, server};

/// Drills a shop of its own; once its dump is written and before pg_dump ends, `meanwhile` happens to the server.
fn drilled(meanwhile: impl FnOnce(&mut Shop) + Send) -> Outcome {
    let mut shop = Shop::open();
    let desk = Desk::new();
    let (dumped, done) = (desk.path("dumped"), desk.path("done"));
    let pg_dump = desk.program(
        "pg_dump",
        &format!(
            "#!/bin/sh\n{0} \"$@\" || exit\n[ \"$1\" != --version ] || exit 0\n: >{1}\nwhile [ ! -e {2} ]; do sleep 0.05; done\n",
            server::program("pg_dump").display(),
            dumped.display(),
            done.display()
        ),
    );
    desk.plan(&Plan {
        source: Some(shop.source("shop")),
        dump: format!("pg_dump = {pg_dump:?}"),
        rest: CHECKS.to_owned(),
        ..Plan::default()
    });
    std::thread::scope(|scope| {
        let drill = scope.spawn(|| desk.drill(&["--no-checks"]));
        let give_up = Instant::now() + Duration::from_secs(60);
        while !dumped.exists() && !drill.is_finished() {
            assert!(Instant::now() < give_up, "nothing was dumped");
            sleep(Duration::from_millis(20));
        }
        meanwhile(&mut shop);
        std::fs::write(&done, "").unwrap();
        drill.join().unwrap()
    })
}

#[test]
fn left_alone() {
    agree(&drilled(|_| ()), Verdict::Pass);
}

#[test]
fn restarted() {
    let outcome = drilled(|shop| shop.server.restart());
    agree(&outcome, Verdict::Fail);
    assert_eq!(outcome.gate("source-unmoved"), "FAIL");
    // The dump was whole before, and is restored all the same.
    assert_eq!(outcome.gate("fidelity"), "PASS");
}

#[test]
fn gone() {
    let outcome = drilled(|shop| shop.server.stop());
    agree(&outcome, Verdict::Inconclusive);
    assert_eq!(outcome.stop().unwrap().0, "observe-again");
    assert_eq!(outcome.gate("source-unmoved"), "COULD-NOT-LOOK");
}

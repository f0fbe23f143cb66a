//! Approving on a terminal.

use super::{ASKED, file, probe};
use crate::support::{Desk, Terminal};

/// `vhost grants approve` on a pseudo-terminal.
fn start(desk: &Desk, args: &[&str]) -> Terminal {
    Terminal::start(desk.vhost(&[&["grants", "approve"], args].concat()))
}

#[test]
fn each_check_is_shown_and_asked_about() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    probe(&desk, &ASKED.replace("\"probe\"", "\"another\""));
    probe(&desk, &ASKED.replace("\"probe\"", "\"third\""));
    let args = ["another.wasm", "probe.wasm", "third.wasm", "--by", "alice"];
    let mut terminal = start(&desk, &args);
    terminal.answer("approve another? [y/N] ", "\n");
    assert_eq!(file(&desk), None);
    terminal.answer("approve probe? [y/N] ", "Yes\n");
    terminal.answer("approve third? [y/N] ", "n\n");
    let (code, said) = terminal.end();
    assert_eq!(code, Some(1), "{said}");
    let plain = said.replace("\u{1b}[", "");
    for word in [
        "Looks at what it is told to",
        "not approved",
        "shop.lane(id, lane)",
        "vhost:check/query@0.1.0",
        "\"64MiB\"",
        "approved probe by alice in vhost.grants.toml",
        "not approved: another",
        "not approved: third",
    ] {
        assert!(plain.contains(word), "{word}: {said}");
    }
    assert!(said.contains("\u{1b}[1mprobe 1.2.3\u{1b}[0m"), "{said}");
    let written = file(&desk).unwrap();
    assert!(written.contains("check = \"probe\"") && !written.contains("another"));
}

#[test]
fn what_changed_is_shown_before_the_question() {
    let desk = Desk::new();
    probe(&desk, ASKED);
    super::approve(&desk, &["--withhold", "report"]);
    probe(
        &desk,
        &ASKED.replace("\"shop.ledger\"]", "\"shop.ledger\", \"pay.*\"]"),
    );
    let before = file(&desk);
    let mut terminal = start(&desk, &["probe.wasm", "--by", "bob"]);
    terminal.answer("[y/N] ", "n\n");
    let (code, said) = terminal.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("asks for more  \u{1b}[33mread pay.*"),
        "{said}"
    );
    assert!(said.contains("withheld"), "{said}");
    assert_eq!(file(&desk), before);

    // Of two, the one that --yes names is not asked about.
    probe(&desk, &ASKED.replace("\"probe\"", "\"another\""));
    let args = [
        "another.wasm",
        "probe.wasm",
        "--yes",
        "another",
        "--by",
        "bob",
    ];
    let mut terminal = start(&desk, &args);
    terminal.answer("approve probe? [y/N] ", "y\n");
    let (code, said) = terminal.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("approve another?"));
    let written = file(&desk).unwrap();
    assert!(written.contains("\"pay.*\"") && written.contains("check = \"another\""));
    assert!(written.contains("\"report\""), "{written}");
}

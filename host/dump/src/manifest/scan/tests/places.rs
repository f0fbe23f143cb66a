//! Where things stand in a stream, and how far it is read.

use super::*;

#[test]
fn databases_that_it_connects_to_are_named() {
    let connects = "\\connect shop\n\\connect -reuse-previous=on \"dbname='other'\"\nSELECT 1;\n";
    assert_eq!(scan(connects, 5).connects, ["shop", "other"]);
}

#[test]
fn nothing_behind_something_foreign_is_read() {
    let scanned = scan(
        "CREATE ROLE a;\nALTER TABLE t OWNER TO b;\n\\! id\nALTER TABLE t OWNER TO c;\n",
        5,
    );
    assert_eq!(scanned.roles.into_iter().collect::<Vec<_>>(), ["b"]);
    let refusal = Refusal {
        at: 41,
        foreign: Foreign::Command(Some("\\!")),
    };
    assert_eq!(scanned.ending, Ending::Foreign(refusal));
}

#[test]
fn every_object_has_its_statements() {
    let text = format!(
        "SET a = 1;\n\n{}{}{}",
        headed(
            "t; Type: TABLE; Schema: s; Owner: b",
            "CREATE TABLE s.t (\n    a integer\n);\n\n\nALTER TABLE s.t OWNER TO b;\n\nSET default_tablespace = '';",
        ),
        headed(
            "t; Type: TABLE DATA; Schema: s; Owner: b",
            "COPY s.t (a) FROM stdin;\n1\n\\."
        ),
        headed(
            "t t_pkey; Type: CONSTRAINT; Schema: s; Owner: b",
            "ALTER TABLE s.t ADD PRIMARY KEY (a);"
        ),
    );
    let scanned = same_in_pieces(&text);
    let of = |object: usize| -> Vec<&str> {
        let ranges = scanned.definitions.of(object).iter();
        ranges
            .map(|range| &text[range.start as usize..range.end as usize])
            .collect()
    };
    assert_eq!(
        named(&scanned.manifest),
        [("TABLE", "t"), ("CONSTRAINT", "t t_pkey")]
    );
    assert_eq!(
        of(0),
        [
            "CREATE TABLE s.t (\n    a integer\n);",
            "ALTER TABLE s.t OWNER TO b;"
        ]
    );
    assert_eq!(of(1), ["ALTER TABLE s.t ADD PRIMARY KEY (a);"]);
    assert!(of(2).is_empty());
    let settings = |object: usize| {
        let first = scanned.definitions.of(object)[0].start;
        scanned.definitions.settings(first).len()
    };
    assert_eq!((settings(0), settings(1)), (0, 1));
}

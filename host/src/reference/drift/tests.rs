use super::*;
use vhost_dump::digest::Sha256;
use vhost_dump::manifest::{Direction, LargeObject, Object, Relation, RowsAs, Sequence, Words};

fn object(kind: &str, name: &str, definition: &str) -> Object {
    let mut words = Words::default();
    Object {
        kind: words.word(kind),
        schema: words.word("shop"),
        name: name.into(),
        owner: words.word("owner"),
        definition: Sha256::of(definition.as_bytes()),
    }
}

fn relation(name: &str, rows: u64) -> Relation {
    Relation {
        schema: "shop".to_owned(),
        name: name.to_owned(),
        columns: vec!["id".to_owned()],
        rows,
        bytes: rows * 2,
        content_digest: format!("{rows:032x}").parse().unwrap(),
    }
}

fn sequence(last_value: i64, is_called: bool) -> Sequence {
    Sequence {
        schema: "shop".to_owned(),
        name: "ids".to_owned(),
        last_value,
        is_called,
        direction: Direction::Ascending,
    }
}

fn good() -> Manifest {
    Manifest {
        objects: vec![
            object("TABLE", "orders", "CREATE TABLE"),
            object("POLICY", "orders mine", "USING (owner = me)"),
            object("COMMENT", "TABLE orders", "of customers"),
        ],
        relations: vec![relation("orders", 40_000), relation("units", 3)],
        sequences: vec![sequence(7, true)],
        large_objects: (1..=3)
            .map(|oid| LargeObject {
                oid,
                bytes: 1,
                content: Sha256::of(b"x"),
            })
            .collect(),
        ..Manifest::default()
    }
}

fn of(manifest: &Manifest) -> Dump<'_> {
    Dump {
        manifest,
        catalogue: None,
    }
}

fn held(plan: &str, cycling: &Cycling, change: impl FnOnce(&mut Manifest)) -> DriftSeen {
    let reference = Reference {
        manifest: good(),
        catalogue: None,
        sha256: Sha256::of(b"reference"),
        accepted: None,
    };
    let mut dump = good();
    change(&mut dump);
    let plan: ReferencePlan = toml::from_str(plan).unwrap();
    drift(&reference, of(&dump), &plan, cycling)
}

/// Rule, status and subject of what does not pass.
fn wrong(seen: &DriftSeen) -> Vec<String> {
    let wrong = seen
        .findings
        .iter()
        .filter(|one| one.status != Status::Pass);
    wrong
        .map(|one| format!("{} {}", one.rule, one.subject))
        .collect()
}

fn found(plan: &str, change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    wrong(&held(plan, &Cycling::default(), change))
}

#[test]
fn an_equal_dump_has_not_drifted() {
    let seen = held("", &Cycling::default(), |_| {});
    assert_eq!(wrong(&seen), [""; 0]);
    assert_eq!(seen.findings.len(), 3);
    assert_eq!(seen.reference.unwrap().sha256, Sha256::of(b"reference"));
}

#[test]
fn definitions_must_be_equal() {
    let policy = |dump: &mut Manifest| dump.objects[1] = object("POLICY", "orders mine", "true");
    assert_eq!(
        found("", policy),
        ["definition-equal POLICY shop.orders mine"]
    );
    assert_eq!(
        found("", |dump| drop(dump.objects.remove(1))),
        ["definition-equal POLICY shop.orders mine"]
    );
    assert_eq!(
        found("", |dump| dump.objects.push(object("INDEX", "i", "on t"))),
        ["definition-equal INDEX shop.i"]
    );
}

#[test]
fn kinds_that_may_change_are_told_and_no_others() {
    let change = |dump: &mut Manifest| {
        dump.objects[2] = object("COMMENT", "TABLE orders", "of everybody");
        dump.objects.push(object("COMMENT", "TABLE units", "new"));
    };
    let seen = held("allow = [\"COMMENT\"]", &Cycling::default(), change);
    assert_eq!(wrong(&seen), [""; 0]);
    assert_eq!(
        seen.allowed,
        [
            "COMMENT shop.TABLE orders is defined otherwise, which the plan allows",
            "COMMENT shop.TABLE units is new, which the plan allows",
        ]
    );
    assert_eq!(found("allow = [\"INDEX\"]", change).len(), 2);
}

#[test]
fn rows_may_grow_and_must_not_shrink() {
    assert_eq!(found("", |dump| dump.relations[0].rows = 40_001), [""; 0]);
    let fewer = |dump: &mut Manifest| dump.relations[0].rows = 39_996;
    assert_eq!(found("", fewer), ["rows-tolerated TABLE DATA shop.orders"]);
    assert_eq!(
        found("rows = { \"shop.orders\" = { shrink = 4 } }", fewer),
        [""; 0]
    );
    assert_eq!(found("rows = { \"*\" = \"any\" }", fewer), [""; 0]);
    let gone = |dump: &mut Manifest| drop(dump.relations.remove(0));
    assert_eq!(found("", gone), ["rows-there TABLE DATA shop.orders"]);
    assert_eq!(found("rows = { \"shop.*\" = \"any\" }", gone), [""; 0]);
}

#[test]
fn exact_rows_are_the_same_rows() {
    let exact = "rows = { \"shop.units\" = \"exact\" }";
    let flipped =
        |dump: &mut Manifest| dump.relations[1].content_digest = "f".repeat(32).parse().unwrap();
    assert_eq!(found(exact, flipped), ["rows-equal TABLE DATA shop.units"]);
    assert_eq!(found("", flipped), [""; 0]);
    let status = |encoding: &str, rows: RowsAs| {
        let seen = held(exact, &Cycling::default(), |dump| {
            flipped(dump);
            dump.form.encoding = encoding.to_owned();
            dump.form.rows = rows;
        });
        let about = seen.findings.iter().find(|one| one.rule == "rows-equal");
        about.map(|one| one.status)
    };
    assert_eq!(status("", RowsAs::None), Some(Status::Fail));
    for (encoding, rows) in [("LATIN1", RowsAs::None), ("", RowsAs::Inserts)] {
        assert_eq!(status(encoding, rows), Some(Status::CouldNotLook));
    }
    // The same bytes in another encoding are other letters; where there are no rows, there are none.
    let relabelled = held(exact, &Cycling::default(), |dump| {
        dump.form.encoding = "LATIN1".to_owned();
    });
    let about: Vec<_> = relabelled
        .findings
        .iter()
        .filter(|one| one.rule == "rows-equal")
        .collect();
    assert_eq!(about.len(), 1);
    assert_eq!(about[0].status, Status::CouldNotLook);
    let more = |dump: &mut Manifest| dump.relations[1].rows += 1;
    assert_eq!(found(exact, more), ["rows-tolerated TABLE DATA shop.units"]);
    let new = |dump: &mut Manifest| dump.relations.push(relation("lanes", 2));
    assert_eq!(
        found("rows = { \"shop.*\" = \"exact\" }", new),
        ["rows-equal TABLE DATA shop.lanes"]
    );
    assert_eq!(found("", new), [""; 0]);
}

#[test]
fn sequences_go_their_own_way_and_not_back() {
    let back = ["sequence-not-back SEQUENCE SET shop.ids".to_owned()];
    let went = |direction, cycling: &Cycling, value, called| {
        let mut reference = good();
        reference.sequences[0].direction = direction;
        let mut dump = reference.clone();
        dump.sequences[0].last_value = value;
        dump.sequences[0].is_called = called;
        let reference = Reference {
            manifest: reference,
            catalogue: None,
            sha256: Sha256::of(b"reference"),
            accepted: None,
        };
        wrong(&drift(
            &reference,
            of(&dump),
            &ReferencePlan::default(),
            cycling,
        ))
    };
    let (none, round) = (
        Cycling::default(),
        Cycling([("shop".to_owned(), "ids".to_owned())].into()),
    );
    for (direction, on, lost) in [
        (Direction::Ascending, (8, true), (6, true)),
        (Direction::Ascending, (7, true), (7, false)),
        (Direction::Descending, (6, true), (8, true)),
        (Direction::Descending, (i64::MIN, true), (7, false)),
    ] {
        assert_eq!(went(direction, &none, on.0, on.1), [""; 0], "{direction:?}");
        assert_eq!(
            went(direction, &none, lost.0, lost.1),
            back,
            "{direction:?}"
        );
        assert_eq!(went(direction, &round, lost.0, lost.1), [""; 0]);
    }
    assert_eq!(
        found("", |dump| dump.sequences.clear()),
        ["sequence-there SEQUENCE SET shop.ids"]
    );
}

#[test]
fn large_objects_are_rows() {
    let fewer = |dump: &mut Manifest| dump.large_objects.truncate(2);
    assert_eq!(found("", fewer), ["large-objects-tolerated large objects"]);
    let other = |dump: &mut Manifest| dump.large_objects[0].content = Sha256::of(b"y");
    let exact = "rows = { \"pg_catalog.pg_largeobject\" = \"exact\" }";
    assert_eq!(found(exact, other), ["large-objects-equal large objects"]);
    assert_eq!(found("", other), [""; 0]);
    let moved = |dump: &mut Manifest| dump.large_objects.reverse();
    assert_eq!(found(exact, moved), [""; 0]);
    let entry = |dump: &mut Manifest| dump.objects.push(object("BLOB", "4711", ""));
    assert_eq!(found("", entry), [""; 0]);
}

#[test]
fn what_cannot_be_compared_is_no_pass() {
    for (rule, change) in [
        (
            "definitions-readable ",
            (|dump| dump.objects.clear()) as fn(&mut Manifest),
        ),
        ("definitions-readable ", |dump| dump.form.unheaded = 1),
        ("dumped-alike ", |dump| dump.form.create = true),
        ("dumped-alike ", |dump| dump.form.no_owner = true),
        ("dumped-alike ", |dump| dump.form.quote_all = true),
        ("dumped-alike ", |dump| dump.form.no_dollar_quoting = true),
        ("dumped-alike ", |dump| dump.form.server_quotes_all = true),
    ] {
        let seen = held("", &Cycling::default(), change);
        assert_eq!(wrong(&seen), [rule]);
        let worst = seen.findings.iter().map(|one| one.status).max();
        assert_eq!(worst, Some(Status::CouldNotLook));
    }
    assert_eq!(
        found(
            "rows = { \"shop.order\" = \"exact\", \"audit.*\" = \"any\" }",
            |_| {}
        ),
        [
            "tolerance-of-a-relation audit.*",
            "tolerance-of-a-relation shop.order"
        ]
    );
}

#[test]
fn a_thousand_differences_are_cut_with_their_number() {
    let seen = held("", &Cycling::default(), |dump| {
        dump.objects
            .extend((0..1_000).map(|n| object("INDEX", &format!("i{n}"), "")));
        dump.form.encoding = "LATIN1".to_owned();
    });
    let wrong = wrong(&seen);
    assert_eq!(wrong.len(), NAMED + 1);
    assert_eq!(wrong[NAMED], "more-differences ");
    let more = seen
        .findings
        .iter()
        .find(|one| one.rule == "more-differences");
    assert_eq!(more.unwrap().actual, Shown::Count(800));
    let seen = held("allow = [\"INDEX\"]", &Cycling::default(), |dump| {
        dump.objects
            .extend((0..1_000).map(|n| object("INDEX", &format!("i{n}"), "")));
    });
    assert_eq!(seen.allowed.len(), NAMED + 1);
}

#[test]
fn a_large_object_that_stays_keeps_owner_and_grants() {
    let any = "rows = { \"pg_catalog.pg_largeobject\" = \"any\" }";
    let granted = |name: &'static str| {
        move |dump: &mut Manifest| {
            let grant = object("ACL", name, "GRANT ALL TO PUBLIC");
            dump.objects.push(grant);
        }
    };
    let (of_one, of_none) = (granted("LARGE OBJECT 2"), granted("LARGE OBJECT 9"));
    for plan in ["", any] {
        let wrong = wrong(&held(plan, &Cycling::default(), of_one));
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with("definition-equal "), "{wrong:?}");
    }
    assert_eq!(wrong(&held(any, &Cycling::default(), of_none)), [""; 0]);
}

#[test]
fn an_extension_of_another_version_is_told_where_both_are_known() {
    let of_version = |version: &str| {
        let mut catalogue = Catalogue::default();
        catalogue.take("extension", "hstore", version);
        catalogue
    };
    let manifest = good();
    let held = |plan: &str, before: Option<Catalogue>, now: Option<&Catalogue>| {
        let reference = Reference {
            manifest: good(),
            catalogue: before,
            sha256: Sha256::of(b"reference"),
            accepted: None,
        };
        let dump = Dump {
            manifest: &manifest,
            catalogue: now,
        };
        let plan: ReferencePlan = toml::from_str(plan).unwrap();
        drift(&reference, dump, &plan, &Cycling::default())
    };
    let (old, new) = (of_version("1.7"), of_version("1.8"));
    let seen = held("", Some(old.clone()), Some(&new));
    let wrong_now = wrong(&seen);
    assert_eq!(wrong_now.len(), 1, "{wrong_now:?}");
    assert!(
        wrong_now[0].starts_with("extension-version "),
        "{wrong_now:?}"
    );
    let allowed = held("allow = [\"EXTENSION\"]", Some(old.clone()), Some(&new));
    assert_eq!((wrong(&allowed).len(), allowed.allowed.len()), (0, 1));
    for (before, now) in [
        (Some(old.clone()), Some(&old)),
        (None, Some(&new)),
        (Some(old.clone()), None),
    ] {
        assert_eq!(wrong(&held("", before, now)), [""; 0]);
    }
}

use super::*;
use crate::digest::Sha256;
use crate::manifest::Direction;

const ALL: Compare = Compare {
    access: Access::Compared,
    rows: Rows::Compared,
};

fn object(kind: &str, name: &str, owner: &str, definition: &str) -> Object {
    Object {
        kind: kind.into(),
        schema: "public".into(),
        name: name.into(),
        owner: owner.into(),
        definition: Sha256::of(definition.as_bytes()),
    }
}

fn of_objects(objects: &[Object]) -> Manifest {
    Manifest {
        objects: objects.to_vec(),
        ..Manifest::default()
    }
}

fn relation(name: &str, columns: &[&str], rows: u64, content: u128) -> Relation {
    let mut content_digest = crate::manifest::RowSum::default();
    content_digest.add(content);
    Relation {
        schema: "public".into(),
        name: name.into(),
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        rows,
        bytes: rows,
        content_digest,
    }
}

/// Each difference as its kind, its name and its change as JSON.
fn told(expected: &Manifest, actual: &Manifest, compare: Compare) -> Vec<String> {
    let told = differences(expected, actual, compare).into_iter().map(|d| {
        let change = serde_json::to_string(&d.change).unwrap();
        format!("{} {} {change}", d.kind, d.name)
    });
    told.collect()
}

#[test]
fn equal_manifests_do_not_differ_whatever_their_order() {
    let a = object("TABLE", "a", "alice", "1");
    let b = object("TABLE", "b", "alice", "2");
    let one = of_objects(&[a.clone(), b.clone()]);
    let other = of_objects(&[b, a]);
    assert_eq!(differences(&one, &other, ALL), []);
}

#[test]
fn objects_are_told_by_what_changed() {
    let expected = of_objects(&[
        object("TABLE", "gone", "alice", "1"),
        object("POLICY", "t own", "alice", "USING (a)"),
        object("VIEW", "v", "alice", "3"),
        object("INDEX", "i", "alice", "4"),
        object("FUNCTION", "f()", "alice", "5"),
    ]);
    let actual = of_objects(&[
        object("FUNCTION", "f()", "mallory", "6"),
        object("POLICY", "t own", "alice", "USING (true)"),
        object("VIEW", "v", "mallory", "3"),
        object("INDEX", "i", "mallory", "4"),
        object("TABLE", "new", "alice", "1"),
    ]);
    assert_eq!(
        told(&expected, &actual, ALL),
        [
            r#"FUNCTION f() {"change":"definition-differs"}"#,
            r#"FUNCTION f() {"change":"owner-differs","expected":"alice","actual":"mallory"}"#,
            r#"POLICY t own {"change":"definition-differs"}"#,
            r#"TABLE gone {"change":"missing"}"#,
            r#"TABLE new {"change":"unexpected"}"#,
            r#"VIEW v {"change":"owner-differs","expected":"alice","actual":"mallory"}"#,
        ]
    );
}

#[test]
fn several_of_one_identity_are_held_against_each_other_as_a_whole() {
    let acl = |owner: &str, definition: &str| {
        object(
            "DEFAULT ACL",
            "DEFAULT PRIVILEGES FOR TABLES",
            owner,
            definition,
        )
    };
    let expected = of_objects(&[acl("a", "1"), acl("b", "2"), acl("c", "2")]);
    let other_order = of_objects(&[acl("c", "2"), acl("b", "2"), acl("a", "1")]);
    assert_eq!(differences(&expected, &other_order, ALL), []);

    let one_less = of_objects(&[acl("c", "2"), acl("a", "1")]);
    let missing = r#"DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES {"change":"missing"}"#;
    assert_eq!(told(&expected, &one_less, ALL), [missing]);
    // The same one twice does not stand for another.
    let twice = of_objects(&[acl("a", "1"), acl("a", "1"), acl("c", "2")]);
    let differs = r#"DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES {"change":"definition-differs"}"#;
    assert_eq!(told(&expected, &twice, ALL), [differs]);
}

#[test]
fn access_is_left_aside_where_the_plan_or_a_dump_has_none() {
    let expected = of_objects(&[
        object("TABLE", "t", "alice", "1"),
        object("ACL", "TABLE t", "alice", "GRANT"),
    ]);
    let actual = of_objects(&[object("TABLE", "t", "postgres", "1")]);
    let aside = Compare {
        access: Access::Aside,
        ..ALL
    };
    assert_eq!(differences(&expected, &actual, aside), []);
    assert_eq!(differences(&expected, &actual, ALL).len(), 2);

    let mut without_owners = actual;
    without_owners.form.no_owner = true;
    let lost = [r#"ACL TABLE t {"change":"missing"}"#];
    assert_eq!(told(&expected, &without_owners, ALL), lost);
}

#[test]
fn contents_are_told_by_numbers_alone() {
    let sequence = |name: &str, last_value, is_called| Sequence {
        schema: "public".into(),
        name: name.into(),
        last_value,
        is_called,
        direction: Direction::Ascending,
    };
    let large = |oid, bytes, content: &str| LargeObject {
        oid,
        bytes,
        content: Sha256::of(content.as_bytes()),
    };
    let expected = Manifest {
        relations: vec![
            relation("same", &["a", "b"], 3, 7),
            relation("fewer", &["a"], 40_000, 1),
            relation("flipped", &["a"], 2, 1),
            relation("renamed", &["a", "b"], 2, 1),
            relation("gone", &["a"], 0, 0),
        ],
        sequences: vec![
            sequence("s", 5, true),
            sequence("t", 1, false),
            sequence("u", 1, true),
        ],
        large_objects: vec![large(1, 2, "x"), large(2, 2, "x"), large(3, 2, "x")],
        ..Manifest::default()
    };
    let actual = Manifest {
        relations: vec![
            relation("same", &["b", "a"], 3, 7),
            relation("fewer", &["a"], 39_996, 2),
            relation("flipped", &["a"], 2, 3),
            relation("renamed", &["a", "c"], 2, 9),
        ],
        sequences: vec![
            sequence("s", 4, true),
            sequence("t", 1, true),
            sequence("u", 1, true),
        ],
        large_objects: vec![
            large(2, 3, "x"),
            large(3, 2, "y"),
            large(1, 2, "x"),
            large(4, 0, ""),
        ],
        ..Manifest::default()
    };
    assert_eq!(
        told(&expected, &actual, ALL),
        [
            r#"BLOB 2 {"change":"bytes-differ","expected":2,"actual":3}"#,
            r#"BLOB 3 {"change":"content-differs"}"#,
            r#"BLOB 4 {"change":"unexpected"}"#,
            r#"SEQUENCE SET s {"change":"value-differs","expected":5,"actual":4}"#,
            r#"SEQUENCE SET t {"change":"called-differs","expected":false,"actual":true}"#,
            r#"TABLE DATA fewer {"change":"rows-differ","expected":40000,"actual":39996}"#,
            r#"TABLE DATA flipped {"change":"content-differs"}"#,
            r#"TABLE DATA gone {"change":"missing"}"#,
            r#"TABLE DATA renamed {"change":"columns-differ","missing":["b"],"unexpected":["c"]}"#,
        ]
    );
    let aside = Compare {
        rows: Rows::Aside,
        ..ALL
    };
    assert_eq!(differences(&expected, &actual, aside), []);
}

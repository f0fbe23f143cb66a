use super::*;

fn identity() -> Identity {
    Identity {
        system_identifier: Known::Yes(7),
        server_started: "2026-04-17T05:35:18.484399Z".into(),
        timeline: Known::Yes(1),
        in_recovery: false,
        database: "app".into(),
        database_oid: 16384,
        server_version: "15.18".into(),
        wal_lsn: Known::Yes(1000),
        container: vec![present("2026-04-17T05:35:18.48439927Z")],
    }
}

fn present(started_at: &str) -> ContainerIdentity {
    ContainerIdentity::Present {
        name: "prod".into(),
        id: "c0ffee".into(),
        started_at: started_at.into(),
        status: "running".into(),
    }
}

fn fields(change: impl FnOnce(&mut Identity)) -> Vec<(&'static str, DifferenceKind)> {
    let mut after = identity();
    change(&mut after);
    let seen = unmoved(&identity(), &after);
    seen.iter().map(|d| (d.field, d.kind)).collect()
}

#[test]
fn the_same_source_is_unmoved_while_its_log_grows() {
    assert_eq!(fields(|i| i.wal_lsn = Known::Yes(1001)), []);
}

#[test]
fn each_field_that_moves_is_named() {
    use DifferenceKind::Moved;
    assert_eq!(
        fields(|i| i.system_identifier = Known::Yes(8)),
        [("system-identifier", Moved)]
    );
    assert_eq!(
        fields(|i| i.server_started.push('0')),
        [("server-started", Moved)]
    );
    assert_eq!(
        fields(|i| i.timeline = Known::Yes(2)),
        [("timeline", Moved)]
    );
    assert_eq!(fields(|i| i.in_recovery = true), [("in-recovery", Moved)]);
    assert_eq!(fields(|i| i.database.push('2')), [("database", Moved)]);
    assert_eq!(fields(|i| i.database_oid = 1), [("database-oid", Moved)]);
    assert_eq!(
        fields(|i| i.server_version = "15.19".into()),
        [("server-version", Moved)]
    );
    assert_eq!(
        fields(|i| i.wal_lsn = Known::Yes(999)),
        [("wal-lsn", Moved)]
    );
    // The same instant, written with another precision, is not byte for byte the same.
    assert_eq!(
        fields(|i| i.container = vec![present("2026-04-17T05:35:18.484399270Z")]),
        [("container", Moved)]
    );
    let absent = ContainerIdentity::Absent {
        name: "prod".into(),
    };
    assert_eq!(
        fields(|i| i.container = vec![absent]),
        [("container", Moved)]
    );
}

#[test]
fn what_could_not_be_looked_at_is_never_equal() {
    use DifferenceKind::CouldNotLook;
    let mut blind = identity();
    blind.system_identifier = Known::No("revoked".into());
    blind.container = vec![ContainerIdentity::Absent {
        name: "prod".into(),
    }];
    let seen = unmoved(&blind, &blind.clone());
    let seen: Vec<_> = seen.iter().map(|d| (d.field, d.kind)).collect();
    assert_eq!(
        seen,
        [
            ("system-identifier", CouldNotLook),
            ("container", CouldNotLook)
        ]
    );
    assert_eq!(
        fields(|i| i.container.clear()),
        [("container", CouldNotLook)]
    );
}

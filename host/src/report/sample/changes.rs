//! Every way in which two manifests can differ.

use vhost_dump::manifest::Change;

pub fn every() -> Vec<Change> {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    vec![
        Change::Missing,
        Change::Unexpected,
        Change::DefinitionDiffers,
        Change::OwnerDiffers {
            expected: "directus".to_owned(),
            actual: "postgres".to_owned(),
        },
        Change::ColumnsDiffer {
            missing: names(&["a"]),
            unexpected: names(&["b"]),
        },
        Change::RowsDiffer {
            expected: 15,
            actual: 14,
        },
        Change::ContentDiffers,
        Change::ValueDiffers {
            expected: -1,
            actual: 1,
        },
        Change::CalledDiffers {
            expected: true,
            actual: false,
        },
        Change::BytesDiffer {
            expected: 2,
            actual: 1,
        },
    ]
}

//! Texts of what was compared: the restored database with its dump, and the dump with its reference.

use super::{Visit, of_finding};
use crate::fidelity::{FidelitySeen, Probe};
use crate::reference::{Acceptance, DriftSeen, ReferenceSeen};
use vhost_dump::manifest::{Change, Difference};

pub(super) fn of_fidelity(fidelity: &mut FidelitySeen, visit: Visit) {
    let FidelitySeen {
        objects: _,
        relations: _,
        rows: _,
        bytes: _,
        sequences: _,
        large_objects: _,
        time_zone,
        differences,
        more_differences: _,
        probes,
        amcheck: _,
        data_checksums: _,
    } = fidelity;
    visit("time zone", time_zone);
    for Difference {
        kind,
        schema,
        name,
        change,
    } in differences
    {
        for text in [kind, schema, name] {
            visit("difference", text);
        }
        match change {
            Change::OwnerDiffers { expected, actual } => {
                visit("difference", expected);
                visit("difference", actual);
            }
            Change::ColumnsDiffer {
                missing,
                unexpected,
            } => {
                for column in missing.iter_mut().chain(unexpected) {
                    visit("difference", column);
                }
            }
            Change::Missing
            | Change::Unexpected
            | Change::DefinitionDiffers
            | Change::RowsDiffer { .. }
            | Change::ContentDiffers
            | Change::ValueDiffers { .. }
            | Change::CalledDiffers { .. }
            | Change::BytesDiffer { .. } => {}
        }
    }
    for Probe {
        rule: _,
        weight: _,
        subject,
        said,
    } in probes
    {
        visit("probe", subject);
        visit("probe", said);
    }
}

pub(super) fn of_drift(drift: &mut DriftSeen, visit: Visit) {
    let DriftSeen {
        reference,
        findings,
        allowed,
    } = drift;
    if let Some(ReferenceSeen {
        sha256: _,
        accepted: Some(accepted),
    }) = reference
    {
        let Acceptance {
            plan,
            run,
            manifest: _,
            by,
            why,
            at,
        } = accepted;
        for text in [plan, run, by, why, at] {
            visit("acceptance", text);
        }
    }
    for finding in findings {
        of_finding("drift", finding, visit);
    }
    for difference in allowed {
        visit("drift", difference);
    }
}

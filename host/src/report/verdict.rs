//! The verdict: computed from the evidence, never set.

use serde::Serialize;

use super::Stop;
use super::gate::Standing;

/// What a drill comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Every gate and every check that applies ran and passed.
    Pass,
    /// Something that was looked at is wrong.
    Fail,
    /// Nothing wrong was seen, and not everything was looked at.
    Inconclusive,
}

impl Verdict {
    /// Any failure fails; else anything not looked at, a stop, or nothing at all is inconclusive.
    pub(super) fn of(rows: &[Standing], stop: Option<&Stop>) -> Self {
        match (rows.iter().max(), stop) {
            (Some(Standing::Fail), _) => Verdict::Fail,
            (Some(Standing::CouldNotLook | Standing::NotApplicable) | None, _) => {
                Verdict::Inconclusive
            }
            (Some(Standing::Pass), Some(_)) => Verdict::Inconclusive,
            (Some(Standing::Pass), None) => Verdict::Pass,
        }
    }

    /// 0 PASS, 1 FAIL, 3 INCONCLUSIVE. 2 is for usage and configuration, and never comes from a verdict.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Inconclusive => 3,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "INCONCLUSIVE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Stage;

    const STANDINGS: [Standing; 4] = [
        Standing::NotApplicable,
        Standing::Pass,
        Standing::CouldNotLook,
        Standing::Fail,
    ];

    /// Every multiset of up to three members, with and without a stop.
    #[test]
    fn the_whole_table() {
        let stop = Stop {
            stage: Stage::Seal,
            cause: "interrupted".to_owned(),
        };
        let mut cases: Vec<Vec<Standing>> = vec![vec![]];
        for a in STANDINGS {
            cases.push(vec![a]);
            for b in STANDINGS {
                cases.push(vec![a, b]);
                for c in STANDINGS {
                    cases.push(vec![a, b, c]);
                }
            }
        }
        assert_eq!(cases.len(), 1 + 4 + 16 + 64);
        for members in cases {
            for stopped in [None, Some(&stop)] {
                let verdict = Verdict::of(&members, stopped);
                let expected = if members.contains(&Standing::Fail) {
                    Verdict::Fail
                } else if members.contains(&Standing::CouldNotLook)
                    || !members.contains(&Standing::Pass)
                    || stopped.is_some()
                {
                    Verdict::Inconclusive
                } else {
                    Verdict::Pass
                };
                assert_eq!(verdict, expected, "{members:?} {stopped:?}");
            }
        }
    }

    #[test]
    fn each_verdict_has_its_own_code_and_none_is_usage() {
        let codes = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive]
            .map(|verdict| verdict.exit_code());
        assert_eq!(codes, [0, 1, 3]);
    }
}

//! How many values a sequence has, and has left.

use vhost_check::evidence::Sequence;

#[derive(Debug, PartialEq, Eq)]
pub struct Headroom {
    /// Of its whole way.
    pub all: u128,
    /// Not handed out yet.
    pub left: u128,
    /// It begins again before any column refuses a value.
    pub endless: bool,
}

impl Headroom {
    /// None of what is no sequence of Postgres: one that does not move.
    pub fn of(sequence: &Sequence) -> Option<Self> {
        let step = i128::from(sequence.increment);
        // The way down is the way up with its signs turned round.
        let (first, last) = match step.signum() {
            1 => (sequence.least.into(), i128::from(sequence.greatest)),
            -1 => (-i128::from(sequence.greatest), -i128::from(sequence.least)),
            _ => return None,
        };
        let narrowest = sequence.feeds.iter().filter_map(|fed| {
            let (least, greatest) = range(&fed.type_name)?;
            Some(if step > 0 { greatest } else { -least })
        });
        let end = narrowest.fold(last, i128::min);
        let at = i128::from(sequence.last_value) * step.signum();
        let step = step.abs();
        let next = if sequence.is_called { at + step } else { at };
        Some(Self {
            all: steps(first, end, step),
            left: steps(next, end, step),
            endless: sequence.cycles && end == last,
        })
    }
}

/// The values from one to another, both included.
fn steps(from: i128, to: i128, step: i128) -> u128 {
    if from > to {
        return 0;
    }
    // Not negative, because `step` is not and `from` is not above `to`.
    ((to - from) / step + 1).unsigned_abs()
}

/// What a column's type holds; none of one that holds every value of a sequence.
fn range(type_name: &str) -> Option<(i128, i128)> {
    match type_name {
        "smallint" => Some((i16::MIN.into(), i16::MAX.into())),
        "integer" => Some((i32::MIN.into(), i32::MAX.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vhost_check::evidence::FedColumn;

    fn sequence(increment: i64, least: i64, greatest: i64, last_value: i64) -> Sequence {
        Sequence {
            schema: "s".to_owned(),
            name: "q".to_owned(),
            type_name: "bigint".to_owned(),
            last_value,
            is_called: true,
            increment,
            least,
            greatest,
            cycles: false,
            feeds: Vec::new(),
        }
    }

    fn feeding(mut sequence: Sequence, type_name: &str) -> Sequence {
        sequence.feeds.push(FedColumn {
            schema: "s".to_owned(),
            relation: "t".to_owned(),
            column: "c".to_owned(),
            type_name: type_name.to_owned(),
        });
        sequence
    }

    /// All values, values left, and whether they end.
    fn of(sequence: &Sequence) -> (u128, u128, bool) {
        let headroom = Headroom::of(sequence).unwrap();
        (headroom.all, headroom.left, headroom.endless)
    }

    #[test]
    fn values_are_counted_up_and_down() {
        assert_eq!(of(&sequence(1, 1, 100, 40)), (100, 60, false));
        assert_eq!(of(&sequence(5, 1, 100, 96)), (20, 0, false));
        assert_eq!(of(&sequence(-2, -9, -1, -3)), (5, 3, false));
        let fresh = Sequence {
            is_called: false,
            ..sequence(1, 1, 100, 1)
        };
        assert_eq!(of(&fresh), (100, 100, false));
        let widest = sequence(1, i64::MIN, i64::MAX, i64::MAX);
        assert_eq!(of(&widest), (1 << 64, 0, false));
        assert_eq!(
            of(&sequence(-1, i64::MIN, -1, i64::MIN)),
            (1 << 63, 0, false)
        );
        assert!(Headroom::of(&sequence(0, 1, 2, 1)).is_none());
    }

    #[test]
    fn a_narrower_column_is_the_end() {
        let wide = sequence(1, 1, i64::MAX, 2_147_483_000);
        assert_eq!(
            of(&feeding(wide.clone(), "integer")),
            (2_147_483_647, 647, false)
        );
        assert_eq!(of(&feeding(wide.clone(), "numeric(40,0)")).0, (1 << 63) - 1);
        let past = sequence(1, 1, i64::MAX, 40_000);
        assert_eq!(of(&feeding(past, "smallint")), (32_767, 0, false));
        let down = sequence(-1, i64::MIN, -1, -32_000);
        assert_eq!(of(&feeding(down, "smallint")), (32_768, 768, false));
    }

    #[test]
    fn a_cycle_has_no_end_unless_a_column_stops_it() {
        let cycling = |greatest| Sequence {
            cycles: true,
            ..sequence(1, 1, greatest, 9)
        };
        assert!(of(&feeding(cycling(10), "smallint")).2);
        assert!(!of(&feeding(cycling(100_000), "smallint")).2);
    }
}

//! Two manifests for people.

use std::fmt::Write as _;

use vhost::report::neutral::{Medium, neutral};
use vhost_dump::manifest::{Change, Difference};

use super::Sort;
use crate::args::Diff;

pub fn render(asked: &Diff, otherwise: Option<&str>, found: &[Difference]) -> String {
    let (one, other) = (asked.one.display(), asked.other.display());
    let mut out = format!(
        "A  {}\nB  {}\n",
        line(&one.to_string()),
        line(&other.to_string())
    );
    if let Some(otherwise) = otherwise {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "\nnot written alike ({otherwise}): not all of them can be compared, and what differs may be that alone"
        );
    } else if found.is_empty() {
        out.push_str("\nnothing differs\n");
    }
    for sort in Sort::ALL {
        let of_sort = found.iter().filter(|one| Sort::of(&one.change) == sort);
        let of_sort: Vec<&Difference> = of_sort.collect();
        if of_sort.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{} ({})", title(sort), of_sort.len());
        for difference in of_sort {
            let _ = writeln!(out, "  {}", line(&words(difference)));
        }
    }
    out
}

fn title(sort: Sort) -> &'static str {
    match sort {
        Sort::Missing => "missing: in A alone",
        Sort::Unexpected => "unexpected: in B alone",
        Sort::Changed => "changed: A → B",
    }
}

/// One line of words: names are written by others.
fn line(text: &str) -> String {
    neutral(text, Medium::Terminal)
}

fn words(difference: &Difference) -> String {
    let name = match difference.schema.as_str() {
        "" => difference.name.clone(),
        schema => format!("{schema}.{}", difference.name),
    };
    let name = format!("{} {name}", difference.kind);
    match &difference.change {
        Change::Missing | Change::Unexpected => name,
        Change::DefinitionDiffers => format!("{name}: definition"),
        Change::OwnerDiffers { expected, actual } => {
            format!("{name}: owner {expected} → {actual}")
        }
        Change::ColumnsDiffer {
            missing,
            unexpected,
        } => {
            let minus = missing.iter().map(|column| format!("−{column}"));
            let plus = unexpected.iter().map(|column| format!("+{column}"));
            let columns: Vec<String> = minus.chain(plus).collect();
            format!("{name}: columns {}", columns.join(" "))
        }
        Change::RowsDiffer { expected, actual } => format!(
            "{name}: rows {expected} → {actual} ({})",
            signed(i128::from(*actual) - i128::from(*expected))
        ),
        Change::ContentDiffers => format!("{name}: as many rows, and not the same ones"),
        Change::ValueDiffers { expected, actual } => format!(
            "{name}: value {expected} → {actual} ({})",
            signed(i128::from(*actual) - i128::from(*expected))
        ),
        Change::CalledDiffers { expected, actual } => {
            let given = |called: &bool| match called {
                true => "given out",
                false => "not given out yet",
            };
            format!("{name}: {} → {}", given(expected), given(actual))
        }
        Change::BytesDiffer { expected, actual } => format!(
            "{name}: bytes {expected} → {actual} ({})",
            signed(i128::from(*actual) - i128::from(*expected))
        ),
    }
}

/// With its sign: `+3`, `−4`.
fn signed(difference: i128) -> String {
    match difference < 0 {
        true => format!("−{}", difference.unsigned_abs()),
        false => format!("+{difference}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_words() {
        let of = |change| Difference {
            kind: "TABLE DATA".to_owned(),
            schema: "shop".to_owned(),
            name: "orders".to_owned(),
            change,
        };
        for (change, told) in [
            (Change::Missing, "TABLE DATA shop.orders"),
            (
                Change::RowsDiffer {
                    expected: 100,
                    actual: 96,
                },
                "TABLE DATA shop.orders: rows 100 → 96 (−4)",
            ),
            (
                Change::ValueDiffers {
                    expected: i64::MIN,
                    actual: i64::MAX,
                },
                "TABLE DATA shop.orders: value -9223372036854775808 → 9223372036854775807 (+18446744073709551615)",
            ),
            (
                Change::ColumnsDiffer {
                    missing: vec!["a".to_owned()],
                    unexpected: vec!["b".to_owned()],
                },
                "TABLE DATA shop.orders: columns −a +b",
            ),
            (
                Change::CalledDiffers {
                    expected: true,
                    actual: false,
                },
                "TABLE DATA shop.orders: given out → not given out yet",
            ),
        ] {
            assert_eq!(words(&of(change)), told);
        }
    }

    #[test]
    fn lists_stand_in_their_order_and_names_stay_on_their_line() {
        let asked = Diff {
            one: "a".into(),
            other: "b".into(),
            json: false,
        };
        let of = |name: &str, change| Difference {
            kind: "INDEX".to_owned(),
            schema: String::new(),
            name: name.to_owned(),
            change,
        };
        let found = [
            of("i\nchanged: nothing", Change::DefinitionDiffers),
            of("new", Change::Unexpected),
            of("old", Change::Missing),
        ];
        let text = render(&asked, None, &found);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert_eq!(lines[2], "missing: in A alone (1)");
        assert_eq!(lines[3], "  INDEX old");
        assert_eq!(lines[5], "  INDEX new");
        assert!(lines[7].starts_with("  INDEX i"), "{text}");
        assert!(render(&asked, None, &[]).ends_with("\nnothing differs\n"));
        let otherwise = render(&asked, Some("--no-owner"), &[]);
        assert!(
            otherwise.contains("\nnot written alike (--no-owner): "),
            "{otherwise}"
        );
        assert!(!otherwise.contains("nothing differs"), "{otherwise}");
    }
}

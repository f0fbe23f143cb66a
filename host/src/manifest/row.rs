//! The digest of rows as COPY writes them.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use super::multiset::RowSum;

/// Digests rows of one set of columns, given as lines of COPY's text format.
///
/// Values stand in the order of the columns' names, because an inheritance child that was restored may have its columns
/// in another order than the one that was dumped.
#[derive(Clone, Debug)]
pub struct RowDigest {
    /// Of the sorted names, so that values are not the same under another name.
    seed: u64,
    /// For each place in the order of names, the column in the order of the line; `None` where the line is in that order.
    order: Option<Box<[usize]>>,
    columns: usize,
    /// Where each value of a line ends.
    ends: Vec<usize>,
    /// The line with its values put in order; kept, so that no row allocates.
    ordered: Vec<u8>,
    sum: RowSum,
    rows: u64,
    bytes: u64,
}

impl RowDigest {
    /// Columns in the order in which a line gives their values.
    pub fn new<S: AsRef<str>>(columns: &[S]) -> Self {
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(|column| columns[*column].as_ref());
        let mut names = Vec::new();
        for column in &order {
            names.extend_from_slice(columns[*column].as_ref().as_bytes());
            // No name of Postgres holds a zero byte.
            names.push(0);
        }
        Self {
            seed: xxh3_64(&names),
            columns: columns.len(),
            order: (!order.is_sorted()).then(|| order.into()),
            ends: Vec::with_capacity(columns.len()),
            ordered: Vec::new(),
            sum: RowSum::default(),
            rows: 0,
            bytes: 0,
        }
    }

    /// Takes one row: a line of COPY's text format, without its line feed.
    pub fn row(&mut self, line: &[u8]) {
        self.count(line);
        let Some(order) = &self.order else {
            self.sum.add(xxh3_128_with_seed(line, self.seed));
            return;
        };
        self.ends.clear();
        // A tab within a value is written as `\t`.
        self.ends.extend(memchr::memchr_iter(b'\t', line));
        self.ends.push(line.len());
        let row = if self.ends.len() == order.len() {
            self.ordered.clear();
            for column in order {
                self.ordered
                    .extend_from_slice(value(line, &self.ends, *column));
                self.ordered.push(b'\t');
            }
            self.ordered.pop();
            &self.ordered
        } else {
            // Not a row of these columns: the server will refuse it, and it is told from every one that is.
            line
        };
        self.sum.add(xxh3_128_with_seed(row, self.seed));
    }

    /// Takes one row of an INSERT: the text within its parentheses, and where a comma stands between values.
    ///
    /// Without columns, in the order in which they stand.
    pub fn values(&mut self, text: &[u8], commas: &[usize]) {
        self.count(text);
        self.ends.clear();
        self.ends.extend_from_slice(commas);
        self.ends.push(text.len());
        self.ordered.clear();
        if self.columns == 0 || self.ends.len() == self.columns {
            for place in 0..self.ends.len() {
                let column = self.order.as_ref().map_or(place, |order| order[place]);
                let value = match value(text, &self.ends, column).trim_ascii() {
                    // pg_dump writes a number without quotes, which makes of the negative zero of `real` and `double
                    // precision` the integer 0 with a sign that says nothing (manual, 4.1.2.6): the dump has lost it.
                    b"-0" => b"0",
                    value => value,
                };
                self.ordered.extend_from_slice(value);
                self.ordered.push(b'\t');
            }
        } else {
            self.ordered.extend_from_slice(text);
        }
        self.sum.add(xxh3_128_with_seed(&self.ordered, self.seed));
    }

    fn count(&mut self, row: &[u8]) {
        self.rows += 1;
        self.bytes += row.len() as u64 + 1;
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Of the rows in COPY's text format, line feeds included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn sum(&self) -> RowSum {
        self.sum
    }
}

/// The value of a column, between the separators of one byte each.
fn value<'l>(line: &'l [u8], ends: &[usize], column: usize) -> &'l [u8] {
    let start = match column {
        0 => 0,
        column => ends[column - 1] + 1,
    };
    &line[start..ends[column]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(columns: &[&str], rows: &[&str]) -> RowSum {
        let mut digest = RowDigest::new(columns);
        rows.iter().for_each(|row| digest.row(row.as_bytes()));
        digest.sum()
    }

    #[test]
    fn order_does_not_matter_but_multiplicity_does() {
        let of = |rows: &[&str]| sum(&["a"], rows);
        assert_eq!(of(&["a", "b", "c"]), of(&["c", "a", "b"]));
        assert_ne!(of(&["a"]), of(&["a", "a", "a"]));
        assert_ne!(of(&["a", "a"]), of(&[]));
        assert_ne!(of(&["a", "b"]), of(&["a", "c"]));
        assert_ne!(of(&[]), of(&[""]));
    }

    #[test]
    fn values_belong_to_their_columns_names_wherever_they_stand() {
        let one = sum(&["a", "b", "c"], &["1\t2\t3", "\\N\t\t\\\\"]);
        assert_eq!(sum(&["c", "a", "b"], &["3\t1\t2", "\\\\\t\\N\t"]), one);
        assert_eq!(sum(&["b", "a", "c"], &["2\t1\t3", "\t\\N\t\\\\"]), one);
        assert_ne!(sum(&["b", "a", "c"], &["1\t2\t3", "\\N\t\t\\\\"]), one);
        assert_ne!(sum(&["a", "b", "d"], &["1\t2\t3", "\\N\t\t\\\\"]), one);
        // Values that change places between rows.
        assert_ne!(
            sum(&["b", "a"], &["1\t2", "3\t4"]),
            sum(&["b", "a"], &["1\t4", "3\t2"])
        );
        assert_ne!(sum(&["ab", "c"], &["1\t2"]), sum(&["a", "bc"], &["1\t2"]));
    }

    #[test]
    fn values_of_inserts_belong_to_their_columns_too() {
        let sum = |columns: &[&str], text: &str, commas: &[usize]| {
            let mut digest = RowDigest::new(columns);
            digest.values(text.as_bytes(), commas);
            digest.sum()
        };
        let one = sum(&["a", "b"], "'x,y', 2", &[5]);
        assert_eq!(sum(&["b", "a"], "2, 'x,y'", &[1]), one);
        assert_ne!(sum(&["b", "a"], "'x,y', 2", &[5]), one);
        assert_eq!(
            sum(&["a", "b"], "-0, '-0'", &[2]),
            sum(&["a", "b"], "0, '-0'", &[1])
        );
        assert_eq!(sum(&[], "1, -0", &[1]), sum(&[], "1, 0", &[1]));
        for other in ["1, -1", "1, '-0'", "1, '0'", "1, -0.0"] {
            assert_ne!(sum(&[], other, &[1]), sum(&[], "1, 0", &[1]), "{other}");
        }
        assert_ne!(sum(&["a", "b"], "1", &[]), sum(&["a", "b"], "1, 2", &[1]));
        // Without columns nothing is known of its order.
        assert_ne!(sum(&[], "1, 2", &[1]), sum(&[], "2, 1", &[1]));
        assert_eq!(sum(&[], "1, 2", &[1]), sum(&[], "1, 2", &[1]));
    }

    #[test]
    fn a_line_of_other_columns_is_counted_and_told_apart() {
        let one = sum(&["b", "a"], &["1\t2\t3"]);
        assert_ne!(one, sum(&["b", "a"], &["1\t2"]));
        assert_ne!(one, sum(&["b", "a"], &["1"]));
        assert_eq!(sum(&[], &["", ""]), sum(&[], &["", ""]));
    }

    #[test]
    fn rows_and_bytes_are_counted_with_their_line_feeds() {
        let mut digest = RowDigest::new(&["a", "b"]);
        digest.row(b"1\t2");
        digest.row(b"");
        assert_eq!((digest.rows(), digest.bytes()), (2, 5));
    }
}

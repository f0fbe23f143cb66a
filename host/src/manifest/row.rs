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
            order: (!order.is_sorted()).then(|| order.into()),
            ends: Vec::with_capacity(columns.len()),
            ordered: Vec::new(),
            sum: RowSum::default(),
            rows: 0,
            bytes: 0,
        }
    }

    /// The same, of rows whose text is digested as it stands: those of INSERTs.
    pub fn of_text<S: AsRef<str>>(columns: &[S]) -> Self {
        Self {
            order: None,
            ..Self::new(columns)
        }
    }

    /// Takes one row: a line of COPY's text format, without its line feed.
    pub fn row(&mut self, line: &[u8]) {
        self.rows += 1;
        self.bytes += line.len() as u64 + 1;
        let row = match &self.order {
            None => line,
            Some(order) => {
                self.ends.clear();
                // A tab within a value is written as `\t`.
                self.ends.extend(memchr::memchr_iter(b'\t', line));
                self.ends.push(line.len());
                if self.ends.len() == order.len() {
                    self.ordered.clear();
                    for column in order {
                        let start = match column {
                            0 => 0,
                            column => self.ends[column - 1] + 1,
                        };
                        self.ordered
                            .extend_from_slice(&line[start..self.ends[*column]]);
                        self.ordered.push(b'\t');
                    }
                    self.ordered.pop();
                    &self.ordered
                } else {
                    // Not a row of these columns: the server will refuse it, and it is told from every one that is.
                    line
                }
            }
        };
        self.sum.add(xxh3_128_with_seed(row, self.seed));
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

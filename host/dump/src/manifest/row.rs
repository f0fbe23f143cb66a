//! The digest of rows as COPY writes them.

use xxhash_rust::const_xxh3::const_custom_default_secret;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_secret, xxh3_128_with_seed};

mod separators;

use super::multiset::RowSum;
use separators::each_separator;

/// Digests rows of one set of columns, given as lines of COPY's text format.
///
/// Values stand in the order of the columns' names, because an inheritance child that was restored may have its columns
/// in another order than the one that was dumped.
#[derive(Clone, Debug)]
pub struct RowDigest {
    seed: Seed,
    /// For each place in the order of names, the column in the order of the line; `None` where the line is in that order.
    order: Option<Box<[usize]>>,
    columns: usize,
    /// Where each value of a line ends.
    ends: Vec<usize>,
    /// The line with its values put in order, and room behind it; kept, so that no row allocates.
    ordered: Vec<u8>,
    sum: RowSum,
    rows: u64,
    bytes: u64,
    /// Whether a line ended as on Windows.
    returned: bool,
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
            seed: Seed::new(xxh3_64(&names)),
            columns: columns.len(),
            order: (!order.is_sorted()).then(|| order.into()),
            ends: Vec::with_capacity(columns.len()),
            ordered: Vec::new(),
            sum: RowSum::default(),
            rows: 0,
            bytes: 0,
            returned: false,
        }
    }

    /// Takes whole lines of COPY's text format, the last of which ends with a line feed too; `each` sees the number of each in its
    /// block, from 0, and its text.
    pub fn lines(&mut self, lines: &[u8], each: &mut dyn FnMut(u64, &[u8])) {
        let mut start = 0;
        if self.order.is_none() {
            for end in memchr::memchr_iter(b'\n', lines) {
                each(self.rows, &lines[start..end]);
                self.row(lines, start, end);
                start = end + 1;
            }
            return;
        }
        self.ends.clear();
        // A tab within a value is written as `\t`.
        each_separator(lines, |end| {
            self.ends.push(end);
            if lines[end] == b'\n' {
                each(self.rows, &lines[start..end]);
                self.row(lines, start, end);
                self.ends.clear();
                start = end + 1;
            }
        });
    }

    /// Takes a line without its line feed.
    pub fn line(&mut self, line: &[u8]) {
        self.ends.clear();
        if self.order.is_some() {
            self.ends.extend(memchr::memchr_iter(b'\t', line));
            self.ends.push(line.len());
        }
        self.row(line, 0, line.len());
    }

    /// Takes a row that lies there in some bytes, and the ends of whose values are known where they have to be put in order.
    ///
    /// A carriage return within a value is written as `\r`, so one at the end is not of the row.
    fn row(&mut self, bytes: &[u8], start: usize, mut end: usize) {
        if bytes[start..end].ends_with(b"\r") {
            self.returned = true;
            end -= 1;
            if let Some(last) = self.ends.last_mut() {
                *last = end;
            }
        }
        let line = &bytes[start..end];
        self.count(line);
        let row = match &self.order {
            Some(order) if self.ends.len() == order.len() => {
                let length = line.len();
                order_values(bytes, start, &self.ends, order, &mut self.ordered);
                &self.ordered[..length]
            }
            // Where the line is in that order, or is no row of these columns: the server will refuse it, and it is told from
            // every one that is.
            Some(_) | None => line,
        };
        self.sum.add(self.seed.digest(row));
    }

    /// Whether a line ended with a carriage return.
    pub fn returned(&self) -> bool {
        self.returned
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
        self.sum.add(self.seed.digest(&self.ordered));
    }

    fn count(&mut self, row: &[u8]) {
        self.rows += 1;
        self.bytes += row.len() as u64 + 1;
    }

    /// How many rows were taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Of the rows in COPY's text format, line feeds included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Of the rows that were taken so far. The names of the columns are part of it.
    pub fn sum(&self) -> RowSum {
        self.sum
    }
}

/// The names of the columns, so that values are not the same under another name.
#[derive(Clone, Debug)]
struct Seed {
    seed: u64,
    /// What a long row's digest derives from the seed, each time anew unless it is kept.
    secret: Box<[u8; 192]>,
}

impl Seed {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            secret: Box::new(const_custom_default_secret(seed)),
        }
    }

    /// The XXH3-128 of a row with this seed.
    fn digest(&self, row: &[u8]) -> u128 {
        /// Of rows up to here, XXH3 takes the seed itself (`XXH3_MIDSIZE_MAX` in xxhash.h).
        const MIDDLE: usize = 240;
        if row.len() > MIDDLE {
            xxh3_128_with_secret(row, &self.secret[..])
        } else {
            xxh3_128_with_seed(row, self.seed)
        }
    }
}

/// Puts the values of the row that begins at `start` into the order of names, with tabs between them. What stands behind them in
/// `ordered` means nothing.
fn order_values(
    bytes: &[u8],
    start: usize,
    ends: &[usize],
    order: &[usize],
    ordered: &mut Vec<u8>,
) {
    /// Most values are shorter: so many bytes are copied at once, whatever follows the value, which costs less than to copy just
    /// the value.
    const SHORT: usize = 32;
    let room = ends.last().map_or(0, |end| end - start) + 2 * SHORT;
    if ordered.len() < room {
        ordered.resize(room, 0);
    }
    let mut at = 0;
    for &column in order {
        let from = match column {
            0 => start,
            column => ends[column - 1] + 1,
        };
        let length = ends[column] - from;
        if let (true, Some(short)) = (length <= SHORT, bytes.get(from..from + SHORT)) {
            ordered[at..at + SHORT].copy_from_slice(short);
        } else {
            ordered[at..at + length].copy_from_slice(&bytes[from..from + length]);
        }
        at += length;
        ordered[at] = b'\t';
        at += 1;
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
        rows.iter().for_each(|row| digest.line(row.as_bytes()));
        let mut lines = RowDigest::new(columns);
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        lines.lines(text.as_bytes(), &mut |_, _| {});
        assert_eq!(lines.sum(), digest.sum(), "{rows:?}");
        digest.sum()
    }

    #[test]
    fn a_row_is_digested_as_xxh3_with_a_seed_does_it() {
        for length in [0, 1, 16, 17, 128, 129, 240, 241, 1023, 1024, 1025, 5000] {
            let row = vec![b'x'; length];
            for seed in [0, 1, u64::MAX] {
                let expected = xxh3_128_with_seed(&row, seed);
                assert_eq!(Seed::new(seed).digest(&row), expected, "{length} {seed}");
            }
        }
    }

    #[test]
    fn long_and_short_values_are_put_in_order_alike() {
        for length in [0, 1, 31, 32, 33, 34, 500] {
            let value = "v".repeat(length);
            let one = sum(&["a", "b", "c"], &[&format!("1\t{value}\t")]);
            assert_eq!(sum(&["c", "b", "a"], &[&format!("\t{value}\t1")]), one);
            assert_eq!(sum(&["b", "a", "c"], &[&format!("{value}\t1\t")]), one);
        }
    }

    #[test]
    fn a_line_end_of_windows_is_not_of_the_row() {
        let mut digest = RowDigest::new(&["b", "a"]);
        digest.lines(b"1\t2\r\n3\t4\n", &mut |_, _| {});
        digest.line(b"5\t6\r");
        assert_eq!(digest.sum(), sum(&["b", "a"], &["1\t2", "3\t4", "5\t6"]));
        assert!(digest.returned());
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
        digest.line(b"1\t2");
        digest.line(b"");
        assert_eq!((digest.rows(), digest.bytes()), (2, 5));
    }
}

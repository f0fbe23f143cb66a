//! Where in the file psql stopped, and what it said, in one line.

use bytes::Bytes;

use crate::restore::split::{Part, Splitter};

const PLACE: &str = "psql:<stdin>:";

/// The first error of psql's standard error: the line of `text`, from 1, and the words. `before` lines were sent first.
///
/// psql names the line on which a statement ends, and repeats the failed statement; the server names a line of that by
/// its number and its text. psql leaves out empty lines, so the text is what is looked for.
pub fn first(stderr: &str, text: &Bytes, before: usize) -> Option<(usize, String)> {
    let mut lines = stderr.lines();
    let (end, mut said) = lines.by_ref().find_map(|line| {
        let (number, message) = line.strip_prefix(PLACE)?.split_once(": ")?;
        let grave = ["ERROR:", "FATAL:", "PANIC:", "error:"];
        let grave = grave.iter().any(|word| message.starts_with(word));
        let number: usize = number.parse().ok()?;
        grave.then(|| (number.saturating_sub(before), message.to_owned()))
    })?;
    let mut excerpt = None;
    for line in lines.take_while(|line| !line.starts_with(PLACE)) {
        match line
            .strip_prefix("LINE ")
            .and_then(|rest| rest.split_once(": "))
        {
            Some((_, shown)) => excerpt = Some(shown),
            // Under the excerpt, where it points to.
            None if line.trim() == "^" => {}
            None => {
                said.push(' ');
                said.push_str(line);
            }
        }
    }
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let start = start(text, end).unwrap_or(end);
    Some((pointed_at(text, start, end, excerpt).unwrap_or(start), said))
}

/// The line that the statement begins on which ends on line `end`, or stands on it.
fn start(text: &Bytes, end: usize) -> Option<usize> {
    let mut splitter = Splitter::default();
    // Where the statement begins that the splitter still holds, or whose rows it reads; none between statements.
    let mut begun: Option<usize> = None;
    let mut in_rows = false;
    for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = at + 1;
        let mut whole = false;
        for part in splitter.take(text.slice_ref(line)) {
            match part {
                Part::Copy { .. } => in_rows = true,
                Part::EndOfRows => (in_rows, whole) = (false, true),
                Part::Statement(_) | Part::More(_) => whole = true,
                Part::Rows(_) | Part::Command(_) => {}
            }
        }
        let from = *begun.get_or_insert(number);
        if number >= end {
            return Some(from);
        }
        let trimmed = line.trim_ascii();
        let is_text = !trimmed.is_empty() && !trimmed.starts_with(b"--");
        // What follows a semicolon on its line is taken to begin on the next.
        if !in_rows && (whole || (!is_text && from == number)) {
            begun = None;
        }
    }
    begun
}

/// The one line from `start` to `end` that has the server's excerpt.
fn pointed_at(text: &Bytes, start: usize, end: usize, excerpt: Option<&str>) -> Option<usize> {
    let shown = excerpt?
        .trim()
        .trim_start_matches("...")
        .trim_end_matches("...");
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let mut found = lines
        .skip(start.checked_sub(1)?)
        .take(end + 1 - start)
        .filter(|(_, line)| !shown.is_empty() && String::from_utf8_lossy(line).contains(shown));
    let (at, _) = found.next()?;
    Some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, stderr: &str) -> (usize, String) {
        first(stderr, &Bytes::copy_from_slice(text.as_bytes()), 1).unwrap()
    }

    #[test]
    fn the_line_is_that_of_the_statement_or_of_what_is_wrong_in_it() {
        let text = "\n-- one\nCREATE TABLE a (id int);\n\n-- two\nSELECT id,\n\n  bogus\nFROM a;\nINSERT INTO a\n VALUES (1);\n";
        let stderr = "psql:<stdin>:4: NOTICE:  x\npsql:<stdin>:10: ERROR:  column \"bogus\" does not exist\nLINE 2:   bogus\n          ^\npsql:<stdin>:10: STATEMENT:  SELECT id,\n  bogus\nFROM a;\n";
        assert_eq!(
            place(text, stderr),
            (8, "ERROR: column \"bogus\" does not exist".to_owned())
        );
        let stderr = "psql:<stdin>:12: ERROR:  duplicate key\nDETAIL:  Key (id)=(1) already exists.\npsql:<stdin>:12: STATEMENT:  INSERT INTO a\n VALUES (1);\n";
        assert_eq!(
            place(text, stderr),
            (
                10,
                "ERROR: duplicate key DETAIL: Key (id)=(1) already exists.".to_owned()
            )
        );
    }

    #[test]
    fn a_copy_is_named_by_its_own_line() {
        let text = "CREATE TABLE a (id int);\nCOPY a (id) FROM stdin;\n1\nx\n\\.\nSELECT 1;\n";
        let stderr = "psql:<stdin>:6: ERROR:  invalid input syntax for type integer: \"x\"\nCONTEXT:  COPY a, line 2, column id: \"x\"\n";
        assert_eq!(place(text, stderr).0, 2);
    }
}

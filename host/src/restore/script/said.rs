//! Where in the file psql stopped, and what it said, in one line.

use bytes::Bytes;

use vhost_dump::script::{Event, Part, Piece, Splitter};

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
    let line = |at: u64| {
        let before = &text[..at as usize];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    let mut found = None;
    // Where a statement begins whose end has not come: rows belong to their COPY.
    let mut begun = None;
    let mut take = |event: Event<'_>| {
        let ends = match event.part {
            Part::Statement(_) | Part::Long(Piece::Last, _) | Part::EndOfRows => true,
            Part::Long(Piece::First | Piece::Middle, _) | Part::Copy { .. } => false,
            // To the end of the text.
            Part::Foreign(_) => false,
            _ => return,
        };
        let first = *begun.get_or_insert_with(|| line(event.at));
        if ends {
            // The line feed of a row's end is no more of it.
            let last = line(event.range().end - u64::from(event.text.ends_with(b"\n")));
            if (first..=last).contains(&end) {
                found.get_or_insert(first);
            }
            begun = None;
        }
    };
    let mut splitter = Splitter::default();
    splitter.feed(text, &mut take);
    splitter.finish(&mut take);
    found.or(begun.filter(|first| *first <= end))
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

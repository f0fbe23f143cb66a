use super::*;
use crate::script::command::Command;
use crate::script::event::{MarkKind, Piece};

const DUMP: &str = "--\n-- c \\! x\n--\n\\restrict k\n\nSET a = '\\';\nCOPY public.t (a) FROM stdin;\n\\N\n2\n\\.\n\n\
    COPY public.e (a) FROM stdin;\n\\.\n\\unrestrict k\n\\connect shop\n\\restrict k\nCREATE FUNCTION f() AS $$\n\
    COPY t FROM stdin;\n\\! id\n$$;\n-- end\n\\unrestrict k\n";

/// What the events are, without white space; neighbours of one kind are put together, as where they are cut means nothing.
fn events(text: &[u8], size: usize) -> Vec<(String, String)> {
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    let mut at = 0;
    let mut take = |event: Event<'_>| {
        let foreign = matches!(event.part, Part::Foreign(_));
        assert!(foreign || event.at == at, "{event:?} stands not at {at}");
        at += event.text.len() as u64;
        let (kind, whole) = match &event.part {
            Part::Blank => ("blank".to_owned(), false),
            Part::Comment => ("comment".to_owned(), true),
            Part::Statement(_) => ("statement".to_owned(), true),
            Part::Long(piece, _) => ("long".to_owned(), *piece == Piece::First),
            Part::Copy { .. } => ("copy".to_owned(), true),
            Part::Rows => ("rows".to_owned(), false),
            Part::EndOfRows => ("end".to_owned(), true),
            Part::Command(command) => (format!("{command:?}"), true),
            Part::Foreign(foreign) => (format!("{foreign:?} at {}", event.at), true),
            Part::Unread => ("unread".to_owned(), false),
        };
        match seen.last_mut() {
            Some((last, text)) if *last == kind && !whole => text.extend_from_slice(event.text),
            _ => seen.push((kind, event.text.to_owned())),
        }
    };
    let mut splitter = Splitter::default();
    for piece in text.chunks(size) {
        splitter.feed(piece, &mut take);
    }
    splitter.finish(&mut take);
    assert_eq!(at, text.len() as u64, "the events are not the script");
    let text = |text: Vec<u8>| String::from_utf8_lossy(&text).into_owned();
    let seen = seen.into_iter().map(|(kind, bytes)| (kind, text(bytes)));
    seen.filter(|(kind, _)| kind != "blank").collect()
}

fn same_in_pieces(text: &str) -> Vec<(String, String)> {
    let whole = events(text.as_bytes(), text.len().max(1));
    for size in 1..text.len() {
        assert_eq!(events(text.as_bytes(), size), whole, "pieces of {size}");
    }
    whole
}

fn kinds(text: &str) -> Vec<String> {
    let seen = same_in_pieces(text).into_iter();
    seen.map(|(kind, _)| kind).collect()
}

#[test]
fn a_script_is_taken_apart_alike_whatever_the_pieces() {
    let seen = same_in_pieces(DUMP);
    let seen: Vec<_> = seen.iter().map(|(k, t)| (k.as_str(), t.as_str())).collect();
    let restrict = format!("{:?}", Command::Restrict(b"k".to_vec()));
    let unrestrict = format!("{:?}", Command::Unrestrict(b"k".to_vec()));
    assert_eq!(
        seen,
        [
            ("comment", "--"),
            ("comment", "-- c \\! x"),
            ("comment", "--"),
            (&restrict, "\\restrict k\n"),
            ("statement", "SET a = '\\';"),
            ("copy", "COPY public.t (a) FROM stdin;\n"),
            ("rows", "\\N\n2\n"),
            ("end", "\\.\n"),
            ("copy", "COPY public.e (a) FROM stdin;\n"),
            ("end", "\\.\n"),
            (&unrestrict, "\\unrestrict k\n"),
            ("Connect(\"shop\")", "\\connect shop\n"),
            (&restrict, "\\restrict k\n"),
            (
                "statement",
                "CREATE FUNCTION f() AS $$\nCOPY t FROM stdin;\n\\! id\n$$;"
            ),
            ("comment", "-- end"),
            (&unrestrict, "\\unrestrict k\n"),
        ]
    );
}

#[test]
fn rows_end_at_the_line_and_nowhere_else() {
    for (rows, end) in [
        ("", "\\.\n"),
        ("1\tx\n", "\\.\n"),
        ("1\tx\r\n", "\\.\r\n"),
        (
            "\\N\tx\n\\\\.\n\\\\x61\n\\..\nx\\.\n\\\n\\\\\n\\.\rx\n\n",
            "\\.\n",
        ),
    ] {
        let text = format!("COPY t FROM stdin;\n{rows}{end}SELECT 1;\n");
        let seen = same_in_pieces(&text);
        let seen: Vec<_> = seen.iter().map(|(_, text)| text.as_str()).collect();
        let expected = ["COPY t FROM stdin;\n", rows, end, "SELECT 1;"];
        let expected = expected.into_iter().filter(|text| !text.is_empty());
        assert_eq!(seen, expected.collect::<Vec<_>>());
    }
}

#[test]
fn commands_are_seen_wherever_psql_would_take_them() {
    for (text, foreign) in [
        ("\\! id\n", "Command(Some(\"\\\\!\")) at 0"),
        (
            "SELECT 1; \\! id\n",
            "NotAtLineStart(Some(\"\\\\!\")) at 10",
        ),
        ("SELECT 1 \\g x\n", "InStatement(Some(\"\\\\g\")) at 9"),
        (
            "  \\restrict k\n",
            "NotAtLineStart(Some(\"\\\\restrict\")) at 2",
        ),
        ("\\o |id", "Command(Some(\"\\\\o\")) at 0"),
        ("\\restrict\n", "WithoutKey(\"\\\\restrict\") at 0"),
        (
            "CREATE TABLE t (\n\\restrict k\n);",
            "InStatement(Some(\"\\\\restrict\")) at 17",
        ),
        ("-- x\r\\! id\n", "NotAtLineStart(Some(\"\\\\!\")) at 5"),
        ("\\.\n", "Command(None) at 0"),
        ("COPY t FROM stdin; \\! id\n1\n\\.\n", "BesideCopy at 19"),
        (
            "COPY\tt FROM stdin;\n'\n\\.\n\\! id\n'",
            "Command(Some(\"\\\\!\")) at 24",
        ),
        ("SELECT 1;\0\n", "Unterminated(Statement) at 9"),
        ("SELECT '\0';\n", "Nul at 0"),
        ("-- \0\n", "Nul at 0"),
    ] {
        let seen = kinds(text);
        assert!(seen.contains(&foreign.to_owned()), "{text:?} {seen:?}");
        let acted = seen.iter().skip_while(|kind| **kind != foreign).skip(1);
        assert!(
            acted.clone().all(|kind| kind == "unread"),
            "{text:?} {seen:?}"
        );
    }
    assert_eq!(
        kinds("\\restrict k\n\\unrestrict k"),
        kinds("\\restrict k\n\n\\unrestrict k\n")
    );
}

#[test]
fn what_has_no_end_is_told() {
    for (text, open, at) in [
        ("SELECT 1", "Statement", 0),
        ("SELECT 1;\nSELECT 'a;\n", "String", 10),
        ("SELECT E'a\\", "String", 0),
        ("SELECT \"a;", "Name", 0),
        ("SELECT $a$ ; $b$", "Dollar", 0),
        ("SELECT /* ; /* */", "Comment", 0),
        ("-- a\n-", "Statement", 5),
        ("COPY t (a) FROM stdin;", "Rows", 0),
        ("COPY t (a) FROM stdin;\n1\n", "Rows", 0),
        ("COPY t (a) FROM stdin;\n1\n\\.", "Rows", 0),
    ] {
        let told = kinds(text).into_iter().rfind(|kind| kind != "unread");
        assert_eq!(
            told,
            Some(format!("Unterminated({open}) at {at}")),
            "{text:?}"
        );
    }
    assert_eq!(kinds("SELECT 1;\n-- a"), ["statement", "comment"]);
}

#[test]
fn a_long_statement_comes_in_pieces_whatever_the_cuts() {
    let exact = format!("SELECT '{}';", "x".repeat(HELD - 10));
    assert_eq!(exact.len(), HELD);
    let longer = exact.replacen('x', "xx", 1);
    for (text, kind) in [(&exact, "statement"), (&longer, "long")] {
        for size in [1000, 64 * 1024, HELD - 1, HELD, HELD + 1, 2 * HELD] {
            let seen = events(format!("{text}\nSELECT 2;\n").as_bytes(), size);
            let kinds: Vec<_> = seen.iter().map(|(kind, _)| kind.as_str()).collect();
            assert_eq!(kinds, [kind, "statement"], "pieces of {size}");
            assert_eq!(seen[0].1, *text);
        }
    }
}

#[test]
fn the_first_piece_of_a_long_statement_is_always_as_long() {
    let long = format!("SELECT '{}';\n", "x".repeat(HELD * 3));
    for size in [1000, 64 * 1024, HELD, HELD * 4] {
        let mut pieces = Vec::new();
        let mut take = |event: Event<'_>| {
            if let Part::Long(piece, _) = event.part {
                pieces.push((piece, event.text.len()));
            }
        };
        let mut splitter = Splitter::default();
        long.as_bytes()
            .chunks(size)
            .for_each(|piece| splitter.feed(piece, &mut take));
        assert_eq!(pieces[0], (Piece::First, HELD), "pieces of {size}");
        assert_eq!(pieces.last().unwrap().0, Piece::Last, "pieces of {size}");
        let whole: usize = pieces.iter().map(|(_, length)| length).sum();
        assert_eq!(whole, long.len() - 1);
    }
}

#[test]
fn of_a_long_comment_and_of_a_long_command_little_is_kept() {
    let text = format!(
        "-- {}\nSELECT 1;\n\\{}",
        "x".repeat(LINE * 3),
        "y".repeat(LINE * 3)
    );
    for size in [1000, LINE, LINE * 8] {
        let seen = events(text.as_bytes(), size);
        let seen: Vec<_> = seen.iter().map(|(k, t)| (k.as_str(), t.len())).collect();
        assert_eq!(
            seen[..2],
            [("comment", LINE), ("statement", 9)],
            "pieces of {size}"
        );
        assert!(seen[2].0.starts_with("Command(None)"), "pieces of {size}");
    }
}

#[test]
fn marks_are_of_the_outermost_parentheses() {
    let text = "INSERT INTO t VALUES (1, f(2, 3), '(,)'),\r\n(4, $$,$$);";
    let marks = |size| {
        let mut marks = Vec::new();
        let mut take = |event: Event<'_>| {
            if let Part::Statement(shape) = event.part {
                marks.extend(shape.marks.iter().map(|mark| {
                    let at = usize::try_from(mark.at - event.at).unwrap();
                    (mark.kind, char::from(event.text[at]))
                }));
            }
        };
        let mut splitter = Splitter::default();
        text.as_bytes()
            .chunks(size)
            .for_each(|piece| splitter.feed(piece, &mut take));
        marks
    };
    use MarkKind::{Close, Comma, Open, Return};
    for size in 1..=text.len() {
        assert_eq!(
            marks(size),
            [
                (Open, '('),
                (Comma, ','),
                (Comma, ','),
                (Close, ')'),
                (Return, '\r'),
                (Open, '('),
                (Comma, ','),
                (Close, ')'),
            ],
            "pieces of {size}"
        );
    }
}
/// A NUL byte, a backslash or a long tag far inside a statement, a comment or a line, and what would follow it.
#[test]
fn what_is_foreign_beyond_what_is_kept_is_so_whatever_the_cuts() {
    let long = |count| "x".repeat(count);
    for text in [
        format!("-- {}\0{}\nSELECT 1;\n", long(2 * LINE), long(LINE)),
        format!("SELECT '\0{}', 2;\nSELECT 3;\n", long(2 * HELD)),
        format!(
            "SELECT '{}\0{}', 2;\nSELECT 3;\n",
            long(HELD + 9000),
            long(HELD)
        ),
        format!("SELECT '{}' \\gexec\n", long(HELD + 9000)),
        format!("SELECT ${}$;$\n", long(3 * LINE)),
        format!("\\restrict k{}\nSELECT 1;\n", " ".repeat(2 * LINE)),
        format!("COPY t FROM stdin;{}\n\\.\n", " ".repeat(3 * HELD)),
    ] {
        let whole = events(text.as_bytes(), text.len());
        let foreign = whole.iter().position(|(kind, _)| kind.contains(" at "));
        let foreign = foreign.expect("something foreign");
        assert!(
            whole[foreign + 1..]
                .iter()
                .all(|(kind, _)| kind == "unread")
        );
        for size in [999, LINE, HELD + 1] {
            assert!(events(text.as_bytes(), size) == whole, "pieces of {size}");
        }
    }
}

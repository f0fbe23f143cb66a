//! The splitter and the scanner: what they say of a script does not depend on how it is cut, and costs little memory.

use vhost_dump::manifest::Scanned;
use vhost_dump::manifest::scan::Scanner;
use vhost_dump::script::event::{Event, Mark, Part, Piece, Shape};
use vhost_dump::script::splitter::{HELD, Splitter};

use crate::memory;
use crate::stretched::Stretched;

/// Pieces as a pipe gives them.
const PIPE: usize = 64 << 10;
/// And so short that what is kept of them does not count.
const SHORT: usize = 4 << 10;
/// What the splitter may keep: a statement of `HELD` bytes in a buffer that has just grown, and some room.
const KEPT: usize = 4 * HELD + PIPE;
/// What a mark costs in a list that has just grown and is being parted.
const PER_MARK: usize = 64;

/// An event without what depends on the cuts: neighbours whose borders mean nothing are put together.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    what: What,
    at: u64,
    text: Vec<u8>,
    marks: Vec<Mark>,
    /// Said at the end of a statement alone.
    partitioned: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Blank,
    Comment,
    Statement,
    LongStart,
    LongRest,
    Copy(usize),
    Rows,
    EndOfRows,
    Command(String),
    Foreign(String),
    Unread,
}

impl What {
    fn of(part: &Part<'_>) -> Self {
        match part {
            Part::Blank => What::Blank,
            Part::Comment => What::Comment,
            Part::Statement(_) => What::Statement,
            Part::Long(Piece::First, _) => What::LongStart,
            Part::Long(Piece::Middle | Piece::Last, _) => What::LongRest,
            Part::Copy { statement } => What::Copy(*statement),
            Part::Rows => What::Rows,
            Part::EndOfRows => What::EndOfRows,
            Part::Command(command) => What::Command(format!("{command:?}")),
            Part::Foreign(foreign) => What::Foreign(format!("{foreign:?}")),
            Part::Unread => What::Unread,
        }
    }

    fn borders_mean_nothing(&self) -> bool {
        matches!(
            self,
            What::Blank | What::LongRest | What::Rows | What::Unread
        )
    }
}

/// Checks one input; see [`crate::stretched`].
pub fn check(input: &[u8]) {
    let Some(stretched) = Stretched::read(input) else {
        return;
    };
    let script = &stretched.script[..];
    let whole = events([script].into_iter());
    same(&whole, &events(stretched.pieces(PIPE)));
    let scanned = scan([script].into_iter());
    same_scan(&scanned, &scan(stretched.pieces(PIPE)));
    if script.len() < SHORT {
        same(&whole, &events(script.chunks(1)));
        same_scan(&scanned, &scan(script.chunks(1)));
    }
    little_is_kept(&stretched);
}

/// The events of a script, whose texts must be the script.
fn events<'s>(pieces: impl Iterator<Item = &'s [u8]>) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut at = 0;
    let mut script = Vec::new();
    let mut texts = Vec::new();
    let mut take = |event: Event<'_>| {
        match &event.part {
            // It stands in what follows it.
            Part::Foreign(_) => assert!(event.text.is_empty(), "{event:?}"),
            _ => assert!(
                event.at == at && !event.text.is_empty(),
                "{event:?} at {at}"
            ),
        }
        if let Part::Long(Piece::First, _) = event.part {
            assert_eq!(event.text.len(), HELD);
        }
        at += event.text.len() as u64;
        texts.extend_from_slice(event.text);
        note(&mut seen, &event);
    };
    let mut splitter = Splitter::default();
    for piece in pieces {
        script.extend_from_slice(piece);
        splitter.feed(piece, &mut take);
    }
    splitter.finish(&mut take);
    assert!(texts == script, "the events' texts are not the script");
    seen
}

fn note(seen: &mut Vec<Seen>, event: &Event<'_>) {
    let what = What::of(&event.part);
    let shape = match event.part {
        Part::Statement(shape) | Part::Long(_, shape) => shape,
        _ => Shape {
            marks: &[],
            partitioned: false,
        },
    };
    for mark in shape.marks {
        assert!(
            event.range().contains(&mark.at),
            "{mark:?} in {:?}",
            event.range()
        );
    }
    match seen.last_mut() {
        Some(last) if last.what == what && what.borders_mean_nothing() => {
            last.text.extend_from_slice(event.text);
            last.marks.extend_from_slice(shape.marks);
            last.partitioned |= shape.partitioned;
        }
        _ => seen.push(Seen {
            what,
            at: event.at,
            text: event.text.to_owned(),
            marks: shape.marks.to_owned(),
            partitioned: shape.partitioned,
        }),
    }
}

fn same(whole: &[Seen], cut: &[Seen]) {
    if let Some((one, other)) = whole.iter().zip(cut).find(|(one, other)| one != other) {
        panic!(
            "cut otherwise, the script has other events:\n{}\n{}",
            in_brief(one),
            in_brief(other)
        );
    }
    assert_eq!(whole.len(), cut.len(), "cut otherwise, it has more events");
}

fn in_brief(seen: &Seen) -> String {
    let start = seen.text[..seen.text.len().min(80)].escape_ascii();
    let (long, marks) = (seen.text.len(), seen.marks.len());
    format!(
        "{:?} at {}, {long} bytes, {marks} marks: {start}",
        seen.what, seen.at
    )
}

fn scan<'s>(pieces: impl Iterator<Item = &'s [u8]>) -> Scanned {
    let mut scanner = Scanner::listing();
    pieces.for_each(|piece| scanner.feed(piece));
    scanner.finish()
}

fn same_scan(whole: &Scanned, cut: &Scanned) {
    assert_eq!(whole, cut, "cut otherwise, the script holds something else");
}

fn little_is_kept(stretched: &Stretched) {
    let marks = stretched.script.iter().filter(|b| b"(),\r".contains(b));
    let most = KEPT + PER_MARK * marks.count().min(HELD + SHORT);
    let kept = memory::peak(|| {
        let mut splitter = Splitter::default();
        for piece in stretched.pieces(SHORT) {
            splitter.feed(piece, &mut |_| ());
        }
        splitter.finish(&mut |_| ());
    });
    assert!(
        kept <= most,
        "{kept} bytes are kept, and at most {most} may be"
    );
}

//! Scans a dump's rows in memory, with their digests, and says how fast.
//!
//! ```text
//! scanner ROUNDS
//! ```
//!
//! One line a round on standard output: gigabytes (10^9 bytes) a second of processor time, which is what one core does when it
//! does nothing else. The rows are of three tables of 8, 12 and 20 columns, 110 to 460 bytes each, whose columns stand in the
//! order of their making and not in that of their names; the stream comes in pieces of 64 KiB, as it does from pg_dump.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;

use vhost_dump::manifest::scan::Scanner;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Of the rows of one table; more than the processor's caches hold.
const BYTES: usize = 48 << 20;
const PIECE: usize = 64 << 10;

const NARROW: &str = "id, account_id, kind, amount, currency, booked_on, reference, settled";
const MIDDLE: &str = "id, customer_id, status, created_at, updated_at, email, total, currency, address, note, payload, revision";
const WIDE: &str = "id, tenant_id, external_id, name, slug, description, state, owner_id, parent_id, created_at, updated_at, deleted_at, \
    starts_on, ends_on, quantity, price, weight, tags, attributes, checksum";

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // Knuth's MMIX; its high bits are the better ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 20
    }
}

fn main() -> Result<()> {
    let rounds: u32 = std::env::args()
        .nth(1)
        .ok_or("the argument ROUNDS is missing")?
        .parse()?;
    let (dump, rows) = dump()?;
    for _ in 0..rounds {
        let began = on_processor()?;
        let mut scanner = Scanner::default();
        dump.as_bytes()
            .chunks(PIECE)
            .for_each(|piece| scanner.feed(piece));
        let scanned = black_box(scanner.finish());
        let took = on_processor()? - began;

        let seen: u64 = scanned.manifest.relations.iter().map(|r| r.rows).sum();
        if seen != rows || scanned.manifest.relations.len() != 3 {
            return Err(
                format!("{seen} rows of {rows} were seen, so the time means nothing").into(),
            );
        }
        println!("{:.3}", dump.len() as f64 / took as f64);
    }
    Ok(())
}

/// A dump's text, and the number of its rows.
fn dump() -> Result<(String, u64)> {
    let mut dump = String::with_capacity(3 * BYTES + (1 << 20));
    let mut numbers = Numbers(42);
    let mut rows = 0;
    for (name, columns, row) in [
        (
            "narrow",
            NARROW,
            narrow as fn(&mut String, u64, &mut Numbers) -> Result<()>,
        ),
        ("middle", MIDDLE, middle),
        ("wide", WIDE, wide),
    ] {
        writeln!(dump, "COPY public.{name} ({columns}) FROM stdin;")?;
        let start = dump.len();
        while dump.len() - start < BYTES {
            rows += 1;
            row(&mut dump, rows, &mut numbers)?;
            dump.push('\n');
        }
        dump.push_str("\\.\n\n");
    }
    dump.push_str("--\n-- PostgreSQL database dump complete\n--\n\n");
    Ok((dump, rows))
}

fn narrow(to: &mut String, id: u64, n: &mut Numbers) -> Result<()> {
    let (a, b) = (n.next(), n.next());
    write!(
        to,
        "{id}\t{}\tdebit\t{}.{:02}\tEUR\t2024-0{}-1{}\t{a:016x}{b:016x}\t2024-05-01 10:0{}:00+00",
        a % 100_000,
        b % 10_000,
        a % 100,
        1 + a % 9,
        b % 10,
        a % 10,
    )?;
    Ok(())
}

fn middle(to: &mut String, id: u64, n: &mut Numbers) -> Result<()> {
    let (a, b, c) = (n.next(), n.next(), n.next());
    write!(
        to,
        "{id}\t{}\topen\t2024-05-01 10:0{}:00.{:06}+00\t2024-06-01 11:00:00+00\tperson{}@example.org\t{}.00\tEUR\t{} Long Street, 10{} Town\t\\N\t\
         {{\"source\": \"web\", \"trace\": \"{a:016x}{b:016x}\", \"items\": [{}, {}]}}\t{}",
        a % 100_000,
        b % 10,
        a % 1_000_000,
        c % 1_000_000,
        b % 10_000,
        c % 300,
        a % 1000,
        a % 97,
        b % 89,
        c % 7,
    )?;
    Ok(())
}

fn wide(to: &mut String, id: u64, n: &mut Numbers) -> Result<()> {
    let (a, b, c) = (n.next(), n.next(), n.next());
    write!(
        to,
        "{id}\t{}\t{a:08x}-{:04x}-4000-8000-{b:012x}\tThing number {}\tthing-number-{}\tA thing that stands for many others,\\nwith a second line \
         and enough words to be a description that somebody wrote\tactive\t{}\t\\N\t2024-05-01 10:00:00.123456+00\t2024-05-02 10:00:00+00\t\\N\t2024-05-01\t\
         2024-12-31\t{}\t{}.{:02}\t{}.5\t{{red,\"dark green\",blue}}\t{{\"size\": {}, \"made\": \"here\"}}\t\\\\x{a:016x}{b:016x}{c:016x}{a:016x}",
        a % 50,
        b % 65_536,
        c % 1_000_000,
        c % 1_000_000,
        b % 5000,
        a % 100,
        b % 1000,
        c % 100,
        a % 30,
        b % 12,
    )?;
    Ok(())
}

/// Nanoseconds that this thread was on a processor (Documentation/scheduler/sched-stats of the Linux kernel).
fn on_processor() -> Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split(' ').next().ok_or("schedstat is empty")?;
    Ok(first.parse()?)
}

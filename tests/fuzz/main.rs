//! Fuzzes what reads a component's sections and a grants file. `host/dump/fuzz/run.sh` starts it.
//!
//!   fuzz TARGET --seconds N [--seed S] [--artifacts DIR]
//!   fuzz TARGET FILE
//!
//! It is no libFuzzer target: those are built with coverage, and the library that holds this reader would bring the whole
//! engine along. Instead, an input whose answer was not given before is mutated further. The first form runs for N seconds; what
//! is found goes into DIR, with the way to see it again. The second runs one input.

mod component;
mod grants;
mod mutate;
mod seeds;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The longest input that a mutation makes.
const LONGEST: usize = 64 << 10;
/// How many inputs are kept to be mutated.
const MOST_INPUTS: usize = 10_000;

#[derive(Parser)]
#[command(name = "fuzz")]
struct Args {
    /// `component` or `grants`.
    target: String,
    /// One input to run.
    #[arg(conflicts_with = "seconds")]
    file: Option<PathBuf>,
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Where the random numbers begin.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Where an input that was found is kept.
    #[arg(long, value_name = "DIR", default_value = "artifacts")]
    artifacts: PathBuf,
}

/// What is demanded of one input; it panics where the demand is not met. The answer says in brief what became of the input.
type Check = fn(&[u8]) -> String;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("fuzz: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode> {
    let (check, inputs, words): (Check, _, _) = match args.target.as_str() {
        "component" => (component::check, seeds::components()?, component::WORDS),
        "grants" => (grants::check, seeds::grants()?, grants::WORDS),
        other => bail!("{other} is no target: component, grants"),
    };
    if let Some(file) = &args.file {
        let input = std::fs::read(file).with_context(|| file.display().to_string())?;
        println!("{}", check(&input));
        return Ok(ExitCode::SUCCESS);
    }
    let seed = args.seed.unwrap_or_else(rand::random);
    let end = Instant::now() + Duration::from_secs(args.seconds.unwrap_or(30));
    let mut fuzzing = Fuzzing {
        check,
        inputs: Vec::new(),
        answers: HashSet::new(),
        executions: 0,
    };
    let mut random = StdRng::seed_from_u64(seed);
    for input in inputs {
        if fuzzing.try_one(&input).is_err() {
            return fuzzing.found(args, &input);
        }
        fuzzing.inputs.push(input);
    }
    while Instant::now() < end {
        let mut input = fuzzing.inputs[random.random_range(..fuzzing.inputs.len())].clone();
        for _ in 0..random.random_range(1..=4) {
            mutate::mutate(&mut input, &fuzzing.inputs, words, &mut random);
        }
        input.truncate(LONGEST);
        match fuzzing.try_one(&input) {
            Ok(true) if fuzzing.inputs.len() < MOST_INPUTS => fuzzing.inputs.push(input),
            Ok(_) => {}
            Err(()) => return fuzzing.found(args, &input),
        }
    }
    println!(
        "{}: {} executions, {} answers, seed {seed}",
        args.target,
        fuzzing.executions,
        fuzzing.answers.len()
    );
    Ok(ExitCode::SUCCESS)
}

struct Fuzzing {
    check: Check,
    inputs: Vec<Vec<u8>>,
    answers: HashSet<String>,
    executions: u64,
}

impl Fuzzing {
    /// Runs one input; true if its answer is a new one, an error if the demand is not met.
    fn try_one(&mut self, input: &[u8]) -> Result<bool, ()> {
        self.executions += 1;
        let check = self.check;
        let answer = catch_unwind(AssertUnwindSafe(|| check(input))).map_err(|_| ())?;
        // Figures and quoted texts make no answer another one.
        let mut quoted = false;
        let brief = answer.chars().filter(|c| {
            quoted ^= *c == '`';
            !quoted && !c.is_ascii_digit()
        });
        Ok(self.answers.insert(brief.collect()))
    }

    fn found(&self, args: &Args, input: &[u8]) -> Result<ExitCode> {
        let directory = args.artifacts.join(&args.target);
        std::fs::create_dir_all(&directory)?;
        let path = directory.join(format!("found-{}", vhost_dump::digest::Sha256::of(input)));
        std::fs::write(&path, input)?;
        println!(
            "{}: found after {} executions; see it again with: {} {} {}",
            args.target,
            self.executions,
            std::env::current_exe()?.display(),
            args.target,
            path.display()
        );
        Ok(ExitCode::FAILURE)
    }
}

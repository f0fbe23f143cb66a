//! `vhost run`: one drill, and from its verdict to the exit status.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use vhost::drill::{self, Order, RunDirectory};
use vhost::report::seal::Published;
use vhost::report::summary::Colour;
use vhost::report::verdict::Verdict;

use crate::args::Run;
use crate::fault;
use crate::prepare::prepare;
use crate::progress::{self, Voice};

pub fn main(run: Run) -> ExitCode {
    hush_panics();
    let quiet = run.quiet;
    let prepared = match prepare(run) {
        Ok(prepared) => prepared,
        Err(error) => return fault::refuse(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fault::refuse(&anyhow::Error::new(error).context("cannot start")),
    };
    let interrupt = CancellationToken::new();
    let ready = runtime.block_on(async {
        // Signals first: one that came between the directory and them would leave the directory behind.
        listen(&interrupt)?;
        // The last that can be refused: a drill that cannot leave a report is not begun.
        anyhow::Ok(RunDirectory::create(&prepared.runs, &prepared.order.run)?)
    });
    let directory = match ready {
        Ok(directory) => directory,
        Err(error) => return fault::refuse(&error),
    };
    let ended = runtime.block_on(drill(
        prepared.order,
        &directory,
        Voice::choose(quiet),
        &interrupt,
    ));
    // A thread that still reads a given dump is not waited for.
    runtime.shutdown_background();
    match ended {
        Ok(published) => conclude(&published, quiet),
        Err(error) => {
            // Nobody can read a report, so nothing is proved, whatever was seen.
            fault::refuse(&error);
            let _ = writeln!(
                std::io::stdout(),
                "verdict: {}",
                Verdict::Inconclusive.word()
            );
            ExitCode::from(Verdict::Inconclusive.exit_code())
        }
    }
}

/// Prints the summary and gives the exit status; both come from the one published value.
fn conclude(published: &Published, quiet: bool) -> ExitCode {
    let mut stdout = std::io::stdout();
    let colour =
        match stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) {
            true => Colour::Yes,
            false => Colour::No,
        };
    let summary = published.summary(colour);
    // A closed standard output must not change the verdict.
    let _ = if quiet {
        writeln!(
            stdout,
            "{}",
            summary.lines().next_back().unwrap_or_default()
        )
    } else {
        writeln!(
            std::io::stderr(),
            "report: {}",
            published.directory().join("report.md").display()
        )
        .and_then(|()| write!(stdout, "{summary}"))
    };
    ExitCode::from(published.exit_code())
}

async fn drill(
    order: Order,
    directory: &RunDirectory,
    voice: Voice,
    interrupt: &CancellationToken,
) -> Result<Published> {
    let sealed = drill::run(order, directory, progress::events(voice), interrupt).await?;
    Ok(sealed.publish(directory.partial(), directory.whole())?)
}

/// A panic's message may quote what was being worked on; where it happened is enough to find it.
pub fn hush_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(
            std::io::stderr(),
            "vhost: internal error at {at}; please report it"
        );
    }));
}

/// SIGINT and SIGTERM end the drill through its teardown, however often they come.
pub fn listen(interrupt: &CancellationToken) -> Result<()> {
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let mut signals = signal(kind).context("cannot listen for signals")?;
        let interrupt = interrupt.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                interrupt.cancel();
            }
        });
    }
    Ok(())
}

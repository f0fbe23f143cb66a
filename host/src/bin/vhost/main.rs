//! The command line: all ambient authority is taken here, and here alone is printed.

mod accept;
mod args;
mod beside;
mod bundle;
mod checks;
mod clean;
mod diff;
mod fault;
mod given;
mod grants;
mod host;
mod inspect;
mod kept;
mod new;
mod prepare;
mod progress;
mod record;
mod run;
mod select;
mod selftest;
mod test;
mod trial;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match args::Args::parse().command {
        args::Command::Run(run) => run::main(*run),
        args::Command::Accept(accept) => accept::main(&accept),
        args::Command::Diff(diff) => diff::main(&diff),
        args::Command::Clean(clean) => clean::main(&clean),
        args::Command::Selftest(asked) => selftest::main(&asked),
        args::Command::New(new) => new::main(&new),
        args::Command::Bundle(bundle) => bundle::main(&bundle),
        args::Command::Inspect(inspect) => inspect::main(&inspect),
        args::Command::Checks(checks) => checks::main(&checks),
        args::Command::Grants(grants) => grants::main(*grants),
        args::Command::Try(asked) => trial::main(&asked),
        args::Command::Test(test) => test::main(&test),
        args::Command::CompileComponent => compile(),
    }
}

/// The child's half of compiling: see `vhost::check::Compiler`. Its complaint goes to the parent.
fn compile() -> ExitCode {
    match vhost::check::compile_main(std::io::stdin(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fault::refuse(&error.into()),
    }
}

//! Links what an approval grants, one interface at a time, and nothing else.

use std::collections::BTreeSet;

use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_io::bindings::wasi::io;

use crate::check::bindings::vhost::check::{evidence, log, query, settings, types};
use crate::check::host::State;
use crate::grant::{Import, ImportKind};

#[derive(Debug, Error)]
pub enum LinkError {
    /// Review refuses such a component; this is the second wall.
    #[error("the import {interface} is not granted")]
    NotGranted { interface: String },
    #[error("nothing implements the import {interface}")]
    Unknown { interface: String },
    #[error("cannot link {interface}")]
    Define {
        interface: String,
        #[source]
        source: wasmtime::Error,
    },
}

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links what a component imports, where that is granted or needs no grant.
pub fn link(
    engine: &Engine,
    imports: &[Import],
    granted: &[String],
) -> Result<Linker<State>, LinkError> {
    let mut linker = Linker::new(engine);
    let mut linked = BTreeSet::new();
    for import in imports {
        let interface = || import.interface.clone();
        let allowed = match import.kind {
            ImportKind::Vhost => granted.contains(&import.interface),
            ImportKind::InertWasi => true,
            ImportKind::Never => false,
        };
        if !allowed {
            return Err(LinkError::NotGranted {
                interface: interface(),
            });
        }
        // Which versions there are is the component reader's business: it sorts unknown ones into `Never`.
        let name = import.interface.split('@').next().unwrap_or_default();
        // One definition stands for every release that is compatible with it, so a second one would be defined twice.
        if !linked.insert(name) {
            continue;
        }
        vhost(&mut linker, name)
            .or_else(|| wasi(&mut linker, name))
            .ok_or_else(|| LinkError::Unknown {
                interface: interface(),
            })?
            .map_err(|source| LinkError::Define {
                interface: interface(),
                source,
            })?;
    }
    Ok(linker)
}

/// None where there is no such interface.
fn vhost(l: &mut Linker<State>, name: &str) -> Option<wasmtime::Result<()>> {
    type Own = HasSelf<State>;
    Some(match name {
        "vhost:check/types" => types::add_to_linker::<_, Own>(l, |s| s),
        "vhost:check/query" => query::add_to_linker::<_, Own>(l, |s| s),
        "vhost:check/evidence" => evidence::add_to_linker::<_, Own>(l, |s| s),
        "vhost:check/settings" => settings::add_to_linker::<_, Own>(l, |s| s),
        "vhost:check/log" => log::add_to_linker::<_, Own>(l, |s| s),
        _ => return None,
    })
}

/// None where there is no such interface, or it is not inert.
fn wasi(l: &mut Linker<State>, name: &str) -> Option<wasmtime::Result<()>> {
    Some(match name {
        "wasi:io/error" => io::error::add_to_linker::<_, Io>(l, |s| s.ctx().table),
        "wasi:io/poll" => io::poll::add_to_linker::<_, Io>(l, |s| s.ctx().table),
        "wasi:io/streams" => io::streams::add_to_linker::<_, Io>(l, |s| s.ctx().table),
        "wasi:cli/environment" => cli::environment::add_to_linker::<_, WasiCli>(l, State::cli),
        "wasi:cli/exit" => cli::exit::add_to_linker::<_, WasiCli>(l, State::cli),
        "wasi:cli/stdin" => cli::stdin::add_to_linker::<_, WasiCli>(l, State::cli),
        "wasi:cli/stdout" => cli::stdout::add_to_linker::<_, WasiCli>(l, State::cli),
        "wasi:cli/stderr" => cli::stderr::add_to_linker::<_, WasiCli>(l, State::cli),
        "wasi:cli/terminal-input" => {
            cli::terminal_input::add_to_linker::<_, WasiCli>(l, State::cli)
        }
        "wasi:cli/terminal-output" => {
            cli::terminal_output::add_to_linker::<_, WasiCli>(l, State::cli)
        }
        "wasi:cli/terminal-stdin" => {
            cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, State::cli)
        }
        "wasi:cli/terminal-stdout" => {
            cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, State::cli)
        }
        "wasi:cli/terminal-stderr" => {
            cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, State::cli)
        }
        "wasi:clocks/wall-clock" => {
            clocks::wall_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)
        }
        "wasi:clocks/monotonic-clock" => {
            clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)
        }
        "wasi:random/random" => {
            random::random::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
        }
        "wasi:random/insecure" => {
            random::insecure::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
        }
        "wasi:random/insecure-seed" => {
            random::insecure_seed::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
        }
        "wasi:filesystem/types" => {
            filesystem::types::add_to_linker::<_, WasiFilesystem>(l, State::filesystem)
        }
        "wasi:filesystem/preopens" => {
            filesystem::preopens::add_to_linker::<_, WasiFilesystem>(l, State::filesystem)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::machine::{Cranelift, config};
    use crate::grant::component::INTERFACES;

    fn import(name: &str, kind: ImportKind) -> Import {
        Import {
            interface: name.to_owned(),
            kind,
        }
    }

    fn engine() -> Engine {
        Engine::new(&config(Cranelift::Absent)).unwrap()
    }

    #[test]
    fn every_interface_of_the_table_can_be_linked_once_all_together() {
        let imports: Vec<_> = INTERFACES
            .iter()
            .map(|(name, kind)| import(name, *kind))
            .collect();
        let granted: Vec<_> = INTERFACES
            .iter()
            .map(|(name, _)| name.to_string())
            .collect();
        link(&engine(), &imports, &granted).unwrap();
    }

    #[test]
    fn an_interface_of_two_releases_is_linked_once() {
        let imports = ["wasi:io/poll@0.2.0", "wasi:io/poll@0.2.1"];
        let imports = imports.map(|name| import(name, ImportKind::InertWasi));
        link(&engine(), &imports, &[]).unwrap();
    }

    #[test]
    fn what_is_not_granted_is_not_linked() {
        let query = "vhost:check/query@0.1.0";
        let granted = [query.to_owned()];
        assert!(link(&engine(), &[import(query, ImportKind::Vhost)], &granted).is_ok());
        for (name, kind) in [
            ("vhost:check/log@0.1.0", ImportKind::Vhost),
            (query, ImportKind::Never),
            ("wasi:sockets/tcp@0.2.6", ImportKind::Never),
            ("wasi:sockets/tcp@0.2.6", ImportKind::InertWasi),
        ] {
            assert!(
                link(&engine(), &[import(name, kind)], &granted).is_err(),
                "{name}"
            );
        }
    }
}

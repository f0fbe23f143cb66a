//! Components that run into each wall, built by hand and run by the engine that runs checks.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component,
    ComponentAliasSection, ComponentImportSection, ComponentTypeRef, ComponentTypeSection,
    ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, ImportSection, InstanceSection, MemorySection, MemoryType, Module, ModuleArg,
    ModuleSection, PrimitiveValType, RefType, StartSection, TableSection, TableType, TypeSection,
    ValType,
};
use wasmtime::component::Linker;
use wasmtime::{Engine, Store};

use super::*;
use crate::check::Salt;
use crate::check::evidence::{DumpFacts, Facts, RestoreFacts};
use crate::check::exchange::{Answers, Live};
use crate::check::host::{Parts, State};
use crate::check::limits::{admit, fence};
use crate::check::machine::{Cranelift, config};
use crate::grant::component::Outline;

const MIB: u64 = 1 << 20;

fn state(memory: u64) -> State {
    State::new(Parts {
        answers: Answers::Live(Live::new(None, Arc::new(facts()), String::new())),
        recorder: None,
        statements: None,
        artefacts: &[],
        memory,
        log_bytes: 0,
        started: SystemTime::UNIX_EPOCH,
        seed: [0; 32],
    })
    .unwrap()
}

fn facts() -> Facts {
    Facts {
        dump: DumpFacts {
            sha256: String::new(),
            bytes: 0,
            format: String::new(),
            server_version: String::new(),
            taken_at: String::new(),
            source_role: String::new(),
        },
        restore: RestoreFacts {
            server_version: String::new(),
            system_identifier: 0,
            differs_from_source: true,
            benign_errors: 0,
            serious_errors: 0,
        },
        manifest: Default::default(),
        reference: None,
        salt: Arc::new(Salt::new([0; 32])),
        standing: Default::default(),
        protected: Vec::new(),
    }
}

/// Whether what a component declares is looked at before it is instantiated.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    First,
    Never,
}

/// The wall that a component runs into while it is instantiated.
async fn stopped(component: Component, look: Look) -> Option<String> {
    let engine = Engine::new(&config(Cranelift::Present)).unwrap();
    let limits = Limits {
        memory: 16 * MIB,
        ..Limits::default()
    };
    let bytes = component.finish();
    let weight = Outline::of(&bytes).unwrap().weight;
    let component = wasmtime::component::Component::from_binary(&engine, &bytes).unwrap();
    let mut store = Store::new(&engine, state(limits.memory));
    fence(&mut store, Instant::now() + Duration::from_secs(600));
    let mut linker = Linker::new(&engine);
    let said = |_: wasmtime::StoreContextMut<'_, State>, (_,): (String,)| Ok(());
    linker.root().func_wrap("f", said).unwrap();
    let ended = async {
        if look == Look::First {
            admit(&component, &weight, limits.memory)?;
        }
        linker.instantiate_async(&mut store, &component).await
    };
    let error = ended.await.err()?;
    Some(name(&error, store.data().meter.refused(), &limits))
}

/// A component of so many instances of one module.
fn instances(module: &Module, count: u32) -> Component {
    let mut component = Component::new();
    component.section(&ModuleSection(module));
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate::<[(&str, ModuleArg); 0], &str>(0, []);
    }
    component.section(&instances);
    component
}

fn memory(pages: u64) -> Module {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&memories);
    module
}

fn table(elements: u64) -> Module {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: elements,
        maximum: None,
        shared: false,
    });
    let mut module = Module::new();
    module.section(&tables);
    module
}

/// A module whose start calls an import, with these values, so often.
fn caller(takes: &[ValType], gives: &[ValType], values: &[i32], times: usize) -> Module {
    let mut types = TypeSection::new();
    types
        .ty()
        .function(takes.iter().copied(), gives.iter().copied());
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("e", "f", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut start = Function::new([]);
    for _ in 0..times {
        let mut code = start.instructions();
        for value in values {
            code.i32_const(*value);
        }
        code.call(0);
        for _ in gives {
            code.drop();
        }
    }
    start.instructions().end();
    let mut code = CodeSection::new();
    code.function(&start);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&StartSection { function_index: 1 })
        .section(&code);
    module
}

/// Makes handles of a resource of its own, and keeps them all.
fn hoarder(handles: usize) -> Component {
    let mut types = ComponentTypeSection::new();
    types.resource(ValType::I32, None);
    let mut canonicals = CanonicalFunctionSection::new();
    canonicals.resource_new(0);
    let module = caller(&[ValType::I32], &[ValType::I32], &[7], handles);
    let mut instances = InstanceSection::new();
    instances.export_items([("f", ExportKind::Func, 0)]);
    instances.instantiate(0, [("e", ModuleArg::Instance(0))]);
    let mut component = Component::new();
    component
        .section(&types)
        .section(&canonicals)
        .section(&ModuleSection(&module))
        .section(&instances);
    component
}

/// Hands one string of this many bytes to the host.
fn speaker(bytes: i32) -> Component {
    let mut types = ComponentTypeSection::new();
    types
        .function()
        .params([("s", PrimitiveValType::String)])
        .result(None);
    let mut imports = ComponentImportSection::new();
    imports.import("f", ComponentTypeRef::Func(0));
    let mut speech = memory(160);
    let mut exports = ExportSection::new();
    exports.export("m", ExportKind::Memory, 0);
    speech.section(&exports);
    let mut first = InstanceSection::new();
    first.instantiate::<[(&str, ModuleArg); 0], &str>(0, []);
    let mut aliases = ComponentAliasSection::new();
    aliases.alias(Alias::CoreInstanceExport {
        instance: 0,
        kind: ExportKind::Memory,
        name: "m",
    });
    let mut canonicals = CanonicalFunctionSection::new();
    canonicals.lower(0, [CanonicalOption::UTF8, CanonicalOption::Memory(0)]);
    let module = caller(&[ValType::I32, ValType::I32], &[], &[0, bytes], 1);
    let mut then = InstanceSection::new();
    then.export_items([("f", ExportKind::Func, 0)]);
    then.instantiate(1, [("e", ModuleArg::Instance(1))]);
    let mut component = Component::new();
    component
        .section(&types)
        .section(&imports)
        .section(&ModuleSection(&speech))
        .section(&first)
        .section(&aliases)
        .section(&canonicals)
        .section(&ModuleSection(&module))
        .section(&then);
    component
}

/// Each wall lets the last thing that it allows pass, and stops the next.
async fn stops_at(wall: &str, good: Component, bad: Component, look: Look) {
    assert_eq!(stopped(good, look).await, None, "{wall}");
    assert_eq!(stopped(bad, look).await.as_deref(), Some(wall));
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}

#[tokio::test]
async fn instances_are_counted() {
    let empty = Module::new();
    let most = number(INSTANCES);
    let wall = "number of instances, at most 256";
    let (good, bad) = (instances(&empty, most), instances(&empty, most + 1));
    stops_at(wall, good, bad, Look::First).await;
}

/// What is declared is refused before anything is instantiated, and what is not declared is refused then.
#[tokio::test]
async fn memories_and_tables_are_counted() {
    for look in [Look::First, Look::Never] {
        let (none, most) = (memory(0), number(MEMORIES));
        let (good, bad) = (instances(&none, most), instances(&none, most + 1));
        stops_at("number of memories, at most 64", good, bad, look).await;
        let (none, most) = (table(0), number(TABLES));
        let (good, bad) = (instances(&none, most), instances(&none, most + 1));
        stops_at("number of tables, at most 128", good, bad, look).await;
    }
}

#[tokio::test]
async fn memory_is_summed_over_all_memories() {
    let wall = "memory of 16777216 bytes";
    for look in [Look::First, Look::Never] {
        let (good, bad) = (instances(&memory(256), 1), instances(&memory(257), 1));
        stops_at(wall, good, bad, look).await;
    }
    // Each of them would pass alone.
    let (good, bad) = (instances(&memory(16), 16), instances(&memory(16), 17));
    stops_at(wall, good, bad, Look::First).await;
}

#[tokio::test]
async fn elements_are_summed_over_all_tables() {
    let wall = "size of its tables";
    for look in [Look::First, Look::Never] {
        let (good, bad) = (
            instances(&table(1 << 18), 1),
            instances(&table((1 << 18) + 1), 1),
        );
        stops_at(wall, good, bad, look).await;
    }
    let (good, bad) = (
        instances(&table(1 << 14), 16),
        instances(&table(1 << 14), 17),
    );
    stops_at(wall, good, bad, Look::First).await;
}

#[tokio::test]
async fn handles_are_counted() {
    let wall = "number of handles, at most 1024";
    stops_at(wall, hoarder(HANDLES), hoarder(HANDLES + 1), Look::First).await;
    // The host's own table, where cursors are.
    let error = wasmtime::Error::from(ResourceTableError::Full);
    assert_eq!(name(&error, Refused::Nothing, &Limits::default()), wall);
    let mut table = state(0).table;
    let mut count = 0;
    while table.push(()).is_ok() {
        count += 1;
    }
    assert_eq!(count, HANDLES);
}

#[tokio::test]
async fn one_call_carries_so_much() {
    let wall = "bytes of one host call, at most 8388608";
    let most = i32::try_from(HOSTCALL_BYTES).unwrap();
    stops_at(wall, speaker(most), speaker(most + 1), Look::First).await;
}

#[test]
fn an_unknown_cause_is_told_without_its_control_characters() {
    assert_eq!(
        worded("no\u{1b}[2J such export"),
        r"no\u{1b}[2J such export"
    );
}

/// A million globals in each of many instances are memory of the host that no limiter is asked about.
#[tokio::test]
async fn what_instances_take_beside_their_memories_counts_as_memory() {
    let mut globals = GlobalSection::new();
    for _ in 0..10_000 {
        let ty = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i64_const(1));
    }
    let mut module = Module::new();
    module.section(&globals);
    let wall = stopped(instances(&module, 60), Look::First).await;
    assert_eq!(wall.as_deref(), Some("memory of 16777216 bytes"));
    assert_eq!(stopped(instances(&module, 40), Look::First).await, None);
}

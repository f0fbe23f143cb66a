//! The boundary in `wit/`, as Rust types and traits.
//!
//! Every import is asynchronous and may trap: a host call that outlives its budget ends the guest, not the host.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "check",
    imports: { default: async | trappable },
    exports: { default: async },
    with: {
        "vhost:check/query.cursor": crate::check::host::Opened,
    },
});

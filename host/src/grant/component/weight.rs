//! What a component's core instances take of the host beside their linear memories and tables.
//!
//! An engine keeps an area for each core instance: its globals, what it imports, a reference for each function that
//! can be passed on. No limiter of a store is asked about it, and a module of 5 MB can declare a million globals.

use wasmparser::{BinaryReaderError, Instance, Payload};

/// Bytes for each thing that a module declares; a few more than an engine takes today.
const FUNCTION: u64 = 48;
const GLOBAL: u64 = 32;
/// Where a data segment lies and how long it is. Interpreters bring the snapshot of a memory in thousands of them.
const DATA: u64 = 16;
const OTHER: u64 = 64;

/// An upper bound, from the sections alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Of the heaviest core module, in bytes.
    heaviest: u64,
    /// Of the core module whose sections come now.
    current: u64,
    /// Core instances that the outermost component makes.
    instances: u64,
    /// Whether an inner component makes some as well: how often it is made itself, its sections do not say.
    inner: bool,
}

impl Weight {
    /// Notes one section; `depth` is 1 in the outermost component.
    pub(super) fn note(
        &mut self,
        payload: &Payload<'_>,
        depth: usize,
    ) -> Result<(), BinaryReaderError> {
        let declared = match payload {
            Payload::Version { .. } => {
                self.current = 0;
                0
            }
            Payload::FunctionSection(functions) => u64::from(functions.count()) * FUNCTION,
            Payload::GlobalSection(globals) => u64::from(globals.count()) * GLOBAL,
            Payload::ImportSection(imports) => u64::from(imports.count()) * OTHER,
            Payload::TypeSection(types) => u64::from(types.count()) * OTHER,
            Payload::TableSection(tables) => u64::from(tables.count()) * OTHER,
            Payload::MemorySection(memories) => u64::from(memories.count()) * OTHER,
            Payload::ElementSection(elements) => u64::from(elements.count()) * OTHER,
            Payload::DataSection(data) => u64::from(data.count()) * DATA,
            Payload::InstanceSection(instances) => {
                for instance in instances.clone() {
                    if let Instance::Instantiate { .. } = instance? {
                        self.instances += 1;
                        self.inner |= depth > 1;
                    }
                }
                0
            }
            _ => 0,
        };
        self.current += declared;
        self.heaviest = self.heaviest.max(self.current);
        Ok(())
    }

    /// Bytes of all core instances together, of which there are at most `most`.
    pub fn bytes(&self, most: u64) -> u64 {
        let instances = match self.inner {
            true => most,
            false => self.instances.min(most),
        };
        self.heaviest.saturating_mul(instances)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, ConstExpr, DataSection, GlobalSection, GlobalType, InstanceSection, Module,
        ModuleArg, ModuleSection, NestedComponentSection, ValType,
    };

    use super::super::outline::Outline;

    fn heavy(globals: u32) -> Module {
        let mut section = GlobalSection::new();
        for _ in 0..globals {
            let ty = GlobalType {
                val_type: ValType::I64,
                mutable: true,
                shared: false,
            };
            section.global(ty, &ConstExpr::i64_const(1));
        }
        let mut module = Module::new();
        module.section(&section);
        module
    }

    /// A component that makes `times` instances of a module with so many globals.
    fn component(globals: u32, times: u32) -> Component {
        instances(&heavy(globals), times)
    }

    fn instances(module: &Module, times: u32) -> Component {
        let mut instances = InstanceSection::new();
        for _ in 0..times {
            instances.instantiate::<[(&str, ModuleArg); 0], &str>(0, []);
        }
        let mut component = Component::new();
        component.section(&ModuleSection(module));
        component.section(&instances);
        component
    }

    fn bytes(component: Component) -> u64 {
        let outline = Outline::of(&component.finish()).unwrap();
        outline.weight.bytes(256)
    }

    #[test]
    fn globals_count_in_each_instance() {
        assert_eq!(bytes(component(1000, 1)), 32_000);
        assert_eq!(bytes(component(1000, 60)), 60 * 32_000);
        assert_eq!(bytes(component(1000, 300)), 256 * 32_000);
    }

    /// The most segments that an interpreter's snapshot is written in, in an inner component, fit the usual memory.
    #[test]
    fn a_snapshot_of_a_memory_is_light() {
        let mut data = DataSection::new();
        for _ in 0..10_000 {
            data.passive(*b"snapshot");
        }
        let mut module = Module::new();
        module.section(&data);
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&instances(&module, 1)));
        assert_eq!(bytes(outer), 256 * 160_000);
    }

    #[test]
    fn what_an_inner_component_makes_may_be_made_often() {
        let inner = component(1000, 1);
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&inner));
        assert_eq!(bytes(outer), 256 * 32_000);
    }
}

//! Sandboxes of each engine: what is around a restored dump, and that nothing of it stays.

mod docker;
mod drill;
mod local;
mod removal;
mod walls;

/// What every engine's sandbox must be like, as tests of one engine: an `Option` of what has to be kept for it, and of it.
macro_rules! every_sandbox {
    ($engine:expr) => {
        crate::sandbox::every_sandbox! {
            $engine,
            walls: it_answers_and_goes, tools_run_inside, walls_hold, data_can_live_in_memory;
            removal: torn_down_after_a_panic, torn_down_when_interrupted, bad_settings_are_named,
                a_strangers_directory_is_left_alone, cleaned_after_abandonment, cleaning_refuses_another_directory;
        }
    };
    ($engine:expr, $($about:ident: $($test:ident),*;)*) => {
        $($(#[tokio::test]
        async fn $test() {
            if let Some((_kept, engine)) = $engine {
                crate::sandbox::$about::$test(&engine).await;
            }
        })*)*
    };
}
pub(crate) use every_sandbox;

//! The files that this binary carries; `build.rs` gathers them.

use super::folder::NewFile;

/// A file of the repository, by its path there.
pub struct File {
    pub path: &'static str,
    pub text: &'static str,
    pub executable: bool,
}

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// The carried file `from`, or all that lies below it, as `to`.
pub fn as_new(from: &str, to: &str) -> Vec<NewFile> {
    let inside = FILES.iter().filter_map(|file| {
        let rest = file.path.strip_prefix(from)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| NewFile {
            path: format!("{to}{rest}").trim_start_matches('/').to_owned(),
            text: file.text.to_owned(),
            executable: file.executable,
        })
    });
    inside.collect()
}

/// The template of a language, as a check of this name has it.
pub fn template(language: &str, name: &str) -> Vec<NewFile> {
    let snake = name.replace('-', "_");
    let filled = |text: &str| text.replace("{{name}}", name).replace("{{snake}}", &snake);
    let mut files = as_new(&format!("guest-checks/sdk/templates/{language}"), "");
    for file in &mut files {
        // A manifest by its own name would be a package of the repository.
        let path = file.path.strip_suffix(".in").unwrap_or(&file.path);
        file.path = filled(path);
        file.text = filled(&file.text);
    }
    files
}

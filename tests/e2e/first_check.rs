//! `guest-checks/README.md` is followed to the letter: every command and every edit of it, in order, by a reader with a
//! clone, a Postgres server and nothing else.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vhost_dump::digest::Sha256;

use crate::support::server::{self, SUPERUSER, Server};
use crate::support::workspace;

const DOCUMENT: &str = "guest-checks/README.md";
const CHAPTER: &str = "## Your first check in ten minutes\n";
/// What made the very program that this test drives.
const BUILDS_VHOST: &str = "cargo build --release";

/// One thing that the reader does.
#[derive(Debug)]
enum Step {
    Type {
        line: String,
        /// What the document says of its exit status; 0 where it says nothing.
        status: i32,
    },
    Edit {
        file: String,
        old: String,
        new: String,
    },
}

/// A directory of the same name in every run, so that cargo builds again only what is new: paths are among its flags.
struct Reader {
    home: PathBuf,
    target: PathBuf,
    server: Server,
}

impl Reader {
    fn new() -> Self {
        let home = workspace().join("target/first-check");
        if home.exists() {
            fs::remove_dir_all(&home).unwrap();
        }
        // A clone in which vhost was built.
        let clone = home.join("clone");
        fs::create_dir_all(clone.join("target")).unwrap();
        let built = Path::new(env!("CARGO_BIN_EXE_vhost")).parent().unwrap();
        symlink(built, clone.join("target/release")).unwrap();
        fs::write(home.join("here"), clone.display().to_string()).unwrap();
        fs::write(home.join("exported"), "").unwrap();
        Self {
            home,
            target: workspace().join("target/first-check-built"),
            server: Server::start(&[]),
        }
    }

    fn here(&self) -> PathBuf {
        let text = fs::read_to_string(self.home.join("here")).unwrap();
        PathBuf::from(text.trim_end())
    }

    /// Types a line into the one shell of the session: where it stands and what it exported stays.
    fn types(&self, line: &str) -> std::process::Output {
        let home = self.home.display();
        let script = format!(
            ". '{home}/exported'\ncd \"$(cat '{home}/here')\"\n{line}\nstatus=$?\nexport -p >'{home}/exported'\npwd >'{home}/here'\nexit $status\n"
        );
        let mut shell = Command::new("sh");
        for (name, _) in std::env::vars_os() {
            // Cargo's own, of the build of this test.
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_"))
            {
                shell.env_remove(name);
            }
        }
        let tools = server::program("createdb").parent().unwrap().to_owned();
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
        shell
            .args(["-c", &script])
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("PGHOST", self.server.socket_dir())
            .env("PGPORT", self.server.port.to_string())
            .env("PGUSER", SUPERUSER)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn does(&self, step: &Step) {
        match step {
            Step::Type { line, .. } if line == BUILDS_VHOST => {}
            Step::Type { line, status } => {
                let output = self.types(line);
                assert_eq!(
                    output.status.code(),
                    Some(*status),
                    "{line}\n{}\n{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
            }
            Step::Edit { file, old, new } => {
                let path = self.here().join("..").join(file);
                let text = fs::read_to_string(&path)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert_eq!(text.matches(old).count(), 1, "{file} has not once:\n{old}");
                fs::write(&path, text.replacen(old, new, 1)).unwrap();
            }
        }
    }
}

/// What the chapter has its reader do. An edit is of the file that was named last, by its path from where the checks are.
fn steps(chapter: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut file = None;
    for (at, part) in chapter.split("```").enumerate() {
        if at % 2 == 0 {
            let named = part.split('`').skip(1).step_by(2);
            file = named.filter(|word| word.contains('.')).last().or(file);
            continue;
        }
        let (language, lines) = part.split_once('\n').unwrap();
        match language {
            "sh" => steps.extend(lines.lines().map(typed)),
            "diff" => {
                let side = |other: char| -> String {
                    let lines = lines.lines().filter(|line| !line.starts_with(other));
                    lines.map(|line| format!("{}\n", &line[1..])).collect()
                };
                steps.push(Step::Edit {
                    file: file.expect("a diff of no file").to_owned(),
                    old: side('+'),
                    new: side('-'),
                });
            }
            other => panic!("no test knows what a reader does with {other:?}"),
        }
    }
    steps
}

fn typed(line: &str) -> Step {
    let (line, status) = match line.split_once("   # exit status ") {
        Some((line, status)) => (line, status.parse().unwrap()),
        None => (line, 0),
    };
    Step::Type {
        line: line.to_owned(),
        status,
    }
}

fn chapter() -> String {
    let document = fs::read_to_string(workspace().join(DOCUMENT)).unwrap();
    let (_, after) = document.split_once(CHAPTER).unwrap();
    after.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn a_reader_has_a_check_approved_and_passing_in_each_language() {
    let steps = steps(&chapter());
    let typed = |part: &str| {
        let lines = steps.iter().filter_map(|step| match step {
            Step::Type { line, .. } => Some(line),
            Step::Edit { .. } => None,
        });
        lines.filter(|line| line.contains(part)).count()
    };
    for part in ["vhost new ", "vhost grants approve ", "vhost run "] {
        assert_eq!(typed(part), 3, "{part}: once for each language");
    }
    assert!(typed("# exit") == 0 && typed(BUILDS_VHOST) == 1);
    let reader = Reader::new();
    for step in &steps {
        reader.does(step);
    }
    same_bytes_elsewhere(&reader);
}

/// As the document says: a grant pins the bytes, and whoever builds the check again must get them.
fn same_bytes_elsewhere(reader: &Reader) {
    let made = "paid-orders";
    let copied = reader.types(&format!(
        "mkdir ../../elsewhere && cp -R ../{made} ../../elsewhere && cd ../../elsewhere/{made} && rm {made}.wasm && ./build.sh"
    ));
    assert!(copied.status.success(), "{copied:?}");
    let sum = |place: &str| {
        let built = reader
            .home
            .join(place)
            .join(made)
            .join(format!("{made}.wasm"));
        Sha256::of(&fs::read(&built).unwrap())
    };
    assert_eq!(sum("elsewhere"), sum("my-checks"));
}

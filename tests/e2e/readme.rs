//! The documents say what is: every command, file, test, key and gate that they name is held against the thing itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vhost::plan::{Plan as Parsed, PlanError};
use vhost::report::gate::Gate;
use vhost::report::verdict::Verdict;

use crate::support::{Database, Desk, GRANTS, SHIPPED, component, server};

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "examples/closeout/README.md",
    "guest-checks/README.md",
    "wit/README.md",
];

/// Programs that a command of the README may start besides vhost: they do whole set-ups, so only their being there and
/// their arguments are looked at.
const SET_UPS: [&str; 3] = [
    "examples/closeout/run.sh",
    "tests/run.sh",
    "tests/corpus/run.sh",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The lines of every fenced block of this language.
fn fenced(document: &str, language: &str) -> Vec<String> {
    let text = read(document);
    let mut blocks = text.split("```");
    let mut lines = Vec::new();
    blocks.next();
    for block in blocks.step_by(2) {
        if let Some(inside) = block.strip_prefix(&format!("{language}\n")) {
            lines.extend(inside.lines().map(str::to_owned));
        }
    }
    lines
}

/// What stands between backquotes outside of fenced blocks.
fn quoted(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    prose
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// A desk on which the README's examples can be followed: a plan, grants, the checks and a dump, by the README's names.
fn readers_desk() -> Desk {
    let database = Database::new();
    let desk = Desk::with(&database.plan());
    desk.grants(&GRANTS);
    fs::create_dir(desk.path("guest-checks")).unwrap();
    for check in SHIPPED {
        let to = desk.path("guest-checks").join(format!("{check}.wasm"));
        fs::copy(component(check), to).unwrap();
    }
    let dumped = Command::new(server::program("pg_dump"))
        .args(["--file", "shop.sql", "-d", &database.conninfo()])
        .current_dir(desk.path(""))
        .status();
    assert!(dumped.unwrap().success());
    fs::create_dir(desk.runs()).unwrap();
    desk
}

#[test]
fn every_command_of_the_readme_works_as_written() {
    let desk = readers_desk();
    let beside_vhost = Path::new(env!("CARGO_BIN_EXE_vhost")).parent().unwrap();
    let path = format!(
        "{}:{}",
        beside_vhost.display(),
        std::env::var("PATH").unwrap()
    );
    let mut ran = 0;
    for line in fenced("README.md", "sh") {
        let program = line.split(' ').next().unwrap();
        if SET_UPS.contains(&program) {
            continue;
        }
        assert_eq!(program, "vhost", "no test knows the command {line:?}");
        let output = Command::new("sh")
            .args(["-euc", &line])
            .current_dir(desk.path(""))
            .env_clear()
            .env("PATH", &path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        ran += 1;
    }
    assert!(ran >= 4, "the README lost its commands");
    assert!(desk.partial().is_empty());
}

#[test]
fn the_set_up_commands_are_there_and_refuse_what_they_do_not_know() {
    let commands = fenced("README.md", "sh");
    for program in SET_UPS {
        let path = workspace().join(program);
        let called = |line: &String| line.split(' ').next() == Some(program);
        assert!(commands.iter().any(called), "{program}");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{program}");
    }
    // What continuous integration runs is what the README says.
    let steps = read(".ci/run");
    assert!(steps.lines().any(|line| line == "alone tests tests/run.sh"));
    let script = read("examples/closeout/run.sh");
    for line in commands.iter().filter(|line| line.starts_with("examples/")) {
        for flag in line.split(' ').filter(|word| word.starts_with("--")) {
            assert!(script.contains(&format!("{flag})")), "{line}");
        }
    }
    for program in ["examples/closeout/run.sh", "tests/corpus/run.sh"] {
        let unknown = Command::new(workspace().join(program))
            .arg("--nonsense")
            .output()
            .unwrap();
        assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    }
}

#[test]
fn the_readmes_excerpt_is_of_the_expected_report() {
    let readme = read("README.md");
    let report = read("examples/closeout/expected-report.md");
    let (_, excerpt) = readme.split_once("<!-- excerpt -->\n").unwrap();
    let (excerpt, _) = excerpt.split_once("<!-- /excerpt -->").unwrap();
    let lines: Vec<&str> = excerpt.lines().filter(|line| !line.is_empty()).collect();
    for line in &lines {
        let line = line.trim_start_matches("> ");
        assert!(report.lines().any(|of| of == line), "{line}");
    }
    let rows = lines.iter().filter(|line| line.contains("| PASS — "));
    assert_eq!(rows.count(), 10);
    // The ten rows are those that the example's plan requires.
    let plan = workspace().join("examples/closeout/vhost.toml");
    for (at, row) in Parsed::load(&plan).unwrap().required.iter().enumerate() {
        let begins = format!("| {} | {} | PASS — ", at + 1, row.title);
        assert!(report.contains(&begins), "{begins}");
    }
}

#[test]
fn gates_and_exit_statuses_are_the_codes_own() {
    let readme = read("README.md");
    for gate in Gate::ALL {
        let row = format!("\n| `{}` | ", gate.name());
        assert!(readme.contains(&row), "{row}");
    }
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive] {
        let row = format!("\n| {} | {} | ", verdict.exit_code(), verdict.word());
        assert!(readme.contains(&row), "{row}");
    }
    for check in SHIPPED {
        assert!(readme.contains(&format!("`{check}`")), "{check}");
    }
}

#[test]
fn every_link_and_path_leads_somewhere() {
    let root = workspace();
    for document in DOCUMENTS {
        let text = read(document);
        let here = root.join(document).parent().unwrap().to_owned();
        for target in text.split("](").skip(1) {
            let target = target.split(')').next().unwrap();
            let there = target.starts_with("https://") || here.join(target).exists();
            assert!(there, "{document}: {target}");
        }
        let tops = ["host/", "tests/", "wit/", "examples/", "guest-checks/"];
        for path in quoted(&text) {
            let path = path.split_whitespace().next().unwrap_or_default();
            if tops.iter().any(|top| path.starts_with(top)) && !path.contains(['<', '*']) {
                assert!(root.join(path).exists(), "{document}: {path}");
            }
        }
    }
}

#[test]
fn every_test_that_security_names_is_there() {
    let mut file = None;
    let mut found = 0;
    for name in quoted(&read("SECURITY.md")) {
        if name.ends_with(".rs") {
            file = Some(name);
        } else if name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            let Some(file) = &file else { continue };
            // Some words look like a test and are a setting; a test or function of the file before it is what counts.
            let anywhere = read(file).contains(&format!("fn {name}("))
                || ["walls", "removal"].iter().any(|about| {
                    let file = format!("tests/rooms/sandbox/{about}.rs");
                    read(&file).contains(&format!("fn {name}("))
                });
            let setting =
                ["writable_role", "password_file", "password_env"].contains(&name.as_str());
            assert!(anywhere || setting, "{file}: {name}");
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

/// The walls of the self-test and the rows of SECURITY.md's table of them are the same.
#[test]
fn every_wall_of_the_selftest_is_in_security() {
    let security = read("SECURITY.md");
    let (_, table) = security
        .split_once("### Around a check, tried on your own machine")
        .unwrap();
    let (table, _) = table.split_once("\n### ").unwrap();
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let walls: Vec<_> = rows.map(|(wall, _)| wall).collect();
    assert_eq!(
        walls,
        vhost::selftest::Wall::ALL.map(vhost::selftest::Wall::name)
    );
}

#[test]
fn the_sample_plan_has_every_key_at_its_default() {
    let path = workspace().join("examples/vhost.toml");
    let text = fs::read_to_string(&path).unwrap();
    let sample = Parsed::parse(&text, Path::new("vhost.toml")).unwrap();
    let defaults = Parsed::parse("name = \"shop\"", Path::new("vhost.toml")).unwrap();
    let shown = |plan: &Parsed| {
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            plan.dump, plan.restore, plan.sandbox, plan.protected, plan.report, plan.bounds
        )
    };
    assert_eq!(shown(&sample), shown(&defaults));
    let bare = "name = \"shop\"\n[source]\nservice = \"shop\"";
    let bare = Parsed::parse(bare, Path::new("vhost.toml"))
        .unwrap()
        .source
        .unwrap();
    let source = sample.source.unwrap();
    assert_eq!(source.password_stdin, bare.password_stdin);
    assert_eq!(source.writable_role, bare.writable_role);

    // Serde lists the keys of a table when it meets one that it does not know.
    for table in [
        "source",
        "dump",
        "restore",
        "sandbox",
        "protected",
        "report",
        "limits",
    ] {
        let wrong = format!("name = \"shop\"\n[{table}]\nno-such-key = 1");
        let said = Parsed::parse(&wrong, Path::new("vhost.toml"))
            .unwrap_err()
            .to_string();
        let (_, after) = text.split_once(&format!("\n[{table}]\n")).unwrap();
        let inside = after.split("\n[").next().unwrap();
        let keys: Vec<String> = quoted(said.split_once("expected ").unwrap().1);
        assert!(!keys.is_empty(), "{said}");
        for key in keys {
            let stands = inside.lines().any(|line| {
                let line = line.strip_prefix('#').unwrap_or(line);
                line.starts_with(&format!("{key} = "))
            });
            assert!(stands, "[{table}] lacks {key}");
        }
    }
    assert!(text.contains("\n[artefacts]\n#"));
    // And the other way round: no table of a plan is missing here.
    let unknown = Parsed::parse("name = \"shop\"\nno-such-key = 1", Path::new("vhost.toml"));
    let said = unknown.unwrap_err().to_string();
    for table in quoted(said.split_once("expected ").unwrap().1) {
        let stands = text.lines().any(|line| {
            line.starts_with(&format!("{table} = "))
                || line.starts_with(&format!("[{table}"))
                || line.starts_with(&format!("[[{table}]]"))
        });
        assert!(stands, "{table}");
    }
}

#[test]
fn each_key_without_a_default_is_well_formed_in_the_sample_plan() {
    let text = read("examples/vhost.toml");
    let lines: Vec<&str> = text.lines().collect();
    let mut tried = 0;
    for (at, line) in lines.iter().enumerate() {
        let Some(key) = line
            .strip_prefix('#')
            .filter(|rest| !rest.is_empty() && !rest.starts_with(' '))
        else {
            continue;
        };
        let mut changed = lines.clone();
        changed[at] = key;
        match Parsed::parse(&changed.join("\n"), Path::new("vhost.toml")) {
            // `service` stands beside an example of `conninfo`, which it replaces.
            Ok(_) | Err(PlanError::Contradiction { .. }) => tried += 1,
            Err(error) => panic!("{key}: {error}"),
        }
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn the_readmes_grant_is_one() {
    let grants = fenced("README.md", "toml").join("\n");
    vhost::grant::Grants::parse(Path::new("README.md"), &grants).unwrap();
}

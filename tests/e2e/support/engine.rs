//! The engines that drills run on, and what stands beside a drill on the docker one.

use std::process::{Command, Output};

/// Has Postgres 15 and nothing else that a drill would need.
const IMAGE: &str = "vhost-postgres:15";

/// Where a drill's sandbox is.
pub enum Engine {
    Local,
    Docker(Docker),
}

impl Engine {
    /// Lines of a plan's `[sandbox]`, with an exact name that nobody else uses.
    pub fn sandbox(&self, name: &str) -> String {
        match self {
            Engine::Local => format!("name = {name:?}"),
            Engine::Docker(docker) => format!("name = {name:?}\n{}", docker.sandbox(IMAGE)),
        }
    }

    /// Of the docker engine; empty on the local one.
    pub fn docker_host(&self) -> &str {
        match self {
            Engine::Local => "",
            Engine::Docker(docker) => &docker.host,
        }
    }
}

/// An exact name that nobody else uses.
pub fn unused_name() -> String {
    format!("vhost-e2e-{:016x}", rand::random::<u64>())
}

/// Makes a test of each function that takes an engine, once for each engine.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod local {
            $(#[test]
            fn $test() {
                super::$test(&crate::support::Engine::Local);
            })*
        }
        mod docker {
            $(#[test]
            fn $test() {
                if let Some(docker) = crate::support::Docker::engine() {
                    super::$test(&crate::support::Engine::Docker(docker));
                }
            })*
        }
    };
}
pub(crate) use on_each_engine;

/// A Docker engine, asked through its own client.
pub struct Docker {
    pub host: String,
}

impl Docker {
    /// The engine that the environment names; without one a test says so and ends, except where `CI` is set.
    pub fn engine() -> Option<Self> {
        match std::env::var("VHOST_TEST_DOCKER_HOST") {
            Ok(host) => Some(Self { host }),
            Err(_) if std::env::var_os("CI").is_some() => {
                panic!("VHOST_TEST_DOCKER_HOST must name a Docker engine where CI is set")
            }
            Err(_) => {
                eprintln!("not tested: no Docker engine; set VHOST_TEST_DOCKER_HOST");
                None
            }
        }
    }

    pub fn at(host: &str) -> Self {
        Self {
            host: host.to_owned(),
        }
    }

    /// Lines of a plan's `[sandbox]` for this engine and an image.
    pub fn sandbox(&self, image: &str) -> String {
        format!(
            "engine = \"docker\"\nimage = {image:?}\ndocker_host = {:?}",
            self.host
        )
    }

    /// What the client prints.
    pub fn call(&self, args: &[&str]) -> String {
        let output = self.ask(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker {args:?}: {stderr}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    fn ask(&self, args: &[&str]) -> Output {
        let mut client = Command::new("docker");
        client.args(["--host", &self.host]).args(args);
        client.output().expect("the docker client runs")
    }

    /// Whether there is a `container` or `volume` of this exact name.
    pub fn has(&self, kind: &str, name: &str) -> bool {
        let output = self.ask(&[kind, "inspect", name]);
        let stderr = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(
            output.status.success() || stderr.contains("no such"),
            "nobody can tell whether {name} is there: {stderr}"
        );
        output.status.success()
    }

    /// Starts a container that does nothing, as somebody else's.
    pub fn container(&self, name: &str, labels: &[&str]) -> Container {
        let mut args = vec!["run", "--detach", "--name", name, "--network", "none"];
        for label in labels {
            args.extend(["--label", label]);
        }
        args.extend([IMAGE, "sleep", "3600"]);
        self.run(&args)
    }

    /// Runs `docker run …` and takes over the container.
    pub fn run(&self, args: &[&str]) -> Container {
        Container {
            id: self.call(args),
            docker: Self::at(&self.host),
        }
    }

    /// Takes over a container that a drill has left, so that it goes even when the test fails.
    pub fn left_by_a_drill(&self, name: &str) -> Container {
        Container {
            id: self.call(&["container", "inspect", "--format", "{{.Id}}", name]),
            docker: Self::at(&self.host),
        }
    }
}

/// A container of a test's own, removed with it by its id.
pub struct Container {
    docker: Docker,
    pub id: String,
}

impl Container {
    /// All that a drill must leave as it is.
    pub fn identity(&self) -> String {
        let format = "{{.Id}} {{.Name}} {{.State.StartedAt}} {{.State.Status}}";
        self.docker
            .call(&["container", "inspect", "--format", format, &self.id])
    }

    pub fn restart(&self) {
        self.docker.call(&["restart", "--time", "0", &self.id]);
    }

    pub fn remove(&self) {
        self.docker.call(&["rm", "--force", "--volumes", &self.id]);
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // It may have been removed already, which the client does not mind.
        self.docker.ask(&["rm", "--force", "--volumes", &self.id]);
    }
}

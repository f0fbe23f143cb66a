//! How a pg_dump compresses an archive in the least time.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::{PgDump, Program};
use crate::sandbox::{Exec, Stdin};

const PATIENCE: Duration = Duration::from_secs(10);

impl PgDump {
    /// The value of `--compress` that costs least time; lz4 and zstd came with version 16, as a builder's choice.
    pub(in crate::source) async fn fastest_compression(&self) -> &'static str {
        if self.version.major >= 16 {
            for method in ["lz4", "zstd:1"] {
                if self.can_compress(method).await {
                    return method;
                }
            }
        }
        "1"
    }

    /// pg_dump looks at the method before it connects, so a server that cannot exist tells the two refusals apart.
    async fn can_compress(&self, method: &str) -> bool {
        let args = [
            "--format=custom".to_owned(),
            "--host=/nonexistent".to_owned(),
            // Or libpq asks for the name of the user that it runs as, who has none in an image.
            "--username=nobody".to_owned(),
            "--file=/dev/null".to_owned(),
            format!("--compress={method}"),
        ];
        let complaint = async {
            match &self.program {
                Program::Host(path) => {
                    let trying = Command::new(path)
                        .args(args)
                        .env_clear()
                        .env("LC_ALL", "C")
                        .env("PATH", "/usr/bin:/bin")
                        .stdin(Stdio::null())
                        .kill_on_drop(true)
                        .output();
                    trying.await.ok().map(|output| output.stderr)
                }
                Program::Image(client) => {
                    let trying = client.exec(Exec {
                        tool: "pg_dump".to_owned(),
                        args: args.into(),
                        env: vec![("LC_ALL".to_owned(), "C".to_owned())],
                        stdin: Stdin::Null,
                    });
                    let output = trying.await.ok()?.output().await;
                    output.ok().map(|output| output.stderr)
                }
            }
        };
        match timeout(PATIENCE, complaint).await {
            Ok(Some(said)) => String::from_utf8_lossy(&said).contains("/nonexistent"),
            Ok(None) | Err(_) => false,
        }
    }
}

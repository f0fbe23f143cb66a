//! The pg_dump of a container image, for a host that has none.

use tokio_util::sync::CancellationToken;

use super::{PgDump, PgDumpError, Program, parse};
use crate::plan::name::{Name, RunId};
use crate::sandbox::docker::{Client, Image, Reach, Remains, Wanted};
use crate::sandbox::{Exec, Journal, Limits, SandboxError, Stdin};
use crate::source::Source;
use crate::source::connect::{Encryption, Reached};
use crate::source::conninfo::{HostName, Roots};
use crate::source::secret::passfile_line;

/// The container that a pg_dump of an image runs in.
pub struct Lodging<'l> {
    pub name: Name,
    pub run: RunId,
    pub limits: Limits,
    pub journal: &'l Journal,
    pub stop: &'l CancellationToken,
}

impl PgDump {
    /// Starts a container of `image` that reaches the source and nothing else that a socket leads to, and takes the
    /// pg_dump in it.
    ///
    /// Inside, pg_dump runs as a user that the source's machine does not know: a source that knows its users by the
    /// operating system (`peer`) refuses it. `remains` holds whatever may exist, also on failure. Await this to its
    /// end; it watches the lodging's `stop` itself.
    pub async fn in_image(
        image: &Image,
        source: &Source,
        lodging: Lodging<'_>,
        remains: &mut Remains,
    ) -> Result<Self, PgDumpError> {
        let failed = |cause| PgDumpError::Image {
            image: image.name().to_owned(),
            cause,
        };
        let major = source.server_major();
        let line = passfile_line(source.secret.as_ref());
        let wanted = Wanted {
            name: lodging.name,
            run: lodging.run,
            limits: lodging.limits,
            reach: reach(source.reached()),
            files: certificates(source)?,
            passfile: &line,
        };
        let client = image
            .client(wanted, lodging.journal, lodging.stop, remains)
            .await
            .map_err(failed)?;
        let said = version(&client).await.map_err(failed)?;
        let image = image.name().to_owned();
        let Some(version) = parse(&said) else {
            return Err(PgDumpError::NotInImage { image });
        };
        if version.major < major {
            return Err(PgDumpError::ImageTooOld {
                image,
                version,
                major,
            });
        }
        Ok(PgDump {
            note: Some(format!("runs in the image {image}")),
            program: Program::Image(client),
            version,
        })
    }
}

async fn version(client: &Client) -> Result<String, SandboxError> {
    let asking = client.exec(Exec {
        tool: "pg_dump".to_owned(),
        args: vec!["--version".to_owned()],
        env: vec![("LC_ALL".to_owned(), "C".to_owned())],
        stdin: Stdin::Null,
    });
    let output = asking.await?.output().await?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn reach(reached: &Reached) -> Reach {
    match &reached.host.name {
        HostName::Tcp(_) => Reach::Network,
        HostName::Unix(dir) => Reach::Socket(dir.join(format!(".s.PGSQL.{}", reached.host.port))),
    }
}

/// Where the authority's certificate lies inside.
pub(in crate::source) const ROOT_CERTIFICATE: &str = "/vhost/root.crt";

fn certificates(source: &Source) -> Result<Vec<(std::path::PathBuf, &'static str)>, PgDumpError> {
    let tls = &source.target.tls;
    if source.reached().encryption == Encryption::None {
        return Ok(Vec::new());
    }
    if tls.certificate.is_some() {
        return Err(PgDumpError::ClientKey {
            major: source.server_major(),
        });
    }
    Ok(match &tls.roots {
        Roots::File(path) if path.exists() => vec![(path.clone(), ROOT_CERTIFICATE)],
        Roots::File(_) | Roots::System(_) | Roots::Nothing => Vec::new(),
    })
}

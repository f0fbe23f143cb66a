//! The connection service file (PostgreSQL manual, "The Connection Service File").

use std::io;
use std::path::PathBuf;

use super::settings::Settings;
use super::{ConnInfoError, Place};

/// Adds what the first file that has `[service]` says and the connection string did not.
pub(super) fn read(
    service: &str,
    files: &[PathBuf],
    settings: &mut Settings,
) -> Result<(), ConnInfoError> {
    for path in files {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => {
                return Err(ConnInfoError::ServiceFile {
                    path: path.clone(),
                    cause,
                });
            }
        };
        let mut found = false;
        let mut inside = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                // A second section of the same name is not read, as in libpq.
                inside = !found && name.strip_suffix(']') == Some(service);
                found |= inside;
                continue;
            }
            if !inside {
                continue;
            }
            let place = Place::ServiceFile {
                path: path.clone(),
                line: number + 1,
            };
            let Some((keyword, value)) = line.split_once('=') else {
                return Err(ConnInfoError::Syntax {
                    place,
                    at: 0,
                    expected: "write `keyword=value`",
                });
            };
            if keyword == "service" {
                return Err(ConnInfoError::Syntax {
                    place,
                    at: 0,
                    expected: "a service cannot name another service",
                });
            }
            settings.take_missing(keyword, value, &place)?;
        }
        if found {
            return Ok(());
        }
    }
    Err(ConnInfoError::UnknownService {
        service: service.to_owned(),
        searched: files.to_vec(),
    })
}

//! Well-known shapes of secrets, for those that nobody told vhost about.

/// What a token looks like: one of `starts`, then at least `least` bytes of `tail`.
struct Shape {
    name: &'static str,
    starts: &'static [&'static str],
    least: usize,
    tail: fn(u8) -> bool,
}

const SHAPES: &[Shape] = &[
    // docs.aws.amazon.com, IAM identifiers: AKIA is long-term, ASIA temporary.
    Shape {
        name: "AWS access key",
        starts: &["AKIA", "ASIA"],
        least: 16,
        tail: upper_or_digit,
    },
    // docs.github.com, "About authentication to GitHub": token formats.
    Shape {
        name: "GitHub token",
        starts: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        least: 36,
        tail: alphanumeric,
    },
    Shape {
        name: "GitHub token",
        starts: &["github_pat_"],
        least: 22,
        tail: word,
    },
    // docs.gitlab.com, "Token overview": token prefixes.
    Shape {
        name: "GitLab token",
        starts: &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"],
        least: 20,
        tail: url_safe,
    },
    // api.slack.com, "Tokens".
    Shape {
        name: "Slack token",
        starts: &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"],
        least: 10,
        tail: url_safe,
    },
    Shape {
        name: "Stripe key",
        starts: &["sk_live_", "rk_live_"],
        least: 16,
        tail: alphanumeric,
    },
    Shape {
        name: "Google API key",
        starts: &["AIza"],
        least: 35,
        tail: url_safe,
    },
    Shape {
        name: "npm token",
        starts: &["npm_"],
        least: 36,
        tail: alphanumeric,
    },
    Shape {
        name: "Anthropic or OpenAI key",
        starts: &["sk-ant-", "sk-proj-"],
        least: 20,
        tail: url_safe,
    },
    // RFC 6750, 2.1: the credentials of an Authorization header.
    Shape {
        name: "bearer token",
        starts: &["Bearer ", "bearer ", "BEARER "],
        least: 20,
        tail: token68,
    },
    // The manual, 34.1.1: a connection string in keyword/value form.
    Shape {
        name: "password in a connection string",
        starts: &["password=", "PGPASSWORD="],
        least: 4,
        tail: password,
    },
    // The manual, 53.8 (pg_authid): how a role's password is stored.
    Shape {
        name: "SCRAM verifier",
        starts: &["SCRAM-SHA-256$"],
        least: 20,
        tail: scram,
    },
];

/// The name of the first well-known shape in `bytes`, if there is one.
pub fn known_shape(bytes: &[u8]) -> Option<&'static str> {
    let listed = SHAPES.iter().find(|shape| shape.is_in(bytes));
    listed
        .map(|shape| shape.name)
        .or_else(|| private_key(bytes).then_some("private key"))
        .or_else(|| json_web_token(bytes).then_some("JSON web token"))
        .or_else(|| url_password(bytes).then_some("password in a URL"))
}

impl Shape {
    fn is_in(&self, bytes: &[u8]) -> bool {
        self.starts.iter().any(|start| {
            tails(bytes, start.as_bytes()).any(|tail| run(tail, self.tail) >= self.least)
        })
    }
}

/// What follows each `start` that stands at the beginning of a word.
fn tails<'a>(bytes: &'a [u8], start: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    bytes
        .windows(start.len())
        .enumerate()
        .filter(move |(at, window)| {
            *window == start && (*at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
        })
        .map(move |(at, _)| &bytes[at + start.len()..])
}

fn run(bytes: &[u8], of: fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| of(**byte)).count()
}

/// RFC 7468: `-----BEGIN … PRIVATE KEY-----`.
fn private_key(bytes: &[u8]) -> bool {
    tails(bytes, b"-----BEGIN ").any(|tail| {
        let label = run(tail, |byte| byte.is_ascii_uppercase() || byte == b' ');
        tail[..label].ends_with(b"PRIVATE KEY") && tail[label..].starts_with(b"-----")
    })
}

/// RFC 7519: three base64url parts, the first two of which begin a JSON object (`{"` is `eyJ`).
fn json_web_token(bytes: &[u8]) -> bool {
    tails(bytes, b"eyJ").any(|tail| {
        let header = run(tail, url_safe);
        let Some(claims) = tail[header..].strip_prefix(b".eyJ") else {
            return false;
        };
        let claimed = run(claims, url_safe);
        header >= 10 && claimed >= 4 && claims[claimed..].starts_with(b".")
    })
}

/// RFC 3986, 3.2.1: `scheme://user:password@`, with any scheme.
fn url_password(bytes: &[u8]) -> bool {
    bytes.windows(3).enumerate().any(|(at, window)| {
        if window != b"://" {
            return false;
        }
        let authority = &bytes[at + 3..];
        let authority = &authority[..run(authority, in_userinfo)];
        // The last @ ends the user's part, so that an unescaped one in a password does not hide it.
        let Some(end) = authority.iter().rposition(|byte| *byte == b'@') else {
            return false;
        };
        let colon = authority[..end].iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| end > colon + 1)
    })
}

fn in_userinfo(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'<' | b'>' | b'`')
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn url_safe(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn token68(byte: u8) -> bool {
    url_safe(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
}

/// Not a masked one: `password=****` and `password=<…>` give nothing away.
fn password(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'*' | b'<' | b'&' | b'"')
}

fn scram(byte: u8) -> bool {
    token68(byte) || matches!(byte, b':' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;
    use vhost_dump::digest::Sha256;

    /// Put together here, so that no scanner of this repository takes a test for a leak.
    fn tokens() -> Vec<(&'static str, String)> {
        let filler = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0";
        let mut tokens = vec![
            (
                "AWS access key",
                format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE"),
            ),
            (
                "private key",
                format!("-----BEGIN {} KEY-----", "RSA PRIVATE"),
            ),
            ("private key", format!("-----BEGIN {} KEY-----", "PRIVATE")),
            (
                "JSON web token",
                format!(
                    "{}.{}.{}",
                    "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2ln"
                ),
            ),
            (
                "password in a URL",
                format!("postgres://admin:{}@db/x", "hunter2"),
            ),
            ("password in a URL", format!("https://u:{}@h", "p@ss")),
            (
                "SCRAM verifier",
                format!("SCRAM-SHA-256${}", "4096:c2FsdHNhbHRzYWx0$abc:def"),
            ),
        ];
        for shape in SHAPES.iter().filter(|shape| shape.name != "AWS access key") {
            for start in shape.starts {
                tokens.push((shape.name, format!("{start}{filler}")));
            }
        }
        tokens
    }

    #[test]
    fn each_shape_is_found_alone_and_in_a_sentence() {
        for (name, token) in tokens() {
            for text in [token.clone(), format!("log: \"{token}\", then more")] {
                assert_eq!(known_shape(text.as_bytes()), Some(name), "{text}");
            }
        }
    }

    #[test]
    fn what_a_report_is_full_of_is_no_secret() {
        for text in [
            Sha256::of(b"x").to_string(),
            "6d2f3a3e-0b5f-4a54-9f0e-2f4c2b8b2f6a".to_owned(),
            "2026-04-17T05:35:18.48439927Z".to_owned(),
            "postgres://workflow_admin@db.example:5432/directus".to_owned(),
            "https://db.example:5432/path@v1:x".to_owned(),
            "the password= setting is unset, password=****".to_owned(),
            "Bearer of bad news".to_owned(),
            "-----BEGIN CERTIFICATE-----".to_owned(),
            "skeleton: xoxb-short, ghp_table, npm_package_json".to_owned(),
            "base64 of a digest: ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=".to_owned(),
        ] {
            assert_eq!(known_shape(text.as_bytes()), None, "{text}");
        }
    }
}

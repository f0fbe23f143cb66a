//! What secrets and test data look like, as Postgres' advanced regular expressions (the manual, 9.7.3).

use serde::Deserialize;

/// What is looked for in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    PrivateKeys,
    Tokens,
    ConnectionPasswords,
    CardNumbers,
    TestData,
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::PrivateKeys,
        Kind::Tokens,
        Kind::ConnectionPasswords,
        Kind::CardNumbers,
        Kind::TestData,
    ];

    /// The rule of the finding that counts them.
    pub fn rule(self) -> &'static str {
        match self {
            Kind::PrivateKeys => "no-private-keys",
            Kind::Tokens => "no-tokens",
            Kind::ConnectionPasswords => "no-connection-passwords",
            Kind::CardNumbers => "no-card-numbers",
            Kind::TestData => "no-test-data",
        }
    }

    /// A condition on the text column `text`: it holds something of this kind. `$n` is [`pattern`](Self::pattern).
    pub fn condition(self, n: usize) -> String {
        match self {
            Kind::PrivateKeys | Kind::Tokens | Kind::ConnectionPasswords => {
                format!("text ~ ${n}::text")
            }
            Kind::CardNumbers => format!(
                "EXISTS (SELECT FROM regexp_matches(text, ${n}::text, 'g') AS found WHERE {LUHN})"
            ),
            Kind::TestData => format!("text ~* ${n}::text"),
        }
    }

    pub fn pattern(self) -> String {
        match self {
            Kind::PrivateKeys => any_of(PRIVATE_KEYS),
            Kind::Tokens => any_of(TOKENS),
            Kind::ConnectionPasswords => any_of(CONNECTION_PASSWORDS),
            Kind::CardNumbers => CARD_NUMBER.to_owned(),
            Kind::TestData => any_of(TEST_DATA),
        }
    }
}

/// One expression for many: Postgres keeps 32 compiled ones and would compile more than these anew for each row.
pub fn any_of(patterns: &[&str]) -> String {
    format!("(?:{})", patterns.join(")|(?:"))
}

/// RFC 7468, the same in base64, and PuTTY's own format.
const PRIVATE_KEYS: &[&str] = &[
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    r"LS0tLS1CRUdJTi(?:BQUklWQVRF|BSU0EgUFJJVkFUR|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZBVE|BFTkNSWVBURUQgUFJJVkFUR|BEU0EgUFJJVkFUR)",
    r"PuTTY-User-Key-File-[0-9]+:",
];

/// Prefixes that vendors document so that leaked tokens can be found.
const TOKENS: &[&str] = &[
    // AWS: IAM identifiers.
    r"(?<![[:alnum:]])A[KS]IA[A-Z0-9]{16}",
    r"(?<![[:alnum:]])gh[pousr]_[[:alnum:]]{36}",
    r"(?<![[:alnum:]])github_pat_\w{22}",
    r"(?<![[:alnum:]])gl(?:pat|dt|rt|cbt|ptt)-[\w-]{20}",
    // Slack.
    r"(?<![[:alnum:]])(?:xox[bpars]|xapp)-[\w-]{10}",
    // Stripe's live keys; those of its test mode are test data.
    r"(?<![[:alnum:]])[rs]k_live_[[:alnum:]]{16}",
    // Google: API key, OAuth client secret.
    r"(?<![[:alnum:]])AIza[\w-]{35}",
    r"(?<![[:alnum:]])GOCSPX-[\w-]{20}",
    r"(?<![[:alnum:]])npm_[[:alnum:]]{36}",
    r"(?<![[:alnum:]])pypi-AgE[\w-]{50}",
    r"(?<![[:alnum:]])sk-(?:ant|proj)-[\w-]{20}",
    r"(?<![[:alnum:]])SG\.[\w-]{22}\.[\w-]{43}",
    r"(?<![[:alnum:]])hv[sbr]\.[\w-]{24}",
    r"(?<![[:alnum:]])do[opr]_v1_[0-9a-f]{64}",
    // Azure storage.
    r"AccountKey=[[:alnum:]+/]{40}",
    // RFC 6750, 2.1, and RFC 7519.
    r"(?<![[:alnum:]])(?:Bearer|bearer|BEARER) [\w.~+/-]{20}",
    r"(?<![[:alnum:]])eyJ[\w-]{10,}\.eyJ[\w-]{4,}\.",
];

/// RFC 3986, 3.2.1, `scheme://user:password@`; and a connection string in keyword/value form. A masked one gives nothing
/// away.
const CONNECTION_PASSWORDS: &[&str] = &[
    r#"[[:alpha:]][[:alnum:]+.-]*://[^\s/?#"<>`:@]*:[^\s/?#"<>`*][^\s/?#"<>`]*@"#,
    r#"(?:password|PGPASSWORD|Pwd)=[^\s*<&"]{4}"#,
];

/// Thirteen to nineteen digits, in one piece or in the groups that are printed on a card (ISO/IEC 7812).
const CARD_NUMBER: &str = r"(?<![0-9])([2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}|[2-6][0-9]{12,18})(?![0-9])";

/// Names that are reserved for examples, fillers, and numbers that are published for tests.
const TEST_DATA: &[&str] = &[
    // RFC 2606 and RFC 6761.
    r"(?<![[:alnum:]-])example\.(?:com|net|org)(?![[:alnum:]-])",
    r"@(?:[[:alnum:]-]+\.)*(?:example|test|invalid|localhost)(?![[:alnum:].-])",
    r"lorem\s+ipsum",
    r"^\s*(?:test(?:s|er|ing|[ _-]?(?:user|data|value|name))?[ _-]?[0-9]*|foo|bar|baz|foobar|asdf+|qwerty|dummy|change[ _-]?me|todo|tbd|xxx+)\s*$",
    r"(?<![[:alnum:]])[prs]k_test_[[:alnum:]]{10}",
    // What the large payment providers publish for their test modes.
    r"(?<![0-9])(?:4242[ -]?4242[ -]?4242[ -]?4242|4111[ -]?1111[ -]?1111[ -]?1111|4012[ -]?8888[ -]?8888[ -]?1881|4000[ -]?0566[ -]?5566[ -]?5556|5555[ -]?5555[ -]?5555[ -]?4444|5105[ -]?1051[ -]?0510[ -]?5100|2223[ -]?0031[ -]?2200[ -]?3222|3782[ -]?822463[ -]?10005|3714[ -]?496353[ -]?98431|6011[ -]?1111[ -]?1111[ -]?1117|6011[ -]?0009[ -]?9013[ -]?9424|3530[ -]?1113[ -]?3330[ -]?0000|3056[ -]?930902[ -]?5904)(?![0-9])",
    // Social security numbers that were never anybody's, and telephone numbers kept for fiction.
    r"(?<![0-9])(?:078-05-1120|219-09-9999|123-45-6789)(?![0-9])",
    r"(?<![0-9])555-01[0-9]{2}(?![0-9])",
];

/// True where the digits of `found`, a text with blanks and hyphens, pass Luhn's test (ISO/IEC 7812-1, annex B).
const LUHN: &str = "(SELECT sum(CASE place % 2 WHEN 1 THEN digit ELSE digit * 2 / 10 + digit * 2 % 10 END) % 10 = 0
      FROM (SELECT place, substr(digits, place, 1)::int AS digit
              FROM (SELECT reverse(translate(found[1], ' -', '')) AS digits) AS number,
                   generate_series(1, length(digits)) AS place) AS each)";

/// How password hashes are stored that have a salt and a cost; anything else in such a column is counted. Bare
/// digests, MD5 in any dress and the DES crypt are not among them: they are guessed by the billion.
pub const PASSWORD_HASHES: &[&str] = &[
    r"^\$2[abxy]?\$[0-9]{2}\$[./[:alnum:]]{53}$",
    // The PHC string format.
    r"^\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha[0-9]+)?|bcrypt-sha256)(?:\$[\w+/=.,-]+){2,4}$",
    // crypt(5): SHA-2, yescrypt, scrypt.
    r"^\$[56]\$(?:rounds=[0-9]+\$)?[./[:alnum:]]{1,16}\$[./[:alnum:]]{43,86}$",
    r"^\$(?:gy|y|7)\$[./[:alnum:]]+\$[./[:alnum:]$]+$",
    // phpass.
    r"^\$[PH]\$[./[:alnum:]]{31}$",
    // Django, with its mark of an account without a password.
    r"^(?:pbkdf2_sha(?:1|256)\$[0-9]+\$[^$]+\$[[:alnum:]+/=]{28,44}|argon2\$argon2(?:id|i|d)\$.+|bcrypt(?:_sha256)?\$\$2[abxy]?\$[0-9]{2}\$[./[:alnum:]]{53}|scrypt\$.+\$.+)$",
    r"^![[:alnum:]]{40}$",
    // Werkzeug.
    r"^(?:pbkdf2:sha(?:1|256|512)(?::[0-9]+)?|scrypt:[0-9]+:[0-9]+:[0-9]+)\$[^$]+\$[0-9a-f]{40,128}$",
    // RFC 5803, Postgres' own.
    r"^SCRAM-SHA-(?:1|256|512)\$[0-9]+:[[:alnum:]+/=]+\$[[:alnum:]+/=]+:[[:alnum:]+/=]+$",
    // LDAP's salted digests.
    r"^\{(?:SSHA(?:256|384|512)?|ARGON2|PBKDF2(?:-SHA[0-9]+)?)\}.{28,}$",
    // crypt(5): no password opens this account.
    r"^[!*]$",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_stay_apart() {
        assert_eq!(any_of(&["a|b", "^c$"]), "(?:a|b)|(?:^c$)");
    }

    #[test]
    fn no_pattern_has_what_only_stands_at_the_beginning_of_one() {
        for kind in Kind::ALL {
            let pattern = kind.pattern();
            assert!(
                !pattern.contains("(?i)") && !pattern.contains("***"),
                "{kind:?}"
            );
            assert!(kind.condition(7).contains("$7::text"), "{kind:?}");
        }
    }
}

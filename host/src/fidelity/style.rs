//! How values are written where pg_dump leaves it to its environment.

/// Settings that change the text of values and that pg_dump does not pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// As in `pg_timezone_names`.
    pub time_zone: String,
    pub bytes: Bytes,
    pub names: Names,
}

/// Names in values, for example of the type `regclass`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    #[default]
    QuotedIfNeeded,
    /// As `pg_dump --quote-all-identifiers` and a server that does so by itself write them.
    Quoted,
}

impl Names {
    fn setting(self) -> &'static str {
        match self {
            Names::QuotedIfNeeded => "off",
            Names::Quoted => "on",
        }
    }
}

/// `bytea_output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    Hex,
    Escape,
}

impl Default for Style {
    /// How a fresh dump is taken.
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            bytes: Bytes::Hex,
            names: Names::default(),
        }
    }
}

impl Style {
    /// The statements that set it.
    pub fn as_sql(&self) -> String {
        let zone = self.time_zone.replace('\'', "''");
        let bytes = self.bytes.setting();
        let names = self.names.setting();
        format!(
            "SET TimeZone = '{zone}'; SET bytea_output = {bytes}; SET quote_all_identifiers = {names}"
        )
    }

    /// The same for a program that uses libpq (manual, 34.15), with options that come before.
    pub fn as_environment(&self, options: &str) -> Vec<(String, String)> {
        let options = format!(
            "{options} -c bytea_output={} -c lc_monetary=C -c quote_all_identifiers={}",
            self.bytes.setting(),
            self.names.setting()
        );
        vec![
            ("PGTZ".to_owned(), self.time_zone.clone()),
            ("PGOPTIONS".to_owned(), options),
        ]
    }
}

impl Bytes {
    fn setting(self) -> &'static str {
        match self {
            Bytes::Hex => "hex",
            Bytes::Escape => "escape",
        }
    }
}

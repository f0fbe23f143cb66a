//! The comment that pg_dump writes above each entry (`_printTocEntry` in `pg_backup_archiver.c`).
//!
//! A name may hold what looks like the next field, so fields are looked for from the end; line feeds in names were made
//! spaces by pg_dump. Whatever a hostile name makes of it, both sides of a comparison read it in the same way.

/// `-- Name: person; Type: TABLE; Schema: public; Owner: alice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading<'l> {
    /// pg_dump's own word, for example `FK CONSTRAINT`; `TABLE DATA` above rows of any relation.
    pub kind: &'l str,
    /// Empty for what is in no schema.
    pub schema: &'l str,
    /// As pg_dump writes it: of a constraint, for example, the table and its own name.
    pub name: &'l str,
    /// Empty where it does not say.
    pub owner: &'l str,
}

/// What stands before `Name:`: of an entry of rows or of large objects, and of one of the planner's statistics.
const PREFIXES: [&str; 3] = ["", DATA, "Statistics for "];
const DATA: &str = "Data for ";

impl<'l> Heading<'l> {
    /// Reads a comment's line; `None` where it is no heading.
    pub fn read(line: &'l str) -> Option<Self> {
        let line = line.trim_end_matches(['\r', '\n']).strip_prefix("-- ")?;
        let fields = PREFIXES
            .iter()
            .find_map(|prefix| line.strip_prefix(prefix)?.strip_prefix("Name: "))?;
        let (fields, owner) = fields.rsplit_once("; Owner: ")?;
        let (fields, schema) = fields.rsplit_once("; Schema: ")?;
        let (name, kind) = fields.rsplit_once("; Type: ")?;
        let owner = owner
            .rsplit_once("; Tablespace: ")
            .map_or(owner, |(owner, _)| owner);
        // A name may hold a heading of another kind. What it is the data of, if not of large objects, are rows.
        let kind = match line.starts_with(DATA) && kind != "BLOBS" {
            true => "TABLE DATA",
            false => kind,
        };
        let known = |field: &'l str| if field == "-" { "" } else { field };
        Some(Self {
            kind,
            schema: known(schema),
            name,
            owner: known(owner),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<[&str; 4]> {
        Heading::read(line).map(|h| [h.kind, h.schema, h.name, h.owner])
    }

    #[test]
    fn headings_are_read_as_pg_dump_writes_them() {
        for (line, fields) in [
            (
                "-- Name: person; Type: TABLE; Schema: public; Owner: alice\n",
                ["TABLE", "public", "person", "alice"],
            ),
            (
                "-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -\r\n",
                ["EXTENSION", "", "hstore", ""],
            ),
            (
                "-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: \n",
                ["COMMENT", "", "EXTENSION hstore", ""],
            ),
            (
                "-- Data for Name: person; Type: TABLE DATA; Schema: public; Owner: alice\n",
                ["TABLE DATA", "public", "person", "alice"],
            ),
            (
                "-- Statistics for Name: p; Type: STATISTICS DATA; Schema: public; Owner: -\n",
                ["STATISTICS DATA", "public", "p", ""],
            ),
            (
                "-- Name: t; Type: TABLE; Schema: public; Owner: alice; Tablespace: fast\n",
                ["TABLE", "public", "t", "alice"],
            ),
            (
                "-- Name: f(integer, text); Type: FUNCTION; Schema: public; Owner: alice",
                ["FUNCTION", "public", "f(integer, text)", "alice"],
            ),
            (
                "-- Name: x; Schema: y; Owner: z; Type: TABLE; Schema: a; Owner: b",
                ["TABLE", "a", "x; Schema: y; Owner: z", "b"],
            ),
            (
                "-- Name: x; Type: y; Type: TABLE; Schema: a; Name: b; Owner: c d",
                ["TABLE", "a; Name: b", "x; Type: y", "c d"],
            ),
        ] {
            assert_eq!(read(line), Some(fields), "{line}");
        }
    }

    #[test]
    fn other_comments_are_none() {
        for line in [
            "--\n",
            "-- PostgreSQL database dump complete\n",
            "-- Name: person\n",
            "-- Name: person; Type: TABLE; Schema: public\n",
            "--Name: person; Type: TABLE; Schema: public; Owner: alice\n",
            "-- A Name: person; Type: TABLE; Schema: public; Owner: alice\n",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}

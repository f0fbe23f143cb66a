//! Writes the inputs that the targets start from.
//!
//! The target `script` does it and ends, where `VHOST_FUZZ_SEEDS` names a directory, CORPUS: a program of its own would have to link
//! what counts the coverage. `VHOST_FUZZ_GIVEN` names more files and directories, one in a line.
//!
//! Into `CORPUS/script`, `CORPUS/custom` and so on go small archives and scripts, each with the bytes of control that
//! [`crate::stretched`] describes. What else is named is used as a seed too: `.sql` and `.dump` texts for `script`, and an
//! archive of a real pg_dump for the target of its format.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{self, FORMATS, Layout};
use crate::stretched::CONTROL;
use crate::supplied::NEXT_FILE;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An input that is longer makes every execution slow.
const LONGEST: usize = 16 << 10;

const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k0\n\n-- Dumped from database version 15.20\n\
    -- Dumped by pg_dump version 15.20\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n\
    --\n-- Name: t; Type: TABLE; Schema: public; Owner: alice\n--\n\nCREATE TABLE public.t (\n    a integer,\n    b text\n);\n\n\n\
    ALTER TABLE public.t OWNER TO alice;\n\n\
    --\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: alice\n--\n\nCOPY public.t (a, b) FROM stdin;\n\
    1\tone\n2\t\\N\n\\.\n\n\n\
    --\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k0\n\n";

/// Parts of scripts in which a lexer can go astray.
const PARTS: &[&str] = &[
    "INSERT INTO public.t VALUES (1, 'o''ne'), (ROW(2,\r\n 3), '{\"a\",b}');\nINSERT INTO public.t (a, b) VALUES (-0, NULL) ON CONFLICT DO NOTHING;\n",
    "SELECT pg_catalog.lo_open('16400', 131072);\nSELECT pg_catalog.lowrite(0, '\\x00ff5c');\nSELECT pg_catalog.lo_close(0);\n",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$\nbegin\nCOPY t FROM stdin;\n\\! id\nend $_$;\n",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;\n",
    "SET client_encoding = 'SJIS';\nSET standard_conforming_strings = off;\nCOMMENT ON TABLE t IS '\u{8868}\\'';\n",
    "SELECT E'a\\'' /* a /* b */ ; */ 'c' -- d\r;\n",
    "COPY t (b, a) FROM stdin;\r\nx\ty\r\n\\.x\n\\\n\\.\r\n",
    "\\unrestrict k0\n\\connect shop\n\\connect -reuse-previous=on \"dbname='a b'\"\n\\encoding SQL_ASCII\n\\restrict k1\n",
    "SELECT pg_catalog.setval('public.s', 42, true);\nCREATE TABLE p (a int) PARTITION BY RANGE (a);\n- 1;\n",
    "SELECT 1 \\gexec\n",
    "COPY t FROM stdin; SELECT 1;\n",
    "SELECT 'open",
    "SELECT $tag$ open",
];

/// How a script is stretched and cut. A stretched seed costs as much as a thousand others, and each is run before any is mutated.
const PLAIN: [u8; CONTROL] = [0, 0, 0, 0, 1, 2, 3, 4];
const STRETCHED: [[u8; CONTROL]; 3] = [
    [252, 20, 0, 1, 5, 6, 7, 8],
    [253, 30, 0, 8, 9, 10, 11, 12],
    [254, 25, 0, 3, 13, 14, 15, 16],
];
/// One seed of so many is stretched.
const STRETCHED_OF: usize = 15;

/// The directory of one target, and how many seeds are in it.
struct Corpus {
    directory: PathBuf,
    count: u32,
}

impl Corpus {
    fn open(corpus: &Path, target: &str) -> Result<Self> {
        let directory = corpus.join(target);
        fs::create_dir_all(&directory)?;
        Ok(Self {
            directory,
            count: 0,
        })
    }

    fn add(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.len() > LONGEST {
            return Ok(());
        }
        self.count += 1;
        let name = format!("seed-{:04}", self.count);
        Ok(fs::write(self.directory.join(name), bytes)?)
    }

    /// Adds a script, a few of them stretched, in one way after the other.
    fn script(&mut self, text: &[u8]) -> Result<()> {
        let count = self.count as usize;
        let control = if count % STRETCHED_OF == 0 {
            STRETCHED[count / STRETCHED_OF % STRETCHED.len()]
        } else {
            PLAIN
        };
        self.add(&[text, &control].concat())
    }
}

/// Writes the seeds and ends the process, where it was asked to.
pub fn write_if_asked() {
    let Some(corpus) = std::env::var_os("VHOST_FUZZ_SEEDS") else {
        return;
    };
    let given = std::env::var("VHOST_FUZZ_GIVEN").unwrap_or_default();
    match write(Path::new(&corpus), given.lines().map(PathBuf::from)) {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            eprintln!("no seeds could be written: {error}");
            std::process::exit(1);
        }
    }
}

fn write(corpus: &Path, given: impl Iterator<Item = PathBuf>) -> Result<()> {
    let mut script = Corpus::open(corpus, "script")?;
    let mut custom = Corpus::open(corpus, "custom")?;
    let mut directory = Corpus::open(corpus, "directory")?;
    let mut tar = Corpus::open(corpus, "tar")?;

    // Often enough that each is stretched once.
    for _ in 0..STRETCHED_OF {
        script.script(DUMP.as_bytes())?;
        for part in PARTS {
            script.script(part.as_bytes())?;
        }
    }
    for part in PARTS {
        script.script(
            DUMP.replace("\n\n\nALTER", &format!("\n\n{part}\nALTER"))
                .as_bytes(),
        )?;
    }
    for minor in FORMATS {
        custom.add(&archive::custom(minor))?;
        tar.add(&archive::tar(minor))?;
        for layout in [Layout::Directory, Layout::Tar] {
            directory.add(&joined(archive::files(layout, minor)))?;
        }
    }
    for path in given {
        if path.is_dir() {
            let mut files = Vec::new();
            for file in fs::read_dir(&path)? {
                let file = file?;
                let name = file.file_name().to_string_lossy().into_owned();
                files.push((name, fs::read(file.path())?));
            }
            // The table of contents is the first.
            files.sort_by_key(|(name, _)| name != "toc.dat");
            directory.add(&joined(files))?;
            continue;
        }
        let bytes = fs::read(&path)?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("sql" | "dump") => script.script(&bytes[..bytes.len().min(LONGEST / 2)])?,
            Some("tar") => tar.add(&bytes)?,
            _ => custom.add(&bytes)?,
        }
    }
    Ok(())
}

/// The files of a directory as one input.
fn joined(files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let mut input = Vec::new();
    for (name, bytes) in files {
        if !input.is_empty() {
            input.extend_from_slice(NEXT_FILE);
            input.extend_from_slice(format!("{name}\n").as_bytes());
        }
        input.extend_from_slice(&bytes);
    }
    input
}

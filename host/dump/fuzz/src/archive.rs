//! Writes small archives as pg_dump does (`WriteHead` and `WriteToc` in Postgres' pg_backup_archiver.c).

/// The minor versions of the format that are read, from Postgres 9.0 to 18; from 1.14, 1.15 and 1.16 on a field is added.
pub const FORMATS: [u8; 5] = [12, 13, 14, 15, 16];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Custom = 1,
    Tar = 3,
    Directory = 5,
}

struct Entry {
    kind: &'static str,
    name: &'static str,
    section: u32,
    definition: &'static str,
    copy: &'static str,
    data: Option<&'static [u8]>,
    file: &'static str,
}

const ROWS: &[u8] = b"1\tone\n2\t\\N\n\\.\n\n\n";
const ENTRIES: [Entry; 4] = [
    Entry {
        kind: "TABLE",
        name: "t",
        section: 2,
        definition: "CREATE TABLE public.t (\n    a integer,\n    b text\n);\n",
        copy: "",
        data: None,
        file: "",
    },
    Entry {
        kind: "TABLE DATA",
        name: "t",
        section: 3,
        definition: "",
        copy: "COPY public.t (a, b) FROM stdin;\n",
        data: Some(ROWS),
        file: "2.dat",
    },
    Entry {
        kind: "BLOBS",
        name: "16400",
        section: 3,
        definition: "",
        copy: "",
        data: Some(b"large"),
        file: "blobs_3.toc",
    },
    Entry {
        kind: "FK CONSTRAINT",
        name: "t t_a_fkey",
        section: 4,
        definition: "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES public.u(a);\n",
        copy: "",
        data: None,
        file: "",
    },
];

/// A custom file of a format, `1.minor`.
pub fn custom(minor: u8) -> Vec<u8> {
    // Offsets have a fixed size, so the table is as long whatever they are.
    let starts = contents(Layout::Custom, minor, &[0; ENTRIES.len()]).len() as u64;
    let mut offsets = [0; ENTRIES.len()];
    let mut blocks = Vec::new();
    for (at, entry) in ENTRIES.iter().enumerate() {
        let Some(data) = entry.data else { continue };
        offsets[at] = starts + blocks.len() as u64;
        let large = entry.kind == "BLOBS";
        blocks.push(if large { 3 } else { 1 });
        int(&mut blocks, at as u32 + 1);
        if large {
            int(&mut blocks, 16400);
        }
        int(&mut blocks, data.len() as u32);
        blocks.extend_from_slice(data);
        int(&mut blocks, 0);
        if large {
            int(&mut blocks, 0);
        }
    }
    [contents(Layout::Custom, minor, &offsets), blocks].concat()
}

/// The files of a directory, toc.dat first.
pub fn files(layout: Layout, minor: u8) -> Vec<(String, Vec<u8>)> {
    let list = if minor >= 16 {
        "blobs_3.toc"
    } else {
        "blobs.toc"
    };
    vec![
        (
            "toc.dat".to_owned(),
            contents(layout, minor, &[0; ENTRIES.len()]),
        ),
        ("2.dat".to_owned(), ROWS.to_vec()),
        (list.to_owned(), b"16400 blob_16400.dat\n".to_vec()),
        ("blob_16400.dat".to_owned(), b"large".to_vec()),
    ]
}

/// A tar file of those.
pub fn tar(minor: u8) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, bytes) in files(Layout::Tar, minor) {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000600\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        // The target fills in the checksum.
        file.extend_from_slice(&header);
        file.extend_from_slice(&bytes);
        file.resize(file.len().next_multiple_of(512), 0);
    }
    file.resize(file.len() + 1024, 0);
    file
}

fn contents(layout: Layout, minor: u8, offsets: &[u64; ENTRIES.len()]) -> Vec<u8> {
    let mut to = b"PGDMP\x01".to_vec();
    to.extend([minor, 0, 4, 8, layout as u8]);
    if minor >= 15 {
        to.push(0);
    } else {
        int(&mut to, 0);
    }
    for date in [0, 30, 12, 7, 4, 126, 0] {
        int(&mut to, date);
    }
    for words in ["shop", "15.20 (Debian)", "15.20"] {
        text(&mut to, words);
    }
    int(&mut to, ENTRIES.len() as u32);
    for (at, entry) in ENTRIES.iter().enumerate() {
        int(&mut to, at as u32 + 1);
        int(&mut to, u32::from(entry.data.is_some()));
        text(&mut to, "1259");
        text(&mut to, "16385");
        text(&mut to, entry.name);
        text(&mut to, entry.kind);
        int(&mut to, entry.section);
        text(&mut to, entry.definition);
        text(&mut to, "");
        text(&mut to, entry.copy);
        text(&mut to, "public");
        text(&mut to, "");
        if minor >= 14 {
            text(&mut to, "heap");
        }
        if minor >= 16 {
            int(&mut to, u32::from(b'r'));
        }
        text(&mut to, "shop_owner");
        text(&mut to, "false");
        text(&mut to, "1");
        missing(&mut to);
        match layout {
            Layout::Custom => {
                to.push(if entry.data.is_some() { 2 } else { 3 });
                to.extend(offsets[at].to_le_bytes());
            }
            Layout::Tar | Layout::Directory if entry.kind == "BLOBS" && minor < 16 => {
                text(&mut to, "blobs.toc");
            }
            Layout::Tar | Layout::Directory => text(&mut to, entry.file),
        }
    }
    to
}

fn int(to: &mut Vec<u8>, value: u32) {
    to.push(0);
    to.extend(value.to_le_bytes());
}

fn text(to: &mut Vec<u8>, words: &str) {
    int(to, words.len() as u32);
    to.extend_from_slice(words.as_bytes());
}

fn missing(to: &mut Vec<u8>) {
    to.push(1);
    to.extend(1_u32.to_le_bytes());
}

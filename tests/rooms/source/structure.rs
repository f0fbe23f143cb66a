//! Archives that real pg_dumps wrote, whole and damaged, as they are judged before any pg_restore sees them.
//!
//! `VHOST_TEST_PG_BINS` names the programs of other Postgres versions, as in `tests/e2e/versions.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vhost_dump::manifest::scan::Scanner;
use vhost_dump::supplied::{Fault, SuppliedDump, SuppliedError};

use crate::server::place::all_bins;
use crate::server::{HBA, SUPERUSER, Server};

/// Tables, one of them without rows and one whose rows come in several pieces, and large objects.
const SQL: &str = "
    CREATE SCHEMA shop;
    CREATE TABLE shop.orders AS SELECT n AS id, md5(n::text) AS note FROM generate_series(1, 3000) n;
    CREATE TABLE shop.returns AS TABLE shop.orders;
    CREATE TABLE shop.empty (id int);
    CREATE SEQUENCE shop.numbers;
    SELECT lo_from_bytea(4711, 'x'), lo_from_bytea(4712, decode(repeat('ab', 5000), 'hex'))";

/// A server of each version, with the programs beside it.
fn servers() -> Vec<(PathBuf, Server)> {
    let mut servers = Vec::new();
    for bin in all_bins() {
        let server = Server::start_of(&bin, &[], HBA, |_| {});
        server.sql("postgres", SQL);
        servers.push((bin, server));
    }
    servers
}

fn dump(bin: &Path, server: &Server, options: &[&str], to: &Path) {
    let dumped = Command::new(bin.join("pg_dump"))
        .args(options)
        .args(["-d", &server.conninfo(SUPERUSER, "postgres"), "-f"])
        .arg(to)
        .env_clear()
        .status();
    assert!(dumped.unwrap().success());
}

fn inspect(path: &Path) -> Result<SuppliedDump, SuppliedError> {
    Ok(SuppliedDump::inspect(path, Scanner::default())?.whole()?.0)
}

/// The text of a defect.
fn defect(path: &Path) -> String {
    let error = inspect(path).unwrap_err();
    assert!(error.is_defect(), "{error}");
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

#[test]
fn a_custom_file_cut_anywhere_is_told() {
    for (bin, server) in servers() {
        let dir = tempfile::tempdir().unwrap();
        for options in [&["-Fc", "-Z0"][..], &["-Fc", "-Z6"], &["-Fc", "--inserts"]] {
            let path = dir.path().join("given.dump");
            dump(&bin, &server, options, &path);
            inspect(&path).unwrap();
            let whole = fs::read(&path).unwrap();
            let last = (whole.len() - 20..whole.len()).rev();
            for kept in (1..200).map(|n| whole.len() * n / 200).chain(last) {
                fs::write(&path, &whole[..kept]).unwrap();
                let text = defect(&path);
                assert!(text.starts_with("the given dump \"given.dump\" "), "{text}");
            }
            // Three fifths: the table of contents is whole, which is all that `pg_restore --list` looks at.
            fs::write(&path, &whole[..whole.len() * 3 / 5]).unwrap();
            let text = defect(&path);
            assert!(text.contains("is truncated: the "), "{text}");
            assert!(text.contains("data of TABLE DATA shop."), "{text}");
        }
    }
}

#[test]
fn what_stands_behind_the_last_block_is_told() {
    for (bin, server) in servers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("given.dump");
        for options in [&["-Fc"][..], &["-Fc", "--schema-only"]] {
            dump(&bin, &server, options, &path);
            let mut bytes = fs::read(&path).unwrap();
            bytes.extend_from_slice(b"garbage");
            fs::write(&path, bytes).unwrap();
            let text = defect(&path);
            assert!(
                text.contains("7 bytes stand behind its last block"),
                "{text}"
            );
        }
    }
}

/// A pipe cannot be gone back in, so that such an archive does not say where its blocks are.
#[test]
fn a_custom_file_out_of_a_pipe_is_followed_from_block_to_block() {
    for (bin, server) in servers() {
        let piped = Command::new(bin.join("pg_dump"))
            .args(["-Fc", "-d", &server.conninfo(SUPERUSER, "postgres")])
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(piped.status.success());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("given.dump");
        fs::write(&path, &piped.stdout).unwrap();
        inspect(&path).unwrap();
        fs::write(&path, &piped.stdout[..piped.stdout.len() - 1]).unwrap();
        assert!(defect(&path).contains("is truncated"));
    }
}

/// `pg_dump -Fc > file`: since 16 the second table of contents, which has the places of the blocks, lies behind them.
#[test]
fn a_custom_file_that_the_shell_wrote_has_its_contents_again_at_its_end() {
    for (bin, server) in servers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("given.dump");
        let dumped = Command::new(bin.join("pg_dump"))
            .args(["-Fc", "-d", &server.conninfo(SUPERUSER, "postgres")])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(fs::File::create(&path).unwrap())
            .status()
            .unwrap();
        assert!(dumped.success());
        inspect(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        let named = dir.path().join("named.dump");
        dump(&bin, &server, &["-Fc"], &named);
        let again = whole.len() - fs::read(&named).unwrap().len();
        let version: u32 = server
            .sql("postgres", "SHOW server_version_num")
            .parse()
            .unwrap();
        assert_eq!(again > 0, version >= 160_000, "{version}: {again} bytes");
        if again == 0 {
            continue;
        }
        // Cut within it, longer by a byte, or with another place of the last block.
        let at = whole.len() - again;
        for kept in [at + 1, at + 100, whole.len() - 1] {
            fs::write(&path, &whole[..kept]).unwrap();
            assert!(defect(&path).contains("stand behind its last block"));
        }
        let longer = [&whole[..], b"x"].concat();
        fs::write(&path, longer).unwrap();
        assert!(defect(&path).contains("stand behind its last block"));
        let place = whole[at..]
            .windows(9)
            .rposition(|nine| nine[0] == 2 && nine[1] != 0 && nine[4..] == [0; 5]);
        let mut other = whole.clone();
        other[at + place.unwrap() + 1] ^= 1;
        fs::write(&path, other).unwrap();
        assert!(defect(&path).contains("stand behind its last block"));
    }
}

/// A turned bit where the file says how long something is, or of what it is a block.
#[test]
fn a_block_that_is_not_where_it_should_be_is_told() {
    for (bin, server) in servers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("given.dump");
        dump(&bin, &server, &["-Fc", "-Z0"], &path);
        let whole = fs::read(&path).unwrap();
        // The first row, then back over the length of its piece, the entry's number and the kind of block.
        let row = memchr::memmem::find(&whole, b"1\tc4ca4238").unwrap();
        for back in [1, 4, 5, 6, 9, 10, 11] {
            let mut bytes = whole.clone();
            bytes[row - back] ^= 0x10;
            fs::write(&path, bytes).unwrap();
            defect(&path);
        }
    }
}

/// The first member whose name ends so and that holds this entry's data.
fn member(directory: &Path, least: u64) -> PathBuf {
    let files = fs::read_dir(directory).unwrap().map(|f| f.unwrap().path());
    let mut data: Vec<PathBuf> = files
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(|c: char| c.is_ascii_digit())
                && fs::metadata(path).unwrap().len() >= least
        })
        .collect();
    data.sort();
    data.swap_remove(0)
}

#[test]
fn the_members_of_a_directory_are_all_there_and_no_others() {
    for (bin, server) in servers() {
        for options in [&["-Fd", "-Z0"][..], &["-Fd", "-Z6"]] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("given");
            dump(&bin, &server, options, &path);
            inspect(&path).unwrap();

            let data = member(&path, 1000);
            let name = data.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(&data).unwrap();
            fs::remove_file(&data).unwrap();
            let text = defect(&path);
            assert!(
                text.contains(" is missing, which holds TABLE DATA shop."),
                "{text}"
            );
            if options[1] == "-Z0" {
                for kept in [0, 100, bytes.len() / 2, bytes.len() - 1] {
                    fs::write(&data, &bytes[..kept]).unwrap();
                    let text = defect(&path);
                    assert!(
                        text.contains(&format!("{name}, which holds TABLE DATA")),
                        "{text}"
                    );
                    assert!(text.contains("lacks its end"), "{text}");
                }
            }
            fs::write(&data, bytes).unwrap();
            inspect(&path).unwrap();

            for extra in ["9999.dat", "README", "blob_1.dat", &format!("{name}.gz.gz")] {
                fs::write(path.join(extra), "more").unwrap();
                let text = defect(&path);
                assert!(text.contains(&format!("{extra:?} is in it")), "{text}");
                fs::remove_file(path.join(extra)).unwrap();
            }

            let blob = ["blob_4711.dat", "blob_4711.dat.gz"].map(|name| path.join(name));
            let blob = blob.iter().find(|path| path.exists()).unwrap();
            let kept = fs::read(blob).unwrap();
            fs::remove_file(blob).unwrap();
            let text = defect(&path);
            assert!(text.contains("\"blob_4711.dat\" is missing"), "{text}");
            fs::write(blob, kept).unwrap();

            let contents = path.join("toc.dat");
            let whole = fs::read(&contents).unwrap();
            for kept in [5, 30, 200, whole.len() / 2, whole.len() - 1] {
                fs::write(&contents, &whole[..kept]).unwrap();
                defect(&path);
            }
            fs::write(&contents, [&whole[..], b"x"].concat()).unwrap();
            assert!(defect(&path).contains("1 bytes stand behind its table of contents"));
        }
    }
}

#[test]
fn a_tar_file_cut_anywhere_or_without_a_member_is_told() {
    for (bin, server) in servers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("given.tar");
        dump(&bin, &server, &["-Ft"], &path);
        inspect(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        for kept in (1..100).map(|n| whole.len() * n / 100) {
            fs::write(&path, &whole[..kept]).unwrap();
            defect(&path);
        }

        // Out with the members one by one; the script for people alone may go.
        let mut members = Vec::new();
        for member in tar::Archive::new(&whole[..]).entries().unwrap() {
            let member = member.unwrap();
            let name = String::from_utf8(member.path_bytes().into_owned()).unwrap();
            let at = usize::try_from(member.raw_header_position()).unwrap();
            let size = usize::try_from(member.size())
                .unwrap()
                .next_multiple_of(512);
            members.push((name, at..at + 512 + size));
        }
        assert!(members.len() > 5, "{members:?}");
        for (name, range) in members {
            let without = [&whole[..range.start], &whole[range.end..]].concat();
            fs::write(&path, without).unwrap();
            match name.as_str() {
                "restore.sql" => drop(inspect(&path).unwrap()),
                // A tar file with another first member is no dump.
                "toc.dat" => assert!(matches!(
                    inspect(&path).unwrap_err().fault(),
                    Fault::Unsupported { .. }
                )),
                _ => assert!(defect(&path).contains(&name), "{name}"),
            }
        }
    }
}

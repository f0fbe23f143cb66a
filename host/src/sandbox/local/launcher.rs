//! What puts a program behind the walls: bubblewrap, or util-linux doing the same.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::view::Mount;
use crate::sandbox::home::Home;
use crate::sandbox::user::User;

/// The programs that build the walls, by absolute path.
#[derive(Clone, Debug)]
pub(super) enum Launcher {
    Bubblewrap(PathBuf),
    Unshare {
        unshare: PathBuf,
        setpriv: PathBuf,
        shell: PathBuf,
        pivot_root: PathBuf,
    },
}

/// Whether the launcher writes `{"child-pid": N}` to standard output before the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tell {
    ChildPid,
    Nothing,
}

impl Launcher {
    /// Takes bubblewrap where it is on the search path, util-linux otherwise.
    pub(super) fn find(search: &[PathBuf]) -> Option<Launcher> {
        let find = |program: &str| {
            search
                .iter()
                .map(|dir| dir.join(program))
                .find(|path| path.is_file())
        };
        if let Some(bwrap) = find("bwrap").filter(|bwrap| limits_memory(bwrap)) {
            return Some(Launcher::Bubblewrap(bwrap));
        }
        Some(Launcher::Unshare {
            unshare: find("unshare")?,
            setpriv: find("setpriv")?,
            shell: find("sh")?,
            pivot_root: find("pivot_root")?,
        })
    }

    /// The command line that runs `script` inside with `args` as `$1`, `$2` and so on.
    pub(super) fn command_line(
        &self,
        mounts: &[Mount],
        home: &Home,
        user: User,
        tell: Tell,
        script: &str,
        args: &[OsString],
    ) -> Vec<OsString> {
        let mut line = match self {
            Launcher::Bubblewrap(bwrap) => bubblewrap(bwrap, mounts, tell),
            Launcher::Unshare {
                unshare,
                setpriv,
                shell,
                pivot_root,
            } => {
                let mut line = words(&[]);
                line.push(setpriv.into());
                line.extend(words(&["--pdeathsig", "KILL", "--"]));
                line.push(unshare.into());
                line.extend(words(&[
                    "--user",
                    "--map-root-user",
                    "--mount",
                    "--net",
                    "--pid",
                    "--ipc",
                    "--uts",
                    "--cgroup",
                    "--fork",
                    "--kill-child",
                    "--",
                ]));
                line.push(shell.into());
                line.extend(words(&["-euc", BUILD, "vhost-walls"]));
                line.push(home.root().into());
                line.push(pivot_root.into());
                line.push(user.uid().to_string().into());
                line.push(user.gid().to_string().into());
                line.push(match tell {
                    Tell::ChildPid => "tell".into(),
                    Tell::Nothing => "silent".into(),
                });
                line.extend(orders(mounts));
                line
            }
        };
        line.extend(words(&["/bin/sh", "-c", script, "vhost"]));
        line.extend(args.iter().cloned());
        line
    }
}

/// Whether this bubblewrap knows `--size`, which came with 0.7.0: without it scratch space would be unlimited.
fn limits_memory(bwrap: &Path) -> bool {
    std::process::Command::new(bwrap)
        .arg("--help")
        .env_clear()
        .output()
        .is_ok_and(|output| {
            let help = [output.stdout, output.stderr].concat();
            String::from_utf8_lossy(&help).contains("--size")
        })
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn bubblewrap(bwrap: &Path, mounts: &[Mount], tell: Tell) -> Vec<OsString> {
    let mut line = vec![bwrap.into()];
    // The server is the first process of its namespace, so that its end ends everything inside.
    line.extend(words(&[
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--as-pid-1",
        "--hostname",
        "vhost",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]));
    let mut read_only = words(&["--remount-ro", "/dev"]);
    for mount in mounts {
        match mount {
            Mount::ReadOnly { from, to } => {
                line.extend(["--ro-bind".into(), from.into(), to.into()]);
            }
            Mount::Writable { from, to } => {
                line.extend(["--bind".into(), from.into(), to.into()]);
            }
            Mount::Memory { to, bytes, mode } => {
                line.extend(words(&[
                    "--perms",
                    mode,
                    "--size",
                    &bytes.to_string(),
                    "--tmpfs",
                ]));
                line.push(to.into());
            }
            Mount::Link { target, at } => {
                line.extend(["--symlink".into(), target.into(), at.into()]);
            }
        }
    }
    read_only.extend(words(&["--remount-ro", "/"]));
    line.extend(read_only);
    if tell == Tell::ChildPid {
        line.extend(words(&["--info-fd", "1"]));
    }
    line.extend(words(&["--chdir", "/tmp", "--"]));
    line
}

/// The mounts as words that [`BUILD`] reads: a verb and its two or three arguments each, then `run`.
fn orders(mounts: &[Mount]) -> Vec<OsString> {
    let mut orders = Vec::new();
    for mount in mounts {
        match mount {
            Mount::ReadOnly { from, to } => {
                orders.extend(["ro".into(), from.into(), to.into()]);
            }
            Mount::Writable { from, to } => {
                orders.extend(["rw".into(), from.into(), to.into()]);
            }
            Mount::Memory { to, bytes, mode } => {
                let options = format!("nosuid,nodev,mode={mode},size={bytes}");
                orders.extend(["memory".into(), options.into(), to.into()]);
            }
            Mount::Link { target, at } => {
                orders.extend(["link".into(), target.into(), at.into()]);
            }
        }
    }
    orders.push("run".into());
    orders
}

/// Does with mount(8) and pivot_root(8) what bubblewrap does with system calls.
///
/// It runs as root of a user namespace that maps nothing but the sandbox's user. At the end a second user namespace
/// takes even that name of root away (Postgres refuses to run under it), and setpriv(1) drops every capability.
const BUILD: &str = r#"
root=$1 pivot_root=$2 uid=$3 gid=$4 tell=$5
shift 5
if [ "$tell" = tell ]; then
    # The host's /proc is still mounted, so this is the process id as the host knows it.
    read -r pid rest </proc/self/stat
    echo "{\"child-pid\": $pid}"
fi
# A mount's restrictions that the host set are locked and have to be repeated.
again() { mount -o "remount,bind,$1" "$2" 2>/dev/null || mount -o "remount,bind,noexec,$1" "$2"; }
place() { if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "${2%/*}"; : >"$2"; fi; }
mount -t tmpfs -o nosuid,nodev,mode=755,size=1m vhost-root "$root"
mkdir "$root/proc" "$root/dev" "$root/old"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,mode=755,size=64k vhost-dev "$root/dev"
for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
while [ "$1" != run ]; do
    to=$root$3
    case $1 in
    ro) place "$2" "$to"; mount --rbind "$2" "$to"; again ro,nosuid,nodev "$to" ;;
    rw) place "$2" "$to"; mount --rbind "$2" "$to"; again nosuid,nodev "$to" ;;
    memory) mkdir -p "$to"; mount -t tmpfs -o "$2" vhost-memory "$to" ;;
    link) mkdir -p "${to%/*}"; ln -s "$2" "$to" ;;
    esac
    shift 3
done
shift
hostname vhost 2>/dev/null || :
cd "$root"
"$pivot_root" . old
cd /
umount -l /old
rmdir /old
again ro,nosuid /dev
again ro,nosuid,nodev /
cd /tmp
exec unshare --user --map-user="$uid" --map-group="$gid" --keep-caps -- \
    setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs -- "$@"
"#;

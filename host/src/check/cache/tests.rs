use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::check::code::Filling;

/// The two directories of one user, removed with it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn cache_home(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn state_home(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn key(&self) -> PathBuf {
        self.state_home().join("vhost").join(KEY_FILE)
    }

    fn open(&self) -> Result<Cache, CacheError> {
        Cache::open(
            &self.cache_home(),
            &self.state_home(),
            cap_std::ambient_authority(),
        )
    }
}

fn code(bytes: &[u8]) -> Code {
    let filling = Filling::new().unwrap();
    filling.file().write_all(bytes).unwrap();
    filling.seal().unwrap()
}

fn bytes(code: &Code) -> Vec<u8> {
    let mut all = Vec::new();
    code.pieces(|piece| {
        all.extend_from_slice(piece);
        Ok(())
    })
    .unwrap();
    all
}

fn of(name: &str) -> Sha256 {
    Sha256::of(name.as_bytes())
}

/// The path of a component's entry.
fn entry(cache: &Cache, component: &Sha256) -> PathBuf {
    let name = cache.name(component);
    cache.entries.path.join(Cache::file_name(&name))
}

/// `None` where there is no entry; otherwise its bytes, or why it is refused.
fn found(cache: &Cache, component: &Sha256) -> Option<Result<Vec<u8>, &'static str>> {
    match cache.find(component).unwrap() {
        Cached::Absent => None,
        Cached::Here(code) => Some(Ok(bytes(&code))),
        Cached::Refused(why) => Some(Err(why)),
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Longer than what is read at once.
fn long() -> Vec<u8> {
    (0..600_000_u32).map(|i| (i % 251) as u8).collect()
}

const UNAUTHENTIC: &str = "was not authentic";
const NOT_PRIVATE: &str = "is not a file of this user alone (mode 0600)";

#[test]
fn what_is_kept_comes_back_also_to_the_next_drill() {
    let home = Home::new();
    let cache = home.open().unwrap();
    assert_eq!(found(&cache, &of("a")), None);
    cache.keep(&of("a"), &code(&long())).unwrap();
    cache.keep(&of("b"), &code(b"")).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Ok(long())));
    let next = home.open().unwrap();
    assert_eq!(found(&next, &of("a")), Some(Ok(long())));
    assert_eq!(found(&next, &of("b")), Some(Ok(Vec::new())));
    assert_eq!(found(&next, &of("c")), None);
}

#[test]
fn everything_is_private_and_nothing_half_written_is_left() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(&long())).unwrap();
    for directory in [home.cache_home(), home.state_home()] {
        assert_eq!(mode_of(&directory.join("vhost")), 0o700);
        assert_eq!(
            std::fs::read_dir(directory.join("vhost")).unwrap().count(),
            1
        );
    }
    assert_eq!(mode_of(&home.key()), 0o600);
    assert_eq!(mode_of(&entry(&cache, &of("a"))), 0o600);
}

/// Each byte is covered: of the code, and of what authenticates it.
#[test]
fn a_flipped_bit_is_refused_until_the_entry_is_made_again() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(b"machine code")).unwrap();
    let path = entry(&cache, &of("a"));
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(found(&cache, &of("a")), Some(Err(UNAUTHENTIC)), "byte {at}");
    }
    cache.keep(&of("a"), &code(b"machine code")).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Ok(b"machine code".to_vec())));
}

#[test]
fn an_entry_of_another_length_is_refused() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(&long())).unwrap();
    let path = entry(&cache, &of("a"));
    let good = std::fs::read(&path).unwrap();
    for length in [0, 1, 31, 32, 33, good.len() / 2, good.len() - 1] {
        std::fs::write(&path, &good[..length]).unwrap();
        assert_eq!(found(&cache, &of("a")), Some(Err(UNAUTHENTIC)), "{length}");
    }
    std::fs::write(&path, [&good[..], b"x"].concat()).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Err(UNAUTHENTIC)));
}

#[test]
fn good_code_of_another_component_is_refused() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(b"code of a")).unwrap();
    cache.keep(&of("b"), &code(b"code of b")).unwrap();
    std::fs::copy(entry(&cache, &of("a")), entry(&cache, &of("b"))).unwrap();
    assert_eq!(found(&cache, &of("b")), Some(Err(UNAUTHENTIC)));
    assert_eq!(found(&cache, &of("a")), Some(Ok(b"code of a".to_vec())));
}

/// Whoever can write the cache and not the state has a key of their own at most.
#[test]
fn an_entry_under_another_key_is_refused() {
    let (home, stranger) = (Home::new(), Home::new());
    let (cache, theirs) = (home.open().unwrap(), stranger.open().unwrap());
    theirs.keep(&of("a"), &code(b"evil")).unwrap();
    std::fs::copy(entry(&theirs, &of("a")), entry(&cache, &of("a"))).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Err(UNAUTHENTIC)));
    // A key that is lost is a stranger's too.
    cache.keep(&of("b"), &code(b"good")).unwrap();
    std::fs::remove_file(home.key()).unwrap();
    assert_eq!(
        found(&home.open().unwrap(), &of("b")),
        Some(Err(UNAUTHENTIC))
    );
}

#[test]
fn an_entry_that_others_could_write_is_refused() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(b"code")).unwrap();
    let path = entry(&cache, &of("a"));
    for wrong in [0o620, 0o602, 0o640, 0o604, 0o700] {
        mode(&path, wrong);
        assert_eq!(found(&cache, &of("a")), Some(Err(NOT_PRIVATE)), "{wrong:o}");
    }
    if rustix::process::geteuid().is_root() {
        mode(&path, 0o600);
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
        assert_eq!(found(&cache, &of("a")), Some(Err(NOT_PRIVATE)));
    }
    cache.keep(&of("a"), &code(b"code")).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Ok(b"code".to_vec())));
}

#[test]
fn a_link_in_the_place_of_an_entry_is_refused_and_what_it_leads_to_is_left_alone() {
    let home = Home::new();
    let cache = home.open().unwrap();
    cache.keep(&of("a"), &code(b"code")).unwrap();
    let (path, aside) = (entry(&cache, &of("a")), home.0.path().join("aside"));
    std::fs::rename(&path, &aside).unwrap();
    symlink(&aside, &path).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Err(NOT_PRIVATE)));
    let before = std::fs::read(&aside).unwrap();
    cache.keep(&of("a"), &code(b"new code")).unwrap();
    assert_eq!(found(&cache, &of("a")), Some(Ok(b"new code".to_vec())));
    assert_eq!(std::fs::read(&aside).unwrap(), before);
}

#[test]
fn directories_that_are_not_private_are_refused() {
    for wrong in [0o755, 0o710, 0o701] {
        for which in [Home::cache_home, Home::state_home] {
            let home = Home::new();
            home.open().unwrap();
            mode(&which(&home).join("vhost"), wrong);
            assert!(
                matches!(home.open(), Err(CacheError::NotPrivate { .. })),
                "{wrong:o}"
            );
        }
    }
    let home = Home::new();
    home.open().unwrap();
    let own = home.cache_home().join("vhost");
    std::fs::rename(&own, home.cache_home().join("moved")).unwrap();
    symlink("moved", &own).unwrap();
    assert!(matches!(home.open(), Err(CacheError::NotPrivate { .. })));
    if rustix::process::geteuid().is_root() {
        let home = Home::new();
        home.open().unwrap();
        let own = home.cache_home().join("vhost");
        std::os::unix::fs::chown(&own, Some(65534), None).unwrap();
        assert!(matches!(home.open(), Err(CacheError::NotPrivate { .. })));
    }
}

#[test]
fn one_directory_for_both_is_refused() {
    let home = Home::new();
    let both = home.cache_home();
    assert!(matches!(
        Cache::open(&both, &both, cap_std::ambient_authority()),
        Err(CacheError::OneDirectory { .. })
    ));
}

#[test]
fn a_key_that_is_none_is_refused_and_left_as_it_is() {
    for (bytes, bits) in [
        (&[7; KEY][..], 0o644),
        (&[7; KEY][..], 0o640),
        (&[7; KEY - 1][..], 0o600),
        (&[7; KEY + 1][..], 0o600),
        (&[][..], 0o600),
    ] {
        let home = Home::new();
        home.open().unwrap();
        std::fs::write(home.key(), bytes).unwrap();
        mode(&home.key(), bits);
        assert!(matches!(home.open(), Err(CacheError::NotAKey { .. })));
        assert_eq!(std::fs::read(home.key()).unwrap(), bytes);
    }
}

/// Drills that start together agree on one key, whoever made it.
#[test]
fn one_key_is_made_by_many() {
    let home = Home::new();
    let caches: Vec<Cache> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| home.open().unwrap()))
            .collect();
        opening.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for (number, cache) in caches.iter().enumerate() {
        cache
            .keep(&of(&number.to_string()), &code(&[number as u8]))
            .unwrap();
    }
    let last = home.open().unwrap();
    for number in 0..caches.len() {
        let kept = found(&last, &of(&number.to_string()));
        assert_eq!(kept, Some(Ok(vec![number as u8])));
    }
    assert_eq!(
        std::fs::read_dir(home.state_home().join("vhost"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn what_was_not_used_for_the_longest_time_goes_first() {
    let home = Home::new();
    let mut cache = home.open().unwrap();
    let long_ago = |component: &Sha256, seconds| {
        let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let file = File::options()
            .write(true)
            .open(entry(&cache, component))
            .unwrap();
        file.set_modified(at).unwrap();
    };
    for (name, seconds) in [("a", 1), ("b", 2), ("c", 3)] {
        cache.keep(&of(name), &code(&[0; 1000])).unwrap();
        long_ago(&of(name), seconds);
    }
    // Using it makes it the youngest.
    assert!(matches!(found(&cache, &of("a")), Some(Ok(_))));
    cache.most = 3 * 1100;
    cache.keep(&of("d"), &code(&[0; 1000])).unwrap();
    let there = ["a", "b", "c", "d"].map(|name| found(&cache, &of(name)).is_some());
    assert_eq!(there, [true, false, true, true]);
    // What is larger than all may be is not kept either.
    cache.keep(&of("e"), &code(&[0; 4000])).unwrap();
    assert_eq!(found(&cache, &of("e")), None);
}

/// The same in every process, or nothing would ever be found again.
#[test]
fn an_engine_has_one_fingerprint() {
    assert_eq!(fingerprint().unwrap(), fingerprint().unwrap());
    let home = Home::new();
    let name = home.open().unwrap().name(&of("a"));
    assert!(name.contains(env!("CARGO_PKG_VERSION")) && name.contains(&of("a").to_string()));
}

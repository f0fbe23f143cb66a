//! Which major version of Postgres the sandbox has to have.

/// What else than the dump's own major version may restore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    Never,
    /// An upgrade drill: this major version, newer than the dump's, and no other.
    To(u32),
    /// Whatever can read it: for a dump that stands for no server, or that is only looked into.
    Any,
}

/// The major versions that a dump and the plan name.
#[derive(Clone, Copy, Debug)]
pub struct Majors {
    /// Of the server that the dump is from.
    pub server: Option<u32>,
    /// Of the oldest restore tool that reads the dump: of a plain one the server's, of an archive pg_dump's too.
    pub least: Option<u32>,
    pub upgrade: Upgrade,
}

#[derive(Debug, thiserror::Error)]
pub enum MajorError {
    #[error(
        "the sandbox has Postgres {sandbox}, the dump is from {dump}: an older server cannot restore it; use an image or a `bin_dir` of {dump}"
    )]
    TooOld { sandbox: u32, dump: u32 },
    #[error(
        "the sandbox has Postgres {sandbox}, the dump is from {dump}: use an image or a `bin_dir` of {dump}, or say `upgrade_to = {sandbox}` in [restore] for an upgrade drill"
    )]
    TooNew { sandbox: u32, dump: u32 },
    #[error(
        "the sandbox has Postgres {sandbox}, the plan says `upgrade_to = {to}` in [restore]: use an image or a `bin_dir` of {to}"
    )]
    NotTheUpgrade { sandbox: u32, to: u32 },
    #[error(
        "the plan says `upgrade_to = {to}` in [restore], the dump is from Postgres {dump}: that is no newer one, so name another or take it out"
    )]
    NoUpgrade { to: u32, dump: u32 },
    #[error(
        "the archive is of pg_dump {pg_dump} and from Postgres {dump}, whose pg_restore cannot read it: dump with pg_dump {dump} or as plain, or say `upgrade_to = {pg_dump}` in [restore] for an upgrade drill"
    )]
    Unreadable { pg_dump: u32, dump: u32 },
}

impl Majors {
    /// The major version to look for, as far as the dump and the plan say it.
    ///
    /// Refused where no sandbox could do, before one is made.
    pub fn wanted(&self) -> Result<Option<u32>, MajorError> {
        match (self.upgrade, self.server, self.least) {
            (Upgrade::To(to), Some(dump), _) if to <= dump => {
                Err(MajorError::NoUpgrade { to, dump })
            }
            (Upgrade::To(to), Some(dump), Some(pg_dump)) if to < pg_dump => {
                Err(MajorError::Unreadable { pg_dump, dump })
            }
            (Upgrade::To(to), ..) => Ok(Some(to)),
            (Upgrade::Never, Some(dump), Some(pg_dump)) if dump < pg_dump => {
                Err(MajorError::Unreadable { pg_dump, dump })
            }
            (Upgrade::Never | Upgrade::Any, ..) => Ok(self.least),
        }
    }

    /// Judges the sandbox that there is: an image alone decides what a container runs. Gives what is to be remarked.
    pub fn judge(&self, sandbox: u32) -> Result<Option<String>, MajorError> {
        if let Some(dump) = self.least.filter(|least| sandbox < *least) {
            return Err(MajorError::TooOld { sandbox, dump });
        }
        match (self.upgrade, self.server) {
            (Upgrade::To(to), _) if to != sandbox => Err(MajorError::NotTheUpgrade { sandbox, to }),
            (Upgrade::To(to), Some(dump)) => Ok(Some(format!(
                "an upgrade drill: a dump of Postgres {dump} was restored into Postgres {to}, as the plan says; that it restores into {dump} is not proved"
            ))),
            (Upgrade::Never, Some(dump)) if dump < sandbox => {
                Err(MajorError::TooNew { sandbox, dump })
            }
            (Upgrade::To(_), None) | (Upgrade::Never | Upgrade::Any, _) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn majors(server: u32, least: u32, upgrade: Upgrade) -> Majors {
        Majors {
            server: Some(server),
            least: Some(least),
            upgrade,
        }
    }

    #[test]
    fn the_dumps_own_major_version_is_the_default() {
        let same = majors(15, 15, Upgrade::Never);
        assert_eq!(same.wanted().unwrap(), Some(15));
        assert_eq!(same.judge(15).unwrap(), None);
        assert!(matches!(
            same.judge(14),
            Err(MajorError::TooOld {
                sandbox: 14,
                dump: 15
            })
        ));
        let newer = same.judge(18).unwrap_err().to_string();
        assert!(newer.contains("`upgrade_to = 18`"), "{newer}");
        let archive = majors(15, 16, Upgrade::Never).wanted().unwrap_err();
        assert!(
            archive.to_string().contains("`upgrade_to = 16`"),
            "{archive}"
        );
    }

    #[test]
    fn an_upgrade_is_to_the_named_major_version_and_no_other() {
        let upgrade = majors(15, 16, Upgrade::To(18));
        assert_eq!(upgrade.wanted().unwrap(), Some(18));
        assert!(
            upgrade
                .judge(18)
                .unwrap()
                .unwrap()
                .contains("upgrade drill")
        );
        assert!(matches!(
            upgrade.judge(17),
            Err(MajorError::NotTheUpgrade {
                sandbox: 17,
                to: 18
            })
        ));
        for to in [14, 15] {
            assert!(matches!(
                majors(15, 15, Upgrade::To(to)).wanted(),
                Err(MajorError::NoUpgrade { dump: 15, .. })
            ));
        }
        assert!(matches!(
            majors(15, 18, Upgrade::To(16)).wanted(),
            Err(MajorError::Unreadable {
                pg_dump: 18,
                dump: 15
            })
        ));
    }

    #[test]
    fn a_dump_that_stands_for_no_server_may_be_read_by_any_newer_one() {
        let any = majors(15, 16, Upgrade::Any);
        assert_eq!(any.wanted().unwrap(), Some(16));
        assert_eq!(any.judge(18).unwrap(), None);
        assert!(any.judge(15).is_err());
    }
}

//! What checks stand on: the hardened copy, and what they may know of it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio_postgres::Client;

use crate::check::query::TypeCatalog;
use crate::check::share::{confine, share};
use crate::check::{Database, Facts, Onlooker, Salt};
use crate::drill::checks::{Shared, facts};
use crate::drill::seen::{Seen, in_one_line};
use crate::fidelity::standing;
use crate::grant::harden::harden;
use crate::grant::{Approved, CheckLogin, Hardened, RoleError, role};
use crate::report::Stop;
use crate::restore::Restored;

/// A restored database that was hardened, and is ready for checks one time after the other.
pub struct Ground {
    client: Client,
    hardened: Hardened,
    catalog: Arc<TypeCatalog>,
    onlooker: Arc<Onlooker>,
    pub(super) salt: Arc<Salt>,
    pub(super) facts: Arc<Facts>,
    /// Of the checks that stand on it.
    roles: Vec<String>,
    /// What is worth knowing of it, until it is told.
    pub(super) remark: Option<String>,
}

impl Ground {
    /// Hardens the copy; the sandbox's memory is shared out among `checks` side by side.
    pub async fn ready(
        restored: &Restored<'_>,
        shared: &Shared,
        checks: usize,
        seen: &Seen,
    ) -> Result<Self, Stop> {
        let standing = standing(restored).await.map_err(|e| seen.stop(&e))?;
        let mut client = restored.connect().await.map_err(|e| seen.stop(&e))?;
        let hardened = harden(&mut client).await.map_err(|e| seen.stop(&e))?;
        let catalog = TypeCatalog::load(&client)
            .await
            .map_err(|e| seen.stop(&e))?;
        let beside = restored.connect().await.map_err(|e| seen.stop(&e))?;
        let onlooker = Onlooker::new(beside).await.map_err(|e| seen.stop(&e))?;
        let salt = Arc::new(Salt::new(shared.salt));
        let facts = facts(restored, shared, (salt.clone(), standing), seen);
        let at_once = NonZeroUsize::new(checks).unwrap_or(shared.cores);
        let share = share(shared.memory, shared.cores.min(at_once));
        let confined = confine(&client, share).await;
        Ok(Self {
            client,
            hardened,
            catalog: Arc::new(catalog),
            onlooker: Arc::new(onlooker),
            salt,
            facts: Arc::new(facts),
            roles: Vec::new(),
            remark: confined.err().map(|error| in_one_line(&error)),
        })
    }

    /// The host's own session on it, as the sandbox's superuser.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn hardened(&self) -> &Hardened {
        &self.hardened
    }

    /// Makes a role for each check; before one of its name is made again, [`Ground::clear`] removes it.
    pub(super) async fn roles(
        &mut self,
        approved: &[&Approved],
    ) -> Result<Vec<Result<CheckLogin, RoleError>>, RoleError> {
        let logins = role::create_all(&mut self.client, &self.hardened, approved).await?;
        let made = logins.iter().flatten().map(|login| login.role().to_owned());
        self.roles.extend(made);
        Ok(logins)
    }

    /// Removes the roles of the checks that stood here, and ends what is left of their sessions.
    pub async fn clear(&mut self) -> Result<(), RoleError> {
        role::remove_all(&mut self.client, &self.roles).await?;
        self.roles.clear();
        Ok(())
    }

    pub(super) fn database(&self, restored: &Restored<'_>, login: &CheckLogin) -> Database {
        let (catalog, onlooker) = (self.catalog.clone(), self.onlooker.clone());
        Database::of(restored, login, catalog, onlooker)
    }
}

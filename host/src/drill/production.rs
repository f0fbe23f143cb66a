//! A drill on production: who the source is, before and after.

use crate::drill::Drill;
use crate::drill::containers::containers;
use crate::drill::order::{Order, SourceExtra, SourceOrder};
use crate::drill::seen::{Seen, interrupted};
use crate::event::Stage;
use crate::plan::WritableRole;
use crate::report::Stop;
use crate::sandbox::docker::{Docker, Remains};
use crate::source::{Known, Source};

impl Drill<'_> {
    /// Opens the source, drills its dump, and gets the secret back for the sweep.
    #[expect(
        clippy::wrong_self_convention,
        reason = "the dump is from the source, and the drill is not"
    )]
    pub(super) async fn from_source(
        &mut self,
        asked: SourceOrder,
        order: &mut Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let open = Source::open(asked.target, asked.secret);
        let source = seen.unless_interrupted(open).await?;
        let looked = self
            .with_source(&source, asked.extra, order, docker, seen)
            .await;
        let (secret, closed) = source.close().await;
        self.secret = secret;
        // A session that was cut off has been seen in the identity already; its end proves nothing more.
        drop(closed);
        looked
    }

    async fn with_source(
        &self,
        source: &Source,
        asked: SourceExtra,
        order: &mut Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let proof = source.proof().clone();
        let could_write = proof.could_write.clone();
        seen.evidence
            .see_server(|server| server.session = Some(proof));
        let own = containers(docker, asked.container.as_slice(), seen).await?;
        let before = seen.unless_interrupted(source.observe(own)).await?;
        let identifier = match before.system_identifier {
            Known::Yes(identifier) => Some(identifier),
            Known::No(_) => None,
        };
        seen.evidence
            .see_server(|server| server.before = Some(before));
        if order.terms.writable_role == WritableRole::Refuse && !could_write.is_empty() {
            return Err(Stop {
                stage: seen.at(),
                cause: format!(
                    "the source's role could write, and the plan refuses that: {}",
                    could_write.join("; ")
                ),
            });
        }
        seen.end();
        let mut remains = Remains::default();
        let dump = self
            .start_dump(source, &asked, order, &mut remains, seen)
            .await;
        let looked = match dump {
            Ok(dump) => Ok(self.in_sandbox(dump, order, identifier, seen).await),
            Err(stop) => Err(stop),
        };
        let removals = remains.remove(self.journal).await;
        seen.evidence.see_removed(removals);
        let looked = looked?;
        if self.interrupt.is_cancelled() {
            // Without the second look nothing is proved, and the report must say why there was none.
            return looked.and(Err(interrupted(Stage::ObserveAgain)));
        }
        let again = self.look_again(source, &asked, order, docker, seen).await;
        // What stopped the drill comes before a source or an engine that cannot be seen any more.
        looked.and(again)
    }

    async fn look_again(
        &self,
        source: &Source,
        asked: &SourceExtra,
        order: &Order,
        docker: Option<&Docker>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        seen.begin(Stage::ObserveAgain);
        let own = containers(docker, asked.container.as_slice(), seen).await?;
        let after = seen.unless_interrupted(source.observe(own)).await?;
        seen.evidence
            .see_server(|server| server.after = Some(after));
        self.containers_after(order, docker, seen).await
    }
}

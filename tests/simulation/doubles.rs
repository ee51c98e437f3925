//! What staff says of workshops that are shown as one: that they are two, or one after all.

use maillage::app::merges;
use maillage::domain::calendar::Entry;

use super::model::apart;
use super::world::World;

/// Pairs to choose from.
const PAIRS: usize = 50;

impl World {
    /// The staff of `at` tells a pair apart, or takes that back.
    pub async fn staff_judges(&self, at: usize) {
        let Some(run) = self.sites[at].run() else { return };
        let tells_apart = self.dice.chance(700);
        let pairs = if tells_apart {
            let page = merges::list(&run.node, None, PAIRS, None).await;
            page.expect("doubles").items
        } else {
            merges::told_apart(&run.node, PAIRS).await.expect("what was told apart")
        };
        let Some(pair) = pairs.get(self.dice.place(pairs.len().max(1))) else {
            return;
        };
        let (Some(one), Some(other)) = (self.number_of(&pair.shown), self.number_of(&pair.behind)) else {
            return;
        };
        let (shown, behind) = (pair.shown.session.id, pair.behind.session.id);
        let told = apart(at, one, other);
        if tells_apart {
            self.note(&format!("n{at} tells {one} and {other} apart"));
            merges::separate(&run.node, shown, behind).await.expect("told apart");
            self.model.borrow_mut().apart.insert(told);
        } else {
            self.note(&format!("n{at} holds {one} and {other} to be one again"));
            merges::join(&run.node, shown, behind).await.expect("one again");
            self.model.borrow_mut().apart.remove(&told);
        }
    }

    /// The place of an event among those that were published.
    fn number_of(&self, entry: &Entry) -> Option<usize> {
        let id = entry.event.uri.rsplit('/').next()?;
        let model = self.model.borrow();
        let is_it = |event: &super::model::Published| event.id.is_some_and(|known| known.to_string() == id);
        model.events.iter().position(is_it)
    }
}

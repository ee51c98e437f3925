//! Nodes that mute and block others, and take it back.
//!
//! A block says nothing to who is blocked, so that both sides remember other follows than they have. Each is taken back before
//! the end, and people on both sides ask anew for what it ended: from then on all must be as if it had never been. Only an Undo
//! that was under way when its sender blocked whom it was for is never said: a follower may stay there that is none.

use std::rc::Rc;

use maillage::app::{following, moderation};
use maillage::domain::block::{Severity, Target};
use maillage::store::follows;

use super::model::Party;
use super::oracle;
use super::site::Running;
use super::world::World;

fn domain(number: usize) -> Target {
    Target::Domain(format!("n{number}.example"))
}

impl World {
    /// `at` mutes or blocks another node, or takes that back.
    pub async fn moderate(self: &Rc<Self>, at: usize) {
        let other = self.dice.place(self.sites.len());
        let Some(run) = self.sites[at].run().filter(|_| other != at) else {
            return;
        };
        let (muted, blocked) = {
            let model = self.model.borrow();
            let pair = (at, other);
            (model.muted.contains(&pair), model.blocked.contains_key(&pair))
        };
        if blocked {
            self.lift_block(at, other).await;
        } else if muted {
            self.note(&format!("n{at} hears n{other} again"));
            moderation::unblock(&run.node, domain(other))
                .await
                .expect("heard again");
            self.model.borrow_mut().muted.remove(&(at, other));
        } else if self.dice.chance(500) {
            self.note(&format!("n{at} mutes n{other}"));
            let muting = moderation::block(&run.node, domain(other), Severity::Mute, "");
            muting.await.expect("muted");
            self.model.borrow_mut().muted.insert((at, other));
        } else {
            self.block(&run, at, other).await;
        }
    }

    async fn block(self: &Rc<Self>, run: &Running, at: usize, other: usize) {
        self.note(&format!("n{at} blocks n{other}"));
        let blocking = moderation::block(&run.node, domain(other), Severity::Block, "");
        blocking.await.expect("blocked");
        {
            let mut model = self.model.borrow_mut();
            let ends = |(by, of): &(Party, Party)| by.site() == Some(at) && of.site() == Some(other);
            let ties = model.follows.iter_mut().filter(|(tie, _)| ends(tie));
            let ended = ties.filter_map(|(tie, asked)| (asked.replace(false) != Some(false)).then_some(*tie));
            let ended = ended.collect();
            model.blocked.insert((at, other), ended);
            model.once_blocked.insert((at, other));
        }
        self.nothing_shows(run, at, other).await;
    }

    /// Takes back all blocks that stand.
    pub async fn lift_blocks(self: &Rc<Self>) {
        let pairs: Vec<_> = self.model.borrow().blocked.keys().copied().collect();
        for (at, other) in pairs {
            self.lift_block(at, other).await;
        }
    }

    /// Takes a block back, unless one of the two is down.
    async fn lift_block(self: &Rc<Self>, at: usize, other: usize) {
        let (Some(run), Some(there)) = (self.sites[at].run(), self.sites[other].run()) else {
            return;
        };
        self.nothing_shows(&run, at, other).await;
        self.note(&format!("n{at} blocks n{other} no more"));
        moderation::unblock(&run.node, domain(other))
            .await
            .expect("blocked no more");
        let ended = self.model.borrow_mut().blocked.remove(&(at, other));
        for tie in ended.into_iter().flatten() {
            self.ask_anew(at, tie).await;
        }
        let all = there.node.store.read(|conn| follows::list(conn, None, 1_000)).await;
        for (follow, peer) in all.expect("follows") {
            let target = self.party(&peer.uri);
            if target.site() == Some(at) {
                let tie = (self.follower(other, &follow), target);
                following::unfollow(&there.node, follow.id).await.expect("unfollowed");
                self.model.borrow_mut().follows.insert(tie, Some(false));
                self.ask_anew(other, tie).await;
            }
        }
    }

    /// A follow that a block ended: asked for until it is asked for.
    async fn ask_anew(self: &Rc<Self>, at: usize, tie: (Party, Party)) {
        self.follow_that(at, tie.0, tie.1).await;
        if self.model.borrow().follows.get(&tie) != Some(&Some(true)) {
            self.model.borrow_mut().owed.push(tie);
        }
    }

    /// What could not be asked for when the block was lifted.
    pub async fn ask_what_is_owed(self: &Rc<Self>) {
        let owed = std::mem::take(&mut self.model.borrow_mut().owed);
        for tie in owed {
            if let Some(at) = tie.0.site() {
                self.follow_that(at, tie.0, tie.1).await;
            }
        }
    }

    /// Of who is blocked nothing is shown, whoever brings it.
    async fn nothing_shows(&self, run: &Running, at: usize, other: usize) {
        let (shown, _) = oracle::calendar(run, "", self.time.ms()).await;
        for one in shown.iter().filter(|one| one.author == self.group(Party::Node(other))) {
            let word = format!("n{other} is blocked, and {one:?} is shown");
            self.sites[at].watch.wrong.borrow_mut().push(word);
        }
    }
}

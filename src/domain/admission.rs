//! Whose follow is accepted: everybody's, those the staff approves, or those on a list.

use super::block::{Blocks, Severity, Target};
use super::code::codes;
use super::invalid::{Invalid, Reason, Refusal};
use super::peer::Peer;
use url::Url;

codes! {
    /// The rule of this node.
    pub enum Mode {
        /// Everybody: what we publish is public.
        Open = "open",
        /// The staff says yes or no.
        Approval = "approval",
        /// Those on the list, at once; nobody else.
        AllowList = "allow-list",
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// Accepted at once.
    Yes,
    /// It waits for the staff.
    Later,
    /// Refused at once.
    No,
}

/// The rule and its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The rule.
    pub mode: Mode,
    /// Domains and actors of the list, in the order typed. They need no approval either.
    pub allowed: Vec<Target>,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            mode: Mode::Open,
            allowed: Vec::new(),
        }
    }
}

impl Admission {
    /// A rule with its list as typed: domains and addresses of actors; blanks and repetitions are left out.
    ///
    /// # Errors
    /// A refusal of `allowed` that names what is neither.
    pub fn read<'a>(mode: Mode, allowed: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let mut targets = Vec::new();
        for text in allowed.into_iter().map(str::trim).filter(|text| !text.is_empty()) {
            let target = Target::parse(text).ok_or_else(|| Invalid::new("allowed", Reason::NotADomain))?;
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        Ok(Self { mode, allowed: targets })
    }

    /// What becomes of the request of `peer`.
    pub fn decide(&self, peer: &Peer) -> Admitted {
        if self.mode == Mode::Open {
            return Admitted::Yes;
        }
        let list: Blocks = self
            .allowed
            .iter()
            .map(|target| (target.clone(), Severity::Mute))
            .collect();
        // The page of an account is what people copy; an actor may call any address of its own host its page.
        let listed = match Url::parse(&peer.uri) {
            Ok(uri) => {
                let page = peer.url.as_deref().and_then(|url| Url::parse(url).ok());
                let page = page.filter(|page| page.origin() == uri.origin());
                [Some(uri), page].iter().flatten().any(|url| list.of(url).is_some())
            }
            Err(_) => false,
        };
        match self.mode {
            _ if listed => Admitted::Yes,
            Mode::Approval => Admitted::Later,
            Mode::Open | Mode::AllowList => Admitted::No,
        }
    }
}

//! `maillage network …`: what a network of this node announces.

use clap::{Args, Subcommand};

use super::Failure;
use crate::app::networks::{self, Who};
use crate::app::{Error, Node};
use crate::domain::centre::Centre;
use crate::domain::network::{Decision, Rule};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the rule, the members, what waits for approval, and what was decided.
    Show {
        /// The network.
        handle: String,
    },
    /// Give it another rule: what is not said is no condition.
    Rule(SetRule),
    /// Make a centre of this node a member, or say whether a member is trusted. Peers are members when the network follows
    /// them: `maillage follow --as HANDLE`.
    Add {
        /// The network.
        handle: String,
        /// Handle of a centre of this node, or account of a peer.
        member: String,
        /// What it publishes needs no approval.
        #[arg(long)]
        trusted: bool,
    },
    /// Take a centre of this node out of it.
    Remove {
        /// The network.
        handle: String,
        /// Handle of the centre.
        member: String,
    },
    /// Announce an event, or a whole series, that waits or was refused.
    Approve(Subject),
    /// Do not announce it; what was announced is taken back.
    Refuse(Subject),
}

#[derive(Debug, Args)]
pub(super) struct SetRule {
    /// The network.
    handle: String,
    /// A postcode or its beginning; may be repeated.
    #[arg(long, value_name = "CODE")]
    postcode: Vec<String>,
    /// INSEE code of a town or its beginning; may be repeated.
    #[arg(long, value_name = "CODE")]
    insee: Vec<String>,
    /// Code of a theme; may be repeated.
    #[arg(long, value_name = "CODE")]
    theme: Vec<String>,
    /// Leave out what takes place online only.
    #[arg(long)]
    no_online: bool,
    /// Announce only what staff approved, or what trusted members publish.
    #[arg(long)]
    approval: bool,
}

#[derive(Debug, Args)]
pub(super) struct Subject {
    /// The network.
    handle: String,
    /// As `maillage network show` prints it.
    subject: String,
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    match command {
        Command::Show { handle } => show(node, &handle).await?,
        Command::Rule(said) => {
            let network = network(node, &said.handle).await?;
            let rule = Rule {
                postcodes: said.postcode,
                insee: said.insee,
                themes: said.theme,
                online: !said.no_online,
                approval: said.approval,
            };
            print_rule(&networks::set_rule(node, network.id, rule).await?);
        }
        Command::Add {
            handle,
            member,
            trusted,
        } => {
            let network = network(node, &handle).await?;
            networks::put_member(node, network.id, &member, trusted).await?;
        }
        Command::Remove { handle, member } => {
            let network = network(node, &handle).await?;
            let removed = networks::remove_member(node, network.id, &member).await;
            named(removed, || format!("{member} is no member of {handle}"))?;
        }
        Command::Approve(subject) => decide(node, &subject, Decision::Approved).await?,
        Command::Refuse(subject) => decide(node, &subject, Decision::Refused).await?,
    }
    Ok(())
}

async fn decide(node: &Node, said: &Subject, decision: Decision) -> Result<(), Failure> {
    let network = network(node, &said.handle).await?;
    let decided = networks::decide(node, network.id, &said.subject, decision).await;
    named(decided, || format!("nothing here is {}", said.subject))
}

async fn network(node: &Node, handle: &str) -> Result<Centre, Failure> {
    let found = networks::by_handle(node, handle).await;
    named(found, || format!("there is no network {handle} on this node"))
}

/// What is not there, by its name.
fn named<T>(found: Result<T, Error>, words: impl FnOnce() -> String) -> Result<T, Failure> {
    match found {
        Err(Error::NotFound) => Err(anyhow::anyhow!(words()).into()),
        other => Ok(other?),
    }
}

async fn show(node: &Node, handle: &str) -> Result<(), Failure> {
    let settings = networks::settings(node, handle).await;
    let settings = named(settings, || format!("there is no network {handle} on this node"))?;
    print_rule(&settings.rule);
    for member in &settings.members {
        let account = match &member.who {
            Who::Centre(centre) => centre.handle.to_string(),
            Who::Peer(peer) => peer.account(),
        };
        let trusted = if member.trusted { "\ttrusted" } else { "" };
        println!("member\t{account}\t{}{trusted}", member.name());
    }
    for one in settings.waiting.iter().chain(&settings.decided) {
        let subject = &one.subject;
        let (decision, uri, title) = (subject.decision, &subject.uri, &subject.event.facts.title);
        println!("{decision}\t{uri}\t{title}\t{}", one.publisher);
    }
    Ok(())
}

fn print_rule(rule: &Rule) {
    for (name, codes) in [
        ("postcodes", &rule.postcodes),
        ("insee", &rule.insee),
        ("themes", &rule.themes),
    ] {
        println!("{name}\t{}", codes.join(" "));
    }
    println!("online\t{}", rule.online);
    println!("approval\t{}", rule.approval);
}

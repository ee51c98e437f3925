//! `maillage centre …`: centres and networks of this node.

use clap::{Args, Subcommand};

use super::Failure;
use crate::app::{Node, centres};
use crate::domain::centre::{CentreKind, CentreProfile};
use crate::domain::place::Place;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a centre, which publishes its programme, or a network, which gathers those of others.
    Add(Box<Add>),
    /// List them.
    List,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Name, as people say it.
    #[arg(long)]
    name: String,
    /// The part before the @ of its account: a-z, 0-9 and _. It can never be changed.
    #[arg(long)]
    handle: String,
    /// A network instead of a centre.
    #[arg(long)]
    network: bool,
    /// A few sentences.
    #[arg(long, default_value = "")]
    description: String,
    /// Number and street.
    #[arg(long, requires = "city")]
    address: Option<String>,
    /// Postcode.
    #[arg(long, requires = "city")]
    postcode: Option<String>,
    /// Town.
    #[arg(long)]
    city: Option<String>,
    /// Telephone, as +33353010101.
    #[arg(long)]
    phone: Option<String>,
    /// Mail address for the public.
    #[arg(long)]
    email: Option<String>,
    /// Web site.
    #[arg(long)]
    website: Option<String>,
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    let host = node.config.server.base_url.authority();
    match command {
        Command::Add(add) => {
            let kind = if add.network {
                CentreKind::Network
            } else {
                CentreKind::Centre
            };
            let centre = centres::add(node, kind, &add.handle, add.profile()).await?;
            println!("@{}@{host}", centre.handle);
        }
        Command::List => {
            for centre in centres::list(node).await? {
                println!("@{}@{host}\t{}\t{}", centre.handle, centre.kind, centre.profile.name);
            }
        }
    }
    Ok(())
}

impl Add {
    fn profile(&self) -> CentreProfile {
        let place = self.city.as_ref().map(|city| Place {
            name: self.name.clone(),
            address: self.address.clone().unwrap_or_default(),
            postcode: self.postcode.clone().unwrap_or_default(),
            city: city.clone(),
            ..Place::default()
        });
        CentreProfile {
            name: self.name.clone(),
            description: self.description.clone(),
            place,
            phone: self.phone.clone(),
            email: self.email.clone(),
            website: self.website.clone(),
            ..CentreProfile::default()
        }
    }
}

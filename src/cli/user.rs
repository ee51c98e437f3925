//! `maillage user …`: accounts of the staff.

use std::io::BufRead;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::Failure;
use crate::app::{Node, members};
use crate::domain::member::Role;
use crate::domain::random::Randomness;

/// Letters and digits that cannot be mistaken for each other when read aloud or copied by hand.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an account. Without --password-stdin a password is made and printed, once.
    Add {
        /// Mail address: the name at sign-in.
        email: String,
        /// admin, editor or reception. The first account is an admin, later ones editors, unless told otherwise.
        #[arg(long)]
        role: Option<Role>,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account another password and end its sign-ins.
    Password {
        /// Mail address of the account.
        email: String,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(super) async fn run(node: &Node, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add {
            email,
            role,
            password_stdin,
        } => {
            let role = match role {
                Some(role) => role,
                None if members::none_yet(node).await? => Role::Admin,
                None => Role::Editor,
            };
            let password = Password::get(node, password_stdin)?;
            let member = members::add(node, &email, role, &password.text).await?;
            println!("account: {} ({})", member.email, member.role);
            password.print_if_made();
        }
        Command::Password { email, password_stdin } => {
            let found = members::by_email(node, &email).await?;
            let member = found.with_context(|| format!("there is no account {email}"))?;
            let password = Password::get(node, password_stdin)?;
            members::set_password(node, &member, &password.text).await?;
            println!("password changed: {}", member.email);
            password.print_if_made();
        }
    }
    Ok(())
}

/// A password that was given, or one that we made and must tell.
struct Password {
    text: String,
    made: bool,
}

impl Password {
    fn get(node: &Node, from_stdin: bool) -> Result<Self, anyhow::Error> {
        if !from_stdin {
            return Ok(Self {
                text: new_password(node.random.as_ref()),
                made: true,
            });
        }
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("standard input cannot be read")?;
        let text = line.trim_end_matches(['\r', '\n']).to_owned();
        if text.is_empty() {
            bail!("standard input holds no password");
        }
        Ok(Self { text, made: false })
    }

    fn print_if_made(&self) {
        if self.made {
            println!("password: {} (shown only now)", self.text);
        }
    }
}

/// Five groups of four: 100 random bits that fit on a slip of paper.
pub(super) fn new_password(random: &dyn Randomness) -> String {
    let mut bytes = [0; 20];
    random.fill(&mut bytes);
    let letters: Vec<u8> = bytes.iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    letters
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::SeededRandomness;

    #[test]
    fn a_made_password_is_long_and_another_one_each_time() {
        let random = SeededRandomness::new(1);
        let (one, two) = (new_password(&random), new_password(&random));
        assert_eq!(one.len(), 24);
        assert_ne!(one, two);
    }
}

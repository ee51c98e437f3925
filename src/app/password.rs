//! Passwords: the rule for new ones, and argon2id (RFC 9106; 19 MiB, 2 passes, the OWASP minimum) on a blocking thread.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::{Error, Node};
use crate::domain::invalid::Reason;

/// Fewest characters (CNIL, recommendation of 2022, without other measures).
const SHORTEST: usize = 12;
/// Most characters: a longer one would only cost time.
const LONGEST: usize = 256;
/// A password with fewer different characters is a pattern.
const DIFFERENT: usize = 6;
/// What people write when they are asked for a long password.
const COMMON: &[&str] = &[
    "motdepasse",
    "password",
    "azerty",
    "qwerty",
    "123456789",
    "bonjour",
    "administrateur",
    "maillage",
    "mediation",
    "centresocial",
    "numerique",
    "changeme",
    "changezmoi",
];
/// A hash with our parameters that no password has: what is compared when there is no such member, so that the answer
/// takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The rule for a new password: length first, then nothing that is tried first.
pub(super) fn check(password: &str, email: &str) -> Result<(), Reason> {
    let length = password.chars().count();
    if length > LONGEST {
        return Err(Reason::TooLong { max: LONGEST, length });
    }
    let lower = password.to_lowercase();
    let different = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    // What is left beside a common word must be a password of its own.
    let name = email.split('@').next().unwrap_or_default().to_lowercase();
    let common = COMMON
        .iter()
        .copied()
        .chain([name.as_str()])
        .filter(|word| word.len() > 3);
    let common = common
        .into_iter()
        .any(|word| lower.contains(word) && length < word.chars().count() + SHORTEST / 2);
    if length < SHORTEST || different < DIFFERENT || common {
        return Err(Reason::WeakPassword { min: SHORTEST });
    }
    Ok(())
}

/// The hash to keep, in PHC form with its own salt and parameters.
pub(super) async fn hash(node: &Node, password: String) -> Result<String, Error> {
    let mut salt = [0; 16];
    node.random.fill(&mut salt);
    run(node, move || {
        let hashed = hasher().hash_password_with_salt(password.as_bytes(), &salt);
        hashed
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Password(error.to_string()))
    })
    .await?
}

/// Whether `password` is the one behind `hash`; without a hash the answer is no, in the same time.
pub(super) async fn verify(node: &Node, password: String, hash: Option<String>) -> Result<bool, Error> {
    run(node, move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let same = hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok();
        known && same
    })
    .await
}

async fn run<T: Send + 'static>(node: &Node, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _turn = node.hashing.acquire().await.map_err(|_| Error::Stopping)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopping)
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_those_of_the_dummy_hash() {
        assert_eq!(
            (
                Params::default().m_cost(),
                Params::default().t_cost(),
                Params::default().p_cost()
            ),
            (19_456, 2, 1)
        );
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }

    #[test]
    fn short_patterned_and_common_passwords_are_refused() {
        for weak in [
            "",
            "court",
            "onze.signes",
            "aaaaaaaaaaaaaaaa",
            "121212121212",
            "Motdepasse2026!",
            "accueil.lille1",
        ] {
            assert!(check(weak, "accueil.lille@centre.example").is_err(), "{weak}");
        }
        assert!(check(&"é1".repeat(200), "x@centre.example").is_err());
        for good in [
            "trois canards sur le canal",
            "Motdepasse-de-la-ludothèque",
            "vX9q2LmB7tRk",
        ] {
            assert!(check(good, "accueil@centre.example").is_ok(), "{good}");
        }
    }
}

//! `maillage doctor`: tries what the configuration says, a line a check, and changes nothing.

use std::path::Path;
use std::time::Duration;

use super::Failure;
use crate::config::{Config, ConfigError};
use crate::store::{Conn, StoreError, Target, backlog, keys, migrate};

/// Less free space than this and the next backup or migration may fail.
const SPACE_WANTED: u64 = 200 * 1024 * 1024;
/// How long a name server may take.
const LOOKUP: Duration = Duration::from_secs(5);

/// What a check found.
enum Found {
    Good(String),
    /// Worth knowing; the node runs all the same.
    Odd(String),
    Bad(String),
}
use Found::{Bad, Good, Odd};

pub(super) async fn run(config: Result<Config, ConfigError>) -> Result<(), Failure> {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            print("configuration", &Bad(error.to_string()));
            return Err(error.into());
        }
    };
    let mut checks = vec![
        (
            "configuration",
            Good(format!(
                "{}, listening on {}",
                config.server.base_url, config.server.listen
            )),
        ),
        ("data folder", data_folder(&config.data_dir)),
        ("disk space", disk_space(&config.data_dir)),
        ("address", address(&config).await),
    ];
    let url = config.database_url();
    checks.extend(
        tokio::task::spawn_blocking(move || database(&url))
            .await
            .unwrap_or_else(|error| vec![("database", Bad(error.to_string()))]),
    );
    for (name, found) in &checks {
        print(name, found);
    }
    match checks.iter().filter(|(_, found)| matches!(found, Bad(_))).count() {
        0 => Ok(()),
        count => Err(anyhow::anyhow!("{count} of {} checks failed", checks.len()).into()),
    }
}

fn print(name: &str, found: &Found) {
    let (mark, text) = match found {
        Good(text) => ("ok  ", text),
        Odd(text) => ("note", text),
        Bad(text) => ("BAD ", text),
    };
    println!("{mark} {name}: {text}");
}

fn data_folder(path: &Path) -> Found {
    let shown = path.display();
    if !path.exists() {
        return Odd(format!("{shown} does not exist yet; `maillage serve` makes it"));
    }
    match tempfile::NamedTempFile::new_in(path) {
        Ok(_) => Good(format!("{shown} can be written")),
        Err(error) => Bad(format!(
            "{shown} cannot be written: {error} (data_dir, MAILLAGE_DATA_DIR)"
        )),
    }
}

fn disk_space(path: &Path) -> Found {
    let existing = path
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."));
    match rustix::fs::statvfs(existing) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MB free", free / 1_000_000);
            if free < SPACE_WANTED {
                Bad(format!("{text}, {} MB wanted", SPACE_WANTED / 1_000_000))
            } else {
                Good(text)
            }
        }
        Err(error) => Odd(format!("unknown: {error}")),
    }
}

/// Whether the world's name servers know the name; a machine behind a proxy may be the only one that does not.
async fn address(config: &Config) -> Found {
    let base = &config.server.base_url;
    let host = base.host_str().unwrap_or_default();
    if !config.is_https() {
        return Good(format!("{base} stays on this machine"));
    }
    let lookup = tokio::net::lookup_host((host, base.port_or_known_default().unwrap_or(443)));
    match tokio::time::timeout(LOOKUP, lookup).await {
        Ok(Ok(_)) => Good(format!("{host} has an address")),
        Ok(Err(error)) => Odd(format!(
            "{host} cannot be found from here, check its DNS records: {error}"
        )),
        Err(_) => Odd(format!(
            "the name server did not answer for {host} in {} s",
            LOOKUP.as_secs()
        )),
    }
}

fn database(url: &str) -> Vec<(&'static str, Found)> {
    let bad = |error: &dyn std::fmt::Display| Bad(format!("{error} (database.url, MAILLAGE_DATABASE__URL)"));
    let target = match Target::parse(url) {
        Ok(target) => target,
        Err(error) => return vec![("database", bad(&error))],
    };
    if let Some(path) = target.file()
        && !path.exists()
    {
        return vec![(
            "database",
            Odd(format!(
                "{} does not exist yet; `maillage serve` makes it",
                path.display()
            )),
        )];
    }
    if let Err(error) = target.check() {
        return vec![("database", bad(&error))];
    }
    match target.connect() {
        Ok(mut conn) => vec![
            ("database", Good(format!("{} answers", target.describe()))),
            (
                "migrations",
                migrations(&mut conn).unwrap_or_else(|error| Bad(error.to_string())),
            ),
            (
                "keys",
                instance_keys(&mut conn).unwrap_or_else(|error| Bad(error.to_string())),
            ),
            (
                "outbox",
                outbox(&mut conn).unwrap_or_else(|error| Bad(error.to_string())),
            ),
        ],
        Err(error) => vec![("database", bad(&error))],
    }
}

fn migrations(conn: &mut Conn) -> Result<Found, StoreError> {
    let newest = migrate::version(conn)?.unwrap_or_else(|| "none".into());
    Ok(match migrate::pending(conn)? {
        false => Good(format!("up to date ({newest})")),
        true => Odd(format!("newest applied: {newest}; `maillage serve` applies the rest")),
    })
}

fn instance_keys(conn: &mut Conn) -> Result<Found, StoreError> {
    Ok(match keys::of_owner(conn, None)?.len() {
        0 => Odd("none yet; `maillage serve` makes them".into()),
        count => Good(format!("{count} of the node")),
    })
}

fn outbox(conn: &mut Conn) -> Result<Found, StoreError> {
    let total = backlog::total(conn)?;
    Ok(match total.hosts {
        0 => Good("nothing waits".into()),
        hosts => Odd(format!(
            "{} deliveries wait for {hosts} servers; `maillage deliveries` says which",
            total.waiting
        )),
    })
}

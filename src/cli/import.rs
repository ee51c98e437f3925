//! `maillage import`: a programme from a file.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use super::Failure;
use crate::app::Node;
use crate::app::import::{self, ImportError};

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file: JSON, a programme of Maillage or a list of events in the shape of the HTTP interface.
    file: PathBuf,
    /// Only the events of this structure of the file; or, when the file has none of that name, all of them into this
    /// centre of the node.
    #[arg(long, value_name = "HANDLE")]
    centre: Option<String>,
}

pub(super) async fn run(node: &Node, import: Import) -> Result<(), Failure> {
    let shown = import.file.display();
    let text = std::fs::read_to_string(&import.file).with_context(|| format!("{shown} cannot be read"))?;
    let report = import::import(node, &text, import.centre.as_deref())
        .await
        .map_err(|error| match error {
            ImportError::Refused(faults) => {
                let lines: Vec<String> = faults.iter().map(|fault| format!("{shown}, {fault}")).collect();
                anyhow!("nothing was imported\n{}", lines.join("\n"))
            }
            error => anyhow::Error::new(error).context(format!("nothing was imported from {shown}")),
        })?;
    println!("new: {} centres, {} events", report.centres, report.events);
    if report.known > 0 {
        println!(
            "known already: {} events, left as they are ({} differ from the file)",
            report.known, report.different
        );
    }
    Ok(())
}

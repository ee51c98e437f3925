//! Who follows whom.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::options::Options;
use super::site::Site;

/// Longest wait until all follows are accepted.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the nodes follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Every node follows the centre of every other one.
    Mesh,
    /// Networks follow some centres each, one network follows the networks, and the centres' nodes follow that one.
    Tree,
}

impl Shape {
    /// Reads its name.
    ///
    /// # Errors
    /// An unknown name.
    pub fn read(name: &str) -> anyhow::Result<Self> {
        match name {
            "mesh" => Ok(Self::Mesh),
            "tree" => Ok(Self::Tree),
            _ => bail!("unknown shape {name}"),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Tree => "tree of networks",
        }
    }

    /// Starts the nodes. In the tree the first is the network of networks, and one node in six follows centres.
    ///
    /// # Errors
    /// A node that does not start.
    pub fn build(self, options: &Options) -> anyhow::Result<Vec<Site>> {
        let networks = self.networks(options.nodes);
        (0..options.nodes)
            .map(|number| Site::start(number, number < networks))
            .collect()
    }

    fn networks(self, nodes: usize) -> usize {
        match self {
            Self::Mesh => 0,
            Self::Tree => 1 + nodes / 6,
        }
    }

    /// Lets them follow each other, and waits until all of it is accepted.
    ///
    /// # Errors
    /// A follow that is refused, or not answered in time.
    pub async fn connect(self, sites: &[Site]) -> anyhow::Result<()> {
        let mut expected = vec![0; sites.len()];
        for (by, whom) in self.follows(sites.len()) {
            sites[by].follow(&sites[whom].actor).await?;
            expected[by] += 1;
        }
        let start = Instant::now();
        for (site, expected) in sites.iter().zip(expected) {
            while site.accepted().await? < expected {
                ensure!(start.elapsed() < PATIENCE, "not every follow was accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        // The first reading of each programme.
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(())
    }

    fn follows(self, nodes: usize) -> Vec<(usize, usize)> {
        let networks = self.networks(nodes);
        match self {
            Self::Mesh => {
                let all = (0..nodes).flat_map(|by| (0..nodes).map(move |whom| (by, whom)));
                all.filter(|(by, whom)| by != whom).collect()
            }
            Self::Tree => {
                let middle = (1..networks).map(|network| (0, network));
                let centres = networks..nodes;
                let members = centres.clone().map(|centre| (1 + centre % (networks - 1), centre));
                // The networks below follow the one above too: a circle, in which nothing may come twice.
                let readers = (1..nodes).map(|reader| (reader, 0));
                middle.chain(members).chain(readers).collect()
            }
        }
    }
}

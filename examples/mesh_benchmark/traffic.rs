//! What crossed the loopback interface of this network namespace.

use anyhow::Context as _;

/// Counters of the kernel, since the interface is up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes, with the headers of IP and TCP.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
}

impl Traffic {
    /// Reads `/proc/net/dev`.
    ///
    /// # Errors
    /// A system that has none.
    pub fn now() -> anyhow::Result<Self> {
        let table = std::fs::read_to_string("/proc/net/dev").context("/proc/net/dev")?;
        let line = table
            .lines()
            .find_map(|line| line.trim().strip_prefix("lo:"))
            .context("no loopback interface")?;
        let mut fields = line.split_whitespace().map_while(|field| field.parse().ok());
        let (bytes, packets) = (fields.next().context("bytes")?, fields.next().context("packets")?);
        Ok(Self { bytes, packets })
    }

    /// What came since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            bytes: self.bytes - earlier.bytes,
            packets: self.packets - earlier.packets,
        }
    }
}

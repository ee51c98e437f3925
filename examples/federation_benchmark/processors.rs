//! Which processor does what, and the CPU time of processes and threads.

use std::time::Duration;

use anyhow::Context as _;
use rustix::thread::{ClockId, CpuSet, sched_getaffinity, sched_setaffinity};

/// The processor of the measured side and the one of what loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processors {
    /// Where the measured process runs.
    pub measured: usize,
    /// Where the load and the sink run; the same one when there is no other.
    pub driver: usize,
}

impl Processors {
    /// Takes the first and the last that this process may use, and moves this thread, with all that it starts from now
    /// on, to the last.
    pub fn choose() -> anyhow::Result<Self> {
        let allowed = sched_getaffinity(None).context("the processors of this process")?;
        let known: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|&one| allowed.is_set(one)).collect();
        let chosen = Self {
            measured: *known.first().context("no processor at all")?,
            driver: *known.last().context("no processor at all")?,
        };
        pin(chosen.driver)?;
        Ok(chosen)
    }

    /// Whether load and measured side disturb each other.
    pub fn shared(self) -> bool {
        self.measured == self.driver
    }
}

/// Keeps this thread, and those that it starts, on one processor.
pub fn pin(processor: usize) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    set.set(processor);
    sched_setaffinity(None, &set).context("this process cannot choose its processor")
}

/// Goes where the parent process said.
pub fn pin_child() -> anyhow::Result<()> {
    let processor = std::env::var(super::PROCESSOR).context("no processor was named")?;
    pin(processor.parse().context("a number of a processor")?)
}

/// CPU time of this thread so far.
pub fn thread_cpu() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

/// CPU time of all threads of this process so far.
pub fn process_cpu() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

fn clock(id: ClockId) -> Duration {
    Duration::try_from(rustix::time::clock_gettime(id)).unwrap_or_default()
}

/// CPU time of another process so far, user and system, with its threads that have ended.
pub fn cpu_of(pid: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the measured process is gone")?;
    // The second field is a name in parentheses, which may hold blanks.
    let after = stat.rsplit_once(") ").context("an unknown form of /proc/PID/stat")?.1;
    let fields: Vec<&str> = after.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let (user, system) = (ticks(11).context("user time")?, ticks(12).context("system time")?);
    let second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_micros((user + system) * 1_000_000 / second))
}

/// Resident memory of another process, in bytes.
pub fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the measured process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.context("no VmRSS")?.trim().parse::<u64>()? * 1024)
}

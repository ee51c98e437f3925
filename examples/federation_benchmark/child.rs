//! A measured process: this program again, in another role.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::processors::{self, Processors};

/// Longest wait for a start or an end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is measured; killed when it is forgotten.
pub struct Child {
    process: std::process::Child,
}

impl Child {
    /// Starts this program in `role` with some variables. What it says goes to `log`.
    pub fn start(
        processors: Processors,
        role: &str,
        arguments: &[&str],
        variables: &[(&str, String)],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let said = std::fs::File::create(log).context("a file for the log")?;
        let process = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env(super::ROLE, role)
            .env(super::PROCESSOR, processors.measured.to_string())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .context("the measured process cannot be started")?;
        Ok(Self { process })
    }

    /// Waits until it listens on `port`.
    pub fn wait_for(&mut self, port: u16) -> anyhow::Result<()> {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = self.process.try_wait()? {
                bail!("the measured process ended at once: {status}");
            }
            if start.elapsed() > PATIENCE {
                bail!("the measured process does not listen");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Its CPU time so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        processors::cpu_of(self.process.id())
    }

    /// Its resident memory, in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        processors::resident(self.process.id())
    }

    /// Asks it to end, as a supervisor does, and waits.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let pid = Pid::from_child(&self.process);
        kill_process(pid, Signal::TERM).context("the measured process is gone")?;
        self.wait()
    }

    /// Waits until it ends by itself.
    pub fn wait(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait()? {
                return if status.success() {
                    Ok(())
                } else {
                    bail!("the measured process failed: {status}")
                };
            }
            if start.elapsed() > PATIENCE {
                bail!("the measured process does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody uses at this moment.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

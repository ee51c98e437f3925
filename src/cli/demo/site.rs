//! One node of the demo: its data made here, then served by a process of its own in our process group.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use url::Url;

use crate::app::import::{self, Plan};
use crate::app::{Node, members, tokens};
use crate::cli::failure::Failure;
use crate::cli::open;
use crate::cli::user::new_password;
use crate::config::{Config, PREFIX};
use crate::domain::member::Role;
use crate::domain::random::SystemRandomness;

/// Longest wait for a node to answer after its start.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// One node of the demo.
pub(super) struct Site {
    name: &'static str,
    port: u16,
    data: PathBuf,
    /// `http://localhost:PORT`.
    pub(super) base: String,
    /// With which the demo itself calls the node.
    pub(super) token: String,
    http: reqwest::Client,
    child: Option<Child>,
}

impl Site {
    /// A node that will listen on `port` and keep its data in a folder of its own in `folder`.
    pub(super) fn new(name: &'static str, port: u16, folder: &Path) -> Self {
        Self {
            name,
            port,
            data: folder.join(port.to_string()),
            base: format!("http://localhost:{port}"),
            token: String::new(),
            http: reqwest::Client::new(),
            child: None,
        }
    }

    /// Where it will listen.
    pub(super) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// A password for the staff, another one at each start.
    pub(super) fn new_password(&self) -> String {
        new_password(&SystemRandomness)
    }

    /// Fills the database: programme, an account and a token.
    pub(super) async fn prepare(&mut self, plan: Plan, email: &str, password: &str) -> Result<(), Failure> {
        let base = Url::parse(&self.base).context("the address of the demo")?;
        let node: Node = open(Config::new(base, &self.data)).await?;
        import::bring(&node, plan, None).await.context("the demo programme")?;
        let member = members::add(&node, email, Role::Admin, password).await?;
        self.token = tokens::create(&node, &member, "demo").await?;
        Ok(())
    }

    /// Starts `maillage serve` for it. It ends with us: it is in our process group, so Ctrl-C reaches it, and it is
    /// told to stop when this value is dropped.
    pub(super) fn start(&mut self) -> Result<(), anyhow::Error> {
        let program = std::env::current_exe().context("where this program is")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)) {
            command.env_remove(name);
        }
        let settings = [
            ("DATA_DIR", self.data.display().to_string()),
            ("SERVER__LISTEN", self.address().to_string()),
            ("SERVER__BASE_URL", self.base.clone()),
            ("FEDERATION__ALLOW_LOOPBACK", "true".into()),
            ("NODE__NAME", self.name.into()),
            ("TELEMETRY__FILTER", "warn".into()),
        ];
        command.envs(settings.map(|(name, value)| (format!("{PREFIX}{name}"), value)));
        // In its data folder there is no configuration file that could get in the way.
        command
            .arg("serve")
            .current_dir(&self.data)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        self.child = Some(command.spawn().context("the node cannot be started")?);
        Ok(())
    }

    /// Waits until the node answers.
    pub(super) async fn ready(&mut self) -> Result<(), anyhow::Error> {
        let answers = async {
            let address = format!("{}/health/ready", self.base);
            while !self
                .http
                .get(&address)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, answers).await {
            Ok(()) => Ok(()),
            Err(_) => Err(anyhow!("{} does not answer", self.base)),
        }
    }

    /// Waits until the process has ended, which it should not.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        let status = match &mut self.child {
            Some(child) => child.wait().await,
            None => std::future::pending().await,
        };
        match status {
            Ok(status) => anyhow!("the node at {} ended by itself ({status})", self.base),
            Err(error) => error.into(),
        }
    }

    /// A call of the node's HTTP interface; the answer's JSON.
    pub(super) async fn call(&self, request: Request<'_>) -> Result<serde_json::Value, anyhow::Error> {
        let (path, request) = match request {
            Request::Get(path) => (path, self.http.get(format!("{}{path}", self.base))),
            Request::Post(path, body) => {
                let post = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
                (
                    path,
                    post.header("content-type", "application/json").body(body.to_string()),
                )
            }
        };
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(anyhow!("{}{path} answered {status}: {text}", self.base));
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// What is asked of a node.
pub(super) enum Request<'a> {
    Get(&'a str),
    Post(&'a str, &'a serde_json::Value),
}

impl Drop for Site {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended already, by the same Ctrl-C.
            kill_process(pid, Signal::TERM).ok();
        }
        let patience = std::time::Instant::now() + Duration::from_secs(5);
        while matches!(child.try_wait(), Ok(None)) && std::time::Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(20));
        }
        child.start_kill().ok();
    }
}

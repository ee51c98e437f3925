//! One node: a process, its folder, its port, and what the benchmark asks of it.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use maillage::store::{Conn, Target, events};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longest wait for a start.
const PATIENCE: Duration = Duration::from_secs(60);
const EMAIL: &str = "agent@centre.example";
const PASSWORD: &str = "trois canards sur le canal";
/// The handle of the one centre or network of each node.
pub const HANDLE: &str = "agenda";

/// A running node.
pub struct Site {
    /// The address of its centre or network, to be followed.
    pub actor: String,
    /// Whether it is a network.
    pub network: bool,
    base: String,
    token: String,
    client: reqwest::Client,
    process: Child,
    folder: TempDir,
}

impl Site {
    /// Makes and starts a node with one centre, or one network.
    pub fn start(number: usize, network: bool) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let public = format!("http://node{number}.localhost:{port}");
        let mut serve = program(&folder, port, &public)?;
        let run = |words: &[&str], input: &str| finish(program(&folder, port, &public)?.args(words), input);
        let name = format!("Centre {number}");
        let mut centre = vec!["centre", "add", "--name", &name, "--handle", HANDLE];
        if network {
            centre.push("--network");
        }
        run(&centre, "")?;
        run(&["user", "add", EMAIL, "--role", "admin", "--password-stdin"], PASSWORD)?;
        let token = run(&["token", "create", "--user", EMAIL, "--name", "benchmark"], "")?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = serve
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let site = Self {
            actor: format!("{public}/groups/{HANDLE}"),
            network,
            base: format!("http://127.0.0.1:{port}"),
            token: token.trim().to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()?,
            process,
            folder,
        };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(start.elapsed() < PATIENCE, "node {number} does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(site)
    }

    /// Follows an actor: as its network, or as the node itself.
    pub async fn follow(&self, actor: &str) -> anyhow::Result<()> {
        let mut asked = json!({ "target": actor });
        if self.network {
            asked["centre"] = json!(HANDLE);
        }
        self.call(reqwest::Method::POST, "/api/v1/follows", Some(&asked))
            .await
            .map(|_| ())
    }

    /// How many of its follows were accepted.
    pub async fn accepted(&self) -> anyhow::Result<usize> {
        let list = self
            .call(reqwest::Method::GET, "/api/v1/follows?limit=200", None)
            .await?;
        let items = list["items"].as_array().context("no list of follows")?;
        Ok(items.iter().filter(|follow| follow["state"] == "accepted").count())
    }

    /// Publishes an event three days ahead; returns its ActivityPub id.
    pub async fn publish(&self, title: &str) -> anyhow::Result<String> {
        let start = chrono::TimeDelta::days(3);
        let now = maillage::domain::time::Clock::now(&maillage::domain::time::SystemClock);
        let event = json!({
            "title": title,
            "summary": "Apprendre à envoyer un message et à reconnaître ceux qui trompent.",
            "start": (now + start).to_rfc3339(),
            "end": (now + start + chrono::TimeDelta::hours(2)).to_rfc3339(),
            "type": "atelier",
            "themes": ["navigation_sur_internet"],
            "level_min": "debutant",
            "price": "gratuit",
            "place": {"name": "Salle polyvalente", "address": "1 rue de la Mairie", "postcode": "59100", "city": "Roubaix"},
        });
        let stored = self.call(reqwest::Method::POST, "/api/v1/events", Some(&event)).await?;
        stored["uri"]
            .as_str()
            .map(str::to_owned)
            .context("an event without uri")
    }

    /// How many sessions its calendar shows to a reader.
    pub async fn shown(&self) -> anyhow::Result<usize> {
        let (mut count, mut cursor) = (0, String::new());
        loop {
            let path = format!("/api/v1/calendar?limit=200{cursor}");
            let page = self.call(reqwest::Method::GET, &path, None).await?;
            count += page["items"].as_array().context("no items")?.len();
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(count),
            }
        }
    }

    /// A connection to its database, beside the node.
    pub fn database(&self) -> anyhow::Result<Conn> {
        let file = self.folder.path().join("data/maillage.db");
        Ok(Target::parse(&format!("sqlite://{}", file.display()))?.connect()?)
    }

    /// CPU time so far, of all its threads.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let after = stat.rsplit_once(") ").context("an unknown form of /proc/PID/stat")?.1;
        let mut ticks = after.split(' ').skip(11).map_while(|field| field.parse::<u64>().ok());
        let (user, system) = (ticks.next().context("user time")?, ticks.next().context("system time")?);
        let second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_micros((user + system) * 1_000_000 / second))
    }

    /// Resident memory, in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("no VmRSS")?;
        Ok(kib.trim().parse::<u64>()? * 1024)
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(status.is_success(), "{path} at {}: {status} {text}", self.base);
        Ok(serde_json::from_str(&text)?)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether an event is in a database.
pub fn has(conn: &mut Conn, uri: &str) -> anyhow::Result<bool> {
    Ok(events::by_uri(conn, uri)?.is_some())
}

/// `maillage` for a node, which is this program in its other role.
fn program(folder: &TempDir, port: u16, public: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAILLAGE_")) {
        command.env_remove(name);
    }
    let data: PathBuf = folder.path().join("data");
    command
        .env(super::ROLE, "maillage")
        .env("MAILLAGE_DATA_DIR", data)
        .env("MAILLAGE_SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .env("MAILLAGE_SERVER__BASE_URL", public)
        .env("MAILLAGE_SERVER__WORKERS", "1")
        .env("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true")
        .current_dir(folder.path());
    Ok(command)
}

/// Runs a command to its end; what it printed.
fn finish(command: &mut Command, input: &str) -> anyhow::Result<String> {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing may be gone already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("a command failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

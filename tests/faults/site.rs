//! A node as people run it, `maillage serve`, that is killed and started again at the same address.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::support::program::{PATIENCE, Program};

/// Ports that the system gives to nobody by itself: a node that is down must find its own again.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
const EMAIL: &str = "agent@centre.example";
const PASSWORD: &str = "trois canards sur le canal";

/// The node, running or not.
pub struct Site {
    pub base: Url,
    port: u16,
    pub client: reqwest::Client,
    program: Program,
    token: String,
    /// Words before the program's name: it is started by another one.
    through: Vec<String>,
    child: Mutex<Option<Child>>,
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// Nobody listened: nothing can have happened.
    Unsent,
    /// Sent, and no whole answer: it may have happened or not.
    Unknown,
    /// Answered, with the body if it is JSON.
    Answered(u16, Value),
}

impl Site {
    /// A node known as `http://NAME.localhost:PORT`, with the centre `agenda` and somebody who may do everything.
    pub fn new(name: &str, database: &str) -> Self {
        Self::of(program(name).with("MAILLAGE_DATABASE__URL", database), &[])
    }

    /// The same with a file in its data folder, started by the command `through` in the folder of the test, which finds
    /// what was prepared in `prepared` as well.
    pub fn through(name: &str, through: &[&str]) -> Self {
        let site = Self::of(program(name), through);
        let mut copy = Command::new("cp");
        copy.args(["-r", "data", "prepared"]).current_dir(site.folder());
        assert!(copy.status().expect("cp runs").success());
        site
    }

    fn of(program: Program, through: &[&str]) -> Self {
        let name = ["centre", "add", "--name", "Agenda", "--handle", "agenda"];
        program.run(&name).expect_ok();
        let account = ["user", "add", EMAIL, "--role", "admin", "--password-stdin"];
        program.run_with(&account, PASSWORD).expect_ok();
        let token = program.run(&["token", "create", "--user", EMAIL, "--name", "test"]);
        let base = program.base();
        Self {
            port: base.port().expect("a port"),
            base,
            client: client(),
            token: token.expect_ok().trim().to_owned(),
            through: through.iter().map(|word| (*word).to_owned()).collect(),
            program,
            child: Mutex::new(None),
        }
    }

    /// Another process of the same node, on the same `database`, behind the same address as people would see it.
    pub fn twin(&self, database: &str) -> Self {
        let port = free_port();
        let program = program("twin")
            .with("MAILLAGE_DATABASE__URL", database)
            .with("MAILLAGE_SERVER__LISTEN", &format!("127.0.0.1:{port}"))
            .with("MAILLAGE_SERVER__BASE_URL", self.base.as_str());
        Self {
            base: self.base.clone(),
            port,
            client: client(),
            program,
            token: self.token.clone(),
            through: Vec::new(),
            child: Mutex::new(None),
        }
    }

    /// Runs a command beside the node.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.program.run(arguments).expect_ok()
    }

    /// Starts it; what it says is added to its log.
    pub fn start(&self) {
        let child = self.program.spawn(&self.through, &["serve"], &self.log());
        let before = self.child.lock().expect("the process").replace(child);
        assert!(before.is_none(), "it runs already");
    }

    /// `kill -9`, at whatever it is doing.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().expect("the process").take() {
            child.kill().expect("killed");
            child.wait().expect("ended");
        }
    }

    /// Its process, if it has not ended by itself.
    pub fn pid(&self) -> Option<u32> {
        let mut child = self.child.lock().expect("the process");
        let child = child.as_mut()?;
        let alive = child.try_wait().expect("its state").is_none();
        alive.then(|| child.id())
    }

    /// Waits until it is ready.
    pub async fn ready(&self) {
        let start = Instant::now();
        while !matches!(self.get("/health/ready").await, Outcome::Answered(200, _)) {
            assert!(
                start.elapsed() < PATIENCE,
                "{} does not become ready:\n{}",
                self.base,
                self.said()
            );
            assert!(self.pid().is_some(), "{} ended:\n{}", self.base, self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The end of its log.
    pub fn said(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Where it keeps what it keeps.
    pub fn folder(&self) -> &Path {
        self.program.folder.path()
    }

    fn log(&self) -> std::path::PathBuf {
        self.program.folder.path().join("log")
    }

    pub async fn get(&self, path: &str) -> Outcome {
        self.call(Method::GET, path, None).await
    }

    /// A request with the token of the staff.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome {
        let request = self.client.request(method, self.address(path)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        };
        answer(request).await
    }

    /// Where it listens.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Every session that its calendar shows: uri, title, status, start; sorted.
    pub async fn calendar(&self) -> Vec<[String; 4]> {
        let (mut shown, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = self.get(&format!("/api/v1/calendar?limit=200{cursor}")).await;
            let Outcome::Answered(200, page) = answer else {
                panic!("the calendar of {}: {answer:?}", self.base)
            };
            let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
            let items = page["items"].as_array().expect("items").iter();
            shown.extend(items.map(|item| ["uri", "title", "status", "start"].map(|key| text(item, key))));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        shown.sort();
        shown
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.kill();
    }
}

fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10));
    client.build().expect("a client")
}

/// What became of a request.
pub async fn answer(request: reqwest::RequestBuilder) -> Outcome {
    match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            match response.bytes().await {
                Ok(body) => Outcome::Answered(status, serde_json::from_slice(&body).unwrap_or_default()),
                Err(_) => Outcome::Unknown,
            }
        }
        Err(error) if error.is_connect() => Outcome::Unsent,
        Err(_) => Outcome::Unknown,
    }
}

/// Where it will be, and patience for tests.
fn program(name: &str) -> Program {
    let port = free_port();
    Program::new()
        .with("MAILLAGE_SERVER__LISTEN", &format!("127.0.0.1:{port}"))
        .with("MAILLAGE_SERVER__BASE_URL", &format!("http://{name}.localhost:{port}"))
        .with("MAILLAGE_SERVER__WORKERS", "1")
        .with("MAILLAGE_FEDERATION__LEASE_SECONDS", "10")
        .with("MAILLAGE_FEDERATION__TIMEOUT_SECONDS", "3")
}

fn free_port() -> u16 {
    let mut bytes = [0; 8];
    maillage::domain::random::Randomness::fill(&maillage::domain::random::SystemRandomness, &mut bytes);
    let start = u64::from_le_bytes(bytes);
    let span = u64::from(PORTS.end - PORTS.start);
    let ports = (0..span).map(|step| PORTS.start + u16::try_from((start + step) % span).expect("a port"));
    let mut free = ports.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok() && is_taken_by_us(*port));
    free.next().expect("a free port")
}

/// Takes a port before anything listens there: other tests choose theirs at the same time. Until this process ends.
fn is_taken_by_us(port: u16) -> bool {
    static TAKEN: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let folder = std::env::temp_dir().join("maillage-test-ports");
    let _ = std::fs::create_dir_all(&folder);
    let Ok(file) = File::create(folder.join(port.to_string())) else {
        return false;
    };
    let ours = file.try_lock().is_ok();
    if ours {
        TAKEN.lock().expect("the ports").push(file);
    }
    ours
}

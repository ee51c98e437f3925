//! The program itself, run as people run it: arguments, environment, standard streams, signals.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

/// Longest wait for anything.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder and a free port for one node, and the variables that say so.
pub struct Program {
    pub folder: TempDir,
    pub address: SocketAddr,
    variables: Vec<(String, String)>,
}

impl Program {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let probe = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = probe.local_addr().expect("its address");
        let data = folder.path().join("data").display().to_string();
        let program = Self {
            folder,
            address,
            variables: Vec::new(),
        };
        program
            .with("MAILLAGE_DATA_DIR", &data)
            .with("MAILLAGE_SERVER__LISTEN", &address.to_string())
            .with(
                "MAILLAGE_SERVER__BASE_URL",
                &format!("http://localhost:{}", address.port()),
            )
            .with("MAILLAGE_FEDERATION__ALLOW_LOOPBACK", "true")
    }

    /// The same with another value of a variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The same without a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// Runs a command to its end with `input` on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Finished {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that does not read its input may be gone already.
        let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
        Finished::new(child.wait_with_output().expect("it ends"))
    }

    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, "")
    }

    /// Starts a command that stays.
    pub fn start(&self, arguments: &[&str]) -> Serving {
        let child = self
            .command(arguments)
            .stdin(Stdio::null())
            .spawn()
            .expect("the program starts");
        Serving {
            child: Some(child),
            address: self.address,
        }
    }

    /// Runs `serve` and waits until it is ready.
    pub fn serve(&self) -> Serving {
        let mut serving = self.start(&["serve"]);
        let start = Instant::now();
        while !serving.get("/health/ready").contains("200 OK") {
            let child = serving.child.as_mut().expect("the process");
            assert!(
                child.try_wait().expect("its state").is_none(),
                "the node ended at once: {}",
                serving.stop().err
            );
            assert!(start.elapsed() < PATIENCE, "the node did not become ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        serving
    }

    /// The public address it is given.
    pub fn base(&self) -> Url {
        let found = self
            .variables
            .iter()
            .find(|(name, _)| name == "MAILLAGE_SERVER__BASE_URL");
        let (_, base) = found.expect("a public address");
        Url::parse(base).expect("a URL")
    }

    /// Starts a command that the test ends, by another program if one is named in `through`; what it says is added to the
    /// file `log`.
    pub fn spawn(&self, through: &[String], arguments: &[&str], log: &Path) -> Child {
        let log = File::options().create(true).append(true).open(log).expect("a log");
        let program = env!("CARGO_BIN_EXE_maillage");
        let mut command = match through {
            [] => self.command(arguments),
            [first, rest @ ..] => {
                let rest = rest.iter().map(String::as_str);
                let all: Vec<&str> = rest.chain([program]).chain(arguments.iter().copied()).collect();
                self.prepared(first, &all)
            }
        };
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log"))
            .stderr(log)
            .spawn()
            .expect("the program starts")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(env!("CARGO_BIN_EXE_maillage"), arguments)
    }

    fn prepared(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let ours = std::env::vars().filter(|(name, _)| name.starts_with("MAILLAGE_"));
        for (name, _) in ours {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.variables.clone())
            .current_dir(self.folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// What a program left behind.
pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Finished {
    fn new(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Standard output of a command that must have succeeded.
    pub fn expect_ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }
}

/// A node that runs; killed when the test forgets to stop it.
pub struct Serving {
    child: Option<Child>,
    address: SocketAddr,
}

impl Serving {
    /// Standard output, to be read line by line.
    pub fn take_out(&mut self) -> ChildStdout {
        self.child
            .as_mut()
            .and_then(|child| child.stdout.take())
            .expect("standard output")
    }

    /// The whole answer to a GET; empty when there is none.
    pub fn get(&self, path: &str) -> String {
        self.get_from(self.address.port(), path)
    }

    /// The same from another port of this machine.
    pub fn get_from(&self, port: u16, path: &str) -> String {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
            return String::new();
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut answer = Vec::new();
        let sent = stream
            .write_all(request.as_bytes())
            .and_then(|()| stream.read_to_end(&mut answer));
        sent.map(|_| String::from_utf8_lossy(&answer).into_owned())
            .unwrap_or_default()
    }

    /// Sends SIGTERM, as a supervisor does, and waits for the end.
    pub fn stop(&mut self) -> Finished {
        let child = self.child.take().expect("not stopped yet");
        // A node that has ended already has its word all the same.
        let _ = Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .expect("kill runs");
        Finished::new(child.wait_with_output().expect("it ends"))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

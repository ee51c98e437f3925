//! A scripted HTTP server on loopback, for the other side of a test: it says exactly the bytes that the test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

/// A request as the server read it.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }
}

/// The bytes of an answer, one piece after another, with a pause before each; then the connection closes.
pub struct Reply(Vec<(Duration, Vec<u8>)>);

impl Reply {
    /// An answer with extra header lines (each ending in CRLF).
    pub fn new(status: u16, headers: &str, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        Self(vec![(Duration::ZERO, [head.as_bytes(), body].concat())])
    }

    pub fn activity(body: &str) -> Self {
        Self::new(200, "content-type: application/activity+json\r\n", body.as_bytes())
    }

    pub fn typed(kind: &str, body: &str) -> Self {
        Self::new(200, &format!("content-type: {kind}\r\n"), body.as_bytes())
    }

    pub fn status(status: u16) -> Self {
        Self::new(status, "", b"")
    }

    pub fn redirect(to: &str) -> Self {
        Self::new(302, &format!("location: {to}\r\n"), b"")
    }

    /// The same, after a pause.
    pub fn after(mut self, pause: Duration) -> Self {
        if let Some((before, _)) = self.0.first_mut() {
            *before += pause;
        }
        self
    }

    /// A head, then `piece` again and again, `times` times, each after a pause.
    pub fn drip(head: &str, pause: Duration, piece: &[u8], times: usize) -> Self {
        let mut pieces = vec![(Duration::ZERO, head.as_bytes().to_vec())];
        pieces.extend(std::iter::repeat_n((pause, piece.to_vec()), times));
        Self(pieces)
    }
}

/// The server; it lives as long as the test's process.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Self { port, seen }
    }

    pub fn url(&self, path: &str) -> Url {
        self.url_at("localhost", path)
    }

    pub fn url_at(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("http://{host}:{}{path}", self.port)).expect("a URL")
    }

    /// What was asked so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("the log").clone()
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Reply, log: &Mutex<Vec<Request>>) {
    let Some(request) = read(&stream) else { return };
    log.lock().expect("the log").push(request.clone());
    for (pause, piece) in answer(&request).0 {
        std::thread::sleep(pause);
        if stream.write_all(&piece).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, v)| v.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        target,
        headers,
        body,
    })
}

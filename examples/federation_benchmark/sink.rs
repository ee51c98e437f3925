//! The other side of every delivery: one server for all hosts, which counts what it takes in, answers 202 at once, and
//! serves the documents of its actors.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::Context as _;

/// How the sink is known: every host on this port leads to it.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub u16);

impl Address {
    /// The name of host `number`, with the port.
    pub fn host(self, number: usize) -> String {
        format!("h{number}.test:{}", self.0)
    }
}

/// Which signatures the sink believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// All: the first knock, draft-cavage with RSA, is taken.
    #[default]
    Everything,
    /// RFC 9421 with Ed25519 only; anything else is answered 401, so that nothing else is counted.
    Ed25519,
}

#[derive(Default)]
struct State {
    reads: Reads,
    taken: AtomicU64,
    documents: HashMap<String, String>,
}

/// The server, on threads of its own.
pub struct Sink {
    /// How it is known.
    pub address: Address,
    state: Arc<State>,
    handle: ServerHandle,
}

impl Sink {
    /// Starts it with documents by URL without scheme (`h1.test:80/actors/2`).
    pub fn start(port: u16, documents: HashMap<String, String>) -> anyhow::Result<Self> {
        Self::reading(Reads::Everything, port, documents)
    }

    /// Starts it; it believes some signatures only.
    pub fn reading(reads: Reads, port: u16, documents: HashMap<String, String>) -> anyhow::Result<Self> {
        let state = Arc::new(State {
            reads,
            documents,
            ..State::default()
        });
        let shared = Arc::clone(&state);
        let (told, server) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let shared = Data::from(shared);
                let app = move || App::new().app_data(shared.clone()).default_service(to(answer));
                let server = HttpServer::new(app).workers(1).backlog(4_096).disable_signals();
                let bound = server.bind(("127.0.0.1", port)).map(HttpServer::run);
                match bound {
                    Ok(server) => {
                        // The end of the program ends it, whatever it was about to say.
                        let _ = told.send(Ok(server.handle()));
                        let _ = server.await;
                    }
                    Err(error) => drop(told.send(Err(error))),
                }
            });
        });
        let handle = server.recv().context("the sink does not start")?.context("the sink")?;
        Ok(Self {
            address: Address(port),
            state,
            handle,
        })
    }

    /// Deliveries taken in so far.
    pub fn taken(&self) -> u64 {
        self.state.taken.load(Ordering::Relaxed)
    }

    /// Waits until it has taken in `count`, or `limit` has gone by; the time since the first after `before`.
    pub fn wait_for(&self, before: u64, count: u64, limit: Duration) -> Duration {
        let start = Instant::now();
        let mut first = None;
        while self.taken() < count && start.elapsed() < limit {
            if self.taken() > before {
                first.get_or_insert_with(Instant::now);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        first.map(|first| first.elapsed()).unwrap_or_default()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(request: HttpRequest, state: Data<State>, _body: Bytes) -> HttpResponse {
    if request.method() == actix_web::http::Method::POST {
        if state.reads == Reads::Ed25519 && !is_ed25519(&request) {
            return HttpResponse::Unauthorized().finish();
        }
        state.taken.fetch_add(1, Ordering::Relaxed);
        return HttpResponse::Accepted().finish();
    }
    let address = format!("{}{}", request.connection_info().host(), request.path());
    match state.documents.get(&address) {
        Some(document) => HttpResponse::Ok()
            .content_type("application/activity+json")
            .body(document.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

fn is_ed25519(request: &HttpRequest) -> bool {
    let input = request.headers().get("signature-input");
    input
        .and_then(|input| input.to_str().ok())
        .is_some_and(|input| input.contains(r#"alg="ed25519""#))
}

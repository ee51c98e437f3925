//! One node of the world: the real one, on a database of its own in memory-backed files, served in this process.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use actix_web::body::to_bytes;
use actix_web::dev::Service as _;
use actix_web::test::{TestRequest, init_service};
use futures_util::future::LocalBoxFuture;
use maillage::app::Node;
use maillage::app::keys::make_pairs;
use maillage::config::{Config, Secret};
use maillage::domain::centre::{Centre, CentreKind, CentreProfile};
use maillage::domain::id::CentreId;
use maillage::domain::random::SeededRandomness;
use maillage::domain::time::Clock as _;
use maillage::federation::delivery::Worker;
use maillage::federation::fetch::Transport;
use maillage::store::{centres, keys as stored_keys};
use maillage::web;
use tempfile::TempDir;
use tokio::sync::watch;
use url::Url;

use super::database::Database;
use super::keys;
use super::network::Reply;
use super::options::Options;
use super::time::{NodeClock, VirtualTime};
use super::watch::Watch;

/// Nodes that have a network, the first ones.
pub const NETWORKS: usize = 2;

/// What a node answers to a request.
pub type Serve = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Reply>>;

/// What a node cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Costs {
    pub requests_out: u64,
    pub requests_in: u64,
    pub bytes_out: u64,
    pub bytes_in: u64,
    pub posts_out: u64,
    pub reads_out: u64,
    pub unchanged: u64,
    pub restarts: u64,
}

impl std::ops::AddAssign for Costs {
    fn add_assign(&mut self, other: Self) {
        self.requests_out += other.requests_out;
        self.requests_in += other.requests_in;
        self.bytes_out += other.bytes_out;
        self.bytes_in += other.bytes_in;
        self.posts_out += other.posts_out;
        self.reads_out += other.reads_out;
        self.unchanged += other.unchanged;
        self.restarts += other.restarts;
    }
}

/// What stays when the node is down.
pub struct Site {
    pub number: usize,
    pub base: Url,
    pub clock: Arc<NodeClock>,
    pub centre: CentreId,
    /// Its network, where it has one.
    pub network: Option<CentreId>,
    pub running: RefCell<Option<Rc<Running>>>,
    /// When it comes back, in virtual milliseconds.
    pub down_until: Cell<i64>,
    pub kept_up: Cell<i64>,
    pub costs: RefCell<Costs>,
    pub watch: Watch,
    random: Arc<SeededRandomness>,
    folder: PathBuf,
    database: Database,
}

/// One run of the node's program.
pub struct Running {
    pub node: Node,
    pub worker: Worker,
    pub serve: Serve,
    pub crashed: watch::Sender<bool>,
}

impl Site {
    /// The home of node `number`, with its keys and its centre.
    pub fn new(
        number: usize,
        options: &Options,
        skew: i64,
        seed: u64,
        time: &Arc<VirtualTime>,
        folder: &TempDir,
    ) -> Self {
        let (nodes, postgres) = (options.nodes, options.postgres);
        let clock = Arc::new(NodeClock {
            time: Arc::clone(time),
            skew: AtomicI64::new(skew),
        });
        let random = Arc::new(SeededRandomness::new(seed));
        let now = clock.now();
        let folder = folder.path().join(number.to_string());
        std::fs::create_dir(&folder).expect("a folder");
        let database = match postgres {
            Some(server) if number % 2 == 1 => Database::schema(server),
            _ => Database::file(&folder),
        };
        let group = |handle: &str, kind: CentreKind| Centre {
            id: CentreId::new(now, random.as_ref()),
            handle: handle.parse().expect("a handle"),
            kind,
            profile: CentreProfile {
                name: format!("{handle} {number}"),
                ..CentreProfile::default()
            },
            created: now,
            updated: now,
        };
        let centre = group("agenda", CentreKind::Centre);
        let network = (number < NETWORKS).then(|| group("reseau", CentreKind::Network));
        let site = Self {
            number,
            base: Url::parse(&format!("https://n{number}.example/")).expect("a URL"),
            clock,
            centre: centre.id,
            network: network.as_ref().map(|network| network.id),
            running: RefCell::new(None),
            down_until: Cell::new(0),
            kept_up: Cell::new(0),
            costs: RefCell::default(),
            watch: Watch::default(),
            random,
            folder,
            database,
        };
        let mut conn = site.database.conn();
        let spare = 2 * nodes + keys::SPARE + number;
        let owners = [
            (2 * number, None),
            (2 * number + 1, Some(&centre)),
            (spare, network.as_ref()),
        ];
        for (number, owner) in owners.into_iter().take(if network.is_some() { 3 } else { 2 }) {
            if let Some(owner) = owner {
                centres::insert(&mut conn, owner).expect("a centre");
            }
            for pair in keys::pairs(number, owner.map(|owner| owner.id), now) {
                stored_keys::insert(&mut conn, &pair).expect("a key");
            }
        }
        site
    }

    /// The actor of its centre.
    pub fn group(&self) -> String {
        format!("{}groups/agenda", self.base)
    }

    /// The actor of its network.
    pub fn network_group(&self) -> String {
        format!("{}groups/reseau", self.base)
    }

    /// Starts the program.
    pub async fn start(&self, transport: Arc<dyn Transport>) {
        let mut config = Config::new(self.base.clone(), &self.folder);
        config.database.url = Some(Secret::new(self.database.url().to_owned()));
        config.database.pool = 2;
        let node = Node::open_over(
            Some(transport),
            make_pairs,
            config,
            self.clock.clone(),
            self.random.clone(),
        )
        .await
        .expect("the node opens");
        let serve = serve(&node).await;
        *self.running.borrow_mut() = Some(Rc::new(Running {
            worker: Worker::new((*node.federation).clone()),
            serve,
            crashed: watch::channel(false).0,
            node,
        }));
        self.costs.borrow_mut().restarts += 1;
    }

    pub fn run(&self) -> Option<Rc<Running>> {
        self.running.borrow().clone()
    }
}

async fn serve(node: &Node) -> Serve {
    let service = Rc::new(init_service(web::app(web::Shared::new(node.clone()))).await);
    Rc::new(move |request: TestRequest| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            match service.call(request.to_request()).await {
                Ok(response) => {
                    let (status, headers) = (response.status().as_u16(), response.headers());
                    let headers = headers
                        .iter()
                        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                        .collect();
                    let body = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
                    Reply { status, headers, body }
                }
                Err(error) => Reply::status(error.as_response_error().status_code().as_u16()),
            }
        })
    })
}

/// In memory where there is such a place: nothing here has to outlive the machine, and no disk is waited for.
pub fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    tempfile::tempdir_in(&memory)
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary folder")
}

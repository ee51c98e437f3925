//! A world from a seed: nodes, the network between them, people, and time that passes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;
use std::sync::Arc;

use maillage::app::{events, jobs};
use maillage::domain::peer::Follow;
use maillage::federation::fetch::FetchError;
use maillage::federation::{networks, pull};
use maillage::store::hosts;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::agenda;
use super::dice::Dice;
use super::foreign::{self, Foreign};
use super::keys;
use super::model::{Model, Party};
use super::network::{self, Call, Line, Parcel, Reply, SOCIAL, Traffic};
use super::options::Options;
use super::site::{self, Costs, Running, Site};
use super::social::Social;
use super::time::VirtualTime;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Nobody needs more in one go; who does is caught in a circle.
const MOST_STEPS: usize = 2_000;

type Grave = (usize, oneshot::Sender<Result<Reply, FetchError>>);

/// The world.
pub struct World {
    pub options: Options,
    pub dice: Dice,
    pub time: Arc<VirtualTime>,
    pub sites: Vec<Site>,
    pub social: Social,
    pub foreign: Foreign,
    pub model: RefCell<Model>,
    pub faulty: Cell<bool>,
    /// What dead senders wait for.
    pub graves: RefCell<Vec<Grave>>,
    trace: RefCell<Vec<String>>,
    /// Letters that come later, by time and order.
    late: RefCell<BTreeMap<(i64, u64), Parcel>>,
    letters: Cell<u64>,
    /// The nodes on one side of a cut, and until when.
    cut: RefCell<(Vec<bool>, i64)>,
    /// Nobody acts in the meantime of a meantime.
    nested: Cell<bool>,
    out: mpsc::UnboundedSender<Call>,
    pub traffic: Arc<Traffic>,
    _folder: TempDir,
}

/// How a world ended.
pub struct Outcome {
    pub trace: Vec<String>,
    /// Of the trace.
    pub hash: u64,
    /// What is not as it should be; nothing when all is.
    pub wrong: Vec<String>,
    pub costs: Vec<Costs>,
    /// Days of virtual time.
    pub days: f64,
}

/// Runs the world of `seed` to its end.
pub fn run(seed: u64, options: Options) -> Outcome {
    actix_web::rt::System::new().block_on(async move {
        let (out, calls) = mpsc::unbounded_channel();
        let world = Rc::new(World::new(seed, options, out));
        let pump = actix_web::rt::spawn(network::pump(Rc::clone(&world), calls));
        let began = world.time.ms();
        world.live().await;
        world.calm_down().await;
        let mut wrong = world.what_is_wrong().await;
        wrong.extend(world.posted_twice());
        pump.abort();
        let _ = pump.await;
        for site in &world.sites {
            site.running.borrow_mut().take();
        }
        let trace = world.trace.take();
        let mut hasher = DefaultHasher::new();
        trace.hash(&mut hasher);
        #[allow(clippy::cast_precision_loss)]
        let days = (world.time.ms() - began) as f64 / (24 * HOUR) as f64;
        Outcome {
            hash: hasher.finish(),
            trace,
            wrong,
            costs: world.sites.iter().map(|site| *site.costs.borrow()).collect(),
            days,
        }
    })
}

impl Outcome {
    /// Of a world in which something panicked.
    pub fn panicked() -> Self {
        Self {
            trace: Vec::new(),
            hash: 0,
            wrong: vec!["it panicked".to_owned()],
            costs: Vec::new(),
            days: 0.0,
        }
    }
}

impl World {
    fn new(seed: u64, options: Options, out: mpsc::UnboundedSender<Call>) -> Self {
        let (dice, time, folder) = (Dice::new(seed), VirtualTime::new(), site::folder());
        let sites = (0..options.nodes)
            .map(|number| {
                Site::new(
                    number,
                    &options,
                    dice.between(-2 * MINUTE, 2 * MINUTE),
                    dice.number(),
                    &time,
                    &folder,
                )
            })
            .collect();
        Self {
            options,
            dice,
            time,
            sites,
            social: Social::new(keys::rsa(2 * options.nodes + 4)),
            foreign: Foreign::new(keys::rsa(2 * options.nodes + 5)),
            model: RefCell::default(),
            faulty: Cell::new(false),
            graves: RefCell::default(),
            trace: RefCell::default(),
            late: RefCell::default(),
            letters: Cell::new(0),
            cut: RefCell::default(),
            nested: Cell::new(false),
            out,
            traffic: Arc::default(),
            _folder: folder,
        }
    }

    /// Everybody follows somebody; then people act, time passes and things break.
    async fn live(self: &Rc<Self>) {
        self.revive(true).await;
        for at in 0..self.sites.len() {
            for _ in 0..2 {
                self.follow(at).await;
            }
        }
        self.faulty.set(true);
        for _ in 0..self.options.steps {
            self.somebody_acts().await;
            self.traffic.ends().await;
            let wait = match self.dice.below(10) {
                0..3 => self.dice.between(100, MINUTE),
                3..8 => self.dice.between(MINUTE, HOUR),
                _ => self.dice.between(HOUR, (self.options.hours * HOUR).max(2 * HOUR)),
            };
            self.pass(wait).await;
        }
    }

    /// Faults end, and there is time for every retry and every pull.
    async fn calm_down(self: &Rc<Self>) {
        self.faulty.set(false);
        self.cut.borrow_mut().1 = 0;
        self.note("quiet returns");
        self.revive(true).await;
        self.lift_blocks().await;
        self.ask_what_is_owed().await;
        for wait in [
            MINUTE,
            10 * MINUTE,
            HOUR,
            4 * HOUR,
            9 * HOUR,
            12 * HOUR,
            5 * MINUTE,
            5 * MINUTE,
        ] {
            self.pass(wait).await;
        }
    }

    /// Time passes, in pieces; all that is due is done.
    async fn pass(self: &Rc<Self>, mut ms: i64) {
        while ms > 0 {
            // In quiet, nothing depends on how often a programme is read.
            let piece = ms.min(if self.faulty.get() { 3 } else { 6 } * HOUR);
            self.time.advance(piece);
            ms -= piece;
            if self.faulty.get() && self.dice.chance(self.options.faults.cut) {
                let sides = self.sites.iter().map(|_| self.dice.chance(500)).collect();
                // Now and then for longer than deliveries are kept.
                let longest = if self.dice.chance(100) { 6 * 24 } else { 12 };
                let until = self.time.ms() + self.dice.between(MINUTE, longest * HOUR);
                self.note("the world is cut in two");
                *self.cut.borrow_mut() = (sides, until);
            }
            self.revive(false).await;
            self.bring_what_is_late().await;
            self.foreigners_send().await;
            let first = self.dice.place(self.sites.len());
            for offset in 0..self.sites.len() {
                self.work((first + offset) % self.sites.len()).await;
                self.traffic.ends().await;
            }
        }
    }

    /// A node does what is due.
    async fn work(self: &Rc<Self>, at: usize) {
        let Some(run) = self.sites[at].run() else { return };
        let kept_up = &self.sites[at].kept_up;
        let upkeep = self.time.ms() - kept_up.get() > 50 * MINUTE;
        let work = async {
            if upkeep {
                kept_up.set(self.time.ms());
                events::keep_up(&run.node).await.expect("upkeep");
                jobs::purge(&run.node).await.expect("purge");
            }
            let mut steps = 0;
            while networks::step(&run.node.federation).await.expect("networks") > 0 {
                steps += 1;
                assert!(steps < MOST_STEPS, "n{at} announces in circles");
            }
            while run.worker.step_one().await.expect("deliveries") {
                steps += 1;
                assert!(steps < MOST_STEPS, "n{at} delivers in circles");
            }
            while pull::step_at_most(&run.node.federation, 1).await.expect("readings") > 0 {
                self.sites[at].watch.after_readings(&run).await;
                steps += 1;
                assert!(steps < MOST_STEPS, "n{at} reads in circles");
            }
            while networks::step(&run.node.federation).await.expect("networks") > 0 {}
            while run.worker.step_one().await.expect("deliveries") {}
        };
        self.unless_dead(&run, work).await;
    }

    /// Does something as a node, unless the node dies over it.
    pub async fn unless_dead<T>(&self, run: &Rc<Running>, doing: impl Future<Output = T>) -> Option<T> {
        let mut crashed = run.crashed.subscribe();
        tokio::select! {
            biased;
            _ = crashed.wait_for(|crashed| *crashed) => None,
            done = doing => Some(done),
        }
    }

    /// What happens at `at` while somebody waits for its programme: it changes, and is pushed.
    pub async fn meanwhile(self: &Rc<Self>, at: usize) {
        let Some(run) = self.sites.get(at).and_then(Site::run) else {
            return;
        };
        if self.nested.replace(true) {
            return;
        }
        self.note("meanwhile");
        self.staff_acts(at).await;
        self.unless_dead(&run, async {
            for _ in 0..self.sites.len() {
                if !run.worker.step_one().await.expect("deliveries") {
                    break;
                }
            }
        })
        .await;
        self.nested.set(false);
    }

    /// Ends a node as a power cut does; it comes back later.
    pub fn crash(&self, at: usize) {
        let Some(site) = self.sites.get(at) else { return };
        let Some(run) = site.running.borrow_mut().take() else {
            return;
        };
        let away = self.dice.between(1_000, [MINUTE, HOUR, 8 * HOUR][self.dice.place(3)]);
        site.down_until.set(self.time.ms() + away);
        self.note(&format!("n{at} dies for {} s", away / 1_000));
        run.crashed.send_replace(true);
    }

    async fn revive(&self, all: bool) {
        for site in &self.sites {
            if site.run().is_some() || !(all || site.down_until.get() <= self.time.ms()) {
                continue;
            }
            // What the dead run waited for is never told.
            self.graves.borrow_mut().retain(|(from, _)| *from != site.number);
            let line = Line {
                from: site.number,
                out: self.out.clone(),
                traffic: Arc::clone(&self.traffic),
            };
            site.start(Arc::new(line)).await;
            self.note(&format!("n{} starts", site.number));
            // As the program does on a file of its own; elsewhere leases run out by themselves.
            if self.dice.chance(500)
                && let Some(run) = site.run()
            {
                run.node.store.write(hosts::free_all).await.expect("leases");
            }
        }
    }

    /// Keeps a letter for some minutes: less than its signature counts.
    pub fn post_late(&self, parcel: Parcel) {
        let (number, at) = (
            self.letters.get(),
            self.time.ms() + self.dice.between(1_000, 45 * MINUTE),
        );
        self.letters.set(number + 1);
        self.late.borrow_mut().insert((at, number), parcel);
    }

    async fn bring_what_is_late(self: &Rc<Self>) {
        loop {
            let due = {
                let mut late = self.late.borrow_mut();
                match late.first_entry() {
                    Some(first) if first.key().0 <= self.time.ms() => first.remove(),
                    _ => return,
                }
            };
            let answer = network::deliver(self, &due).await.map(|reply| reply.status);
            self.traffic.ends().await;
            self.note(&format!("late {}: {answer:?}", due.said()));
        }
    }

    /// Whether a cut lies between two.
    pub fn is_cut(&self, one: usize, other: usize) -> bool {
        let cut = self.cut.borrow();
        let side = |number: usize| cut.0.get(number).copied().unwrap_or(false);
        cut.1 > self.time.ms() && side(one) != side(other)
    }

    /// Who is at an address.
    pub fn site_of(&self, url: &Url) -> usize {
        let host = url.host_str().unwrap_or_default();
        let number = host.strip_prefix('n').and_then(|rest| rest.strip_suffix(".example"));
        number.and_then(|number| number.parse().ok()).unwrap_or(SOCIAL)
    }

    /// The actor that is followed.
    pub fn group(&self, party: Party) -> String {
        match party {
            Party::Node(number) => self.sites[number].group(),
            Party::Network(number) => self.sites[number].network_group(),
            Party::Foreign => foreign::GROUP.to_owned(),
            Party::Agenda => agenda::ADDRESS.to_owned(),
        }
    }

    /// The actor that follows.
    pub fn follower_actor(&self, party: Party) -> String {
        match party {
            Party::Node(number) => format!("{}actor", self.sites[number].base),
            other => self.group(other),
        }
    }

    /// Who is followed under this address.
    pub fn party(&self, uri: &str) -> Party {
        if uri == agenda::ADDRESS {
            return Party::Agenda;
        }
        let numbers = 0..self.sites.len();
        let parties = numbers.flat_map(|number| [Party::Node(number), Party::Network(number)]);
        parties
            .filter(|party| self.group(*party) == uri)
            .last()
            .unwrap_or(Party::Foreign)
    }

    /// Who asked for a follow at a node.
    pub fn follower(&self, at: usize, follow: &Follow) -> Party {
        match follow.follower {
            Some(_) => Party::Network(at),
            None => Party::Node(at),
        }
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: &str) {
        let ms = self.time.ms() - 1_795_417_200_000;
        self.trace.borrow_mut().push(format!(
            "{:>10.3} s  {line}",
            std::time::Duration::from_millis(ms.unsigned_abs()).as_secs_f64()
        ));
    }

    /// Books what a request cost both sides.
    pub fn count(&self, parcel: &Parcel, reply: &Reply, to: usize) {
        let headers = |all: &[(String, Vec<u8>)]| {
            all.iter()
                .map(|(name, value)| name.len() + value.len() + 4)
                .sum::<usize>()
        };
        let asked = (parcel.url.as_str().len() + headers(&parcel.headers) + parcel.body.len()) as u64;
        let answered = (15 + headers(&reply.headers) + reply.body.len()) as u64;
        if let Some(site) = self.sites.get(parcel.from) {
            let mut costs = site.costs.borrow_mut();
            costs.requests_out += 1;
            costs.bytes_out += asked;
            costs.bytes_in += answered;
            if parcel.method == actix_web::http::Method::POST {
                costs.posts_out += 1;
            } else {
                costs.reads_out += 1;
                costs.unchanged += u64::from(reply.status == 304);
            }
        }
        if let Some(site) = self.sites.get(to) {
            let mut costs = site.costs.borrow_mut();
            costs.requests_in += 1;
            costs.bytes_in += asked;
            costs.bytes_out += answered;
        }
    }
}

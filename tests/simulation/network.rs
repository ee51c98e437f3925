//! The network between the nodes: it delays, drops, repeats and reorders, answers errors, cuts the world in two, and has
//! nodes crash in the middle of what they do. It carries requests below all checks of the guarded client and hands them
//! to the real service of the node that they are for.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::Method;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use maillage::federation::fetch::{FetchError, Transport};
use reqwest::{Request, Response};
use tokio::sync::{Notify, mpsc, oneshot};
use url::Url;

use super::agenda;
use super::foreign::Foreign;
use super::site::Site;
use super::watch::Watch;
use super::world::World;

/// Who is no node: the server of people who follow.
pub const SOCIAL: usize = usize::MAX;

/// A request on its way.
#[derive(Clone)]
pub struct Parcel {
    pub from: usize,
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// A parcel whose sender waits.
pub struct Call {
    parcel: Parcel,
    answer: oneshot::Sender<Result<Reply, FetchError>>,
}

/// The end of the network at one node.
pub struct Line {
    pub from: usize,
    pub out: mpsc::UnboundedSender<Call>,
    pub traffic: Arc<Traffic>,
}

/// What is on its way. Who sent it may be dead meanwhile: the world waits for it all the same, or what happens next would
/// depend on threads.
#[derive(Default)]
pub struct Traffic {
    count: AtomicUsize,
    ended: Notify,
}

impl Traffic {
    /// Waits until nothing is on its way.
    pub async fn ends(&self) {
        while self.count.load(Ordering::SeqCst) > 0 {
            self.ended.notified().await;
        }
    }

    fn end_one(&self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
        self.ended.notify_one();
    }
}

#[async_trait]
impl Transport for Line {
    async fn carry(&self, request: Request) -> Result<Response, FetchError> {
        let headers = request.headers().iter();
        let parcel = Parcel {
            from: self.from,
            method: Method::from_bytes(request.method().as_str().as_bytes()).map_err(|_| FetchError::Connect)?,
            url: request.url().clone(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect(),
            body: request
                .body()
                .and_then(|body| body.as_bytes())
                .unwrap_or_default()
                .to_vec(),
        };
        let (answer, answered) = oneshot::channel();
        self.traffic.count.fetch_add(1, Ordering::SeqCst);
        self.out
            .send(Call { parcel, answer })
            .map_err(|_| FetchError::Connect)?;
        let reply = answered.await.map_err(|_| FetchError::Connect)??;
        let mut response = http::Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            response = response.header(name.as_str(), value.as_slice());
        }
        let response = response.body(reply.body).map_err(|_| FetchError::Connect)?;
        Ok(Response::from(response))
    }
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn json(document: &serde_json::Value) -> Self {
        let kind = ("content-type".to_owned(), b"application/activity+json".to_vec());
        Self {
            status: 200,
            headers: vec![kind],
            body: document.to_string().into_bytes(),
        }
    }
}

impl Parcel {
    fn request(&self) -> TestRequest {
        let target = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let address = [10, 0, 0, u8::try_from(self.from % 200).unwrap_or(0)];
        let mut request = TestRequest::with_uri(&target)
            .method(self.method.clone())
            .peer_addr((address, 40_000).into())
            .insert_header(("host", self.url.authority()));
        for (name, value) in &self.headers {
            request = request.insert_header((name.as_str(), value.as_slice()));
        }
        request.set_payload(self.body.clone())
    }

    fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    /// A reading of a programme, which may take long: much can happen meanwhile.
    fn is_programme(&self) -> bool {
        self.method == Method::GET && self.url.path().ends_with("/upcoming") && self.url.query().is_none()
    }

    /// For the trace: what is asked, or what kind of activity about what.
    pub fn said(&self) -> String {
        if !self.is_post() {
            return format!("GET {}", self.url.path());
        }
        let activity: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let object = &activity["object"];
        let id = object.as_str().or(object["id"].as_str()).unwrap_or_default();
        let title = object["name"].as_str().unwrap_or_default();
        format!("{} {id} {title}", activity["type"].as_str().unwrap_or_default())
    }
}

/// Carries what is handed to it until the world ends.
pub async fn pump(world: Rc<World>, mut calls: mpsc::UnboundedReceiver<Call>) {
    while let Some(call) = calls.recv().await {
        let world = Rc::clone(&world);
        actix_web::rt::spawn(async move {
            let from = call.parcel.from;
            let sender = world.sites.get(from).and_then(Site::run).as_ref().map(Rc::downgrade);
            let answer = carry(&world, call.parcel).await;
            // Who died while it was on its way does not hear it, however soon it is here.
            let lives = sender.is_none_or(|run| run.upgrade().is_some_and(|run| !*run.crashed.borrow()));
            match answer.filter(|_| lives) {
                Some(answer) => drop(call.answer.send(answer)),
                None => world.graves.borrow_mut().push((from, call.answer)),
            }
            world.traffic.end_one();
        });
    }
}

/// What becomes of a request; nothing when its sender is dead.
pub async fn carry(world: &Rc<World>, parcel: Parcel) -> Option<Result<Reply, FetchError>> {
    let (dice, to) = (&world.dice, world.site_of(&parcel.url));
    world.time.advance(dice.between(2, 200));
    let faulty = world.faulty.get();
    let strikes = |rate: u64| faulty && dice.chance(rate);
    let rates = &world.options.faults;
    let slow = || world.time.advance(10_000);
    let note = |word: &str| {
        world.note(&format!(
            "{} → {}: {}: {word}",
            name(parcel.from),
            name(to),
            parcel.said()
        ))
    };
    if strikes(rates.crash) {
        note("the sender dies before");
        world.crash(parcel.from);
        return None;
    }
    if world.is_cut(parcel.from, to) {
        note("cut off");
        return Some(Err(FetchError::Connect));
    }
    if strikes(rates.lost) {
        slow();
        note("lost");
        return Some(Err(FetchError::Timeout));
    }
    if strikes(rates.error) {
        let status = [429, 500, 502, 503][dice.place(4)];
        note(&status.to_string());
        return Some(Ok(Reply::status(status)));
    }
    if parcel.is_post() && strikes(rates.late) {
        slow();
        note("will come late");
        world.post_late(parcel);
        return Some(Err(FetchError::Timeout));
    }
    if parcel.is_post() && strikes(rates.twice) {
        note("will come again");
        world.post_late(parcel.clone());
    }
    let answer = deliver(world, &parcel).await;
    note(&match &answer {
        Ok(reply) => reply.status.to_string(),
        Err(error) => error.to_string(),
    });
    if faulty && parcel.is_programme() && dice.chance(rates.meanwhile) {
        world.meanwhile(to).await;
    }
    if strikes(rates.unheard) {
        slow();
        note("the answer is lost");
        return Some(Err(FetchError::Timeout));
    }
    if strikes(rates.crash) {
        note("the receiver dies after");
        world.crash(to);
        return Some(Err(FetchError::Connect));
    }
    if strikes(rates.crash) {
        note("the sender dies after");
        world.crash(parcel.from);
        return None;
    }
    Some(answer)
}

/// Hands a parcel to the service of its node, which may die over it.
pub async fn deliver(world: &Rc<World>, parcel: &Parcel) -> Result<Reply, FetchError> {
    let to = world.site_of(&parcel.url);
    let reply = if to == SOCIAL {
        if agenda::is_asked_for(parcel) {
            world.agenda(parcel)
        } else if Foreign::is_for(parcel) {
            world.foreign.answer(parcel)
        } else {
            world.social.answer(parcel)
        }
    } else {
        let run = world.sites[to].run().ok_or(FetchError::Connect)?;
        let said = if parcel.is_post() {
            Watch::before(&run, parcel).await
        } else {
            None
        };
        let reply = world
            .unless_dead(&run, (run.serve)(parcel.request()))
            .await
            .ok_or(FetchError::Connect)?;
        if let Some(said) = said {
            world.sites[to].watch.after(&run, said, &reply).await;
        }
        reply
    };
    world.count(parcel, &reply, to);
    Ok(reply)
}

pub fn name(number: usize) -> String {
    if number == SOCIAL {
        "social".to_owned()
    } else {
        format!("n{number}")
    }
}

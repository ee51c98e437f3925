//! Our guarded HTTP client: everything that the node asks of, or delivers to, another server goes through here.
//!
//! Every request is signed (GETs by the instance actor). Every request has a deadline for the whole of it and a bound on
//! the bytes read after decompression, and on the depth of the document; connects to public addresses only (`guard`); sends no cookies and uses no proxy;
//! and follows at most three redirects, inside one origin; WebFinger and files that are no ActivityPub may leave it, each hop
//! guarded anew.

mod accept;
mod error;
mod failures;
mod flight;
mod knock;
mod post;
mod text;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::{Client, Method, Request, Response};
use url::Url;

pub use accept::Accept;
pub use error::FetchError;
pub use post::{Content, PostOutcome};
pub use text::Text;
pub use transport::Transport;

use super::convert::json::{self, Value};
use super::guard::{BlockList, Blocked, Guard, Policy, same_origin};
use super::keyring::KeyRing;
use super::keys::KeyKind;
use super::signature::{self, Dialect, Outgoing, Signer};
use super::urls;
use crate::domain::time::{Clock, Instant};
use crate::store::{Db, hosts};
use failures::Failures;
use flight::Flights;
use knock::{Knock, Knocks};
use transport::Wire;

/// Redirects followed for one request.
const MAX_REDIRECTS: usize = 3;
/// How long a connection is kept for the next request. Many servers close theirs after five seconds (actix, Node.js): what is
/// sent in that moment is lost, and a POST is not sent again by itself.
const IDLE: Duration = Duration::from_secs(4);
/// Longest ETag that is kept; a longer one is dropped.
const MAX_ETAG: usize = 512;

/// The bounds of a request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// For the whole request with its redirects and its body.
    pub deadline: Duration,
    /// Bytes of a body, after decompression.
    pub body: usize,
    /// How long a temporary failure of an address that a message named is remembered.
    pub remember_failure: TimeDelta,
    /// How long a permanent one is.
    pub remember_refusal: TimeDelta,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            deadline: Duration::from_secs(10),
            body: 1024 * 1024,
            remember_failure: TimeDelta::seconds(10),
            remember_refusal: TimeDelta::minutes(5),
        }
    }
}

/// A document as fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// Where it was found, after redirects. An object is believed only when its `id` is this address.
    pub final_url: Url,
    /// The document.
    pub value: Value,
    /// For the next conditional request.
    pub etag: Option<String>,
    /// When it was asked for.
    pub asked: Instant,
}

/// What a conditional request brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The document is new or has changed.
    Changed(Fetched),
    /// It is as it was when its ETag was given.
    NotModified,
}

/// The HTTP client. Cheap to clone: all clones share connections and memory.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

/// Who signs the GETs.
#[derive(Clone)]
pub enum GetSigner {
    /// This key, whatever happens.
    Fixed(Arc<Signer>),
    /// The instance actor, with the key that it has at the moment: keys are rotated while a node runs.
    Ring(KeyRing, Db),
}

impl GetSigner {
    async fn current(&self, kind: KeyKind) -> Result<Arc<Signer>, FetchError> {
        match self {
            Self::Fixed(signer) => Ok(Arc::clone(signer)),
            Self::Ring(ring, store) => match ring.of(store, None).await {
                Ok(signers) => Ok(Arc::clone(signers.of_kind(kind))),
                Err(_) => Err(FetchError::Sign),
            },
        }
    }

    /// What the host of `url` announced to read, or is known to, as far as this node remembers.
    async fn announced(&self, url: &Url) -> Option<Dialect> {
        let Self::Ring(_, store) = self else { return None };
        let host = urls::host(url);
        let known = store.read(move |conn| hosts::by_name(conn, &host)).await;
        Dialect::read(&known.ok()??.dialect?)
    }
}

struct Inner {
    transport: Arc<dyn Transport>,
    policy: Policy,
    limits: Limits,
    clock: Arc<dyn Clock>,
    signer: Option<GetSigner>,
    flights: Flights,
    failures: Failures,
    knocks: Knocks,
    blocked: BlockList,
}

impl Fetcher {
    /// A client for the node at `base`, whose GETs are signed by `signer` (the instance actor; none signs nothing).
    /// Fails when the TLS library finds no certificate authorities on this machine.
    pub fn new(
        base: &Url,
        policy: Policy,
        limits: Limits,
        signer: Option<Arc<Signer>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let signer = signer.map(GetSigner::Fixed);
        Self::avoiding(BlockList::default(), base, policy, limits, signer, clock)
    }

    /// [`Fetcher::new`] that has nothing to do with some hosts.
    pub fn avoiding(
        blocked: BlockList,
        base: &Url,
        policy: Policy,
        limits: Limits,
        signer: Option<GetSigner>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(format!("Maillage/{} (+{base})", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Guard::new(policy))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect)
            .pool_idle_timeout(IDLE)
            .build()?;
        let wire = Arc::new(Wire(client));
        Ok(Self::over(wire, blocked, policy, limits, signer, clock))
    }

    /// [`Fetcher::avoiding`] over another transport than connections. All else is as in production.
    pub fn over(
        transport: Arc<dyn Transport>,
        blocked: BlockList,
        policy: Policy,
        limits: Limits,
        signer: Option<GetSigner>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (flights, failures) = (Flights::default(), Failures::default());
        Self(Arc::new(Inner {
            transport,
            policy,
            limits,
            clock,
            signer,
            flights,
            failures,
            knocks: Knocks::default(),
            blocked,
        }))
    }

    /// What this client may connect to.
    pub fn policy(&self) -> Policy {
        self.0.policy
    }

    /// Fetches a document. Requests for the same address at the same time are one request.
    pub async fn get_json(&self, url: &Url, accept: Accept) -> Result<Arc<Fetched>, FetchError> {
        let url = without_fragment(url);
        let inner = Arc::clone(&self.0);
        let flight = self.0.flights.board(url.as_str(), accept, || {
            let url = url.clone();
            async move {
                match inner.get(url, accept, None).await? {
                    Answer::Changed(fetched) => Ok(Arc::new(fetched)),
                    Answer::NotModified => Err(FetchError::Status(304)),
                }
            }
            .boxed()
        });
        flight.await
    }

    /// Fetches a document unless it still has the ETag it was last seen with.
    pub async fn get_json_if_changed(
        &self,
        url: &Url,
        accept: Accept,
        etag: Option<&str>,
    ) -> Result<Answer, FetchError> {
        self.0.get(without_fragment(url), accept, etag).await
    }

    /// Fetches what a message names: an actor, a key, an object. An address that just failed fails again without a request,
    /// for some seconds.
    pub async fn get_named(&self, url: &Url) -> Result<Arc<Fetched>, FetchError> {
        let url = without_fragment(url);
        if let Some(error) = self.0.failures.standing(url.as_str(), self.0.clock.now()) {
            return Err(error);
        }
        let answer = self.get_json(&url, Accept::ActivityJson).await;
        if let Err(error) = &answer {
            let limits = &self.0.limits;
            let span = if error.is_permanent() {
                limits.remember_refusal
            } else {
                limits.remember_failure
            };
            self.0.failures.remember(url.as_str(), error, self.0.clock.now(), span);
        }
        answer
    }

    /// Makes [`Fetcher::get_named`] refuse an address for a while: what was found there is not what it was named for.
    pub fn refuse(&self, url: &Url) {
        let (error, inner) = (FetchError::Document("not_what_was_named"), &self.0);
        let address = without_fragment(url);
        let span = inner.limits.remember_refusal;
        inner
            .failures
            .remember(address.as_str(), &error, inner.clock.now(), span);
    }

    /// Makes the next [`Fetcher::get_named`] ask, whatever happened before: a person tries again, or the peer called.
    pub fn forget_failure(&self, url: &Url) {
        self.0.failures.forget(without_fragment(url).as_str());
    }
}

impl Inner {
    async fn get(&self, url: Url, accept: Accept, etag: Option<&str>) -> Result<Answer, FetchError> {
        let asked = self.clock.now();
        let request = self.follow(url, accept, etag);
        let answer = tokio::time::timeout(self.limits.deadline, request)
            .await
            .unwrap_or(Err(FetchError::Timeout));
        answer.map(|answer| match answer {
            Answer::Changed(fetched) => Answer::Changed(Fetched { asked, ..fetched }),
            Answer::NotModified => answer,
        })
    }

    async fn follow(&self, mut url: Url, accept: Accept, etag: Option<&str>) -> Result<Answer, FetchError> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(&url, accept, etag).await?;
            match response.status().as_u16() {
                304 if etag.is_some() => return Ok(Answer::NotModified),
                301 | 302 | 303 | 307 | 308 => url = redirect(&url, &response, accept)?,
                200..=299 => return self.read(url, response, accept).await.map(Answer::Changed),
                status => return Err(FetchError::Status(status)),
            }
        }
        Err(FetchError::Redirect)
    }

    /// Whether we connect there at all.
    fn check(&self, url: &Url) -> Result<(), Blocked> {
        self.policy.check_url(url)?;
        if self.blocked.covers(url) {
            Err(Blocked::Operator)
        } else {
            Ok(())
        }
    }

    /// Asks once, or again with another signature where the answer is 401.
    async fn ask(&self, url: &Url, accept: Accept, etag: Option<&str>) -> Result<Response, FetchError> {
        self.check(url)?;
        let own = [
            Some((ACCEPT.as_str(), accept.header())),
            etag.map(|etag| (IF_NONE_MATCH.as_str(), etag)),
        ];
        let request = |signature: &[(&'static str, String)]| {
            let signature = signature.iter().map(|(name, value)| (*name, value.as_str()));
            request(Method::GET, url, own.into_iter().flatten().chain(signature))
        };
        let Some(signer) = &self.signer else {
            return self.transport.carry(request(&[])?).await;
        };
        let first = self.first_knock(url, signer).await;
        let mut refused = None;
        for knock in first.and_others(url) {
            let headers = self.signed(knock, url, &*signer.current(knock.key()).await?)?;
            let response = self.transport.carry(request(&headers)?).await?;
            if response.status().as_u16() != 401 {
                if knock != first {
                    self.knocks.remember(url, knock);
                }
                return Ok(response);
            }
            refused = Some(response);
        }
        refused.ok_or(FetchError::Sign)
    }

    async fn first_knock(&self, url: &Url, signer: &GetSigner) -> Knock {
        if let Some(known) = self.knocks.at(url) {
            return known;
        }
        let announced = signer.announced(url).await.map_or(Knock::Cavage, Knock::from);
        // Who is new may announce something at the next look.
        if announced != Knock::Cavage {
            self.knocks.remember(url, announced);
        }
        announced
    }

    fn signed(&self, knock: Knock, url: &Url, signer: &Signer) -> Result<Vec<(&'static str, String)>, FetchError> {
        let outgoing = Outgoing {
            method: "GET",
            url: &knock.signed(url),
            content_type: None,
            digest: None,
            now: self.clock.now(),
        };
        signature::sign(knock.scheme(), &outgoing, signer).map_err(|_| FetchError::Sign)
    }

    async fn read(&self, final_url: Url, response: Response, accept: Accept) -> Result<Fetched, FetchError> {
        if !header(&response, CONTENT_TYPE.as_str()).is_some_and(|kind| accept.fits(kind)) {
            return Err(FetchError::ContentType);
        }
        let etag = header(&response, ETAG.as_str())
            .filter(|etag| etag.len() <= MAX_ETAG)
            .map(str::to_owned);
        let body = read_bounded(response, self.limits.body).await?;
        let value = json::parse(&body).map_err(|_| FetchError::Json)?;
        Ok(Fetched {
            final_url,
            value,
            etag,
            asked: self.clock.now(),
        })
    }
}

/// A request without a body.
fn request<'a>(
    method: Method,
    url: &Url,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Request, FetchError> {
    let mut request = Request::new(method, url.clone());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| FetchError::Sign)?;
        let value = HeaderValue::from_str(value).map_err(|_| FetchError::Sign)?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Where a redirect leads, if we go there.
fn redirect(from: &Url, response: &Response, accept: Accept) -> Result<Url, FetchError> {
    let location = header(response, LOCATION.as_str()).ok_or(FetchError::Redirect)?;
    let target = from.join(location).map_err(|_| FetchError::Redirect)?;
    if same_origin(from, &target) || accept.may_leave_origin() {
        Ok(without_fragment(&target))
    } else {
        Err(FetchError::Redirect)
    }
}

/// The body, cut off with an error when it is longer than `bound`.
async fn read_bounded(mut response: Response, bound: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > bound {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

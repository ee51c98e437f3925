//! What other servers ask: actors, events and collections as ActivityPub documents, and discovery (WebFinger,
//! host-meta, NodeInfo). Their inboxes are in `inbox`.
//!
//! `/events/{id}` is also a page for people: requests whose `Accept` asks for ActivityPub come here, others go to
//! `public`.

use actix_web::guard::{self, Guard, GuardContext};
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, VARY};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path, Query, ServiceConfig, get, head, post, resource};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource as Routed, Responder};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::Error;
use super::inbox::receive;
use super::middleware::{metrics, trace};
use crate::app::Node;
use crate::domain::id::ActivityId;
use crate::federation::delivery::CONTENT_TYPE;
use crate::federation::discover::{Handle as Account, Resource, webfinger_answer};
use crate::federation::documents::{self, Document};
use crate::federation::urls::{Collection, OurActor, Ours};
use crate::store::{Conn, StoreError, centres, changes, events};

/// Caches on the way ask each time, which an ETag makes cheap: a peer that was just told of a change must not read what
/// was there before it.
const FRESH: &str = "public, no-cache";

/// The busiest first.
const INBOXES: [&str; 3] = ["/inbox", "/actor/inbox", "/groups/{handle}/inbox"];

/// Adds the inboxes as other servers send to them: logged and counted, no more. They have their own limits, their answers are
/// for no browser, and the middleware around everything else costs as much as checking a signature.
pub fn inboxes(routes: &mut ServiceConfig) {
    // One resource each: a list of paths is looked up in a regular expression.
    for path in INBOXES {
        routes.service(
            resource(path)
                .guard(guard::Post())
                .wrap(from_fn(metrics::count))
                .wrap(from_fn(trace::log))
                .route(post().to(receive)),
        );
    }
}

/// Adds the routes of federation.
pub fn configure(routes: &mut ServiceConfig) {
    let document = |path: &str| resource(path).guard(WantsActivity);
    for path in INBOXES {
        // Whoever reads one is told what it takes.
        routes.service(resource(path).route(post().to(receive)));
    }
    routes
        .service(read(resource("/actor"), node_actor))
        .service(read(document("/groups/{handle}"), centre_actor))
        .service(read(resource("/groups/{handle}"), centre_page))
        .service(read(document("/centres/{handle}"), centre_actor))
        .service(read(document("/events/{id}"), event))
        .service(read(resource("/activities/{id}"), activity))
        .service(read(resource("/notes/{id}"), note))
        .service(read(resource("/.well-known/webfinger"), webfinger))
        .service(read(resource("/.well-known/host-meta"), host_meta))
        .service(read(resource("/.well-known/nodeinfo"), nodeinfo_links))
        .service(read(resource("/nodeinfo/2.1"), nodeinfo));
    for (path, collection) in [
        ("outbox", Collection::Outbox),
        ("followers", Collection::Followers),
        ("following", Collection::Following),
        ("upcoming", Collection::Upcoming),
    ] {
        let of_node = move |request: HttpRequest, node: Data<Node>, page: Query<Page>| async move {
            serve_collection(&request, node, OurActor::Node, collection, page.into_inner()).await
        };
        let of_centre = move |request: HttpRequest, node: Data<Node>, handle: Path<String>, page: Query<Page>| async move {
            let actor = actor_named(&handle)?;
            serve_collection(&request, node, actor, collection, page.into_inner()).await
        };
        routes
            .service(read(resource(format!("/actor/{path}")), of_node))
            .service(read(resource(format!("/groups/{{handle}}/{path}")), of_centre));
    }
}

/// GET and HEAD; a resource answers 405 to anything else.
fn read<F, Args>(resource: Routed, handler: F) -> Routed
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource.route(get().to(handler.clone())).route(head().to(handler))
}

/// Whether a request asks for ActivityPub rather than for a page.
pub struct WantsActivity;

impl Guard for WantsActivity {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        context
            .head()
            .headers()
            .get_all(ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .any(wants_activity)
    }
}

/// `application/activity+json`, or `application/ld+json` (with or without the profile: no page is of that type).
fn wants_activity(accept: &str) -> bool {
    accept.split(',').any(|one| {
        let kind = one.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case(CONTENT_TYPE) || kind.eq_ignore_ascii_case("application/ld+json")
    })
}

/// A page of a collection.
#[derive(Debug, Deserialize)]
struct Page {
    page: Option<String>,
}

fn actor_named(handle: &str) -> Result<OurActor, Error> {
    handle.parse().map(OurActor::Centre).map_err(|_| Error::NotFound)
}

async fn node_actor(request: HttpRequest, node: Data<Node>) -> Result<HttpResponse, Error> {
    actor(&request, node, OurActor::Node).await
}

async fn centre_actor(request: HttpRequest, node: Data<Node>, handle: Path<String>) -> Result<HttpResponse, Error> {
    actor(&request, node, actor_named(&handle)?).await
}

/// The id of an actor, opened in a browser, is its page.
async fn centre_page(node: Data<Node>, handle: Path<String>) -> Result<HttpResponse, Error> {
    let OurActor::Centre(handle) = actor_named(&handle)? else {
        return Err(Error::NotFound);
    };
    let page = node.federation.urls.centre_page(&handle);
    Ok(HttpResponse::SeeOther()
        .insert_header(("Location", page.as_str()))
        .insert_header((VARY, "Accept"))
        .finish())
}

async fn actor(request: &HttpRequest, node: Data<Node>, actor: OurActor) -> Result<HttpResponse, Error> {
    let (federation, name) = (node.federation.clone(), node.config.node.name.clone());
    serve(request, &node, move |conn| {
        documents::actor(conn, &federation, &actor, &name)
    })
    .await
}

async fn event(request: HttpRequest, node: Data<Node>, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let federation = node.federation.clone();
    serve(&request, &node, move |conn| documents::event(conn, &federation, *id)).await
}

async fn activity(request: HttpRequest, node: Data<Node>, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let federation = node.federation.clone();
    serve(&request, &node, move |conn| {
        documents::activity(conn, &federation, ActivityId(*id))
    })
    .await
}

async fn note(request: HttpRequest, node: Data<Node>, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let federation = node.federation.clone();
    serve(&request, &node, move |conn| {
        documents::note(conn, &federation, ActivityId(*id))
    })
    .await
}

async fn serve_collection(
    request: &HttpRequest,
    node: Data<Node>,
    actor: OurActor,
    collection: Collection,
    page: Page,
) -> Result<HttpResponse, Error> {
    let (federation, page) = (node.federation.clone(), page.page);
    let found = node.store.read(move |conn| {
        let page = page.as_deref();
        let document = documents::collection(conn, &federation, &actor, collection, page)?;
        let own = documents::etag(conn, &federation, &actor, collection, page)?;
        Ok((document, own, changes::stamp(conn)?))
    });
    let (document, own, stamp) = found.await?;
    answer(request, document, own, stamp)
}

/// Answers with a document.
async fn serve(
    request: &HttpRequest,
    node: &Node,
    find: impl FnOnce(&mut Conn) -> Result<Document, StoreError> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let (document, stamp) = node
        .store
        .read(move |conn| Ok((find(conn)?, changes::stamp(conn)?)))
        .await?;
    answer(request, document, None, stamp)
}

/// A document with its `own` ETag, or one made of its content and of the calendar's stamp: a collection whose pages
/// changed has changed itself, although it only names them.
fn answer(request: &HttpRequest, document: Document, own: Option<String>, stamp: i64) -> Result<HttpResponse, Error> {
    let body = match document {
        Document::Found(body) => body.to_string(),
        Document::Gone(body) => return Ok(gone(&body)),
        Document::See(there) => return Ok(see(&there)),
        Document::Missing => return Err(Error::NotFound),
    };
    let etag = own.unwrap_or_else(|| format!("\"{stamp:x}-{:x}\"", fingerprint(body.as_bytes())));
    let weak = |etag: &str| etag.trim().trim_start_matches("W/").to_owned();
    let known = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| weak(one) == weak(&etag))) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, etag))
            .insert_header((VARY, "Accept"))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .content_type(CONTENT_TYPE)
        .insert_header((ETAG, etag))
        .insert_header((CACHE_CONTROL, FRESH))
        .insert_header((VARY, "Accept"))
        .body(body))
}

/// Never 304: who still asks is to hear that it is gone.
fn gone(tombstone: &Value) -> HttpResponse {
    HttpResponse::Gone()
        .content_type(CONTENT_TYPE)
        .insert_header((CACHE_CONTROL, FRESH))
        .insert_header((VARY, "Accept"))
        .body(tombstone.to_string())
}

/// Not kept: the next session of a series changes with time.
fn see(there: &Url) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, there.as_str()))
        .insert_header((CACHE_CONTROL, FRESH))
        .insert_header((VARY, "Accept"))
        .finish()
}

/// Enough of a SHA-256 to tell two versions apart.
fn fingerprint(body: &[u8]) -> u64 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
    digest
        .as_ref()
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// What WebFinger is asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    resource: String,
}

/// RFC 7033. `resource` is an account, the address of an actor or its page, or the node itself (FEP-d556).
async fn webfinger(node: Data<Node>, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let urls = &node.federation.urls;
    let actor = match Resource::parse(&asked.resource, urls.base()).ok_or(Error::NotFound)? {
        Resource::Node => OurActor::Node,
        Resource::Account(name) => urls
            .read_account(&format!("{name}@{}", urls.host()))
            .ok_or(Error::NotFound)?,
        Resource::Address(url) => match urls.read(&url) {
            Some(Ours::Actor(actor)) => actor,
            Some(Ours::CentrePage(handle)) => OurActor::Centre(handle),
            _ => return Err(Error::NotFound),
        },
    };
    if let OurActor::Centre(handle) = &actor {
        let handle = handle.clone();
        let known = node
            .store
            .read(move |conn| centres::by_handle(conn, handle.as_str()))
            .await?;
        known.ok_or(Error::NotFound)?;
    }
    let account = Account::parse(&urls.account(&actor)).ok_or(Error::NotFound)?;
    let answer = webfinger_answer(&account, &urls.actor(&actor), &urls.actor_page(&actor), None);
    let body = serde_json::to_string(&answer).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(open_to_all(
        HttpResponse::Ok().content_type("application/jrd+json").body(body),
    ))
}

/// RFC 6415: where WebFinger is, for servers that still ask.
async fn host_meta(node: Data<Node>) -> HttpResponse {
    let template = format!("{}.well-known/webfinger?resource={{uri}}", node.federation.urls.base());
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" template=\"{template}\"/>\n</XRD>\n"
    );
    open_to_all(
        HttpResponse::Ok()
            .content_type("application/xrd+xml; charset=utf-8")
            .body(body),
    )
}

/// NodeInfo discovery. The schema link comes first (Gancio reads no other); FEP-2677 names the instance actor.
async fn nodeinfo_links(node: Data<Node>) -> HttpResponse {
    let urls = &node.federation.urls;
    open_to_all(HttpResponse::Ok().json(json!({ "links": [
        {
            "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1",
            "href": format!("{}nodeinfo/2.1", urls.base()),
        },
        { "rel": "https://www.w3.org/ns/activitystreams#Application", "href": urls.actor(&OurActor::Node) },
    ] })))
}

/// NodeInfo 2.1. Accounts are centres; nobody can register.
async fn nodeinfo(node: Data<Node>) -> Result<HttpResponse, Error> {
    let (accounts, posts) = node
        .store
        .read(|conn| Ok((centres::list(conn)?.len(), events::counts(conn)?.local)))
        .await?;
    let document: Value = json!({
        "version": "2.1",
        "software": {
            "name": "maillage",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "protocols": ["activitypub"],
        "services": { "inbound": [], "outbound": ["atom1.0"] },
        "openRegistrations": false,
        "usage": { "users": { "total": accounts }, "localPosts": posts },
        "metadata": {
            "nodeName": node.config.node.name,
            "federation": { "events": true },
        },
    });
    let profile = "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"";
    Ok(open_to_all(
        HttpResponse::Ok().content_type(profile).body(document.to_string()),
    ))
}

/// Discovery may be read by scripts of any site (RFC 7033 §5).
fn open_to_all(mut response: HttpResponse) -> HttpResponse {
    let name = HeaderName::from_static("access-control-allow-origin");
    response.headers_mut().insert(name, HeaderValue::from_static("*"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_people_are_told_apart() {
        assert!(wants_activity("application/activity+json"));
        assert!(wants_activity(
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
        ));
        assert!(wants_activity("text/html;q=0.1, application/activity+json;q=0.9"));
        assert!(!wants_activity("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!wants_activity("application/json"));
    }
}

//! Files of others that are no ActivityPub: agendas and pages. Fetched within the same guard, unsigned, with a bound of
//! their own, and again only when they changed.

use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use reqwest::{Method, Response};
use url::Url;

use super::{FetchError, Fetcher, Inner, MAX_ETAG, MAX_REDIRECTS, header, read_bounded, request, without_fragment};

/// Bytes of a file: the agenda of a town with its past years.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// For the whole of it.
const DEADLINE: Duration = Duration::from_secs(30);
/// What is asked for, an agenda first.
const WANTED: &str = "text/calendar, text/html;q=0.8, */*;q=0.1";

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where it was found, after redirects.
    pub address: Url,
    /// Its text; what is no UTF-8 in it is replaced.
    pub body: String,
    /// For the next conditional request: its ETag, else its date.
    pub validator: Option<String>,
    /// How many seconds it may be kept (`Cache-Control: max-age`).
    pub max_age: Option<u32>,
}

impl Fetcher {
    /// Fetches a file; `None` when it is as it was when `validator` was given.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn get_text(&self, url: &Url, validator: Option<&str>) -> Result<Option<Text>, FetchError> {
        let asked = self.0.text(without_fragment(url), validator);
        tokio::time::timeout(DEADLINE, asked)
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }
}

impl Inner {
    async fn text(&self, mut url: Url, validator: Option<&str>) -> Result<Option<Text>, FetchError> {
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url)?;
            let condition = validator.map(|validator| {
                let is_tag = validator.starts_with('"') || validator.starts_with("W/");
                (if is_tag { IF_NONE_MATCH } else { IF_MODIFIED_SINCE }, validator)
            });
            let condition = condition.as_ref().map(|(name, value)| (name.as_str(), *value));
            let headers = [Some((ACCEPT.as_str(), WANTED)), condition];
            let request = request(Method::GET, &url, headers.into_iter().flatten())?;
            let response = self.transport.carry(request).await?;
            match response.status().as_u16() {
                304 if validator.is_some() => return Ok(None),
                301 | 302 | 303 | 307 | 308 => {
                    let location = header(&response, LOCATION.as_str()).ok_or(FetchError::Redirect)?;
                    // An agenda may be kept elsewhere: each step passes the guard anew.
                    url = without_fragment(&url.join(location).map_err(|_| FetchError::Redirect)?);
                }
                200..=299 => return read(url, response).await.map(Some),
                status => return Err(FetchError::Status(status)),
            }
        }
        Err(FetchError::Redirect)
    }
}

async fn read(address: Url, response: Response) -> Result<Text, FetchError> {
    let kept = |name: &str| header(&response, name).filter(|value| value.len() <= MAX_ETAG);
    let validator = kept(ETAG.as_str())
        .or_else(|| kept(LAST_MODIFIED.as_str()))
        .map(str::to_owned);
    let max_age = kept(CACHE_CONTROL.as_str()).and_then(|value| {
        let mut directives = value
            .split(',')
            .filter_map(|directive| directive.trim().split_once('='));
        let (_, seconds) = directives.find(|(name, _)| name.eq_ignore_ascii_case("max-age"))?;
        seconds.trim_matches('"').parse().ok()
    });
    let body = read_bounded(response, MAX_FILE).await?;
    Ok(Text {
        address,
        body: String::from_utf8_lossy(&body).into_owned(),
        validator,
        max_age,
    })
}

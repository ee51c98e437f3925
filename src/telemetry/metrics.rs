//! The counters behind `/metrics`, in the OpenMetrics text format. One [`Metrics`] a node; nothing is global.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Seconds; a page takes milliseconds, a request that waits for the database up to five seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Declares an enum with the word that stands for each variant in `/metrics`.
macro_rules! outcomes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

outcomes! {
    /// How one attempt to deliver an activity ended.
    Delivery {
        /// The inbox took it.
        Delivered = "delivered",
        /// Failed for now; it will be tried again.
        Postponed = "postponed",
        /// The inbox refused it for good.
        Refused = "refused",
        /// Given up after the host was silent for too long.
        GivenUp = "given-up",
    }
}
outcomes! {
    /// What became of a request to an inbox.
    InboxOutcome {
        /// It had its effect.
        Accepted = "accepted",
        /// Understood, and of no use to us.
        Ignored = "ignored",
        /// Taken in before.
        Duplicate = "duplicate",
        /// Not believed, or not readable.
        Refused = "refused",
    }
}
outcomes! {
    /// How one reading of a peer's programme ended.
    Pull {
        /// There was something new.
        Changed = "changed",
        /// There was nothing new.
        Unchanged = "unchanged",
        /// The peer did not answer, or not with a programme.
        Failed = "failed",
    }
}

/// The state of the outbox at the moment of a scrape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Queue {
    /// Deliveries that wait.
    pub pending: i64,
    /// Hosts with a delivery that waits.
    pub hosts: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: Cow<'static, str>,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: Cow<'static, str>,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reception {
    outcome: &'static str,
    reason: &'static str,
}

/// The node's counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
    deliveries: Family<Outcome, Counter>,
    receptions: Family<Reception, Counter>,
    pulls: Family<Outcome, Counter>,
    sign_in_failures: Counter,
    queue_pending: Gauge,
    queue_hosts: Gauge,
    up_since: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// A set of counters at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("maillage");
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            deliveries: Family::default(),
            receptions: Family::default(),
            pulls: Family::default(),
            sign_in_failures: Counter::default(),
            queue_pending: Gauge::default(),
            queue_hosts: Gauge::default(),
            up_since: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "http_requests",
            "Requests answered, by route, method and status",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time to answer, by route and method",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        registry.register(
            "deliveries",
            "Attempts to deliver an activity, by outcome",
            metrics.deliveries.clone(),
        );
        registry.register(
            "inbox",
            "Requests to the inboxes, by outcome and reason",
            metrics.receptions.clone(),
        );
        registry.register(
            "pulls",
            "Readings of a peer's programme, by outcome",
            metrics.pulls.clone(),
        );
        registry.register("sign_in_failures", "Sign-ins refused", metrics.sign_in_failures.clone());
        registry.register(
            "queue_deliveries",
            "Deliveries that wait",
            metrics.queue_pending.clone(),
        );
        registry.register(
            "queue_hosts",
            "Hosts with a delivery that waits",
            metrics.queue_hosts.clone(),
        );
        registry.register_with_unit(
            "start_time",
            "When the node was started, in seconds since 1970",
            Unit::Seconds,
            metrics.up_since.clone(),
        );
        Self { registry, ..metrics }
    }

    /// Notes when the node was started, in seconds since 1970.
    pub fn started(&self, seconds: f64) {
        self.up_since.set(seconds);
    }

    /// One request answered. `route` is the pattern and never the path, so that the number of series is bounded.
    pub fn request(&self, route: Cow<'static, str>, method: &'static str, status: u16, duration: Duration) {
        let answer = Answer {
            route: route.clone(),
            method,
            status,
        };
        self.requests.get_or_create(&answer).inc();
        self.durations
            .get_or_create(&Route { route, method })
            .observe(duration.as_secs_f64());
    }

    /// One attempt to deliver.
    pub fn delivery(&self, outcome: Delivery) {
        self.deliveries
            .get_or_create(&Outcome {
                outcome: outcome.word(),
            })
            .inc();
    }

    /// One request to an inbox; `reason` is a fixed word (`signature`, `origin`, `size` …).
    pub fn inbox(&self, outcome: InboxOutcome, reason: &'static str) {
        self.receptions
            .get_or_create(&Reception {
                outcome: outcome.word(),
                reason,
            })
            .inc();
    }

    /// One reading of a peer's programme.
    pub fn pull(&self, outcome: Pull) {
        self.pulls
            .get_or_create(&Outcome {
                outcome: outcome.word(),
            })
            .inc();
    }

    /// One sign-in refused.
    pub fn sign_in_failure(&self) {
        self.sign_in_failures.inc();
    }

    /// The whole, as text, with the outbox as it stands.
    ///
    /// # Errors
    /// Only when the text cannot be written, which memory does not do.
    pub fn text(&self, queue: Queue) -> Result<String, fmt::Error> {
        self.queue_pending.set(queue.pending);
        self.queue_hosts.set(queue.hosts);
        let mut written = String::new();
        text::encode(&mut written, &self.registry)?;
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_written_with_its_labels() {
        let metrics = Metrics::new();
        metrics.request("/events/{id}".into(), "GET", 200, Duration::from_millis(3));
        metrics.request("/events/{id}".into(), "GET", 200, Duration::from_millis(30));
        metrics.delivery(Delivery::Postponed);
        metrics.inbox(InboxOutcome::Refused, "signature");
        metrics.sign_in_failure();
        let text = metrics.text(Queue { pending: 4, hosts: 2 }).expect("text");
        for line in [
            r#"maillage_http_requests_total{route="/events/{id}",method="GET",status="200"} 2"#,
            r#"maillage_http_request_duration_seconds_bucket{le="0.005",route="/events/{id}",method="GET"} 1"#,
            r#"maillage_deliveries_total{outcome="postponed"} 1"#,
            r#"maillage_inbox_total{outcome="refused",reason="signature"} 1"#,
            "maillage_sign_in_failures_total 1",
            "maillage_queue_deliveries 4",
            "maillage_queue_hosts 2",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}

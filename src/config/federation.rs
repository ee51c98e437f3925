//! `[federation]`: how the node talks with its peers.

use serde::{Deserialize, Serialize};

use super::{Problems, check_range};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FederationConfig {
    /// Plain http, ports and peers on this machine (`localhost`, `*.localhost`, `*.test`, `127.0.0.1`). For trials and
    /// tests; refused when `server.base_url` is https.
    pub allow_loopback: bool,
    /// Days before a session of a series at which followers are told of it.
    pub drip_days: u32,
    /// Weeks before a session of a series at which calendars among the followers (Mobilizon, Gancio …) are told of it.
    pub event_software_weeks: u32,
    /// Whether people are reminded of a session the day before.
    pub reminders: bool,
    /// The hour of that, on the clock of the session's place.
    pub reminder_hour: u32,
    /// Minutes between two readings of a followed peer's programme.
    pub pull_minutes: u32,
    /// Seconds a request to a peer may take.
    pub timeout_seconds: u64,
    /// Seconds a worker may hold a host's deliveries before another one takes them over.
    pub lease_seconds: u64,
    /// Days after which a delivery to a silent host is given up; pulling repairs the rest.
    pub give_up_days: u32,
    /// Days for which past events of peers are kept; our own are, for good.
    pub retention_days: u32,
    /// Requests to our inboxes that a host may send in a minute, and at once; 0: any number.
    pub inbox_per_minute: u32,
    /// Requests without a valid signature within five minutes after which an address is answered 429 for five minutes,
    /// except what known actors sign; 0: any number.
    pub inbox_failures: u32,
    /// Hosts with which nothing is exchanged, their subdomains included.
    pub blocked_hosts: Vec<String>,
}

impl Default for FederationConfig {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            drip_days: 7,
            event_software_weeks: 8,
            reminders: true,
            reminder_hour: 10,
            pull_minutes: 180,
            timeout_seconds: 10,
            lease_seconds: 30,
            give_up_days: 30,
            retention_days: 90,
            inbox_per_minute: 60_000,
            inbox_failures: 200,
            blocked_hosts: Vec::new(),
        }
    }
}

impl FederationConfig {
    pub(super) fn check(&self, found: &mut Problems) {
        check_range("federation.drip_days", self.drip_days, 1, 90, found);
        check_range(
            "federation.event_software_weeks",
            self.event_software_weeks,
            1,
            52,
            found,
        );
        check_range("federation.reminder_hour", self.reminder_hour, 0, 23, found);
        // Less than once a day, a single failure and the next reading would make a healthy peer pass for silent.
        check_range("federation.pull_minutes", self.pull_minutes, 1, 1_440, found);
        check_range("federation.timeout_seconds", self.timeout_seconds, 1, 60, found);
        check_range("federation.lease_seconds", self.lease_seconds, 10, 3_600, found);
        check_range("federation.give_up_days", self.give_up_days, 1, 365, found);
        check_range("federation.retention_days", self.retention_days, 1, 3_650, found);
        if self.lease_seconds <= 2 * self.timeout_seconds {
            let reason = "must be longer than twice federation.timeout_seconds, or two workers send the same delivery";
            found.push(("federation.lease_seconds", reason.into()));
        }
        for host in &self.blocked_hosts {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
            if host.is_empty() || !host.chars().all(plain) {
                found.push((
                    "federation.blocked_hosts",
                    format!("{host:?} is not a host name in lower case"),
                ));
            }
        }
    }
}

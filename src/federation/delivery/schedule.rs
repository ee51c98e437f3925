//! When a failing host is tried again.
//!
//! | failure | wait |
//! |---|---|
//! | 1, 2, 3 | 2 s, 8 s, 30 s: a restart |
//! | n ≥ 4 | n⁴ + 15 s: 16 attempts in about two and a half days, as Mastodon's |
//! | n ≥ 14 | 8 hours, until the deliveries are given up (`federation.give_up_days`) |
//!
//! Each is lengthened by up to half of itself by chance: many nodes that lost the same host at the same moment come back
//! one by one, however long it was away. `Retry-After` is respected when it is longer. A host that writes to us is tried at
//! once ([`crate::store::hosts::heard_from`]).

use std::time::Duration;

/// Longest wait before chance lengthens it.
const LONGEST: u64 = 8 * 3600;

/// The wait after the `failures`-th failure in a row (from 1). `chance` is uniform over all `u32`.
pub fn wait(failures: u64, chance: u32, retry_after: Option<Duration>) -> Duration {
    let seconds = match failures {
        0 | 1 => 2,
        2 => 8,
        3 => 30,
        more => (more.min(64).pow(4) + 15).min(LONGEST),
    };
    let least = 1000 * seconds;
    let jitter = least * u64::from(chance) / u64::from(u32::MAX) / 2;
    let planned = Duration::from_millis(least + jitter);
    retry_after.map_or(planned, |asked| asked.max(planned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let waits: Vec<_> = (1..=40).map(|failures| wait(failures, 0, None)).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits[39].as_secs(), LONGEST);
        assert_eq!(wait(u64::MAX, u32::MAX, None).as_secs(), 12 * 3600);
    }

    #[test]
    fn sixteen_attempts_take_days() {
        let total: u64 = (1..=16)
            .map(|failures| wait(failures, u32::MAX / 2, None).as_secs())
            .sum();
        assert!((2 * 86_400..3 * 86_400).contains(&total), "{total} s");
    }

    #[test]
    fn chance_spreads_hosts_that_failed_together_after_each_failure() {
        for failures in 1..=40 {
            let (least, most) = (wait(failures, 0, None), wait(failures, u32::MAX, None));
            assert_eq!(most, least * 3 / 2, "{failures}");
        }
    }

    #[test]
    fn a_longer_retry_after_is_respected() {
        assert_eq!(wait(1, 0, Some(Duration::from_secs(60))), Duration::from_secs(60));
        assert_eq!(wait(3, 0, Some(Duration::from_secs(1))), Duration::from_secs(30));
    }
}

//! Attacks: each must be refused with the right status, and change nothing. Named after the attack; the table below says
//! which tests, here and elsewhere, answer which known failure of others.

mod content;
mod fetches;
mod forged;
mod network;
mod owners;
mod rubbish;
mod strange;

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::foreign::{Actor, Foreign};
use crate::support::network::{Home, Running, clock};

/// A node that follows an honest actor, of whom it has one event; and a server that means harm.
pub struct Scene {
    pub node: Running,
    pub honest: Foreign,
    pub agenda: Actor,
    pub event: Value,
    pub evil: Foreign,
    pub mallory: Actor,
}

impl Scene {
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    pub async fn set_with(configure: impl FnOnce(&mut maillage::config::Config)) -> Self {
        let clock = clock();
        let home = Home::new("noeud", Database::sqlite(), &clock);
        let node = home.start_with(configure).await;
        node.centre("agenda").await;
        let (honest, evil) = (Foreign::start("honnete", &clock), Foreign::start("mechant", &clock));
        let (agenda, mallory) = (honest.actor("Group", "agenda"), evil.actor("Person", "mallory"));
        let event = honest.event(&agenda, "atelier", "Atelier");
        let scene = Self {
            node,
            honest,
            agenda,
            event,
            evil,
            mallory,
        };
        scene.follow(&scene.honest, &scene.agenda).await;
        assert_eq!(scene.agenda.tell(&scene.node, "Create", scene.event.clone()).await, 202);
        scene.unharmed().await;
        scene
    }

    pub async fn follow(&self, server: &Foreign, actor: &Actor) {
        self.node.follow(&actor.id).await;
        self.node.deliver().await;
        let asked = server.received(&self.node).await.pop().expect("a Follow");
        assert_eq!(actor.tell(&self.node, "Accept", asked).await, 202);
    }

    /// The one event is as it was, and nothing else is there.
    pub async fn unharmed(&self) {
        assert_eq!(self.node.titles().await, ["Atelier"]);
    }

    /// The event with another title and a newer date.
    pub fn rewritten(&self) -> Value {
        rewritten(&self.event)
    }
}

/// The same event with another title and a newer date.
pub fn rewritten(event: &Value) -> Value {
    let mut event = event.clone();
    event["name"] = json!("Détourné");
    event["updated"] = json!("2026-11-22T12:00:00Z");
    event
}

/// An attack that once worked on somebody, and the tests which show that it does not work here.
struct Attack {
    /// As the project's list numbers them; those of the library that once did this work begin with L.
    number: &'static str,
    /// Where it went wrong.
    once: &'static str,
    /// Names of test functions, anywhere in the project.
    tests: &'static [&'static str],
}

const fn attack(number: &'static str, once: &'static str, tests: &'static [&'static str]) -> Attack {
    Attack { number, once, tests }
}

#[rustfmt::skip]
const ATTACKS: &[Attack] = &[
    // Network.
    attack("1", "private addresses: CVE-2024-39687 (Fedify), CVE-2025-25194 (Lemmy, by WebFinger)",
        &["addresses_of_private_networks_are_not_public", "actors_at_private_addresses_are_never_asked", "announced_objects_at_private_addresses_are_never_asked"]),
    attack("2", "0.0.0.0 and broadcast: CVE-2026-33693 (activitypub_federation)", &["addresses_of_private_networks_are_not_public"]),
    attack("3", "CGNAT, benchmarks, multicast, reserved: CVE-2026-50131 (Fedify)", &["addresses_of_private_networks_are_not_public"]),
    attack("4", "IPv4 inside IPv6: GHSA-vwhj-3g83-v276 (Mastodon)", &["addresses_of_private_networks_are_not_public", "actors_at_private_addresses_are_never_asked"]),
    attack("5", "DNS rebinding: activitypub_federation before 0.7.0-beta.13",
        &["dns_rebinding_is_seen_when_connecting", "a_name_with_one_private_address_among_public_ones_is_refused"]),
    attack("6", "redirects inside, without end: CVE-2026-77632, CVE-2025-23221, CVE-2026-34148 (Fedify)",
        &["a_redirect_to_another_origin_or_inside_is_not_followed", "three_redirects_inside_the_origin_are_followed_and_not_four", "a_redirect_loop_ends"]),
    attack("7", "links that point inside: CVE-2026-62857",
        &["links_that_point_inside_are_not_followed", "addresses_inside_documents_are_never_asked", "a_shared_inbox_of_another_server_is_not_written_to"]),
    attack("8", "odd addresses and spellings: CVE-2023-42451 (Mastodon)",
        &["only_plain_https_urls_pass_in_production", "private_addresses_and_odd_urls_are_never_asked", "a_blocked_host_written_in_other_letters", "origins_differ_by_scheme_host_or_port"]),
    // Identity.
    attack("9", "a key of somebody else: CVE-2025-54888 (Fedify), CVE-2023-49079 (Misskey)",
        &["the_key_of_an_actor_of_another_server", "the_key_of_another_actor_of_the_same_server", "a_proof_by_somebody_elses_key_is_refused"]),
    attack("10", "an author or id of another host: CVE-2024-23832 (Mastodon), CVE-2024-52591 (Misskey)",
        &["an_event_that_names_an_author_of_another_server", "an_announced_event_is_believed_from_its_own_address_only", "a_document_with_a_foreign_id_is_refused"]),
    attack("11", "an upload that looks like a document: CVE-2024-25623 (Mastodon)",
        &["a_page_or_upload_that_looks_like_an_event", "an_actor_served_as_a_page_is_nobody", "a_document_of_another_type_is_not_read"]),
    attack("12", "an Update of somebody else's, a change of author",
        &["an_event_of_another_server_in_create_update_and_delete", "an_update_or_delete_by_another_actor_of_the_same_server", "a_change_of_owner_by_the_owner", "a_followed_neighbour_that_names_itself_first_among_the_authors", "a_stranger_who_slips_in_an_event_as_if_it_were_of_the_followed_group"]),
    attack("13", "Delete, Undo, Accept of somebody else's",
        &["an_event_of_another_server_in_create_update_and_delete", "an_event_of_ours_in_create_update_and_delete", "an_undo_of_the_follow_of_another", "an_undo_of_the_announce_of_another", "an_accept_of_a_follow_that_was_never_asked", "answers_to_a_join_and_requests_to_quote_have_no_effect", "a_followed_neighbour_cannot_bury_events_before_they_come"]),
    attack("14", "an Accept by another than the one asked: CVE-2025-30741 (Pixelfed)",
        &["an_accept_or_reject_in_place_of_the_one_who_was_asked"]),
    attack("15", "a wider audience by a second delivery: CVE-2024-37903 (Mastodon); nothing private is kept here",
        &["an_event_that_is_not_for_everybody_told_again_by_another_stays_unknown", "an_event_that_is_not_for_everybody_is_not_listed", "a_proven_event_that_is_not_for_everybody_is_not_shown"]),
    attack("16", "whose key is it: Fedify 2.2.10",
        &["a_key_document_of_the_attacker_that_names_the_victim_as_owner", "a_key_of_another_owner_is_passed_over", "a_key_id_on_another_host_is_passed_over", "a_key_that_its_owner_does_not_list_is_refused", "two_actors_that_claim_one_key_name"]),
    attack("17", "handles of other hosts",
        &["an_actor_cannot_borrow_a_handle_of_another_host", "a_handle_that_the_actors_host_does_not_know_is_refused"]),
    attack("18", "an embedded copy is believed", &["an_embedded_copy_without_proof_is_not_believed", "a_proof_over_other_words_is_refused_and_nobody_is_asked", "a_proof_that_cannot_be_checked_counts_for_nothing"]),
    attack("19", "a blocked host by way of a third: GHSA-5h2f-wg8j-xqwp (Mastodon)",
        &["a_blocked_host_and_what_is_below_it", "a_host_blocked_later_is_neither_read_nor_written_to", "a_proven_event_of_a_blocked_host_relayed_by_a_third"]),
    attack("20", "forged approvals: GHSA-8h43-rcqj-wpc6 (Mastodon); quotes and registrations are not taken here",
        &["answers_to_a_join_and_requests_to_quote_have_no_effect", "a_join_is_answered_with_ignore_and_leaves_no_trace"]),
    // Signatures.
    attack("21", "draft-cavage, component by component",
        &["each_required_component_is_required", "a_missing_wrong_or_other_digest_is_refused", "the_clock_window_holds_on_both_sides", "created_and_expires_games_are_refused", "duplicate_headers_and_parameters_are_refused", "algorithms_that_sign_nothing_are_refused", "no_signature", "no_digest", "another_body_under_the_same_signature", "another_body_with_its_own_digest", "a_date_of_two_hours_ago_or_in_two_hours", "another_date_than_the_one_signed", "the_same_bytes_again_have_no_second_effect"]),
    attack("22", "RFC 9421, component by component",
        &["rfc_9421_for_another_host_or_path_is_refused", "rfc_9421_needs_its_content_digest_right_and_covered", "rfc_9421_required_components_are_required", "two_rfc_9421_signatures_are_refused"]),
    // Documents.
    attack("23", "what is read is not what was signed: CVE-2024-32983 (Misskey), CVE-2026-42462 (Fedify)",
        &["an_event_in_a_graph_an_inclusion_or_a_reverse_is_not_read", "contexts_may_be_added_but_not_swapped", "a_linked_data_signature_beside_it_is_neither_covered_nor_read", "a_changed_word_anywhere_is_noticed"]),
    attack("24", "JSON that bursts its reader",
        &["the_same_key_twice", "nesting_ten_thousand_deep", "numbers_and_characters_that_are_none", "a_body_over_one_mebibyte", "too_much_is_413_and_another_type_415", "a_gzip_bomb_is_cut_off", "traps_are_refused", "broken_or_bottomless_json_is_refused"]),
    attack("25", "one value, many shapes",
        &["spellings_of_the_same_thing_read_the_same", "what_is_missing_or_foreign_is_refused", "everybody_has_three_names_and_many_places", "what_is_no_json_or_no_activity"]),
    attack("26", "contexts that are fetched", &["addresses_inside_documents_are_never_asked", "no_context_has_to_be_fetched_and_location_is_left_alone"]),
    // Resources.
    attack("27", "collections without end", &["an_endless_collection_ends", "a_collection_that_lists_events_of_others", "a_collection_that_goes_on_at_another_server_or_counts_a_million"]),
    attack("28", "a byte a second: CVE-2023-36461 (Mastodon)", &["a_slow_body_or_head_meets_the_deadline", "an_acceptance_with_a_dripping_body_is_an_acceptance"]),
    attack("29", "texts that keep a reader busy: CVE-2025-68475 (Fedify)", &["texts_made_to_keep_a_reader_busy", "a_flood_of_elements_takes_no_time"]),
    attack("30", "lists without end, fan-out: GHSA-gg8q-rcg7-p79g (Mastodon)",
        &["lists_and_texts_are_bounded", "an_activity_that_names_a_thousand_actors_makes_us_ask_none_of_them", "keys_of_proofs_are_asked_for_within_the_budget_of_a_message_and_of_a_reading", "authors_of_named_events_are_asked_for_within_the_budget_of_a_message"]),
    attack("31", "memory of hosts that never ends: CVE-2026-69132 (Fedify)",
        &["failures_are_forgotten_in_time_and_any_number_leaves_room_for_the_next", "any_number_of_hosts_leaves_room_for_the_next", "waits_grow_and_stay_bounded"]),
    attack("32", "storms of Deletes", &["the_farewell_of_a_stranger_is_answered_without_asking_anybody", "a_storm_of_farewells_costs_a_lookup_each_and_no_fetch"]),
    // Content.
    attack("33", "scripts in every text: Mobilizon 4.0.1, CVE-2023-42452, CVE-2023-36459 (Mastodon)",
        &["scripts_in_every_text_reach_no_page", "markup_never_reaches_html_and_hidden_characters_reach_nothing", "hostile_html_becomes_harmless", "addresses_that_are_no_pages_are_dropped", "nothing_is_computed_or_breaks_its_cell", "hostile_words_stay_in_their_property", "hostile_words_stay_text"]),
    attack("34", "links that hide where they lead: CVE-2023-36462, GHSA-rwcw-vq68-g34p (Mastodon)",
        &["a_page_of_another_server_under_an_honest_name", "links_keep_their_words_and_lead_outside"]),
    attack("35", "an error in the cleaning stops the worker: GHSA-qrgq-9fx2-vf2r (Mastodon)",
        &["after_all_the_rubbish_the_next_letter_is_taken_in", "after_all_the_rubbish_the_next_programme_is_read", "wrong_kinds_anywhere_are_refused_or_ignored"]),
    attack("36", "media that are processed: CVE-2023-36460 (Mastodon), CVE-2026-29178 (Lemmy); pictures of others are only linked here",
        &["pictures_of_others_are_neither_fetched_nor_served"]),
    // Privacy.
    attack("37", "private things in public, or told by their absence: GHSA-gwhw-gcjx-72v8 (Mastodon)",
        &["followers_are_nobody_elses_business", "what_was_said_to_one_is_not_shown_to_all", "what_is_not_for_all_answers_as_what_never_was", "people_among_the_organisers_are_not_kept"]),
    attack("38", "reports that travel: CVE-2024-23649 (Lemmy); reports are not taken here", &["a_report_is_passed_over_and_goes_to_nobody"]),
    // What activitypub_federation 0.7.0-beta.14 takes in.
    attack("L1", "a request signed for another host", &["a_letter_to_another_server_sent_on_to_us", "a_delivery_to_another_server_cannot_be_replayed_here"]),
    attack("L2", "only the digest signed", &["a_delivery_of_which_only_the_digest_is_signed"]),
    attack("L3", "a date ten years ahead", &["a_date_in_ten_years"]),
    attack("L4", "an unsigned date that anybody renews", &["an_unsigned_date_that_is_refreshed", "an_unsigned_date_that_somebody_renews_is_refused"]),
    attack("L5", "the same bytes again", &["the_same_bytes_again_have_no_second_effect", "a_replay_makes_us_fetch_nothing"]),
];

/// Every test of the table is a test, and no number is left out.
#[test]
fn each_attack_of_the_list_has_its_tests() {
    let numbers: Vec<&str> = ATTACKS.iter().map(|attack| attack.number).collect();
    let listed = (1..=38).map(|number| number.to_string());
    let expected: Vec<String> = listed.chain((1..=5).map(|number| format!("L{number}"))).collect();
    assert_eq!(numbers, expected);
    let tests = all_tests();
    for attack in ATTACKS {
        assert!(!attack.once.is_empty() && !attack.tests.is_empty(), "{}", attack.number);
        for name in attack.tests {
            assert!(tests.contains(*name), "{}: there is no test {name}", attack.number);
        }
    }
}

/// Names of all tests of the project, by its sources.
pub fn all_tests() -> std::collections::BTreeSet<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = std::collections::BTreeSet::new();
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut tests);
    }
    assert!(tests.len() > 300, "the sources were read");
    tests
}

/// Names of the functions below `folder` that stand behind a `#[test]` or `#[tokio::test…]`.
fn collect(folder: &std::path::Path, tests: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                collect(&path, tests);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = std::fs::read_to_string(&path).expect("a source");
            let mut attributed = false;
            for line in source.lines().map(str::trim) {
                let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                match name.and_then(|rest| rest.split(['(', '<']).next()) {
                    Some(name) if attributed => {
                        tests.insert(name.to_owned());
                        attributed = false;
                    }
                    Some(_) => attributed = false,
                    None => attributed |= line.starts_with("#[test") || line.starts_with("#[tokio::test"),
                }
            }
        }
    }
}

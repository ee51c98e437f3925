//! Each row of the tables « Signatures » and « Proofs » of FEDERATION.md has its tests.

use crate::federation::hostile::all_tests;

/// The first words of a row, and the tests that hold it.
#[rustfmt::skip]
const ROWS: &[(&str, &[&str])] = &[
    ("key", &["key_ids_with_and_without_fragment_are_read", "a_key_is_found_inside_the_actor_alone_or_in_a_partial_actor", "keys_are_read_in_both_encodings_and_written_back"]),
    ("algorithm", &["algorithms_that_sign_nothing_are_refused", "blanks_after_commas_other_labels_and_unknown_parameters_are_read", "rfc_9421_alg_must_be_that_of_the_key"]),
    ("method and path", &["each_required_component_is_required", "rfc_9421_required_components_are_required", "rfc_9421_for_another_host_or_path_is_refused"]),
    ("query", &["a_get_signed_without_its_query_is_read_and_a_post_is_not"]),
    ("host", &["a_host_without_port_is_ours_and_another_port_is_not", "a_delivery_to_another_server_cannot_be_replayed_here", "rfc_9421_for_another_host_or_path_is_refused"]),
    ("time", &["each_required_component_is_required", "created_may_stand_for_the_date", "an_unsigned_date_that_somebody_renews_is_refused", "rfc_9421_required_components_are_required"]),
    ("clock", &["the_clock_window_holds_on_both_sides", "rfc_9421_required_components_are_required"]),
    ("expiry", &["created_and_expires_games_are_refused", "rfc_9421_required_components_are_required"]),
    ("body", &["a_missing_wrong_or_other_digest_is_refused", "rfc_9421_needs_its_content_digest_right_and_covered"]),
    ("digest of a GET", &["a_get_with_the_digest_of_nothing_is_read_and_with_another_is_not"]),
    ("other covered headers", &["mobilizon_covers_its_headers_in_another_order_with_content_length", "rfc_9421_required_components_are_required"]),
    ("repetitions", &["duplicate_headers_and_parameters_are_refused", "two_rfc_9421_signatures_are_refused"]),
    ("`DataIntegrityProof`", &["what_cannot_be_checked_counts_as_no_proof", "a_proof_that_cannot_be_checked_counts_for_nothing"]),
    ("one such proof", &["what_cannot_be_right_is_refused", "a_proof_over_other_words_is_refused_and_nobody_is_asked"]),
    ("the `@context`", &["contexts_may_be_added_but_not_swapped"]),
    ("the key is", &["a_proof_by_somebody_elses_key_is_refused", "an_event_proven_by_the_key_that_was_is_what_its_address_says"]),
    ("the signature holds", &["a_changed_word_anywhere_is_noticed", "a_delivered_event_with_a_wrong_proof_is_refused"]),
    ("`created` is", &["a_proof_is_fresh_for_a_month", "a_proof_of_long_ago_sends_us_to_the_events_own_address"]),
];

#[test]
fn each_row_of_the_tables_of_signatures_and_proofs_has_its_tests() {
    let page = include_str!("../../../FEDERATION.md");
    let (_, after) = page.split_once("## Signatures\n").expect("the tables");
    let (tables, _) = after.split_once("\n## Deviations").expect("their end");
    let rows = tables
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter(|row| !row.starts_with("what |") && !row.starts_with("of a proof"));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows.len(), ROWS.len(), "{rows:#?}");
    let known = all_tests();
    for (row, (start, tests)) in rows.iter().zip(ROWS) {
        assert!(row.starts_with(start), "{start}: {row}");
        for name in *tests {
            assert!(known.contains(*name), "{start}: there is no test {name}");
        }
    }
}

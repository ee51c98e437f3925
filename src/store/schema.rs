//! The tables, as both databases have them (`migrations/`). Instants are milliseconds since 1970.

diesel::table! {
    centres (id) { id -> Text, handle -> Text, kind -> Text, name -> Text, profile -> Text, created_at -> BigInt, updated_at -> BigInt, }
}
diesel::table! {
    actor_keys (owner, algorithm) { owner -> Text, algorithm -> Text, private_key -> Text, public_key -> Text, created_at -> BigInt, }
}
diesel::table! {
    members (id) {
        id -> Text, email -> Text, role -> Text, password_hash -> Text, created_at -> BigInt,
    }
}
diesel::table! {
    sign_ins (token_hash) { token_hash -> Text, member_id -> Text, created_at -> BigInt, expires_at -> BigInt, }
}
diesel::table! {
    tokens (id) {
        id -> Text, token_hash -> Text, member_id -> Text, name -> Text, created_at -> BigInt, last_used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    settings (key) { key -> Text, value -> Text, }
}
diesel::table! {
    changes (slot) { slot -> BigInt, stamp -> BigInt, }
}

diesel::table! {
    peers (id) {
        id -> Text,
        uri -> Text,
        kind -> Text,
        handle -> Text,
        host -> Text,
        name -> Text,
        url -> Nullable<Text>,
        inbox -> Text,
        shared_inbox -> Nullable<Text>,
        outbox -> Nullable<Text>,
        upcoming -> Nullable<Text>,
        followers_url -> Nullable<Text>,
        public_keys -> Text,
        software -> Nullable<Text>,
        summary -> Text,
        fetched_at -> BigInt,
        gone_at -> Nullable<BigInt>,
        pull_due_at -> Nullable<BigInt>,
        pull_etag -> Nullable<Text>,
        pull_refused_at -> Nullable<BigInt>,
        pulled_at -> Nullable<BigInt>,
        pull_error -> Nullable<Text>,
        heard_at -> Nullable<BigInt>,
        contact -> Nullable<Text>,
    }
}
diesel::table! {
    peer_keys (key_uri) { key_uri -> Text, peer_id -> Text, }
}
diesel::table! {
    follows (id) {
        id -> Text, actor -> Text, peer_id -> Text, activity_uri -> Text, state -> Text, asked_at -> BigInt, changed_at -> BigInt,
    }
}
diesel::table! {
    followers (id) {
        id -> Text, actor -> Text, peer_id -> Text, activity_uri -> Text, since -> BigInt, kind -> Text, kind_due_at -> BigInt,
    }
}
diesel::table! {
    follow_requests (id) { id -> Text, actor -> Text, peer_id -> Text, activity_uri -> Text, since -> BigInt, }
}
diesel::table! {
    blocks (target) { target -> Text, severity -> Text, note -> Text, created_at -> BigInt, }
}

diesel::table! {
    events (id) {
        id -> Text,
        uri -> Text,
        url -> Text,
        centre_id -> Nullable<Text>,
        peer_id -> Nullable<Text>,
        external_id -> Nullable<Text>,
        facts -> Text,
        event_type -> Nullable<Text>,
        format -> Nullable<Text>,
        mode -> Nullable<Text>,
        price -> Nullable<Text>,
        status -> Text,
        level_min -> Nullable<BigInt>,
        level_max -> Nullable<BigInt>,
        city -> Text,
        search_text -> Text,
        horizon_at -> Nullable<BigInt>,
        published_at -> BigInt,
        updated_at -> BigInt,
        series_uri -> Nullable<Text>,
        activity -> Nullable<Binary>,
    }
}
diesel::table! {
    event_tags (event_id, kind, code) { event_id -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    sessions (id) {
        id -> Text,
        event_id -> Text,
        date -> Text,
        starts_at -> BigInt,
        ends_at -> BigInt,
        announced_at -> Nullable<BigInt>,
        area -> Text,
        merged_into -> Nullable<Text>,
        told_at -> Nullable<BigInt>,
        moved_from -> Nullable<BigInt>,
        publisher -> Text,
        town -> Text,
        postcode -> Text,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
    }
}
diesel::table! {
    notices (session_id, kind) {
        session_id -> Text, kind -> Text, known -> Text, due_at -> Nullable<BigInt>, sent_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    merge_vetoes (low, high) { low -> Text, high -> Text, created_at -> BigInt, }
}
diesel::table! {
    announces (event_id, announcer) { event_id -> Text, announcer -> Text, local -> Bool, activity_uri -> Text, announced_at -> BigInt, via -> Text, told -> Text, }
}
diesel::table! {
    network_rules (network_id) { network_id -> Text, rule -> Text, }
}
diesel::table! {
    memberships (network_id, member) { network_id -> Text, member -> Text, local -> Bool, trusted -> Bool, since -> BigInt, }
}
diesel::table! {
    approvals (network_id, subject) { network_id -> Text, subject -> Text, state -> Text, since -> BigInt, }
}
diesel::table! {
    network_queue (id) { id -> BigInt, event_id -> Text, }
}
diesel::table! {
    network_departures (id) {
        id -> BigInt, network_id -> Text, session_id -> Text, uri -> Text, activity_uri -> Text, ends_at -> BigInt,
    }
}
diesel::table! {
    network_posts (network_id, session_id) {
        network_id -> Text, session_id -> Text, series -> Text, activity_uri -> Text, posted_at -> BigInt, ends_at -> BigInt,
        known -> Text, noted_at -> Nullable<BigInt>, change_due_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    network_tellings (network_id, session_id) {
        network_id -> Text, session_id -> Text, activity_uri -> Text, told -> Text, ends_at -> BigInt,
    }
}
diesel::table! {
    event_documents (event_id) { event_id -> Text, document -> Text, }
}
diesel::table! {
    tombstones (uri) { uri -> Text, deleted_at -> BigInt, }
}

diesel::table! {
    activities (id) { id -> Text, uri -> Text, sender -> Text, object_uri -> Text, public -> Bool, body -> Text, created_at -> BigInt, }
}
diesel::table! {
    deliveries (id) {
        id -> BigInt,
        activity_id -> Text,
        inbox -> Text,
        host -> Text,
        created_at -> BigInt,
        outcome -> Nullable<Text>,
        error -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
        stumbled_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    hosts (host) {
        host -> Text,
        next_attempt_at -> Nullable<BigInt>,
        lease_until -> BigInt,
        lease_owner -> Text,
        failures -> BigInt,
        first_failure_at -> Nullable<BigInt>,
        last_attempt_at -> Nullable<BigInt>,
        last_success_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        dialect -> Nullable<Text>,
        dialect_since -> Nullable<BigInt>,
        asked_until -> Nullable<BigInt>,
    }
}
diesel::table! {
    inbox_seen (digest) { digest -> Binary, seen_at -> BigInt, }
}

diesel::joinable!(sign_ins -> members (member_id));
diesel::joinable!(tokens -> members (member_id));
diesel::joinable!(peer_keys -> peers (peer_id));
diesel::joinable!(follows -> peers (peer_id));
diesel::joinable!(followers -> peers (peer_id));
diesel::joinable!(follow_requests -> peers (peer_id));
diesel::joinable!(events -> centres (centre_id));
diesel::joinable!(events -> peers (peer_id));
diesel::joinable!(event_tags -> events (event_id));
diesel::joinable!(sessions -> events (event_id));
diesel::joinable!(notices -> sessions (session_id));
diesel::joinable!(announces -> events (event_id));
diesel::joinable!(deliveries -> activities (activity_id));
diesel::allow_tables_to_appear_in_same_query!(
    centres,
    members,
    sign_ins,
    tokens,
    peers,
    peer_keys,
    follows,
    followers,
    follow_requests,
    blocks,
    events,
    event_tags,
    sessions,
    notices,
    announces,
    activities,
    deliveries,
    hosts,
    network_rules,
    memberships,
    approvals,
    network_queue,
    network_posts,
    network_tellings,
    event_documents,
);

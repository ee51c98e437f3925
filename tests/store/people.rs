//! Centres, keys, members and their ways in, settings.

use chrono::Duration;
use maillage::domain::centre::CentreKind;
use maillage::domain::id::{MemberId, TokenId};
use maillage::domain::member::{Member, Role};
use maillage::store::{Conn, StoreError, centres, changes, keys, members, settings, sign_ins, tokens};

use super::samples::{RANDOM, centre, now};
use crate::support::database::both_conn;

fn member(conn: &mut Conn, email: &str) -> Member {
    let member = Member {
        id: MemberId::new(now(), &*RANDOM),
        email: email.to_owned(),
        role: Role::Editor,
        created: now(),
    };
    members::insert(conn, &member, "$argon2id$hash").expect("a new member");
    member
}

#[test]
fn a_centre_is_kept_and_changed() {
    both_conn(|conn| {
        let mut one = centre(conn, "escale", CentreKind::Centre);
        assert_eq!(centres::by_handle(conn, "escale").unwrap().as_ref(), Some(&one));
        assert_eq!(
            centres::by_handle(conn, "Escale").unwrap(),
            None,
            "handles have one spelling"
        );
        let stamp = changes::stamp(conn).unwrap();
        one.profile.name = "L’Escale du canal".to_owned();
        one.kind = CentreKind::Network;
        one.updated = now() + Duration::hours(1);
        centres::update(conn, &one).unwrap();
        assert_eq!(centres::by_id(conn, one.id).unwrap(), Some(one.clone()));
        assert!(changes::stamp(conn).unwrap() > stamp, "its name stands in the calendar");
        let other = centre(conn, "aiguillage", CentreKind::Centre);
        assert_eq!(centres::list(conn).unwrap(), [other, one.clone()]);
        assert!(matches!(centres::insert(conn, &one), Err(StoreError::AlreadyExists)));
    });
}

#[test]
fn keys_belong_to_a_centre_or_to_the_relay() {
    both_conn(|conn| {
        let one = centre(conn, "escale", CentreKind::Centre);
        let key = |owner, algorithm: &str| keys::ActorKey {
            owner,
            algorithm: algorithm.to_owned(),
            private: "secret".to_owned(),
            public: "public".to_owned(),
            created: now(),
        };
        for (owner, algorithm) in [(None, "rsa"), (None, "ed25519"), (Some(one.id), "rsa")] {
            keys::insert(conn, &key(owner, algorithm)).unwrap();
        }
        assert_eq!(
            keys::of_owner(conn, None).unwrap(),
            [key(None, "ed25519"), key(None, "rsa")]
        );
        assert_eq!(keys::of_owner(conn, Some(one.id)).unwrap(), [key(Some(one.id), "rsa")]);
        assert!(matches!(
            keys::insert(conn, &key(None, "rsa")),
            Err(StoreError::AlreadyExists)
        ));
        assert!(!format!("{:?}", key(None, "rsa")).contains("secret"));
    });
}

#[test]
fn an_email_has_one_account_whatever_its_case() {
    both_conn(|conn| {
        let one = member(conn, "accueil@escale.example");
        let (found, hash) = members::by_email(conn, " Accueil@ESCALE.example ")
            .unwrap()
            .expect("found");
        assert_eq!((found, hash.as_str()), (one.clone(), "$argon2id$hash"));
        let again = Member {
            id: MemberId::new(now(), &*RANDOM),
            email: "ACCUEIL@escale.example".to_owned(),
            ..one
        };
        assert!(matches!(
            members::insert(conn, &again, "x"),
            Err(StoreError::AlreadyExists)
        ));
        members::set_password(conn, one.id, "other").unwrap();
        members::set_role(conn, one.id, Role::Admin).unwrap();
        let (found, hash) = members::by_email(conn, "accueil@escale.example")
            .unwrap()
            .expect("found");
        assert_eq!((found.role, hash.as_str()), (Role::Admin, "other"));
    });
}

#[test]
fn a_sign_in_ends_when_it_expires_or_is_ended() {
    both_conn(|conn| {
        let one = member(conn, "a@b.example");
        for (token, hours) in [("short", 1), ("long", 9), ("other", 9)] {
            sign_ins::insert(conn, token, one.id, now(), now() + Duration::hours(hours)).unwrap();
        }
        let later = now() + Duration::hours(1);
        assert_eq!(
            sign_ins::find(conn, "short", now()).unwrap().map(|(member, _)| member),
            Some(one.clone())
        );
        assert_eq!(
            sign_ins::find(conn, "short", later).unwrap().map(|(member, _)| member),
            None
        );
        assert_eq!(sign_ins::purge(conn, later).unwrap(), 1);
        sign_ins::remove(conn, "long").unwrap();
        assert_eq!(
            sign_ins::find(conn, "long", now()).unwrap().map(|(member, _)| member),
            None
        );
        assert_eq!(
            sign_ins::find(conn, "other", now()).unwrap().map(|(member, _)| member),
            Some(one.clone())
        );
        sign_ins::remove_all(conn, one.id).unwrap();
        assert_eq!(
            sign_ins::find(conn, "other", now()).unwrap().map(|(member, _)| member),
            None
        );
    });
}

#[test]
fn tokens_lead_to_their_member_and_go_with_it() {
    both_conn(|conn| {
        let one = member(conn, "a@b.example");
        let token = |name: &str| tokens::Token {
            id: TokenId::new(now(), &*RANDOM),
            member: one.id,
            name: name.to_owned(),
            created: now(),
            last_used: None,
        };
        let (site, script) = (token("site"), token("script"));
        tokens::insert(conn, &site, "h1").unwrap();
        tokens::insert(conn, &script, "h2").unwrap();
        assert_eq!(tokens::by_hash(conn, "h1").unwrap(), Some((site.clone(), one.clone())));
        assert_eq!(tokens::by_hash(conn, "h3").unwrap(), None);
        tokens::touch(conn, site.id, now()).unwrap();
        tokens::remove(conn, script.id).unwrap();
        assert_eq!(
            tokens::of_member(conn, one.id).unwrap(),
            [tokens::Token {
                last_used: Some(now()),
                ..site
            }]
        );
        members::remove(conn, one.id).unwrap();
        assert_eq!(tokens::by_hash(conn, "h1").unwrap(), None, "foreign keys are on");
    });
}

#[test]
fn a_setting_is_written_over() {
    both_conn(|conn| {
        assert_eq!(settings::get(conn, "open").unwrap(), None);
        settings::set(conn, "open", "yes").unwrap();
        settings::set(conn, "open", "no").unwrap();
        assert_eq!(settings::get(conn, "open").unwrap().as_deref(), Some("no"));
    });
}

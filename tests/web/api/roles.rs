//! Who may do what: each way of writing, for each role.

use super::*;

/// Method, path, body, and the roles that may.
fn writes(id: &str) -> Vec<(&'static str, String, Value, &'static [Role])> {
    const PUBLISH: &[Role] = &[Role::Admin, Role::Editor];
    const ADMINISTER: &[Role] = &[Role::Admin];
    let follow = "/api/v1/follows/0190a0b0-0000-7000-8000-000000000000";
    vec![
        ("POST", "/api/v1/events".to_owned(), smallest(), PUBLISH),
        (
            "PATCH",
            format!("/api/v1/events/{id}"),
            json!({"price": "payant"}),
            PUBLISH,
        ),
        ("POST", format!("/api/v1/events/{id}/cancel"), json!({}), PUBLISH),
        ("POST", "/api/v1/follows".to_owned(), json!({}), ADMINISTER),
        ("DELETE", follow.to_owned(), Value::Null, ADMINISTER),
        (
            "POST",
            "/api/v1/deliveries/nobody.test/retry".to_owned(),
            Value::Null,
            PUBLISH,
        ),
        (
            "POST",
            "/api/v1/deliveries/nobody.test/give-up".to_owned(),
            Value::Null,
            ADMINISTER,
        ),
        ("DELETE", format!("/api/v1/events/{id}"), Value::Null, PUBLISH),
        ("POST", "/api/v1/follows/preview".to_owned(), json!({}), ADMINISTER),
        ("DELETE", nobody("/api/v1/followers/"), Value::Null, ADMINISTER),
        (
            "POST",
            nobody("/api/v1/followers/requests/") + "/accept",
            Value::Null,
            PUBLISH,
        ),
        (
            "POST",
            nobody("/api/v1/followers/requests/") + "/refuse",
            Value::Null,
            PUBLISH,
        ),
        (
            "PUT",
            "/api/v1/followers/admission".to_owned(),
            json!({"mode": "open"}),
            ADMINISTER,
        ),
        ("POST", "/api/v1/blocks".to_owned(), json!({}), ADMINISTER),
        (
            "DELETE",
            "/api/v1/blocks/nobody.test".to_owned(),
            Value::Null,
            ADMINISTER,
        ),
        ("PUT", "/api/v1/networks/nobody/rule".to_owned(), json!({}), ADMINISTER),
        (
            "PUT",
            "/api/v1/networks/nobody/members/x".to_owned(),
            json!({}),
            ADMINISTER,
        ),
        (
            "DELETE",
            "/api/v1/networks/nobody/members/x".to_owned(),
            Value::Null,
            ADMINISTER,
        ),
        (
            "POST",
            "/api/v1/networks/nobody/decisions".to_owned(),
            json!({}),
            PUBLISH,
        ),
    ]
}

fn nobody(path: &str) -> String {
    format!("{path}0190a0b0-0000-7000-8000-000000000000")
}

#[test]
fn each_way_of_writing_asks_for_its_role() {
    on_both(async |test| {
        centre(&test, "escale_canal").await;
        let admin = test.token(Role::Admin).await;
        let editor = test.token(Role::Editor).await;
        let reception = test.token(Role::Reception).await;
        let service = init_service(app(Shared::new(test.node.clone()))).await;
        let tokens = [
            (Some(Role::Reception), reception.as_str()),
            (None, "made-up"),
            (None, ""),
            (Some(Role::Editor), editor.as_str()),
            (Some(Role::Admin), admin.as_str()),
        ];
        for (role, token) in tokens {
            let (_, event) = call!(service, "POST", "/api/v1/events", admin, smallest());
            let id = event["id"].as_str().expect("an id");
            for (method, path, body, allowed) in writes(id) {
                let (status, problem) = call!(service, method, &path, token, body);
                match role {
                    None => assert_eq!(status, 401, "{method} {path} by nobody: {problem}"),
                    Some(role) if allowed.contains(&role) => {
                        assert!(
                            ![401, 403, 405].contains(&status),
                            "{method} {path} by {role}: {status} {problem}"
                        );
                    }
                    Some(role) => assert_eq!(status, 403, "{method} {path} by {role}: {problem}"),
                }
            }
        }
        // Two events were deleted by those who may; the others of the five are as they were.
        let (_, list) = call!(service, "GET", "/api/v1/events?limit=200", "", Value::Null);
        let items = list["items"].as_array().expect("items");
        let untouched = items.iter().filter(|event| event["status"] == "scheduled");
        assert_eq!(untouched.count(), items.len());
        assert_eq!(items.len(), 5 + 2 - 2, "five made, two more posted, two deleted");
        for path in [
            "/api/v1/followers",
            "/api/v1/followers/requests",
            "/api/v1/followers/admission",
            "/api/v1/blocks",
            "/api/v1/deliveries",
        ] {
            assert_eq!(call!(service, "GET", path, "", Value::Null).0, 401, "{path}");
            assert_eq!(call!(service, "GET", path, reception, Value::Null).0, 200, "{path}");
        }
    });
}

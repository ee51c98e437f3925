//! GeoJSON (RFC 7946): the sessions that have a known point, for maps.

use serde_json::{Value, json};

use super::json::item;
use crate::domain::calendar::Entry;

/// A FeatureCollection; sessions without coordinates are left out.
pub fn collection(entries: &[Entry]) -> Value {
    let features: Vec<Value> = entries.iter().filter_map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn feature(entry: &Entry) -> Option<Value> {
    let place = entry.event.facts.place.as_ref()?;
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    Some(json!({
        "type": "Feature",
        "id": entry.uri,
        // Longitude first: RFC 7946 §3.1.1.
        "geometry": { "type": "Point", "coordinates": [longitude, latitude] },
        "properties": item(entry),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sample::entry;

    #[test]
    fn a_feature_has_its_longitude_first() {
        let all = collection(&[entry()]);
        assert_eq!(all["features"][0]["geometry"]["coordinates"], json!([3.17, 50.699]));
        assert_eq!(all["features"][0]["properties"]["title"], "Les mardis numériques");
    }

    #[test]
    fn a_session_without_a_point_is_left_out() {
        let mut entry = entry();
        entry.event.facts.place = None;
        assert_eq!(collection(&[entry])["features"], json!([]));
    }
}

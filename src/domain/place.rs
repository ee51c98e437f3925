//! Where an event happens.

use serde::{Deserialize, Serialize};

/// A place to go to. Field names are those of the HTTP interface.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Its name; ≤ 140 characters.
    pub name: String,
    /// Number and street; ≤ 255 characters.
    #[serde(default)]
    pub address: String,
    /// Floor, entrance, landmark; ≤ 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complement: Option<String>,
    /// Five digits; empty when a peer does not tell.
    #[serde(default)]
    pub postcode: String,
    /// Town; ≤ 140 characters.
    #[serde(default)]
    pub city: String,
    /// INSEE code of the town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insee: Option<String>,
    /// Degrees north (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// A stop of a bus, caravan or bike (« Itinérant » in the national schema).
    #[serde(default)]
    pub itinerant: bool,
}

/// Mean radius of the Earth (IUGG), in kilometres.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Great-circle distance in kilometres between two points in degrees.
pub fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (latitude_a, latitude_b) = (a.0.to_radians(), b.0.to_radians());
    let half_north = ((latitude_b - latitude_a) / 2.0).sin();
    let half_east = ((b.1 - a.1).to_radians() / 2.0).sin();
    let chord = half_north * half_north + latitude_a.cos() * latitude_b.cos() * half_east * half_east;
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roubaix_is_eleven_kilometres_from_lille() {
        let distance = distance_km((50.6927, 3.1778), (50.6292, 3.0573));
        assert!((distance - 11.0).abs() < 0.3, "{distance}");
    }
}

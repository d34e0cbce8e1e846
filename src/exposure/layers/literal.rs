//! What to write: the seconds that the requirement asks for, as a setting's own syntax and unit have them.

use super::setting::{Setting, SettingPlace, Syntax};
use crate::diagnostic::Requirement;
use crate::facts::TimeUnit;

/// A duration as messages show how one is written.
pub fn example() -> String {
    format!("{}s", Requirement::NEEDED_SECONDS)
}

impl Setting {
    /// Writes the smallest value at a place that the requirement accepts, or the largest that the layer accepts where that
    /// is less.
    pub fn needed_at(&self, place: &SettingPlace) -> String {
        let most = self.max.unwrap_or(i64::MAX);
        self.written_at(place, Requirement::NEEDED_SECONDS.min(most))
    }

    /// Writes so many seconds as they must stand at a place.
    fn written_at(&self, place: &SettingPlace, seconds: i64) -> String {
        let unit = place.unit.or(self.unit).unwrap_or(TimeUnit::Seconds);
        let number = match unit {
            TimeUnit::Milliseconds => seconds.saturating_mul(1_000),
            TimeUnit::Seconds => seconds,
            // Eleven minutes hold what ten minutes and five seconds ask for; ten do not.
            TimeUnit::Minutes => seconds.saturating_add(59) / 60,
        };
        match place.syntax.unwrap_or(self.syntax) {
            Syntax::IntegerField => number.to_string(),
            Syntax::Integer => match (&place.annotation, &place.key) {
                (Some(_), Some(key)) => format!("{key}={number}"),
                _ => format!("\"{number}\""),
            },
            Syntax::GoDuration
            | Syntax::GoDurationOrNumber
            | Syntax::GatewayDuration
            | Syntax::ProtobufDuration
            | Syntax::NginxTime
            | Syntax::HaproxyTime => format!("{seconds}s"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn setting(json: &str) -> Setting {
        let whole = format!(r#"{{"meaning": "idle", "sources": [], {json}}}"#);
        serde_json::from_str(&whole).unwrap()
    }

    #[test]
    fn seconds_are_written_in_the_unit_and_the_syntax_of_the_place() {
        for (json, wanted) in [
            (r#""places": [{"annotation": "a"}]"#, r#""605""#),
            (
                r#""unit": "minutes", "places": [{"annotation": "a"}]"#,
                r#""11""#,
            ),
            (
                r#""unit": "milliseconds", "places": [{"annotation": "a"}]"#,
                r#""605000""#,
            ),
            (
                r#""places": [{"annotation": "a", "key": "idle"}]"#,
                "idle=605",
            ),
            (
                r#""places": [{"field": "spec.list", "key": "idle"}]"#,
                r#""605""#,
            ),
            (
                r#""syntax": "integer-field", "places": [{"field": "spec.sec"}]"#,
                "605",
            ),
            (
                r#""syntax": "integer-field", "unit": "milliseconds", "places": [{"field": "a"}]"#,
                "605000",
            ),
            (
                r#""syntax": "haproxy-time", "unit": "milliseconds", "places": [{"field": "a"}]"#,
                "605s",
            ),
            (
                r#""syntax": "go-duration", "max": 300, "places": [{"annotation": "a"}]"#,
                "300s",
            ),
            (
                r#""syntax": "gateway-duration", "places": [{"annotation": "a", "syntax": "integer", "unit": "milliseconds"}]"#,
                r#""605000""#,
            ),
        ] {
            let setting = setting(json);
            let place = setting.places.first().unwrap();
            assert_eq!(setting.needed_at(place), wanted, "{json}");
        }
    }
}

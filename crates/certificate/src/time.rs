//! Times as seconds since 1970, UTC: read as people write them, written as people read them.
//!
//! The clock is not here: whoever calls says what time it is.

use std::error::Error;
use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const DAY: i64 = 86_400;

/// Text that is not a time or a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// Neither a time with its offset nor a date.
    NotATime(String),
    /// Not a date, or a day that its month does not have.
    NotADate(String),
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeError::NotATime(text) => write!(
                f,
                "`{text}` is not a valid time (expected RFC 3339, for example 2027-01-15T00:00:00Z)"
            ),
            TimeError::NotADate(text) => {
                write!(f, "`{text}` is not a valid date (expected YYYY-MM-DD)")
            }
        }
    }
}

impl Error for TimeError {}

/// Reads `2027-01-15T00:00:00Z`, with any offset; fractions of a second are dropped. A date alone is its first second
/// in UTC.
///
/// # Errors
/// Where the text is neither.
pub fn parse_rfc3339(text: &str) -> Result<i64, TimeError> {
    let trimmed = text.trim();
    read(trimmed)
        .or_else(|| start_of_day(trimmed))
        .ok_or_else(|| TimeError::NotATime(text.to_owned()))
}

/// Returns the second at which a day `YYYY-MM-DD` is over in UTC.
///
/// # Errors
/// Where the text is not a date.
pub fn end_of_day(text: &str) -> Result<i64, TimeError> {
    start_of_day(text)
        .map(|start| start + DAY)
        .ok_or_else(|| TimeError::NotADate(text.to_owned()))
}

fn start_of_day(text: &str) -> Option<i64> {
    read(&format!("{text}T00:00:00Z"))
}

fn read(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp())
}

/// Returns the day in UTC, as `2027-01-15`.
pub fn date(time: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(time);
    // Certificates have years of four digits, which always fit.
    time.map_or_else(|_| "?".to_owned(), |time| time.date().to_string())
}

/// Returns whole days from one time to a later one; negative where that has passed.
pub fn days_between(from: i64, to: i64) -> i64 {
    to.saturating_sub(from).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn times_are_read_with_offset_and_fraction() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00Z"), Ok(0));
        assert_eq!(parse_rfc3339("2027-01-15T00:00:00Z"), Ok(1_799_971_200));
        assert_eq!(parse_rfc3339("2027-01-15 00:00:00z"), Ok(1_799_971_200));
        assert_eq!(
            parse_rfc3339("2027-01-15T01:30:00.25+01:30"),
            Ok(1_799_971_200)
        );
        assert_eq!(parse_rfc3339(" 2027-01-15 "), Ok(1_799_971_200));
        assert_eq!(
            date(parse_rfc3339("2000-02-29T23:59:59Z").unwrap()),
            "2000-02-29"
        );
        assert_eq!(date(-1), "1969-12-31");
    }

    #[test]
    fn what_is_not_a_time_is_refused_with_an_example() {
        for text in [
            "",
            "tomorrow",
            "2027-02-30",
            "2027-1-15",
            "2027-13-01T00:00:00Z",
            "2027-01-15T00:00:00",
            "2027-01-15T24:00:00Z",
            "2027-01-15T00:00:00.Z",
            "2027-01-15T00:00:00+1:00",
            "+2027-01-15",
            "２０２７-01-15",
        ] {
            let error = parse_rfc3339(text).unwrap_err().to_string();
            assert!(error.contains("2027-01-15T00:00:00Z"), "{text}: {error}");
        }
    }

    #[test]
    fn a_day_ends_when_the_next_one_begins() {
        assert_eq!(end_of_day("1970-01-01"), Ok(86_400));
        assert_eq!(end_of_day("2000-02-29"), Ok(951_868_800));
        assert_eq!(end_of_day("2027-03-31"), Ok(1_806_537_600));
        for text in [
            "2027-3-31",
            "2027-13-01",
            "2027-02-29",
            "2027-03-31T00:00:00Z",
            "soon",
        ] {
            assert_eq!(
                end_of_day(text).unwrap_err().to_string(),
                format!("`{text}` is not a valid date (expected YYYY-MM-DD)")
            );
        }
    }
}

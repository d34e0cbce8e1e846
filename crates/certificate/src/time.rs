//! Moments as seconds since 1970, UTC: read from RFC 3339 and written as people read them.
//!
//! The clock is not here: whoever calls says what time it is.

const DAY: i64 = 86_400;

/// Reads `2027-01-15T00:00:00Z`, with any offset; fractions of a second are dropped. A date alone is its first second
/// in UTC.
///
/// # Errors
/// A sentence that says what is expected.
pub fn parse_rfc3339(text: &str) -> Result<i64, String> {
    read(text.trim()).ok_or_else(|| {
        format!(
            "`{text}` is not a valid time (expected RFC 3339, for example `2027-01-15T00:00:00Z`)"
        )
    })
}

fn read(text: &str) -> Option<i64> {
    let date = text.get(..10)?;
    let (year, month, day) = (
        number(date.get(..4)?)?,
        number(date.get(5..7)?)?,
        number(date.get(8..)?)?,
    );
    let separated = date.get(4..5)? == "-" && date.get(7..8)? == "-";
    if !separated || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let midnight = days_from_civil(year, month, day) * DAY;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(midnight);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let clock = rest.get(..8)?;
    let (hour, minute, second) = (
        number(clock.get(..2)?)?,
        number(clock.get(3..5)?)?,
        number(clock.get(6..)?)?,
    );
    let separated = clock.get(2..3)? == ":" && clock.get(5..6)? == ":";
    // A leap second is the next minute's first.
    if !separated || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut zone = rest.get(8..)?;
    if let Some(fraction) = zone.strip_prefix('.') {
        zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if zone.len() == fraction.len() {
            return None;
        }
    }
    Some(midnight + hour * 3600 + minute * 60 + second - offset(zone)?)
}

/// `Z` or `+01:00`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let fits = hours <= 23 && minutes <= 59 && zone.len() == 6;
    fits.then_some(sign * (hours * 3600 + minutes * 60))
}

fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !text.is_empty())
        .then(|| text.parse().ok())
        .flatten()
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The day, as `2027-01-15`.
pub fn date(time: i64) -> String {
    let days = time.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whole days from one moment to a later one; negative where it has passed.
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
        assert_eq!(
            parse_rfc3339("2027-01-15T01:30:00.25+01:30"),
            Ok(1_799_971_200)
        );
        assert_eq!(parse_rfc3339("2027-01-15"), Ok(1_799_971_200));
        assert_eq!(
            date(parse_rfc3339("2000-02-29T23:59:59Z").unwrap()),
            "2000-02-29"
        );
        assert_eq!(date(-1), "1969-12-31");
    }

    #[test]
    fn what_is_no_time_is_refused_with_an_example() {
        for text in [
            "",
            "tomorrow",
            "2027-02-30",
            "2027-13-01T00:00:00Z",
            "2027-01-15T00:00:00",
            "2027-01-15T24:00:00Z",
            "2027-01-15T00:00:00.Z",
            "2027-01-15T00:00:00+1:00",
            "２０２７-01-15",
        ] {
            let error = parse_rfc3339(text).unwrap_err();
            assert!(error.contains("2027-01-15T00:00:00Z"), "{text}: {error}");
        }
    }
}

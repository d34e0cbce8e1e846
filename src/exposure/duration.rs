//! How timeouts are written: each controller's own syntax, turned into milliseconds.

use super::layers::literal::example;
use super::layers::setting::{Setting, Syntax, Zero};
use crate::facts::TimeUnit;
use portolan_yaml::{Node, Style, Value};

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParsedDuration {
    /// So many milliseconds.
    Limit(i64),
    /// No limit.
    Unlimited,
    /// The same as nothing at all.
    Default,
}

/// The value of a setting, or why it is none.
///
/// # Errors
/// A sentence part that says what is wrong, such as `it has no unit`.
pub(super) fn read(
    setting: &Setting,
    node: Node<'_>,
    text: &str,
) -> Result<ParsedDuration, String> {
    if setting
        .unlimited_words
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text))
    {
        return Ok(ParsedDuration::Unlimited);
    }
    let unit = setting.unit.unwrap_or(TimeUnit::Seconds);
    let milliseconds = match setting.syntax {
        Syntax::Integer => integer(text.trim(), unit),
        Syntax::IntegerField => integer_field(node, unit),
        Syntax::GoDuration => go(text, "a Go duration"),
        Syntax::GoDurationOrNumber if bare_number(text).is_some() => integer(text.trim(), unit),
        Syntax::GoDurationOrNumber => go(text, "a Go duration"),
        Syntax::ProtobufDuration => go(text, "a duration"),
        Syntax::GatewayDuration => gateway(text),
        Syntax::NginxTime => nginx(text),
        Syntax::HaproxyTime => haproxy(text, unit),
    }?;
    Ok(match (milliseconds, setting.zero) {
        (0, Zero::Unlimited) => ParsedDuration::Unlimited,
        (0, Zero::Default) => ParsedDuration::Default,
        (milliseconds, _) => ParsedDuration::Limit(milliseconds),
    })
}

/// The bare number that a text is, blanks aside.
pub(super) fn bare_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn too_large(unit: TimeUnit) -> String {
    format!("it is too large for a number of {unit}")
}

fn integer(text: &str, unit: TimeUnit) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return bare_number(text)
            .and_then(|number| unit.milliseconds(number))
            .ok_or_else(|| too_large(unit));
    }
    let bare = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let hint = if bare.len() < text.len() && bare_number(bare).is_some() {
        format!("; the unit is {unit} already, write the bare number")
    } else {
        String::new()
    };
    Err(format!("it is not a whole number of {unit}{hint}"))
}

fn integer_field(node: Node<'_>, unit: TimeUnit) -> Result<i64, String> {
    match node.scalar().map(|scalar| (scalar.value, scalar.style)) {
        Some((Value::Int(number), _)) => unit.milliseconds(number).ok_or_else(|| too_large(unit)),
        // `605.0` reaches the API server as 605. Far below 2^53, so that nothing is lost.
        Some((Value::Float(number), _)) if number.fract() == 0.0 && number.abs() < 1e12 => unit
            .milliseconds(number as i64)
            .ok_or_else(|| too_large(unit)),
        Some((Value::String, style)) if style != Style::Plain => {
            Err("it is a string, and the field takes a number without quotes".to_owned())
        }
        _ => Err(format!("it is not a whole number of {unit}")),
    }
}

/// Microseconds in a unit of time.
fn unit_of(name: &str) -> Option<f64> {
    Some(match name {
        "ns" => 0.001,
        "us" | "µs" | "μs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 6e7,
        "h" => 3.6e9,
        "d" => 8.64e10,
        "w" => 6.048e11,
        _ => return None,
    })
}

/// Splits `10m5s` into `("10", "m")`, `("5", "s")`.
fn parts(text: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (digits, tail) = rest.split_at(number);
        let unit = tail
            .find(|c: char| c.is_ascii_digit() || c == '.' || c.is_whitespace())
            .unwrap_or(tail.len());
        let (name, tail) = tail.split_at(unit);
        parts.push((digits, name));
        if digits.is_empty() && name.is_empty() {
            break;
        }
        rest = tail;
    }
    parts
}

/// The sum of parts in milliseconds, rounded down.
fn sum(parts: &[(&str, &str)], units: &[&str]) -> Option<i64> {
    let mut microseconds = 0.0;
    for (digits, name) in parts {
        if !units.contains(name) {
            return None;
        }
        microseconds += digits.parse::<f64>().ok()? * unit_of(name)?;
    }
    let milliseconds = (microseconds / 1e3).floor();
    // Far beyond any timeout; keeps the cast exact.
    (milliseconds < 9e15).then_some(milliseconds as i64)
}

/// Says that a bare number lacks its unit, or just that the text is no duration.
fn no_duration(text: &str, what: &str) -> String {
    let example = example();
    if bare_number(text).is_some() {
        format!("it has no unit; {what} is written like `{example}`")
    } else {
        format!("it is not {what} like `{example}`")
    }
}

fn go(text: &str, what: &str) -> Result<i64, String> {
    if text == "0" {
        return Ok(0);
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
    Some(bare)
        .filter(|bare| !bare.is_empty())
        .and_then(|bare| sum(&parts(bare), &units))
        .ok_or_else(|| no_duration(text, what))
}

/// `^([0-9]{1,5}(h|m|s|ms)){1,4}$` (Gateway API, GEP-2257).
fn gateway(text: &str) -> Result<i64, String> {
    let parts = parts(text);
    let well_formed = (1..=4).contains(&parts.len())
        && parts.iter().all(|(digits, _)| {
            (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    Some(&parts)
        .filter(|_| well_formed)
        .and_then(|parts| sum(parts, &["h", "m", "s", "ms"]))
        .ok_or_else(|| no_duration(text, "a Gateway API duration"))
}

/// nginx reads blanks between the parts, and a bare number as seconds.
fn nginx(text: &str) -> Result<i64, String> {
    let wrong = || format!("it is not a time as nginx writes it, like `{}`", example());
    if let Some(seconds) = bare_number(text).filter(|seconds| *seconds >= 0) {
        return seconds
            .checked_mul(1_000)
            .ok_or_else(|| too_large(TimeUnit::Seconds));
    }
    let compact: String = text.split_whitespace().collect();
    let whole = parts(&compact)
        .iter()
        .all(|(digits, _)| !digits.contains('.'));
    Some(compact)
        .filter(|compact| whole && !compact.is_empty())
        .and_then(|compact| sum(&parts(&compact), &["ms", "s", "m", "h", "d", "w"]))
        .ok_or_else(wrong)
}

/// One number and at most one unit.
fn haproxy(text: &str, unit: TimeUnit) -> Result<i64, String> {
    let wrong = || {
        format!(
            "it is not a time as HAProxy writes it, like `{}`",
            example()
        )
    };
    if let Some(number) = bare_number(text).filter(|number| *number >= 0) {
        return unit.milliseconds(number).ok_or_else(|| too_large(unit));
    }
    match parts(text).as_slice() {
        [(digits, name)] if !digits.contains('.') => {
            sum(&[(digits, name)], &["us", "ms", "s", "m", "h", "d"]).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations_are_read_as_go_reads_them() {
        for (text, wanted) in [
            ("605s", Some(605_000)),
            ("10m5s", Some(605_000)),
            ("0.5h", Some(1_800_000)),
            ("1500ms", Some(1_500)),
            ("0", Some(0)),
            ("605", None),
            ("10 m", None),
            ("605sec", None),
            ("", None),
            ("-605s", None),
            ("1d", None),
        ] {
            assert_eq!(go(text, "a duration").ok(), wanted, "{text}");
        }
    }

    #[test]
    fn gateway_durations_have_whole_numbers_and_at_most_four_parts() {
        for (text, wanted) in [
            ("605s", Some(605_000)),
            ("10m5s", Some(605_000)),
            ("0s", Some(0)),
            ("605", None),
            ("1.5h", None),
            ("100000s", None),
            ("1h1m1s1ms1ms", None),
            ("605000ms", None),
            ("60500ms", Some(60_500)),
        ] {
            assert_eq!(gateway(text).ok(), wanted, "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_seconds_for_nginx_and_milliseconds_for_haproxy() {
        assert_eq!(nginx("605").ok(), Some(605_000));
        assert_eq!(nginx("10m 5s").ok(), Some(605_000));
        assert_eq!(nginx("605 seconds").ok(), None);
        assert_eq!(haproxy("605", TimeUnit::Milliseconds).ok(), Some(605));
        assert_eq!(haproxy("605s", TimeUnit::Milliseconds).ok(), Some(605_000));
        assert_eq!(haproxy("10m5s", TimeUnit::Milliseconds).ok(), None);
    }
}

//! What Helm makes of a scalar, and how Helm prints it again.
//!
//! Helm reads values with `sigs.k8s.io/yaml`: `go.yaml.in/yaml/v2` resolves the scalars (its `resolve.go`; YAML 1.1
//! with edges of its own), the result is turned into JSON, and that is decoded with `encoding/json` into
//! `map[string]interface{}`. So [`resolve`] follows the first of these, and [`template_text`], [`yaml_text`] and
//! [`json_text`] follow all three: in a template **every** number of a values file is a `float64`
//! (`pkg/cli/values/options.go` and `pkg/chart/loader/load.go` of Helm 3.22 do not ask for `UseNumber`), which is why
//! `{{ .Values.port }}` prints `1.234567e+06` for `1234567`.
//!
//! The tests hold a table that was produced by those Go packages.

use std::borrow::Cow;

use super::tree::{Scalar, Style, Value};

/// The prefix that `!!` stands for.
const CORE_TAG: &str = "tag:yaml.org,2002:";

/// Resolves a scalar as Helm's parser does.
///
/// `tag` is the explicit tag, as `!!int` or in full (`tag:yaml.org,2002:int`). A text that its tag does not fit, which
/// Helm refuses to read, comes back as [`Value::String`]; `try_resolve` tells it apart.
pub fn resolve(text: &str, style: Style, tag: Option<&str>) -> Value {
    try_resolve(text, style, tag).unwrap_or(Value::String)
}

/// Resolves as [`resolve`] does, but gives `None` where the text does not fit its tag (`!!int eight`), so that Helm
/// refuses the file.
pub(crate) fn try_resolve(text: &str, style: Style, tag: Option<&str>) -> Option<Value> {
    let Some(tag) = tag else {
        return Some(match style {
            Style::Plain => resolve_word(text),
            _ => Value::String,
        });
    };
    let name = tag
        .strip_prefix("!!")
        .or_else(|| tag.strip_prefix(CORE_TAG));
    // Quotes do not matter where there is a tag: `!!int "8"` is a number.
    match (name, resolve_word(text)) {
        (Some("bool"), value @ Value::Bool(_)) => Some(value),
        (Some("int"), value @ (Value::Int(_) | Value::UInt(_))) => Some(value),
        (Some("float"), value @ Value::Float(_)) => Some(value),
        (Some("float"), Value::Int(value)) => Some(Value::Float(value as f64)),
        (Some("null"), Value::Null) => Some(Value::Null),
        // Timestamps end up as the string that was written.
        (Some("timestamp"), Value::String) => starts_like_a_date(text).then_some(Value::String),
        (Some("bool" | "int" | "float" | "null" | "timestamp"), _) => None,
        // `!!str`, `!!binary`, and every tag that goyaml does not know.
        _ => Some(Value::String),
    }
}

/// Resolves a plain scalar without a tag.
fn resolve_word(text: &str) -> Value {
    let Some(first) = text.bytes().next() else {
        return Value::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => match text {
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Value::Bool(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off"
            | "OFF" => Value::Bool(false),
            "~" | "null" | "Null" | "NULL" => Value::Null,
            _ => Value::String,
        },
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Value::Float(f64::INFINITY),
            _ if text.contains('_') => match underscores_between_digits(text) {
                true => resolve_float(&text.replace('_', "")),
                false => Value::String,
            },
            _ => resolve_float(text),
        },
        b'+' | b'-' | b'0'..=b'9' => match text {
            "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
            _ => resolve_number(text),
        },
        _ => Value::String,
    }
}

fn resolve_number(text: &str) -> Value {
    let plain: Cow<str> = if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    go_integer(&plain)
        .or_else(|| go_odd_binary(&plain))
        .unwrap_or_else(|| resolve_float(&plain))
}

/// Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` does, then `ParseUint`.
fn go_integer(text: &str) -> Option<Value> {
    let (negative, plus, digits) = match text.as_bytes().first()? {
        b'-' => (true, false, text.get(1..)?),
        b'+' => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // Rust would take a second sign here.
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Value::Int);
    }
    match i64::try_from(magnitude) {
        Ok(value) => Some(Value::Int(value)),
        // `ParseUint` takes no sign.
        Err(_) if plus => None,
        Err(_) => Some(Value::UInt(magnitude)),
    }
}

/// Reads `0b-1`, which is -1 to goyaml: what follows `0b` goes to `ParseInt` with its sign.
fn go_odd_binary(text: &str) -> Option<Value> {
    let rest = text.strip_prefix("0b")?;
    i64::from_str_radix(rest, 2).ok().map(Value::Int)
}

/// Reads a number that fits goyaml's `yamlStyleFloat`: `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, then
/// `ParseFloat`.
fn resolve_float(text: &str) -> Value {
    fn digits(bytes: &[u8]) -> usize {
        bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    }
    let mut rest = text.as_bytes();
    if let [b'+' | b'-', tail @ ..] = rest {
        rest = tail;
    }
    let whole = digits(rest);
    rest = rest.get(whole..).unwrap_or_default();
    if let [b'.', tail @ ..] = rest {
        let fraction = digits(tail);
        if whole == 0 && fraction == 0 {
            return Value::String;
        }
        rest = tail.get(fraction..).unwrap_or_default();
    } else if whole == 0 {
        return Value::String;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        let tail = match tail {
            [b'+' | b'-', tail @ ..] => tail,
            _ => tail,
        };
        let exponent = digits(tail);
        if exponent == 0 {
            return Value::String;
        }
        rest = tail.get(exponent..).unwrap_or_default();
    }
    if !rest.is_empty() {
        return Value::String;
    }
    match text.parse::<f64>() {
        // Go reports a number out of range as an error, and goyaml then keeps the string.
        Ok(value) if value.is_finite() => Value::Float(value),
        _ => Value::String,
    }
}

/// Says what Go's `strconv.underscoreOK` says. goyaml asks it of numbers that begin with a dot; from others it cuts all
/// underscores.
fn underscores_between_digits(text: &str) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| {
        *byte != b'_'
            || is_digit(at.checked_sub(1).and_then(|at| bytes.get(at)))
                && is_digit(bytes.get(at + 1))
    })
}

fn starts_like_a_date(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// Returns a mapping's key as Helm sees it, from what the key resolves to: `y` is `true`, `010` is `8`, `1.0` is `1`.
///
/// `None` for the keys that Helm refuses: null, and integers above `i64::MAX`.
pub(crate) fn key_text<'t>(text: &'t str, value: Value) -> Option<Cow<'t, str>> {
    match value {
        Value::String => Some(Cow::Borrowed(text)),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Int(value) => Some(Cow::Owned(value.to_string())),
        Value::Float(value) if value.is_nan() => Some(Cow::Borrowed(".nan")),
        Value::Float(value) if value.is_infinite() => {
            Some(Cow::Borrowed(if value > 0.0 { ".inf" } else { "-.inf" }))
        }
        // sigs.k8s.io/yaml prints such a key with the precision of a float32.
        Value::Float(value) => Some(Cow::Owned(go_shortest(&format!("{:e}", value as f32)))),
        Value::Null | Value::UInt(_) => None,
    }
}

/// Returns what `{{ .Values.x }}` prints for a scalar of a values file. Null prints nothing.
pub fn template_text(scalar: &Scalar) -> Cow<'_, str> {
    match number(scalar.value) {
        Some(value) => Cow::Owned(go_shortest(&format!("{value:e}"))),
        None => word(scalar, ""),
    }
}

/// Returns what `{{ toYaml .Values.x }}` prints for a scalar of a values file, but a string comes without the quotes
/// that it may need there.
pub fn yaml_text(scalar: &Scalar) -> Cow<'_, str> {
    let Some(value) = number(scalar.value) else {
        return word(scalar, "null");
    };
    // toYaml goes through JSON, and reads integers back as such where they fit 64 bits.
    let json = json_number(value);
    match resolve_word(&json) {
        Value::Float(value) => Cow::Owned(go_shortest(&format!("{value:e}"))),
        _ => Cow::Owned(json),
    }
}

/// Returns the scalar as JSON, as `{{ toJson .Values.x }}` prints it (without the HTML escapes that Go adds to
/// strings). NaN and infinity, which Helm refuses to read, come out as `null`.
pub fn json_text(scalar: &Scalar) -> String {
    match number(scalar.value) {
        Some(value) => json_number(value),
        None if scalar.value == Value::String => serde_json::Value::from(&*scalar.text).to_string(),
        None => word(scalar, "null").into_owned(),
    }
}

/// Returns the number that Helm holds for a value: always a `float64`.
fn number(value: Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(value as f64),
        Value::UInt(value) => Some(value as f64),
        Value::Float(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

fn word<'s>(scalar: &'s Scalar, null: &'static str) -> Cow<'s, str> {
    match scalar.value {
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::String => Cow::Borrowed(&*scalar.text),
        _ => Cow::Borrowed(null),
    }
}

/// Writes a number as Go's `strconv.FormatFloat(value, 'g', -1, …)` does, from Rust's shortest `{:e}` form of the
/// value.
fn go_shortest(scientific: &str) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific.to_owned();
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    // "If precision was the shortest possible, use precision 6 for this decision" (strconv/ftoa.go).
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    positional(mantissa, exponent)
}

/// Writes a number as `encoding/json` does: positional from 1e-6 to below 1e21.
fn json_number(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-6..21).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{}", exponent.unsigned_abs());
    }
    positional(mantissa, exponent)
}

/// Writes `mantissa`e`exponent` without an exponent.
fn positional(mantissa: &str, exponent: i32) -> String {
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    match digits.split_at_checked(whole) {
        Some((all, "")) => format!("{sign}{all}"),
        Some((head, tail)) => format!("{sign}{head}.{tail}"),
        None => format!("{sign}{digits:0<whole$}"),
    }
}

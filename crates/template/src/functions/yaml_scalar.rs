//! How one string is written as YAML by go-yaml, which Helm uses.

use portolan_yaml::OPAQUE;

/// The styles a string may be written in.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Written {
    /// On one line, as it is or quoted.
    Line(String),
    /// `|` with its header; the lines must be indented.
    Literal { header: String },
}

/// How a string is written; `pretty` for `toYamlPretty`, `key` for a mapping's key, `hint` the digit for a first line
/// that begins with a space.
pub(in super::super) fn write(text: &str, key: bool, hint: usize) -> Written {
    let plain_tag = !resolves_otherwise(text);
    let shape = ScalarShape::of(text);
    if text.contains('\n') {
        if shape.literal_allowed && !key {
            let mut header = "|".to_owned();
            if text.starts_with([' ', '\n']) {
                header.push_str(&hint.to_string());
            }
            match (text.ends_with('\n'), text == "\n" || text.ends_with("\n\n")) {
                (false, _) => header.push('-'),
                (true, true) => header.push('+'),
                (true, false) => {}
            }
            return Written::Literal { header };
        }
        return Written::Line(double_quoted(text));
    }
    if !plain_tag {
        return Written::Line(double_quoted(text));
    }
    if shape.plain_allowed {
        return Written::Line(text.to_owned());
    }
    if shape.single_allowed {
        return Written::Line(format!("'{}'", text.replace('\'', "''")));
    }
    Written::Line(double_quoted(text))
}

struct ScalarShape {
    plain_allowed: bool,
    single_allowed: bool,
    literal_allowed: bool,
}

impl ScalarShape {
    fn of(text: &str) -> ScalarShape {
        let is_break = |at: char| matches!(at, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut space_break, mut break_space, mut breaks) =
            (false, false, false, false);
        let mut previous = '\0';
        let mut characters = text.chars().peekable();
        let mut first = true;
        while let Some(at) = characters.next() {
            let space_follows = characters
                .peek()
                .is_none_or(|next| matches!(next, ' ' | '\t'));
            indicators |= match at {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`'
                    if first =>
                {
                    true
                }
                '?' | '-' if first => space_follows,
                ':' => space_follows,
                '#' => matches!(previous, ' ' | '\t') || is_break(previous),
                _ => false,
            };
            // go-yaml folds at these breaks and so changes the text; an escape does not.
            special |= !is_printable(at) || is_break(at) && at != '\n';
            space_break |= is_break(at) && previous == ' ';
            break_space |= at == ' ' && is_break(previous);
            breaks |= is_break(at);
            previous = at;
            first = false;
        }
        let edges = text.starts_with(' ')
            || text.starts_with(is_break)
            || text.ends_with(' ')
            || text.ends_with(is_break);
        ScalarShape {
            plain_allowed: !(indicators
                || special
                || space_break
                || break_space
                || breaks
                || edges),
            single_allowed: !(special || space_break || break_space),
            literal_allowed: !(special || space_break || text.ends_with(' ') || text.is_empty()),
        }
    }
}

fn is_printable(at: char) -> bool {
    matches!(at, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || at == OPAQUE
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for at in text.chars() {
        match at {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            at if is_printable(at) => out.push(at),
            at if u32::from(at) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(at))),
            at if u32::from(at) <= 0xffff => out.push_str(&format!("\\u{:04X}", u32::from(at))),
            at => out.push_str(&format!("\\U{:08X}", u32::from(at))),
        }
    }
    out.push('"');
    out
}

/// True where YAML 1.1, as go-yaml reads it, takes the plain text for something other than a string.
fn resolves_otherwise(text: &str) -> bool {
    if matches!(
        text,
        "" | "~"
            | "null"
            | "Null"
            | "NULL"
            | "y"
            | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "true"
            | "True"
            | "TRUE"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "false"
            | "False"
            | "FALSE"
            | "off"
            | "Off"
            | "OFF"
            | ".nan"
            | ".NaN"
            | ".NAN"
            | ".inf"
            | ".Inf"
            | ".INF"
            | "+.inf"
            | "+.Inf"
            | "+.INF"
            | "-.inf"
            | "-.Inf"
            | "-.INF"
    ) {
        return true;
    }
    let Some(first) = text.chars().next() else {
        return true;
    };
    if !(first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return false;
    }
    is_number(text) || is_sexagesimal(text) || is_timestamp(text)
}

fn is_number(text: &str) -> bool {
    let bare = text.replace('_', "");
    let digits = bare.strip_prefix(['+', '-']).unwrap_or(&bare);
    let of = |digits: &str, radix: u32| {
        !digits.is_empty() && digits.chars().all(|at| at.is_digit(radix))
    };
    if let Some((prefix, rest)) = digits.split_at_checked(2) {
        let radix = match prefix {
            "0x" | "0X" => 16,
            "0o" | "0O" => 8,
            "0b" | "0B" => 2,
            _ => 0,
        };
        if radix > 0 && of(rest, radix) {
            return true;
        }
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at).unwrap_or_default(), digits.get(at + 1..)),
        None => (digits, None),
    };
    let exponent = exponent
        .is_none_or(|exponent| of(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10));
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            (of(whole, 10) && (fraction.is_empty() || of(fraction, 10)))
                || (whole.is_empty() && of(fraction, 10))
        }
        None => of(mantissa, 10),
    };
    mantissa && exponent
}

/// `12:30:45`, which YAML 1.1 reads as a number in base 60.
fn is_sexagesimal(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let rest: Vec<&str> = parts.collect();
    let minutes = |part: &str| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    let Some((last, middle)) = rest.split_last() else {
        return false;
    };
    let last = last.split_once('.').map_or(*last, |(whole, _)| whole);
    first.starts_with(|at: char| at.is_ascii_digit())
        && digits(first)
        && middle.iter().all(|part| minutes(part))
        && minutes(last)
}

/// `2024-01-31`, with or without a time.
fn is_timestamp(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split('-').collect();
    let number = |text: &str, lengths: std::ops::RangeInclusive<usize>, most: u32| {
        lengths.contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<u32>().is_ok_and(|value| value <= most)
    };
    let is_date = match parts.as_slice() {
        [year, month, day] => {
            number(year, 4..=4, 9999) && number(month, 1..=2, 12) && number(day, 1..=2, 31)
        }
        _ => false,
    };
    let rest = text.get(date.len()..).unwrap_or_default();
    is_date
        && (rest.is_empty() && parts.iter().skip(1).all(|part| !part.is_empty())
            || rest.get(1..).is_some_and(is_time))
}

fn is_time(text: &str) -> bool {
    let mut parts = text.split(':');
    let two = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    two(parts.next())
        && two(parts.next())
        && parts
            .next()
            .is_some_and(|part| part.starts_with(|at: char| at.is_ascii_digit()))
}

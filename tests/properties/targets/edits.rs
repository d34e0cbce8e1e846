//! Edits that keep an input near to what people write: words of the field are put in, lines moved, pieces of other inputs
//! spliced in at the right depth, and certificates changed below their base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::seeds::Seeds;

/// One change. Any numbers are a change; they are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// What is done.
    pub how: u8,
    /// Where.
    pub at: u32,
    /// With what, or how much.
    pub what: u32,
}

/// Characters that mean something to one of the languages here, and some that are trouble everywhere.
const ODD: [&str; 40] = [
    ":", ": ", "- ", "#", " #", "\"", "'", "|\n", ">-\n", "[", "]", "{", "}", ",", "&a ", "*a",
    "<<: ", "? ", "!!str ", "%", "\t", "\r", "\r\n", "\n\n", "\u{feff}", "\u{85}", "\u{2028}", "é",
    "漢", "e\u{301}", "\u{0}", "{{", "}}", "{{-", "-}}", "\\", "$", "(", ")", "\n---\n",
];

impl Edit {
    /// Makes the change.
    pub fn apply(self, data: &mut Vec<u8>, seeds: &Seeds) {
        let (at, what) = (self.at as usize, self.what as usize);
        let place = boundary(data, at % (data.len() + 1));
        match self.how % 16 {
            0 => insert(data, place, seeds.word(what)),
            1 => insert(data, place, ODD[what % ODD.len()]),
            2 | 3 => replace_token(data, place, seeds.word(what)),
            4 => {
                let end = boundary(data, place + what % 24);
                data.drain(place..end);
            }
            5 => with_lines(data, |lines| {
                let line = lines.remove(at % lines.len());
                lines.insert(what % (lines.len() + 1), line);
            }),
            6 => with_lines(data, |lines| {
                lines.remove(at % lines.len());
            }),
            7 => with_lines(data, |lines| {
                let line = lines[at % lines.len()].clone();
                lines.insert(what % (lines.len() + 1), line);
            }),
            8 => with_lines(data, |lines| reindent(lines, at, what)),
            9 => with_lines(data, |lines| splice(lines, at, seeds.text(what), what >> 8)),
            10 => with_lines(data, |lines| {
                let line = at % lines.len();
                set_value(&mut lines[line], seeds.word(what));
            }),
            11 => repeat(data, place, what),
            12 => {
                if let Some(byte) = data.get_mut(place) {
                    *byte = byte.wrapping_add((what % 255) as u8 + 1);
                }
            }
            13 | 14 => below_base64(data, at, what),
            _ => {
                let other = seeds.text(what);
                let from = boundary(other, at % (other.len() + 1));
                data.truncate(place);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
}

/// The nearest place at or before `at` that cuts no character.
fn boundary(data: &[u8], at: usize) -> usize {
    let mut at = at.min(data.len());
    while at > 0 && data.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at -= 1;
    }
    at
}

fn insert(data: &mut Vec<u8>, at: usize, word: &str) {
    data.splice(at..at, word.bytes());
}

/// Puts a word in place of the one around `at`.
fn replace_token(data: &mut Vec<u8>, at: usize, word: &str) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    let start = data[..at]
        .iter()
        .rposition(|byte| !is_part(byte))
        .map_or(0, |found| found + 1);
    let end = data[at..]
        .iter()
        .position(|byte| !is_part(byte))
        .map_or(data.len(), |found| at + found);
    data.splice(start..end, word.bytes());
}

fn with_lines(data: &mut Vec<u8>, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut lines: Vec<Vec<u8>> = data
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if !lines.is_empty() {
        change(&mut lines);
        *data = lines.concat();
    }
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Moves a line and those after it by a few spaces.
fn reindent(lines: &mut [Vec<u8>], at: usize, what: usize) {
    let from = at % lines.len();
    let by = what % 5;
    for line in lines.iter_mut().skip(from).take(what / 16 % 8 + 1) {
        if what & 8 == 0 {
            line.splice(0..0, std::iter::repeat_n(b' ', by));
        } else {
            line.drain(..by.min(indent(line)));
        }
    }
}

/// Puts a few lines of another input before a line, at the depth of that line.
fn splice(lines: &mut Vec<Vec<u8>>, at: usize, other: &[u8], what: usize) {
    let at = at % lines.len();
    let depth = indent(&lines[at]);
    let other: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
    let from = what % other.len().max(1);
    let taken = other.iter().skip(from).take(what / 64 % 12 + 1);
    let base = other.get(from).map_or(0, |line| indent(line));
    let moved: Vec<Vec<u8>> = taken
        .map(|line| {
            let own = indent(line);
            let mut moved = vec![b' '; (own + depth).saturating_sub(base)];
            moved.extend_from_slice(&line[own..]);
            moved
        })
        .collect();
    lines.splice(at..at, moved);
}

/// Puts a word after the colon of a line.
fn set_value(line: &mut Vec<u8>, word: &str) {
    if let Some(colon) = line
        .windows(2)
        .position(|pair| pair == b": " || pair == b":\n")
    {
        line.truncate(colon + 1);
        line.extend_from_slice(format!(" {word}\n").as_bytes());
    }
}

/// Says a piece many times over: what takes more than linear time shows.
fn repeat(data: &mut Vec<u8>, at: usize, what: usize) {
    let end = boundary(data, at + what % 40 + 1);
    let piece = data[at..end].to_vec();
    let times = 1 << (what / 64 % 9);
    if piece.len() * times < 8_192 {
        data.splice(at..at, piece.repeat(times));
    }
}

/// Changes bytes of what stands in base64, in PEM or as a value.
fn below_base64(data: &mut Vec<u8>, at: usize, what: usize) {
    let text = String::from_utf8_lossy(data).into_owned();
    let blocks = pem_bodies(&text);
    let (body, is_pem) = match blocks.get(at % blocks.len().max(1)) {
        Some(body) => (body.clone(), true),
        None => {
            let runs = long_runs(&text);
            let Some(run) = runs.get(at % runs.len().max(1)) else {
                return;
            };
            (run.clone(), false)
        }
    };
    let written: String = text[body.clone()].split_whitespace().collect();
    let Ok(mut decoded) = STANDARD.decode(written) else {
        return;
    };
    if decoded.starts_with(b"-----BEGIN")
        || decoded.windows(11).any(|piece| piece == b"\n-----BEGIN")
    {
        below_base64(&mut decoded, at, what);
    } else {
        change_bytes(&mut decoded, at, what);
    }
    let mut encoded = STANDARD.encode(decoded);
    if is_pem {
        let lines: Vec<&[u8]> = encoded.as_bytes().chunks(64).collect();
        encoded = format!("\n{}\n", String::from_utf8_lossy(&lines.join(&b'\n')));
    }
    let mut changed = text;
    changed.replace_range(body, &encoded);
    *data = changed.into_bytes();
}

/// What stands between the lines that begin and end a block.
fn pem_bodies(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut bodies = Vec::new();
    let mut from = 0;
    while let Some(begin) = text[from..].find("-----BEGIN ") {
        let Some(start) = text[from + begin..].find('\n').map(|at| from + begin + at) else {
            break;
        };
        let Some(end) = text[start..].find("-----END ").map(|at| start + at) else {
            break;
        };
        bodies.push(start..end);
        from = end;
    }
    bodies
}

/// Long runs of base64.
fn long_runs(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if !is_part(byte) {
            if at - start > 100 {
                runs.push(start..at);
            }
            start = at + 1;
        }
    }
    runs
}

/// Changes DER: a byte, a length, a piece.
fn change_bytes(data: &mut Vec<u8>, at: usize, what: usize) {
    if data.is_empty() {
        return;
    }
    let at = (at / 7) % data.len();
    match what % 5 {
        0 => data[at] = (what >> 8) as u8,
        1 => data[at] = data[at].wrapping_add(1),
        2 => data.truncate(at),
        3 => {
            data.remove(at);
        }
        _ => data.insert(at, [0x30, 0x02, 0x80, 0xff, 0x00, 0x06][(what >> 8) % 6]),
    }
}

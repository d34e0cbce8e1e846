//! The form of an input: one text, cut by marker lines.
//!
//! A check takes several files in several roles, and options. So that any bytes are an input, that a fuzzer's edits stay
//! meaningful, and that a regression can be read as it is, an input is a text in which lines such as
//!
//! ```text
//! -- values customizations.yaml --
//! ```
//!
//! begin a part (the form is that of Go's txtar). What stands before the first marker is a part of the target's own kind.

/// A part of an input.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// What it is: `values`, `set`, `options` …
    pub kind: &'a str,
    /// The rest of its marker line.
    pub name: &'a str,
    /// What stands in it.
    pub body: &'a [u8],
}

impl Section<'_> {
    /// Its body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }
}

/// More parts than this tell nothing new, and only make a run slow.
const MOST: usize = 16;

/// Cuts an input into its parts; `first` is the kind of what has no marker.
pub fn sections<'a>(data: &'a [u8], first: &'static str) -> Vec<Section<'a>> {
    let mut found = Vec::new();
    let (mut kind, mut name, mut start, mut at) = (first, "", 0, 0);
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        if let Some((next_kind, next_name)) = marker(line) {
            if start < at || kind != first {
                found.push(Section {
                    kind,
                    name,
                    body: &data[start..at],
                });
            }
            (kind, name, start) = (next_kind, next_name, end);
        }
        at = end;
    }
    if start < data.len() || kind != first || found.is_empty() {
        found.push(Section {
            kind,
            name,
            body: &data[start..],
        });
    }
    found.truncate(MOST);
    found
}

/// Kind and name of a marker line.
fn marker(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let inner = line.strip_prefix("-- ")?.strip_suffix(" --")?;
    let (kind, name) = inner.split_once(' ').unwrap_or((inner, ""));
    let is_kind = !kind.is_empty()
        && kind
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_kind.then_some((kind, name))
}

/// The bodies of all parts of a kind.
pub fn of_kind<'s, 'a>(
    sections: &'s [Section<'a>],
    kind: &'s str,
) -> impl Iterator<Item = Section<'a>> + 's {
    sections
        .iter()
        .copied()
        .filter(move |section| section.kind == kind)
}

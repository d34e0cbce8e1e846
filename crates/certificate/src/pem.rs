//! PEM with positions: blocks, and what keeps a text from being PEM.
//!
//! Reads on after each mistake. Stricter than it has to be nowhere, and laxer than Go and OpenSSL only in that it says
//! what is wrong: a block with a mistake that they would not read is returned with that mistake.

use std::ops::Range;

use base64::Engine;

use super::defect::{Defect, DefectKind};

/// One block, from the first dash of `-----BEGIN` to the last of `-----END …-----`.
pub(crate) struct Block {
    /// The word or words after `BEGIN`.
    pub label: String,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The decoded content; `None` where that could not be read (a defect says why).
    pub content: Option<Vec<u8>>,
    /// True where a header says that the content is encrypted (`Proc-Type: 4,ENCRYPTED`).
    pub encrypted: bool,
}

/// The blocks of a text, in order, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Pem {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The defects of the text.
    pub defects: Vec<Defect>,
}

/// A block that has begun.
struct Open {
    label: String,
    start: usize,
    body: String,
    encrypted: bool,
    spoilt: bool,
}

/// Tells whether a text has anything in it that is meant as PEM.
pub(crate) fn looks_like_pem(text: &str) -> bool {
    text.contains("-BEGIN ") || text.contains("-END ")
}

/// Finds the blocks of a text.
pub(crate) fn read(text: &str) -> Pem {
    let mut pem = Pem::default();
    let mut open: Option<Open> = None;
    let mut at = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let start = at;
        at += line.len();
        one_line(line, start, &mut open, &mut pem);
    }
    if let Some(open) = open {
        pem.truncated(&open, text.trim_end().len());
    }
    pem
}

fn one_line(line: &str, start: usize, open: &mut Option<Open>, pem: &mut Pem) {
    let content = line.trim();
    let start = start + (line.len() - line.trim_start().len());
    let range = start..start + content.len();
    // Two files put together of which the first did not end with a line break.
    if let Some(seam) = content.find("----------BEGIN ")
        && content.starts_with("-----END ")
    {
        let middle = start + seam + 5;
        pem.defects
            .push(Defect::new(DefectKind::Glued, range.clone()));
        let (end, begin) = content.split_at(seam + 5);
        one_line(end, start, open, pem);
        one_line(begin, middle, open, pem);
        return;
    }
    if let Some((label, rest)) = boundary(content, "BEGIN") {
        if let Some(open) = open.take() {
            pem.truncated(&open, start);
        }
        if looks_like_pem(rest) || rest.len() > 5 {
            pem.defects
                .push(Defect::new(DefectKind::LostLineBreaks, range));
            return;
        }
        let exact = content.starts_with("-----BEGIN ") && rest == "-----";
        if !exact {
            pem.defects.push(Defect::new(DefectKind::Boundary, range));
        } else if line.starts_with([' ', '\t']) {
            pem.defects.push(Defect::new(DefectKind::Indented, range));
        }
        *open = Some(Open {
            label: label.to_owned(),
            start,
            body: String::new(),
            encrypted: false,
            spoilt: !exact,
        });
        return;
    }
    if let Some((label, rest)) = boundary(content, "END") {
        let Some(mut begun) = open.take() else {
            pem.defects
                .push(Defect::new(DefectKind::MissingBegin, range));
            return;
        };
        if !content.starts_with("-----END ") || rest != "-----" {
            pem.defects
                .push(Defect::new(DefectKind::Boundary, range.clone()));
            begun.spoilt = true;
        } else if label != begun.label {
            let kind = DefectKind::LabelsDiffer {
                begin: shown(&begun.label),
                end: shown(label),
            };
            pem.defects.push(Defect::new(kind, range.clone()));
            begun.spoilt = true;
        }
        pem.close(begun, range.end);
        return;
    }
    if let Some(open) = open {
        if let Some((key, value)) = content.split_once(": ") {
            open.encrypted |= key == "Proc-Type" && value.ends_with("ENCRYPTED");
        } else {
            open.body.push_str(content);
        }
    }
}

/// Reads `-----BEGIN CERTIFICATE-----`, even with a wrong number of dashes: the label, and what follows it.
fn boundary<'a>(line: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let bare = line.trim_start_matches(['-', '\u{2013}', '\u{2014}']);
    if bare.len() == line.len() {
        return None;
    }
    let after = bare.trim_start().strip_prefix(word)?.strip_prefix(' ')?;
    let end = after
        .find(['-', '\u{2013}', '\u{2014}'])
        .unwrap_or(after.len());
    let (label, rest) = after.split_at(end);
    Some((label.trim(), rest))
}

/// Writes a label as it may stand in a message.
pub(crate) fn shown(label: &str) -> String {
    label
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == ' ')
        .take(40)
        .collect()
}

impl Pem {
    fn truncated(&mut self, open: &Open, end: usize) {
        let range = open.start..end.max(open.start);
        let kind = DefectKind::MissingEnd {
            label: shown(&open.label),
        };
        self.defects.push(Defect::new(kind, range.clone()));
        self.blocks.push(Block {
            label: open.label.clone(),
            range,
            content: None,
            encrypted: open.encrypted,
        });
    }

    fn close(&mut self, open: Open, end: usize) {
        let range = open.start..end;
        let mut content = None;
        if !open.spoilt && !open.encrypted {
            content = decode(&open.body);
            if content.is_none() {
                let kind = DefectKind::BodyNotBase64 {
                    label: shown(&open.label),
                };
                self.defects.push(Defect::new(kind, range.clone()));
            }
        }
        self.blocks.push(Block {
            label: open.label,
            range,
            content,
            encrypted: open.encrypted,
        });
    }
}

fn decode(body: &str) -> Option<Vec<u8>> {
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    if body.is_empty() {
        return None;
    }
    base64::engine::general_purpose::STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<DefectKind> {
        read(text)
            .defects
            .into_iter()
            .map(|defect| defect.kind)
            .collect()
    }

    #[test]
    fn text_between_blocks_is_passed_over_and_ranges_are_exact() {
        let text = "Bag Attributes: x\n-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\r\nsubject=CN = a\n-----BEGIN X-----\nQUI=\n-----END X-----";
        let pem = read(text);
        assert!(pem.defects.is_empty());
        let shown: Vec<&str> = pem
            .blocks
            .iter()
            .filter_map(|block| text.get(block.range.clone()))
            .collect();
        assert_eq!(
            shown,
            [
                "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----",
                "-----BEGIN X-----\nQUI=\n-----END X-----"
            ]
        );
    }

    #[test]
    fn each_mistake_is_named() {
        assert_eq!(
            kinds("-----BEGIN C-----\nAAAA\n"),
            [DefectKind::MissingEnd { label: "C".into() }]
        );
        assert_eq!(kinds("AAAA\n-----END C-----\n"), [DefectKind::MissingBegin]);
        assert_eq!(
            kinds("-----BEGIN C----- AAAA -----END C-----"),
            [DefectKind::LostLineBreaks]
        );
        assert_eq!(
            kinds("----BEGIN C-----\nAAAA\n-----END C-----"),
            [DefectKind::Boundary]
        );
        assert_eq!(
            kinds("-----BEGIN C-----\nAA?A\n-----END C-----"),
            [DefectKind::BodyNotBase64 { label: "C".into() }]
        );
        let glued =
            "-----BEGIN C-----\nAAAA\n-----END C----------BEGIN C-----\nAAAA\n-----END C-----";
        assert_eq!(kinds(glued), [DefectKind::Glued]);
        assert_eq!(read(glued).blocks.len(), 2);
    }
}

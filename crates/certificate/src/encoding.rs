//! From what a field holds to PEM text: the base64 layer of a Secret's `data`, with a way back for every byte.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::defect::{DefectKind, Part};
use super::der::{DerReader, INTEGER, OBJECT_IDENTIFIER};
use super::pem::looks_like_pem;

/// The form in which a field holds PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is: a file, a Secret's `stringData`.
    Plain,
    /// In base64: a Secret's `data`, the chart's `…Base64` values.
    Base64,
}

/// The largest text that is looked at, in bytes: a Secret holds at most 1 MiB (Kubernetes, "Secrets").
pub const MAX_BYTES: usize = 2 << 20;

/// PEM text, and where each byte of it stands in what was given.
pub struct Decoded {
    /// The text.
    pub text: String,
    /// For base64: where each of its significant characters stands.
    positions: Option<Vec<u32>>,
}

impl Decoded {
    /// Leads a range of the text back to the bytes of what was given.
    pub fn range(&self, range: Range<usize>) -> Range<usize> {
        let Some(positions) = &self.positions else {
            return range;
        };
        // Three bytes come from four characters; a byte comes from two neighbours of them.
        let character = |at: usize| at / 3 * 4 + at % 3;
        let position = |index: usize| {
            positions
                .get(index)
                .or(positions.last())
                .map_or(0, |at| *at as usize)
        };
        let start = position(character(range.start));
        if range.is_empty() {
            return start..start;
        }
        let end = position(character(range.end - 1) + 1) + 1;
        start..end.max(start)
    }
}

/// Decodes a field.
///
/// # Errors
/// The defect that keeps it from being PEM text.
pub fn decode(given: &str, encoding: Encoding, part: Part) -> Result<Decoded, DefectKind> {
    if given.len() > MAX_BYTES {
        return Err(DefectKind::TooLarge { limit: MAX_BYTES });
    }
    if given.trim().is_empty() {
        return Err(DefectKind::Empty);
    }
    match encoding {
        Encoding::Plain => {
            if looks_like_pem(given) {
                return Ok(Decoded {
                    text: given.to_owned(),
                    positions: None,
                });
            }
            Err(match from_base64(given).map(|(bytes, _)| bytes) {
                Some(bytes) if looks_like_pem(&ascii(&bytes)) => DefectKind::Base64ForPem,
                Some(bytes) => match binary(&bytes, part) {
                    Some(DefectKind::Der) => DefectKind::NoBoundaries,
                    Some(kind) => kind,
                    None => DefectKind::NoPem,
                },
                None => DefectKind::NoPem,
            })
        }
        Encoding::Base64 => {
            if looks_like_pem(given) {
                return Err(DefectKind::PemForBase64);
            }
            let (bytes, positions) = from_base64(given).ok_or(DefectKind::NotBase64)?;
            if bytes.is_empty() {
                return Err(DefectKind::Empty);
            }
            if let Some(kind) = binary(&bytes, part) {
                return Err(kind);
            }
            let text = ascii(&bytes);
            if looks_like_pem(&text) {
                return Ok(Decoded {
                    text,
                    positions: Some(positions),
                });
            }
            Err(match from_base64(&text) {
                Some((inner, _)) if looks_like_pem(&ascii(&inner)) => DefectKind::Base64Twice,
                Some((inner, _)) if binary(&inner, part) == Some(DefectKind::Der) => {
                    DefectKind::NoBoundaries
                }
                _ if text.trim().is_empty() => DefectKind::Empty,
                _ => DefectKind::NoPem,
            })
        }
    }
}

/// Reads a file's bytes as text.
///
/// # Errors
/// The defect that keeps them from being text.
pub fn text_of_file(bytes: &[u8], part: Part) -> Result<String, DefectKind> {
    match binary(bytes, part) {
        Some(kind) => Err(kind),
        None => Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => ascii(bytes),
        }),
    }
}

/// Reads bytes as ASCII of the same length: what is not ASCII (a comment in a PEM file) becomes a question mark.
fn ascii(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii() {
                char::from(*byte)
            } else {
                '?'
            }
        })
        .collect()
}

/// Decodes base64 as Kubernetes and Go do: line breaks are passed over, and so is whitespace at the ends.
fn from_base64(text: &str) -> Option<(Vec<u8>, Vec<u32>)> {
    let mut characters = Vec::with_capacity(text.len());
    let mut positions = Vec::with_capacity(text.len());
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    for (at, byte) in text.bytes().enumerate().take(end).skip(start) {
        if !matches!(byte, b'\n' | b'\r') {
            characters.push(byte);
            positions.push(u32::try_from(at).ok()?);
        }
    }
    Some((STANDARD.decode(characters).ok()?, positions))
}

/// Says what binary bytes are; `None` for text.
fn binary(bytes: &[u8], part: Part) -> Option<DefectKind> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some(DefectKind::Utf16);
    }
    // PKCS#12 may be written with indefinite lengths, which begin 30 80.
    if bytes.starts_with(&[0x30, 0x80, 0x02, 0x01, 0x03]) {
        return Some(DefectKind::Pkcs12);
    }
    // 30 is a zero in ASCII, and a length below 80 may be a letter: text is not taken for DER.
    let is_text = |byte: &u8| *byte < 0x80 && (*byte >= 0x20 || byte.is_ascii_whitespace());
    if bytes.first() != Some(&0x30) || bytes.iter().all(is_text) {
        return None;
    }
    let Some(mut inner) = DerReader::new(bytes).sequence() else {
        return super::der::is_cut_off(bytes).then(|| DefectKind::CutOff {
            label: match part {
                Part::Certificate => "CERTIFICATE".to_owned(),
                Part::PrivateKey => "PRIVATE KEY".to_owned(),
            },
        });
    };
    // id-signedData, 1.2.840.113549.1.7.2
    const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    match inner.next()? {
        (INTEGER, [3]) => Some(DefectKind::Pkcs12),
        (OBJECT_IDENTIFIER, oid) if oid == SIGNED_DATA => Some(DefectKind::Pkcs7),
        _ => Some(DefectKind::Der),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_range_of_the_text_leads_to_its_characters_in_the_base64() {
        let pem = "-----BEGIN X-----\nQUI=\n-----END X-----\n";
        let mut encoded = STANDARD.encode(pem);
        encoded.insert(10, '\n');
        let decoded = decode(&encoded, Encoding::Base64, Part::Certificate).unwrap();
        assert_eq!(decoded.text, pem);
        assert_eq!(decoded.range(0..3), 0..4);
        assert_eq!(decoded.range(3..4), 4..6);
        assert_eq!(decoded.range(7..9), 9..13);
        assert_eq!(
            decoded.range(0..pem.len()).end,
            encoded.trim_end_matches('=').len()
        );
    }

    #[test]
    fn each_wrong_encoding_has_a_name() {
        let pem = "-----BEGIN X-----\nQUI=\n-----END X-----\n";
        let once = STANDARD.encode(pem);
        let kind = |given: &str, encoding| decode(given, encoding, Part::Certificate).err();
        assert_eq!(kind(pem, Encoding::Base64), Some(DefectKind::PemForBase64));
        assert_eq!(kind(&once, Encoding::Plain), Some(DefectKind::Base64ForPem));
        let twice = STANDARD.encode(&once);
        assert_eq!(
            kind(&twice, Encoding::Base64),
            Some(DefectKind::Base64Twice)
        );
        assert_eq!(
            kind("no base64!", Encoding::Base64),
            Some(DefectKind::NotBase64)
        );
        let der = STANDARD.encode([0x30, 0x82, 0, 2, 0x30, 0]);
        assert_eq!(kind(&der, Encoding::Base64), Some(DefectKind::Der));
        assert_eq!(kind(&der, Encoding::Plain), Some(DefectKind::NoBoundaries));
        let p12 = STANDARD.encode([0x30, 0x82, 0, 3, 2, 1, 3]);
        assert_eq!(kind(&p12, Encoding::Base64), Some(DefectKind::Pkcs12));
        assert_eq!(kind("  \n", Encoding::Plain), Some(DefectKind::Empty));
    }
}

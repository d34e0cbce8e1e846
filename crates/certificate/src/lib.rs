#![doc = include_str!("../README.md")]
//!
//! # Plan
//!
//! [`encoding`] undoes base64, `pem` finds the blocks, [`x509`] and [`key`] read them, `path_builder` links them into a
//! [`chain`]; [`inspect`] and [`inspect_key`] do all of it for one text.

pub mod chain;
pub mod defect;
mod der;
pub mod encoding;
pub mod key;
mod name;
mod path_builder;
mod pem;
pub mod public_key;
mod roots;
pub mod signature;
pub mod time;
pub mod x509;

use std::ops::Range;

use chain::{Bundle, Chain};
use defect::{Defect, DefectKind, Part};
use encoding::{Decoded, Encoding};
use key::PrivateKey;
use x509::Certificate;
use x509_parser::prelude::FromDer;

/// A file of certificates or of a private key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PemFile {
    /// The name that people know it by.
    pub name: String,
    /// Its bytes, whatever they are.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for PemFile {
    /// Writes the name only: the bytes may be a private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PemFile")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Number of certificates of one bundle that are looked at. Chains in use have at most 5; Google Cloud takes no more (Compute
/// API, `sslCertificates`).
pub const MAX_CERTIFICATES: usize = 100;

/// A certificate of a bundle.
#[derive(Clone, Debug)]
pub struct BundleEntry {
    /// The certificate.
    pub certificate: Certificate,
    /// Its block in the PEM text.
    pub range: Range<usize>,
}

/// The certificates in a PEM text, in order, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct BundleReading {
    /// The certificates.
    pub entries: Vec<BundleEntry>,
    /// The defects of the text.
    pub defects: Vec<Defect>,
    /// Blocks that hold private keys: never to be shown.
    pub secrets: Vec<Range<usize>>,
}

/// Reads the certificates of a PEM text.
pub fn read_certificates(text: &str) -> BundleReading {
    read_certificates_at_most(text, MAX_CERTIFICATES)
}

/// Reads the first certificates of a PEM text, and says where there are more.
pub fn read_certificates_at_most(text: &str, most: usize) -> BundleReading {
    let pem = pem::read(text);
    let mut reading = BundleReading {
        defects: pem.defects,
        ..BundleReading::default()
    };
    let mut foreign = None;
    for block in pem.blocks {
        let label = block.label.as_str();
        if label.ends_with("PRIVATE KEY") {
            reading.secrets.push(block.range.clone());
        }
        if label != "CERTIFICATE" {
            foreign = foreign.or(Some(foreign_block(&block)));
            continue;
        }
        let Some(content) = block.content.as_deref() else {
            continue;
        };
        if reading.entries.len() >= most {
            let kind = DefectKind::TooMany { limit: most };
            reading.defects.push(Defect::new(kind, block.range));
            break;
        }
        match Certificate::from_der(content) {
            Some(certificate) => reading.entries.push(BundleEntry {
                certificate,
                range: block.range,
            }),
            None => {
                if key::is_key(content) {
                    reading.secrets.push(block.range.clone());
                }
                let kind = misfit(content);
                reading.defects.push(Defect::new(kind, block.range));
            }
        }
    }
    // Other blocks beside certificates (a key in one file with them, parameters) are passed over by every server.
    if reading.entries.is_empty() && reading.defects.is_empty() {
        let (kind, range) = foreign.unwrap_or((DefectKind::NoPem, 0..text.trim_end().len()));
        reading.defects.push(Defect::new(kind, range));
    }
    reading
}

/// Says what a block is that stands where a certificate belongs.
fn foreign_block(block: &pem::Block) -> (DefectKind, Range<usize>) {
    let is_certificate = block
        .content
        .as_deref()
        .is_some_and(|content| Certificate::from_der(content).is_some());
    let label = pem::shown(&block.label);
    let kind = match block.label.as_str() {
        _ if is_certificate => DefectKind::WrongLabel {
            label,
            fits: "CERTIFICATE".to_owned(),
        },
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => DefectKind::Request,
        "PKCS7" | "CMS" => DefectKind::Pkcs7,
        other if other.ends_with("PRIVATE KEY") => DefectKind::KeyForCertificate,
        _ => DefectKind::Label { label },
    };
    (kind, block.range.clone())
}

/// Says why a block labelled `CERTIFICATE` is none.
fn misfit(content: &[u8]) -> DefectKind {
    let label = "CERTIFICATE".to_owned();
    if der::is_cut_off(content) {
        return DefectKind::CutOff { label };
    }
    if key::is_key(content) {
        return DefectKind::KeyForCertificate;
    }
    if x509_parser::certification_request::X509CertificationRequest::from_der(content).is_ok() {
        return DefectKind::Request;
    }
    DefectKind::NotX509
}

/// Options of an inspection: what is known beside the bundle.
#[derive(Clone, Copy, Default)]
pub struct InspectOptions<'a> {
    /// Roots of private authorities.
    pub given: &'a [Certificate],
    /// Its private key.
    pub key: Option<&'a PrivateKey>,
    /// The time, in seconds since 1970.
    pub now: Option<i64>,
    /// The number of certificates that are looked at; [`MAX_CERTIFICATES`] where nothing is said.
    pub most: Option<usize>,
}

/// A bundle that was read and linked.
pub struct Inspection {
    /// The PEM text, and the way back to what was given; `None` where that could not be decoded.
    pub decoded: Option<Decoded>,
    /// The certificates in it, and what is wrong.
    pub reading: BundleReading,
    /// The chain; `None` where there is no certificate.
    pub chain: Option<Chain>,
}

impl Inspection {
    /// Returns the certificate at a position.
    pub fn at(&self, position: usize) -> Option<&Certificate> {
        self.reading
            .entries
            .get(position)
            .map(|found| &found.certificate)
    }

    /// Returns the server's own certificate.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.at(self.chain.as_ref()?.leaf())
    }

    /// Leads a range of the PEM text back to the bytes of what was given.
    pub fn given_range(&self, range: Range<usize>) -> Range<usize> {
        match &self.decoded {
            Some(decoded) => decoded.range(range),
            None => range,
        }
    }
}

/// Reads a bundle, and links its certificates into a chain.
pub fn inspect(given: &str, encoding: Encoding, asked: InspectOptions<'_>) -> Inspection {
    let decoded = match encoding::decode(given, encoding, Part::Certificate) {
        Ok(decoded) => decoded,
        Err(kind) => {
            let reading = BundleReading {
                defects: vec![Defect::new(kind, 0..given.trim_end().len())],
                ..BundleReading::default()
            };
            return Inspection {
                decoded: None,
                reading,
                chain: None,
            };
        }
    };
    let reading = read_certificates_at_most(&decoded.text, asked.most.unwrap_or(MAX_CERTIFICATES));
    let certificates: Vec<Certificate> = reading
        .entries
        .iter()
        .map(|found| found.certificate.clone())
        .collect();
    let bundle = Bundle {
        certificates: &certificates,
        given: asked.given,
        now: asked.now,
    };
    let chain = path_builder::build(bundle, |certificate| {
        asked
            .key
            .is_some_and(|key| key.matches(&certificate.key) == Some(true))
    });
    Inspection {
        decoded: Some(decoded),
        reading,
        chain,
    }
}

/// A private key that was read: its public half, and what is wrong.
pub struct KeyInspection {
    /// The public half; `None` where the key cannot be read.
    pub key: Option<PrivateKey>,
    /// The defects, with ranges of what was given.
    pub defects: Vec<Defect>,
    /// The key's bytes in what was given: never to be shown.
    pub range: Range<usize>,
}

/// Reads a private key. Nothing of its secret half is kept.
pub fn inspect_key(given: &str, encoding: Encoding) -> KeyInspection {
    let whole = 0..given.trim_end().len();
    match encoding::decode(given, encoding, Part::PrivateKey) {
        Ok(decoded) => {
            let reading = key::read(&decoded.text);
            let range = reading
                .key
                .as_ref()
                .map_or(whole, |key| decoded.range(key.range.clone()));
            let defects = reading
                .defects
                .into_iter()
                .map(|defect| Defect::new(defect.kind, decoded.range(defect.range)))
                .collect();
            KeyInspection {
                key: reading.key,
                defects,
                range,
            }
        }
        Err(kind) => KeyInspection {
            key: None,
            defects: vec![Defect::new(kind, whole.clone())],
            range: whole,
        },
    }
}

/// Writes the command that puts the certificates of a file in order: those at these positions (from 0), one after the other.
pub fn reorder_command(file: &str, positions: &[usize]) -> String {
    let parts: Vec<String> = positions
        .iter()
        .map(|position| format!("part{}.pem", position + 1))
        .collect();
    format!(
        "awk '/BEGIN/{{n++}} n{{print > (\"part\" n \".pem\")}}' {file} && cat {} > fullchain.crt",
        parts.join(" ")
    )
}

/// Writes the command that gets a missing issuer's certificate and appends it.
pub fn fetch_command(url: &str, file: &str) -> String {
    if url.ends_with(".p7c") || url.ends_with(".p7b") {
        format!("curl -s {url} | openssl pkcs7 -inform der -print_certs >> {file}")
    } else {
        format!("curl -s {url} | openssl x509 -inform der >> {file}")
    }
}

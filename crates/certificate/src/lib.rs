//! Certificates: what a bundle holds, and whether it is the whole chain.
//!
//! Pure: bytes and texts in, findings as data out. No file, clock or network. Nothing of a private key's secret half leaves
//! this room, or is kept in it.
//!
//! The way through: [`encoding`] undoes base64, [`pem`] finds the blocks, [`x509`] and [`key`] read them, `climb` puts them
//! in a [`chain`], and [`inspect`] does all of it for one bundle.

pub mod chain;
pub mod defect;
mod der;
pub mod encoding;
pub mod key;
pub mod name;
mod path_builder;
pub mod pem;
pub mod public_key;
mod roots;
pub mod signature;
pub mod time;
pub mod x509;

use std::ops::Range;

use chain::{Bundle, Chain};
use defect::{Cause, Defect, Part};
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
    /// Shows the name only: the bytes may be a private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PemFile")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How many certificates of one bundle are looked at. Chains in use have at most 5; Google Cloud takes no more (Compute
/// API, `sslCertificates`).
pub const MAX_CERTIFICATES: usize = 100;

/// A certificate of a bundle.
#[derive(Clone, Debug)]
pub struct BundleEntry {
    /// What it says.
    pub certificate: Certificate,
    /// Its block in the PEM text.
    pub range: Range<usize>,
}

/// The certificates in a PEM text, in order, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The certificates.
    pub found: Vec<BundleEntry>,
    /// What is wrong.
    pub defects: Vec<Defect>,
    /// Blocks that hold private keys: never to be shown.
    pub secrets: Vec<Range<usize>>,
}

/// Reads the certificates of a PEM text.
pub fn read_certificates(text: &str) -> Reading {
    read_at_most(text, MAX_CERTIFICATES)
}

/// The same, with another number of certificates that are looked at.
pub fn read_at_most(text: &str, most: usize) -> Reading {
    let pem = pem::read(text);
    let mut reading = Reading {
        defects: pem.defects,
        ..Reading::default()
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
        if reading.found.len() >= most {
            let cause = Cause::TooMany { limit: most };
            reading.defects.push(Defect::new(cause, block.range));
            break;
        }
        match Certificate::from_der(content) {
            Some(certificate) => reading.found.push(BundleEntry {
                certificate,
                range: block.range,
            }),
            None => {
                if key::is_key(content) {
                    reading.secrets.push(block.range.clone());
                }
                let cause = misfit(content);
                reading.defects.push(Defect::new(cause, block.range));
            }
        }
    }
    // Other blocks beside certificates (a key in one file with them, parameters) are passed over by every server.
    if reading.found.is_empty() && reading.defects.is_empty() {
        let (cause, range) = foreign.unwrap_or((Cause::NoPem, 0..text.trim_end().len()));
        reading.defects.push(Defect::new(cause, range));
    }
    reading
}

/// What a block is that stands where a certificate belongs.
fn foreign_block(block: &pem::Block) -> (Cause, Range<usize>) {
    let is_certificate = block
        .content
        .as_deref()
        .is_some_and(|content| Certificate::from_der(content).is_some());
    let label = pem::shown(&block.label);
    let cause = match block.label.as_str() {
        _ if is_certificate => Cause::WrongLabel {
            label,
            fits: "CERTIFICATE".to_owned(),
        },
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Cause::Request,
        "PKCS7" | "CMS" => Cause::Pkcs7,
        other if other.ends_with("PRIVATE KEY") => Cause::KeyForCertificate,
        _ => Cause::Label { label },
    };
    (cause, block.range.clone())
}

/// Why a block labelled `CERTIFICATE` is none.
fn misfit(content: &[u8]) -> Cause {
    let label = "CERTIFICATE".to_owned();
    if der::is_cut_off(content) {
        return Cause::CutOff { label };
    }
    if key::is_key(content) {
        return Cause::KeyForCertificate;
    }
    if x509_parser::certification_request::X509CertificationRequest::from_der(content).is_ok() {
        return Cause::Request;
    }
    Cause::NotX509
}

/// What is asked of a bundle.
#[derive(Clone, Copy, Default)]
pub struct InspectOptions<'a> {
    /// Roots of private authorities.
    pub given: &'a [Certificate],
    /// Its private key.
    pub key: Option<&'a PrivateKey>,
    /// The time, in seconds since 1970.
    pub now: Option<i64>,
    /// How many certificates are looked at; [`MAX_CERTIFICATES`] where nothing is said.
    pub most: Option<usize>,
}

/// A bundle after it was looked at.
pub struct Inspection {
    /// Its PEM text, and the way back to what was given; `None` where that could not be decoded.
    pub decoded: Option<Decoded>,
    /// What it holds.
    pub reading: Reading,
    /// Its chain; `None` where it holds no certificate.
    pub chain: Option<Chain>,
}

impl Inspection {
    /// The certificate at a position.
    pub fn at(&self, position: usize) -> Option<&Certificate> {
        self.reading
            .found
            .get(position)
            .map(|found| &found.certificate)
    }

    /// The leaf.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.at(self.chain.as_ref()?.leaf())
    }

    /// The bytes of what was given that a range of the PEM text stands in.
    pub fn given_range(&self, range: Range<usize>) -> Range<usize> {
        match &self.decoded {
            Some(decoded) => decoded.range(range),
            None => range,
        }
    }
}

/// Looks at one bundle.
pub fn inspect(given: &str, encoding: Encoding, asked: InspectOptions<'_>) -> Inspection {
    let decoded = match encoding::decode(given, encoding, Part::Certificate) {
        Ok(decoded) => decoded,
        Err(cause) => {
            let reading = Reading {
                defects: vec![Defect::new(cause, 0..given.trim_end().len())],
                ..Reading::default()
            };
            return Inspection {
                decoded: None,
                reading,
                chain: None,
            };
        }
    };
    let reading = read_at_most(&decoded.text, asked.most.unwrap_or(MAX_CERTIFICATES));
    let certificates: Vec<Certificate> = reading
        .found
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

/// A private key after it was looked at.
pub struct KeyInspection {
    /// What is known of it.
    pub key: Option<PrivateKey>,
    /// What is wrong, with ranges of what was given.
    pub defects: Vec<Defect>,
    /// The key's bytes in what was given.
    pub range: Range<usize>,
}

/// Looks at a private key.
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
                .map(|defect| Defect::new(defect.cause, decoded.range(defect.range)))
                .collect();
            KeyInspection {
                key: reading.key,
                defects,
                range,
            }
        }
        Err(cause) => KeyInspection {
            key: None,
            defects: vec![Defect::new(cause, whole.clone())],
            range: whole,
        },
    }
}

/// One line that puts the certificates of a file in order: those at these positions (from 0), one after the other.
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

/// One line that gets a missing issuer's certificate and appends it.
pub fn fetch_command(url: &str, file: &str) -> String {
    if url.ends_with(".p7c") || url.ends_with(".p7b") {
        format!("curl -s {url} | openssl pkcs7 -inform der -print_certs >> {file}")
    } else {
        format!("curl -s {url} | openssl x509 -inform der >> {file}")
    }
}

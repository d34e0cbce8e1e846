//! Private keys: their form, and their public half.
//!
//! The public half is read from the key's own DER (RSA, and elliptic curves where it stands there) or computed (Ed25519).
//! Nothing of the secret half is kept: [`PrivateKey`] has no field for it.

use std::ops::Range;

use super::defect::{Defect, DefectKind};
use super::der::{self, CONTEXT_0, CONTEXT_1, DerReader, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING};
use super::pem::{self, Block};
use super::public_key::{Curve, EC, ED448, ED25519, KeyKind, PublicKey, RSA, RSA_PSS, curve};

/// A private key, of which only the public half is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateKey {
    /// Its form: `PKCS#1`, `PKCS#8`, `SEC1`.
    pub form: &'static str,
    /// Its kind; `None` where it is encrypted.
    pub kind: Option<KeyKind>,
    /// True where it has a passphrase.
    pub encrypted: bool,
    /// Its block in the text.
    pub range: Range<usize>,
    public: PublicHalf,
}

/// The public half of a private key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PublicHalf {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    Ec {
        curve_oid: Vec<u8>,
        point: Vec<u8>,
    },
    Ed25519 {
        point: Vec<u8>,
    },
    /// Not in the file, and not to be computed.
    Hidden,
}

impl PrivateKey {
    /// Tells whether this is the key of a certificate; `None` where the public half is hidden.
    pub fn matches(&self, key: &PublicKey) -> Option<bool> {
        match (&self.public, &key.kind) {
            (PublicHalf::Hidden, other) => match (&self.kind, other) {
                // Keys of two kinds are never a pair.
                (Some(KeyKind::Ec(mine)), KeyKind::Ec(theirs)) if mine == theirs => None,
                (Some(mine), theirs) if *mine != KeyKind::Other && mine != theirs => Some(false),
                _ => None,
            },
            (PublicHalf::Rsa { modulus, exponent }, KeyKind::Rsa { .. }) => {
                let (their_modulus, their_exponent) = key.rsa()?;
                Some(modulus == their_modulus && exponent == their_exponent)
            }
            (PublicHalf::Ec { curve_oid, point }, KeyKind::Ec(_)) => {
                if !curve_oid.is_empty() && *curve_oid != key.curve_oid {
                    return Some(false);
                }
                // A compressed point has another length; both say the same x.
                if point.len() != key.bits.len() {
                    return None;
                }
                Some(*point == key.bits)
            }
            (PublicHalf::Ed25519 { point }, KeyKind::Ed25519) => Some(*point == key.bits),
            _ => Some(false),
        }
    }
}

/// The private key in a PEM text, and what is wrong with it.
#[derive(Default)]
pub struct KeyReading {
    /// The first private key.
    pub key: Option<PrivateKey>,
    /// The defects of the text.
    pub defects: Vec<Defect>,
}

/// Reads the first private key of a PEM text.
pub fn read(text: &str) -> KeyReading {
    let pem = pem::read(text);
    let mut reading = KeyReading {
        key: None,
        defects: pem.defects,
    };
    let mut certificate = None;
    let mut other = None;
    for block in &pem.blocks {
        match block.label.as_str() {
            // They may stand before a key, and mean nothing to it.
            "EC PARAMETERS" | "DH PARAMETERS" => {}
            "CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                certificate = certificate.or(Some(block.range.clone()));
            }
            label if label.ends_with("PRIVATE KEY") => {
                if reading.key.is_some() {
                    continue;
                }
                match read_block(block) {
                    Some(Ok(key)) => reading.key = Some(key),
                    Some(Err(kind)) => reading.defects.push(Defect::new(kind, block.range.clone())),
                    None => {}
                }
            }
            label => other = other.or(Some((pem::shown(label), block.range.clone()))),
        }
    }
    if reading.key.is_none() && reading.defects.is_empty() {
        let (kind, range) = match (certificate, other) {
            (Some(range), _) => (DefectKind::CertificateForKey, range),
            (None, Some((label, range))) => (DefectKind::Label { label }, range),
            (None, None) => (DefectKind::NoPem, 0..text.trim_end().len()),
        };
        reading.defects.push(Defect::new(kind, range));
    }
    reading
}

/// Reads a block; `None` where its content could not be decoded, which is a defect already.
fn read_block(block: &Block) -> Option<Result<PrivateKey, DefectKind>> {
    let encrypted = |form| PrivateKey {
        form,
        kind: None,
        encrypted: true,
        range: block.range.clone(),
        public: PublicHalf::Hidden,
    };
    let form = match block.label.as_str() {
        "RSA PRIVATE KEY" => "PKCS#1",
        "EC PRIVATE KEY" => "SEC1",
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => "PKCS#8",
        "OPENSSH PRIVATE KEY" => return Some(Err(DefectKind::OpenSsh)),
        _ => "another form",
    };
    if block.encrypted {
        return Some(Ok(encrypted(form)));
    }
    let content = block.content.as_deref()?;
    if block.label == "ENCRYPTED PRIVATE KEY" {
        return Some(if is_encrypted_info(content) {
            Ok(encrypted(form))
        } else {
            Err(misfit(block, content))
        });
    }
    let read = match form {
        "PKCS#1" => pkcs1(content),
        "SEC1" => sec1(content, &[]),
        "PKCS#8" => pkcs8(content),
        _ => Some((KeyKind::Other, PublicHalf::Hidden)),
    };
    Some(match read {
        Some((kind, public)) => Ok(PrivateKey {
            form,
            kind: Some(kind),
            encrypted: false,
            range: block.range.clone(),
            public,
        }),
        None => Err(misfit(block, content)),
    })
}

/// Says why a block is not what its label says.
fn misfit(block: &Block, content: &[u8]) -> DefectKind {
    if der::is_cut_off(content) {
        return DefectKind::CutOff {
            label: pem::shown(&block.label),
        };
    }
    let fits = if pkcs1(content).is_some() {
        "RSA PRIVATE KEY"
    } else if sec1(content, &[]).is_some() {
        "EC PRIVATE KEY"
    } else if pkcs8(content).is_some() {
        "PRIVATE KEY"
    } else if is_encrypted_info(content) {
        "ENCRYPTED PRIVATE KEY"
    } else if super::x509::Certificate::from_der(content).is_some() {
        return DefectKind::CertificateForKey;
    } else {
        return DefectKind::NotKey;
    };
    DefectKind::WrongLabel {
        label: pem::shown(&block.label),
        fits: fits.to_owned(),
    }
}

/// Tells whether the content is a private key of any form.
pub(super) fn is_key(content: &[u8]) -> bool {
    pkcs1(content).is_some()
        || sec1(content, &[]).is_some()
        || pkcs8(content).is_some()
        || is_encrypted_info(content)
}

/// Reads an RSAPrivateKey (RFC 8017, A.1.2).
fn pkcs1(content: &[u8]) -> Option<(KeyKind, PublicHalf)> {
    let mut numbers = DerReader::new(content).sequence()?;
    numbers.take(INTEGER)?;
    let modulus = numbers.unsigned()?;
    let exponent = numbers.unsigned()?;
    // The secret numbers must be there, and are passed over.
    numbers.take(INTEGER)?;
    numbers.take(INTEGER)?;
    let kind = KeyKind::Rsa {
        bits: der::bit_length(modulus),
    };
    let public = PublicHalf::Rsa {
        modulus: modulus.to_vec(),
        exponent: exponent.to_vec(),
    };
    Some((kind, public))
}

/// Reads an ECPrivateKey (RFC 5915, section 3); the curve may be named outside.
fn sec1(content: &[u8], outside: &[u8]) -> Option<(KeyKind, PublicHalf)> {
    let mut fields = DerReader::new(content).sequence()?;
    if fields.take(INTEGER)? != [1] {
        return None;
    }
    fields.take(OCTET_STRING)?;
    let mut curve_oid = outside;
    if let Some(parameters) = fields.take(CONTEXT_0) {
        curve_oid = DerReader::new(parameters)
            .take(OBJECT_IDENTIFIER)
            .unwrap_or_default();
    }
    let kind = KeyKind::Ec(if curve_oid.is_empty() {
        Curve::Other
    } else {
        curve(curve_oid)
    });
    let point = fields
        .take(CONTEXT_1)
        .and_then(|content| DerReader::new(content).bits());
    let public = match point {
        Some(point) => PublicHalf::Ec {
            curve_oid: curve_oid.to_vec(),
            point: point.to_vec(),
        },
        None => PublicHalf::Hidden,
    };
    Some((kind, public))
}

/// Reads a PrivateKeyInfo (RFC 5958, section 2).
fn pkcs8(content: &[u8]) -> Option<(KeyKind, PublicHalf)> {
    let mut fields = DerReader::new(content).sequence()?;
    fields.take(INTEGER)?;
    let mut algorithm = fields.sequence()?;
    let secret = fields.take(OCTET_STRING)?;
    let oid = algorithm.take(OBJECT_IDENTIFIER)?;
    if oid == RSA || oid == RSA_PSS {
        return pkcs1(secret);
    }
    if oid == EC {
        let curve_oid = algorithm.take(OBJECT_IDENTIFIER).unwrap_or_default();
        return sec1(secret, curve_oid);
    }
    if oid == ED25519 {
        let seed = DerReader::new(secret).take(OCTET_STRING)?;
        let public =
            ed25519_point(seed).map_or(PublicHalf::Hidden, |point| PublicHalf::Ed25519 { point });
        return Some((KeyKind::Ed25519, public));
    }
    let kind = if oid == ED448 {
        KeyKind::Ed448
    } else {
        KeyKind::Other
    };
    Some((kind, PublicHalf::Hidden))
}

/// Tells whether the content is an EncryptedPrivateKeyInfo: an algorithm and encrypted bytes, and nothing else.
fn is_encrypted_info(content: &[u8]) -> bool {
    let Some(mut fields) = DerReader::new(content).sequence() else {
        return false;
    };
    fields
        .sequence()
        .and_then(|mut algorithm| algorithm.take(OBJECT_IDENTIFIER))
        .is_some()
        && fields.take(OCTET_STRING).is_some()
        && fields.next().is_none()
}

#[cfg(feature = "verify")]
fn ed25519_point(seed: &[u8]) -> Option<Vec<u8>> {
    use ring::signature::{Ed25519KeyPair, KeyPair};
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

#[cfg(not(feature = "verify"))]
fn ed25519_point(_seed: &[u8]) -> Option<Vec<u8>> {
    None
}

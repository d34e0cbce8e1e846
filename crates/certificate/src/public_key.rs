//! Public keys: their kind and size, and whether two are the same.

use std::fmt;

use super::der::{self, DerReader, OBJECT_IDENTIFIER};

/// The kind of a key, with its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, with the size of its modulus in bits.
    Rsa {
        /// Bits.
        bits: usize,
    },
    /// ECDSA on a curve.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// Anything else.
    Other,
}

/// A curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
    /// Any other.
    Other,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            KeyKind::Rsa { bits } => return write!(f, "RSA {bits}"),
            KeyKind::Ec(Curve::P256) => "EC P-256",
            KeyKind::Ec(Curve::P384) => "EC P-384",
            KeyKind::Ec(Curve::P521) => "EC P-521",
            KeyKind::Ec(Curve::Other) => "EC on another curve",
            KeyKind::Ed25519 => "Ed25519",
            KeyKind::Ed448 => "Ed448",
            KeyKind::Other => "of another kind",
        };
        f.write_str(name)
    }
}

// Content bytes of object identifiers.
/// rsaEncryption, 1.2.840.113549.1.1.1
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-RSASSA-PSS, 1.2.840.113549.1.1.10
pub(super) const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// id-ecPublicKey, 1.2.840.10045.2.1
pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// id-Ed25519, 1.3.101.112
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// id-Ed448, 1.3.101.113
pub(super) const ED448: &[u8] = &[0x2b, 0x65, 0x71];
/// secp256r1, 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// secp384r1, 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// secp521r1, 1.3.132.0.35
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// Finds the curve of an object identifier's content.
pub(super) fn curve(oid: &[u8]) -> Curve {
    match oid {
        P256 => Curve::P256,
        P384 => Curve::P384,
        P521 => Curve::P521,
        _ => Curve::Other,
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind.
    pub kind: KeyKind,
    /// Content of the SubjectPublicKeyInfo: algorithm and key.
    pub(super) info: Vec<u8>,
    /// The key's own bits: an RSAPublicKey, a point, 32 bytes of Ed25519.
    pub(super) bits: Vec<u8>,
    /// Content of the curve's object identifier; empty for other kinds.
    pub(super) curve_oid: Vec<u8>,
}

impl PublicKey {
    /// Reads the content of a SubjectPublicKeyInfo.
    pub fn from_info(info: &[u8]) -> Option<PublicKey> {
        let mut reader = DerReader::new(info);
        let mut algorithm = reader.sequence()?;
        let bits = reader.bits()?;
        let oid = algorithm.take(OBJECT_IDENTIFIER)?;
        let mut curve_oid: &[u8] = &[];
        let kind = if oid == RSA || oid == RSA_PSS {
            let (modulus, _) = rsa_numbers(bits)?;
            KeyKind::Rsa {
                bits: der::bit_length(modulus),
            }
        } else if oid == EC {
            curve_oid = algorithm.take(OBJECT_IDENTIFIER).unwrap_or_default();
            KeyKind::Ec(curve(curve_oid))
        } else if oid == ED25519 {
            KeyKind::Ed25519
        } else if oid == ED448 {
            KeyKind::Ed448
        } else {
            KeyKind::Other
        };
        Some(PublicKey {
            kind,
            info: info.to_vec(),
            bits: bits.to_vec(),
            curve_oid: curve_oid.to_vec(),
        })
    }

    /// Tells whether two keys are the same.
    pub fn same(&self, other: &PublicKey) -> bool {
        self.info == other.info
    }

    /// Returns modulus and exponent of an RSA key, without leading zeros.
    pub(super) fn rsa(&self) -> Option<(&[u8], &[u8])> {
        matches!(self.kind, KeyKind::Rsa { .. })
            .then(|| rsa_numbers(&self.bits))
            .flatten()
    }
}

/// Reads modulus and exponent of an RSAPublicKey.
fn rsa_numbers(bits: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut numbers = DerReader::new(bits).sequence()?;
    Some((numbers.unsigned()?, numbers.unsigned()?))
}

//! Whether one key signed a certificate.
//!
//! What cannot be checked is never called bad: algorithm, curve and size are looked at first, and only what `ring` is
//! known to judge rightly is given to it (measured: it refuses valid signatures of short RSA keys, and of RSA-PSS with a
//! salt of another length than the hash). Without the feature `verify` nothing can be checked.

use std::fmt;

use x509_parser::prelude::AlgorithmIdentifier;

use super::public_key::PublicKey;
#[cfg(feature = "verify")]
use super::public_key::{Curve, KeyKind};
use super::x509::Certificate;

/// A hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// MD2 or MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA-1",
            Hash::Sha224 => "SHA-224",
            Hash::Sha256 => "SHA-256",
            Hash::Sha384 => "SHA-384",
            Hash::Sha512 => "SHA-512",
        })
    }
}

/// The algorithm that a certificate was signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSA with PKCS#1 v1.5.
    RsaPkcs1(Hash),
    /// RSA-PSS.
    RsaPss {
        /// The hash of the message.
        hash: Hash,
        /// The mask is made with the same hash, and the salt is as long as it: all that `ring` checks.
        usual: bool,
    },
    /// ECDSA.
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// Anything else.
    Other,
}

impl Scheme {
    /// Reads the algorithm's identifier.
    pub fn of(algorithm: &AlgorithmIdentifier<'_>) -> Scheme {
        match algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.2" | "1.2.840.113549.1.1.4" => Scheme::RsaPkcs1(Hash::Md5),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Scheme::RsaPkcs1(Hash::Sha1),
            "1.2.840.113549.1.1.14" => Scheme::RsaPkcs1(Hash::Sha224),
            "1.2.840.113549.1.1.11" => Scheme::RsaPkcs1(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Scheme::RsaPkcs1(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Scheme::RsaPkcs1(Hash::Sha512),
            "1.2.840.113549.1.1.10" => pss(algorithm),
            "1.2.840.10045.4.1" => Scheme::Ecdsa(Hash::Sha1),
            "1.2.840.10045.4.3.1" => Scheme::Ecdsa(Hash::Sha224),
            "1.2.840.10045.4.3.2" => Scheme::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Scheme::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Scheme::Ecdsa(Hash::Sha512),
            "1.3.101.112" => Scheme::Ed25519,
            "1.3.101.113" => Scheme::Ed448,
            _ => Scheme::Other,
        }
    }

    /// Returns the hash, where the scheme has one of its own.
    pub fn hash(self) -> Option<Hash> {
        match self {
            Scheme::RsaPkcs1(hash) | Scheme::RsaPss { hash, .. } | Scheme::Ecdsa(hash) => {
                Some(hash)
            }
            Scheme::Ed25519 | Scheme::Ed448 | Scheme::Other => None,
        }
    }
}

fn pss(algorithm: &AlgorithmIdentifier<'_>) -> Scheme {
    use x509_parser::signature_algorithm::RsaSsaPssParams;
    let hash_of = |oid: &str| match oid {
        "2.16.840.1.101.3.4.2.1" => Some((Hash::Sha256, 32)),
        "2.16.840.1.101.3.4.2.2" => Some((Hash::Sha384, 48)),
        "2.16.840.1.101.3.4.2.3" => Some((Hash::Sha512, 64)),
        "2.16.840.1.101.3.4.2.4" => Some((Hash::Sha224, 28)),
        "1.3.14.3.2.26" => Some((Hash::Sha1, 20)),
        _ => None,
    };
    let parameters = algorithm
        .parameters
        .as_ref()
        .and_then(|any| RsaSsaPssParams::try_from(any).ok());
    let Some(parameters) = parameters else {
        return Scheme::Other;
    };
    let hash = parameters.hash_algorithm_oid().to_id_string();
    let Some((hash, salt)) = hash_of(&hash) else {
        return Scheme::Other;
    };
    let mask = parameters
        .mask_gen_algorithm()
        .ok()
        .map(|mask| mask.hash.to_id_string());
    let same_mask = mask
        .as_deref()
        .and_then(hash_of)
        .is_some_and(|(mask, _)| mask == hash);
    Scheme::RsaPss {
        hash,
        usual: same_mask && parameters.salt_length() == salt,
    }
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The key signed it.
    Good,
    /// The key did not sign it.
    Bad,
    /// Not decided: the algorithm is not known, or signatures are not checked at all.
    Unchecked,
}

/// Checks whether `key` signed `certificate`.
#[cfg(not(feature = "verify"))]
pub fn check(_certificate: &Certificate, _key: &PublicKey) -> Checked {
    Checked::Unchecked
}

/// Checks whether `key` signed `certificate`.
#[cfg(feature = "verify")]
pub fn check(certificate: &Certificate, key: &PublicKey) -> Checked {
    use ring::signature::UnparsedPublicKey;
    match fits(certificate.scheme, &key.kind) {
        Fit::Never => return Checked::Bad,
        Fit::Perhaps => {}
    }
    let Some(algorithm) = algorithm(certificate.scheme, key) else {
        return Checked::Unchecked;
    };
    let key = UnparsedPublicKey::new(algorithm, &key.bits);
    match key.verify(&certificate.signed, &certificate.signature) {
        Ok(()) => Checked::Good,
        Err(_) => Checked::Bad,
    }
}

#[cfg(feature = "verify")]
enum Fit {
    Never,
    Perhaps,
}

/// A scheme of one family is never made with a key of another.
#[cfg(feature = "verify")]
fn fits(scheme: Scheme, key: &KeyKind) -> Fit {
    match (scheme, key) {
        (Scheme::Other, _) | (_, KeyKind::Other) => Fit::Perhaps,
        (Scheme::RsaPkcs1(_) | Scheme::RsaPss { .. }, KeyKind::Rsa { .. })
        | (Scheme::Ecdsa(_), KeyKind::Ec(_))
        | (Scheme::Ed25519, KeyKind::Ed25519)
        | (Scheme::Ed448, KeyKind::Ed448) => Fit::Perhaps,
        _ => Fit::Never,
    }
}

#[cfg(feature = "verify")]
fn algorithm(
    scheme: Scheme,
    key: &PublicKey,
) -> Option<&'static dyn ring::signature::VerificationAlgorithm> {
    use ring::signature as alg;
    let uncompressed = key.bits.first() == Some(&4);
    Some(match (scheme, &key.kind) {
        (Scheme::RsaPkcs1(hash), KeyKind::Rsa { bits }) if has_usual_exponent(key) => {
            match (hash, *bits) {
                (Hash::Sha1, 1024..=8192) => &alg::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                (Hash::Sha256, 1024..2048) => &alg::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                (Hash::Sha512, 1024..2048) => &alg::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
                (Hash::Sha256, 2048..=8192) => &alg::RSA_PKCS1_2048_8192_SHA256,
                (Hash::Sha384, 2048..=8192) => &alg::RSA_PKCS1_2048_8192_SHA384,
                (Hash::Sha512, 2048..=8192) => &alg::RSA_PKCS1_2048_8192_SHA512,
                _ => return None,
            }
        }
        (Scheme::RsaPss { hash, usual: true }, KeyKind::Rsa { bits: 2048..=8192 })
            if has_usual_exponent(key) =>
        {
            match hash {
                Hash::Sha256 => &alg::RSA_PSS_2048_8192_SHA256,
                Hash::Sha384 => &alg::RSA_PSS_2048_8192_SHA384,
                Hash::Sha512 => &alg::RSA_PSS_2048_8192_SHA512,
                _ => return None,
            }
        }
        (Scheme::Ecdsa(hash), KeyKind::Ec(curve)) if uncompressed => match (curve, hash) {
            (Curve::P256, Hash::Sha256) => &alg::ECDSA_P256_SHA256_ASN1,
            (Curve::P256, Hash::Sha384) => &alg::ECDSA_P256_SHA384_ASN1,
            (Curve::P384, Hash::Sha256) => &alg::ECDSA_P384_SHA256_ASN1,
            (Curve::P384, Hash::Sha384) => &alg::ECDSA_P384_SHA384_ASN1,
            _ => return None,
        },
        (Scheme::Ed25519, KeyKind::Ed25519) => &alg::ED25519,
        _ => return None,
    })
}

/// Whole bytes of modulus and an odd exponent from 3 to 33 bits: what `ring` takes.
#[cfg(feature = "verify")]
fn has_usual_exponent(key: &PublicKey) -> bool {
    let Some((modulus, exponent)) = key.rsa() else {
        return false;
    };
    let odd = exponent.last().is_some_and(|last| last & 1 == 1);
    let small = exponent.len() <= 4 && exponent != [1];
    odd && small && super::der::bit_length(modulus).is_multiple_of(8)
}

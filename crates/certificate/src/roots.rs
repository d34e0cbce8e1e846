//! Roots in public use: the Mozilla set, from `webpki-roots`.
//!
//! That crate holds of each root its name and its key, which is all that is asked here: who is meant by an issuer's name,
//! and did that key sign. (`webpki-root-certs` has whole certificates, four times the size, of which nothing more would be
//! used.) Nothing is read before a certificate is judged.

use webpki_roots::TLS_SERVER_ROOTS;

use super::chain::Proof;
use super::public_key::PublicKey;
use super::signature::{Checked, check};
use super::x509::Certificate;

/// Finds the public root that signed a certificate.
pub(crate) fn issuer_of(certificate: &Certificate) -> Option<Proof> {
    let mut found = None;
    for root in TLS_SERVER_ROOTS {
        if root.subject.as_ref() != certificate.issuer.content.as_slice() {
            continue;
        }
        let Some(key) = PublicKey::from_info(root.subject_public_key_info.as_ref()) else {
            continue;
        };
        match check(certificate, &key) {
            Checked::Good => return Some(Proof::Signature),
            Checked::Unchecked => found = Some(Proof::Names),
            Checked::Bad => {}
        }
    }
    found
}

/// Tells whether a certificate has a public root's name and key, whoever signed it.
pub(crate) fn is_root(certificate: &Certificate) -> bool {
    TLS_SERVER_ROOTS.iter().any(|root| {
        root.subject.as_ref() == certificate.subject.content.as_slice()
            && root.subject_public_key_info.as_ref() == certificate.key.info.as_slice()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_root_has_a_key_of_a_known_kind() {
        assert!(TLS_SERVER_ROOTS.len() > 100);
        for root in TLS_SERVER_ROOTS {
            let key = PublicKey::from_info(root.subject_public_key_info.as_ref());
            assert!(key.is_some(), "{:?}", root.subject);
        }
    }

    #[test]
    fn a_published_intermediate_is_led_to_its_public_root() {
        let text = include_str!("../tests/pem/public-intermediate.pem");
        let reading = crate::read_certificates(text);
        let found = reading.entries.first().map(|found| &found.certificate);
        let proof = found.and_then(issuer_of);
        let expected = if cfg!(feature = "verify") {
            Proof::Signature
        } else {
            Proof::Names
        };
        assert_eq!(proof, Some(expected));
        assert!(found.is_some_and(|found| !is_root(found)));
    }
}

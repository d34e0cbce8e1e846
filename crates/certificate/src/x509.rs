//! One certificate: what the rules and the chain need of it, copied out of its DER.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate, X509Name, X509Version};

use super::der::{DerReader, SEQUENCE};
use super::name;
use super::public_key::PublicKey;
use super::signature::Scheme;

/// A distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As people read it: `C=US, O=Acme, CN=Acme Root`.
    pub text: String,
    /// The name to call it by: the common name, or the text where it has none.
    pub short: String,
    /// Content of the DER.
    pub(super) content: Vec<u8>,
    /// For comparison where only the string types or letter cases differ (RFC 5280, section 7.1).
    canonical: String,
}

impl Name {
    fn new(name: &X509Name<'_>) -> Name {
        let full = clean(&name.to_string());
        let common = name
            .iter_common_name()
            .next()
            .and_then(|attribute| attribute.as_str().ok())
            .map(clean)
            .filter(|common| !common.is_empty());
        let text = if full.is_empty() {
            "(no name)".to_owned()
        } else {
            full
        };
        let content = DerReader::new(name.as_raw())
            .take(SEQUENCE)
            .unwrap_or_default()
            .to_vec();
        Name {
            short: common.unwrap_or_else(|| text.clone()),
            canonical: text.to_lowercase(),
            text,
            content,
        }
    }

    /// Tells whether two names are the same.
    pub fn same(&self, other: &Name) -> bool {
        self.content == other.content
            || (!self.content.is_empty()
                && !other.content.is_empty()
                && self.canonical == other.canonical)
    }
}

/// Writes foreign text as it may stand in a message: one line, no control characters, not endless.
fn clean(text: &str) -> String {
    let mut shown: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                '?'
            } else {
                c
            }
        })
        .collect();
    if let Some((end, _)) = shown.char_indices().nth(200) {
        shown.truncate(end);
        shown.push('…');
    }
    // A back-quote would end the quotation in a message.
    shown.replace('`', "'")
}

/// Tells whether a character changes the direction of text or takes no room.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Whom it is for.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// First second of its validity, since 1970.
    pub not_before: i64,
    /// Last second of its validity, since 1970.
    pub not_after: i64,
    /// dNSNames of the subjectAltName.
    pub dns_names: Vec<String>,
    /// iPAddresses of the subjectAltName.
    pub addresses: Vec<IpAddr>,
    /// basicConstraints say that it is a certificate authority's; `None` where there are none.
    pub authority: Option<bool>,
    /// keyUsage allows to sign certificates; `None` where there is no keyUsage.
    pub signs_certificates: Option<bool>,
    /// Its key.
    pub key: PublicKey,
    /// The algorithm that it was signed with.
    pub scheme: Scheme,
    /// The address of its issuer's certificate (AIA caIssuers).
    pub issuer_url: Option<String>,
    /// SHA-256 of its DER in lower-case hexadecimal.
    pub fingerprint: String,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    #[cfg_attr(not(feature = "verify"), expect(dead_code))]
    pub(super) signed: Vec<u8>,
    #[cfg_attr(not(feature = "verify"), expect(dead_code))]
    pub(super) signature: Vec<u8>,
    version_3: bool,
}

impl Certificate {
    /// Reads DER; `None` where it is not a certificate.
    pub fn from_der(der: &[u8]) -> Option<Certificate> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        let own = der.get(..der.len() - rest.len())?;
        let info = DerReader::new(parsed.public_key().raw).take(SEQUENCE)?;
        let mut certificate = Certificate {
            subject: Name::new(parsed.subject()),
            issuer: Name::new(parsed.issuer()),
            serial: hex(parsed.raw_serial()),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            dns_names: Vec::new(),
            addresses: Vec::new(),
            authority: None,
            signs_certificates: None,
            key: PublicKey::from_info(info)?,
            scheme: Scheme::of(&parsed.signature_algorithm),
            issuer_url: None,
            fingerprint: hex(&Sha256::digest(own)),
            authority_key_id: None,
            subject_key_id: None,
            signed: parsed.tbs_certificate.as_ref().to_vec(),
            signature: parsed.signature_value.data.to_vec(),
            version_3: parsed.version() == X509Version::V3,
        };
        for extension in parsed.extensions() {
            certificate.extension(extension.parsed_extension());
        }
        Some(certificate)
    }

    fn extension(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                for name in &names.general_names {
                    match name {
                        GeneralName::DNSName(name) => self.dns_names.push(clean(name)),
                        GeneralName::IPAddress(bytes) => self.addresses.extend(address(bytes)),
                        _ => {}
                    }
                }
            }
            ParsedExtension::BasicConstraints(constraints) => self.authority = Some(constraints.ca),
            ParsedExtension::KeyUsage(usage) => {
                self.signs_certificates = Some(usage.key_cert_sign());
            }
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            ParsedExtension::SubjectKeyIdentifier(id) => self.subject_key_id = Some(id.0.to_vec()),
            ParsedExtension::AuthorityInfoAccess(access) => {
                // id-ad-caIssuers
                let found = access
                    .accessdescs
                    .iter()
                    .filter(|entry| entry.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2")
                    .find_map(|entry| match &entry.access_location {
                        GeneralName::URI(address) => web_address(address),
                        _ => None,
                    });
                self.issuer_url = self.issuer_url.take().or(found);
            }
            _ => {}
        }
    }

    /// Tells whether it names itself as its issuer. (Whether it signed itself is asked of the chain.)
    pub fn names_itself(&self) -> bool {
        self.subject.same(&self.issuer)
    }

    /// Tells whether it may sign other certificates: an authority's, or one of the first versions, which could not say.
    pub fn may_issue(&self) -> bool {
        let authority = match self.authority {
            Some(authority) => authority,
            None => !self.version_3 && self.names_itself(),
        };
        authority && self.signs_certificates != Some(false)
    }

    /// Tells whether it covers a host name.
    pub fn covers(&self, host: &str) -> bool {
        name::covers(&self.dns_names, &self.addresses, host)
    }

    /// Returns every name that it covers, as people read them.
    pub fn names(&self) -> Vec<String> {
        let addresses = self.addresses.iter().map(IpAddr::to_string);
        self.dns_names.iter().cloned().chain(addresses).collect()
    }

    /// Tells whether two certificates are the same, byte for byte.
    pub fn same(&self, other: &Certificate) -> bool {
        self.fingerprint == other.fingerprint
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(four));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

/// Cleans an address for a command: nothing that a shell would read as more than an address.
fn web_address(address: &str) -> Option<String> {
    let plain = address
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b":/.-_~%=+,@".contains(&byte));
    let web = address.starts_with("http://") || address.starts_with("https://");
    (plain && web && address.len() <= 300).then(|| address.to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_command_ends_the_command_nowhere() {
        let plain = "http://pki.acme.io/a_b/issuing~1.crt";
        assert_eq!(web_address(plain).as_deref(), Some(plain));
        for address in [
            "http://pki.acme.io/&reboot",
            "http://pki.acme.io/;reboot",
            "http://pki.acme.io/$(reboot)",
            "http://pki.acme.io/a b",
            "http://pki.acme.io/*",
            "http://pki.acme.io/?a",
            "http://pki.acme.io/>etc",
            "file:///etc/passwd",
        ] {
            assert_eq!(web_address(address), None, "{address}");
        }
    }
}

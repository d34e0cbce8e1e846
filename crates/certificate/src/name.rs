//! Which names a certificate covers.
//!
//! Only the subjectAltName counts (RFC 9525, section 6.3): a wildcard is a whole left-most label and stands for exactly
//! one label. The common name is not looked at by anything that connects today.

use std::net::IpAddr;

/// Tells whether a dNSName covers a host name. Both are ASCII (A-labels for international names), in any case.
///
/// The host may itself be a wildcard, as in a TLS section or a listener: only the same wildcard covers it.
pub(crate) fn dns_covers(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if pattern.is_empty() || host.is_empty() {
        return false;
    }
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some(parent) = pattern.strip_prefix("*.") else {
        return false;
    };
    // `*.io` would stand for every owner of a domain; OpenSSL and browsers refuse it, too.
    if !parent.contains('.') || parent.contains('*') || host.starts_with("*.") {
        return false;
    }
    host.split_once('.')
        .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent))
}

/// Tells whether the names of a certificate cover a host; an address needs an iPAddress name.
pub(crate) fn covers(dns_names: &[String], addresses: &[IpAddr], host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => addresses.contains(&address),
        Err(_) => dns_names.iter().any(|name| dns_covers(name, host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_exactly_one_left_most_label() {
        assert!(dns_covers("*.acme.io", "carto.acme.io"));
        assert!(dns_covers("*.Acme.io", "CARTO.acme.IO"));
        for host in [
            "acme.io",
            "a.b.acme.io",
            ".acme.io",
            "carto.acme.io.evil.net",
        ] {
            assert!(!dns_covers("*.acme.io", host), "{host}");
        }
        for pattern in ["c*.acme.io", "*.*.io", "carto.*.io", "*", "*.io"] {
            assert!(!dns_covers(pattern, "carto.acme.io"), "{pattern}");
        }
    }

    #[test]
    fn names_are_compared_as_a_labels_and_addresses_by_value() {
        assert!(dns_covers("xn--krte-loa.acme.io", "XN--KRTE-LOA.acme.io"));
        assert!(dns_covers("*.acme.io", "*.acme.io"));
        assert!(!dns_covers("carto.acme.io", "*.acme.io"));
        let addresses = ["2001:db8::1".parse().unwrap_or(IpAddr::from([0; 4]))];
        assert!(covers(&[], &addresses, "[2001:DB8:0::1]"));
        assert!(!covers(&["10.0.0.1".to_owned()], &[], "10.0.0.1"));
    }
}

//! The domain: whether it is a host name, and whether every hop serves it.

use super::router::{self, RouterObjects};
use super::{Context, Exposure, opaque_supply, override_labels};
use crate::facts::{Anchor, Domain, Fact, Host};
use portolan_yaml::Node;

/// The chart's own default, which nobody owns.
const CHART_DEFAULT: &str = "carto-selfhosted.lan";

/// The variable that CARTO's containers take the domain from.
const VARIABLE: &str = "CARTO_SELFHOSTED_DOMAIN";

/// Adds the domain's facts.
pub(super) fn extract(cx: Context<'_>, router: &RouterObjects<'_>, exposure: &mut Exposure) {
    let Some((config, node)) = router::variable(cx, VARIABLE) else {
        if let Some(domain) = only_host(exposure) {
            exposure.facts.domain.push(domain);
            return;
        }
        let mut domain = Domain::new(Anchor::new(router.service.insertion_point(&[])));
        let supply = "the domain is not known: the ConfigMaps of the chart are not among the input"
            .to_owned();
        domain.value = Fact::Unknown(supply.clone());
        domain.is_default = Fact::Unknown(supply.clone());
        domain.is_placeholder = Fact::Unknown(supply.clone());
        domain.defect = Fact::Unknown(supply);
        exposure.facts.domain.push(domain);
        return;
    };
    let mut place = Anchor::new(node.site()).in_object(config.title());
    place.labels = override_labels(node, cx);
    let mut domain = Domain::new(place);
    if node.is_opaque() {
        let supply = opaque_supply("`appConfigValues.selfHostedDomain`");
        domain.value = Fact::Unknown(supply.clone());
        domain.is_default = Fact::Unknown(supply.clone());
        domain.is_placeholder = Fact::Unknown(supply.clone());
        domain.defect = Fact::Unknown(supply);
        exposure.facts.domain.push(domain);
        return;
    }
    let text = node.text().unwrap_or_default();
    domain.value = if text.is_empty() {
        Fact::Absent(Some(node.site()))
    } else {
        Fact::at(text.to_owned(), node.site())
    };
    domain.is_default = Fact::known(text == CHART_DEFAULT);
    domain.is_placeholder = Fact::known(is_placeholder(text));
    domain.defect = Fact::from_option(defect(text));
    domain.suggestion = Fact::from_option(suggestion(text));
    exposure.facts.domain.push(domain);
}

/// The domain where CARTO's own setting is not among the input and everything on the way in serves one name.
fn only_host(exposure: &mut Exposure) -> Option<Domain> {
    let hosts = &mut exposure.facts.hosts;
    let of_clients = |host: &&Host| {
        host.role
            .value()
            .is_some_and(|role| role != "ManagedCertificate")
    };
    let first = hosts.iter().find(of_clients)?;
    let name = first.name.value()?.clone();
    let span = first.name.span();
    if defect(&name).is_some() {
        return None;
    }
    let serves_it = |host: &Host| {
        host.name
            .value()
            .is_some_and(|names| names.split("`, `").any(|served| serves(served, &name)))
    };
    if !hosts.iter().all(serves_it) {
        return None;
    }
    for host in hosts.iter_mut() {
        host.domain = Fact::Known(name.clone(), span);
        host.serves_domain = Fact::known(true);
    }
    let mut domain = Domain::new(Anchor::new(span?));
    domain.is_default = Fact::known(name == CHART_DEFAULT);
    domain.is_placeholder = Fact::known(is_placeholder(&name));
    domain.value = Fact::Known(name.clone(), span);
    exposure.infer(format!(
        "domain taken as `{name}`, which is what clients ask for: CARTO's own setting of it is not among the input"
    ));
    Some(domain)
}

/// True for names of documentation, which were meant to be replaced.
fn is_placeholder(text: &str) -> bool {
    let name = text.trim().to_ascii_lowercase();
    if name.contains('<') && name.contains('>') {
        return true;
    }
    // RFC 2606: reserved for examples.
    let reserved = [
        "example",
        "example.com",
        "example.net",
        "example.org",
        "invalid",
    ];
    // The vendor's own examples.
    let vendor = ["my.domain.com", "carto.yourcompany.com", "yourcompany.com"];
    let under = |suffix: &&str| name == **suffix || name.ends_with(&format!(".{suffix}"));
    reserved.iter().any(under)
        || vendor.iter().any(under)
        || name.split('.').any(|label| {
            matches!(
                label,
                "yourcompany" | "your-company" | "yourdomain" | "your-domain"
            )
        })
}

/// Why a text is no host name that CARTO can be opened at; `None` where it is one.
fn defect(text: &str) -> Option<String> {
    let said = |what: &str| Some(what.to_owned());
    if text.contains("://") {
        return said("it has a scheme; only the host name belongs here");
    }
    if text.chars().any(char::is_whitespace) {
        return said("it has a space in it");
    }
    if text.contains('@') {
        return said("it has a user name in it");
    }
    if text.contains('/') || text.contains('?') || text.contains('#') {
        return said("it has a path; only the host name belongs here");
    }
    if text.parse::<std::net::IpAddr>().is_ok() || text.starts_with('[') {
        return said("it is an IP address; certificates and Ingress rules need a name");
    }
    if let Some((_, port)) = text.rsplit_once(':') {
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        return said(if digits {
            "it has a port; only the host name belongs here"
        } else {
            "it has a colon in it"
        });
    }
    if text.contains('*') {
        return said("it is a wildcard; CARTO needs one concrete host name");
    }
    if text.contains('_') {
        return said("it has an underscore, which no host name has");
    }
    if text.ends_with('.') {
        return said("it ends with a dot");
    }
    if text.len() > 253 {
        return Some(format!(
            "it has {} characters; a name has at most 253",
            text.len()
        ));
    }
    if !text.is_ascii() {
        return said("it has letters outside ASCII; write it in its `xn--` form");
    }
    for label in text.split('.') {
        if label.is_empty() {
            return said("it has two dots in a row, or begins with one");
        }
        if label.len() > 63 {
            return Some(format!(
                "its part `{label}` has {} characters; each part has at most 63",
                label.len()
            ));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Some(format!("its part `{label}` begins or ends with a hyphen"));
        }
        if let Some(bad) = label
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && *c != '-')
        {
            return Some(format!("it has the character `{bad}` in it"));
        }
    }
    if !text.contains('.') {
        return said("it is a single word, which nobody outside can resolve");
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return said("it has upper-case letters, which Ingress and Gateway refuse");
    }
    None
}

/// The host name that was probably meant.
fn suggestion(text: &str) -> Option<String> {
    let bare = text.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    let bare = bare.split(['/', '?', '#']).next().unwrap_or(bare);
    let bare = bare.rsplit_once('@').map_or(bare, |(_, host)| host);
    let bare = match bare.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => bare,
    };
    let bare = bare.trim_end_matches('.').to_ascii_lowercase();
    (bare != text && !bare.is_empty() && defect(&bare).is_none()).then_some(bare)
}

/// Whether a host of an Ingress, route or certificate serves a domain. A wildcard covers exactly one label.
pub(super) fn serves(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    match host.strip_prefix("*.") {
        Some(parent) => domain
            .split_once('.')
            .is_some_and(|(_, rest)| rest == parent),
        None => host == domain,
    }
}

/// Why no Google-managed certificate can be had for a domain; `None` where one can.
///
/// The pattern is the ManagedCertificate CRD's own: lower case, at least two labels, 63 characters in all.
pub(super) fn managed_defect(domain: &str) -> Option<String> {
    let said = |what: &str| Some(what.to_owned());
    if domain.is_empty() {
        return said("it is empty");
    }
    if domain.contains('*') {
        return said("it is a wildcard, which a ManagedCertificate does not take");
    }
    if domain.len() > 63 {
        return Some(format!(
            "it has {} characters; a ManagedCertificate takes at most 63",
            domain.len()
        ));
    }
    if let Some(defect) = defect(domain) {
        return Some(defect);
    }
    let last = domain.rsplit('.').next().unwrap_or_default();
    if !last.starts_with(|c: char| c.is_ascii_lowercase()) || last.len() < 2 {
        return said("its last part is not a top-level domain");
    }
    let private = [
        "lan",
        "local",
        "internal",
        "corp",
        "home",
        "localhost",
        "test",
        "example",
        "invalid",
    ];
    if private.contains(&last) || domain.ends_with(".home.arpa") {
        return Some(format!(
            "`.{last}` is not a public domain, so no public authority can validate it"
        ));
    }
    None
}

/// The configured domain, for comparison: unknown or useless ones say why.
pub(super) fn configured(cx: Context<'_>) -> Fact<String> {
    match router::variable(cx, VARIABLE).map(|(_, node)| node) {
        Some(node) if node.is_opaque() => {
            Fact::Unknown(opaque_supply("`appConfigValues.selfHostedDomain`"))
        }
        Some(node) => match Node::text(node).filter(|text| !text.is_empty()) {
            Some(text) => Fact::at(text.to_owned(), node.site()),
            None => Fact::Absent(Some(node.site())),
        },
        None => Fact::Unknown(
            "the domain is not known: the ConfigMaps of the chart are not among the input"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_host_name_has_no_defect() {
        for name in [
            "carto.acme.io",
            "3com.example.org",
            "xn--bcher-kva.ch",
            "a-b.c-d.de",
        ] {
            assert_eq!(defect(name), None, "{name}");
        }
    }

    #[test]
    fn everything_else_says_what_is_wrong_and_what_was_meant() {
        for (text, word, meant) in [
            ("https://carto.acme.io/", "scheme", Some("carto.acme.io")),
            ("carto.acme.io:443", "port", Some("carto.acme.io")),
            ("carto.acme.io/login", "path", Some("carto.acme.io")),
            ("carto.acme.io.", "dot", Some("carto.acme.io")),
            ("Carto.Acme.io", "upper-case", Some("carto.acme.io")),
            ("10.0.0.1", "IP address", None),
            ("::1", "IP address", None),
            ("*.acme.io", "wildcard", None),
            ("my_carto.acme.io", "underscore", None),
            ("localhost", "single word", None),
            ("carto..acme.io", "two dots", None),
            ("-carto.acme.io", "hyphen", None),
            ("carto.bücher.ch", "xn--", None),
            ("carto acme.io", "space", None),
        ] {
            let said = defect(text);
            assert!(
                said.as_deref().is_some_and(|said| said.contains(word)),
                "{text}: {said:?}"
            );
            assert_eq!(suggestion(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_wildcard_serves_exactly_one_label() {
        assert!(serves("*.acme.io", "carto.acme.io"));
        assert!(!serves("*.acme.io", "acme.io"));
        assert!(!serves("*.acme.io", "a.carto.acme.io"));
        assert!(serves("CARTO.acme.io", "carto.acme.io"));
    }

    #[test]
    fn placeholders_are_known_and_real_names_are_not_taken_for_them() {
        for text in [
            "my.domain.com",
            "carto.example.com",
            "<domain>",
            "carto.yourcompany.com",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "carto.acme.io",
            "domain.company.de",
            "examples.io",
            "carto.myexample.com",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

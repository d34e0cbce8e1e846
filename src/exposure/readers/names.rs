//! Keys of annotations as the API server takes them: a qualified name, letter case aside.
//!
//! Kubernetes, `k8s.io/apimachinery/pkg/util/validation` (IsQualifiedName) and `pkg/api/validation` (ValidateAnnotations).

use super::super::Exposure;
use super::knowledge::{OwnReaders, readers_of};
use crate::facts::{Anchor, Fact, InvalidAnnotationKey};
use portolan_yaml::{Node, OPAQUE};

const LONGEST_NAME: usize = 63;
const LONGEST_PREFIX: usize = 253;

/// Adds a fact for each key of a mapping of annotations that is no legal name.
pub(in crate::exposure) fn extract(map: Node<'_>, place: &Anchor, exposure: &mut Exposure) {
    for (entry, _) in map.entries() {
        // The chart evaluates templates in keys as well.
        if entry.key.contains(OPAQUE) || entry.key.contains("{{") {
            continue;
        }
        let Some((defect, suggestion)) = defect(&entry.key) else {
            continue;
        };
        if !exposure.seen.invalid_keys.insert(entry.key_span) {
            continue;
        }
        let mut place = place.clone();
        place.span = entry.key_span;
        let mut fact = InvalidAnnotationKey::new(place);
        fact.key = Fact::at(entry.key.to_string(), entry.key_span);
        fact.defect = Fact::known(defect);
        fact.suggestion = Fact::from_option(suggestion);
        exposure.facts.invalid_annotation_keys.push(fact);
    }
}

/// What is wrong with a key, and how to write it.
fn defect(key: &str) -> Option<(String, Option<String>)> {
    if let Some(c) = key.chars().find(|c| !c.is_ascii()) {
        let code = u32::from(c);
        let meant = is_hyphen(c).then(|| key.replace(is_hyphen, "-"));
        return Some((
            format!("it has a character that is not ASCII (U+{code:04X})"),
            meant,
        ));
    }
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let defect = match prefix {
        Some("") => Some("nothing comes before its slash".to_owned()),
        Some(prefix) if prefix.len() > LONGEST_PREFIX => Some(format!(
            "its prefix has {} characters, and {LONGEST_PREFIX} are allowed",
            prefix.len()
        )),
        Some(prefix) if !is_subdomain(prefix) => {
            Some(format!("its prefix `{prefix}` is not a DNS name"))
        }
        _ => name_defect(name),
    };
    Some((defect?, glued(key)))
}

fn name_defect(name: &str) -> Option<String> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    if name.is_empty() {
        return Some("it has no name behind its prefix".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Some(format!(
            "its name has {} characters, and {LONGEST_NAME} are allowed",
            name.len()
        ));
    }
    if name.contains('/') {
        return Some("it has more than one slash".to_owned());
    }
    let strange = name
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    if let Some(c) = strange {
        return Some(match c {
            ':' => "it has a colon in it".to_owned(),
            c if c.is_whitespace() => "it has whitespace in it".to_owned(),
            c => format!("it has `{c}` in it"),
        });
    }
    let is_whole = is_edge(bytes.first()) && is_edge(bytes.last());
    (!is_whole).then(|| "its name does not begin and end with a letter or a digit".to_owned())
}

/// The key before a colon, where a controller has it: what follows belongs into the value.
fn glued(key: &str) -> Option<String> {
    let (before, _) = key.split_once(':')?;
    let known = readers_of(&OwnReaders::default(), before)
        .into_iter()
        .any(|reader| {
            let rest = before.get(reader.prefix.len()..).unwrap_or_default();
            reader.lists_with(rest).next().is_some()
        });
    known.then(|| before.to_owned())
}

fn is_subdomain(prefix: &str) -> bool {
    prefix.split('.').all(|label| {
        let bytes = label.as_bytes();
        let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    })
}

/// Signs that look like a hyphen and come with text from a web page or a word processor.
fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{00AD}' | '\u{FE63}' | '\u{FF0D}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(key: &str) -> Option<String> {
        defect(key).map(|(defect, _)| defect)
    }

    #[test]
    fn a_qualified_name_is_taken_whatever_its_case() {
        for key in [
            "kubernetes.io/ingress.class",
            "networking.gke.io/v1beta1.FrontendConfig",
            "MetalLB.io/loadBalancerIPs",
            "plain_key",
            "a",
        ] {
            assert_eq!(said(key), None, "{key}");
        }
    }

    #[test]
    fn what_the_api_server_refuses_is_told_apart() {
        for (key, part) in [
            (
                "alb.ingress.kubernetes.io/load-balancer-attributes:x",
                "colon",
            ),
            ("alb.ingress.kubernetes.io/load\u{2011}balancer", "U+2011"),
            ("a.io/b/c", "more than one slash"),
            ("-a.io/b", "not a DNS name"),
            ("a_b.io/c", "not a DNS name"),
            ("a.io/", "no name"),
            ("/a", "before its slash"),
            ("a.io/b c", "whitespace"),
            ("a.io/.b", "begin and end"),
        ] {
            assert!(said(key).is_some_and(|said| said.contains(part)), "{key}");
        }
        let long = format!("a.io/{}", "x".repeat(64));
        assert!(said(&long).is_some_and(|said| said.contains("64 characters")));
    }

    #[test]
    fn the_known_key_before_a_colon_is_the_one_that_was_meant() {
        let key = "alb.ingress.kubernetes.io/load-balancer-attributes:idle_timeout.timeout_seconds";
        let meant = defect(key).and_then(|(_, meant)| meant);
        assert_eq!(
            meant.as_deref(),
            Some("alb.ingress.kubernetes.io/load-balancer-attributes")
        );
    }
}

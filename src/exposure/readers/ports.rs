//! Settings for ports: which entries of an annotation are for a port that the Service has and the way in uses.

use serde_json::{Map, Value as Json};

use super::super::router::RouterObjects;
use super::format::PortSyntax;
use super::listed;
use super::on_route::LayersOf;
use super::unread::{Unread, Written};
use crate::facts::UnreadCause;

/// Why entries of an annotation are read for no port; `None` where nothing is wrong, or nothing can be said.
pub(super) fn unread(
    syntax: PortSyntax,
    written: Written<'_>,
    known: &LayersOf,
    router: &RouterObjects<'_>,
) -> Option<Unread> {
    let service = Ports::of(router)?;
    match syntax {
        PortSyntax::Suffix => {
            let number = written.key.rsplit('-').next()?;
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
            (is_number && !service.has(number)).then(|| service.missing(&[number], "a listener"))
        }
        PortSyntax::JsonNames => {
            let json = object(written)?;
            let strange: Vec<&str> = json
                .keys()
                .map(String::as_str)
                .filter(|name| !service.names.iter().any(|known| known == name))
                .collect();
            (!strange.is_empty()).then(|| service.missing(&strange, "an entry"))
        }
        PortSyntax::JsonPorts => {
            let json = object(written)?;
            let ports = json.get("ports").and_then(Json::as_object)?;
            let strange: Vec<&str> = ports
                .keys()
                .map(String::as_str)
                .filter(|name| !service.has(name))
                .collect();
            if !strange.is_empty() {
                return Some(service.missing(&strange, "an entry"));
            }
            let is_used = |name: &String| known.ports.contains(name);
            let takes_effect = json.contains_key("default") || ports.keys().any(is_used);
            (!takes_effect && !known.ports.is_empty()).then(|| service.unused(ports, known))
        }
    }
}

fn object(written: Written<'_>) -> Option<Map<String, Json>> {
    let text = written
        .value
        .text()
        .filter(|_| !written.value.is_opaque())?;
    match serde_json::from_str(text) {
        Ok(Json::Object(map)) => Some(map),
        _ => None,
    }
}

/// The ports of the router Service, all of which are known.
struct Ports {
    names: Vec<String>,
    numbers: Vec<String>,
}

impl Ports {
    fn of(router: &RouterObjects<'_>) -> Option<Ports> {
        let hidden = router.service.is_opaque_at(&["spec", "ports"]);
        let mut ports = Ports {
            names: Vec::new(),
            numbers: Vec::new(),
        };
        for port in router.ports() {
            if port.node.is_opaque() || port.number().is_none() {
                return None;
            }
            ports.names.push(port.name());
            ports
                .numbers
                .extend(port.number().map(|number| number.to_string()));
        }
        (!hidden && !ports.numbers.is_empty()).then_some(ports)
    }

    fn has(&self, port: &str) -> bool {
        self.names
            .iter()
            .chain(&self.numbers)
            .any(|known| known == port)
    }

    /// The ports as people say them: `http` (80).
    fn said(&self) -> String {
        let ports = self.names.iter().zip(&self.numbers);
        let ports = ports.map(|(name, number)| match name.as_str() {
            "" => number.clone(),
            name => format!("`{name}` ({number})"),
        });
        let ports: Vec<String> = ports.collect();
        listed(ports.iter().map(String::as_str))
    }

    fn missing(&self, strange: &[&str], what: &str) -> Unread {
        let names: Vec<String> = strange.iter().map(|name| format!("`{name}`")).collect();
        Unread {
            cause: UnreadCause::Port,
            why: format!(
                "it has {what} for {}, and the router Service's ports are {}",
                listed(names.iter().map(String::as_str)),
                self.said()
            ),
            how: "name a port that the Service has and that leads to the router".to_owned(),
        }
    }

    fn unused(&self, ports: &Map<String, Json>, known: &LayersOf) -> Unread {
        let names: Vec<String> = ports.keys().map(|name| format!("`{name}`")).collect();
        let used = known.ports.first().map_or("", String::as_str);
        Unread {
            cause: UnreadCause::Port,
            why: format!(
                "it is for {}, and what leads to the router uses port `{used}`",
                listed(names.iter().map(String::as_str)),
            ),
            how: format!("name it for `{used}`, or as `default`"),
        }
    }
}

//! What the chart refuses to render, so that Helm stops.

use crate::diagnostic::Label;
use crate::facts::{Anchor, Fact, Facts, TemplateError, TlsConflict, TlsConflictKind};
use crate::helm::values::Values;
use portolan_yaml::Node;

/// What the chart itself refuses to render.
pub(super) fn chart_failures(values: Values<'_>, facts: &mut Facts) {
    const EXISTING: [&str; 3] = ["tlsCerts", "existingSecret", "name"];
    const CERTIFICATE: [&str; 3] = ["router", "tlsCertificates", "certificateValueBase64"];
    if values.truthy(&EXISTING) && values.truthy(&CERTIFICATE) {
        let mut place = Anchor::new(values.anchor(&CERTIFICATE));
        place.labels.push(Label {
            span: values.anchor(&EXISTING),
            message: "the other source".to_owned(),
        });
        let mut conflict = TlsConflict::new(place);
        conflict.kind = Fact::known(TlsConflictKind::Refused);
        conflict.secret = Fact::from_option(values.string(&EXISTING).map(str::to_owned));
        facts.tls_conflicts.push(conflict);
    }
    // Mappings that the chart's templates look into whatever is switched on: without one Helm stops with a nil pointer.
    const LOOKED_INTO: [&[&str]; 9] = [
        &["appConfigValues"],
        &["gateway"],
        &["router"],
        &["router", "ingress"],
        &["router", "service"],
        &["router", "service", "ports"],
        &["router", "tlsCertificates"],
        &["tlsCerts"],
        &["tlsCerts", "existingSecret"],
    ];
    for path in LOOKED_INTO {
        let parent = path.split_last().map_or(&[][..], |(_, parent)| parent);
        // Of a mapping that is not there, the missing parts say nothing more.
        let looked_at = values.get(parent).is_some_and(Node::is_mapping);
        if !looked_at || values.get(path).is_some_and(Node::is_mapping) {
            continue;
        }
        let name = path.join(".");
        let mut error = TemplateError::new(Anchor::new(values.anchor(path)));
        error.message = Fact::known(format!(
            "the chart cannot render: its templates look into `{name}`, which is not a mapping here"
        ));
        error.help = Fact::known(format!(
            "remove `{name}`, or give it the keys that you want to change"
        ));
        facts.template_errors.push(error);
    }
    // chart/templates/gateway/gateway-api.yaml reads a key that the chart's values do not define.
    if values.truthy(&["gateway", "enabled"])
        && values
            .get(&["gateway", "staticIP"])
            .is_none_or(Node::is_null)
    {
        let place = Anchor::new(values.anchor(&["gateway", "enabled"]));
        let mut error = TemplateError::new(place);
        error.message = Fact::known(
            "the chart cannot render the Gateway: its template reads `gateway.staticIP.enabled`, and `gateway.staticIP` is not set"
                .to_owned(),
        );
        error.help = Fact::known("add `staticIP: {enabled: false}` under `gateway`, or an address: `enabled: true` and `value: NAME`".to_owned());
        facts.template_errors.push(error);
    }
}

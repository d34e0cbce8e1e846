//! What the chart refuses to render, so that Helm stops.

use crate::diagnostic::Label;
use crate::facts::{Anchor, Fact, Facts, TemplateError, TlsConflict, TlsConflictKind};
use crate::helm::projection::Refused;
use portolan_yaml::source::Span;

/// Adds what Helm refuses, each place once.
pub(super) fn add_refused(facts: &mut Facts, refused: Refused) {
    let mut known = facts.template_errors.iter();
    if known.any(|known| known.place.span == refused.span) {
        return;
    }
    let place = Anchor::new(refused.span);
    if let Some((span, secret)) = refused.beside {
        facts.tls_conflicts.push(tls_conflict(place, span, secret));
        return;
    }
    let mut error = TemplateError::new(place);
    error.message = Fact::known(refused.message);
    error.help = Fact::known(refused.help);
    facts.template_errors.push(error);
}

/// Builds the fact that the chart refuses a certificate of its own beside a Secret of somebody else's.
fn tls_conflict(mut place: Anchor, other: Span, secret: String) -> TlsConflict {
    place.labels.push(Label {
        span: other,
        message: "the other source".to_owned(),
    });
    let mut conflict = TlsConflict::new(place);
    conflict.kind = Fact::known(TlsConflictKind::Refused);
    conflict.secret = Fact::known(secret);
    conflict
}

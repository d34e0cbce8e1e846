//! Parts of the input of which nobody knows what they are or what they lead to.

use portolan_yaml::source::Span;

/// A part of the input that could not be placed: a document that is broken, or whose template asks for what is not known.
/// Whatever it could touch is undecided, and the verdict names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Its place.
    pub span: Span,
    /// Its description in a sentence: "an Ingress in `extraDeploy`".
    pub what: String,
    /// Why it could not be placed, as the end of "…, because": "its condition asks what the cluster serves".
    pub why: String,
    /// Input that would decide it, in one sentence.
    pub supply: String,
    /// The kinds of the objects in it, as far as its text names them; empty where nobody knows.
    pub kinds: Vec<Box<str>>,
}

/// Kinds through which no request passes, and which nothing on its way reads.
const WITHOUT_TRAFFIC: [&str; 20] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "CronJob",
    "HorizontalPodAutoscaler",
    "Job",
    "LimitRange",
    "NetworkPolicy",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodMonitor",
    "PriorityClass",
    "PrometheusRule",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "ServiceAccount",
    "ServiceMonitor",
    "StorageClass",
    "VerticalPodAutoscaler",
];

impl Unplaced {
    /// Tells whether a request from outside could be touched by it.
    pub fn may_carry_traffic(&self) -> bool {
        let is_harmless = |kind: &str| WITHOUT_TRAFFIC.contains(&kind);
        self.kinds.is_empty() || !self.kinds.iter().all(|kind| is_harmless(kind))
    }

    /// Tells whether it may hold an object of a kind.
    pub fn may_be(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| &**known == kind)
    }

    /// Returns its sentence in a row of the verdict table.
    pub fn sentence(&self) -> String {
        format!("{} is not placed: {}; {}", self.what, self.why, self.supply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_kinds(kinds: &[&str]) -> Unplaced {
        Unplaced {
            span: Span::NOWHERE,
            what: "entry 1 of `extraDeploy`".to_owned(),
            why: "its condition asks what the cluster serves".to_owned(),
            supply: "check Helm's output instead".to_owned(),
            kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        }
    }

    #[test]
    fn a_monitor_touches_no_request_and_what_nobody_knows_may() {
        assert!(!of_kinds(&["ServiceMonitor"]).may_carry_traffic());
        assert!(of_kinds(&["ServiceMonitor", "Ingress"]).may_carry_traffic());
        assert!(of_kinds(&[]).may_carry_traffic());
    }

    #[test]
    fn it_may_be_what_its_text_names_and_anything_where_it_names_nothing() {
        assert!(of_kinds(&["BackendConfig"]).may_be("BackendConfig"));
        assert!(!of_kinds(&["Ingress"]).may_be("BackendConfig"));
        assert!(of_kinds(&[]).may_be("BackendConfig"));
    }

    #[test]
    fn a_row_names_it_and_says_what_decides() {
        assert_eq!(
            of_kinds(&[]).sentence(),
            "entry 1 of `extraDeploy` is not placed: its condition asks what the cluster serves; check Helm's output instead"
        );
    }
}

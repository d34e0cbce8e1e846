//! What somebody vouches for: a hop outside the input, with the reason, and until when.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::OptionValue;
use portolan_certificate::time::end_of_day;

/// What is assumed about a hop that cannot be seen in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct Assumption {
    /// The hop, as the undecided requirement calls it: `before ingress-nginx`.
    pub hop: String,
    /// How long it holds a connection, in seconds.
    pub timeout: Option<i64>,
    /// What it does with TLS: `terminated`, where clients connect to it over HTTPS alone.
    pub tls: Option<AssumedTls>,
    /// Why this may be assumed: who says so, and where it can be looked up.
    pub reason: String,
    /// The last day on which it holds, as YYYY-MM-DD.
    pub until: Option<String>,
}

/// What a hop is assumed to do with TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssumedTls {
    /// It terminates TLS, and serves no plain HTTP.
    Terminated,
}

impl FromStr for Assumption {
    type Err = String;

    /// Reads `HOP=SECONDS[,tls]:REASON`.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = "is not of the form HOP=SECONDS[,tls]:REASON, for example `before ingress-nginx=900,tls:F5, ticket NET-12`";
        let bad = || format!("`{text}` {form}");
        let (hop, rest) = text.split_once('=').ok_or_else(bad)?;
        let (what, reason) = rest.split_once(':').ok_or_else(bad)?;
        let mut assumption = Assumption {
            hop: hop.trim().to_owned(),
            reason: reason.trim().to_owned(),
            ..Assumption::default()
        };
        for part in what.split(',').map(str::trim) {
            match part {
                "tls" => assumption.tls = Some(AssumedTls::Terminated),
                part => {
                    let seconds = part.strip_suffix('s').unwrap_or(part);
                    assumption.timeout = Some(seconds.parse().map_err(|_| bad())?);
                }
            }
        }
        match assumption.issue() {
            Some(issue) => Err(issue),
            None => Ok(assumption),
        }
    }
}

impl OptionValue for Assumption {
    fn issue(&self) -> Option<String> {
        if self.hop.trim().is_empty() {
            return Some(
                "an assumption names no `hop`: write it as the undecided requirement calls it"
                    .to_owned(),
            );
        }
        if self.reason.trim().is_empty() {
            return Some(format!(
                "the assumption about `{}` gives no `reason`",
                self.hop
            ));
        }
        if self.timeout.is_none() && self.tls.is_none() {
            return Some(format!(
                "the assumption about `{}` says nothing: give `timeout` or `tls`",
                self.hop
            ));
        }
        if self.timeout.is_some_and(|seconds| seconds < 1) {
            return Some(format!(
                "the timeout assumed for `{}` is not a number of seconds",
                self.hop
            ));
        }
        let until = self.until.as_deref()?;
        end_of_day(until).err().map(|error| error.to_string())
    }
}

impl Assumption {
    /// Whether it is about what messages call `title`: `the load balancer before ingress-nginx`.
    pub(crate) fn is_about(&self, title: &str) -> bool {
        let bare = |text: &str| {
            let text = text.trim().to_ascii_lowercase();
            let text = text.strip_prefix("the load balancer ").unwrap_or(&text);
            let text = text.strip_prefix("whatever stands ").unwrap_or(text);
            text.strip_prefix("the ").unwrap_or(text).to_owned()
        };
        bare(title) == bare(&self.hop)
    }

    /// Whether its last day is over.
    pub(crate) fn is_over(&self, now: Option<i64>) -> bool {
        let end = self.until.as_deref().and_then(|day| end_of_day(day).ok());
        matches!((now, end), (Some(now), Some(end)) if now > end)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_assumption_is_read_with_its_reason() {
        let read: Assumption = "before ingress-nginx=900,tls:F5 in front, ticket NET-12"
            .parse()
            .unwrap();
        assert_eq!(read.hop, "before ingress-nginx");
        assert_eq!(read.timeout, Some(900));
        assert_eq!(read.tls, Some(AssumedTls::Terminated));
        assert_eq!(read.reason, "F5 in front, ticket NET-12");
        assert!(read.is_about("the load balancer before ingress-nginx"));
        assert!(!read.is_about("the load balancer before Traefik"));
    }

    #[test]
    fn one_without_a_reason_or_a_number_is_refused() {
        for text in [
            "before x",
            "before x=900",
            "before x=900:",
            "before x=soon:NET-12",
            "=900:NET-12",
            "before x=0:NET-12",
        ] {
            assert!(text.parse::<Assumption>().is_err(), "{text}");
        }
    }
}

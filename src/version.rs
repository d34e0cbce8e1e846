//! Cluster versions: Kubernetes' own, and GKE's with its patch number.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// `1.31`, `v1.31.4`, `1.17.6-gke.7`.
///
/// Ordered numerically by major, minor, patch, then GKE's patch. `-gke.N` is not a pre-release: `1.17.6-gke.7` comes
/// after `1.17.6`. A part that was not given compares as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    numbers: [u64; 4],
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVersion(String);

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.0;
        write!(
            f,
            "`{text}` is not a cluster version: expected one like `1.31`, `1.31.4` or `1.17.6-gke.7`"
        )
    }
}

impl std::error::Error for InvalidVersion {}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || InvalidVersion(text.to_owned());
        let bare = text.strip_prefix('v').unwrap_or(text);
        // Other vendors' suffixes (`-eks-a1b2c3`, `+k3s1`) do not order versions; only GKE's does.
        let (numbers, suffix) = match bare.find(['-', '+']) {
            Some(at) => bare.split_at(at),
            None => (bare, ""),
        };
        let mut parts = [0; 4];
        let mut count = 0;
        for part in numbers.split('.') {
            let slot = parts.get_mut(count).ok_or_else(wrong)?;
            if count == 3 || part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            *slot = part.parse().map_err(|_| wrong())?;
            count += 1;
        }
        if count < 2 {
            return Err(wrong());
        }
        if let Some(patch) = suffix.strip_prefix("-gke.") {
            if count != 3 || patch.is_empty() || !patch.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            parts[3] = patch.parse().map_err(|_| wrong())?;
        }
        Ok(Version { numbers: parts })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, gke] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if gke > 0 {
            write!(f, "-gke.{gke}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn gke_versions_are_ordered_by_numbers_not_by_text() {
        let ascending = [
            "1.17",
            "1.17.6",
            "1.17.6-gke.7",
            "1.17.6-gke.11",
            "1.17.9-gke.600",
            "1.17.13-gke.2600",
            "1.18.6-gke.500",
            "v1.18.6-gke.4800",
            "1.31",
            "1.31.4-eks-2d5f260",
        ];
        for pair in ascending.windows(2) {
            let [left, right] = pair else { unreachable!() };
            assert!(
                left.parse::<Version>().unwrap() < right.parse::<Version>().unwrap(),
                "{left} < {right}"
            );
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "1",
            "1.x",
            "latest",
            "1.17.6-gke.",
            "1.17-gke.7",
            "1.2.3.4",
            "1..2",
            "-1.2",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}

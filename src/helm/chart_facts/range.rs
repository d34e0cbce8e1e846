//! Chart releases, and stretches of them.

use super::{Read, wrong};
use portolan_yaml::Node;

/// A chart release by its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release([u64; 3]);

impl Release {
    /// Reads the release of a version as charts have them: `1.84.10`, `1.84.10-rc.1`. Any other version is taken for
    /// the newest: forks have numbers of their own.
    pub(crate) fn of(version: &str) -> Self {
        Release::parse(version).unwrap_or_else(Release::newest)
    }

    /// Returns a release later than every other.
    pub(crate) fn newest() -> Self {
        Release([u64::MAX; 3])
    }

    fn parse(version: &str) -> Option<Self> {
        let numbers = version.split(['-', '+']).next()?;
        let mut parts = numbers.split('.');
        let mut next = || parts.next()?.parse().ok();
        let release = Release([next()?, next()?, next()?]);
        parts.next().is_none().then_some(release)
    }
}

/// The releases from one until before another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    since: Option<Release>,
    before: Option<Release>,
}

impl Range {
    /// Tells whether a release is in it.
    pub(crate) fn holds(&self, release: &Release) -> bool {
        self.since.as_ref().is_none_or(|since| since <= release)
            && self.before.as_ref().is_none_or(|before| release < before)
    }

    /// Reads `since` and `before` of an entry.
    pub(crate) fn read(entry: Node<'_>) -> Read<Self> {
        let release = |key: &str| match entry.get(key) {
            None => Ok(None),
            Some(node) => match node.text().and_then(Release::parse) {
                Some(release) => Ok(Some(release)),
                None => wrong(node, "a chart release"),
            },
        };
        Ok(Range {
            since: release("since")?,
            before: release("before")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_and_not_letters() {
        assert!(Release::of("1.84.10") < Release::of("1.85.2"));
        assert!(Release::of("1.84.10") > Release::of("1.84.9"));
        assert_eq!(Release::of("1.84.10-rc.1"), Release::of("1.84.10"));
        assert_eq!(Release::of("acme"), Release::newest());
    }

    #[test]
    fn a_range_ends_before_its_end() {
        let range = Range {
            since: Release::parse("1.84.10"),
            before: Release::parse("1.110.1"),
        };
        let holds = |version: &str| range.holds(&Release::of(version));
        assert_eq!(
            ["1.77.1", "1.84.10", "1.104.2", "1.110.1"].map(holds),
            [false, true, true, false]
        );
    }
}

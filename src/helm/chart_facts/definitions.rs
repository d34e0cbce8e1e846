//! `chart/definitions.txt`: the named templates that a release of the chart has.

use super::Release;

const TEXT: &str = include_str!("../../../chart/definitions.txt");

/// The names in a release; one that ends in a dot stands for all that begin so.
pub(crate) fn names(release: &Release) -> impl Iterator<Item = &'static str> {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| match line.split_once(' ') {
        None => Some(line),
        Some((name, stretches)) => {
            let mut stretches = stretches.split(',');
            stretches
                .any(|stretch| holds(stretch, release))
                .then_some(name)
        }
    })
}

/// Whether a release lies in `FIRST..LAST`, of which either may be left out. Between two that are known, it is as in the
/// one before.
fn holds(stretch: &str, release: &Release) -> bool {
    let Some((first, last)) = stretch.split_once("..") else {
        return false;
    };
    (first.is_empty() || Release::of(first) <= *release)
        && (last.is_empty() || *release <= Release::of(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(version: &str, name: &str) -> bool {
        names(&Release::of(version)).any(|known| known == name)
    }

    #[test]
    fn names_are_those_of_the_release() {
        assert!(has("1.287.1", "carto.router.fullname"));
        assert!(has("1.8.1", "common.names.fullname"));
        assert!(has("1.287.1", "carto.gateway.fullname"));
        assert!(!has("1.46.6", "carto.gateway.fullname"));
        assert!(!has("1.287.1", "nope"));
    }
}

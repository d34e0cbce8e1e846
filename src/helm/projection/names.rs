//! Names of the release's objects, as the chart's library makes them (bitnami/common 1.17.1).

use crate::helm::values::Values;

/// The longest name, in bytes.
const LONGEST: usize = 63;

/// The release's base name: `common.names.fullname`.
pub(crate) fn fullname(values: Values<'_>, release: &str) -> String {
    if let Some(name) = values.string(&["fullnameOverride"]) {
        return trim_name(name);
    }
    let name = values.string(&["nameOverride"]).unwrap_or("carto");
    if release.contains(name) {
        trim_name(release)
    } else {
        trim_name(&format!("{release}-{name}"))
    }
}

/// `trunc 63 | trimSuffix "-"`. Go cuts bytes; a character that is cut in two makes Helm's output unreadable.
pub(crate) fn trim_name(name: &str) -> String {
    let end = (0..=LONGEST.min(name.len()))
        .rev()
        .find(|end| name.is_char_boundary(*end));
    let cut = name.get(..end.unwrap_or_default()).unwrap_or_default();
    cut.strip_suffix('-').unwrap_or(cut).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_by_bytes_and_lose_one_hyphen() {
        assert_eq!(trim_name(&"a".repeat(70)), "a".repeat(63));
        assert_eq!(trim_name(&format!("{}-c", "b".repeat(62))), "b".repeat(62));
        assert_eq!(trim_name(&"é".repeat(40)), "é".repeat(31));
    }
}

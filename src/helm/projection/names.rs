//! Names of the release's objects, as the chart's library makes them (bitnami/common 1.17.1).

use crate::helm::values::Values;

/// The longest name, in bytes.
const LONGEST: usize = 63;

/// The release's base name, `common.names.fullname`, before it is cut.
pub(crate) fn whole_name(values: Values<'_>, release: &str) -> String {
    if let Some(name) = values.string(&["fullnameOverride"]) {
        return name.to_owned();
    }
    let name = values.string(&["nameOverride"]).unwrap_or("carto");
    if release.contains(name) {
        release.to_owned()
    } else {
        format!("{release}-{name}")
    }
}

/// Whether Go, which cuts bytes, cuts a character in two: what Helm prints then is no text.
pub(crate) fn is_cut_within_a_character(name: &str) -> bool {
    name.len() > LONGEST && !name.is_char_boundary(LONGEST)
}

/// `trunc 63 | trimSuffix "-"`.
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
        assert!(is_cut_within_a_character(&"é".repeat(40)));
        assert!(!is_cut_within_a_character(&format!("{}é", "a".repeat(61))));
    }
}

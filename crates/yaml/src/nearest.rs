//! "Did you mean …?"

/// Returns the name nearest to `name` by spelling, if any is near enough to be meant.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    ranked(name, names).into_iter().next()
}

/// Returns the names near enough to `name` to be meant, nearest first.
pub fn ranked<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(
                &name.to_ascii_lowercase(),
                &candidate.to_ascii_lowercase(),
            );
            // A third of the letters may differ, as compilers do it; and a part that is contained counts as near.
            let longest = name.chars().count().max(candidate.chars().count());
            let contained = name.len() >= 4 && candidate.contains(name);
            let limit = (longest / 3).max(1);
            (distance <= limit || contained).then_some((distance, candidate))
        })
        .collect();
    near.sort();
    near.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Says whether a name is another one with a slip of the pen: letter case and signs between words aside, one letter of
/// a short name may differ, or two of a long one.
pub fn is_slip(name: &str, meant: &str) -> bool {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|c| !matches!(c, '-' | '_' | '.'));
        letters.flat_map(char::to_lowercase).collect()
    };
    let (name, meant) = (bare(name), bare(meant));
    let shorter = name.chars().count().min(meant.chars().count());
    let allowed = match shorter {
        0..4 => 0,
        4..9 => 1,
        _ => 2,
    };
    strsim::damerau_levenshtein(&name, &meant) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_less_than_another_word() {
        assert!(is_slip("proxy-read-timout", "proxy-read-timeout"));
        assert!(is_slip("ssl_redirect", "ssl-redirect"));
        assert!(is_slip("targetRefs", "targetRef"));
        assert!(!is_slip("force-ssl-redirect", "ssl-redirect"));
        assert!(!is_slip("nme", "name"));
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_rule_and_another_word_does_not() {
        let rules = ["timeout-too-short", "timeout-not-set", "domain-not-set"];
        assert_eq!(
            nearest("timeout-to-short", rules),
            Some("timeout-too-short")
        );
        assert_eq!(nearest("timeout", rules), Some("timeout-not-set"));
        assert_eq!(nearest("replicas", rules), None);
    }
}

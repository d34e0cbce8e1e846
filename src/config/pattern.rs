//! Patterns for places in values.

/// Tells whether a place is the one that a pattern names, or is below it. `*` matches any characters, and a dot matches
/// a bracket too.
///
/// `router.service` is the place of `router.service.annotations["example.com/x"]` too, and not of `router.services`.
pub(super) fn is_at_or_below(path: &str, pattern: &str) -> bool {
    // How far of the path each prefix of the pattern can lead, kept as one bit a byte of the path: no backtracking.
    let path = path.as_bytes();
    let mut reached = vec![false; path.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern.bytes() {
        let mut next = vec![false; path.len() + 1];
        if wanted == b'*' {
            let mut any = false;
            for (slot, here) in next.iter_mut().zip(&reached) {
                any |= here;
                *slot = any;
            }
        } else {
            let steps = next.iter_mut().skip(1).zip(reached.iter().zip(path));
            for (slot, (here, byte)) in steps {
                // What lies below is written with a dot or with a bracket: whoever writes a pattern need not know which.
                *slot = *here && (*byte == wanted || (wanted == b'.' && *byte == b'['));
            }
        }
        reached = next;
    }
    let ends = path.iter().map(Some).chain([None]);
    reached
        .iter()
        .zip(ends)
        .any(|(here, next)| *here && matches!(next, None | Some(b'.' | b'[')))
}

#[cfg(test)]
mod tests {
    use super::is_at_or_below;

    #[test]
    fn a_place_is_itself_and_what_lies_below_it() {
        let annotation = "router.service.annotations[\"cloud.google.com/neg\"]";
        for pattern in [
            annotation,
            "router",
            "router.service",
            "router.*.annotations",
            "*.annotations",
            "router.service.annotations.*",
            "*google*",
            "*",
        ] {
            assert!(is_at_or_below(annotation, pattern), "{pattern}");
        }
        for pattern in [
            "",
            "rout",
            "router.services",
            "service",
            "*.service.type",
            "[*",
        ] {
            assert!(!is_at_or_below(annotation, pattern), "{pattern}");
        }
        assert!(is_at_or_below("extraDeploy[2].spec", "extraDeploy"));
        assert!(is_at_or_below("extraDeploy[2].spec", "extraDeploy[*].spec"));
        assert!(!is_at_or_below("extraDeploy[2].spec", "extraDeploy[1]"));
    }
}

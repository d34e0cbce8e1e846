//! Skeletons of rule files and layer files.
//!
//! A skeleton loads as it is, and its examples fail until it is filled in: nothing unfinished passes the tests.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// A skeleton that was written.
pub(crate) struct Skeleton {
    /// Its file, from the root of the repository.
    pub path: PathBuf,
    /// The command that tries it, as part of a sentence.
    pub next: String,
}

/// The kinds of entry points that a layer can serve, as `entry` names them.
const KINDS: [&str; 5] = ["load-balancer", "ingress", "gateway", "resource", "front"];

/// Writes the skeleton of a rule below `root`.
///
/// # Errors
/// An id that is not lower-case words joined by hyphens, an unknown requirement, a file that exists already.
pub(crate) fn rule(root: &Path, id: &str, requirement: &str) -> Result<Skeleton, Box<dyn Error>> {
    named(id, "timeout-too-short")?;
    let folder = Path::new("rules").join(requirement);
    if !root.join(&folder).is_dir() {
        let known = folders(&root.join("rules"))?.join(", ");
        return Err(
            format!("unknown requirement `{requirement}`; the requirements are {known}").into(),
        );
    }
    let path = folder.join(format!("{id}.yaml"));
    let text = include_str!("../templates/rule.yaml")
        .replace("{id}", id)
        .replace("{requirement}", requirement);
    write(root, &path, &text)?;
    Ok(Skeleton {
        // Not its own folder: what examples share is looked for in the folder that is named.
        next: "cargo run -- rules --test rules".to_owned(),
        path,
    })
}

/// Writes the skeleton of a layer below `root`.
///
/// # Errors
/// An id that is not lower-case words joined by hyphens, an unknown kind, a file that exists already.
pub(crate) fn layer(root: &Path, id: &str, kind: &str) -> Result<Skeleton, Box<dyn Error>> {
    named(id, "azure-load-balancer")?;
    if !KINDS.contains(&kind) {
        return Err(format!("unknown kind `{kind}`; the kinds are {}", KINDS.join(", ")).into());
    }
    let path = Path::new("layers").join(format!("{id}.yaml"));
    let (parts, input) = match kind {
        "load-balancer" => (
            include_str!("../templates/layer-load-balancer.yaml"),
            include_str!("../templates/input-load-balancer.yaml"),
        ),
        "ingress" => (
            include_str!("../templates/layer-ingress.yaml"),
            include_str!("../templates/input-ingress.yaml"),
        ),
        "gateway" => (
            include_str!("../templates/layer-gateway.yaml"),
            include_str!("../templates/input-gateway.yaml"),
        ),
        "resource" => (
            include_str!("../templates/layer-resource.yaml"),
            include_str!("../templates/input-resource.yaml"),
        ),
        _ => (
            include_str!("../templates/layer-front.yaml"),
            include_str!("../templates/input-load-balancer.yaml"),
        ),
    };
    let input: String = input
        .lines()
        .map(|line| format!("            {line}\n"))
        .collect();
    let text = format!(
        "{parts}{}",
        include_str!("../templates/layer-examples.yaml")
    )
    .replace("{input}", input.trim_end())
    .replace("{id}", id);
    write(root, &path, &text)?;
    Ok(Skeleton {
        next: format!("cargo run -- layers --test {}", path.display()),
        path,
    })
}

fn named(id: &str, example: &str) -> Result<(), Box<dyn Error>> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if id.split('-').all(is_word) {
        Ok(())
    } else {
        Err(format!("`{id}` is not lower-case words joined by hyphens, like `{example}`").into())
    }
}

fn folders(of: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(of)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn write(root: &Path, path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    let file = root.join(path);
    // Not `create_new`'s own error: it does not name the file.
    if file.exists() {
        return Err(format!("{} exists already", path.display()).into());
    }
    fs::write(&file, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use portolan::cli::example_options;
    use portolan::exposure::layers::{Layer, LayerSet};
    use portolan::rules::RuleSet;
    use portolan::selftest::{try_examples, try_layer};

    use super::*;

    /// Makes a repository of nothing but the folders that files go into.
    fn empty() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("rules/timeout-605")).unwrap();
        fs::create_dir_all(root.path().join("layers")).unwrap();
        root
    }

    #[test]
    fn the_skeleton_of_a_rule_loads_and_its_bad_example_fails() {
        let root = empty();
        let made = rule(root.path(), "timeout-in-weeks", "timeout-605").unwrap();
        assert_eq!(
            made.path,
            Path::new("rules/timeout-605/timeout-in-weeks.yaml")
        );
        let text = fs::read_to_string(root.path().join(made.path)).unwrap();
        let (rule, _) = RuleSet::parse(&text).unwrap();
        let failures = try_examples(&rule.file, &example_options).unwrap();
        let failed: Vec<&str> = failures
            .iter()
            .map(|failure| failure.field.as_str())
            .collect();
        assert_eq!(failed, ["examples.bad[0]"]);
    }

    #[test]
    fn what_is_there_is_not_overwritten_and_a_misspelt_requirement_is_named() {
        let root = empty();
        rule(root.path(), "timeout-in-weeks", "timeout-605").unwrap();
        let said = |id, requirement| {
            rule(root.path(), id, requirement)
                .err()
                .unwrap()
                .to_string()
        };
        assert_eq!(
            said("timeout-in-weeks", "timeout-605"),
            "rules/timeout-605/timeout-in-weeks.yaml exists already"
        );
        assert_eq!(
            said("timeout-in-weeks", "timeout-604"),
            "unknown requirement `timeout-604`; the requirements are timeout-605"
        );
        assert_eq!(
            said("../escape", "timeout-605"),
            "`../escape` is not lower-case words joined by hyphens, like `timeout-too-short`"
        );
    }

    #[test]
    fn the_skeleton_of_a_layer_loads_is_recognised_and_its_examples_fail() {
        let root = empty();
        for kind in KINDS {
            let made = layer(root.path(), &format!("acme-{kind}"), kind).unwrap();
            let text = fs::read_to_string(root.path().join(made.path)).unwrap();
            assert!(text.starts_with(&format!("id: acme-{kind}\n")), "{text}");
            assert!(text.contains(&format!("\nentry: {kind}\n")), "{text}");
            assert!(
                !text.contains("{id}") && !text.contains("{input}"),
                "{text}"
            );
            let (layer, _) = Layer::parse(&text).unwrap();
            let layers = LayerSet::with(vec![layer.clone()]);
            let failures = try_layer(&layer, &layers, &example_options);
            let said: Vec<String> = failures
                .iter()
                .flat_map(|failure| &failure.mistakes)
                .map(ToString::to_string)
                .collect();
            let said = said.join("\n");
            assert!(said.contains("missing: timeout-not-set"), "{kind}\n{said}");
            // Only a layer that was recognised has a default to be held against 605 s.
            assert!(
                kind == "front" || said.contains("noisy: timeout-not-set"),
                "{kind}\n{said}"
            );
        }
    }
}

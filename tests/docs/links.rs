//! Pages for people: their links lead somewhere, and the files and tests that they name are there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::files::files_below;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every page, wherever people read them.
fn pages() -> Vec<PathBuf> {
    let own = fs::read_dir(root()).unwrap();
    let own = own.map(|entry| entry.unwrap().path());
    let own = own.filter(|path| path.extension().is_some_and(|name| name == "md"));
    let below = ["docs", "crates", "editors"]
        .into_iter()
        .flat_map(|folder| files_below(&root().join(folder), "md"));
    let mut pages: Vec<PathBuf> = own.chain(below).collect();
    pages.sort();
    pages
}

/// Returns the lines of a page outside of its blocks of code.
fn prose(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Names a heading as addresses do.
fn anchor(heading: &str) -> String {
    let kept = heading
        .trim_start_matches('#')
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn leads_somewhere(page: &Path, target: &str) -> bool {
    let (file, place) = target.split_once('#').unwrap_or((target, ""));
    let file = match file {
        "" => page.to_owned(),
        file => page.parent().unwrap().join(file),
    };
    if place.is_empty() || !file.is_file() {
        return file.exists() && place.is_empty();
    }
    let text = prose(&file);
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|heading| anchor(heading) == place)
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let pages = pages();
    let mut links = 0;
    let mut broken = Vec::new();
    for page in &pages {
        let text = prose(page);
        let targets = link.captures_iter(&text).map(|found| found[1].to_owned());
        for target in targets.filter(|target| !target.contains("://")) {
            links += 1;
            if !leads_somewhere(page, &target) {
                let page = page.strip_prefix(root()).unwrap().display();
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(
        links > 100 && pages.len() > 90,
        "{links} links in {} pages",
        pages.len()
    );
}

/// Where a page about the code names a file or a test, it is there: from the root of the repository, or from `src/`.
#[test]
fn every_file_and_test_that_a_page_about_the_code_names_is_there() {
    // A name in capitals stands for any: `layers/ID.yaml`.
    let named = Regex::new(r"`([a-z_.][a-z0-9_.-]*/[a-z0-9_./-]*)(?:::(\w+))?`").unwrap();
    let mut tests = 0;
    let mut missing = Vec::new();
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"] {
        let text = prose(&root().join(page));
        for found in named.captures_iter(&text) {
            let places = [root().join(&found[1]), root().join("src").join(&found[1])];
            let Some(path) = places.iter().find(|path| path.exists()) else {
                missing.push(format!("{page}: {}", &found[0]));
                continue;
            };
            let Some(test) = found.get(2) else { continue };
            tests += 1;
            let code = fs::read_to_string(path).unwrap();
            if !code.contains(&format!("fn {}(", test.as_str())) {
                missing.push(format!("{page}: {}", &found[0]));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(tests > 5, "{tests}");
}

/// A release raises the version in all of these at once.
#[test]
fn the_version_is_the_same_wherever_it_is_written() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("Containerfile", format!("image.version=\"{version}\"")),
        (
            "helm/portolan/plugin.yaml",
            format!("\nversion: {version}\n"),
        ),
        (
            "helm/portolan-post-render/plugin.yaml",
            format!("\nversion: {version}\n"),
        ),
        ("CHANGELOG.md", format!("\n## [{version}] - ")),
        ("CHANGELOG.md", format!("/compare/v{version}...HEAD\n")),
    ] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(&line), "{file} has no {line:?}");
    }
}

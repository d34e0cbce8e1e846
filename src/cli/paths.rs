//! Names of files: one way to say where a file is, however it was named.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Returns the current folder.
pub(super) fn current_folder() -> PathBuf {
    env::current_dir()
        .and_then(fs::canonicalize)
        .unwrap_or_else(|_| PathBuf::from("."))
}

/// Returns one path for all names of a file.
pub(super) fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns the whole path of a file whose last name is kept, though it may be a link: a file is where it was put.
pub(super) fn whole(path: &Path) -> PathBuf {
    let Some(name) = path.file_name() else {
        return identity(path);
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match fs::canonicalize(folder) {
        Ok(folder) => folder.join(name),
        Err(_) => path.to_owned(),
    }
}

/// Returns a whole path as it is written in a folder: without the folder's own part, with `..` for what is beside it.
pub(super) fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path
        .components()
        .zip(folder.components())
        .take_while(|(left, right)| left == right)
        .count();
    let named = |component: &Component<'_>| matches!(component, Component::Normal(_));
    // Nothing but the root in common: the whole path says it better.
    if !path.components().take(common).any(|part| named(&part)) {
        return path.to_owned();
    }
    let up = folder
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// Writes a path as text. Bytes that are not text are written as `\xff`, so that two names stay two.
pub(super) fn shown(path: &Path) -> String {
    if let Some(text) = path.to_str() {
        return text.to_owned();
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Writes a path with `/` between its names, on every system.
pub(super) fn portable(path: &Path) -> String {
    let names: Vec<String> = path
        .components()
        .map(|component| shown(Path::new(component.as_os_str())))
        .collect();
    if path.is_absolute() {
        return shown(path);
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_where_one_stands() {
        let from = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder));
        assert_eq!(from("/repo/a/b.yaml", "/repo"), Path::new("a/b.yaml"));
        assert_eq!(from("/repo/b.yaml", "/repo/a/c"), Path::new("../../b.yaml"));
        assert_eq!(from("/etc/b.yaml", "/repo"), Path::new("/etc/b.yaml"));
    }
}

//! The plan in `ARCHITECTURE.md` is the code's: a room uses only rooms that come before it in its table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::promises::{code, is_test, repository};
use crate::support::files::files_below;

/// Returns the rooms of the page's table, the lowest first.
fn rooms() -> Vec<String> {
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let table = page
        .split("\n| room | what it does |\n|---|---|\n")
        .nth(1)
        .unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect()
}

fn files(room: &Path) -> Vec<PathBuf> {
    match room.is_dir() {
        true => files_below(room, "rs"),
        false => vec![room.to_owned()],
    }
}

/// Returns the rooms that a file names, tests aside: they may look down on what is tested.
fn used(path: &Path) -> BTreeSet<String> {
    if is_test(path) || path.ends_with("properties.rs") {
        return BTreeSet::new();
    }
    let code = code(path);
    let word = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    code.split("crate::").skip(1).map(word).collect()
}

#[test]
fn a_room_uses_only_rooms_that_come_before_it_in_the_table() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for (index, room) in rooms.iter().enumerate() {
        let src = repository().join("src");
        let places = [src.join(room), src.join(format!("{room}.rs"))];
        let places: Vec<&PathBuf> = places.iter().filter(|place| place.exists()).collect();
        assert!(!places.is_empty(), "there is no room `{room}`");
        for file in places.into_iter().flat_map(|place| files(place)) {
            for other in used(&file) {
                let below = rooms.iter().position(|room| *room == other);
                if below.is_some_and(|below| below > index) {
                    wrong.push(format!("{}: {room} uses {other}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let rooms: BTreeSet<String> = rooms().into_iter().collect();
    let lib = fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|line| {
        let (_, name) = line.strip_suffix(';')?.split_once("mod ")?;
        Some(name.to_owned())
    });
    assert_eq!(modules.collect::<BTreeSet<_>>(), rooms);
}

//! Pages that show real output: what they print is what the program prints. `PORTOLAN_UPDATE=1` rewrites them.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// What the program prints in a folder, to standard output and then to standard error.
pub(crate) fn printed<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> String {
    let output = Command::cargo_bin("portolan")
        .unwrap()
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("CLICOLOR_FORCE")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    text(output.stdout) + &text(output.stderr)
}

/// True where pages are to be rewritten.
pub(crate) fn blesses() -> bool {
    std::env::var_os("PORTOLAN_UPDATE").is_some_and(|value| value == "1")
}

/// Does in a folder of its own what a page shows, from top to bottom: a block with `title="NAME"` is a file, and in a
/// `console` block each line `$ portolan …` is followed by what it prints.
pub(crate) fn holds(page: &Path) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let shown = fs::read_to_string(page).unwrap().replace("\r\n", "\n");
    let mut real = String::new();
    let mut lines = shown.lines();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        real.push_str(line);
        real.push('\n');
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == "console" {
            for command in block
                .iter()
                .filter_map(|line| line.strip_prefix("$ portolan "))
            {
                commands += 1;
                real.push_str(&format!("$ portolan {command}\n"));
                real.push_str(&printed(folder.path(), command.split_whitespace()));
            }
        } else {
            let text = block
                .iter()
                .fold(String::new(), |text, line| text + line + "\n");
            if let Some((_, name)) = info.split_once("title=") {
                let path = folder.path().join(name.trim_matches('"'));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &text).unwrap();
            }
            real.push_str(&text);
        }
        real.push_str("```\n");
    }
    assert!(commands > 0, "{}: no command is shown", page.display());
    if blesses() {
        fs::write(page, real).unwrap();
        return;
    }
    let differs = shown
        .lines()
        .zip(real.lines())
        .find(|(shown, real)| shown != real);
    assert!(
        shown == real,
        "{} does not show what the program prints ({differs:?}); PORTOLAN_UPDATE=1 rewrites it",
        page.display()
    );
}

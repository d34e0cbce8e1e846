//! What goes wrong around the program: files that are none, pipes that break, disks that are full, signals, odd names.
//! (A full disk under a report: `tests/cli/outputs.rs`.)
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::sandbox::{Said, Sandbox, values};

/// A folder with one values file that has one finding.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.put("customizations.yaml", values("60"));
    sandbox
}

fn program() -> &'static str {
    assert_cmd::cargo::cargo_bin!("portolan").to_str().unwrap()
}

fn assert_calm(said: &Said, what: &str) {
    assert!((0..=2).contains(&said.code), "{what}: {}", said.code);
    assert!(!said.err.contains("panicked"), "{what}: {}", said.err);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let sandbox = sandbox();
    let root = sandbox.0.path();
    fs::create_dir(root.join("folder.yaml")).unwrap();
    symlink("nowhere", root.join("dangling.yaml")).unwrap();
    symlink("itself.yaml", root.join("itself.yaml")).unwrap();
    for (path, why) in [
        (
            "dangling.yaml",
            "is a symbolic link to a file that is not there",
        ),
        ("itself.yaml", "cannot be read: "),
        (
            "customization.yaml",
            "there is no such file; did you mean `customizations.yaml`?",
        ),
        ("customizations.yaml/x.yaml", "cannot be read: "),
    ] {
        let said = sandbox.run(&format!("check {path} customizations.yaml"));
        assert_eq!(said.code, 2, "{path}");
        let line = format!("error: {path}: {why}");
        assert!(said.err.starts_with(&line), "{path}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{path}: {}", said.err);
        assert!(said.out.contains("timeout-too-short"), "{}", said.out);
    }
    let said = sandbox.run("check -f folder.yaml");
    assert_eq!(
        (said.code, said.err.as_str()),
        (2, "error: folder.yaml: is a folder, and a file is needed\n")
    );
    if cfg!(target_os = "linux") {
        // It opens, and every read of it fails, for root too.
        let said = sandbox.run("check /proc/self/mem customizations.yaml");
        assert_eq!(said.code, 2);
        assert!(
            said.err
                .starts_with("error: /proc/self/mem: cannot be read: "),
            "{}",
            said.err
        );
        let said = sandbox.run("check --limit file-size=64KiB /dev/zero");
        assert_eq!(said.code, 2);
        assert!(said.err.contains("is larger than 64KiB"), "{}", said.err);
    }
}

/// Runs it as a user who may not read everything; `None` where that cannot be had.
fn as_nobody(sandbox: &Sandbox, arguments: &str) -> Option<Said> {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        return Some(sandbox.run(arguments));
    }
    let root = sandbox.0.path();
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    let able = sandbox.shell(&format!(
        "setpriv --reuid 65534 --clear-groups '{}' --version",
        program()
    ));
    if able.code != 0 {
        eprintln!("root reads everything, and no other user can be had: not tried");
        return None;
    }
    Some(sandbox.shell(&format!(
        "setpriv --reuid 65534 --clear-groups '{}' {arguments}",
        program()
    )))
}

#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_checked() {
    let sandbox = sandbox();
    sandbox
        .put("deploy/customizations.yaml", values("60"))
        .put("deploy/closed/customizations.yaml", values("60"))
        .put("deploy/closed.yaml", values("60"));
    let root = sandbox.0.path();
    for name in ["deploy/closed", "deploy/closed.yaml"] {
        fs::set_permissions(root.join(name), Permissions::from_mode(0o000)).unwrap();
    }
    let said = as_nobody(&sandbox, "check deploy");
    // So that the folder can be removed by whoever runs the test.
    fs::set_permissions(root.join("deploy/closed"), Permissions::from_mode(0o755)).unwrap();
    let Some(said) = said else { return };
    assert_eq!(said.code, 2, "{}", said.err);
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", said.err);
    for name in ["deploy/closed: ", "deploy/closed.yaml: "] {
        let line = lines.iter().find(|line| line.contains(name));
        let line = line.unwrap_or_else(|| panic!("{name}: {}", said.err));
        assert!(line.to_lowercase().contains("permission denied"), "{line}");
    }
    assert!(
        said.out
            .contains("\ndeploy/customizations.yaml:7:77: error["),
        "{}",
        said.out
    );
}

#[test]
fn a_pipe_that_is_slow_is_read_to_its_end() {
    let sandbox = sandbox();
    let said = sandbox.shell(&format!(
        "mkfifo slow; (head -c 100 customizations.yaml; sleep 0.3; tail -c +101 customizations.yaml) > slow & \
         '{}' check --format plain -f slow",
        program()
    ));
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(said.out.contains("\nslow:7:77: error["), "{}", said.out);
}

#[test]
fn a_file_that_grows_shrinks_and_vanishes_meanwhile_does_no_harm() {
    let sandbox = sandbox();
    let path = sandbox.0.path().join("changing.yaml");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let long = values("60") + &"# more\n".repeat(20_000);
            while !done.load(Ordering::Relaxed) {
                fs::write(&path, &long).unwrap();
                fs::write(&path, "router:\n").unwrap();
                let _ = fs::remove_file(&path);
            }
        });
        for _ in 0..20 {
            let said = sandbox.run("check changing.yaml customizations.yaml");
            assert_calm(&said, "a file that changes");
            assert!(
                said.out.contains("\ncustomizations.yaml:7:")
                    || said.out.starts_with("customizations.yaml:7:"),
                "{}{}",
                said.out,
                said.err
            );
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn ten_thousand_files_and_a_reader_that_leaves_after_one_line() {
    let sandbox = Sandbox::new();
    for folder in 0..100 {
        for file in 0..100 {
            let text = if file == 0 {
                values("60")
            } else {
                "a: 1\n".to_owned()
            };
            sandbox.put(&format!("many/{folder:02}/{file:02}.yaml"), text);
        }
    }
    let said = sandbox.run("check many --format plain");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(
        said.out
            .contains("checked 100 releases in 100 files, 9900 files skipped"),
        "{}",
        said.out.lines().last().unwrap_or_default()
    );
    assert_eq!(said.out.matches("error[timeout-too-short]").count(), 100);
    for format in ["plain", "pretty", "json", "sarif"] {
        // More than a pipe holds.
        let said = sandbox.shell(&format!(
            "{{ '{}' check many/* many/* --format {format}; echo $? > status; }} | head -n 1",
            program()
        ));
        assert_eq!(said.err, "", "{format}");
        assert_eq!(said.out.lines().count(), 1, "{format}");
        assert_eq!(sandbox.text("status"), "1\n", "{format}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_mistake() {
    let sandbox = sandbox();
    for arguments in [
        "check customizations.yaml",
        "rules",
        "explain timeout-too-short",
        "--help",
        "--version",
        "man",
        "completions bash",
    ] {
        let said = sandbox.shell(&format!(
            "mkfifo gone; cat gone < /dev/null > /dev/null & exec 3> gone; kill $!; wait $! 2>/dev/null; \
             '{}' {arguments} >&3; code=$?; rm gone; exit $code",
            program()
        ));
        assert_calm(&said, arguments);
        let expected = i32::from(arguments.starts_with("check"));
        assert_eq!(
            (said.code, said.err.as_str()),
            (expected, ""),
            "{arguments}"
        );
    }
}

#[test]
fn closed_streams_do_no_harm() {
    let sandbox = sandbox();
    for (redirection, code) in [
        ("check customizations.yaml >&-", 1),
        ("check customizations.yaml 2>&-", 1),
        ("check missing.yaml >&- 2>&-", 2),
        ("check - <&-", 2),
        ("check customizations.yaml <&- >&- 2>&-", 1),
        ("check customizations.yaml --format json=report.json >&-", 1),
        ("--help >&-", 0),
    ] {
        let said = sandbox.shell(&format!("'{}' {redirection}", program()));
        assert_calm(&said, redirection);
        assert_eq!(said.code, code, "{redirection}: {}", said.err);
    }
    // What was opened in the place of a closed stream is not mistaken for it.
    assert!(sandbox.text("report.json").starts_with('{'));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_of_every_command() {
    let sandbox = sandbox();
    for arguments in [
        "check customizations.yaml",
        "rules",
        "explain timeout-too-short",
        "--help",
        "--version",
        "man",
        "completions bash",
    ] {
        let said = sandbox.shell(&format!("'{}' {arguments} > /dev/full", program()));
        assert_eq!(said.code, 2, "{arguments}");
        assert!(
            said.err.starts_with("error: the output cannot be written"),
            "{arguments}: {}",
            said.err
        );
    }
}

#[test]
fn names_of_any_bytes_can_be_checked_and_move_no_cursor() {
    let names: [&[u8]; 5] = [
        b"not-utf8-\xff.yaml",
        b"two\nlines.yaml",
        b"red\x1b[31m.yaml",
        b"bell\x07\r.yaml",
        b"-dash.yaml",
    ];
    let sandbox = Sandbox::new();
    for name in names {
        let path = sandbox.0.path().join(OsString::from_vec(name.to_vec()));
        fs::write(path, values("60")).unwrap();
    }
    for format in ["plain", "pretty", "github", "markdown", "junit"] {
        let said = sandbox.run(&format!("check . --format {format} --color never"));
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{format}");
        let moves = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!said.out.contains(moves), "{format}: {:?}", said.out);
    }
    let said = sandbox.run("check . --format plain");
    let findings = said.out.lines().filter(|line| line.contains("error["));
    assert_eq!(findings.count(), names.len(), "{}", said.out);
    // Names that are not there, and options of any bytes.
    for arguments in [
        ["check", "--", "missing\x1b[31m\n.yaml"],
        ["check", "--output=no/\x1b[31m\n", "two\nlines.yaml"],
        ["check", "--platform=\x1b[31m", "two\nlines.yaml"],
        ["check", "--select=\x1b[31m\n", "two\nlines.yaml"],
        ["explain", "--color=never", "\x1b[31m"],
    ] {
        let said = Said::of(sandbox.program("").args(arguments));
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(!said.err.contains('\x1b'), "{arguments:?}: {}", said.err);
    }
    let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    for arguments in [
        [bytes(b"check"), bytes(b"\xff.yaml")],
        [bytes(b"check"), bytes(b"--set=a=\xff")],
        [bytes(b"explain"), bytes(b"\xff")],
        [bytes(b"\xff"), bytes(b"\xff")],
    ] {
        let said = Said::of(sandbox.program("").args(&arguments));
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
}

#[test]
fn folders_that_hold_themselves_are_walked_once() {
    let sandbox = sandbox();
    let root = sandbox.0.path();
    sandbox.put("loop/deep/customizations.yaml", values("60"));
    symlink("..", root.join("loop/deep/up")).unwrap();
    symlink("deep", root.join("loop/again")).unwrap();
    let said = sandbox.run("check loop loop/deep/up --format plain");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert_eq!(
        said.out.matches("error[timeout-too-short]").count(),
        1,
        "{}",
        said.out
    );
}

/// Jobs in the background of a shell ignore interrupts, and pass that on.
fn interrupt_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    ignored.unwrap_or(0) & 0b10 != 0
}

#[test]
fn an_interrupted_run_ends_by_the_signal_and_leaves_nothing_behind() {
    let sandbox = sandbox();
    sandbox.put("report.json", "the old one");
    let before = sandbox.names(".");
    for signal in ["INT", "TERM"] {
        if signal == "INT" && interrupt_is_ignored() {
            eprintln!("whoever runs this test ignores interrupts: not tried");
            continue;
        }
        let mut child = Command::new(program())
            .current_dir(sandbox.0.path())
            .args(["check", "-", "--format", "json=report.json", "-o", "x.txt"])
            .args(["--format", "plain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"router:\n").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", child.id())])
            .status();
        assert!(kill.unwrap().success());
        let ended = child.wait_with_output().unwrap();
        let number = if signal == "INT" { 2 } else { 15 };
        assert_eq!(ended.status.signal(), Some(number));
        assert_eq!((ended.stdout.len(), ended.stderr.len()), (0, 0));
        assert_eq!(sandbox.names("."), before);
        assert_eq!(sandbox.text("report.json"), "the old one");
    }
}

#[test]
fn terminals_of_every_kind() {
    let sandbox = sandbox();
    let pretty = |name: &str, value: &str| {
        let mut program = sandbox.program("check customizations.yaml --format pretty --color auto");
        let said = Said::of(program.env(name, value));
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{name}={value}");
        said.out
    };
    let usual = pretty("TERM", "xterm");
    assert_eq!(pretty("TERM", "dumb"), usual);
    assert_eq!(pretty("TERM", ""), usual);
    for columns in ["", "0", "-1", "wide", "99999999999999999999", "80 "] {
        assert_eq!(pretty("COLUMNS", columns), usual, "{columns}");
    }
    assert_eq!(pretty("COLUMNS", "1000000"), pretty("COLUMNS", "120"));
    for columns in ["1", "2", "39"] {
        pretty("COLUMNS", columns);
    }
    for language in ["xx_NOWHERE", "C", "\u{1f600}", "de_DE.ISO-8859-1"] {
        assert_eq!(pretty("LANG", language), usual, "{language}");
    }
    let said = sandbox.run("check --now yesterday customizations.yaml");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("`yesterday` is not a valid time"),
        "{}",
        said.err
    );
}

#[test]
fn a_folder_that_is_gone_is_said_to_hold_nothing() {
    let sandbox = sandbox();
    let said = sandbox.shell(&format!(
        "mkdir gone && cd gone && rmdir ../gone && '{}' check .",
        program()
    ));
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("error: "), "{}", said.err);
    // Even there a file can be checked.
    let said = sandbox.shell(&format!(
        "file=$PWD/customizations.yaml; mkdir gone && cd gone && rmdir ../gone && '{}' check --format sarif \"$file\"",
        program()
    ));
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn no_report_takes_the_place_of_a_file_that_is_checked() {
    let sandbox = sandbox();
    for arguments in [
        "check customizations.yaml -o customizations.yaml",
        "check . --format json=customizations.yaml",
        "check . --format plain -o ./customizations.yaml",
    ] {
        let said = sandbox.run(arguments);
        assert_eq!(said.code, 2, "{arguments}");
        assert!(
            said.err.contains("the report would be written over it"),
            "{arguments}: {}",
            said.err
        );
        assert_eq!(sandbox.text("customizations.yaml"), values("60"));
    }
    // The report of the last time may be replaced, though it lies in the folder.
    for _ in 0..2 {
        let said = sandbox.run("check customizations.yaml . --format json=report.json");
        assert_eq!((said.code, said.err.as_str()), (1, ""));
    }
    assert!(Path::new(&sandbox.0.path().join("report.json")).is_file());
}

#[test]
fn deep_paths_and_many_arguments_are_taken() {
    let sandbox = sandbox();
    let started = Instant::now();
    let mut program = sandbox.program("check");
    program.args(vec!["customizations.yaml"; 5000]);
    let said = Said::of(&mut program);
    assert_eq!(said.code, 1);
    assert_eq!(said.out.matches("error[timeout-too-short]").count(), 1);
    assert!(started.elapsed() < Duration::from_secs(30));
    let long = "d/".repeat(3000) + "x.yaml";
    let said = sandbox.run(&format!("check {long}"));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("cannot be read: "), "{}", said.err);
}

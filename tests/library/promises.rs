//! What `SECURITY.md` promises about the program as such: no network, no other program, nothing written unasked, no
//! unsafe code. And that every test which that page names is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files::files_below;

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file of Rust below a folder.
fn sources(folder: &str) -> Vec<PathBuf> {
    let crates = match folder {
        "src" => &["yaml", "template", "certificate"][..],
        _ => &[],
    };
    let crates = crates.iter().map(|name| format!("crates/{name}/src"));
    let folders = [folder.to_owned()].into_iter().chain(crates);
    let mut found: Vec<PathBuf> = folders
        .flat_map(|folder| files_below(&repository().join(folder), "rs"))
        .collect();
    found.sort();
    found
}

/// The code of a file without its comments and the tests at its end.
pub(crate) fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A file of tests alone.
pub(crate) fn is_test(path: &Path) -> bool {
    let name = path.to_str().unwrap();
    ["/tests.rs", "/tests/", "/cases.rs", "/cases/"]
        .iter()
        .any(|part| name.contains(part))
}

/// The packages that the program itself is built from, by `Cargo.lock`: those of tests and benchmarks aside.
fn packages() -> Vec<String> {
    let lock = read("Cargo.lock");
    let manifest = read("Cargo.toml");
    let section = |name: &str| -> Vec<String> {
        let start = format!("\n[{name}]\n");
        let after = manifest.split(&start).nth(1).unwrap_or_default();
        let body = after.split("\n[").next().unwrap();
        let names = body.lines().filter_map(|line| line.split_once(" = "));
        names.map(|(name, _)| name.to_owned()).collect()
    };
    let mut open = section("dependencies");
    open.extend(section("build-dependencies"));
    assert!(open.len() > 10, "{open:?}");
    let mut all: Vec<String> = Vec::new();
    while let Some(name) = open.pop() {
        if all.contains(&name) {
            continue;
        }
        let start = format!("[[package]]\nname = \"{name}\"\n");
        for package in lock.split(&start).skip(1) {
            let package = package.split("[[package]]").next().unwrap();
            let needs = package.split("dependencies = [").nth(1).unwrap_or_default();
            let needs = needs.split(']').next().unwrap().lines();
            let needs = needs.map(|line| line.trim().trim_matches([',', '"']));
            let needs = needs.filter_map(|line| line.split(' ').next());
            open.extend(needs.filter(|name| !name.is_empty()).map(str::to_owned));
        }
        all.push(name);
    }
    all
}

#[test]
fn no_package_that_speaks_to_a_network_is_built_in() {
    const NETWORK: [&str; 28] = [
        "async-std",
        "attohttpc",
        "curl",
        "curl-sys",
        "git2",
        "gix",
        "h2",
        "h3",
        "hickory-resolver",
        "hyper",
        "isahc",
        "kube",
        "kube-client",
        "mio",
        "native-tls",
        "openssl",
        "quinn",
        "reqwest",
        "rustls",
        "smol",
        "socket2",
        "surf",
        "tokio",
        "trust-dns-resolver",
        "tungstenite",
        "ureq",
        "async-io",
        "polling",
    ];
    let packages = packages();
    assert!(packages.len() > 40 && packages.iter().any(|name| name == "granit-parser"));
    let found: Vec<&String> = packages
        .iter()
        .filter(|name| NETWORK.contains(&name.as_str()))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn no_code_opens_a_connection_or_starts_a_program() {
    let files = sources("src");
    assert!(files.len() > 100);
    for path in files.into_iter().filter(|path| !is_test(path)) {
        let code = code(&path);
        for word in [
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "UnixListener",
            "UnixDatagram",
            "ToSocketAddrs",
            "process::Command",
        ] {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn only_the_command_line_touches_files_the_environment_and_the_clock() {
    for path in sources("src") {
        let name = path.strip_prefix(repository()).unwrap().to_str().unwrap();
        if name.starts_with("src/cli/") || is_test(&path) {
            continue;
        }
        let code = code(&path);
        for word in [
            "std::fs",
            "File::open",
            "std::env",
            "env::var",
            "SystemTime",
            "Instant::now",
            "std::process",
            "io::stdin",
            "io::stdout",
        ] {
            let allowed = name == "src/main.rs" && word == "std::process";
            assert!(allowed || !code.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_and_panics_are_warned_of() {
    let manifest = read("Cargo.toml");
    for lint in [
        "unsafe_code = \"forbid\"",
        "unwrap_used = \"warn\"",
        "expect_used = \"warn\"",
        "panic = \"warn\"",
        "indexing_slicing = \"warn\"",
    ] {
        assert!(manifest.contains(lint), "{lint}");
    }
    // Warnings are denied where a change lands.
    assert!(read(".ci/run").contains("clippy --locked --workspace --all-targets -- -D warnings"));
}

/// Traces the system calls of a run; `None` where they cannot be traced.
#[cfg(target_os = "linux")]
fn traced(arguments: &[&str], folder: &Path) -> Option<String> {
    use std::process::Command;
    let log = folder.join("trace");
    let able = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !able.is_ok_and(|output| output.status.success()) {
        eprintln!("strace cannot be had: system calls were not looked at");
        return None;
    }
    let program = assert_cmd::cargo::cargo_bin!("portolan");
    let output = Command::new("strace")
        .args(["-f", "-e", "trace=%network,%process,%file", "-o"])
        .arg(&log)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    Some(fs::read_to_string(log).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_check_opens_no_socket_starts_no_program_and_writes_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let values = read("fixtures/azure-load-balancer/customizations.yaml");
    fs::create_dir(folder.path().join("deploy")).unwrap();
    for number in 0..20 {
        let name = format!("deploy/customizations-{number}.yaml");
        fs::write(folder.path().join(name), &values).unwrap();
    }
    let Some(calls) = traced(&["check", "deploy"], folder.path()) else {
        return;
    };
    assert_eq!(calls.matches("execve(").count(), 1, "{calls}");
    for call in [
        "socket(", "connect(", "bind(", "sendto(", "O_WRONLY", "O_RDWR", "O_CREAT", "unlink",
        "rename", "mkdir", "chmod", "fork(",
    ] {
        let lines: Vec<&str> = calls.lines().filter(|line| line.contains(call)).collect();
        assert!(lines.is_empty(), "{call}: {lines:?}");
    }
    // A new process, other than a thread of this one.
    let new = calls.lines().filter(|line| line.contains("clone"));
    assert!(
        new.clone().all(|line| line.contains("CLONE_THREAD")),
        "{:?}",
        new.collect::<Vec<_>>()
    );

    // With a report in a file, that file alone is written, beside its place first.
    let arguments = ["check", "deploy", "--format=json=report.json"];
    let calls = traced(&arguments, folder.path()).unwrap();
    let writes: Vec<&str> = calls
        .lines()
        .filter(|line| line.contains("O_CREAT"))
        .collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert!(
        writes.iter().all(|line| line.contains(".portolan-")),
        "{writes:?}"
    );
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["deploy", "report.json", "trace"]);
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let page = read("SECURITY.md");
    let mut named = 0;
    for code in page.split('`').skip(1).step_by(2) {
        let Some((file, test)) = code.split_once("::") else {
            let is_file = code.starts_with("tests/") || code.starts_with("docs/");
            assert!(!is_file || repository().join(code).exists(), "{code}");
            continue;
        };
        let text = read(file);
        let attribute = text
            .split(&format!("fn {test}("))
            .next()
            .filter(|before| before.len() < text.len());
        let before = attribute.unwrap_or_else(|| panic!("{file} has no test `{test}`"));
        let lines: Vec<&str> = before.trim_end().lines().rev().take(4).collect();
        let in_proptest = file.ends_with("properties.rs");
        assert!(
            in_proptest || lines.iter().any(|line| line.trim() == "#[test]"),
            "{file}: `{test}` is no test"
        );
        named += 1;
    }
    assert!(named > 20, "{named}");
    for promise in page.lines().filter(|line| line.starts_with("| ")).skip(2) {
        assert!(promise.contains("::"), "no test stands behind: {promise}");
    }
}

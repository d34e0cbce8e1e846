//! Helm with folders of its own, real or a script, and what it said.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn portolan() -> PathBuf {
    PathBuf::from(assert_cmd::cargo::cargo_bin!("portolan"))
}

/// A Helm with nothing installed, whose folders are its own.
pub struct Helm {
    pub home: TempDir,
    pub major: u8,
}

impl Helm {
    /// With `helm` on its PATH being the named program.
    pub fn at(program: &Path, major: u8) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("bin")).unwrap();
        symlink(program, home.path().join("bin/helm")).unwrap();
        symlink(portolan(), home.path().join("bin/portolan")).unwrap();
        Helm { home, major }
    }

    /// Each real Helm that the environment names.
    pub fn each(test: &str) -> Vec<Self> {
        let found: Vec<Self> = [(3, "PORTOLAN_HELM"), (4, "PORTOLAN_HELM4")]
            .into_iter()
            .filter_map(|(major, variable)| {
                let Some(program) = std::env::var_os(variable) else {
                    eprintln!(
                        "{test}: {variable} is not set, so nothing was tried with Helm {major}"
                    );
                    return None;
                };
                Some(Helm::at(Path::new(&program), major))
            })
            .collect();
        found
    }

    pub fn with_plugins(test: &str) -> Vec<Self> {
        let each = Helm::each(test);
        for helm in &each {
            helm.succeeds("helm plugin install helm/portolan");
            if helm.major == 4 {
                helm.succeeds("helm plugin install helm/portolan-post-render");
            }
        }
        each
    }

    /// Runs a line of shell in the repository.
    pub fn run(&self, line: &str) -> Said {
        let home = |name: &str| self.home.path().join(name);
        let mut path = vec![home("bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(root())
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.home.path())
            .env("HELM_DATA_HOME", home("data"))
            .env("HELM_CACHE_HOME", home("cache"))
            .env("HELM_CONFIG_HOME", home("config"))
            .env("LC_ALL", "C.UTF-8")
            .env("TMP_HOME", self.home.path())
            .env_remove("HELM_PLUGINS")
            .env_remove("HELM_BIN")
            .env_remove("HELM_NAMESPACE")
            .env_remove("KUBECONFIG")
            .env_remove("PORTOLAN_BIN")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said::from(output)
    }

    pub fn succeeds(&self, line: &str) -> Said {
        let said = self.run(line);
        assert_eq!(said.code, 0, "Helm {}: {line}: {said:?}", self.major);
        said
    }

    /// The options that put Portolan behind Helm's rendering, with options of its own.
    pub fn gate(&self, options: &[&str]) -> String {
        let mut line = match self.major {
            3 => "--post-renderer portolan --post-renderer-args post-render".to_owned(),
            _ => "--post-renderer portolan-post-render".to_owned(),
        };
        for option in options {
            line.push_str(&format!(" --post-renderer-args={option}"));
        }
        line
    }
}

#[derive(Debug)]
pub struct Said {
    pub out: Vec<u8>,
    pub err: String,
    pub code: i32,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Said {
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

impl Said {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }
}

/// A script in place of Helm.
pub fn stub(script: &str) -> Helm {
    let helm = Helm::at(&portolan(), 3);
    let program = helm.home.path().join("bin/helm");
    fs::remove_file(&program).unwrap();
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    helm
}

//! A folder with two rules in it, and the program to be run there.

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

/// An AWS load balancer must wait for two minutes at least.
pub const TIMEOUT_RULE: &str = r#"
id: acme-timeout
title: A hop gives up within two minutes
requirement: timeout-605
severity: error
documentation:
  document: Acme handbook
  heading: Timeouts
  asks: No connection ends before two minutes have passed.
why: Reports take a minute.
subject: timeout
when: timeout.seconds != null
require: timeout.seconds >= 120
at: timeout.text
message: "`{timeout.setting}` is {timeout.text}"
help: write "120" or more
examples:
  bad:
    - name: one minute
      files:
        - name: customizations.yaml
          text: |
            router:
              service:
                type: LoadBalancer
                annotations:
                  service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: "60"
      finds:
        - line: 5
          text: '"60"'
  good:
    - name: ten minutes
      files:
        - name: customizations.yaml
          text: |
            router:
              service:
                type: LoadBalancer
                annotations:
                  service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: "600"
"#;

/// A warning on every LoadBalancer, undecided while the platform is unknown.
pub const ROUTER_RULE: &str = r#"
id: acme-public
title: The router has a load balancer of its own
requirement: exposed
severity: warning
documentation:
  document: Acme handbook
  heading: Networks
  asks: Nothing but the shared Ingress is public.
why: Every public address is an expense.
subject: router
undecided:
  - when: cluster.platform == null
    supply: name the platform with `--platform`
require: router.service_type != "LoadBalancer"
at: router.service_type
message: the router Service is a {router.service_type}
help:
  - when: cluster.platform == "gke"
    text: use the Ingress in place of {router.service_type}
  - text: ask the network team
examples:
  bad:
    - name: a load balancer
      options: [--platform=gke]
      files:
        - name: customizations.yaml
          text: |
            router:
              service:
                type: LoadBalancer
      finds:
        - line: 3
          text: LoadBalancer
  good:
    - name: none
      options: [--platform=gke]
      files:
        - name: customizations.yaml
          text: |
            router:
              service:
                type: ClusterIP
"#;

/// A values file for AWS; the timeout stands on line 7.
pub fn values(seconds: &str) -> String {
    format!(
        "appConfigValues:\n  selfHostedDomain: carto.acme.io\nrouter:\n  service:\n    type: LoadBalancer\n    annotations:\n      \
         service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: \"{seconds}\"\n"
    )
}

/// A folder with the rules above in `rules/`.
pub struct Sandbox(pub TempDir);

impl Sandbox {
    pub fn new() -> Self {
        let sandbox = Sandbox(tempfile::tempdir().unwrap());
        sandbox.put("rules/acme-timeout.yaml", TIMEOUT_RULE);
        sandbox.put("rules/acme-public.yaml", ROUTER_RULE);
        sandbox
    }

    pub fn put(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn program(&self, arguments: &str) -> Command {
        let mut program = Command::new(assert_cmd::cargo::cargo_bin!("portolan"));
        program.current_dir(self.0.path());
        for name in [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "COLUMNS",
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
        ] {
            program.env_remove(name);
        }
        program.args(arguments.split_whitespace());
        program
    }

    pub fn run(&self, arguments: &str) -> Said {
        Said::of(&mut self.program(arguments))
    }

    /// The same for one path of any name.
    pub fn with(&self, options: &[&str], path: &std::path::Path) -> Said {
        let mut program = self.program("check --rules rules --select acme-timeout");
        Said::of(program.args(options).arg(path))
    }

    /// A line of shell.
    pub fn shell(&self, line: &str) -> Said {
        let mut shell = Command::new("sh");
        Said::of(shell.current_dir(self.0.path()).args(["-c", line]))
    }

    /// What stands in a file.
    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    /// What lies in a folder, sorted.
    pub fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.path().join(path)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// `portolan check` with the timeout rule alone.
    pub fn timeouts(&self, arguments: &str) -> Said {
        self.run(&format!(
            "check --rules rules --select acme-timeout {arguments}"
        ))
    }
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Said {
    pub fn of(program: &mut Command) -> Self {
        let output = program.output().unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    pub fn findings(&self) -> Vec<&str> {
        self.out
            .lines()
            .filter(|line| line.contains("[acme-"))
            .map(|line| line.split(": ").next().unwrap())
            .collect()
    }
}

//! What generated inputs start from: the fixtures, the examples of rules and layers, and the words in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portolan::example::ExampleFile;
use portolan::facts::Facts;
use portolan::rules::RuleSet;

use super::formats::SECRETS;

/// Inputs and words of one target.
pub struct Seeds {
    /// Whole inputs.
    pub texts: Vec<Vec<u8>>,
    /// Words that mean something.
    pub words: Vec<String>,
}

impl Seeds {
    /// The seeds of a target, from the repository at `root`.
    pub fn of(target: &str, root: &Path) -> Seeds {
        let cases = cases(root);
        let texts: Vec<Vec<u8>> = match target {
            "yaml_tree" => plain_files(root, &cases),
            "values_merge" => cases.iter().map(Case::layers).collect(),
            "template" => templates(root),
            "certificate" => certificates(root, &cases),
            "rule_file" => rules(&root.join("rules")),
            "report_formats" => cases.iter().map(Case::findings).collect(),
            _ => cases.iter().map(Case::whole).collect(),
        };
        let words = words(target, &texts);
        Seeds { texts, words }
    }

    /// The text of that number, counted around.
    pub fn text(&self, number: usize) -> &[u8] {
        self.texts
            .get(number % self.texts.len().max(1))
            .map_or(&[], Vec::as_slice)
    }

    /// The word of that number, counted around.
    pub fn word(&self, number: usize) -> &str {
        self.words
            .get(number % self.words.len().max(1))
            .map_or("", String::as_str)
    }
}

/// Files and options that belong together.
struct Case {
    options: Vec<String>,
    files: Vec<ExampleFile>,
}

impl Case {
    /// As an input of a whole check.
    fn whole(&self) -> Vec<u8> {
        let mut text = String::new();
        let mut pem = Vec::new();
        let mut plain = Vec::new();
        for option in &self.options {
            let given = ["tls-cert", "tls-key", "ca"]
                .iter()
                .find_map(|kind| Some((*kind, option.strip_prefix(&format!("--{kind}="))?)));
            match given {
                Some(given) => pem.push(given),
                None => plain.push(option.as_str()),
            }
        }
        for file in &self.files {
            let kinds = pem.iter().filter(|(_, name)| *name == file.name);
            let kinds: Vec<&str> = kinds.map(|(kind, _)| *kind).collect();
            let is_manifest =
                file.text.starts_with("apiVersion:") || file.text.contains("\napiVersion:");
            let usual = if is_manifest { "named" } else { "values" };
            for kind in if kinds.is_empty() { vec![usual] } else { kinds } {
                text += &format!("-- {kind} {} --\n{}\n", file.name, file.text.trim_end());
            }
        }
        if !plain.is_empty() {
            text += &format!("-- options --\n{}\n", plain.join("\n"));
        }
        text.into_bytes()
    }

    /// As values in layers, with a value of the command line.
    fn layers(&self) -> Vec<u8> {
        let mut text: String = self
            .files
            .iter()
            .map(|file| format!("-- values {} --\n{}\n", file.name, file.text.trim_end()))
            .collect();
        text += "-- set --\nrouter.service.type=LoadBalancer,a[1].b={x,y},c\\.d=null\n";
        text.into_bytes()
    }

    /// As texts with findings and a secret in them.
    fn findings(&self) -> Vec<u8> {
        let mut text: String = self
            .files
            .iter()
            .map(|file| {
                format!(
                    "-- file {} --\n{}\n# {}\n",
                    file.name,
                    file.text.trim_end(),
                    SECRETS[0]
                )
            })
            .collect();
        let first = self
            .files
            .first()
            .map_or(0, |file| file.text.trim_end().len() + 3);
        text += &format!("-- secret {first}..{} --\n", first + SECRETS[0].len());
        text += &format!(
            "-- finding {}..{} 10..30 0:20..21 --\nsomething is wrong\nmend it\n",
            first - 9,
            first + 4
        );
        text += "-- release values.yaml --\nsupply this\nand that\n-- width 100 --\n";
        text.into_bytes()
    }
}

/// Fixtures and examples.
fn cases(root: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in [
        "aws-load-balancer",
        "azure-load-balancer",
        "gke-gateway",
        "gke-ingress-managed-certificate",
    ] {
        let folder = root.join("fixtures").join(folder);
        let files = files(&folder)
            .into_iter()
            .filter(|path| !path.ends_with("fixed.yaml"));
        let files = files.map(|path| ExampleFile {
            name: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            text: String::from_utf8_lossy(&read(&path)).into_owned(),
            file: None,
        });
        cases.push(Case {
            options: Vec::new(),
            files: files.collect(),
        });
    }
    for rule in RuleSet::builtin_files() {
        for example in rule.examples.bad.into_iter().chain(rule.examples.good) {
            cases.push(Case {
                options: example.options,
                files: example.files,
            });
        }
    }
    for layer in portolan::exposure::layers::with_examples() {
        for example in layer.examples.bad.into_iter().chain(layer.examples.good) {
            cases.push(Case {
                options: example.options,
                files: example.files,
            });
        }
    }
    cases.push(Case {
        options: vec!["--platform=gke".to_owned()],
        files: vec![ExampleFile {
            name: "customizations.yaml".to_owned(),
            text: secrets(),
            file: None,
        }],
    });
    cases
}

/// Values with a secret in every place that is known to hold one, and with what takes them from there.
fn secrets() -> String {
    let [password, token, phrase] = SECRETS;
    format!(
        "\
cartoSecrets:
  encryptionSecretKey:
    value: &password {password}
appSecrets:
  googleMapsApiKey:
    value: '{token}'
externalPostgresql:
  password: {phrase}
router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: *password
      cloud.google.com/neg: '{{{{ .Values.appSecrets.googleMapsApiKey.value }}}}'
extraDeploy:
- apiVersion: v1
  kind: Secret
  metadata: {{name: x}}
  stringData:
    password: {password}
    note: \"{phrase}\"
- |
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: {{name: x}}
  spec:
    rules:
    - host: {{{{ .Values.cartoSecrets.encryptionSecretKey.value | quote }}}}
- |
  {{{{ fail .Values.appSecrets.googleMapsApiKey.value }}}}
"
    )
}

/// Files as they are: everything that is YAML.
fn plain_files(root: &Path, cases: &[Case]) -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = files(&root.join("layers"))
        .iter()
        .map(|path| read(path))
        .collect();
    texts.extend(
        cases
            .iter()
            .flat_map(|case| &case.files)
            .map(|file| file.text.clone().into_bytes()),
    );
    let table = read(&root.join("crates/yaml/tests/yaml_scalars.tsv"));
    for row in String::from_utf8_lossy(&table).lines() {
        let written = row.split('\t').next().unwrap_or_default();
        texts.push(format!("x: {written}\n").into_bytes());
    }
    texts
}

/// Templates with values: those that are held against Helm.
fn templates(root: &Path) -> Vec<Vec<u8>> {
    let folder = root.join("crates/template/tests/differential");
    let values = String::from_utf8_lossy(&read(&folder.join("values.yaml"))).into_owned();
    let rows: serde_json::Value = match serde_json::from_slice(&read(&folder.join("rows.json"))) {
        Ok(rows) => rows,
        Err(error) => panic!("rows.json: {error}"),
    };
    let rows = rows.as_array().into_iter().flatten();
    let mut texts: Vec<Vec<u8>> = rows
        .filter_map(|row| row["template"].as_str())
        .map(|template| format!("{template}\n-- values --\n{values}").into_bytes())
        .collect();
    for path in files(&root.join("fixtures/chart/templates")) {
        texts.push(read(&path));
    }
    texts
}

/// Rule files, each with the files that its examples share.
fn rules(folder: &Path) -> Vec<Vec<u8>> {
    let (rules, others): (Vec<PathBuf>, Vec<PathBuf>) =
        files(folder).into_iter().partition(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        });
    let shared: Vec<(String, Vec<u8>)> = others
        .iter()
        .filter_map(|path| {
            Some((
                path.strip_prefix(folder).ok()?.to_str()?.to_owned(),
                read(path),
            ))
        })
        .collect();
    let with_shared = |path: &PathBuf| {
        let mut text = read(path);
        let rule = String::from_utf8_lossy(&text).into_owned();
        for (name, body) in shared
            .iter()
            .filter(|(name, _)| rule.contains(name.as_str()))
        {
            text.extend(format!("\n-- file {name} --\n").into_bytes());
            text.extend(body);
        }
        text
    };
    rules.iter().map(with_shared).collect()
}

/// Bundles with their keys and roots.
fn certificates(root: &Path, cases: &[Case]) -> Vec<Vec<u8>> {
    let mut texts = vec![read(
        &root.join("crates/certificate/tests/pem/public-intermediate.pem"),
    )];
    for case in cases {
        let mut text = String::new();
        for file in case
            .files
            .iter()
            .filter(|file| file.text.contains("-----BEGIN"))
        {
            let option = case
                .options
                .iter()
                .find(|option| option.ends_with(&format!("={}", file.name)));
            let kind = match option.map(String::as_str) {
                Some(option) if option.starts_with("--tls-key") => "key",
                Some(option) if option.starts_with("--ca") => "ca",
                Some(_) => "bundle",
                None => continue,
            };
            text += &format!("-- {kind} --\n{}\n", file.text.trim_end());
        }
        if !text.is_empty() {
            texts.push(text.into_bytes());
        }
    }
    texts
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> Vec<u8> {
    match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// Marker lines, secrets, names of facts, and whatever stands between whitespace in the inputs.
fn words(target: &str, texts: &[Vec<u8>]) -> Vec<String> {
    let mut words: BTreeSet<String> = SECRETS.map(str::to_owned).into();
    let kinds: &[&str] = match target {
        "yaml_tree" => &[],
        "values_merge" => &["values", "set", "set-string"],
        "template" => &["template", "values", "kube-version"],
        "certificate" => &["bundle", "key", "ca"],
        "report_formats" => &[
            "file",
            "secret 0..20",
            "finding 3..9 4..4",
            "release x",
            "width 60",
        ],
        _ => &[
            "values", "named", "walked", "set", "options", "tls-cert", "tls-key", "ca",
        ],
    };
    words.extend(kinds.iter().map(|kind| format!("\n-- {kind} --\n")));
    if target == "rule_file" {
        for subject in Facts::SUBJECTS {
            words.extend(
                subject
                    .fields
                    .iter()
                    .map(|field| format!("{}.{}", subject.name, field.name)),
            );
        }
        let cel = [
            "size(",
            ".matches(",
            ".exists(x, ",
            ".all(x, ",
            ".map(x, ",
            ".filter(x, ",
            " in ",
            " ? ",
            "has(",
            "[0]",
            "null",
        ];
        words.extend(cel.map(str::to_owned));
    }
    for text in texts {
        let text = String::from_utf8_lossy(text);
        let tokens = text
            .split_whitespace()
            .filter(|word| (2..=60).contains(&word.len()));
        words.extend(tokens.map(str::to_owned));
    }
    words.into_iter().collect()
}

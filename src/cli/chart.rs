//! `--chart`: the user's own copy of the chart, unpacked or packed, read where it lies.
//!
//! Only texts leave this file. A packed chart is read as a stream: nothing is written to disk, and both the whole and each
//! entry are bounded, whatever the archive says of itself.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path};

use flate2::read::GzDecoder;
use portolan_yaml::{Node, ParsedText, yaml_text};

use super::decode::decode;
use super::error::{ChartError, FileError};
use super::paths::shown;
use crate::catalogue::{Catalogue, ChartFiles, ChartVersion};

/// The most that is read of a chart, unpacked. Helm itself takes no more than 100 MiB (`MaxDecompressedChartSize`).
const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// The most that is read of one file in it (Helm's `MaxDecompressedFileSize` is 5 MiB).
const MAX_FILE_BYTES: u64 = 5 * 1024 * 1024;

/// The most files that are looked at; CARTO's chart has some 300 with its subcharts.
const MAX_FILES: usize = 20_000;

/// The part of `Chart.yaml` that is read.
#[derive(Debug, Default)]
struct ChartYaml {
    version: Option<String>,
    /// Keys that hold the values of the subcharts.
    subcharts: Vec<String>,
}

impl ChartYaml {
    /// Takes what it needs, as Helm does: other keys do not matter, and a version without quotes is what it looks like.
    fn read(text: &str) -> Result<Self, ChartError> {
        let (text, issues) = ParsedText::parse_leniently(text);
        let Some(root) = text.root() else {
            return match issues.first() {
                None => Ok(ChartYaml::default()),
                Some(issue) => Err(ChartError::ChartYaml(issue.clone())),
            };
        };
        let word = |node: Node<'_>, key: &str| {
            let scalar = node.get(key).filter(|node| !node.is_null())?.scalar()?;
            Some(yaml_text(scalar).into_owned())
        };
        let dependencies = root.get("dependencies").into_iter().flat_map(Node::items);
        Ok(ChartYaml {
            version: word(root, "version"),
            // A subchart's values lie under its alias where it has one.
            subcharts: dependencies
                .filter_map(|one| word(one, "alias").or_else(|| word(one, "name")))
                .collect(),
        })
    }
}

/// Reads a chart.
///
/// # Errors
/// What is wrong with it, to be said after its path.
pub(super) fn read(path: &Path) -> Result<ChartVersion, FileError> {
    let name = shown(path);
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileError::MissingFileOrFolder,
        _ => FileError::Read(error),
    })?;
    let collected = if metadata.is_dir() {
        folder(path)
    } else {
        packed(File::open(path).map_err(FileError::Read)?)
    };
    let files = collected.and_then(|collected| collected.finish(name))?;
    let known = Catalogue::embedded().with_chart(&files);
    Ok(known.map_err(ChartError::Keys)?)
}

/// The files that matter, as they are met.
#[derive(Debug, Default)]
struct Collected {
    values: Option<String>,
    chart_yaml: Option<String>,
    subcharts: BTreeSet<String>,
    templates: Vec<String>,
    files: usize,
}

impl Collected {
    /// Takes in one file; `path` lies within the chart.
    fn add(&mut self, path: &Path, from: &mut dyn Read) -> Result<(), ChartError> {
        self.files += 1;
        if self.files > MAX_FILES {
            return Err(ChartError::TooManyFiles(MAX_FILES));
        }
        let names: Vec<&str> = path.iter().filter_map(|name| name.to_str()).collect();
        match names.as_slice() {
            ["values.yaml"] => self.values = Some(text(path, from)?),
            ["Chart.yaml"] => self.chart_yaml = Some(text(path, from)?),
            ["templates", ..] => self.templates.push(text(path, from)?),
            ["charts", file] => {
                // `postgresql-11.9.13.tgz`: the version begins at the last hyphen before a digit.
                let name = file.strip_suffix(".tgz").unwrap_or_default();
                let version = name
                    .match_indices('-')
                    .find(|(at, _)| {
                        let rest = name.get(at + 1..).unwrap_or_default();
                        rest.starts_with(|c: char| c.is_ascii_digit())
                    })
                    .map_or(name.len(), |(at, _)| at);
                self.subchart(name.get(..version).unwrap_or_default());
            }
            ["charts", name, ..] => self.subchart(name),
            _ => {}
        }
        Ok(())
    }

    fn subchart(&mut self, name: &str) {
        if !name.is_empty() {
            self.subcharts.insert(name.to_owned());
        }
    }

    fn finish(mut self, name: String) -> Result<ChartFiles, ChartError> {
        let values = self.values.ok_or(ChartError::NoValues)?;
        let chart = match &self.chart_yaml {
            None => ChartYaml::default(),
            Some(text) => ChartYaml::read(text)?,
        };
        self.subcharts.extend(chart.subcharts);
        Ok(ChartFiles {
            name,
            version: chart.version,
            values,
            subcharts: self.subcharts.into_iter().collect(),
            templates: self.templates,
        })
    }
}

fn text(path: &Path, from: &mut dyn Read) -> Result<String, ChartError> {
    let mut bytes = Vec::new();
    from.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ChartError::Entry(shown(path), error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ChartError::EntryTooLarge(shown(path), MAX_FILE_BYTES));
    }
    Ok(decode(bytes).0)
}

fn folder(folder: &Path) -> Result<Collected, ChartError> {
    if !folder.join("values.yaml").is_file() {
        return Err(ChartError::NoValues);
    }
    let mut collected = Collected::default();
    // Links are not followed, so what is read lies below the folder.
    let walk = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(8))
        .sort_by_file_name(Ord::cmp)
        .build();
    let mut bytes = 0;
    for entry in walk {
        let entry = entry.map_err(ChartError::Walk)?;
        let Ok(path) = entry.path().strip_prefix(folder) else {
            continue;
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let wanted = path.starts_with("templates")
            || path.starts_with("charts")
            || path.parent() == Some(Path::new(""));
        if !wanted {
            continue;
        }
        let mut file =
            File::open(entry.path()).map_err(|error| ChartError::Entry(shown(path), error))?;
        bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        if bytes > MAX_BYTES {
            return Err(ChartError::TooLarge(MAX_BYTES));
        }
        collected.add(path, &mut file)?;
    }
    Ok(collected)
}

fn packed(file: impl Read) -> Result<Collected, ChartError> {
    let mut collected = Collected::default();
    // One byte more than is allowed: whoever reaches it has gone too far.
    let mut unpacked = GzDecoder::new(file).take(MAX_BYTES + 1);
    let broken = ChartError::NotPacked;
    let mut archive = tar::Archive::new(&mut unpacked);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        let is_plain = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_plain {
            return Err(ChartError::LeadsOut(shown(&path)));
        }
        if !entry.header().entry_type().is_file() {
            continue;
        }
        // The first part is the chart's name.
        let mut parts = path
            .components()
            .filter(|part| matches!(part, Component::Normal(_)));
        parts.next();
        let inner: std::path::PathBuf = parts.collect();
        collected.add(&inner, &mut entry)?;
    }
    if unpacked.limit() == 0 {
        return Err(ChartError::TooLarge(MAX_BYTES));
    }
    Ok(collected)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            // Not through `set_path`, which refuses what an attacker would write.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn a_packed_chart_gives_its_values_its_version_and_its_subcharts() {
        let bytes = archive(&[
            (
                "carto/Chart.yaml",
                "version: 9.9.9\ndependencies:\n  - name: postgresql\n    alias: database\n",
            ),
            ("carto/values.yaml", "router:\n  replicaCount: 1\n"),
            ("carto/charts/common/Chart.yaml", "version: 1.0.0\n"),
            ("carto/charts/redis-17.0.1.tgz", ""),
            ("carto/templates/x.yaml", "a: {{ .Values.router.extra }}\n"),
        ]);
        let files = packed(&*bytes)
            .unwrap()
            .finish("carto.tgz".to_owned())
            .unwrap();
        assert_eq!(files.version.as_deref(), Some("9.9.9"));
        assert_eq!(files.subcharts, ["common", "database", "redis"]);
        assert_eq!(files.templates.len(), 1);
    }

    #[test]
    fn a_chart_yaml_is_read_as_helm_reads_it() {
        let chart = ChartYaml::read(
            "apiVersion: v2\nversion: 1.10\ndependencies:\n- {name: redis, alias: ~}\n- {name: x, alias: cache}\n",
        )
        .unwrap();
        assert_eq!(chart.version.as_deref(), Some("1.1"));
        assert_eq!(chart.subcharts, ["redis", "cache"]);
        let error = ChartYaml::read("version: 1.2.3\ndependencies: [\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("its Chart.yaml cannot be read: 2:15: "),
            "{error}"
        );
    }

    #[test]
    fn an_entry_that_leads_out_of_the_archive_is_refused() {
        for path in ["carto/../../etc/values.yaml", "/etc/values.yaml"] {
            let error = packed(&*archive(&[(path, "a: 1\n")])).unwrap_err();
            assert!(error.to_string().contains("leads out"), "{path}: {error}");
        }
    }

    #[test]
    fn neither_a_bomb_nor_junk_is_read_to_the_end() {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_path("carto/values.yaml").unwrap();
        header.set_size(64 * 1024 * 1024);
        header.set_cksum();
        builder
            .append(&header, io::repeat(b'#').take(64 * 1024 * 1024))
            .unwrap();
        let bytes = builder.into_inner().unwrap().finish().unwrap();
        assert!(
            packed(&*bytes)
                .unwrap_err()
                .to_string()
                .contains("larger than")
        );
        assert!(
            packed(&b"not a chart"[..])
                .unwrap_err()
                .to_string()
                .contains(".tgz")
        );
        assert!(packed(&archive(&[])[..20]).is_err());
    }
}

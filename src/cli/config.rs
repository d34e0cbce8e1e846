//! Finding `portolan.yaml`, reading it, and `portolan config`.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::arguments::ConfigArguments;
use super::error::{Error, FileKind, Result};
use super::inputs::read_text;
use super::paths::{current_folder, identity, portable, relative, shown, whole};
use super::style::OutputStyle;
use super::{CliContext, Exit};
use crate::config::{Config, ConfigIssue, ReleaseFile};
use crate::limits::Limits;
use crate::options::ReleaseOptions;

/// The names that are searched for.
const NAMES: [&str; 2] = ["portolan.yaml", ".portolan.yaml"];

/// A configuration and where it is.
#[derive(Debug)]
pub(super) struct FoundConfig {
    pub config: Config,
    /// The file.
    pub path: PathBuf,
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
    /// The releases that each values file belongs to, by the file's identity.
    members: OnceCell<HashMap<PathBuf, Vec<usize>>>,
}

/// Finds the configuration of each file, and reads each once.
pub(super) struct Finder {
    /// The current folder.
    pub here: PathBuf,
    choice: Choice,
    /// Configurations found, by the folder where the search began.
    known: HashMap<PathBuf, Option<Rc<FoundConfig>>>,
}

enum Choice {
    Search,
    None,
    This(Rc<FoundConfig>),
}

impl Finder {
    /// As `--config` and `--no-config` have it.
    pub(super) fn new(given: Option<&Path>, none: bool) -> Result<Finder> {
        let here = current_folder();
        let choice = match given {
            _ if none => Choice::None,
            None => Choice::Search,
            Some(path) => Choice::This(Rc::new(load(path, &here)?)),
        };
        Ok(Finder {
            here,
            choice,
            known: HashMap::new(),
        })
    }

    /// The configuration of a file; of the current folder for standard input.
    pub(super) fn of_file(&mut self, file: Option<&Path>) -> Result<Option<Rc<FoundConfig>>> {
        let folder = file.and_then(|file| whole(file).parent().map(Path::to_owned));
        let folder = folder.unwrap_or_else(|| self.here.clone());
        self.of_folder(&folder)
    }

    /// The configuration of a folder, given by its whole path: in it, or in the nearest one above it.
    pub(super) fn of_folder(&mut self, folder: &Path) -> Result<Option<Rc<FoundConfig>>> {
        match &self.choice {
            Choice::None => return Ok(None),
            Choice::This(found) => return Ok(Some(Rc::clone(found))),
            Choice::Search => {}
        }
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.known.get(folder) {
                found.clone_from(known);
                break;
            }
            passed.push(folder.to_owned());
            if let Some(path) = in_folder(folder, &self.here)? {
                found = Some(Rc::new(load(&path, &self.here)?));
                break;
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        for folder in passed {
            self.known.insert(folder, found.clone());
        }
        Ok(found)
    }
}

/// The configuration that lies in a folder.
fn in_folder(folder: &Path, here: &Path) -> Result<Option<PathBuf>> {
    let paths = NAMES.map(|name| folder.join(name));
    match paths.each_ref().map(|path| path.is_file()) {
        [true, true] => {
            let [one, other] = paths.map(|path| shown(&relative(&path, here)));
            let message = format!("there are {one} and {other}: keep one of them");
            Err(vec![Error::Call(message)])
        }
        [true, false] => Ok(paths.into_iter().next()),
        [false, true] => Ok(paths.into_iter().nth(1)),
        [false, false] => Ok(None),
    }
}

fn load(path: &Path, here: &Path) -> Result<FoundConfig> {
    let path = whole(path);
    let name = shown(&relative(&path, here));
    let text = read_text(&path, &Limits::default());
    let text = text.map_err(|error| Error::File(name.clone(), error))?;
    let config = Config::read(name.as_str(), &text).map_err(|issues| Error::Places {
        kind: FileKind::Config,
        name,
        issues,
    })?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    Ok(FoundConfig {
        config,
        path,
        folder,
        members: OnceCell::new(),
    })
}

impl FoundConfig {
    /// Makes a path of this configuration a whole one.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        whole(&self.folder.join(path))
    }

    /// Returns a path of this configuration as seen from the current folder.
    pub(super) fn called(&self, path: &str, here: &Path) -> String {
        shown(&relative(&self.at(path), here))
    }

    /// Returns the options of a release, or of a file that no release names, as seen from the current folder.
    pub(super) fn options_of(&self, release: Option<usize>, here: &Path) -> ReleaseOptions {
        let release = release.and_then(|index| self.config.file.releases.get(index));
        let mut options = match release {
            Some(release) => self.config.options_of(release),
            None => self.config.file.defaults.clone(),
        };
        for path in options.paths_mut() {
            *path = relative(&whole(&self.folder.join(&path)), here);
        }
        // The releases of a file set different things, and what is found in one of them is not found in another.
        let release = release.map(|release| release.name.as_str());
        for (field, values) in [
            ("set", &mut options.set),
            ("setString", &mut options.set_string),
        ] {
            for value in values {
                value.origin = Some(set_origin(&self.config.name, field, release));
            }
        }
        options
    }

    /// Returns the field that an option of a release was written in: its own, or that for all releases.
    pub(super) fn field_of(&self, release: Option<usize>, key: &str) -> String {
        let release =
            release.and_then(|index| Some((index, self.config.file.releases.get(index)?)));
        match release {
            Some((index, release)) if release.options.has(key) => {
                format!("releases[{index}].{key}")
            }
            _ => key.to_owned(),
        }
    }

    /// Returns the releases that a file is a layer of.
    pub(super) fn releases_of(&self, file: &Path) -> &[usize] {
        let members = self.members.get_or_init(|| {
            let mut members: HashMap<PathBuf, Vec<usize>> = HashMap::new();
            for (index, release) in self.config.file.releases.iter().enumerate() {
                let files: HashSet<PathBuf> = release
                    .values
                    .iter()
                    .map(|file| identity(&self.at(file)))
                    .collect();
                for file in files {
                    members.entry(file).or_default().push(index);
                }
            }
            members
        });
        members.get(&identity(file)).map_or(&[], Vec::as_slice)
    }

    /// True for the file itself, its baseline, and what lies in its folders of rules and layers: none of them holds values.
    pub(super) fn is_own(&self, file: &Path) -> bool {
        let file = identity(file);
        let is = |path: &Option<String>| path.as_deref().map(|path| identity(&self.at(path)));
        file == identity(&self.path)
            || is(&self.config.file.baseline).is_some_and(|path| file == path)
            || [&self.config.file.rules, &self.config.file.layers]
                .into_iter()
                .any(|folder| is(folder).is_some_and(|path| file.starts_with(path)))
    }

    /// A mistake that shows when a path of it is followed.
    pub(super) fn error(&self, field: &str, message: String) -> Error {
        self.errors(vec![self.config.mistake(field, message)])
    }

    pub(super) fn errors(&self, mistakes: Vec<ConfigIssue>) -> Error {
        Error::Places {
            kind: FileKind::Config,
            name: self.config.name.clone(),
            issues: mistakes,
        }
    }
}

/// Runs `portolan config`.
pub(super) fn run(
    arguments: &ConfigArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    if arguments.schema {
        let text = crate::reference::config_schema();
        return ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()));
    }
    let found = Finder::new(arguments.config.as_deref(), false).and_then(|mut finder| {
        let found = match arguments.path.as_deref() {
            Some(path) if path.is_dir() => finder.of_folder(&identity(path)),
            path => finder.of_file(path),
        };
        found.map(|found| (finder.here, found))
    });
    let (here, found) = match found {
        Ok(found) => found,
        Err(errors) => {
            ctx.report(&errors, style);
            return Exit::CouldNot;
        }
    };
    let Some(found) = found else {
        let text =
            "no configuration: there is no portolan.yaml here or above, within the repository\n";
        return ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()));
    };
    let mut text = format!("{}\n", style.visible(&found.config.name));
    for release in &found.config.file.releases {
        text.push_str(&format!(
            "  {}\n",
            style.visible(&line(release, &found, &here))
        ));
    }
    ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()))
}

/// Writes the line of a release: `prod: base.yaml, prod.yaml`, and what is missing.
fn line(release: &ReleaseFile, found: &FoundConfig, here: &Path) -> String {
    let files: Vec<String> = release
        .values
        .iter()
        .map(|file| {
            let name = found.called(file, here);
            match fs::metadata(found.at(file)) {
                Ok(_) => name,
                Err(_) => format!("{name} (missing)"),
            }
        })
        .collect();
    format!("{}: {}", release.name, files.join(", "))
}

/// Names of files relative to a folder: for globs of a configuration and for entries of a baseline.
pub(super) struct Names<'p> {
    pub here: &'p Path,
    pub folder: &'p Path,
}

impl Names<'_> {
    /// Returns the name of a file as reports show it, relative to the folder. A name of something else (`<stdin>`,
    /// `--set`) stays.
    pub(super) fn of(&self, name: &str) -> String {
        let path = self.here.join(name);
        if path.is_file() {
            portable(&relative(&whole(&path), self.folder))
        } else if let Some((file, rest)) = set_in_file(name) {
            format!("{}{rest}", self.of(file))
        } else {
            name.to_owned()
        }
    }
}

/// Returns the name in reports of the values that a configuration sets.
pub(super) fn set_origin(file: &str, field: &str, release: Option<&str>) -> String {
    match release {
        Some(release) => format!("{file} ({field} of release {release})"),
        None => format!("{file} ({field})"),
    }
}

/// Returns the file that such a name leads to, and the rest of the name.
pub(super) fn set_in_file(name: &str) -> Option<(&str, &str)> {
    let names = name.match_indices(" (set").map(|(at, _)| name.split_at(at));
    name.ends_with(')').then_some(names)?.next()
}

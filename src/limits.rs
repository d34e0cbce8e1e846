//! How much is read, computed and said: every limit of a check in one place.
//!
//! Inputs are untrusted. A limit turns an input that would make a check hang or exhaust the memory into a finding of the
//! rule `limit-reached` that says which limit it was, where, and how to raise it; everything else is still checked. The
//! defaults are far beyond any real installation: whoever reaches one has an attack or a mistake before them.
//!
//! `docs/limits.md` and `portolan limits` are made of the table below.

use std::fmt;

use portolan_yaml::nearest::nearest;

/// The units that a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    /// Bytes; written with or without KiB, MiB or GiB.
    Bytes,
    /// Things.
    Count,
}

/// Properties of a limit.
#[derive(Clone, Copy, Debug)]
pub struct LimitDoc {
    /// The limit.
    pub limit: Limit,
    /// Its name on the command line and in findings.
    pub name: &'static str,
    /// Its unit.
    pub unit: LimitUnit,
    /// The value that applies where none is given.
    pub default: usize,
    /// The highest value that can be given: beyond it the program itself would not be safe.
    pub most: usize,
    /// Its subject; the first paragraph of its comment.
    pub doc: &'static str,
}

macro_rules! declare_limits {
    ($( $(#[doc = $doc:literal])* $variant:ident $field:ident $name:literal $unit:ident $default:expr, $most:expr; )*) => {
        /// Names a limit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Limit {
            $( $(#[doc = $doc])* $variant, )*
        }

        /// The limits of a check.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $( $(#[doc = $doc])* pub $field: usize, )*
        }

        impl Default for Limits {
            fn default() -> Self {
                Limits { $( $field: $default, )* }
            }
        }

        impl Limit {
            /// Properties of each limit, in the order of the reference.
            pub const ALL: &[LimitDoc] = &[
                $( LimitDoc {
                    limit: Limit::$variant,
                    name: $name,
                    unit: LimitUnit::$unit,
                    default: $default,
                    most: $most,
                    doc: concat!($( $doc, )*),
                }, )*
            ];

            /// Returns its name on the command line and in findings.
            pub const fn name(self) -> &'static str {
                match self { $( Limit::$variant => $name, )* }
            }
        }

        impl Limits {
            /// Returns the value of a limit.
            pub fn get(&self, limit: Limit) -> usize {
                match limit { $( Limit::$variant => self.$field, )* }
            }

            fn slot(&mut self, limit: Limit) -> &mut usize {
                match limit { $( Limit::$variant => &mut self.$field, )* }
            }
        }
    };
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// 2 GiB: what the offsets of a span reach on every target.
const MOST_BYTES: usize = 2047 * MIB;
/// The largest number of steps that a 32-bit target can still count.
const MOST_STEPS: usize = 4_000_000_000;

declare_limits! {
    /// Length of a file, of standard input and of a text given with `--set`. Offsets are 32 bits wide.
    FileSize file_size "file-size" Bytes 256 * MIB, MOST_BYTES;
    /// Lists and mappings within one another, aliases followed. The stack is what they cost.
    Nesting nesting "nesting" Count 200, 400;
    /// Keys and values of one file, with what aliases and merge keys repeat. Each takes about 150 bytes of memory.
    Nodes nodes "nodes" Count 5_000_000, 100_000_000;
    /// Values of one document that are there through aliases. Helm itself refuses a document from about the default on.
    AliasedNodes aliased_nodes "aliased-nodes" Count 400_000, 100_000_000;
    /// Length of one value. A cluster stores no object of more than about 1.5 MiB.
    ValueSize value_size "value-size" Bytes 16 * MIB, 1024 * MIB;
    /// Problems of one file as YAML that are described one by one.
    YamlProblems yaml_problems "yaml-problems" Count 500, 100_000;
    /// Templates in the values that are evaluated for one release.
    Templates templates "templates" Count 100_000, 10_000_000;
    /// Length of one template, of one text given to `tpl` too. Parsed, a template takes up to a hundred times its length.
    TemplateSize template_size "template-size" Bytes 2 * MIB, 64 * MIB;
    /// Steps that all templates of one release take: one for each action, argument and item, and for every 32 bytes of text made.
    TemplateSteps template_steps "template-steps" Count 5_000_000, MOST_STEPS;
    /// Length of all texts that the templates of one release make, those on the way too.
    TemplateOutput template_output "template-output" Bytes 32 * MIB, MOST_BYTES;
    /// Keys and values of the documents that all templates of one release make.
    TemplateNodes template_nodes "template-nodes" Count 1_000_000, 100_000_000;
    /// Blocks, parentheses, `include` and `tpl` within one another, together. The stack is what they cost.
    TemplateDepth template_depth "template-depth" Count 60, 120;
    /// Variables in one scope of a template. Each use is looked for among them.
    TemplateVariables template_variables "template-variables" Count 500, 10_000;
    /// Items that one `range` goes over, and that one `until`, `untilStep` or `seq` makes.
    RangeItems range_items "range-items" Count 1_000_000, 100_000_000;
    /// Size of one regular expression of a template once it is compiled: `x{1000}{1000}` is short to write.
    RegexSize regex_size "regex-size" Bytes 256 * KIB, 64 * MIB;
    /// Certificates of one file that are looked at. Chains in use have at most five.
    Certificates certificates "certificates" Count 100, 1_000;
    /// Findings of one check that are reported one by one. The numbers below a report still count all of them.
    Findings findings "findings" Count 10_000, 10_000_000;
    /// Further places that one finding shows.
    Labels labels "labels" Count 20, 10_000;
}

impl Limit {
    /// Returns its properties.
    pub fn doc(self) -> Option<&'static LimitDoc> {
        Limit::ALL.iter().find(|doc| doc.limit == self)
    }

    /// Writes a value of it for people and for the command line.
    pub fn shown(self, value: usize) -> String {
        match self.doc().map(|doc| doc.unit) {
            Some(LimitUnit::Bytes) => bytes(value),
            _ => value.to_string(),
        }
    }
}

impl Limits {
    /// Takes in `NAME=VALUE`, as the command line has it.
    ///
    /// # Errors
    /// A name that no limit has, or a value that is none.
    pub fn assign(&mut self, text: &str) -> Result<(), LimitError> {
        let (limit, value) = parse(text)?;
        *self.slot(limit) = value;
        Ok(())
    }

    /// Returns the defaults, with these values in place of some.
    pub fn with(given: &[(Limit, usize)]) -> Self {
        let mut limits = Limits::default();
        for (limit, value) in given {
            *limits.slot(*limit) = *value;
        }
        limits
    }

    /// Returns advice for a limit that was reached.
    pub fn help(&self, limit: Limit) -> String {
        let value = self.get(limit);
        let name = limit.name();
        let most = limit.doc().map_or(usize::MAX, |doc| doc.most);
        let higher = value.saturating_mul(4).clamp(1, most);
        if higher <= value {
            return format!(
                "`{name}` cannot be raised above {}: give a smaller input",
                limit.shown(most)
            );
        }
        format!(
            "if the input is to be trusted, raise the limit with `--limit {name}={}`",
            limit.shown(higher)
        )
    }
}

impl From<&Limits> for portolan_yaml::Limits {
    fn from(limits: &Limits) -> Self {
        portolan_yaml::Limits {
            max_nesting: limits.nesting,
            max_nodes: limits.nodes,
            max_aliased_nodes: limits.aliased_nodes,
            max_bytes: limits.file_size,
            max_scalar_bytes: limits.value_size,
            max_problems: limits.yaml_problems,
        }
    }
}

impl From<portolan_yaml::Limit> for Limit {
    fn from(limit: portolan_yaml::Limit) -> Self {
        use portolan_yaml::Limit as Yaml;
        match limit {
            Yaml::FileSize => Limit::FileSize,
            Yaml::Nesting => Limit::Nesting,
            Yaml::Nodes => Limit::Nodes,
            Yaml::AliasedNodes => Limit::AliasedNodes,
            Yaml::ValueSize => Limit::ValueSize,
            Yaml::Problems => Limit::YamlProblems,
        }
    }
}

impl From<&Limits> for portolan_template::Limits {
    fn from(limits: &Limits) -> Self {
        portolan_template::Limits {
            templates: limits.templates,
            steps: limits.template_steps as u64,
            output_bytes: limits.template_output,
            nodes: limits.template_nodes,
            depth: limits.template_depth,
            template_bytes: limits.template_size,
            variables: limits.template_variables,
            range_items: limits.range_items,
            regex_bytes: limits.regex_size,
            value_depth: limits.nesting,
        }
    }
}

impl From<portolan_template::Limit> for Limit {
    fn from(limit: portolan_template::Limit) -> Self {
        use portolan_template::Limit as Template;
        match limit {
            Template::Templates => Limit::Templates,
            Template::Steps => Limit::TemplateSteps,
            Template::Output => Limit::TemplateOutput,
            Template::Nodes => Limit::TemplateNodes,
            Template::Depth => Limit::TemplateDepth,
            Template::Size => Limit::TemplateSize,
            Template::Variables => Limit::TemplateVariables,
            Template::RangeItems => Limit::RangeItems,
            Template::RegexSize => Limit::RegexSize,
            Template::Nesting => Limit::Nesting,
        }
    }
}

/// Something wrong with a limit that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitError {
    /// The text is no `NAME=VALUE`.
    NoValue(String),
    /// No limit has that name.
    Unknown {
        /// The name.
        name: String,
        /// The name that was perhaps meant.
        near: Option<String>,
    },
    /// The value of this text is none.
    Value(String, LimitValueError),
}

/// Something wrong with the value of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitValueError {
    /// It has a unit, and the limit counts no bytes.
    NotInBytes,
    /// It is no number.
    NotANumber(LimitUnit),
    /// It lies outside of 1 and this.
    OutOfRange(String),
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitError::NoValue(text) => write!(
                f,
                "`{text}` has no value: a limit is given as NAME=VALUE, for example `nodes=10000000`"
            ),
            LimitError::Unknown {
                name,
                near: Some(near),
            } => write!(f, "there is no limit `{name}`; did you mean `{near}`?"),
            LimitError::Unknown { name, near: None } => {
                write!(
                    f,
                    "there is no limit `{name}`; `portolan limits` lists them"
                )
            }
            LimitError::Value(text, error) => write!(f, "`{text}`: {error}"),
        }
    }
}

impl fmt::Display for LimitValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitValueError::NotInBytes => {
                f.write_str("this limit counts things, not bytes: give a number without a unit")
            }
            LimitValueError::NotANumber(LimitUnit::Bytes) => f.write_str(
                "expected a number of bytes, or one with KiB, MiB or GiB, for example `64MiB`",
            ),
            LimitValueError::NotANumber(LimitUnit::Count) => {
                f.write_str("expected a whole number, for example `100000`")
            }
            LimitValueError::OutOfRange(most) => {
                write!(f, "the value must be between 1 and {most}")
            }
        }
    }
}

impl std::error::Error for LimitError {}

impl std::error::Error for LimitValueError {}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// A name that no limit has, or a value that is none.
pub fn parse(text: &str) -> Result<(Limit, usize), LimitError> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(LimitError::NoValue(text.to_owned()));
    };
    let (name, value) = (name.trim(), value.trim());
    let Some(doc) = Limit::ALL.iter().find(|doc| doc.name == name) else {
        let known = Limit::ALL.iter().map(|doc| doc.name);
        return Err(LimitError::Unknown {
            name: name.to_owned(),
            near: nearest(name, known).map(str::to_owned),
        });
    };
    let wrong = |value_error| LimitError::Value(text.to_owned(), value_error);
    let number = number(value, doc.unit).map_err(wrong)?;
    if number == 0 || number > doc.most {
        return Err(wrong(LimitValueError::OutOfRange(
            doc.limit.shown(doc.most),
        )));
    }
    Ok((doc.limit, number))
}

fn number(text: &str, unit: LimitUnit) -> Result<usize, LimitValueError> {
    const SUFFIXES: [(&str, usize); 3] = [("KiB", KIB), ("MiB", MIB), ("GiB", 1 << 30)];
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| {
        let digits = text.strip_suffix(suffix)?;
        Some((digits.trim_end(), *factor))
    });
    let (digits, factor) = suffix.unwrap_or((text, 1));
    if suffix.is_some() && unit == LimitUnit::Count {
        return Err(LimitValueError::NotInBytes);
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(LimitValueError::NotANumber(unit));
    }
    // What does not fit is above every limit's highest value.
    let number = plain.parse::<usize>().unwrap_or(usize::MAX);
    Ok(number.saturating_mul(factor))
}

/// Writes a number of bytes with the largest unit that leaves no remainder.
fn bytes(value: usize) -> String {
    for (unit, factor) in [("GiB", 1 << 30), ("MiB", MIB), ("KiB", KIB)] {
        if value >= factor && value.is_multiple_of(factor) {
            return format!("{}{unit}", value / factor);
        }
    }
    value.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_given_by_name_with_or_without_a_unit() {
        let mut limits = Limits::default();
        limits.assign("file-size=64MiB").unwrap();
        limits.assign("value-size = 512 KiB").unwrap();
        limits.assign("nodes=1_000").unwrap();
        assert_eq!(limits.file_size, 64 << 20);
        assert_eq!(limits.value_size, 512 << 10);
        assert_eq!(limits.nodes, 1000);
        assert_eq!(limits.nesting, Limits::default().nesting);
    }

    #[test]
    fn what_is_no_limit_is_refused_with_a_reason() {
        let refused = |text: &str| Limits::default().assign(text).unwrap_err().to_string();
        assert_eq!(
            refused("node=5"),
            "there is no limit `node`; did you mean `nodes`?"
        );
        assert_eq!(
            refused("memory=5"),
            "there is no limit `memory`; `portolan limits` lists them"
        );
        assert_eq!(
            refused("nodes"),
            "`nodes` has no value: a limit is given as NAME=VALUE, for example `nodes=10000000`"
        );
        assert_eq!(
            refused("nodes=5MiB"),
            "`nodes=5MiB`: this limit counts things, not bytes: give a number without a unit"
        );
        assert_eq!(
            refused("file-size=5MB"),
            "`file-size=5MB`: expected a number of bytes, or one with KiB, MiB or GiB, for example `64MiB`"
        );
        assert_eq!(
            refused("nesting=100000"),
            "`nesting=100000`: the value must be between 1 and 400"
        );
        for wrong in [
            "nesting=0",
            "nesting=-1",
            "nesting=",
            "nesting=99999999999999999999999",
        ] {
            assert!(Limits::default().assign(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_default_can_be_given_as_it_is_shown_and_its_help_raises_it() {
        for doc in Limit::ALL {
            let mut limits = Limits::default();
            let shown = format!("{}={}", doc.name, doc.limit.shown(doc.default));
            limits.assign(&shown).unwrap();
            assert_eq!(limits, Limits::default(), "{shown}");
            let help = limits.help(doc.limit);
            let given = help.split("--limit ").nth(1).unwrap().trim_end_matches('`');
            limits.assign(given).unwrap();
            assert!(limits.get(doc.limit) > doc.default, "{given}");
            let highest = format!("{}={}", doc.name, doc.limit.shown(doc.most));
            limits.assign(&highest).unwrap();
            assert!(limits.help(doc.limit).contains("cannot be raised"));
        }
    }
}

//! What the chart's values do not tell: keys that only templates read, and subcharts.

use portolan_yaml::{Issues, typed};
use schemars::JsonSchema;
use serde::Deserialize;

/// Everything in `chart/exceptions.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// In the order of the file.
    pub list: Vec<Exception>,
}

/// A key of which the values say nothing, or too little.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Its path; `*` stands for any one key that the values define.
    pub key: String,
    /// The first release; the oldest where it is left out.
    #[serde(default)]
    pub since: Option<String>,
    /// The last release; the newest where it is left out.
    #[serde(default)]
    pub until: Option<String>,
    /// Whether anything may stand under it, whatever the values show: a subchart.
    #[serde(default)]
    pub free: bool,
    /// Whether values of any type do, whatever the values show.
    #[serde(default)]
    pub any: bool,
    /// Evidence for it.
    pub reason: String,
}

impl Exceptions {
    /// Reads the file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Issues> {
        let (list, text) = typed::read::<Vec<Exception>>(text)?;
        let without_reason = list.iter().position(|one| one.reason.trim().is_empty());
        match without_reason {
            Some(index) => Err(text
                .issue(&format!("[{index}].reason"), "says nothing")
                .into()),
            None => Ok(Exceptions { list }),
        }
    }
}

//! Values of options that are more than a string, a path or a yes.

use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::OptionValue;
use crate::catalogue::Catalogue;
use crate::facts::Platform;
use crate::version::{InvalidVersion, Version};

/// A value laid on top of all files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(inline)]
pub struct SetValue {
    /// `KEY=VALUE`, as Helm reads it.
    pub text: String,
    /// The name of its place in reports, where that is not the option itself: each release of a configuration has
    /// values of its own, and their findings are not each other's.
    pub origin: Option<String>,
}

impl From<String> for SetValue {
    fn from(text: String) -> Self {
        SetValue { text, origin: None }
    }
}

impl FromStr for SetValue {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(SetValue::from(text.to_owned()))
    }
}

impl OptionValue for SetValue {}

impl OptionValue for Platform {}

/// Declares a string that has a form. The command line refuses another at once; a configuration first reads the string, so
/// that everything wrong in it is said at its place.
macro_rules! declare_texts {
    ($( $(#[$about:meta])* $name:ident is $check:path; )*) => { $(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = OptionError;

            fn from_str(text: &str) -> Result<Self, OptionError> {
                $check(text).map(|()| $name(text.to_owned()))
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl OptionValue for $name {
            fn issue(&self) -> Option<String> {
                $check(self).err().map(|error| error.to_string())
            }
        }
    )* };
}

declare_texts! {
    /// A release of the chart that is known here, such as `1.84.10`.
    ChartRelease is chart_release;
    /// A version of Kubernetes or GKE.
    ClusterVersion is cluster_version;
    /// A version of the AWS Load Balancer Controller, or `none`.
    ControllerVersion is controller_version;
}

/// A text that is no value of its option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// No release of the chart; a sentence that names the nearest.
    ChartRelease(String),
    /// No version of a cluster.
    ClusterVersion(InvalidVersion),
    /// No version of a controller.
    ControllerVersion(String),
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionError::ChartRelease(sentence) => f.write_str(sentence),
            OptionError::ClusterVersion(error) => error.fmt(f),
            OptionError::ControllerVersion(text) => {
                write!(f, "`{text}` is not a version like `2.7.1`, and not `none`")
            }
        }
    }
}

impl std::error::Error for OptionError {}

fn chart_release(text: &str) -> Result<(), OptionError> {
    let known = Catalogue::embedded().release(text);
    known.map(drop).map_err(OptionError::ChartRelease)
}

fn cluster_version(text: &str) -> Result<(), OptionError> {
    let version = text.parse::<Version>();
    version.map(drop).map_err(OptionError::ClusterVersion)
}

fn controller_version(text: &str) -> Result<(), OptionError> {
    if text == "none" || text.parse::<Version>().is_ok() {
        Ok(())
    } else {
        Err(OptionError::ControllerVersion(text.to_owned()))
    }
}

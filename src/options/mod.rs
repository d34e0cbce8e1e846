//! Options of a release: what is known about it besides its values files.
//!
//! [`ReleaseOptions`] is the one place where an option is declared. The option on the command line with its help, the key of
//! `portolan.yaml` with its part of the JSON Schema, and the way in which the command line wins over a configuration are all
//! made of its fields.

mod assumption;
mod field;
mod value;

pub use assumption::{AssumedTls, Assumption};
pub use value::{ChartRelease, ClusterVersion, ControllerVersion, OptionError, SetValue};

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::facts::Platform;
use field::{OptionField, OptionValue, key_of};

/// Declares the struct, and what is done with each of its fields in turn.
macro_rules! declare_options {
    ($(#[$about:meta])* pub struct $name:ident { $( $(#[$meta:meta])* pub $field:ident: $type:ty, )* }) => {
        $(#[$about])*
        pub struct $name {
            $( $(#[$meta])* pub $field: $type, )*
        }

        impl $name {
            /// Lays each field over that of others.
            fn fields_over(&self, base: &$name) -> $name {
                $name { $( $field: self.$field.over(&base.$field), )* }
            }

            /// Says which values of the right type are wrong: the key in `portolan.yaml`, and a sentence.
            pub fn issues(&self) -> Vec<(String, String)> {
                let mut issues = Vec::new();
                $(
                    let found = self.$field.values().filter_map(OptionValue::issue);
                    issues.extend(found.map(|issue| (key_of(stringify!($field)), issue)));
                )*
                issues
            }

            /// Tells whether the option of that key in `portolan.yaml` is given.
            pub fn has(&self, key: &str) -> bool {
                $( (key_of(stringify!($field)) == key && self.$field.values().next().is_some()) )||*
            }

            /// Returns the paths among the values.
            pub fn paths(&self) -> Vec<&Path> {
                let mut paths = Vec::new();
                $( paths.extend(self.$field.values().filter_map(OptionValue::path)); )*
                paths
            }

            /// Returns the paths among the values to be changed.
            pub fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
                let mut paths = Vec::new();
                $( paths.extend(self.$field.values_mut().filter_map(OptionValue::path_mut)); )*
                paths
            }
        }
    };
}

declare_options! {
    /// Options of a release, apart from its values files.
    // The comments on fields are the help of the command line and the descriptions of the schema.
    #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
    #[cfg_attr(feature = "cli", derive(clap::Args))]
    #[serde(rename_all = "camelCase", default)]
    pub struct ReleaseOptions {
        /// Your own copy of the chart, a folder or a packed one (.tgz)
        ///
        /// Keys and types of values are held against its values.yaml in place of a known release. It is read in place,
        /// and nothing is unpacked.
        #[cfg_attr(feature = "cli", arg(long, value_name = "DIR|TGZ", conflicts_with = "chart_version", help_heading = "Values"))]
        pub chart: Option<PathBuf>,

        /// The chart release whose keys apply, e.g. 1.84.10 [default: the newest known]
        ///
        /// Keys and types of values are held against this release of the chart.
        #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", help_heading = "Values"))]
        pub chart_version: Option<ChartRelease>,

        /// Name of the release, which the names of objects begin with [default: carto]
        #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = "Values"))]
        pub release_name: Option<String>,

        /// Namespace of the release
        #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = "Values"))]
        pub namespace: Option<String>,

        /// The cluster's platform, where annotations do not tell
        #[cfg_attr(feature = "cli", arg(long, help_heading = "Cluster"))]
        pub platform: Option<Platform>,

        /// Kubernetes or GKE version, e.g. 1.31 or 1.17.6-gke.7
        #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", help_heading = "Cluster"))]
        pub cluster_version: Option<ClusterVersion>,

        /// GKE: the cluster is VPC-native
        #[cfg_attr(feature = "cli", arg(long, value_name = "BOOL", help_heading = "Cluster"))]
        pub vpc_native: Option<bool>,

        /// GKE: the cluster is in a Shared VPC
        #[cfg_attr(feature = "cli", arg(long, value_name = "BOOL", help_heading = "Cluster"))]
        pub shared_vpc: Option<bool>,

        /// GKE: Network Policy is on
        #[cfg_attr(feature = "cli", arg(long, value_name = "BOOL", help_heading = "Cluster"))]
        pub network_policy: Option<bool>,

        /// EKS: version of the AWS Load Balancer Controller, or `none`
        ///
        /// Whether it is installed decides which load balancer a Service gets.
        #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION", help_heading = "Cluster"))]
        pub aws_load_balancer_controller: Option<ControllerVersion>,

        /// What is assumed about a hop outside the input (repeatable)
        ///
        /// HOP as the undecided requirement calls it, for example `before ingress-nginx=900,tls:F5 in front, ticket NET-12`. Every
        /// report repeats it.
        #[cfg_attr(feature = "cli", arg(long, value_name = "HOP=SECONDS[,tls]:REASON", help_heading = "Cluster"))]
        pub assume: Vec<Assumption>,

        /// A value on top of all files (repeatable)
        ///
        /// Read as Helm reads it, for example `router.service.type=LoadBalancer`.
        #[cfg_attr(feature = "cli", arg(long, value_name = "KEY=VALUE", help_heading = "Values"))]
        pub set: Vec<SetValue>,

        /// A value on top of all files that is a string whatever it looks like (repeatable)
        ///
        /// As in Helm, these come after all of --set.
        #[cfg_attr(feature = "cli", arg(long, value_name = "KEY=VALUE", help_heading = "Values"))]
        pub set_string: Vec<SetValue>,

        /// The certificate with its chain that the named TLS Secret is made from
        ///
        /// For a Secret that values or manifests only name. PEM: the leaf first, then each issuer.
        #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", help_heading = "Certificates"))]
        pub tls_cert: Option<PathBuf>,

        /// Its private key, of which only the public half is looked at
        #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", help_heading = "Certificates"))]
        pub tls_key: Option<PathBuf>,

        /// Roots of a private certificate authority, PEM (repeatable)
        #[cfg_attr(feature = "cli", arg(long, value_name = "FILE", help_heading = "Certificates"))]
        pub ca: Vec<PathBuf>,
    }
}

impl ReleaseOptions {
    /// Lays these over others: what is said here wins. Lists come after those of the others, as Helm lays values to set.
    #[must_use]
    pub fn over(&self, base: &ReleaseOptions) -> ReleaseOptions {
        let mut options = self.fields_over(base);
        // A chart and a release of it answer the same question.
        if self.chart.is_some() || self.chart_version.is_some() {
            options.chart.clone_from(&self.chart);
            options.chart_version.clone_from(&self.chart_version);
        }
        options
    }

    /// Returns every value to set in Helm's order, with whether it is a string whatever it looks like.
    pub fn set_values(&self) -> impl Iterator<Item = (&SetValue, bool)> {
        // Helm lays all of `--set` before any `--set-string`, whatever their order (pkg/cli/values/options.go).
        let plain = self.set.iter().map(|value| (value, false));
        plain.chain(self.set_string.iter().map(|value| (value, true)))
    }
}

#[cfg(test)]
mod tests;

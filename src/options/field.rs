//! What every option can do, whatever its type.

use std::path::{Path, PathBuf};

/// The value of an option.
pub(super) trait OptionValue: Clone {
    /// Says in a sentence why a value of the right type is wrong.
    fn issue(&self) -> Option<String> {
        None
    }

    /// Returns the value as a path, where it is one.
    fn path(&self) -> Option<&Path> {
        None
    }

    /// Returns the path to be changed, where the value is one.
    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        None
    }
}

impl OptionValue for bool {}

impl OptionValue for String {}

impl OptionValue for PathBuf {
    fn path(&self) -> Option<&Path> {
        Some(self)
    }

    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        Some(self)
    }
}

/// The field of an option: of one that is given once at most, or of one that is repeated.
pub(super) trait OptionField {
    /// The type of its values.
    type Value: OptionValue;

    /// Lays it over the same field of other options.
    #[must_use]
    fn over(&self, base: &Self) -> Self;

    /// Returns its values.
    fn values(&self) -> impl Iterator<Item = &Self::Value>;

    /// Returns its values to be changed.
    fn values_mut(&mut self) -> impl Iterator<Item = &mut Self::Value>;
}

impl<V: OptionValue> OptionField for Option<V> {
    type Value = V;

    fn over(&self, base: &Self) -> Self {
        self.as_ref().or(base.as_ref()).cloned()
    }

    fn values(&self) -> impl Iterator<Item = &V> {
        self.iter()
    }

    fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.iter_mut()
    }
}

impl<V: OptionValue> OptionField for Vec<V> {
    type Value = V;

    fn over(&self, base: &Self) -> Self {
        base.iter().chain(self).cloned().collect()
    }

    fn values(&self) -> impl Iterator<Item = &V> {
        self.iter()
    }

    fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.iter_mut()
    }
}

/// Returns the key of a field in `portolan.yaml`: `chart_version` is `chartVersion`.
pub(super) fn key_of(field: &str) -> String {
    let mut words = field.split('_');
    let mut key = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        key.push_str(letters.as_str());
    }
    key
}

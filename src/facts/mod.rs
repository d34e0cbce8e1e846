//! Facts: what is so, never whether it is good.
//!
//! The exposure model is laid out here in flat *subjects* (a timeout, an entry point, a host …), each a handful of
//! documented *fields*. Rules judge them. A field that holds a value knows the span it was written at; one that cannot be
//! known says what would have to be supplied to know it.
//!
//! Types, units and texts of this module are the source of the reference of facts (`docs/facts.md`).

mod table;
mod words;

pub use table::*;
pub use words::*;

use crate::limits::{Limit, Limits};
use crate::words::{Word, WordDoc};
use portolan_yaml::source::Span;

/// One field of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// It has a value; the span is where that value was written, or the thing it was concluded from.
    Known(T, Option<Span>),
    /// It is certain that there is none; `null` in a rule's condition. The span is where it would have been written.
    Absent(Option<Span>),
    /// It cannot be known from the input. Holds a sentence that says what to supply. A condition that needs it is
    /// undecided.
    Unknown(String),
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Fact::Absent(None)
    }
}

impl<T> Fact<T> {
    /// Moves the fact to another place.
    #[must_use]
    pub fn moved_to(self, span: Span) -> Self {
        match self {
            Fact::Known(value, _) => Fact::Known(value, Some(span)),
            Fact::Absent(Some(_)) => Fact::Absent(Some(span)),
            other => other,
        }
    }

    /// A value without a place of its own.
    pub fn known(value: T) -> Self {
        Fact::Known(value, None)
    }

    /// A value that was written somewhere.
    pub fn at(value: T, span: Span) -> Self {
        Fact::Known(value, Some(span))
    }

    /// `Known` or `Absent`.
    pub fn from_option(value: Option<T>) -> Self {
        value.map_or(Fact::Absent(None), Fact::known)
    }

    /// The value, if it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Fact::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// Where it was written, or would have been.
    pub fn span(&self) -> Option<Span> {
        match self {
            Fact::Known(_, span) | Fact::Absent(span) => *span,
            Fact::Unknown(_) => None,
        }
    }
}

/// A value as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactValue {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    String(String),
    /// A list of strings.
    List(Vec<String>),
}

impl FactValue {
    /// As it stands in a message.
    pub fn text(&self) -> String {
        match self {
            FactValue::Bool(value) => value.to_string(),
            FactValue::Int(value) => value.to_string(),
            FactValue::String(value) => value.clone(),
            FactValue::List(values) => values.join(", "),
        }
    }
}

/// A type that a field can have.
pub trait FactType: Clone {
    /// Its name in the reference of facts: `bool`, `int`, `string`, `word`, `list of strings`, `list of words`.
    const NAME: &'static str;
    /// The words that there are, for a type of words; empty for any other.
    const WORDS: &'static [WordDoc] = &[];
    /// The value as rules see it.
    fn to_value(&self) -> FactValue;
}

impl FactType for bool {
    const NAME: &'static str = "bool";
    fn to_value(&self) -> FactValue {
        FactValue::Bool(*self)
    }
}

impl FactType for i64 {
    const NAME: &'static str = "int";
    fn to_value(&self) -> FactValue {
        FactValue::Int(*self)
    }
}

impl FactType for String {
    const NAME: &'static str = "string";
    fn to_value(&self) -> FactValue {
        FactValue::String(self.clone())
    }
}

impl FactType for Vec<String> {
    const NAME: &'static str = "list of strings";
    fn to_value(&self) -> FactValue {
        FactValue::List(self.clone())
    }
}

impl<W: Word> FactType for W {
    const NAME: &'static str = "word";
    const WORDS: &'static [WordDoc] = W::WORDS;
    fn to_value(&self) -> FactValue {
        FactValue::String(self.as_str().to_owned())
    }
}

impl<W: Word> FactType for Vec<W> {
    const NAME: &'static str = "list of words";
    const WORDS: &'static [WordDoc] = W::WORDS;
    fn to_value(&self) -> FactValue {
        FactValue::List(self.iter().map(|word| word.as_str().to_owned()).collect())
    }
}

/// A field of a subject with its type erased.
pub type AnyFact = Fact<FactValue>;

/// What the reference of facts says about one field.
#[derive(Clone, Copy, Debug)]
pub struct FieldDoc {
    /// Its name in conditions and messages.
    pub name: &'static str,
    /// Its type: see [`FactType::NAME`].
    pub type_name: &'static str,
    /// What it says, with its unit.
    pub doc: &'static str,
    /// The words that it can be, or that its list can hold; empty where any string can stand there.
    pub words: &'static [WordDoc],
}

/// What the reference of facts says about one subject.
#[derive(Clone, Copy, Debug)]
pub struct SubjectDoc {
    /// Its name in rules.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// True for a subject that is itself a defect: a rule on it holds when there is none.
    pub defect: bool,
    /// Its fields.
    pub fields: &'static [FieldDoc],
}

impl SubjectDoc {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static FieldDoc> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Where a subject stands: what every one of them has besides its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The primary span of a finding whose rule names no other.
    pub span: Span,
    /// The Kubernetes object concerned, e.g. `Service carto-router`.
    pub object: Option<String>,
    /// Other places that explain it: added to each finding about the subject.
    pub labels: Vec<crate::diagnostic::Label>,
}

impl Anchor {
    /// A place with nothing but a span.
    pub fn new(span: Span) -> Self {
        Anchor {
            span,
            object: None,
            labels: Vec::new(),
        }
    }

    /// The same place within an object.
    #[must_use]
    pub fn in_object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }
}

/// That an input went beyond a limit, with its value and how to raise it.
pub fn reached(limits: &Limits, limit: Limit, place: Anchor, message: String) -> ReachedLimit {
    let mut fact = ReachedLimit::new(place);
    fact.limit = Fact::known(limit.name().to_owned());
    fact.value = Fact::known(limit.shown(limits.get(limit)));
    fact.message = Fact::known(message);
    fact.help = Fact::known(limits.help(limit));
    fact
}

/// A subject that rules can be about.
pub trait Subject {
    /// What it is called and what its fields are.
    fn doc(&self) -> &'static SubjectDoc;
    /// Where it stands.
    fn place(&self) -> &Anchor;
    /// A field by its name; `None` for a name that the subject does not have.
    fn field(&self, name: &str) -> Option<AnyFact>;
}

/// Declares the subjects: a struct with typed fields, and the documentation that the reference of facts is made of.
macro_rules! declare_subjects {
    ($(
        $(#[doc = $doc:literal])*
        $(#[defect($defect:literal)])?
        $struct:ident ($name:literal, $list:ident) {
            $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty, )*
        }
    )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug)]
            pub struct $struct {
                /// Where it stands.
                pub place: $crate::facts::Anchor,
                $( $(#[doc = $field_doc])* pub $field: $crate::facts::Fact<$type>, )*
            }

            impl $struct {
                /// Its name, documentation and fields.
                pub const DOC: $crate::facts::SubjectDoc = $crate::facts::SubjectDoc {
                    name: $name,
                    doc: concat!($($doc, "\n"),*),
                    defect: false $(|| $defect)?,
                    fields: &[ $( $crate::facts::FieldDoc {
                        name: stringify!($field),
                        type_name: <$type as $crate::facts::FactType>::NAME,
                        doc: concat!($($field_doc, "\n"),*),
                        words: <$type as $crate::facts::FactType>::WORDS,
                    }, )* ],
                };

                /// A subject at that place, every field absent.
                pub fn new(place: $crate::facts::Anchor) -> Self {
                    $struct { place, $( $field: $crate::facts::Fact::default(), )* }
                }
            }

            impl $crate::facts::Subject for $struct {
                fn doc(&self) -> &'static $crate::facts::SubjectDoc {
                    const { &$struct::DOC }
                }

                fn place(&self) -> &$crate::facts::Anchor {
                    &self.place
                }

                fn field(&self, name: &str) -> Option<$crate::facts::AnyFact> {
                    $( if name == stringify!($field) {
                        return Some(match &self.$field {
                            $crate::facts::Fact::Known(value, span) => {
                                $crate::facts::Fact::Known($crate::facts::FactType::to_value(value), *span)
                            }
                            $crate::facts::Fact::Absent(span) => $crate::facts::Fact::Absent(*span),
                            $crate::facts::Fact::Unknown(supply) => $crate::facts::Fact::Unknown(supply.clone()),
                        });
                    } )*
                    None
                }
            }
        )*

        /// All facts about one release or one set of manifests.
        #[derive(Clone, Debug, Default)]
        pub struct Facts {
            $( $(#[doc = $doc])* pub $list: Vec<$struct>, )*
        }

        impl Facts {
            /// The subjects there are, in the order of the reference.
            pub const SUBJECTS: &'static [$crate::facts::SubjectDoc] = &[ $( $struct::DOC, )* ];

            /// Every subject of that name.
            pub fn of(&self, name: &str) -> Vec<&dyn $crate::facts::Subject> {
                match name {
                    $( $name => self.$list.iter().map(|subject| subject as &dyn $crate::facts::Subject).collect(), )*
                    _ => Vec::new(),
                }
            }
        }
    };
}
pub(crate) use declare_subjects;

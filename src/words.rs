//! Closed words: enumerations that people write and read as words.
//!
//! A fact, a setting or an option that is one word of a list is an enumeration here, so that the compiler knows all of
//! them, and a rule that asks for a word that is not among them is refused.

/// A word and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordDoc {
    /// The word as it is written.
    pub word: &'static str,
    /// Its meaning.
    pub doc: &'static str,
}

/// An enumeration whose values are words.
pub trait Word: Copy + PartialEq + 'static {
    /// All of them, in the order of the reference.
    const WORDS: &'static [WordDoc];

    /// Gives the word as it is written.
    fn as_str(self) -> &'static str;
}

/// Declares enumerations whose values are words. What serde and clap need is passed on.
macro_rules! declare_words {
    ($(
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:path),+ $(,)?)])?
        $(#[cfg_attr($($cfg:tt)+)])?
        $(#[serde($($serde:tt)+)])?
        $name:ident {
            $( $(#[doc = $word_doc:literal])+ $variant:ident = $word:literal, )+
        }
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash $(, $($derive),+)?)]
        $(#[cfg_attr($($cfg)+)])?
        $(#[serde($($serde)+)])?
        pub enum $name {
            $( $(#[doc = $word_doc])+ $variant, )+
        }

        impl $crate::words::Word for $name {
            const WORDS: &'static [$crate::words::WordDoc] = &[ $( $crate::words::WordDoc {
                word: $word,
                doc: concat!($($word_doc, "\n"),+),
            }, )+ ];

            fn as_str(self) -> &'static str {
                $name::as_str(self)
            }
        }

        impl $name {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [$name] = &[ $( $name::$variant, )+ ];

            /// Gives the word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )* };
}
pub(crate) use declare_words;

//! The one place that knows the YAML parser: its events in our words.
//!
//! Everything behind this file could be replaced by another parser without anyone else noticing. Offsets are bytes of
//! the text that was parsed, not yet spans of a file.

use std::{borrow::Cow, ops::Range};

use granit_parser::{
    ErrorKind, Event as Raw, Parser, Placement, ScalarStyle, ScanError, StructureStyle, Tag,
};

use super::{Limits, Style};

/// The next thing that a text holds.
pub(super) enum Event<'t> {
    DocumentStart {
        explicit: bool,
        version: Option<(u32, u32)>,
    },
    DocumentEnd,
    Comment {
        own_line: bool,
    },
    Alias(usize),
    UnknownAlias,
    Scalar {
        text: Cow<'t, str>,
        style: Style,
        anchor: Anchor,
        tag: Option<String>,
    },
    SequenceStart {
        flow: bool,
        anchor: Anchor,
    },
    MappingStart {
        flow: bool,
        anchor: Anchor,
    },
    /// The end of a sequence or mapping.
    End,
}

/// The number of a node's anchor, if it has one.
pub(super) type Anchor = Option<usize>;

/// The reason why a text cannot be parsed.
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// The byte where it shows; for quotes and brackets that are not closed, where they open.
    pub(super) at: usize,
}

/// The parser's errors, grouped by what a person has to do about them.
pub(super) enum FailureKind {
    UnclosedQuote,
    UnclosedBracket,
    MismatchedBracket { open: char, close: char },
    StrayBracket,
    MissingComma { close: char },
    Tab,
    ExpectedKey,
    ExpectedDash,
    Indentation,
    MissingColon,
    UnexpectedColon,
    UnexpectedDash,
    UnexpectedKey,
    Character(char),
    Escape,
    AfterQuote,
    BlockHeader,
    CommentTooClose,
    CommentInText,
    Directive,
    Tag,
    AnchorName,
    DocumentStart,
    Nesting,
    Other(String),
}

/// A reader of events from a text.
pub(super) struct Events<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    len: usize,
}

impl<'t> Events<'t> {
    pub(super) fn new(text: &'t str, limits: &Limits) -> Self {
        let options = granit_parser::options! {
            // With the default of 96, `key:` followed by 97 lines of comments would be an error.
            max_buffered_comment_events: usize::MAX,
            emit_unresolved_aliases: true,
            // As libyaml does, and thereby Helm.
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            flow_nesting_limit: limits.max_nesting,
            block_nesting_limit: limits.max_nesting,
        };
        Events {
            parser: Parser::new_from_str_with_options(text, options),
            len: text.len(),
        }
    }

    /// Returns the next event with the bytes it covers; `None` at the end of the text, and after a failure until
    /// [`Events::skip_document`].
    pub(super) fn next(&mut self) -> Option<Result<(Event<'t>, Range<usize>), Failure>> {
        loop {
            let (raw, span) = match self.parser.next()? {
                Ok(next) => next,
                Err(error) => return Some(Err(failure(&error, self.len))),
            };
            let range = span.byte_range().unwrap_or_default();
            let event = match raw {
                Raw::StreamStart | Raw::Anchor(..) => continue,
                Raw::StreamEnd => return None,
                Raw::DocumentStart(explicit, version) => Event::DocumentStart {
                    explicit,
                    version: version.map(|version| (version.major, version.minor)),
                },
                Raw::DocumentEnd => Event::DocumentEnd,
                Raw::Comment(_, placement) => Event::Comment {
                    own_line: placement != Placement::Right,
                },
                Raw::Alias(id) => Event::Alias(id),
                Raw::UnresolvedAlias(_) => Event::UnknownAlias,
                Raw::Scalar(text, style, anchor, tag) => Event::Scalar {
                    // A value that was left out comes as `~`.
                    text: if range.is_empty() && style == ScalarStyle::Plain {
                        Cow::Borrowed("")
                    } else {
                        text
                    },
                    style: match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::SingleQuoted => Style::SingleQuoted,
                        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                        ScalarStyle::Literal => Style::Literal,
                        ScalarStyle::Folded => Style::Folded,
                    },
                    anchor: anchor_of(anchor),
                    tag: tag.as_deref().map(Tag::to_string),
                },
                Raw::SequenceStart(style, anchor, _) => Event::SequenceStart {
                    flow: style == StructureStyle::Flow,
                    anchor: anchor_of(anchor),
                },
                Raw::MappingStart(style, anchor, _) => Event::MappingStart {
                    flow: style == StructureStyle::Flow,
                    anchor: anchor_of(anchor),
                },
                Raw::SequenceEnd | Raw::MappingEnd => Event::End,
                _ => continue,
            };
            return Some(Ok((event, range)));
        }
    }

    /// Abandons the current document; false if there is none after it.
    pub(super) fn skip_document(&mut self) -> bool {
        self.parser.proceed_next_document().unwrap_or(false)
    }
}

/// Turns the parser's number of an anchor, which counts from 1, into ours.
fn anchor_of(id: usize) -> Anchor {
    (id != 0).then_some(id)
}

fn failure(error: &ScanError, len: usize) -> Failure {
    use ErrorKind as E;
    let kind = match error.kind() {
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => FailureKind::UnclosedQuote,
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => FailureKind::UnclosedBracket,
        E::MismatchedFlowCollectionEnd { open, close } => FailureKind::MismatchedBracket {
            open: *open,
            close: *close,
        },
        E::MisplacedFlowCollectionEnd => FailureKind::StrayBracket,
        E::ExpectedFlowMappingSeparator => FailureKind::MissingComma { close: '}' },
        E::ExpectedFlowSequenceSeparator => FailureKind::MissingComma { close: ']' },
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => FailureKind::Tab,
        E::ExpectedBlockMappingKey => FailureKind::ExpectedKey,
        E::ExpectedBlockSequenceEntry => FailureKind::ExpectedDash,
        E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent => FailureKind::Indentation,
        E::SimpleKeyExpected | E::InvalidSimpleKey => FailureKind::MissingColon,
        E::MappingValueNotAllowed
        | E::InvalidColonPlacement
        | E::FlowMappingValueAdjacentCollection
        | E::InvalidMappingValueWhitespace => FailureKind::UnexpectedColon,
        E::BlockSequenceEntryNotAllowed
        | E::BlockEntryInFlowCollection
        | E::InvalidBlockEntryWhitespace
        | E::PlainScalarStartsWithDashFlowIndicator => FailureKind::UnexpectedDash,
        E::MappingKeyNotAllowed => FailureKind::UnexpectedKey,
        E::UnexpectedCharacter { character } => FailureKind::Character(*character),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => FailureKind::Escape,
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            FailureKind::AfterQuote
        }
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => FailureKind::BlockHeader,
        E::CommentNotSeparated => FailureKind::CommentTooClose,
        E::CommentInterceptedScalar => FailureKind::CommentInText,
        E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::MissingDocumentEndBeforeDirective
        | E::InvalidDirectiveTerminator
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::ExpectedTagDirectiveBang
        | E::InvalidTagDirectiveTerminator => FailureKind::Directive,
        E::UndeclaredTagHandle
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => FailureKind::Tag,
        E::MissingAnchorOrAliasName => FailureKind::AnchorName,
        E::ExpectedDocumentStart | E::InvalidDocumentEnd => FailureKind::DocumentStart,
        E::RecursionLimitExceeded => FailureKind::Nesting,
        _ => FailureKind::Other(error.info()),
    };
    Failure {
        kind,
        at: error.marker().byte_offset().unwrap_or(len).min(len),
    }
}

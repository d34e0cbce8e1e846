//! DER, element by element: enough to read the public half of a private key and to tell one kind of file from another.
//!
//! A walk over borrowed bytes: nothing is kept of what is read, as the typed readers of `asn1-rs` would.

use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::nom;

/// A reader of one element after the other.
#[derive(Clone, Copy)]
pub(crate) struct DerReader<'a> {
    rest: &'a [u8],
}

// Tags with class and form, as they stand in one byte.
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;

impl<'a> DerReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        DerReader { rest: bytes }
    }

    /// Reads the next element: its tag and its content. `None` at the end, and where the bytes are not DER.
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, _) = self.rest.split_first()?;
        let (rest, element) = Any::from_der(self.rest).ok()?;
        self.rest = rest;
        Some((tag, element.data))
    }

    /// Reads the next element if it has that tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = *self;
        match self.next() {
            Some((found, content)) if found == tag => Some(content),
            _ => {
                *self = before;
                None
            }
        }
    }

    /// Enters the next element, which must be a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Option<DerReader<'a>> {
        self.take(SEQUENCE).map(DerReader::new)
    }

    /// Reads the next element, a non-negative INTEGER, without leading zeros.
    pub(crate) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let mut digits = self.take(INTEGER)?;
        while let [0, rest @ ..] = digits {
            digits = rest;
        }
        Some(digits)
    }

    /// Reads the next element, a BIT STRING of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.take(BIT_STRING)? {
            [0, bits @ ..] => Some(bits),
            _ => None,
        }
    }
}

/// Tells whether the bytes begin a SEQUENCE that is longer than they are: a file that was cut off.
pub(crate) fn is_cut_off(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SEQUENCE) && matches!(Any::from_der(bytes), Err(nom::Err::Incomplete(_)))
}

/// Counts the bits of a number that is given without leading zeros.
pub(crate) fn bit_length(digits: &[u8]) -> usize {
    digits
        .first()
        .map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

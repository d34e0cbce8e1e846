//! Just enough DER to read the public half of a private key and to tell one kind of file from another.
//!
//! Definite lengths only. Nothing here allocates, and nothing is kept of what is read.

/// Reads one element after the other.
#[derive(Clone, Copy)]
pub(crate) struct DerReader<'a> {
    rest: &'a [u8],
}

/// One element: its tag byte and what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    /// Class, form and number in one byte; higher tag numbers are not read.
    pub tag: u8,
    /// The content.
    pub content: &'a [u8],
}

/// INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;

impl<'a> DerReader<'a> {
    /// Reads these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        DerReader { rest: bytes }
    }

    /// The next element, whatever it is; `None` at the end and where the bytes are no DER.
    pub(crate) fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, mut rest) = rest.split_first()?;
        let mut len = usize::from(first);
        if first >= 0x80 {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (digits, after) = rest.split_at_checked(count)?;
            len = digits
                .iter()
                .fold(0, |len, digit| (len << 8) | usize::from(*digit));
            rest = after;
        }
        let (content, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some(Element { tag, content })
    }

    /// The next element if it has that tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let element = ahead.next()?;
        if element.tag != tag {
            return None;
        }
        *self = ahead;
        Some(element.content)
    }

    /// A reader of the next element, which must be a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Option<DerReader<'a>> {
        self.take(SEQUENCE).map(DerReader::new)
    }

    /// The next element, a non-negative INTEGER, without leading zeros.
    pub(crate) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let mut digits = self.take(INTEGER)?;
        while let [0, rest @ ..] = digits {
            digits = rest;
        }
        Some(digits)
    }

    /// The next element, a BIT STRING of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.take(BIT_STRING)? {
            [0, bits @ ..] => Some(bits),
            _ => None,
        }
    }
}

/// True where the bytes begin an element that is longer than they are: a file that was cut off.
pub(crate) fn is_cut_off(bytes: &[u8]) -> bool {
    let [SEQUENCE, first, rest @ ..] = bytes else {
        return bytes == [SEQUENCE];
    };
    let count = usize::from(first & 0x7f);
    if *first < 0x80 {
        return rest.len() < usize::from(*first);
    }
    if count == 0 || count > 4 {
        return false;
    }
    let Some((digits, content)) = rest.split_at_checked(count) else {
        return true;
    };
    let len = digits
        .iter()
        .fold(0, |len, digit| (len << 8) | usize::from(*digit));
    content.len() < len
}

/// How many bits a number has, given without leading zeros.
pub(crate) fn bit_length(digits: &[u8]) -> usize {
    digits
        .first()
        .map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

//! Bytes to text.

/// Decodes a file: returns its text, and the offset in it of the first byte that was not text in the file's encoding.
///
/// UTF-8, and UTF-16 where a byte order mark says so: Helm's parser reads both. Offsets are those of the text, which for
/// UTF-16 are not those of the file.
pub(super) fn decode(bytes: Vec<u8>) -> (String, Option<usize>) {
    match bytes.as_slice() {
        // UTF-32 begins with the mark of UTF-16; nobody reads it.
        [0xff, 0xfe, 0, 0, ..] => {}
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                Some(at),
            )
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, Option<usize>) {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut wrong = None;
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let character = character.unwrap_or_else(|_| {
            wrong.get_or_insert(text.len());
            char::REPLACEMENT_CHARACTER
        });
        text.push(character);
    }
    if !odd.is_empty() {
        wrong.get_or_insert(text.len());
    }
    (text, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_saved_by_notepad_as_utf_16_reads_like_any_other() {
        let text = "router: größe\n";
        let mut little = vec![0xff, 0xfe];
        little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode(little), (text.to_owned(), None));
        let mut big = vec![0xfe, 0xff];
        big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(decode(big), (text.to_owned(), None));
    }

    #[test]
    fn what_is_not_text_is_said_to_begin_at_its_first_byte() {
        assert_eq!(decode(b"a: gr\xf6\xdfe".to_vec()).1, Some(5));
        assert_eq!(
            decode(vec![0xff, 0xfe, b'a', 0, b'b']),
            ("a".to_owned(), Some(1))
        );
    }
}

//! Base 64 and checksums.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

use super::super::eval::{Eval, EvalResult};
use super::super::value::Value;
use super::print::of_text;
use super::{Deep, Function, function, made, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("b64enc", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| STANDARD.encode(text))
    }),
    function("b64dec", 1, 1, Deep, b64dec),
    function("sha256sum", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            hexadecimal(&Sha256::digest(text.as_bytes()))
        })
    }),
    function("sha512sum", 1, 1, Deep, |eval, arguments| {
        of_text(eval, arguments, |text| {
            hexadecimal(&Sha512::digest(text.as_bytes()))
        })
    }),
];

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Line breaks are skipped, as in Go. Where the string is not base64, Sprig gives Go's error message as the result.
fn b64dec(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    let text = text(eval, arguments, 0)?;
    let packed: String = text
        .chars()
        .filter(|at| !matches!(at, '\r' | '\n'))
        .collect();
    match STANDARD.decode(packed.as_bytes()).map(String::from_utf8) {
        Ok(Ok(text)) => made(eval, text),
        Ok(Err(_)) => Ok(Value::Opaque("`b64dec`: the bytes are not text".into())),
        Err(_) => Ok(Value::Opaque("`b64dec`: the string is not base64".into())),
    }
}

//! Certificates and keys, broken at random (always in the same ways): nothing panics, hangs, or points outside of its text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod target;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const CERTIFICATES: [&str; 4] = [
    include_str!("pem/chain.pem"),
    include_str!("pem/root.pem"),
    include_str!("pem/rsa-1024-chain.pem"),
    include_str!("pem/public-intermediate.pem"),
];

const KEYS: [&str; 5] = [
    include_str!("pem/chain.key"),
    include_str!("pem/rsa-512.key"),
    include_str!("pem/sec1.key"),
    include_str!("pem/ed25519.key"),
    include_str!("pem/encrypted.key"),
];

#[test]
fn thousands_of_broken_inputs_neither_panic_nor_hang() {
    let mut random = Random(0x05ee_d0fc_a571_e501);
    for round in 0..3_000 {
        let bundle = CERTIFICATES[random.next() % CERTIFICATES.len()];
        let key = KEYS[random.next() % KEYS.len()];
        let [bundle, key] = [bundle, key].map(|text| match round % 2 {
            0 => random.broken(text.as_bytes()),
            // Below base64, where the readers of DER are.
            _ => random.broken_below(text),
        });
        target::run(&bundle, Some(&key), Some(CERTIFICATES[1].as_bytes()));
    }
}

#[test]
fn each_whole_file_holds() {
    for bundle in CERTIFICATES {
        for key in KEYS {
            target::run(bundle.as_bytes(), Some(key.as_bytes()), None);
            target::run(key.as_bytes(), Some(bundle.as_bytes()), None);
            target::run(STANDARD.encode(bundle).as_bytes(), None, None);
        }
    }
}

/// A generator of numbers that is the same everywhere (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next() % 256).unwrap()
    }

    fn broken(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.next() % 4 {
            if bytes.is_empty() {
                break;
            }
            let at = self.next() % bytes.len();
            let other = self.next() % bytes.len();
            let (start, end) = (at.min(other), at.max(other));
            match self.next() % 6 {
                0 => bytes[at] = self.byte(),
                1 => bytes[at] ^= 1 << (self.next() % 8),
                2 => drop(bytes.drain(start..end.min(start + 40))),
                3 => bytes.truncate(at),
                4 => bytes.insert(at, self.byte()),
                _ => {
                    let piece = bytes[start..end].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        bytes
    }

    /// Breaks what the first block holds, and leaves the block whole.
    fn broken_below(&mut self, text: &str) -> Vec<u8> {
        let mut lines = text.lines().skip_while(|line| !line.starts_with("-----"));
        let begin = lines.next().unwrap();
        let body: String = lines
            .take_while(|line| !line.starts_with("-----"))
            .collect();
        let body = STANDARD.encode(self.broken(&STANDARD.decode(body).unwrap()));
        let end = begin.replace("BEGIN", "END");
        format!("{begin}\n{body}\n{end}\n").into_bytes()
    }
}

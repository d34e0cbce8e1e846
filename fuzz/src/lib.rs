//! The fuzz targets' common part: the properties of `tests/properties/`, and a mutator that edits inputs as that test does.

#[path = "../../tests/properties/targets/mod.rs"]
pub mod targets;

use std::path::Path;

pub use libfuzzer_sys;
use libfuzzer_sys::fuzzer_mutate;

use targets::edits::Edit;
use targets::seeds::Seeds;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Changes an input: one time in four as libFuzzer does, else by a few edits in the language of the input.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, seeds: &Seeds) -> usize {
    let mut chance = Chance(u64::from(seed));
    if chance.next() % 4 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut edited = data[..size].to_vec();
    for _ in 0..chance.next() % 4 + 1 {
        let edit = Edit {
            how: chance.next() as u8,
            at: chance.next() as u32,
            what: chance.next() as u32,
        };
        edit.apply(&mut edited, seeds);
    }
    let length = edited.len().min(max_size);
    data[..length].copy_from_slice(&edited[..length]);
    length
}

/// Numbers from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The body of a fuzz target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        static SEEDS: std::sync::LazyLock<$crate::targets::seeds::Seeds> =
            std::sync::LazyLock::new(|| $crate::targets::seeds::Seeds::of($name, $crate::root()));

        use $crate::libfuzzer_sys;

        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            let target = $crate::targets::target($name).expect("a target of that name");
            (target.run)(data);
        });

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate(data, size, max_size, seed, &SEEDS)
        });
    };
}

//! The cases for human eyes.

use super::*;

/// Prints every case as a terminal would get it: `cargo test report::cases::look -- --ignored --nocapture`.
#[test]
#[ignore = "for eyes only"]
fn look() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let options = Options {
        color: number("LOOK_COLOR", 1) == 1,
        width: number("COLUMNS", 80),
        unicode: number("LOOK_UNICODE", 1) == 1,
        links: number("LOOK_COLOR", 1) == 1,
        ..Options::default()
    };
    for (name, case) in all() {
        println!("######## {name}");
        print!("{}", case.rendered(Format::Pretty, &options));
    }
}

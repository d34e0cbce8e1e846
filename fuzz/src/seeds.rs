//! Writes what fuzzing starts from: `corpus/TARGET/seed-N`, and the words of each target as `dictionaries/TARGET.dict`.

use std::fmt::Write as _;
use std::fs;
use std::io;

use portolan_fuzz::root;
use portolan_fuzz::targets::TARGETS;
use portolan_fuzz::targets::seeds::Seeds;

/// libFuzzer takes no longer words.
const LONGEST: usize = 60;

fn main() -> io::Result<()> {
    let here = root().join("fuzz");
    fs::create_dir_all(here.join("dictionaries"))?;
    for target in TARGETS {
        let seeds = Seeds::of(target.name, root());
        let corpus = here.join("corpus").join(target.name);
        fs::create_dir_all(&corpus)?;
        for (number, text) in seeds.texts.iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number}")), text)?;
        }
        let mut dictionary = String::new();
        for word in seeds.words.iter().filter(|word| word.len() <= LONGEST) {
            let mut escaped = String::new();
            for byte in word.bytes() {
                match byte {
                    b'"' | b'\\' => write!(escaped, "\\{}", byte as char),
                    b' '..=b'~' => write!(escaped, "{}", byte as char),
                    _ => write!(escaped, "\\x{byte:02x}"),
                }
                .map_err(io::Error::other)?;
            }
            writeln!(dictionary, "\"{escaped}\"").map_err(io::Error::other)?;
        }
        fs::write(
            here.join("dictionaries")
                .join(format!("{}.dict", target.name)),
            dictionary,
        )?;
        println!(
            "{}: {} inputs, {} words",
            target.name,
            seeds.texts.len(),
            seeds.words.len()
        );
    }
    Ok(())
}

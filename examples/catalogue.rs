//! Rewrites `chart/keys.txt` from the chart's `values.yaml` files.
//!
//! ```sh
//! PORTOLAN_CORPUS=../shared/corpus cargo run --example catalogue > chart/keys.txt
//! ```

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use portolan::catalogue::{CatalogueBuilder, EXCEPTIONS_TEXT, Exceptions};

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = env::var("PORTOLAN_CORPUS")
        .map_err(|_| "PORTOLAN_CORPUS does not name the folder that holds `chart-values`")?;
    let folder = Path::new(&corpus).join("chart-values");
    let mut gatherer = CatalogueBuilder::default();
    for row in fs::read_to_string(folder.join("index.csv"))?
        .lines()
        .skip(1)
    {
        let mut columns = row.split(',');
        let (release, file) = (columns.next(), columns.nth(1));
        let (Some(release), Some(file)) = (release, file) else {
            return Err(format!("index.csv: `{row}` has no three columns").into());
        };
        gatherer.add(release, &fs::read_to_string(folder.join(file))?)?;
    }
    let catalogue = gatherer.finish(&Exceptions::parse(EXCEPTIONS_TEXT)?)?;
    print!("{}", catalogue.print());
    Ok(())
}

//! Writes a demo district: `generate DIR [PEOPLE [SEED]]`.

use std::path::Path;

use yike_demo::{DEFAULT_PEOPLE, DemoOptions, generate};
use yike_streets::progress::Quiet;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: generate DIR [PEOPLE [SEED]]")?;
    let people = args.next().map_or(Ok(DEFAULT_PEOPLE), |n| n.parse())?;
    let seed = args.next().map_or(Ok(1), |n| n.parse())?;
    let data_date = jiff::civil::date(2025, 6, 30);
    let options = DemoOptions { people, seed, out: Path::new(&out), data_date };
    let report = generate(&options, &Quiet)?;
    eprintln!("{report:#?}");
    Ok(())
}

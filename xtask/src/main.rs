//! House checks of Yike: `cargo x tidy` and `cargo x arrows`.
//!
//! They also run as ordinary tests of this package, so `cargo nextest run` finds an untidy tree too.

mod arrows;
mod repo;
mod rust_source;
mod test_files;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::repo::Repo;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the named check; `true` when nothing fails.
fn run() -> Result<bool> {
    let repo = Repo::open()?;
    let check = std::env::args().nth(1).unwrap_or_default();
    let findings = match check.as_str() {
        "tidy" => tidy::check(&repo)?,
        "arrows" => arrows::check(&repo)?,
        _ => bail!("usage: cargo x tidy | arrows"),
    };
    for finding in &findings {
        eprintln!("{finding}");
    }
    let failing = findings.iter().filter(|f| f.fails).count();
    eprintln!("{check}: {failing} to mend, {} to look at", findings.len() - failing);
    Ok(failing == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Finding;

    /// The findings that fail, as text: empty for a tidy tree.
    fn failing(findings: &[Finding]) -> Vec<String> {
        findings.iter().filter(|f| f.fails).map(Finding::to_string).collect()
    }

    #[test]
    fn the_tree_is_tidy() {
        let findings = tidy::check(&Repo::open().unwrap()).unwrap();
        assert_eq!(failing(&findings), Vec::<String>::new());
    }

    #[test]
    fn the_arrows_hold() {
        let findings = arrows::check(&Repo::open().unwrap()).unwrap();
        assert_eq!(failing(&findings), Vec::<String>::new());
    }
}

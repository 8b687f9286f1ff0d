//! Which Rust files hold tests only: by their folder, or by the `mod` line that names them.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::repo::Repo;
use crate::rust_source::RustSource;

/// The files (`a/tests.rs`) and folders (`a/tests/`) of modules under `#[cfg(test)]`.
pub struct TestFiles(BTreeSet<String>);

impl TestFiles {
    /// Reads every Rust file of the tree.
    pub fn find(repo: &Repo) -> Result<Self> {
        let mut files = BTreeSet::new();
        for file in repo.rust_files("") {
            let text = String::from_utf8(repo.bytes(file)?)?;
            // A file that cannot be read as Rust is reported by tidy.
            let Ok(source) = RustSource::parse(&text) else { continue };
            for (name, path) in &source.test_modules {
                files.extend(module_files(file, name, path.as_deref()));
            }
        }
        Ok(Self(files))
    }

    /// Whether a file is for tests, benches or examples only.
    pub fn contains(&self, file: &str) -> bool {
        ["/tests/", "/benches/", "/examples/"].iter().any(|folder| file.contains(folder))
            || self.0.iter().any(|t| file == t || (t.ends_with('/') && file.starts_with(t)))
    }
}

/// Where `mod name;` in `file` may lie.
fn module_files(file: &str, name: &str, path: Option<&str>) -> [String; 2] {
    let (folder, own) = file.rsplit_once('/').unwrap_or(("", file));
    let own = own.trim_end_matches(".rs");
    match path {
        Some(path) => {
            let module = format!("{folder}/{path}");
            [module.trim_end_matches(".rs").to_owned() + "/", module]
        }
        None if ["mod", "lib", "main"].contains(&own) => {
            [format!("{folder}/{name}.rs"), format!("{folder}/{name}/")]
        }
        None => [format!("{folder}/{own}/{name}.rs"), format!("{folder}/{own}/{name}/")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_known_by_their_folder_or_their_mod_line() {
        let at = |file, path| module_files(file, "t", path);
        assert_eq!(at("a/src/lib.rs", None), ["a/src/t.rs", "a/src/t/"]);
        assert_eq!(at("a/src/b.rs", None), ["a/src/b/t.rs", "a/src/b/t/"]);
        assert_eq!(at("a/src/b.rs", Some("b_tests.rs"))[1], "a/src/b_tests.rs");
        let known = TestFiles(BTreeSet::from(at("a/src/lib.rs", None)));
        assert!(known.contains("a/src/t.rs") && known.contains("a/src/t/x.rs"));
        assert!(known.contains("a/tests/it/main.rs"));
        assert!(!known.contains("a/src/other.rs"));
    }
}

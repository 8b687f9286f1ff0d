//! What the checks know of one Rust file: its functions, which lines are tests, its tokens.

use std::ops::RangeInclusive;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A parsed Rust file.
pub struct RustSource {
    /// Whether the file opens with `//!` or `/*!`.
    pub headed: bool,
    /// Number of lines outside tests.
    pub production_lines: usize,
    /// Name, first line and number of lines of each function with a body.
    pub functions: Vec<(String, usize, usize)>,
    /// Every token with its line, groups opened up, comments and literals' text left out; after them
    /// each import written out, so that `use std::{fs, io}` also reads `std :: fs` and `std :: io`.
    pub tokens: Vec<(usize, String)>,
    /// Modules under `#[cfg(test)]` that lie in files of their own: name and `#[path]`, if any.
    pub test_modules: Vec<(String, Option<String>)>,
    tests: Vec<RangeInclusive<usize>>,
}

impl RustSource {
    /// Parses a file; the error names the line.
    pub fn parse(source: &str) -> Result<Self, String> {
        let at = |e: &syn::Error| format!("line {}: {e}", e.span().start().line);
        let file = syn::parse_file(source).map_err(|e| at(&e))?;
        let stream: TokenStream = source.parse().map_err(|e| format!("{e}"))?;
        let mut finder = Finder::default();
        finder.visit_file(&file);
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        tokens.append(&mut finder.imports);
        let tests = std::mem::take(&mut finder.tests);
        let in_tests = |line: usize| tests.iter().any(|t| t.contains(&line));
        let production_lines = (1..=source.lines().count()).filter(|&l| !in_tests(l)).count();
        let headed = source.starts_with("//!") || source.starts_with("/*!");
        let Finder { functions, test_modules, .. } = finder;
        Ok(Self { headed, production_lines, functions, tokens, test_modules, tests })
    }

    /// Whether a line lies in an item under `#[cfg(test)]` or `#[test]`.
    pub fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|t| t.contains(&line))
    }

    /// The lines where a sequence of tokens stands, written with blanks between (`. unwrap (`).
    pub fn lines_with(&self, sequence: &str) -> Vec<usize> {
        let wanted: Vec<&str> = sequence.split(' ').collect();
        let matches = |window: &&[(usize, String)]| {
            window.iter().zip(&wanted).all(|((_, token), want)| token == want)
        };
        let windows = self.tokens.windows(wanted.len());
        let mut lines: Vec<usize> = windows.filter(matches).map(|window| window[0].0).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}

/// Collects functions and the line ranges of tests.
#[derive(Default)]
struct Finder {
    functions: Vec<(String, usize, usize)>,
    tests: Vec<RangeInclusive<usize>>,
    test_modules: Vec<(String, Option<String>)>,
    imports: Vec<(usize, String)>,
}

impl Finder {
    /// Writes out the paths of an import, `path` being what stands before `tree`.
    fn import(&mut self, tree: &syn::UseTree, path: &[String]) {
        let line = tree.span().start().line;
        let with = |name: &syn::Ident| [path, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(p) => {
                let path = [with(&p.ident), vec![":".to_owned(), ":".to_owned()]].concat();
                self.import(&p.tree, &path);
            }
            syn::UseTree::Group(g) => g.items.iter().for_each(|item| self.import(item, path)),
            syn::UseTree::Name(n) => self.write_out(line, with(&n.ident)),
            syn::UseTree::Rename(r) => self.write_out(line, with(&r.ident)),
            syn::UseTree::Glob(_) => self.write_out(line, path.to_vec()),
        }
    }

    fn write_out(&mut self, line: usize, path: Vec<String>) {
        self.imports.extend(path.into_iter().chain([";".to_owned()]).map(|token| (line, token)));
    }

    fn function(&mut self, signature: &syn::Signature, end: usize) {
        let start = signature.fn_token.span.start().line;
        self.functions.push((signature.ident.to_string(), start, end + 1 - start));
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Fn(i) => &i.attrs,
            syn::Item::Mod(i) => &i.attrs,
            syn::Item::Impl(i) => &i.attrs,
            syn::Item::Use(i) => &i.attrs,
            syn::Item::Struct(i) => &i.attrs,
            syn::Item::Const(i) => &i.attrs,
            _ => &[],
        };
        if attributes.iter().any(is_test_attribute) {
            self.tests.push(item.span().start().line..=item.span().end().line);
            if let syn::Item::Mod(syn::ItemMod { ident, content: None, .. }) = item {
                self.test_modules.push((ident.to_string(), attributes.iter().find_map(path_of)));
            }
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, item.block.span().end().line);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, item.block.span().end().line);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block.span().end().line);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// `#[cfg(test)]`, `#[test]`, `#[tokio::test]` and the like.
fn is_test_attribute(attribute: &syn::Attribute) -> bool {
    let path = attribute.path();
    if path.is_ident("cfg") {
        return attribute.parse_args::<syn::Ident>().is_ok_and(|i| i == "test");
    }
    path.segments.last().is_some_and(|s| s.ident == "test")
}

/// The file in `#[path = "file.rs"]`.
fn path_of(attribute: &syn::Attribute) -> Option<String> {
    let pair = attribute.meta.require_name_value().ok().filter(|p| p.path.is_ident("path"))?;
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(file), .. }) = &pair.value else {
        return None;
    };
    Some(file.value())
}

/// Opens groups up. Doc comments reach us as `#[doc = "..."]`, so their text is a literal too.
fn flatten(stream: TokenStream, tokens: &mut Vec<(usize, String)>) {
    use proc_macro2::Delimiter::{Brace, Bracket, None, Parenthesis};
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Parenthesis => ("(", ")"),
                    Brace => ("{", "}"),
                    Bracket => ("[", "]"),
                    None => ("", ""),
                };
                tokens.push((line, open.to_owned()));
                flatten(group.stream(), tokens);
                tokens.push((group.span_close().start().line, close.to_owned()));
            }
            TokenTree::Literal(_) => tokens.push((line, "literal".to_owned())),
            other => tokens.push((line, other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Head.\n\nfn a() {\n    b();\n}\n\n#[cfg(test)]\nmod tests {\n    \
                          #[test]\n    fn c() {\n        x.unwrap();\n    }\n}\n";

    #[test]
    fn functions_tests_and_lines_are_told_apart() {
        let source = RustSource::parse(SOURCE).unwrap();
        assert!(source.headed);
        assert_eq!(source.functions, [("a".to_owned(), 3, 3), ("c".to_owned(), 10, 3)]);
        assert_eq!(source.production_lines, 6);
        assert!(source.is_test(11) && !source.is_test(4));
    }

    #[test]
    fn a_sequence_is_found_in_code_and_not_in_comments_or_texts() {
        let source = RustSource::parse(
            "/// .unwrap()\nfn a() {\n    // .unwrap()\n    let x = \".unwrap()\";\n    \
             assert!(\n        y.unwrap());\n}\n",
        );
        assert_eq!(source.unwrap().lines_with(". unwrap ("), [6]);
    }

    #[test]
    fn imports_are_written_out() {
        let source =
            RustSource::parse("use std::{collections::BTreeMap, fs::{self, File}};\n").unwrap();
        assert_eq!(source.lines_with("std : : fs : : File"), [1]);
        assert_eq!(source.lines_with("std : : fs"), [1]);
        assert_eq!(source.lines_with("std : : io"), Vec::<usize>::new());
    }

    #[test]
    fn a_broken_file_names_its_line() {
        let error = RustSource::parse("fn a() {}\nfn (").err().unwrap();
        assert!(error.contains("line 2") || error.contains("lex"), "{error}");
    }
}

//! The schema's text is portable: every migration parses in both dialects, and holds none of the
//! things the two databases do differently.

use sqlparser::ast::{ColumnOption, DataType, Statement};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

fn migrations() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    all.sort();
    all
}

fn parse(name: &str, sql: &str, dialect: &dyn Dialect) -> Vec<Statement> {
    Parser::parse_sql(dialect, sql).unwrap_or_else(|why| panic!("{name} in {dialect:?}: {why}"))
}

/// Every file in the folder is in the list, in order, and both read it the same.
#[test]
fn parse_alike_in_both_dialects() {
    let all = migrations();
    let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, yike_store::testing::migration_names());
    for (n, (name, sql)) in (1..).zip(&all) {
        assert!(name.starts_with(&format!("{n:04}_")), "{name} is step {n}");
        let sqlite = parse(name, sql, &SQLiteDialect {});
        assert_eq!(sqlite, parse(name, sql, &PostgreSqlDialect {}), "{name}");
        assert!(!sqlite.is_empty(), "{name} is empty");
    }
}

/// Five column types, no defaults that compute, no serials; a table's key begins with the district.
#[test]
fn only_the_portable_subset() {
    for (name, sql) in migrations() {
        for statement in parse(&name, &sql, &SQLiteDialect {}) {
            match statement {
                Statement::CreateTable(table) => check_table(&table),
                Statement::CreateIndex(_) => {}
                other => panic!("{name}: {other} is not portable, or not forward"),
            }
        }
    }
}

fn check_table(table: &sqlparser::ast::CreateTable) {
    for column in &table.columns {
        let portable = matches!(
            column.data_type,
            DataType::Text
                | DataType::BigInt(None)
                | DataType::Integer(None)
                | DataType::DoublePrecision
                | DataType::Bytea
        );
        assert!(portable, "{}.{}: {}", table.name, column.name, column.data_type);
        for option in &column.options {
            let plain = matches!(option.option, ColumnOption::NotNull | ColumnOption::Null);
            assert!(plain, "{}.{}: {}", table.name, column.name, option.option);
        }
    }
    let first = table.columns.first().unwrap();
    assert_eq!(first.name.value, "district", "{}", table.name);
    let keys: Vec<String> = table.constraints.iter().map(ToString::to_string).collect();
    assert!(
        keys.iter().any(|key| key.starts_with("PRIMARY KEY (district")),
        "{}: {keys:?}",
        table.name
    );
    assert!(keys.iter().all(|key| key.contains("(district")), "{}: {keys:?}", table.name);
}

/// Every public function of the store is called by some test, so that none works on one database only.
#[test]
fn every_function_is_tested() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    for entry in std::fs::read_dir(root.join("tests/it")).unwrap() {
        tests += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let mut untested = Vec::new();
    for folder in ["src", "src/places"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let ours = path.extension().is_some_and(|e| e == "rs") && !path.ends_with("testing.rs");
            if !ours {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let names = source.lines().filter_map(|line| line.strip_prefix("    pub async fn "));
            let names = names.map(|rest| rest.split(['(', '<']).next().unwrap().to_owned());
            let called = |name: &str| {
                let calls = [".", "::"]
                    .map(|before| [format!("{before}{name}("), format!("{before}{name}::<")]);
                calls.iter().flatten().any(|call| tests.contains(call))
            };
            untested.extend(names.filter(|name| !called(name)));
        }
    }
    assert!(untested.is_empty(), "no test calls {untested:?}");
}

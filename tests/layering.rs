//! Rooms import only what the table allows, so that each can be read with nothing but its lower neighbours in mind.

use std::collections::BTreeSet;
use std::path::Path;

use walkdir::WalkDir;

/// A room (a module at the top of `src/`) and the rooms it may import.
struct Room {
    name: &'static str,
    may: May,
}

enum May {
    Any,
    Only(&'static [&'static str]),
}

/// The rooms, lowest first; a row names rows above it only.
const ROOMS: &[Room] = &[
    room("model", &[]),
    room("finding", &["model"]),
    room("archive", &["model"]),
    room("layout", &["model"]),
    room("scan", &["model"]),
    room("graph", &["model"]),
    room("ingest", &["archive", "layout", "scan", "graph", "model"]),
    room("mtc", &["graph", "model"]),
    room("rules", &["finding", "graph", "mtc", "scan", "model"]),
    // A case feeds made-up log lines through the scanner, hence `scan`.
    room("engine", &["rules", "scan", "finding", "graph", "mtc", "model"]),
    room("views", &["graph", "mtc", "finding", "model"]),
    room("output", &["finding", "model"]),
    Room { name: "pipeline", may: May::Any },
    room("batch", &["pipeline", "engine", "output", "finding", "model"]),
    Room { name: "cli", may: May::Any },
    Room { name: "lib", may: May::Any },
    Room { name: "main", may: May::Any },
];

const fn room(name: &'static str, may: &'static [&'static str]) -> Room {
    Room { name, may: May::Only(may) }
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in WalkDir::new(&src).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    assert!(!files.is_empty(), "no source below {}", src.display());
    let problems = check(&files);
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn a_row_names_only_rows_above_it() {
    for (index, room) in ROOMS.iter().enumerate() {
        let May::Only(may) = room.may else { continue };
        for lower in may {
            let above = ROOMS[..index].iter().any(|row| row.name == *lower);
            assert!(above, "the row `{}` names `{lower}`, which is not above it: two rooms may not need each other", room.name);
        }
    }
}

/// Problems of all files, given by path below `src/` and text.
fn check(files: &[(String, String)]) -> Vec<String> {
    let tests: BTreeSet<String> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let mut problems = Vec::new();
    let mut unknown = BTreeSet::new();
    for (path, text) in files {
        let modules = module_path(path);
        let name = modules.first().copied().unwrap_or_else(|| if path == "main.rs" { "main" } else { "lib" });
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            if unknown.insert(name) {
                problems.push(format!(
                    "src/{path}:1: the room `{name}` is not in the table: add a row to ROOMS in tests/layering.rs that says what it may import"
                ));
            }
            continue;
        };
        let May::Only(may) = room.may else { continue };
        if (1..=modules.len()).any(|depth| tests.contains(&modules[..depth].join("/"))) {
            continue;
        }
        for (line, import) in imports(&product(text), modules.len()) {
            if import != name && !may.contains(&import.as_str()) {
                let allowed = if may.is_empty() { "no other room".to_owned() } else { format!("only {}", may.join(", ")) };
                problems.push(format!(
                    "src/{path}:{line}: `{name}` imports `{import}` but may import {allowed}: move what it needs to a room below both, \
                     or let a room above pass it in; change the table in tests/layering.rs only with the design"
                ));
            }
        }
    }
    problems
}

/// `mtc/waits/walk.rs` is `[mtc, waits, walk]`, `mtc/mod.rs` is `[mtc]`, `lib.rs` is the crate itself.
fn module_path(path: &str) -> Vec<&str> {
    let stem = path.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').collect() }
}

/// Modules that this file declares for tests only, as paths below `src/`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line != "#[cfg(test)]" {
            continue;
        }
        let declared = lines.next().unwrap_or_default();
        if let Some(module) = declared.rsplit_once("mod ").and_then(|(_, rest)| rest.strip_suffix(';')) {
            let mut whole = module_path(path);
            whole.push(module);
            found.push(whole.join("/"));
        }
    }
    found
}

/// The text with comments and items for tests emptied, line by line, so that lines keep their numbers.
fn product(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            out.push('\n');
            let indent = &line[..line.len() - line.trim_start().len()];
            let end = format!("{indent}}}");
            for line in lines.by_ref() {
                out.push('\n');
                if line == end || line.ends_with(';') && !line[indent.len()..].starts_with(' ') {
                    break;
                }
            }
            continue;
        }
        let code = if line.trim_start().starts_with("//") { "" } else { line.split(" //").next().unwrap_or(line) };
        out.push_str(code);
        out.push('\n');
    }
    out
}

/// What stands at the crate's root in each `crate::…` and in each `super::…` that climbs there, with its line.
fn imports(text: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find("::") {
        let head = at + offset;
        at = head + 2;
        let word = text[..head].rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
        let climbs = match word {
            // `pub(in crate::x)` is no import, and climbs nowhere either.
            "crate" => true,
            "super" if !text[..head - word.len()].ends_with("super::") => {
                let mut supers = 1;
                while text[at..].starts_with("super::") {
                    supers += 1;
                    at += "super::".len();
                }
                supers >= depth
            }
            _ => false,
        };
        if climbs {
            let line = text[..head].matches('\n').count() + 1;
            found.extend(names(&text[at..]).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The first name of a path, or of each path in a group: `a::b` is `[a]`, `{a::{b, c}, d}` is `[a, d]`.
fn names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![first_name(rest)];
    };
    let mut names = Vec::new();
    let (mut depth, mut begin) = (0, 0);
    for (index, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => {
                let name = first_name(group[begin..index].trim());
                if !name.is_empty() {
                    names.push(name);
                }
                begin = index + 1;
                if byte == b'}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> String {
    if path.starts_with('*') { "*".to_owned() } else { path.chars().take_while(|c| is_word(*c)).collect() }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    check(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Vec<_>>())
}

#[test]
fn an_import_from_a_lower_room_is_fine() {
    let text = "use crate::archive::Source;\nuse crate::{graph::Graph, model::{Gap, Gvk}};\nuse self::worker::Worker;\npub(crate) fn f() {}\n";
    assert_eq!(problems(&[("ingest/mod.rs", text), ("cli/mod.rs", "use crate::{Options, analyze};")]), Vec::<String>::new());
}

#[test]
fn an_import_that_climbs_names_file_line_and_cure() {
    let found = problems(&[("output/json.rs", "//! Text.\n\nuse crate::graph::Graph;\n")]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("src/output/json.rs:3: `output` imports `graph` but may import only finding, model: move"), "{}", found[0]);
}

#[test]
fn a_group_is_read_over_lines_and_braces() {
    let found = problems(&[("scan/mod.rs", "use crate::{\n    model::{Gap, Hit},\n    rules::{Pack, Rule},\n    cli,\n};\n")]);
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("`rules`") && found[1].contains("`cli`"), "{found:?}");
}

#[test]
fn a_path_in_the_middle_of_code_counts_too() {
    assert_eq!(problems(&[("graph/log.rs", "fn f() -> crate::mtc::Run { g::<crate::finding::Finding>() }")]).len(), 2);
}

#[test]
fn what_the_crate_root_re_exports_belongs_to_the_rooms_above() {
    assert_eq!(problems(&[("output/mod.rs", "use crate::Options;")]).len(), 1);
    assert_eq!(problems(&[("output/mod.rs", "use crate::*;")]).len(), 1);
}

#[test]
fn climbing_by_super_is_seen() {
    assert_eq!(problems(&[("model/mod.rs", "use super::graph::Graph;")]).len(), 1);
    assert_eq!(problems(&[("model/time.rs", "use super::super::graph::Graph;")]).len(), 1);
    assert_eq!(problems(&[("model/time.rs", "use super::gap::Gap;")]), Vec::<String>::new());
    assert_eq!(problems(&[("graph/tape/scalar.rs", "use super::super::log::Log;")]), Vec::<String>::new());
}

#[test]
fn tests_and_comments_may_name_any_room() {
    let foot = "/// See [`Graph`](crate::graph::Graph).\nfn f() {} // crate::cli\n\n#[cfg(test)]\nmod tests {\n    use crate::cli::Cli;\n}\n";
    assert_eq!(problems(&[("model/hit.rs", foot)]), Vec::<String>::new());
    let apart =
        [("model/mod.rs", "#[cfg(test)]\nmod tests;\n"), ("model/tests.rs", "use crate::cli::Cli;"), ("model/tests/more.rs", "use crate::mtc;")];
    assert_eq!(problems(&apart), Vec::<String>::new());
}

#[test]
fn what_follows_a_test_item_is_read_again() {
    let text =
        "#[cfg(test)]\nuse crate::cli::Cli;\nuse crate::mtc::Run;\n\n#[cfg(test)]\nfn f() {\n    crate::cli::run();\n}\n\nuse crate::rules::Rule;\n";
    let found = problems(&[("model/mod.rs", text)]);
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("src/model/mod.rs:3:") && found[1].starts_with("src/model/mod.rs:10:"), "{found:?}");
}

#[test]
fn a_room_without_a_row_is_told_once() {
    let found = problems(&[("attic/mod.rs", "use crate::cli;"), ("attic/box.rs", "")]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("the room `attic` is not in the table"), "{}", found[0]);
}

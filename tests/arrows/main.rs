//! Reads the sources of every room and refuses an import that breaks the arrows of ARCHITECTURE.md.
//!
//! A compiler cannot see these lines: all rooms of the core are one crate, and the page is bundled from anywhere.

use std::fs;
use std::path::{Path, PathBuf};

mod rust;
mod script;
mod table;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under a folder of the repository with one of the endings; none where the folder does not exist.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["node_modules", "dist", "target", "public"].contains(&name.as_str()) {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Calls `refuse` with the path (relative to the root, forward slashes) and text of every file and joins what it says.
fn refused(folder: &str, endings: &[&str], refuse: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let files = files(folder, endings);
    assert!(!files.is_empty(), "{folder}/ holds no {endings:?}: has it moved?");
    let mut all = Vec::new();
    for file in files {
        let name = file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        all.extend(refuse(&name, &fs::read_to_string(&file).unwrap()));
    }
    all
}

fn assert_none(refused: Vec<String>) {
    assert!(refused.is_empty(), "arrows of ARCHITECTURE.md are broken:\n  {}", refused.join("\n  "));
}

#[test]
fn core_rooms_use_only_the_rooms_before_them() {
    assert_none(refused("src", &[".rs"], rust::refuse_rooms));
}

#[test]
fn every_core_room_has_its_line_in_the_table() {
    let rooms = rust::modules(&fs::read_to_string(root().join("src/lib.rs")).unwrap());
    let missing: Vec<_> = rooms.iter().filter(|room| table::room(room).is_none()).collect();
    assert!(missing.is_empty(), "rooms without a line in tests/arrows/table.rs: {missing:?}");
}

#[test]
fn crates_stay_where_they_belong() {
    for folder in ["src", "table/src", "training/src", "cli/src", "xtask/src"] {
        assert_none(refused(folder, &[".rs"], rust::refuse_crates));
    }
}

#[test]
fn training_takes_from_encoding_only_what_is_handed_out() {
    assert_none(refused("training/src", &[".rs"], rust::refuse_in_training));
}

#[test]
fn page_imports_the_package_as_a_user_would() {
    assert_none(refused("www/src", &[".ts", ".js", ".css", ".html"], script::refuse_in_page));
}

#[test]
fn package_holds_no_rule_and_imports_only_the_built_module() {
    assert_none(refused("pkg/src", &[".ts", ".js"], script::refuse_in_package));
}

/// Path and text of a source in, broken arrows out.
type Check = fn(&str, &str) -> Vec<String>;

/// The checks above pass on a clean tree; these are the same checks on lines that break each arrow.
#[test]
fn every_kind_of_broken_arrow_is_refused() {
    let rust: [(Check, &str, &str); 15] = [
        (rust::refuse_rooms, "src/schema/mod.rs", "use crate::customer::Customer;"),
        (rust::refuse_rooms, "src/network/dense.rs", "use crate::{encoding::Features, customer::Customer};"),
        (rust::refuse_rooms, "src/encoding/fit.rs", "fn f() { crate::scorer::Scorer::from_bytes(&[]); }"),
        (rust::refuse_rooms, "src/customer.rs", "use super::encoding::Encoder;"),
        (rust::refuse_rooms, "src/encoding/fit.rs", "use super::super::network::Network;"),
        (rust::refuse_crates, "src/network/mod.rs", "use burn::tensor::Tensor;"),
        (rust::refuse_crates, "src/scorer.rs", "use wasm_bindgen::prelude::*;"),
        (rust::refuse_crates, "src/artifact/read.rs", "fn f() { let x = std::fs::read(\"x\"); }"),
        (rust::refuse_crates, "src/scorer.rs", "use std::{fmt, time::Instant};"),
        (rust::refuse_crates, "src/explanation/exact.rs", "fn f() { let mut r = ::rand::rng(); }"),
        (rust::refuse_crates, "src/decision.rs", "fn f() { println!(\"{}\", 1); }"),
        (rust::refuse_crates, "xtask/src/demo.rs", "use tenure::schema::Schema;"),
        (rust::refuse_crates, "training/src/fit.rs", "use wasm_bindgen::JsValue;"),
        (rust::refuse_in_training, "training/src/fit.rs", "use tenure::encoding::curves::Edges;"),
        (rust::refuse_in_training, "training/src/fit.rs", "fn f(t: T) { t.one_hot(3); }"),
    ];
    for (refuse, file, text) in rust {
        assert_eq!(refuse(file, text).len(), 1, "{file} with `{text}`: {:?}", refuse(file, text));
    }
    let script: [(Check, &str, &str); 7] = [
        (script::refuse_in_page, "www/src/app.ts", "import { load } from \"../../pkg/src/index.ts\";"),
        (script::refuse_in_page, "www/src/app.ts", "import init from 'tenure/wasm/tenure.js';"),
        (
            script::refuse_in_page,
            "www/src/a/b.ts",
            "const u = new URL('../../../pkg/wasm/tenure_bg.wasm', import.meta.url);",
        ),
        (script::refuse_in_page, "www/src/app.ts", "const m = await import(`../../pkg/dist/index.js`);"),
        (script::refuse_in_package, "pkg/src/load.ts", "import { html } from \"lit\";"),
        (script::refuse_in_package, "pkg/src/load.ts", "export * from '../../www/src/app.js';"),
        (script::refuse_in_package, "pkg/src/score.ts", "const p = 1 / (1 + Math.exp(-logit));"),
    ];
    for (refuse, file, text) in script {
        assert_eq!(refuse(file, text).len(), 1, "{file} with `{text}`: {:?}", refuse(file, text));
    }
}

/// And what is fine stays fine: comments, strings, tests at the foot, and words that merely look alike.
#[test]
fn what_breaks_no_arrow_is_not_refused() {
    let fine = r##"
        //! As std::fs would, and crate::scorer too.
        /* use crate::scorer::Scorer; /* nested */ use burn::x; */
        use crate::schema::{self, Field, Kind::{Flag, Number}};
        pub mod burn;
        fn f<'a>(x: &'a str) -> &'a str { let c = '"'; "std::fs::read, println!" }
        const TEXT: &str = r#"use crate::scorer::Scorer; "quoted" rand::rng()"#;
        #[cfg(test)]
        mod tests { use super::*; use crate::scorer::Scorer; fn g() { println!("{}", std::fs::read("x")); } }
    "##;
    assert_eq!(rust::refuse_rooms("src/customer.rs", fine), [""; 0]);
    assert_eq!(rust::refuse_crates("src/customer.rs", fine), [""; 0]);
    let after = "#[cfg(test)] mod tests { } use crate::scorer::Scorer;";
    assert_eq!(rust::refuse_rooms("src/customer.rs", after).len(), 1, "what follows the tests is read");
    let page = "import { load } from 'tenure';\nimport './a.css'; // from '../../pkg'\nimport type { S } from \"tenure\";\nimport { html } from 'lit';";
    assert_eq!(script::refuse_in_page("www/src/app.ts", page), [""; 0]);
    let package =
        "import init from '../wasm/tenure.js';\nimport { x } from './x.js'; /* Math.exp */ const s = 'Math.exp';";
    assert_eq!(script::refuse_in_package("pkg/src/load.ts", package), [""; 0]);
}

//! Reads the sources of every room and refuses an import against the map of ARCHITECTURE.md, and
//! every circle.
//!
//! A compiler cannot see these lines: the rooms of a crate are modules of one crate, and a bundler
//! takes any import.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

mod circles;
mod map;
mod places;
mod rust;
mod script;

use map::Map;
use rust::Crates;

/// The texts of a repository's files, by their path from its root with forward slashes.
type Sources = BTreeMap<String, String>;

/// A file that names something which another declares.
#[derive(Debug)]
struct Use {
    from: String,
    to: String,
    /// The name as it is written.
    name: String,
    /// Whether the name is only handed on.
    is_reexport: bool,
}

/// Folders without sources of our own: documents, packages of others, and what builds write.
const NO_SOURCES: [&str; 10] = [
    "docs",
    "node_modules",
    "target",
    "dist",
    "public",
    "proptest-regressions",
    "test-results",
    "pkg/wasm",
    "pkg/gpu",
    "www/wasm",
];
const ENDINGS: [&str; 9] =
    [".rs", ".ts", ".js", ".py", ".css", ".html", "Cargo.toml", "package.json", "ARCHITECTURE.md"];

/// A repository as the checks see it.
struct Tree {
    sources: Sources,
    crates: Crates,
    uses: Vec<Use>,
}

static REPOSITORY: LazyLock<Tree> =
    LazyLock::new(|| Tree::of(read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))));

fn read(root: &Path) -> Sources {
    let mut sources = Sources::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name).to_string_lossy().replace('\\', "/");
            if entry.path().is_dir() {
                if !name.starts_with('.') && !NO_SOURCES.iter().any(|skipped| *skipped == name || *skipped == path) {
                    folders.push(path.into());
                }
            } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                sources.insert(path, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    sources
}

impl Tree {
    fn of(sources: Sources) -> Tree {
        let crates = Crates::read(&sources);
        let mut uses = crates.uses();
        uses.extend(script::uses(&sources));
        Tree { sources, crates, uses }
    }

    fn map(&self) -> Map {
        let map = Map::read(&self.sources["ARCHITECTURE.md"]);
        map.unwrap_or_else(|problems| panic!("the map of ARCHITECTURE.md:\n  {}", problems.join("\n  ")))
    }

    /// Refuses a file without a room, and a room without a file.
    fn refuse_rooms(&self) -> Vec<String> {
        let map = self.map();
        let files = || self.sources.keys().filter(|file| self.needs_room(file));
        let lived_in: BTreeSet<&str> = files().filter_map(|file| map.row_of(file)).collect();
        let without_row = files().filter(|file| map.row_of(file).is_none());
        let without_file = map.rows().filter(|room| !lived_in.contains(room));
        without_row
            .map(|file| format!("{file} belongs to no room: the map needs a row for it"))
            .chain(without_file.map(|room| format!("room `{room}` has a row and no file")))
            .collect()
    }

    /// The root of a library hands out the names of its rooms, and what lies beside a manifest
    /// configures a package. All other files belong to a room.
    fn needs_room(&self, file: &str) -> bool {
        let Some((folder, name)) = file.rsplit_once('/') else { return false };
        let is_door = name == "lib.rs" && folder.ends_with("src");
        let beside = |manifest: &str| self.sources.contains_key(&format!("{folder}/{manifest}"));
        !is_door && !beside("Cargo.toml") && !beside("package.json")
    }

    /// Refuses a use of one room by another that the map does not name: the first name for each
    /// pair of files.
    fn refuse_arrows(&self) -> Vec<String> {
        let map = self.map();
        let mut refused = BTreeMap::new();
        for used in self.uses.iter().filter(|used| !map.may_use(&used.from, &used.to)) {
            refused.entry((&used.from, &used.to)).or_insert(&used.name);
        }
        refused.iter().map(|((from, to), name)| format!("{from} may not use {to} (`{name}`)")).collect()
    }

    fn refuse_circles(&self) -> Vec<String> {
        circles::find(&self.uses)
    }

    fn refuse_places(&self) -> Vec<String> {
        self.crates.paths().filter_map(|(file, path)| places::refuse_place(file, &path)).collect()
    }

    fn refuse_encodings(&self) -> Vec<String> {
        self.crates.paths().filter_map(|(file, path)| places::refuse_encoding(file, &path)).collect()
    }

    fn refuse_page_imports(&self) -> Vec<String> {
        self.refuse_in("www/src/", script::refuse_in_page)
    }

    fn refuse_package_rules(&self) -> Vec<String> {
        self.refuse_in("pkg/src/", script::refuse_in_package)
    }

    fn refuse_in(&self, folder: &str, refuse: fn(&str, &str) -> Vec<String>) -> Vec<String> {
        let files = self.sources.iter().filter(|(file, _)| file.starts_with(folder));
        files.flat_map(|(file, text)| refuse(file, text)).collect()
    }
}

fn assert_none(refused: Vec<String>) {
    assert!(refused.is_empty(), "{} refused:\n  {}", refused.len(), refused.join("\n  "));
}

#[test]
fn every_file_has_a_room_and_every_room_a_file() {
    assert_none(REPOSITORY.refuse_rooms());
}

#[test]
fn rooms_use_only_what_the_map_names() {
    assert_none(REPOSITORY.refuse_arrows());
}

#[test]
fn no_files_or_folders_use_each_other_in_a_circle() {
    assert_none(REPOSITORY.refuse_circles());
}

#[test]
fn crates_stay_in_their_places() {
    assert_none(REPOSITORY.refuse_places());
}

#[test]
fn training_encodes_nothing_itself() {
    assert_none(REPOSITORY.refuse_encodings());
}

#[test]
fn the_page_imports_the_package_as_a_user_would() {
    assert_none(REPOSITORY.refuse_page_imports());
}

#[test]
fn the_package_holds_no_rule_and_imports_only_the_built_module() {
    assert_none(REPOSITORY.refuse_package_rules());
}

/// The checks above pass on a clean tree. These are the same checks on small trees that break each
/// rule.
mod refusals {
    use super::*;

    const MAP: &str = "\
| room | what it is | may use | must not know |
| --- | --- | --- | --- |
| `src/json` | text | nothing | |
| `src/schema` | fields | `src/json` | |
| `src/network` | the network | nothing | |
| `src/wasm` | the surface | all above | |
| `training/src/fit` | learns | `src/json`, `src/network` | |
| `pkg` | the package | `src/wasm` | |
| `www/src` | the page | `pkg` | |
| `cli/src/*` | many rooms | `src/json` | each other |

| another | table |
";

    /// A tree with these files, the map, and a manifest and a `lib.rs` for each crate.
    fn tree(files: &[(&str, &str)]) -> Tree {
        let always = [
            ("ARCHITECTURE.md", MAP),
            ("Cargo.toml", "[package]\nname = \"tenure\"\n"),
            ("src/lib.rs", "pub mod json; pub mod schema; pub mod network; pub mod wasm; pub use json::Value;"),
            (
                "src/json/mod.rs",
                "mod value; pub use value::Value; macro_rules! number { () => {} } pub(crate) use number;",
            ),
            ("src/json/value.rs", "pub struct Value;"),
            ("src/schema.rs", "pub struct Schema; pub enum Kind { Flag }"),
            ("src/network.rs", "pub fn score() {}"),
            ("src/wasm.rs", ""),
            ("training/Cargo.toml", "[package]\nname = \"tenure-training\"\n"),
            ("training/src/lib.rs", "pub mod fit;"),
            ("training/src/fit.rs", ""),
            ("pkg/src/index.ts", ""),
            ("www/src/main.ts", ""),
            ("cli/Cargo.toml", "[package]\nname = \"tenure-cli\"\n"),
            ("cli/src/main.rs", "mod card; mod train;"),
            ("cli/src/card.rs", "pub fn run() {}"),
            ("cli/src/train.rs", "pub fn run() {}"),
        ];
        Tree::of(always.iter().chain(files).map(|(file, text)| (file.to_string(), text.to_string())).collect())
    }

    #[test]
    fn a_clean_tree_is_not_refused() {
        let clean = tree(&[
            (
                "src/schema.rs",
                r##"
                //! As std::fs would, and crate::network too.
                /* use crate::network::score; */
                use crate::json::{self, Value};
                pub struct Schema(Value);
                fn f<'a>(score: &'a str) -> &'a str { json::number!(); let c = '"'; "std::fs::read, println!" }
                const TEXT: &str = r#"use crate::network::score; "quoted" rand::rng()"#;
                #[cfg(test)]
                mod tests { use super::*; use crate::network; fn g() { println!("{}", std::fs::read("x")); } }
                #[cfg(test)]
                use crate::network::score;
                "##,
            ),
            ("training/src/fit.rs", "use tenure::{Value, network};\nfn f(v: Value) { network::score() }"),
            (
                "pkg/src/index.ts",
                "import init from '../wasm/tenure.js'; import { x } from './x.js'; /* Math.exp */ 'Math.exp'",
            ),
            ("pkg/src/x.ts", "import './index.js.map'; // from './index.js'"),
            ("pkg/src/elements/y.ts", "import { html } from 'lit'; import { live } from 'lit/directives/live.js';"),
            ("pkg/src/edge/jwt.ts", "import { jwtVerify } from 'jose';"),
            ("pkg/package.json", "{}"),
            ("pkg/vite.config.ts", ""),
            ("www/src/main.ts", "import { load } from 'tenure';\nimport './a.css';\nimport { html } from 'lit';"),
        ]);
        let all = [
            clean.refuse_rooms(),
            clean.refuse_arrows(),
            clean.refuse_circles(),
            clean.refuse_places(),
            clean.refuse_encodings(),
            clean.refuse_page_imports(),
            clean.refuse_package_rules(),
        ];
        assert_none(all.concat());
    }

    #[test]
    fn files_without_a_room_and_rooms_without_a_file_are_refused() {
        let mut two = tree(&[("src/drift.rs", ""), ("service/main.rs", "")]);
        two.sources.remove("src/network.rs");
        let refused = two.refuse_rooms();
        assert_eq!(refused.len(), 3, "{refused:?}");
        assert!(refused[0].starts_with("service/main.rs belongs to no room"), "{refused:?}");
        assert!(refused[1].starts_with("src/drift.rs belongs to no room"), "{refused:?}");
        assert_eq!(refused[2], "room `src/network` has a row and no file");
    }

    #[test]
    fn rows_that_cannot_be_read_are_refused() {
        let with = |row: &str| Map::read(&MAP.replace("\n\n", &format!("\n{row}\n\n"))).err().map(|all| all.join("\n"));
        assert_eq!(with("| `cli/tests` | the command | `src`, `training/src/fit` | the page |"), None);
        for (row, part) in [
            ("| `cli/tests` | the command | `src/scorer` | |", "no row above names"),
            ("| `cli/tests` | the command | `cli/tests` | |", "no row above names"),
            ("| `cli/tests` | the command | whatever it likes | |", "whatever it likes"),
            ("| cli | the command | nothing | |", "is no room"),
            ("| `src/json` | again | nothing | |", "two rows"),
            ("| `cli/tests` | the command | nothing |", "3 cells"),
        ] {
            assert!(with(row).is_some_and(|problem| problem.contains(part)), "{row}: {:?}", with(row));
        }
        assert!(Map::read("# No table").is_err());
    }

    #[test]
    fn uses_against_the_map_are_refused() {
        for (file, text) in [
            ("src/json/value.rs", "pub struct Value; use crate::schema::Schema;"),
            ("src/json/value.rs", "pub struct Value; fn f() { crate::network::score(); }"),
            ("src/json/value.rs", "pub struct Value; fn f() { format!(\"{}\", crate::network::score()); }"),
            ("src/schema.rs", "use super::{json::Value, network}; fn f() { network::score() }"),
            ("src/schema.rs", "use super::*; fn f() { network::score() }"),
            ("src/network.rs", "pub fn score() { fn g() { use crate::Value; } }"),
            ("src/network.rs", "pub use crate::json::Value; pub fn score() {}"),
            ("src/network.rs", "pub fn score() { super::json::number!() }"),
            ("training/src/fit.rs", "use tenure::schema::Kind::Flag;"),
            ("cli/src/train.rs", "use super::card;  pub fn run() { card::run() }"),
            ("pkg/src/index.ts", "import '../../www/src/main.ts'"),
            ("www/src/main.ts", "import init from '../../pkg/wasm/tenure.js'"),
        ] {
            let refused = tree(&[(file, text)]).refuse_arrows();
            assert_eq!(refused.len(), 1, "{file} with `{text}`: {refused:?}");
        }
    }

    #[test]
    fn circles_are_refused() {
        let parent = "mod child; pub struct Parent; fn f(c: child::Child) {}";
        for files in [
            // A child and its parent, by a path, by `*`, in a macro, and as a constant in a
            // pattern.
            &[("src/wasm.rs", parent), ("src/wasm/child.rs", "use super::Parent; pub struct Child;")][..],
            &[("src/wasm.rs", parent), ("src/wasm/child.rs", "use super::*; pub struct Child(Parent);")],
            &[("src/wasm.rs", parent), ("src/wasm/child.rs", "pub struct Child; fn f() { g!(super::Parent) }")],
            &[
                ("src/wasm.rs", "mod child; const SIZE: u8 = 1; fn f(c: child::Child) {}"),
                ("src/wasm/child.rs", "use super::*; pub struct Child; fn f(x: u8) { match x { SIZE => {} _ => {} } }"),
            ],
            // Two files, one of them by a name that their parent re-exports.
            &[
                ("src/wasm.rs", "mod a; mod b; pub use b::B;"),
                ("src/wasm/a.rs", "use super::B; pub struct A;"),
                ("src/wasm/b.rs", "pub struct B(super::a::A);"),
            ],
            // Two folders whose files make no circle.
            &[
                ("src/wasm.rs", "mod a; mod b;"),
                ("src/wasm/a/mod.rs", "mod one; pub mod two;"),
                ("src/wasm/a/one.rs", "use crate::wasm::b::one::One;"),
                ("src/wasm/a/two.rs", "pub struct Two;"),
                ("src/wasm/b/mod.rs", "pub mod one; mod two;"),
                ("src/wasm/b/one.rs", "pub struct One;"),
                ("src/wasm/b/two.rs", "use crate::wasm::a::two::Two;"),
            ],
            // Types alone.
            &[("pkg/src/a.ts", "import type { B } from './b.js'"), ("pkg/src/b.ts", "export type { A } from './a.js'")],
            &[("www/src/a.ts", "await import('./b/c')"), ("www/src/b/c.ts", "import { type A } from '../a'")],
        ] {
            let refused = tree(files).refuse_circles();
            assert_eq!(refused.len(), 1, "{files:?}: {refused:?}");
        }
    }

    #[test]
    fn declarations_and_re_exports_make_no_circle() {
        for files in [
            &[
                ("src/wasm.rs", "mod child; pub use child::Child; mod b; pub struct Parent;"),
                ("src/wasm/child.rs", "use super::Parent; pub struct Child; use super::b::B;"),
                ("src/wasm/b.rs", "pub struct B;"),
            ][..],
            // A variable may have the name of a function.
            &[
                ("src/wasm.rs", "mod child; fn rows() {} fn f() { child::g() }"),
                ("src/wasm/child.rs", "use super::*; pub fn g() { let rows = 1; h(rows); i!(x.rows, a != b) }"),
            ],
        ] {
            assert_none(tree(files).refuse_circles());
        }
    }

    #[test]
    fn names_out_of_their_place_are_refused() {
        for (file, text) in [
            ("src/network.rs", "use burn::tensor::Tensor;"),
            ("src/schema.rs", "use wasm_bindgen::prelude::*;"),
            ("src/schema.rs", "use std::fs;"),
            ("src/schema.rs", "fn f() { let x = std::fs::read(\"x\"); }"),
            ("src/schema.rs", "use std::{fmt, time::Instant};"),
            ("src/schema.rs", "fn f() { let mut r = ::rand::rng(); }"),
            ("src/schema.rs", "fn f() { println!(\"{}\", 1); }"),
            ("src/schema.rs", "fn f() { matches!(1, dbg!(2)); }"),
            ("training/src/fit.rs", "fn f() { println!(\"{}\", 1); }"),
            ("src/schema.rs", "fn f() { matches!(1, dbg!(2)); }"),
            ("training/src/fit.rs", "#[derive(clap::Args)] struct A; use clap::Args;"),
        ] {
            let refused = tree(&[(file, text)]).refuse_places();
            assert_eq!(refused.len(), 1, "{file} with `{text}`: {refused:?}");
        }
        for text in ["use tenure::encoding::curves::Edges;", "fn f(t: T) { T::one_hot(3); }"] {
            let refused = tree(&[("training/src/fit.rs", text)]).refuse_encodings();
            assert_eq!(refused.len(), 1, "`{text}`: {refused:?}");
        }
    }

    #[test]
    fn imports_past_the_package_and_rules_in_it_are_refused() {
        for text in [
            "import { load } from \"../../pkg/src/index.ts\";",
            "import init from 'tenure/wasm/tenure.js';",
            "const u = new URL('../../pkg/wasm/tenure_bg.wasm', import.meta.url);",
            "const m = await import(`../../pkg/dist/index.js`);",
        ] {
            let refused = tree(&[("www/src/main.ts", text)]).refuse_page_imports();
            assert_eq!(refused.len(), 1, "`{text}`: {refused:?}");
        }
        for text in [
            "import { html } from \"lit\";",
            "import { live } from 'lit/directives/live.js';",
            "import { jwtVerify } from 'jose';",
            "export * from '../../www/src/app.js';",
            "const p = 1 / (1 + Math.exp(-logit));",
        ] {
            let refused = tree(&[("pkg/src/index.ts", text)]).refuse_package_rules();
            assert_eq!(refused.len(), 1, "`{text}`: {refused:?}");
        }
    }
}

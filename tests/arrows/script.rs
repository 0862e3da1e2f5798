//! Reads TypeScript, JavaScript, CSS and HTML: the modules that a file imports, and calls that a
//! rule would need.

use crate::places::{ARTIFACTS, OTHER_PACKAGES, PACKAGE, PACKAGE_ENTRIES, RULE_WORDS};
use crate::{Sources, Use};

/// The page is a user of the package: it imports it by its name, and nothing else of this
/// repository.
pub fn refuse_in_page(file: &str, text: &str) -> Vec<String> {
    let is_refused = |module: &String| match resolve(file, module) {
        Some(path) => !path.starts_with("www/"),
        None => {
            let entry = module.strip_prefix(PACKAGE);
            entry.is_some_and(|entry| entry.starts_with('/') && !PACKAGE_ENTRIES.contains(&entry))
        }
    };
    let refused = imports(text).into_iter().filter(is_refused);
    refused.map(|module| format!("{file}: the page may not import `{module}`")).collect()
}

/// The package is types and conversions around the built module, and a kept artifact for unit tests:
/// no other package but those that have a place (its entries may import each other by the package's own
/// name), and no arithmetic of a model.
pub fn refuse_in_package(file: &str, text: &str) -> Vec<String> {
    let is_refused = |module: &String| match resolve(file, module) {
        Some(path) => !path.starts_with("pkg/") && !path.starts_with(ARTIFACTS),
        None => !module.starts_with("node:") && module != PACKAGE && !has_place(file, module),
    };
    let refused = imports(text).into_iter().filter(is_refused);
    let mut all: Vec<String> = refused.map(|module| format!("{file}: the package may not import `{module}`")).collect();
    for piece in pieces(text) {
        let Piece::Code(code) = piece else { continue };
        let is_called =
            |word: &&&str| code.match_indices(**word).any(|(at, _)| !code[at + word.len()..].starts_with(is_word));
        all.extend(RULE_WORDS.iter().filter(is_called).map(|word| format!("{file}: `{word}` belongs in the core")));
    }
    all
}

/// Whether a source may import another package, or a part of it.
fn has_place(file: &str, module: &str) -> bool {
    OTHER_PACKAGES.iter().any(|(package, sources)| {
        let part = module.strip_prefix(package);
        file.starts_with(sources) && part.is_some_and(|part| part.is_empty() || part.starts_with('/'))
    })
}

/// Every use of one file by another in `pkg` and `www`, type-only imports among them.
pub fn uses(sources: &Sources) -> Vec<Use> {
    let mut uses = Vec::new();
    for (file, text) in sources.iter().filter(|(file, _)| is_script(file)) {
        let add = |module: String| {
            let to = target(sources, file, &module)?;
            Some(Use { from: file.clone(), to, name: module, is_reexport: false })
        };
        uses.extend(imports(text).into_iter().filter_map(add));
    }
    uses
}

pub fn is_script(file: &str) -> bool {
    (file.starts_with("pkg/") || file.starts_with("www/")) && !file.contains("/tests/") && file.ends_with(".ts")
}

/// The file that an import leads to. The built modules count as the room that they are built from.
fn target(sources: &Sources, file: &str, module: &str) -> Option<String> {
    let path = match resolve(file, module) {
        Some(path) => path,
        None => match module.strip_prefix(PACKAGE)? {
            "" => "pkg/src/index.ts".to_string(),
            entry => format!("pkg/src{entry}.ts"),
        },
    };
    if ["pkg/wasm/", "pkg/gpu/"].iter().any(|built| path.starts_with(built)) {
        return Some("src/wasm/mod.rs".to_string());
    }
    if path.starts_with("www/wasm/") {
        return Some("table/src/wasm.rs".to_string());
    }
    let source = format!("{}.ts", path.strip_suffix(".js").unwrap_or(&path));
    [path, source].into_iter().find(|path| sources.contains_key(path))
}

/// The path of a relative import from the repository's root; one that leaves the repository begins
/// with `..`.
fn resolve(file: &str, module: &str) -> Option<String> {
    if !module.starts_with("./") && !module.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in module.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What a file imports: strings after `from`, `import`, `import(`, `URL(`, `require(`, `url(` and,
/// in HTML, `src=`.
fn imports(text: &str) -> Vec<String> {
    const BEFORE: [&str; 7] = ["from", "import", "import(", "URL(", "require(", "url(", "src="];
    let mut found = Vec::new();
    let mut code = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Code(more) => code.push_str(&more),
            Piece::Text(text) => {
                let before: String = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(" (", "(");
                if BEFORE.iter().any(|word| ends_with_word(before.trim_end(), word)) {
                    found.push(text);
                }
                code = String::from("\"\"");
            }
        }
    }
    found
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(is_word))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

enum Piece {
    Code(String),
    Text(String),
}

/// Code and strings in turn, without comments. (Templates count as strings; what they interpolate
/// is not read.)
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") && !code.ends_with(':') {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(first, '"' | '\'' | '`') {
            let length = string(rest, first);
            pieces.push(Piece::Code(std::mem::take(&mut code)));
            pieces.push(Piece::Text(rest[1..length].trim_end_matches(first).to_string()));
            length
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    pieces.push(Piece::Code(code));
    pieces
}

/// The length of a string with its quotes; one that is not closed in its line (an apostrophe in
/// HTML) is one letter.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if quote != '`' => return 1,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    1
}

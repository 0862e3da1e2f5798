//! Reads TypeScript, JavaScript, CSS and HTML: the modules that a file imports, and calls that a rule would need.

use crate::table;

/// The page is a user of the package: it imports it by its name, and nothing else of this repository.
pub fn refuse_in_page(file: &str, text: &str) -> Vec<String> {
    let is_refused = |module: &str| {
        if is_relative(module) {
            leaves(file, module, "www/")
        } else {
            module
                .strip_prefix(table::PACKAGE)
                .is_some_and(|rest| rest.starts_with('/') && !table::PACKAGE_ENTRIES.contains(&rest))
        }
    };
    let refused = imports(text).into_iter().filter(|module| is_refused(module));
    refused.map(|module| format!("{file}: the page may not import `{module}`")).collect()
}

/// The package is types and conversions around the built module: no other package (its entries may import each other by
/// the package's own name), and no arithmetic of a model.
pub fn refuse_in_package(file: &str, text: &str) -> Vec<String> {
    let is_refused = |module: &str| {
        let leaves = is_relative(module) && leaves(file, module, "pkg/");
        let foreign = !is_relative(module) && !module.starts_with("node:") && module != table::PACKAGE;
        leaves || foreign
    };
    let refused = imports(text).into_iter().filter(|module| is_refused(module));
    let mut all: Vec<String> = refused.map(|module| format!("{file}: the package may not import `{module}`")).collect();
    let code = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Code(code) => Some(code),
        Piece::Text(_) => None,
    });
    for code in code {
        let has =
            |word: &&&str| code.match_indices(**word).any(|(at, _)| !code[at + word.len()..].starts_with(is_word));
        all.extend(table::RULE_WORDS.iter().filter(has).map(|word| format!("{file}: `{word}` belongs in the core")));
    }
    all
}

fn is_relative(module: &str) -> bool {
    module.starts_with("./") || module.starts_with("../")
}

/// Whether a relative import of a file lies outside a folder of the root.
fn leaves(file: &str, module: &str, folder: &str) -> bool {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in module.split('/') {
        match part {
            "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return true;
                }
            }
            _ => parts.push(part),
        }
    }
    !parts.join("/").starts_with(folder)
}

/// What a file imports: strings after `from`, `import`, `import(`, `URL(`, `require(`, `url(` and, in HTML, `src=`.
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

/// Code and strings in turn, without comments. (Templates count as strings; what they interpolate is not read.)
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

/// The length of a string with its quotes; one that is not closed in its line (an apostrophe in HTML) is one letter.
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

//! Reads Rust: the paths that a file names, without comments, strings and the tests at its foot.

use crate::table;

/// Refuses a room that uses a room it may not.
pub fn refuse_rooms(file: &str, text: &str) -> Vec<String> {
    let Some(room) = room_of(file) else { return Vec::new() };
    let allowed = table::room(room).unwrap_or_default();
    let is_room_file = file == format!("src/{room}.rs") || file == format!("src/{room}/mod.rs");
    let mut refused = Vec::new();
    for path in paths(text) {
        let parts: Vec<&str> = path.split("::").collect();
        let used = match parts[..] {
            ["crate", used, ..] => used,
            // From a room's own file `super` is the crate; from inside a room two of them may be.
            ["super", used, ..] if is_room_file => used,
            ["super", "super", used, ..] => used,
            _ => continue,
        };
        if used != room && table::room(used).is_some() && !allowed.contains(&used) {
            refused.push(format!("{file}: room `{room}` may not use `{used}` (`{path}`)"));
        }
    }
    refused
}

/// Refuses a crate, a module of `std` or a macro outside its place.
pub fn refuse_crates(file: &str, text: &str) -> Vec<String> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| file.starts_with(beginning));
    let mut refused = Vec::new();
    for path in paths(text) {
        for place in table::PLACES.iter().filter(|place| begins(place.about) && !begins(place.allowed)) {
            let is_it = match place.what.ends_with('!') {
                true => path == place.what,
                false => path.strip_prefix(place.what).is_some_and(|rest| rest.starts_with("::")),
            };
            if is_it {
                refused.push(format!("{file}: `{}` has no place here (`{path}`)", place.what));
            }
        }
    }
    refused
}

/// Refuses an encoding outside the core's room for it.
pub fn refuse_in_training(file: &str, text: &str) -> Vec<String> {
    let mut refused = Vec::new();
    for path in paths(text) {
        if let Some(inner) = path.strip_prefix("tenure::encoding::") {
            let name = inner.split("::").next().unwrap_or_default();
            if !table::ENCODING_FOR_TRAINING.contains(&name) {
                refused.push(format!("{file}: `{path}` is an inner part of `encoding`"));
                continue;
            }
        }
        if let Some(word) = table::ENCODING_WORDS.iter().find(|word| path.to_lowercase().contains(*word)) {
            refused.push(format!("{file}: `{path}` looks like an encoding of its own (`{word}`)"));
        }
    }
    refused
}

/// The modules that a file declares.
pub fn modules(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let declared = tokens.windows(2).filter(|pair| pair[0] == "mod" && is_name(&pair[1]));
    declared.map(|pair| pair[1].clone()).collect()
}

/// The room of the core that a file belongs to; none for the crate's root and for tests in a file of their own.
fn room_of(file: &str) -> Option<&str> {
    let name = file.strip_prefix("src/")?.split('/').next()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (name != "lib" && !file.ends_with("/tests.rs")).then_some(name)
}

/// Every path in a text, groups of `use` spelled out (`a::{b, c::d}` is `a::b` and `a::c::d`), macros with their `!`.
fn paths(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_name(&tokens[at]) {
            at = path_at(&tokens, at, String::new(), &mut paths);
        } else {
            at += 1;
        }
    }
    paths
}

/// Reads the path that begins at a token, after `prefix`; returns where it ends.
fn path_at(tokens: &[String], mut at: usize, prefix: String, paths: &mut Vec<String>) -> usize {
    let mut path = prefix;
    loop {
        let token = tokens.get(at).map_or("", String::as_str);
        match token {
            "{" => {
                at += 1;
                while let Some(token) = tokens.get(at) {
                    match token.as_str() {
                        "}" => return at + 1,
                        "," => at += 1,
                        _ => at = path_at(tokens, at, path.clone(), paths),
                    }
                }
                return at;
            }
            _ if is_name(token) || token == "*" => {
                if !path.is_empty() {
                    path += "::";
                }
                path += token;
                at += 1;
            }
            // Generic arguments in the middle of a path, or something that is no path: not our concern.
            _ => {
                paths.push(path);
                return at + 1;
            }
        }
        if tokens.get(at).is_some_and(|token| token == "::") {
            at += 1;
            continue;
        }
        if tokens.get(at).is_some_and(|token| token == "!") {
            path.push('!');
            at += 1;
        }
        paths.push(path);
        return at;
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Names, `::` and single signs; comments, strings, characters, lifetimes and `#[cfg(test)]` items are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_string());
            2
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            tokens.push(rest[..length].to_string());
            length
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    without_tests(tokens)
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        let step = if rest.starts_with(b"/*") {
            depth += 1;
            2
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            2
        } else {
            1
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the string, character or lifetime that a text begins with.
fn literal(text: &str) -> Option<usize> {
    let plain = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - plain.len();
    if prefix <= 1 && (plain.starts_with("r\"") || plain.starts_with("r#")) {
        let hashes = plain[1..].bytes().take_while(|&byte| byte == b'#').count();
        if plain.as_bytes().get(1 + hashes) == Some(&b'"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = &plain[hashes + 2..];
            return Some(prefix + hashes + 2 + body.find(&end).map_or(body.len(), |at| at + end.len()));
        }
    }
    if prefix <= 1 && plain.starts_with('"') {
        return Some(prefix + quoted(plain, '"'));
    }
    if plain.starts_with('\'') && prefix <= 1 {
        let mut letters = plain[1..].char_indices();
        let (_, first) = letters.next()?;
        let is_character = first == '\\' || letters.next().is_some_and(|(_, second)| second == '\'');
        return Some(prefix + if is_character { quoted(plain, '\'') } else { 1 });
    }
    None
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Leaves out every item under `#[cfg(test)]`: tests may use all rooms.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].iter().take(mark.len()).eq(mark.iter()) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        for token in &tokens[at..] {
            at += 1;
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 && (token == "}" || token == ";") {
                break;
            }
        }
    }
    kept
}

//! What may be named where: crates, modules of `std` and macros that have a place of their own, and
//! the words that betray a rule outside of its room.

/// Where a crate, a module of `std` or a macro may be used.
pub struct Place {
    /// The beginning of a path, or a macro with its `!`.
    pub what: &'static str,
    /// The sources that this line is about, by the beginning of their path.
    pub about: &'static [&'static str],
    /// The sources among them that may use it.
    pub allowed: &'static [&'static str],
}

const CORE: &[&str] = &["src/"];
const EVERYWHERE: &[&str] = &[""];
const NOWHERE: &[&str] = &[];
const BROWSER: &[&str] = &["src/wasm/", "src/gpu/", "table/src/wasm.rs"];
/// Unicode's tables are JavaScript's in wasm, so that they are not downloaded.
const JAVASCRIPT: &[&str] = &["src/wasm/", "src/gpu/", "src/schema/unicode.rs"];
const BURN: &[&str] = &["src/network/burn/", "src/network/burn.rs", "src/gpu/", "src/wasm/burn.rs"];
const COMMAND: &[&str] = &["cli/src/", "xtask/src/"];
const TRAINING: &[&str] = &["src/", "table/src/", "training/src/"];

/// The core is pure: no IO, clock, randomness or log. Burn and the browser each have their room. A
/// library prints nothing and reads no flags.
pub const PLACES: [Place; 28] = [
    Place { what: "cubecl", about: EVERYWHERE, allowed: &["src/gpu/"] },
    Place { what: "burn", about: CORE, allowed: BURN },
    Place { what: "burn_wgpu", about: EVERYWHERE, allowed: &["src/gpu/"] },
    Place { what: "wasm_bindgen", about: EVERYWHERE, allowed: BROWSER },
    Place { what: "js_sys", about: EVERYWHERE, allowed: JAVASCRIPT },
    Place { what: "serde_wasm_bindgen", about: EVERYWHERE, allowed: BROWSER },
    Place { what: "web_sys", about: EVERYWHERE, allowed: BROWSER },
    Place { what: "std::fs", about: CORE, allowed: NOWHERE },
    Place { what: "std::io", about: CORE, allowed: NOWHERE },
    Place { what: "std::net", about: CORE, allowed: NOWHERE },
    Place { what: "std::env", about: CORE, allowed: NOWHERE },
    Place { what: "std::process", about: CORE, allowed: NOWHERE },
    Place { what: "std::thread", about: CORE, allowed: NOWHERE },
    Place { what: "std::time", about: CORE, allowed: NOWHERE },
    Place { what: "rand", about: CORE, allowed: NOWHERE },
    Place { what: "rand_chacha", about: CORE, allowed: NOWHERE },
    Place { what: "getrandom", about: CORE, allowed: NOWHERE },
    Place { what: "rayon", about: CORE, allowed: NOWHERE },
    Place { what: "log", about: CORE, allowed: NOWHERE },
    Place { what: "tracing", about: CORE, allowed: NOWHERE },
    Place { what: "clap", about: EVERYWHERE, allowed: COMMAND },
    Place { what: "print!", about: TRAINING, allowed: NOWHERE },
    Place { what: "println!", about: TRAINING, allowed: NOWHERE },
    Place { what: "eprint!", about: TRAINING, allowed: NOWHERE },
    Place { what: "eprintln!", about: TRAINING, allowed: NOWHERE },
    Place { what: "dbg!", about: EVERYWHERE, allowed: NOWHERE },
    Place { what: "ureq", about: EVERYWHERE, allowed: &["cli/src/"] },
    // The project's commands build the crates from outside. With the core inside them they could
    // not build it.
    Place { what: "tenure", about: &["xtask/src/"], allowed: NOWHERE },
];

/// What `training` may name of `tenure::encoding`: its door, what the packer must know of a
/// table row, and the numbers that may be kept of a column.
pub const ENCODING_FOR_TRAINING: [&str; 9] = [
    "CategoryValues",
    "DenseLayout",
    "Encoder",
    "EncoderError",
    "EncoderParams",
    "Features",
    "Input",
    "Scale",
    "Statistics",
];

/// Names that betray an encoding done again outside `encoding`.
pub const ENCODING_WORDS: [&str; 4] = ["one_hot", "onehot", "piecewise", "standardise"];

/// Calls that betray a scoring rule in the package: they turn a logit into a probability, or back.
pub const RULE_WORDS: [&str; 5] = ["Math.exp", "Math.expm1", "Math.log", "Math.log1p", "Math.tanh"];

/// The package's name, by which the page imports it.
pub const PACKAGE: &str = "tenure";

/// The entries of the package that the page may import beside it: decisions, the elements, tables of
/// messages, and the files for graphics devices.
pub const PACKAGE_ENTRIES: [&str; 5] = ["/decide", "/elements", "/english", "/german", "/gpu"];

/// Kept artifacts. The package puts one inside, for its users' tests.
pub const ARTIFACTS: &str = "tests/artifacts/";

/// Other packages, and the sources of the package that may import each: the elements are written with
/// the one, tokens are checked with the other.
pub const OTHER_PACKAGES: [(&str, &str); 2] = [("lit", "pkg/src/elements"), ("jose", "pkg/src/edge/jwt.ts")];

/// Refuses a crate, a module of `std` or a macro outside of its place.
pub fn refuse_place(file: &str, path: &str) -> Option<String> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| file.starts_with(beginning));
    let is_named = |what: &str| path.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let is_single_name = !path.contains("::") && !path.ends_with('!');
    let mut places = PLACES.iter().filter(|place| is_named(place.what) && !is_single_name);
    let place = places.find(|place| begins(place.about) && !begins(place.allowed))?;
    Some(format!("{file}: `{}` has no place here (`{path}`)", place.what))
}

/// Refuses an encoding in `training`.
pub fn refuse_encoding(file: &str, path: &str) -> Option<String> {
    if !file.starts_with("training/src/") {
        return None;
    }
    let inner = path.strip_prefix("tenure::encoding::").and_then(|inner| inner.split("::").next());
    if inner.is_some_and(|name| !ENCODING_FOR_TRAINING.contains(&name)) {
        return Some(format!("{file}: `{path}` is an inner part of `encoding`"));
    }
    let word = ENCODING_WORDS.iter().find(|word| path.to_lowercase().contains(*word))?;
    Some(format!("{file}: `{path}` looks like an encoding of its own (`{word}`)"))
}

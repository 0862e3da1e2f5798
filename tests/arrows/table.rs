//! The arrows, as tables. A new room, or a new arrow, is a line here and a reason in ARCHITECTURE.md.

/// A room of the core and the rooms it may use.
pub const ROOMS: [(&str, &[&str]); 14] = [
    // Text to values and back; it knows no customer and no model.
    ("json", &[]),
    ("schema", &["json"]),
    ("customer", &["schema", "json"]),
    ("encoding", &["customer", "schema", "json"]),
    // It reads features and does not know what a customer is.
    ("network", &["encoding"]),
    ("calibration", &["json"]),
    ("decision", &["json"]),
    // It sees the model as a function.
    ("explanation", &[]),
    // Text for people; it knows fields and their values, and no model.
    ("sentence", &["customer", "schema", "json"]),
    ("drift", &["encoding", "customer", "schema", "json"]),
    ("artifact", &["calibration", "customer", "decision", "drift", "encoding", "json", "network", "schema"]),
    ("scorer", BELOW_SCORER),
    // It exports the graphics device too.
    ("wasm", WITH_GPU),
    ("gpu", ALL),
];

const BELOW_SCORER: &[&str] = &[
    "artifact",
    "calibration",
    "customer",
    "decision",
    "drift",
    "encoding",
    "explanation",
    "json",
    "network",
    "schema",
    "sentence",
];

const ALL: &[&str] = &[
    "artifact",
    "calibration",
    "customer",
    "decision",
    "drift",
    "encoding",
    "explanation",
    "json",
    "network",
    "schema",
    "scorer",
    "sentence",
];

const WITH_GPU: &[&str] = &[
    "artifact",
    "calibration",
    "customer",
    "decision",
    "drift",
    "encoding",
    "explanation",
    "gpu",
    "json",
    "network",
    "schema",
    "scorer",
    "sentence",
];

/// The rooms that a room may use; nothing for a name that is no room.
pub fn room(name: &str) -> Option<&'static [&'static str]> {
    ROOMS.iter().find(|(room, _)| *room == name).map(|(_, uses)| *uses)
}

/// Where a crate, a module of `std` or a macro may be used at all.
pub struct Place {
    /// The beginning of a path, or a macro with its `!`.
    pub what: &'static str,
    /// Sources that this line is about, by the beginning of their path.
    pub about: &'static [&'static str],
    /// Sources among them that may use it.
    pub allowed: &'static [&'static str],
}

const CORE: &[&str] = &["src/"];
const EVERYWHERE: &[&str] = &["src/", "table/src/", "training/src/", "cli/src/", "xtask/src/"];
const NOWHERE: &[&str] = &[];
const BROWSER: &[&str] = &["src/wasm/", "src/wasm.rs", "src/gpu/"];
const BURN: &[&str] = &["src/network/burn.rs", "src/network/burn/", "src/gpu/"];

/// The core is pure: no IO, clock, randomness or log; burn and the browser each have their room.
pub const PLACES: [Place; 24] = [
    Place { what: "cubecl", about: EVERYWHERE, allowed: &["src/gpu/"] },
    Place { what: "burn", about: CORE, allowed: BURN },
    Place { what: "wasm_bindgen", about: EVERYWHERE, allowed: BROWSER },
    Place { what: "js_sys", about: EVERYWHERE, allowed: BROWSER },
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
    Place { what: "print!", about: CORE, allowed: NOWHERE },
    Place { what: "println!", about: CORE, allowed: NOWHERE },
    Place { what: "eprint!", about: CORE, allowed: NOWHERE },
    Place { what: "eprintln!", about: CORE, allowed: NOWHERE },
    Place { what: "dbg!", about: CORE, allowed: NOWHERE },
    // The project's commands build the rooms from outside; with the core inside them they could not build it.
    Place { what: "tenure", about: &["xtask/src/"], allowed: NOWHERE },
];

/// What `training` may name from `tenure::encoding`: the door, and what the packer must know of a table row.
pub const ENCODING_FOR_TRAINING: [&str; 8] =
    ["CategoryValues", "DenseLayout", "Encoder", "EncoderError", "EncoderParams", "Features", "Input", "Scale"];

/// Names that betray an encoding done again outside `encoding`.
pub const ENCODING_WORDS: [&str; 4] = ["one_hot", "onehot", "piecewise", "standardise"];

/// Calls that betray a scoring rule in the package: what turns a logit into a probability, or back.
pub const RULE_WORDS: [&str; 5] = ["Math.exp", "Math.expm1", "Math.log", "Math.log1p", "Math.tanh"];

/// What the page may name of the package.
pub const PACKAGE: &str = "tenure";
/// The entries of the package that the page may import beside it: tables of messages.
pub const PACKAGE_ENTRIES: [&str; 2] = ["/english", "/german"];

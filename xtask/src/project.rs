//! Where things lie: the repository's root and the folders that the commands write.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The repository's root, from the variable that cargo sets when it runs this program. The value at
/// compile time may be another clone, because two clones that share a target folder share this
/// binary.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&package).parent().expect("xtask/ lies in the repository's root").to_path_buf()
    });
    &ROOT
}

/// A path under the root, written with forward slashes.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// A path under the root's own `target/`, for what the commands write. It stays there even if
/// cargo's target folder is elsewhere, so `target/bench/runtime.json` has one place.
pub fn output(relative: &str) -> PathBuf {
    root().join("target").join(relative)
}

/// Cargo's target folder.
pub fn cargo_target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        // A relative folder counts from where cargo is called, and every command here calls it in
        // the root.
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The `tenure` command as the release profile builds it.
pub fn tenure_command() -> PathBuf {
    cargo_target().join("release").join(format!("tenure{}", std::env::consts::EXE_SUFFIX))
}

/// A path for printing, relative to the root if it lies there.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

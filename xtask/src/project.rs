//! Where things lie: the repository's root and the folders that the commands write.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The repository's root, as cargo says when it runs this program. What it said when it compiled it may be another clone:
/// two that share a target folder share this binary.
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

/// What the commands write for people and for other commands lies in the root's own `target/`,
/// also where cargo's target folder is elsewhere: a reader must find `target/bench/runtime.json` without knowing how
/// it was built.
pub fn output(relative: &str) -> PathBuf {
    root().join("target").join(relative)
}

/// Cargo's target folder.
pub fn cargo_target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        // A relative one counts from the folder cargo is called in, and every command here is called in the root.
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The `tenure` command as the release profile builds it.
pub fn tenure_command() -> PathBuf {
    cargo_target().join("release").join(format!("tenure{}", std::env::consts::EXE_SUFFIX))
}

/// A path as it is shown: relative to the root where it lies under it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

//! Finds Chromium for the browser checks and benchmarks, or installs it.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::debian;

/// Where distributions put Chromium. `TENURE_CHROMIUM` names another path.
const PLACES: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser's path. Installs Debian's package if the browser is missing and this user may.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::install("Chromium", &["chromium"])? {
        bail!("Chromium is missing: run `sudo apt-get install chromium`, or set TENURE_CHROMIUM to a Chromium's path");
    }
    match find() {
        Some(found) => Ok(found),
        None => bail!(
            "Debian's package `chromium` is installed, but there is no Chromium at {}; set TENURE_CHROMIUM to its path",
            PLACES.join(", ")
        ),
    }
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("TENURE_CHROMIUM").map(PathBuf::from);
    named.into_iter().chain(PLACES.map(PathBuf::from)).find(|place| place.is_file())
}

//! Chromium, which the browser checks and benchmarks drive: found, or installed where that can be done.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::debian;

/// Where distributions put it. `TENURE_CHROMIUM` names another.
const PLACES: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser's path; installs Debian's package where it is missing and this user can.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::install("Chromium", &["chromium"])? {
        bail!("Chromium is missing: run `sudo apt-get install chromium`, or set TENURE_CHROMIUM to a Chromium's path");
    }
    match find() {
        Some(found) => Ok(found),
        None => bail!("Debian's package `chromium` was installed and no Chromium was found at {}", PLACES.join(", ")),
    }
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("TENURE_CHROMIUM").map(PathBuf::from);
    named.into_iter().chain(PLACES.map(PathBuf::from)).find(|place| place.is_file())
}

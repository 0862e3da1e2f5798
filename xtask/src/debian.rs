//! Packages of Debian, installed if this user may install them.

use std::path::Path;

use anyhow::Result;

use crate::command::{self, program};

/// Installs the packages that contain `what`. Returns false if this is not Debian or the user is
/// not root.
pub fn install(what: &str, packages: &[&str]) -> Result<bool> {
    let is_root = command::read(program("id").arg("-u")).is_ok_and(|user| user == "0");
    if !is_root || !Path::new("/usr/bin/apt-get").exists() {
        return Ok(false);
    }
    eprintln!("  {what} is missing: installing Debian's {}", packages.join(" and "));
    command::run(program("apt-get").args(["update", "--quiet"]))?;
    let mut install = program("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    command::run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    Ok(true)
}

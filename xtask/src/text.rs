//! Refuses text that must not leave a developer's machine: paths of its folders, and hosts that its
//! packages came from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{self, program};
use crate::project;

/// Home folders. They are split, so that this file does not contain what it refuses.
const HOME_FOLDERS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// The only source that Cargo.lock may name. Cargo writes it for crates.io even if it downloads
/// from a mirror.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every file that git tracks or would track, and the hosts in both lock files.
pub fn check_sources() -> Result<()> {
    let listed = command::read(program("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let files = listed.split('\0').filter(|name| !name.is_empty()).map(project::path).filter(|file| file.is_file());
    let mut found = Vec::new();
    for file in files {
        found.extend(refused_in_file(&file)?);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name == "package-lock.json" || name == "Cargo.lock" {
            found.extend(hosts_in_lock(&name, &fs::read_to_string(&file)?));
        }
    }
    report(found)
}

/// Checks the files of a build that ship, because compilers write paths into them.
pub fn check_shipped(folder: &Path) -> Result<()> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.extend(refused_in_file(&path)?);
            }
        }
    }
    report(found)
}

fn report(found: Vec<String>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    bail!("these lines name folders or hosts of one machine:\n  {}", found.join("\n  "));
}

fn refused_in_file(file: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(file)?;
    let here = [Some(project::root().to_path_buf()), std::env::home_dir()].into_iter().flatten();
    Ok(refused(&bytes, &here.collect::<Vec<_>>())
        .into_iter()
        .map(|(line, text)| format!("{}:{line}: {text}", project::shown(file)))
        .collect())
}

/// The lines (from 1) that name a home folder or one of the folders in `here`.
fn refused(bytes: &[u8], here: &[PathBuf]) -> Vec<(usize, String)> {
    // Folders near the root (`/`, `/app`) occur in text that has nothing to do with this machine.
    let here = here.iter().filter(|folder| folder.components().count() > 2).map(|folder| folder.display().to_string());
    let needles: Vec<String> = HOME_FOLDERS.map(String::from).into_iter().chain(here).collect();
    let mut found = Vec::new();
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        for needle in &needles {
            if line.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                found.push((index + 1, needle.clone()));
            }
        }
    }
    found
}

/// The lines of a lock file that name the host of a package.
fn hosts_in_lock(name: &str, text: &str) -> Vec<String> {
    let names_host = |line: &str| match line.trim().split_once([':', '=']) {
        Some((key, value)) => match key.trim().trim_matches('"') {
            "resolved" => value.contains("://"),
            "source" => !value.contains(CRATES_IO),
            _ => false,
        },
        None => false,
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| names_host(line))
        .map(|(index, line)| format!("{name}:{}: {}", index + 1, line.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_a_machine_are_refused() {
        let text = format!("fine\nsee {}someone/notes\n", HOME_FOLDERS[1]);
        assert_eq!(refused(text.as_bytes(), &[]), [(2, HOME_FOLDERS[1].to_string())]);
        let here = [PathBuf::from("/srv/build/tenure"), PathBuf::from("/app")];
        assert_eq!(refused(b"\0asm at /srv/build/tenure/src", &here).len(), 1);
        assert!(refused(b"the folder /app, and homes and users", &here).is_empty());
    }

    #[test]
    fn hosts_are_refused_in_lock_files_and_links_are_not() {
        let lock = "\"resolved\": \"https://registry.example/a.tgz\",\n\"resolved\": \"pkg\",\n\"version\": \"1.0.0\"";
        assert_eq!(hosts_in_lock("package-lock.json", lock).len(), 1);
        let lock = format!("source = \"{CRATES_IO}\"\nsource = \"registry+https://mirror.example/index\"\n");
        let found = hosts_in_lock("Cargo.lock", &lock);
        assert!(found.len() == 1 && found[0].starts_with("Cargo.lock:2"), "{found:?}");
    }
}

//! Files that appear whole or not at all: bytes go into a temporary file beside the target, which
//! is renamed when it is complete.
//!
//! A temporary file is locked as long as its writer lives. A run that is killed leaves it behind,
//! and the next run that writes into the folder removes it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

const PREFIX: &str = ".tenure-";
const SUFFIX: &str = ".tmp";

/// A file or folder that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", path.display(), words(source))]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the operating system says.
    pub source: std::io::Error,
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "you have no permission here; choose another folder".into(),
        ErrorKind::NotADirectory => "a part of this path is a file; choose another folder".into(),
        ErrorKind::IsADirectory => "this is a folder; name a file in it".into(),
        ErrorKind::StorageFull => "the disk is full; make room, or choose another".into(),
        ErrorKind::AlreadyExists => {
            "another program wrote this file in the meantime, and it stays as it is; name another file, or pass --force"
                .into()
        }
        _ => error.to_string(),
    }
}

impl FileError {
    /// The error of an operation on `path`.
    pub fn new(path: &Path, source: std::io::Error) -> FileError {
        FileError { path: path.to_owned(), source }
    }

    /// Whether the file is there already and must not be replaced.
    pub fn is_taken(&self) -> bool {
        self.source.kind() == ErrorKind::AlreadyExists
    }
}

/// What becomes of a file that is there when the new one is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The new file takes its place.
    Replace,
    /// It stays, and writing fails. Of two writers of one new file the second fails.
    Keep,
}

impl Existing {
    /// What the flag `--force` says.
    pub fn forced(force: bool) -> Existing {
        if force { Existing::Replace } else { Existing::Keep }
    }
}

/// Writes a file whole or not at all, in place of the one that is there.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write(path, bytes, Existing::Replace)
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), FileError> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes).map_err(|error| FileError::new(path, error))?;
    persist(file, path, existing)
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), FileError> {
    let mut file = temporary(path, 0o600)?;
    file.write_all(bytes).map_err(|error| FileError::new(path, error))?;
    persist(file, path, existing)
}

/// A temporary file in the folder of `path`, removed unless it is [`persist`]ed. It has the
/// permissions of an ordinary new file. Removes those of runs that were killed.
pub fn temporary_beside(path: &Path) -> Result<NamedTempFile, FileError> {
    temporary(path, 0o666)
}

fn temporary(path: &Path, mode: u32) -> Result<NamedTempFile, FileError> {
    let folder = folder_of(path);
    let create = std::fs::create_dir_all(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => ErrorKind::NotADirectory.into(),
        _ => error,
    });
    create.map_err(|error| FileError::new(folder, error))?;
    sweep(folder);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes away what the user's umask forbids.
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    loop {
        let file = builder.tempfile_in(folder).map_err(|error| FileError::new(folder, error))?;
        // Without locks on this file system nobody sweeps, so that no lock is needed.
        let _ = file.as_file().try_lock();
        // Another run may have taken it for left behind before it was locked.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// Renames a finished temporary file to `path`, so that it survives a loss of power.
pub fn persist(file: NamedTempFile, path: &Path, existing: Existing) -> Result<(), FileError> {
    file.as_file().sync_all().map_err(|error| FileError::new(path, error))?;
    let renamed = match existing {
        Existing::Replace => file.persist(path),
        Existing::Keep => file.persist_noclobber(path),
    };
    renamed.map_err(|error| FileError::new(path, error.error))?;
    // Not every system opens a folder. The file is complete in any case.
    let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the temporary files in a folder whose writers are gone: those that can be locked. What
/// cannot be read or removed stays; it is nobody's fault here.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
        let is_ours =
            random.is_some_and(|random| random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        if OpenOptions::new().write(true).open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// The name of a file without its folder, for pages that are passed on.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A file with these bytes, deleted when dropped.
    pub(crate) fn file(bytes: impl AsRef<[u8]>) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes.as_ref()).unwrap();
        file
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_a_folder_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/deep/file.txt");
        write_whole(&path, b"first").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(names(path.parent().unwrap()), ["file.txt"], "no temporary file is left");
        let error = write_whole(&path.join("below"), b"").unwrap_err();
        assert!(error.path == path && error.to_string().contains("file.txt: a part of this path is a file"), "{error}");
    }

    #[test]
    fn of_two_writers_of_one_new_file_the_second_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        let (mut first, mut second) = (temporary_beside(&path).unwrap(), temporary_beside(&path).unwrap());
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        persist(first, &path, Existing::Keep).unwrap();
        let error = persist(second, &path, Existing::Keep).unwrap_err();
        assert!(error.is_taken() && error.to_string().contains("in the meantime"), "{error}");
        assert_eq!((std::fs::read(&path).unwrap(), names(folder.path())), (b"first".to_vec(), vec!["file.txt".into()]));
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let kept = [".tenure-abc123", ".tenure-notes.tmp", "tenure-abc123.tmp", ".tenure-ab-123.tmp"];
        for name in [&kept[..], &[".tenure-Ab12cd.tmp"]].concat() {
            std::fs::write(folder.path().join(name), "half").unwrap();
        }
        std::fs::create_dir(folder.path().join(".tenure-folder.tmp")).unwrap();
        let open = temporary_beside(&folder.path().join("other.txt")).unwrap();
        write_whole(&folder.path().join("file.txt"), b"whole").unwrap();
        let mut expected: Vec<String> = kept.map(String::from).to_vec();
        expected.extend([".tenure-folder.tmp".into(), "file.txt".into()]);
        expected.push(open.path().file_name().unwrap().to_str().unwrap().into());
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    /// `cli/tests/files.rs` looks at it under another umask.
    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, any) = (folder.path().join("ours"), folder.path().join("any"));
        write_whole(&ours, b"").unwrap();
        std::fs::write(&any, "").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&any));
        write_private(&ours, b"", Existing::Replace).unwrap();
        assert_eq!(mode(&ours) & 0o777, 0o600);
    }
}

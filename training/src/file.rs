//! Files that appear whole or not at all: bytes go into a temporary file beside the target, which
//! is renamed when it is complete.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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
        _ => error.to_string(),
    }
}

impl FileError {
    /// The error of an operation on `path`.
    pub fn new(path: &Path, source: std::io::Error) -> FileError {
        FileError { path: path.to_owned(), source }
    }
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes).map_err(|error| FileError::new(path, error))?;
    persist(file, path)
}

/// A temporary file in the folder of `path`, removed unless it is [`persist`]ed.
pub fn temporary_beside(path: &Path) -> Result<NamedTempFile, FileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
    tempfile::Builder::new().prefix(".tenure-").tempfile_in(folder).map_err(|error| FileError::new(folder, error))
}

/// Renames a finished temporary file to `path`, with the permissions of an ordinary new file.
pub fn persist(file: NamedTempFile, path: &Path) -> Result<(), FileError> {
    file.as_file().sync_all().map_err(|error| FileError::new(path, error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable).map_err(|error| FileError::new(path, error))?;
    }
    file.persist(path).map(drop).map_err(|error| FileError::new(path, error.error))
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

    #[test]
    fn a_file_is_replaced_whole_and_a_folder_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/deep/file.txt");
        write_whole(&path, b"first").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
        let error = write_whole(&path.join("below"), b"").unwrap_err();
        assert!(error.path == path && error.to_string().contains("file.txt"), "{error}");
    }
}

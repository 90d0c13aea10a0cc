//! Safetensors files in and out, with a checksum over header and data.
//!
//! A file is a plain safetensors file: row-major little-endian `F32` tensors under their names, which any reader opens.
//! Its `__metadata__` holds
//! - `checksum`: SHA-256 in hexadecimal over the whole file, with these 64 digits themselves taken as zeros. It comes
//!   first in the header, so that its place is known;
//! - `downslope`: one JSON text (graph, labels, …), kept as it is;
//! - `format`: the version of these rules.
//!
//! Any altered bit, a missing end or an additional byte is an error. A file is written beside its destination, synced and
//! renamed, so at every instant there is the old file or the new one; a crash can leave a `.downslope-….tmp` behind.

mod decode;
mod encode;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, Result};

/// The version of the layout that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// What the header of every file starts with; the digits of the checksum follow.
const PREFIX: &str = r#"{"__metadata__":{"checksum":""#;
/// Hexadecimal digits of SHA-256.
const DIGITS: usize = 64;
/// Longest header, as in the safetensors format.
const MAX_HEADER: u64 = 100_000_000;

/// A tensor to write: name, shape, row-major values.
pub type TensorRef<'a> = (&'a str, &'a [usize], &'a [f32]);
/// A tensor that was read: name, shape, row-major values.
pub type Tensor = (String, Vec<usize>, Vec<f32>);

/// Writes tensors and a JSON text. What was at `path` is replaced as a whole or, after any error, not at all.
///
/// # Errors
/// `ERR_CHECKPOINT` with the path and the reason of the operating system; `ERR_INTERNAL` for tensors whose names are not
/// unique or whose values do not fit their shape.
pub fn write(path: &Path, tensors: &[TensorRef<'_>], metadata: &str) -> Result<()> {
    let header = encode::header(tensors, metadata)?;
    let failed = |error: io::Error| refused(path, &error.to_string());
    let (target, folder) = place(path)?;
    save(&target, &folder, &header, tensors).map_err(failed)
}

/// Finds out whether [`write()`] can write here: makes a file beside the destination and removes it again.
///
/// # Errors
/// `ERR_CHECKPOINT` with the path and the reason.
pub fn writable(path: &Path) -> Result<()> {
    let (_, folder) = place(path)?;
    match Temporary::create(&folder) {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(path, &error.to_string())),
    }
}

fn refused(path: &Path, what: &str) -> Error {
    Error::checkpoint(format!("cannot write '{}': {what}", path.display()))
}

/// The file to replace, and its folder.
fn place(path: &Path) -> Result<(PathBuf, PathBuf)> {
    let failed = |what: &str| refused(path, what);
    // a link stays a link: the file that it points to is replaced
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if target.file_name().is_none() {
        return Err(failed("it is not the name of a file"));
    }
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(failed("it is a folder")),
        Ok(found) if !found.is_file() => return Err(failed("it is not a regular file")),
        _ => {}
    }
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(failed(&format!("the folder '{}' does not exist", folder.display())));
    }
    let folder = folder.to_path_buf();
    Ok((target, folder))
}

/// Reads what [`write()`] wrote: the tensors in the order of the file, and the JSON text.
///
/// # Errors
/// `ERR_CHECKPOINT` with the path: the file cannot be read, is not of this kind, is from a newer version or damaged.
pub fn read(path: &Path) -> Result<(Vec<Tensor>, String)> {
    let failed = |what: &str| Error::checkpoint(format!("cannot read '{}': {what}", path.display()));
    let system = |error: io::Error| failed(&error.to_string());
    let found = fs::metadata(path).map_err(system)?;
    if found.is_dir() {
        return Err(failed("it is a folder"));
    }
    // opening a pipe would wait for its writer
    if !found.is_file() {
        return Err(failed("it is not a regular file"));
    }
    let file = File::open(path).map_err(system)?;
    let length = file.metadata().map_err(system)?.len();
    decode::decode(&mut BufReader::with_capacity(1 << 16, file), length).map_err(|what| failed(&what))
}

fn save(target: &Path, folder: &Path, header: &str, tensors: &[TensorRef<'_>]) -> io::Result<()> {
    let (file, mut temporary) = Temporary::create(folder)?;
    encode::write(&file, header, tensors)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.path, target)?;
    temporary.renamed = true;
    sync_folder(folder)
}

/// Makes the new name itself durable, where folders can be synced.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // some network file systems cannot
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that is removed again unless it was renamed.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// A new file with a name that nobody else uses: not a thread, a process, or a machine that shares the folder.
    fn create(folder: &Path) -> io::Result<(File, Self)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
            let path = folder.join(format!(".downslope-{process}-{count}-{time}.tmp"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path, renamed: false })),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // nothing more can be done about a file that cannot be removed, and there is an error to report already
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests;

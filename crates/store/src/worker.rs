//! Who lives: each worker holds an operating-system lock on a small file of its own beside the database. The lock goes
//! with the process, in whatever way that ends, and stays while its event loop is blocked.
//!
//! The locks are those of an open file (flock, LockFileEx), not POSIX record locks, which belong to the process: two
//! workers of one process would not see each other, and closing any handle would drop them all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file whose name ends so is not a worker yet.
const UNBORN: &str = ".new";
/// Nobody needs so long between making a file and renaming it.
const STILLBORN: Duration = Duration::from_secs(600);

/// The folder of the files of a database.
pub fn folder(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-workers");
    PathBuf::from(name)
}

/// One worker's life; dropped, it is gone.
pub struct Life {
    /// Unique: among the living by its file, over time by 64 random bits.
    pub name: String,
    path: PathBuf,
    folder: PathBuf,
    // closing it releases the lock
    file: Option<File>,
}

impl Life {
    /// Makes the file of a new worker and locks it.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let random = RandomState::new().hash_one(SystemTime::now());
        let name = format!("{}-{random:016x}", std::process::id());
        let path = folder.join(&name);
        let unborn = folder.join(format!("{name}{UNBORN}"));
        let mut tries = 0;
        let file = loop {
            fs::create_dir_all(folder)?;
            match OpenOptions::new().write(true).create_new(true).open(&unborn) {
                // the last worker of another process took the folder away meanwhile
                Err(error) if error.kind() == io::ErrorKind::NotFound && tries < 100 => tries += 1,
                other => break other?,
            }
        };
        // locked before it has its name: whoever sweeps never sees it without its lock
        let locked = file.lock().and_then(|()| fs::rename(&unborn, &path));
        if let Err(error) = locked {
            drop(file);
            let _ = fs::remove_file(&unborn);
            return Err(error);
        }
        Ok(Self { name, path, folder: folder.to_owned(), file: Some(file) })
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // a file that stays without its lock counts as dead, and is swept later
        let _ = fs::remove_file(&self.path);
        drop(self.file.take());
        // works when it was the last
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Whether nobody holds the lock of a file any more. In doubt (no handles left, say) it is held: a trial must not run twice.
fn unlocked(path: &Path) -> bool {
    match File::open(path) {
        // shared, so that two who look at once do not see each other
        Ok(file) => !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Whether a worker lives.
pub fn lives(folder: &Path, name: &str) -> bool {
    !unlocked(&folder.join(name))
}

/// Takes away the files of dead workers.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let unborn = path.to_string_lossy().ends_with(UNBORN);
        let old = || {
            let age = entry.metadata().and_then(|data| data.modified()).map(|time| time.elapsed());
            matches!(age, Ok(Ok(age)) if age > STILLBORN)
        };
        if (!unborn || old()) && unlocked(&path) {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_lives_until_it_is_dropped() {
        let home = std::env::temp_dir().join(format!("downslope-life-{}", std::process::id()));
        let folder = home.join("x-workers");
        let (first, second) = (Life::begin(&folder).unwrap(), Life::begin(&folder).unwrap());
        assert_ne!(first.name, second.name);
        // in the same process, too
        assert!(lives(&folder, &first.name) && lives(&folder, &second.name));
        assert!(!lives(&folder, "1-0000000000000000"));
        sweep(&folder);
        assert!(lives(&folder, &first.name));
        fs::write(folder.join("2-0000000000000000"), "").unwrap();
        assert!(!lives(&folder, "2-0000000000000000"));
        sweep(&folder);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        let name = first.name.clone();
        drop(first);
        assert!(!lives(&folder, &name) && lives(&folder, &second.name));
        drop(second);
        assert!(!folder.exists());
        fs::remove_dir_all(home).unwrap();
    }
}

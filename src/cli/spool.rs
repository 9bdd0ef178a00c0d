use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::archive::{ArchiveError, Source};

/// A private copy of what can be read once only, gone when it is dropped.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    /// Keeps a file alive that has lost its name already, so that nothing is left behind however the program ends.
    nameless: Option<File>,
}

impl Spool {
    /// Keeps standard input, or the pipe that a path names.
    pub(super) fn of_source(source: &Source) -> Result<Self, Failure> {
        let Source::Path(path) = source else { return Self::of("standard input", &mut io::stdin().lock()) };
        let mut file = File::open(path).map_err(|why| unreadable(&path.display().to_string(), &why))?;
        Self::of(&path.display().to_string(), &mut file)
    }

    /// Copies all of it into a new file that nobody else may read, and says so.
    fn of(name: &str, input: &mut dyn Read) -> Result<Self, Failure> {
        let directory = std::env::temp_dir();
        let failed = |why| Failure::Output { path: directory.display().to_string(), why };
        let (mut spool, mut file) = Self::create(&directory).map_err(failed)?;
        // Nobody is harmed when standard error is closed.
        let _ = writeln!(anstream::stderr(), "{name} is read twice: kept in {} meanwhile", directory.display());
        spool.forget_name(&file);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => file.write_all(&buffer[..n]).map_err(failed)?,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(unreadable(name, &why)),
            }
        }
        file.flush().map_err(failed)?;
        Ok(spool)
    }

    fn create(directory: &Path) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut number = 0_u32;
        loop {
            let path = directory.join(format!("mig-analyze-{}-{number}", std::process::id()));
            match options.open(&path) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
                Err(why) => return Err(why),
                Ok(file) => return Ok((Self { path, nameless: None }, file)),
            }
        }
    }

    /// Takes the name away where the file can be opened without it: a name would outlive Ctrl-C.
    #[cfg(target_os = "linux")]
    fn forget_name(&mut self, file: &File) {
        use std::os::fd::AsRawFd as _;

        let Ok(kept) = file.try_clone() else { return };
        let link = PathBuf::from(format!("/proc/self/fd/{}", kept.as_raw_fd()));
        if File::open(&link).is_ok() && fs::remove_file(&self.path).is_ok() {
            self.path = link;
            self.nameless = Some(kept);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn forget_name(&mut self, _: &File) {}

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if self.nameless.is_some() {
            return;
        }
        // A file that cannot be removed is left to those who clean the temporary directory.
        let _ = fs::remove_file(&self.path);
    }
}

/// Says that the input failed, and not the disk.
fn unreadable(name: &str, why: &io::Error) -> Failure {
    Failure::Archive(ArchiveError::Unreadable { path: name.to_owned(), why: why.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_input_is_kept_as_long_as_it_is_needed_and_for_us_alone() {
        let spool = Spool::of("standard input", &mut &b"bytes"[..]).unwrap();
        let path = spool.path().to_owned();
        assert_eq!(fs::read(&path).unwrap(), b"bytes");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        drop(spool);
        // A name of a file that is gone may be that of another by now.
        assert_ne!(fs::read(&path).ok().as_deref(), Some(&b"bytes"[..]));
    }
}

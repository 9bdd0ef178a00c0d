use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// A private copy of standard input, gone when it is dropped.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
}

impl Spool {
    /// Copies all of it into a new file that nobody else may read, and says so.
    pub(super) fn of(input: &mut dyn Read) -> Result<Self, Failure> {
        let directory = std::env::temp_dir();
        let failed = |why| Failure::Output { path: directory.display().to_string(), why };
        let (spool, mut file) = Self::create(&directory).map_err(failed)?;
        // Nobody is harmed when standard error is closed.
        let _ = writeln!(anstream::stderr(), "standard input is read twice: kept in {} meanwhile", spool.path.display());
        io::copy(input, &mut file).and_then(|_| file.flush()).map_err(failed)?;
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
                Ok(file) => return Ok((Self { path }, file)),
            }
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // A file that cannot be removed is left to those who clean the temporary directory.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_input_is_kept_as_long_as_it_is_needed_and_for_us_alone() {
        let spool = Spool::of(&mut &b"bytes"[..]).unwrap();
        let path = spool.path().to_owned();
        assert_eq!(fs::read(&path).unwrap(), b"bytes");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        drop(spool);
        assert!(!path.exists());
    }
}

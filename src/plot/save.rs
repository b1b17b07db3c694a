//! Figures to files.

use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::path::Path;

use super::figure::Figure;
use crate::error::{Error, Result};

impl Figure {
    /// Saves the figure as SVG or PNG, by the ending of the path.
    ///
    /// The file is written whole or not at all: a picture that stood there before stays until the new one is
    /// complete.
    ///
    /// # Errors
    /// If the ending is neither `.svg` nor `.png`, the figure cannot be drawn, or the file cannot be written.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let figure = Figure::curve("tanh", -3.0, 3.0, f64::tanh)?;
    /// let path = std::env::temp_dir().join("statmech-tanh.png");
    /// figure.save(&path)?;
    /// assert!(figure.save("tanh.jpeg").is_err());
    /// # std::fs::remove_file(path).ok();
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save(self, path.as_ref())
    }
}

fn save(figure: &Figure, path: &Path) -> Result<()> {
    let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let bytes = match ending.as_deref() {
        Some("svg") => figure.svg()?.into_bytes(),
        Some("png") => figure.png()?,
        _ => {
            return Err(Error::argument(
                "path",
                path.display(),
                "a file name that ends in .svg or .png",
            ));
        }
    };
    let failed = |source| Error::File { path: path.to_path_buf(), action: "written", source };
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Err(failed(IoError::new(ErrorKind::InvalidInput, "its name is not valid text")));
    };
    // Beside the target, since a rename is only atomic within one file system.
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        fs::remove_file(&beside).ok();
        failed(source)
    })
}

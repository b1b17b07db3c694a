//! Figures to files.

use std::path::Path;

use super::figure::Figure;
use crate::error::{Error, Result};
use crate::file::write_whole;

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
    write_whole(path, &bytes)
}

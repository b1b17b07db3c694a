//! Named arrays in files of the safetensors format, which other languages read as well; written whole or not at all.
//!
//! Beside the arrays a file has one text, under a key that names its kind, and a checksum of the arrays' bytes (FNV-1a 64), which files by others may lack.

use std::collections::HashMap;
use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::error::{Error, Result};
use crate::file::{checksum, write_whole};

const CHECKSUM: &str = "checksum";

/// Writes arrays of f64 (name, shape, entries row by row) and a text under `kind`.
pub(crate) fn save(
    path: &Path,
    kind: &str,
    text: &str,
    arrays: &[(&str, Vec<usize>, &[f64])],
) -> Result<()> {
    let failed = |why: String| Error::File {
        path: path.to_path_buf(),
        action: "written",
        source: IoError::new(ErrorKind::InvalidData, why),
    };
    let bytes: Vec<Vec<u8>> = arrays
        .iter()
        .map(|(_, _, entries)| entries.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let views = arrays
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| {
            let view = TensorView::new(Dtype::F64, shape.clone(), bytes);
            view.map(|view| (*name, view)).map_err(|error| failed(error.to_string()))
        })
        .collect::<Result<Vec<_>>>()?;
    // Sorted by name, as in the file.
    let mut named: Vec<(&str, &Vec<u8>)> = arrays.iter().map(|array| array.0).zip(&bytes).collect();
    named.sort_unstable_by_key(|(name, _)| *name);
    let whole: Vec<u8> = named.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    let text = format!("{text} {CHECKSUM}={:016x}", checksum(&whole));
    let metadata = HashMap::from([(kind.to_owned(), text)]);
    let file = safetensors::serialize(views, Some(metadata)).map_err(|e| failed(e.to_string()))?;
    write_whole(path, &file)
}

/// An opened file.
#[derive(Clone, Debug)]
pub(crate) struct Tensors {
    path: PathBuf,
    text: HashMap<String, String>,
    arrays: HashMap<String, Array>,
}

/// A shape, and numbers row by row, or the type of those that are not read.
#[derive(Clone, Debug)]
struct Array {
    shape: Vec<usize>,
    entries: std::result::Result<Vec<f64>, Dtype>,
}

impl Tensors {
    /// Reads a file with a text under `kind`; `what` is its content in words ("a restricted Boltzmann machine").
    pub fn open(path: &Path, kind: &str, what: &str) -> Result<Self> {
        let file = Self::read(path, kind)?;
        if file.text.is_empty() {
            let why = format!("it is a safetensors file, but not of {what} saved by this crate");
            return Err(file.refuse(why));
        }
        Ok(file)
    }

    /// Reads any file; the checksum of its arrays has to be right if it has a text under `kind` that says it.
    pub fn read(path: &Path, kind: &str) -> Result<Self> {
        let unreadable = |source| Error::File { path: path.to_path_buf(), action: "read", source };
        let refuse = |why: String| unreadable(IoError::new(ErrorKind::InvalidData, why));
        let bytes = fs::read(path).map_err(unreadable)?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| {
            refuse(format!("it is no whole safetensors file ({error}): it was cut, changed, or is something else"))
        })?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| refuse(e.to_string()))?;
        let text = header.metadata().as_ref().and_then(|entries| entries.get(kind));
        let text: HashMap<String, String> = text
            .into_iter()
            .flat_map(|text| text.split_whitespace())
            .filter_map(|entry| entry.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut tensors = file.tensors();
        tensors.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if let Some(expected) = text.get(CHECKSUM) {
            let whole: Vec<u8> =
                tensors.iter().flat_map(|(_, view)| view.data().iter().copied()).collect();
            if *expected != format!("{:016x}", checksum(&whole)) {
                return Err(refuse("its checksum is wrong: it was changed or damaged".to_owned()));
            }
        }
        let array = |view: &TensorView<'_>| Array {
            shape: view.shape().to_vec(),
            entries: numbers(view).ok_or(view.dtype()),
        };
        let arrays = tensors.iter().map(|(name, view)| (name.clone(), array(view))).collect();
        Ok(Self { path: path.to_path_buf(), text, arrays })
    }

    /// An error that says why the content makes no sense.
    pub fn refuse(&self, why: impl Into<String>) -> Error {
        let source = IoError::new(ErrorKind::InvalidData, why.into());
        Error::File { path: self.path.clone(), action: "read", source }
    }

    /// What the text says after `key=`.
    pub fn entry(&self, key: &str) -> Result<&str> {
        let entry = self.text.get(key).map(String::as_str);
        entry.ok_or_else(|| self.refuse(format!("it does not say its `{key}`")))
    }

    /// The array of this name, with so many dimensions.
    pub fn array(&self, name: &str, dimensions: usize) -> Result<(&[usize], &[f64])> {
        let array = self.find(name)?;
        if array.shape.len() != dimensions {
            let given = array.shape.len();
            let why = format!("`{name}` has {given} dimensions instead of {dimensions}");
            return Err(self.refuse(why));
        }
        Ok((&array.shape, self.entries(name, array)?))
    }

    /// The entries of the array of this name and shape.
    pub fn shaped(&self, name: &str, shape: &[usize]) -> Result<&[f64]> {
        let array = self.find(name)?;
        if array.shape != shape {
            let why = format!("`{name}` has shape {:?} instead of {shape:?}", array.shape);
            return Err(self.refuse(why));
        }
        self.entries(name, array)
    }

    fn find(&self, name: &str) -> Result<&Array> {
        self.arrays.get(name).ok_or_else(|| {
            let mut names: Vec<&str> = self.arrays.keys().map(String::as_str).collect();
            names.sort_unstable();
            self.refuse(format!("it has no array `{name}`, but {}", names.join(", ")))
        })
    }

    fn entries<'a>(&self, name: &str, array: &'a Array) -> Result<&'a [f64]> {
        match &array.entries {
            Ok(entries) => Ok(entries),
            Err(found) => {
                Err(self
                    .refuse(format!("`{name}` holds {found:?} where F64, F32 or BF16 should be")))
            }
        }
    }
}

/// The numbers of an array, if they are of a type that is read.
fn numbers(view: &TensorView<'_>) -> Option<Vec<f64>> {
    let data = view.data();
    match view.dtype() {
        Dtype::F64 => {
            Some(data.as_chunks::<8>().0.iter().map(|x| f64::from_le_bytes(*x)).collect())
        }
        Dtype::F32 => {
            let single = data.as_chunks::<4>().0.iter().map(|x| f32::from_le_bytes(*x));
            Some(single.map(f64::from).collect())
        }
        // The upper half of an f32.
        Dtype::BF16 => {
            let half = data.as_chunks::<2>().0.iter().map(|x| u32::from(u16::from_le_bytes(*x)));
            Some(half.map(|bits| f64::from(f32::from_bits(bits << 16))).collect())
        }
        _ => None,
    }
}

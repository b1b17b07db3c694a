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
    arrays: HashMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Tensors {
    /// Reads a file with a text under `kind`; `what` is its content in words ("a restricted Boltzmann machine").
    pub fn open(path: &Path, kind: &str, what: &str) -> Result<Self> {
        let unreadable = |source| Error::File { path: path.to_path_buf(), action: "read", source };
        let refuse = |why: String| unreadable(IoError::new(ErrorKind::InvalidData, why));
        let bytes = fs::read(path).map_err(unreadable)?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| {
            refuse(format!("it is no whole safetensors file ({error}): it was cut, changed, or is something else"))
        })?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| refuse(e.to_string()))?;
        let text = header.metadata().as_ref().and_then(|entries| entries.get(kind)).cloned();
        let Some(text) = text else {
            return Err(refuse(format!(
                "it is a safetensors file, but not of {what} saved by this crate"
            )));
        };
        let text: HashMap<String, String> = text
            .split_whitespace()
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
        let mut arrays = HashMap::new();
        for (name, view) in tensors {
            let entries = match view.dtype() {
                Dtype::F64 => {
                    view.data().as_chunks::<8>().0.iter().map(|x| f64::from_le_bytes(*x)).collect()
                }
                Dtype::F32 => view
                    .data()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|x| f64::from(f32::from_le_bytes(*x)))
                    .collect(),
                other => {
                    let why = format!("`{name}` holds {other:?} where F64 or F32 should be");
                    return Err(refuse(why));
                }
            };
            arrays.insert(name, (view.shape().to_vec(), entries));
        }
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
        match self.arrays.get(name) {
            Some((shape, entries)) if shape.len() == dimensions => Ok((shape, entries)),
            Some((shape, _)) => Err(self.refuse(format!(
                "`{name}` has {} dimensions instead of {dimensions}",
                shape.len()
            ))),
            None => Err(self.refuse(format!("it has no array `{name}`"))),
        }
    }
}

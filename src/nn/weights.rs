//! Parameters to files and back, in the safetensors format.

use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::error::{Error, Result};
use crate::file::write_whole;
use crate::landscape::Block;
use crate::ndarray::Array1;
use crate::nn::network::Network;

impl Network {
    /// Saves parameters as a safetensors file with an array of f64 for each block, under its name and in its shape, which NumPy, PyTorch and others
    /// read as well. The file is written whole or not at all.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, or the file cannot be written.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Mlp::new([2, 3, 1]);
    /// let theta = network.initial(1)?;
    /// let path = std::env::temp_dir().join("statmech-network-doc.safetensors");
    /// network.save(&path, &theta)?;
    /// assert_eq!(network.load(&path)?, theta);
    /// # std::fs::remove_file(path).ok();
    /// # Ok(()) }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>, theta: &Array1<f64>) -> Result<()> {
        let (path, blocks) = (path.as_ref(), self.blocks()?);
        let count: usize = blocks.iter().map(Block::count).sum();
        if theta.len() != count || theta.iter().any(|x| !x.is_finite()) {
            let given = format!("{} numbers, or some that are not finite", theta.len());
            return Err(Error::argument("theta", given, format!("of {count} finite numbers")));
        }
        let failed = |why: String| Error::File {
            path: path.to_path_buf(),
            action: "written",
            source: IoError::new(ErrorKind::InvalidData, why),
        };
        let bytes: Vec<u8> = theta.iter().flat_map(|x| x.to_le_bytes()).collect();
        let mut views = Vec::new();
        for block in &blocks {
            let range = block.range();
            let data = &bytes[8 * range.start..8 * range.end];
            let view = TensorView::new(Dtype::F64, block.shape().to_vec(), data);
            views.push((block.name(), view.map_err(|error| failed(error.to_string()))?));
        }
        let file =
            safetensors::serialize(views, None).map_err(|error| failed(error.to_string()))?;
        write_whole(path, &file)
    }

    /// Reads parameters that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// As [`load_as`](Self::load_as).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Mlp::new([2, 1]).load("no such file").is_err());
    /// ```
    pub fn load(&self, path: impl AsRef<Path>) -> Result<Array1<f64>> {
        self.load_as(path, [])
    }

    /// Reads parameters trained elsewhere from a safetensors file, with pairs of a block's name and the array's name in the file; blocks that are not
    /// named keep their own. Numbers may be F64, F32, or BF16, and shapes must be those of the blocks (as PyTorch's are).
    ///
    /// # Errors
    /// If the file cannot be read, is no safetensors file, lacks an array, or one has another shape, type, or numbers that are not finite; or if a
    /// pair names no block.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// # let path = std::env::temp_dir().join("statmech-network-as.safetensors");
    /// # Mlp::new([2, 1]).save(&path, &array![1.0, 2.0, 3.0])?;
    /// let network = Mlp::new([2, 1]);
    /// let theta = network.load_as(&path, [("layer.0.weight", "layer.0.weight")])?;
    /// # std::fs::remove_file(path).ok();
    /// assert_eq!(theta, array![1.0, 2.0, 3.0]);
    /// # Ok(()) }
    /// ```
    pub fn load_as<'a>(
        &self,
        path: impl AsRef<Path>,
        names: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Array1<f64>> {
        let (path, blocks) = (path.as_ref(), self.blocks()?);
        let names: Vec<(&str, &str)> = names.into_iter().collect();
        if let Some((stranger, _)) =
            names.iter().find(|(block, _)| blocks.iter().all(|known| known.name() != *block))
        {
            let known: Vec<&str> = blocks.iter().map(Block::name).collect();
            let allowed = format!("names of blocks: {}", known.join(", "));
            return Err(Error::argument("names", stranger, allowed));
        }
        let unreadable = |source| Error::File { path: path.to_path_buf(), action: "read", source };
        let refuse = |why: String| unreadable(IoError::new(ErrorKind::InvalidData, why));
        let bytes = fs::read(path).map_err(unreadable)?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|error| refuse(format!("it is no whole safetensors file ({error})")))?;
        let mut theta = Vec::new();
        for block in &blocks {
            let renamed = names.iter().find(|(name, _)| *name == block.name());
            let name = renamed.map_or(block.name(), |(_, name)| name);
            let view = file.tensor(name).map_err(|_| {
                refuse(format!("it has no array `{name}`, but {}", file.names().join(", ")))
            })?;
            if view.shape() != block.shape() {
                let (found, expected) = (view.shape(), block.shape());
                return Err(refuse(format!(
                    "`{name}` has shape {found:?} instead of {expected:?}"
                )));
            }
            theta.extend(numbers(&view).ok_or_else(|| {
                let found = view.dtype();
                refuse(format!("`{name}` holds {found:?} where F64, F32 or BF16 should be"))
            })?);
            if theta[block.start..].iter().any(|x| !x.is_finite()) {
                return Err(refuse(format!("`{name}` holds numbers that are not finite")));
            }
        }
        Ok(Array1::from_vec(theta))
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

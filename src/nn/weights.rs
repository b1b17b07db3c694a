//! Parameters to files and back, in the safetensors format.

use std::path::Path;

use crate::error::{Error, Result};
use crate::landscape::ParameterBlock;
use crate::ndarray::Array1;
use crate::nn::network::Network;
use crate::tensors::{self, Tensors};

const KIND: &str = "statmech_network";

impl Network {
    /// Saves parameters as a safetensors file with an array of f64 for each block, under its name and in its shape, which NumPy, PyTorch and others
    /// read as well. The file is written whole or not at all, and has a checksum.
    ///
    /// # Errors
    /// If θ has the wrong length or numbers that are not finite, or the file cannot be written.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let network = Network::mlp([2, 3, 1]);
    /// let theta = network.initial(1)?;
    /// let path = std::env::temp_dir().join("statmech-network-doc.safetensors");
    /// network.save(&path, &theta)?;
    /// assert_eq!(network.load(&path)?, theta);
    /// # std::fs::remove_file(path).ok();
    /// # Ok(()) }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>, theta: &Array1<f64>) -> Result<()> {
        let (path, blocks) = (path.as_ref(), self.blocks()?);
        let count: usize = blocks.iter().map(ParameterBlock::count).sum();
        if theta.len() != count || theta.iter().any(|x| !x.is_finite()) {
            let given = format!("{} numbers, or some that are not finite", theta.len());
            return Err(Error::argument("theta", given, format!("of {count} finite numbers")));
        }
        let theta = theta.to_vec();
        let arrays: Vec<(&str, Vec<usize>, &[f64])> = blocks
            .iter()
            .map(|block| (block.name(), block.shape().to_vec(), &theta[block.range()]))
            .collect();
        tensors::save(path, KIND, "version=1", &arrays)
    }

    /// Reads parameters that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// As [`load_as`](Self::load_as).
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Network::mlp([2, 1]).load("no such file").is_err());
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
    /// # Network::mlp([2, 1]).save(&path, &array![1.0, 2.0, 3.0])?;
    /// let network = Network::mlp([2, 1]);
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
            let known: Vec<&str> = blocks.iter().map(ParameterBlock::name).collect();
            let allowed = format!("names of blocks: {}", known.join(", "));
            return Err(Error::argument("names", stranger, allowed));
        }
        let file = Tensors::read(path, KIND)?;
        let mut theta = Vec::new();
        for block in &blocks {
            let renamed = names.iter().find(|(name, _)| *name == block.name());
            let name = renamed.map_or(block.name(), |(_, name)| name);
            let entries = file.shaped(name, block.shape())?;
            if entries.iter().any(|x| !x.is_finite()) {
                return Err(file.refuse(format!("`{name}` holds numbers that are not finite")));
            }
            theta.extend_from_slice(entries);
        }
        Ok(Array1::from_vec(theta))
    }
}

//! Machines to files and back, in the safetensors format.
//!
//! Arrays of f64: `weights` (visible × hidden), `visible_fields`, `hidden_fields`, and `visible_precisions`, `hidden_precisions` where the layers
//! have them. The text under the key `statmech_rbm` says `version=1 visible=… hidden=…`, with the units' names, and their colours as in `potts:4`.

use std::path::Path;

use crate::error::Result;
use crate::ndarray::{Array1, Array2};
use crate::rbm::Rbm;
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;
use crate::tensors::{self, Tensors};

const KIND: &str = "statmech_rbm";
const VERSION: &str = "1";

impl Rbm {
    /// Saves the machine as a [safetensors](https://huggingface.co/docs/safetensors) file, which NumPy, PyTorch and others read as well. The file is
    /// written whole or not at all; it has a checksum.
    ///
    /// Its arrays of f64 are `weights` (visible × hidden), `visible_fields`, `hidden_fields`, and `visible_precisions`, `hidden_precisions` where the
    /// layers have them.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let rbm = Rbm::spin(2, 1)?.weights(&array![[0.25], [-1.5]])?;
    /// let path = std::env::temp_dir().join("statmech-rbm.safetensors");
    /// rbm.save(&path)?;
    /// assert_eq!(Rbm::load(&path)?, rbm);
    /// # std::fs::remove_file(path).ok();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let (n, m) = self.weights.dim();
        let mut arrays = vec![
            ("weights", vec![n, m], self.weight_slice()),
            ("visible_fields", vec![n], self.visible.b.as_slice()),
            ("hidden_fields", vec![m], self.hidden.b.as_slice()),
        ];
        if !self.visible.gamma.is_empty() {
            arrays.push(("visible_precisions", vec![n], self.visible.gamma.as_slice()));
        }
        if !self.hidden.gamma.is_empty() {
            arrays.push(("hidden_precisions", vec![m], self.hidden.gamma.as_slice()));
        }
        let (visible, hidden) = (kind(self.visible.units), kind(self.hidden.units));
        let text = format!("version={VERSION} visible={visible} hidden={hidden}");
        tensors::save(path.as_ref(), KIND, &text, &arrays)
    }

    /// Loads a machine that was [saved](Self::save); arrays of f32 are taken as well.
    ///
    /// # Errors
    /// If the file cannot be read, is not such a file, is of another version, or was cut or changed.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let file = std::env::temp_dir().join(format!("loaded-{}.safetensors", std::process::id()));
    /// let rbm = Rbm::binary(3, 2)?.weights(&Array2::from_elem((3, 2), 0.1))?;
    /// rbm.save(&file)?;
    /// assert_eq!(Rbm::load(&file)?, rbm);
    /// # std::fs::remove_file(file).ok();
    /// assert!(Rbm::load("no such file").is_err());
    /// # Ok(()) }
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let file = Tensors::open(path.as_ref(), KIND, "a restricted Boltzmann machine")?;
        let version = file.entry("version")?;
        if version != VERSION {
            let why = format!("its version is {version}, and this crate reads {VERSION}");
            return Err(file.refuse(why));
        }
        let visible = layer(&file, "visible", ["visible_fields", "visible_precisions"])?;
        let hidden = layer(&file, "hidden", ["hidden_fields", "hidden_precisions"])?;
        let (shape, entries) = file.array("weights", 2)?;
        let weights = Array2::from_shape_vec((shape[0], shape[1]), entries.to_vec())
            .map_err(|error| file.refuse(error.to_string()))?;
        let machine = Self::new(visible, hidden).and_then(|rbm| rbm.weights(&weights));
        machine.map_err(|error| file.refuse(error.to_string()))
    }
}

fn kind(units: Units) -> String {
    match units {
        Units::Potts { colors } => format!("potts:{colors}"),
        other => other.name().to_owned(),
    }
}

fn layer(file: &Tensors, key: &str, names: [&str; 2]) -> Result<Layer> {
    let (_, fields) = file.array(names[0], 1)?;
    let n = fields.len();
    let entry = file.entry(key)?;
    let layer = match entry.split_once(':') {
        Some(("potts", colors)) => {
            let colors: usize = colors.parse().unwrap_or(0);
            // As many sites as there are fields for; whether these fit, the fields' own check finds.
            Layer::potts(n.checked_div(colors).unwrap_or(0), colors)
        }
        _ => match entry {
            "binary" => Layer::binary(n),
            "spin" => Layer::spin(n),
            "gaussian" => Layer::gaussian(n),
            "relu" => Layer::relu(n),
            other => return Err(file.refuse(format!("`{other}` is no kind of units"))),
        },
    };
    let fields = Array1::from(fields.to_vec());
    let layer =
        layer.and_then(|layer| layer.fields(&fields)).map_err(|e| file.refuse(e.to_string()))?;
    if layer.gamma.is_empty() {
        return Ok(layer);
    }
    let precisions = Array1::from(file.array(names[1], 1)?.1.to_vec());
    layer.precisions(&precisions).map_err(|error| file.refuse(error.to_string()))
}

//! One layer of a machine: its units, their fields and precisions.

use std::fmt;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::rbm::units::Units;

/// Units a layer may have at most.
pub(super) const MAX_UNITS: usize = 1_000_000;

/// Fields, weights and states are below this in size, and precisions between it and its inverse, so that no energy overflows.
pub(super) const LARGEST: f64 = 1e50;

/// A layer of independent units: the kind of its units, and for each of them a field b and, where the kind has it, a precision γ.
///
/// A layer by itself has the energy Σ_i U(x_i), see [`Units`]; an [`Rbm`](crate::rbm::Rbm) couples two of them. Fields start at 0 and precisions at 1.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let layer = Layer::gaussian(2)?.fields(&array![0.5, 0.0])?.precisions(&array![1.0, 4.0])?;
/// assert_eq!((layer.len(), layer.units()), (2, Units::Gaussian));
/// // Three sites with four colours each take twelve columns.
/// assert_eq!(Layer::potts(3, 4)?.len(), 12);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Layer {
    pub(super) units: Units,
    /// One a column.
    pub(super) b: Vec<f64>,
    /// One a column where the units have precisions, else empty.
    pub(super) gamma: Vec<f64>,
}

impl Layer {
    /// So many units x = 0 or 1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Layer::binary(784).is_ok() && Layer::binary(0).is_err());
    /// ```
    ///
    /// # Errors
    /// If there is no unit, or more than a million.
    pub fn binary(n: usize) -> Result<Self> {
        Self::new(Units::Binary, n)
    }

    /// So many units x = ±1.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Layer::spin(100).is_ok());
    /// ```
    ///
    /// # Errors
    /// As for [`binary`](Self::binary).
    pub fn spin(n: usize) -> Result<Self> {
        Self::new(Units::Spin, n)
    }

    /// So many real units with the energy ½γx² − b x.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Layer::gaussian(10).is_ok());
    /// ```
    ///
    /// # Errors
    /// As for [`binary`](Self::binary).
    pub fn gaussian(n: usize) -> Result<Self> {
        Self::new(Units::Gaussian, n)
    }

    /// So many real units x ≥ 0 with the energy ½γx² − b x.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Layer::relu(10).is_ok());
    /// ```
    ///
    /// # Errors
    /// As for [`binary`](Self::binary).
    pub fn relu(n: usize) -> Result<Self> {
        Self::new(Units::Relu, n)
    }

    /// So many sites with one of q colours each, in sites · q columns: those of the first site, then those of the second, …
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Layer::potts(5, 3)?.sites(), 5);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no site, there are fewer than 2 colours, or more than a million columns.
    pub fn potts(sites: usize, colors: usize) -> Result<Self> {
        if colors < 2 {
            return Err(Error::argument("colors", colors, "at least 2"));
        }
        Self::new(Units::Potts { colors }, sites)
    }

    pub(super) fn new(units: Units, sites: usize) -> Result<Self> {
        let n = sites.saturating_mul(units.columns_per_site());
        if n == 0 || n > MAX_UNITS {
            let name = if units.columns_per_site() > 1 { "sites" } else { "n" };
            let allowed = format!("at least 1, and so that there are at most {MAX_UNITS} units");
            return Err(Error::argument(name, sites, allowed));
        }
        let gamma = if units.has_precisions() { vec![1.0; n] } else { Vec::new() };
        Ok(Self { units, b: vec![0.0; n], gamma })
    }

    /// The same units in these fields b, one for each column.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let layer = Layer::spin(2)?.fields(&array![0.5, -0.5])?;
    /// assert_eq!(layer.b(), array![0.5, -0.5]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is not one for each column, or one is not finite or not below 1e50 in size.
    pub fn fields(&self, b: &Array1<f64>) -> Result<Self> {
        self.require_length("The array of fields", b.len())?;
        require_bounded("fields", b.iter())?;
        Ok(Self { b: b.to_vec(), ..self.clone() })
    }

    /// The same units with these precisions γ, one for each.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let layer = Layer::gaussian(2)?.precisions(&array![0.5, 2.0])?;
    /// assert_eq!(layer.gamma(), array![0.5, 2.0]);
    /// assert!(Layer::spin(2)?.precisions(&array![0.5, 2.0]).is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the units have none (only Gaussian and ReLU units have), there is not one for each, or one does not lie between 1e-50 and 1e50.
    pub fn precisions(&self, gamma: &Array1<f64>) -> Result<Self> {
        if !self.units.has_precisions() {
            return Err(Error::Unsupported {
                what: "A precision".to_owned(),
                why: format!("{} units have none", self.units.name()),
                advice: "Only Gaussian and ReLU units have precisions.".to_owned(),
            });
        }
        self.require_length("The array of precisions", gamma.len())?;
        let allowed = 1.0 / LARGEST..=LARGEST;
        if let Some((i, value)) = gamma.iter().enumerate().find(|(_, g)| !allowed.contains(*g)) {
            let given = format!("γ[{i}] = {value}");
            return Err(Error::argument("precisions", given, "between 1e-50 and 1e50"));
        }
        Ok(Self { gamma: gamma.to_vec(), ..self.clone() })
    }

    /// The kind of units.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Layer::potts(5, 3)?.units(), Units::Potts { colors: 3 });
    /// # Ok(()) }
    /// ```
    pub fn units(&self) -> Units {
        self.units
    }

    /// The number of columns: of units, or of sites times colours.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!((Layer::spin(5)?.len(), Layer::potts(5, 3)?.len()), (5, 15));
    /// # Ok(()) }
    /// ```
    #[allow(clippy::len_without_is_empty)] // No layer is empty.
    pub fn len(&self) -> usize {
        self.b.len()
    }

    /// The number of independent units: of sites for Potts units, else the same as [`len`](Self::len).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!((Layer::spin(5)?.sites(), Layer::potts(5, 3)?.sites()), (5, 5));
    /// # Ok(()) }
    /// ```
    pub fn sites(&self) -> usize {
        self.len() / self.units.columns_per_site()
    }

    /// The fields b, one a column.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Layer::binary(2)?.b(), array![0.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn b(&self) -> Array1<f64> {
        Array1::from(self.b.clone())
    }

    /// The precisions γ, one a unit; empty for units that have none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Layer::gaussian(2)?.gamma(), array![1.0, 1.0]);
    /// assert!(Layer::spin(2)?.gamma().is_empty());
    /// # Ok(()) }
    /// ```
    pub fn gamma(&self) -> Array1<f64> {
        Array1::from(self.gamma.clone())
    }

    /// All of the energy times this factor.
    pub(super) fn scaled(&self, factor: f64) -> Result<Self> {
        let layer = self.fields(&self.b().mapv(|b| b * factor))?;
        if self.gamma.is_empty() {
            return Ok(layer);
        }
        layer.precisions(&self.gamma().mapv(|gamma| gamma * factor))
    }

    fn require_length(&self, what: &'static str, given: usize) -> Result<()> {
        if given == self.len() {
            return Ok(());
        }
        let expected = format!("[{}], one number for each column", self.len());
        Err(Error::Shape { what, expected, given: format!("[{given}]") })
    }

    /// Refuses a state whose length or values do not fit, and says which unit has which value.
    pub(super) fn allows(&self, name: &'static str, x: &[f64]) -> Result<()> {
        if x.len() != self.len() {
            return Err(Error::Shape {
                what: "A state",
                expected: format!("[{}], as its layer", self.len()),
                given: format!("[{}]", x.len()),
            });
        }
        match self.first_wrong(x) {
            Some(i) => Err(self.refuse(name, "", i, x[i])),
            None => Ok(()),
        }
    }

    /// Refuses states, one a row, that do not fit.
    pub(super) fn allows_all(&self, name: &'static str, states: &Array2<f64>) -> Result<()> {
        if states.ncols() != self.len() || states.nrows() == 0 {
            return Err(Error::Shape {
                what: "The array of states",
                expected: format!("(at least 1, {}), one state a row", self.len()),
                given: format!("({}, {})", states.nrows(), states.ncols()),
            });
        }
        for (row, state) in states.rows().into_iter().enumerate() {
            let wrong = match state.as_slice() {
                Some(state) => self.first_wrong(state),
                None => self.first_wrong(&state.to_vec()),
            };
            if let Some(i) = wrong {
                return Err(self.refuse(name, &format!("row {row}, "), i, state[i]));
            }
        }
        Ok(())
    }

    fn refuse(&self, name: &'static str, row: &str, i: usize, value: f64) -> Error {
        Error::argument(name, format!("{value} ({row}column {i})"), self.units.values())
    }

    /// The first column with a value that the units do not take.
    fn first_wrong(&self, x: &[f64]) -> Option<usize> {
        match self.units {
            Units::Binary => x.iter().position(|&x| x != 0.0 && x != 1.0),
            Units::Spin => x.iter().position(|&x| x != 1.0 && x != -1.0),
            Units::Gaussian => x.iter().position(|x| !(x.abs() < LARGEST)),
            Units::Relu => x.iter().position(|&x| !(0.0..LARGEST).contains(&x)),
            Units::Potts { colors } => {
                let wrong = x.iter().position(|&x| x != 0.0 && x != 1.0);
                let lone = |site: &[f64]| site.iter().sum::<f64>() == 1.0;
                wrong.or_else(|| {
                    x.chunks_exact(colors).position(|site| !lone(site)).map(|s| s * colors)
                })
            }
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.units {
            Units::Potts { colors } => {
                write!(f, "{} Potts sites of {colors} colours", self.sites())
            }
            units => write!(f, "{} {} units", self.len(), units.name()),
        }
    }
}

/// Refuses numbers that are not finite or so large that energies could overflow.
pub(super) fn require_bounded<'a>(
    name: &'static str,
    mut values: impl Iterator<Item = &'a f64>,
) -> Result<()> {
    match values.find(|x| !(x.abs() < LARGEST)) {
        Some(x) => Err(Error::argument(name, x, "made of finite numbers below 1e50 in size")),
        None => Ok(()),
    }
}

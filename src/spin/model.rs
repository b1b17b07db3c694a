//! The energy of spins with pair couplings and fields.

use std::fmt;

use crate::error::{Error, Result, require_beta};
use crate::ndarray::Array1;
use crate::spin::Couplings;

/// Spins s = ±1 with energy E(s) = −Σ_{i<j} J_ij s_i s_j − Σ_i h_i s_i.
///
/// This is what enumeration, sampling and mean field work on; [`Ising`](crate::ising::Ising) is the way to build one.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::ndarray::array;
/// use statmech::spin::{Couplings, PairModel};
/// let couplings = Couplings::from_bonds(2, &[(0, 1, 1.0)])?;
/// let model = PairModel::new("pair", vec![2], couplings, vec![0.5, 0.0])?;
/// assert_eq!(model.energy(&array![1, 1])?, -1.5);
/// assert_eq!(model.energy_change(&array![1, 1], 0)?, 3.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct PairModel {
    name: String,
    shape: Vec<usize>,
    couplings: Couplings,
    fields: Vec<f64>,
}

impl PairModel {
    /// A model of this name and shape (the product of its sides is the number of spins) with couplings J and fields h.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// use statmech::spin::{Couplings, PairModel};
    /// let couplings = Couplings::from_bonds(2, &[(0, 1, 1.0)])?;
    /// assert!(PairModel::new("pair", vec![2], couplings, vec![0.0, f64::NAN]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If shape, couplings and fields disagree on the number of spins, a field is not finite, or energies could overflow.
    pub fn new(
        name: impl Into<String>,
        shape: Vec<usize>,
        couplings: Couplings,
        fields: Vec<f64>,
    ) -> Result<Self> {
        let n = couplings.n_spins();
        if fields.len() != n {
            return Err(Error::Shape {
                what: "The array of fields",
                expected: format!("({n},)"),
                given: format!("({},)", fields.len()),
            });
        }
        if shape.iter().try_fold(1_usize, |sites, &side| sites.checked_mul(side)) != Some(n) {
            return Err(Error::Shape {
                what: "The lattice",
                expected: format!("a product of {n}"),
                given: format!("{shape:?}"),
            });
        }
        if let Some(i) = fields.iter().position(|h| !h.is_finite()) {
            let given = format!("h[{i}] = {}", fields[i]);
            return Err(Error::argument("fields", given, "finite numbers"));
        }
        let model = Self { name: name.into(), shape, couplings, fields };
        // Twice, for the change of energy of a flip.
        if !(2.0 * model.bound()).is_finite() {
            let allowed = "so small that energies stay below 1e308";
            return Err(Error::argument("couplings and fields", "an overflowing sum", allowed));
        }
        Ok(model)
    }

    /// Σ_ij |J_ij| + Σ |h_i|, each pair counted twice: all energies and sums of them on the way lie within it.
    pub(crate) fn bound(&self) -> f64 {
        let sum = |values: &[f64]| values.iter().map(|value| value.abs()).sum::<f64>();
        sum(self.couplings.values()) + sum(&self.fields)
    }

    /// 1/T, of a temperature at which all energies over T, and sums of them on the way, are finite.
    pub(crate) fn beta(&self, t: f64) -> Result<f64> {
        require_beta(t, 2.0 * self.bound())
    }

    /// The variance of the energy at infinite temperature, Σ_{i<j} J_ij² + Σ_i h_i².
    pub(crate) fn infinite_variance(&self) -> f64 {
        let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        0.5 * squares(self.couplings.values()) + squares(&self.fields)
    }

    /// The model's name, as in the `model` column of frames.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.model().name(), "square");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The sides of the lattice, `[n]` where there is none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.model().shape(), [4, 4]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    /// The number of spins N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.model().n_spins(), 16);
    /// # Ok(())
    /// # }
    /// ```
    pub fn n_spins(&self) -> usize {
        self.fields.len()
    }

    /// The linear size: the first side of the lattice, L of an L × L square.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.model().size(), 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn size(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// The energy E of a configuration, in total (not per spin).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.model().energy(&array![1, 1, 1])?, -3.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `spins` has another length than the model or an entry that is not ±1.
    pub fn energy(&self, spins: &Array1<i8>) -> Result<f64> {
        let spins = self.checked(spins)?;
        let mut energy = 0.0;
        for i in 0..spins.len() {
            let field = self.fields[i];
            energy -= 0.5 * f64::from(spins[i]) * (self.local_field(&spins, i) + field);
        }
        Ok(energy)
    }

    /// The change of energy ΔE if spin `i` of a configuration were flipped.
    ///
    /// ΔE = 2 s_i (Σ_j J_ij s_j + h_i).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Ising::chain(3)?.model().energy_change(&array![1, 1, 1], 0)?, 4.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `i` is not below N, or as for [`energy`](Self::energy).
    pub fn energy_change(&self, spins: &Array1<i8>, i: usize) -> Result<f64> {
        let spins = self.checked(spins)?;
        if i >= spins.len() {
            return Err(Error::argument("i", i, format!("a spin's index below {}", spins.len())));
        }
        Ok(2.0 * f64::from(spins[i]) * self.local_field(&spins, i))
    }

    fn checked(&self, spins: &Array1<i8>) -> Result<Vec<i8>> {
        if spins.len() != self.n_spins() {
            return Err(Error::Shape {
                what: "The array of spins",
                expected: format!("({},)", self.n_spins()),
                given: format!("({},)", spins.len()),
            });
        }
        match spins.iter().position(|&s| s != 1 && s != -1) {
            Some(i) => Err(Error::argument("spins", format!("s[{i}] = {}", spins[i]), "+1 or -1")),
            None => Ok(spins.to_vec()),
        }
    }

    /// The local field h_i + Σ_j J_ij s_j.
    pub(crate) fn local_field(&self, spins: &[i8], i: usize) -> f64 {
        let (neighbors, values) = self.couplings.row(i);
        let pairs = neighbors.iter().zip(values);
        self.fields[i] + pairs.map(|(&j, &value)| value * f64::from(spins[j as usize])).sum::<f64>()
    }

    pub(crate) fn couplings(&self) -> &Couplings {
        &self.couplings
    }

    /// The coupled pairs (i, j, J_ij) with i < j, ascending, without a list of them.
    pub(crate) fn bonds(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        (0..self.n_spins()).flat_map(move |i| {
            let (neighbors, values) = self.couplings.row(i);
            let pairs =
                neighbors.iter().zip(values).map(move |(&j, &value)| (i, j as usize, value));
            pairs.filter(|&(i, j, _)| i < j)
        })
    }

    pub(crate) fn fields(&self) -> &[f64] {
        &self.fields
    }

    pub(crate) fn has_field(&self) -> bool {
        self.fields.iter().any(|&h| h != 0.0)
    }
}

impl fmt::Debug for PairModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.has_field() { ", in a field" } else { "" };
        let bonds = self.couplings.values().len() / 2;
        write!(f, "{} {:?}: {} spins, {bonds} bonds{field}", self.name, self.shape, self.n_spins())
    }
}

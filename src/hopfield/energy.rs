//! What can be said of a network and of one state of it.

use crate::error::{Error, Result};
use crate::hopfield::{Hopfield, check};
use crate::ising::Ising;
use crate::ndarray::{Array1, Array2};
use crate::operator::Operator;
use crate::operator::dense::eigenvalues_symmetric;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::rayon::prelude::*;
use crate::simd::{Width, widths};

/// The most units whose spectrum is computed.
const MAX_SPECTRUM: usize = 4_000;

impl Hopfield {
    /// The energy E(s) = −½ Σ_{i≠j} J_ij s_i s_j − Σ_i h_i s_i, in total (not per unit); self-couplings are left out.
    ///
    /// Of couplings that are not symmetric it sees the symmetric part.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// assert_eq!(net.energy(&array![1, 1, -1, 1])?, -1.5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the state has not N entries of ±1.
    pub fn energy(&self, state: &Array1<i8>) -> Result<f64> {
        let state = check::state("The state", state, self.n_units())?;
        Ok(self.at(state).energy())
    }

    /// The field Σ_j J_ij s_j + h_i on each unit, with j = i where the diagonal is kept.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// assert_eq!(net.local_fields(&array![1, 1, -1, 1])?, array![0.75, 0.75, -0.75, 0.75]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the state has not N entries of ±1.
    pub fn local_fields(&self, state: &Array1<i8>) -> Result<Array1<f64>> {
        let state = check::state("The state", state, self.n_units())?;
        Ok(Array1::from(self.at(state).local_fields()))
    }

    /// The overlap m_μ = Σ_i ξ_i^μ s_i / N with each pattern.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1], [1, 1, 1, 1]])?;
    /// assert_eq!(net.overlaps(&array![1, 1, 1, 1])?, array![0.5, 1.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the state has not N entries of ±1.
    pub fn overlaps(&self, state: &Array1<i8>) -> Result<Array1<f64>> {
        Ok(self.overlaps_with(&check::state("The state", state, self.n_units())?))
    }

    /// The overlaps of a checked state.
    pub(super) fn overlaps_with(&self, state: &[i8]) -> Array1<f64> {
        let overlap = |mu: usize| self.overlap_with(mu, state);
        (0..self.count()).map(overlap).collect()
    }

    pub(super) fn overlap_with(&self, mu: usize, state: &[i8]) -> f64 {
        let pattern = self.patterns.row(mu);
        let sum: i32 = match pattern.as_slice() {
            Some(pattern) => agreement(Width::best(), pattern, state),
            None => agreement(Width::best(), &pattern.to_vec(), state),
        };
        f64::from(sum) / self.n_units() as f64
    }

    /// Whether no unit would change at T = 0: s_i (Σ_j J_ij s_j + h_i) ≥ 0 for all i.
    ///
    /// A unit in zero field keeps its state; where all products of [`local_fields`](Self::local_fields) and states are above 0, the fixed point is strict.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// assert!(net.is_fixed_point(&array![-1, -1, 1, -1])?);
    /// assert!(!net.is_fixed_point(&array![1, 1, 1, 1])?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the state has not N entries of ±1.
    pub fn is_fixed_point(&self, state: &Array1<i8>) -> Result<bool> {
        let fields = self.local_fields(state)?;
        Ok(fields.iter().zip(state).all(|(h, &s)| h * f64::from(s) >= 0.0))
    }

    /// The stability κ_i^μ = ξ_i^μ (Σ_{j≠i} J_ij ξ_j^μ + h_i) / √(Σ_{j≠i} J_ij²) of each unit in each pattern, a (P, N) matrix; Gardner's margin is the smallest.
    ///
    /// A unit without couplings has stability 0. Source: E. Gardner, J. Phys. A 21, 257 (1988).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1, -1]])?;
    /// assert!(net.stabilities()?.iter().all(|kappa| (kappa - 2.0).abs() < 1e-12));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are more than [`MAX_DENSE`](super::MAX_DENSE) units.
    pub fn stabilities(&self) -> Result<Array2<f64>> {
        let size = self.n_units();
        check::dense("The couplings", size)?;
        let norm = |row: &mut Vec<f64>, i: usize| {
            row.resize(size, 0.0);
            self.weights.couplings_of(i, row);
            row[i] = 0.0;
            row.iter().map(|j| j * j).sum::<f64>().sqrt()
        };
        let norms: Vec<f64> = (0..size).into_par_iter().map_init(Vec::new, norm).collect();
        let bare = self.keep_diagonal(false);
        let stability = |mu: usize| {
            let state = self.patterns.row(mu).to_vec();
            let fields = bare.at(state.clone()).local_fields();
            let units = fields.into_iter().zip(state).zip(&norms);
            units
                .map(|((h, s), norm)| if *norm > 0.0 { h * f64::from(s) / norm } else { 0.0 })
                .collect::<Vec<f64>>()
        };
        let rows: Vec<Vec<f64>> = (0..self.count()).into_par_iter().map(stability).collect();
        Ok(Array2::from_shape_fn((self.count(), size), |(mu, i)| rows[mu][i]))
    }

    /// The couplings J_ij as a matrix, its diagonal zero unless it is kept.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, -1]])?;
    /// assert_eq!(net.couplings()?, array![[0.0, -0.5], [-0.5, 0.0]]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are more than [`MAX_DENSE`](super::MAX_DENSE) units.
    pub fn couplings(&self) -> Result<Array2<f64>> {
        let size = self.n_units();
        check::dense("The matrix of couplings", size)?;
        let mut entries = vec![0.0; size * size];
        entries.par_chunks_exact_mut(size).enumerate().for_each(|(i, row)| {
            self.weights.couplings_of(i, row);
            if !self.diagonal {
                row[i] = 0.0;
            }
        });
        let matrix = Array2::from_shape_vec((size, size), entries)
            .map_err(|error| Error::argument("size", error, "that of the matrix"))?;
        Ok(matrix)
    }

    /// The couplings as an operator, for their spectrum: that of Hebb's rule has the patterns' directions as outliers of large eigenvalues.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // Random patterns: P eigenvalues near 1 − P/N of the patterns' space, the others −P/N.
    /// let spectrum = Hopfield::hebb(&random_patterns(2, 200, 1)?)?.operator()?.eigenvalues()?;
    /// assert!((spectrum[0] + 0.01).abs() < 1e-12 && spectrum[198] > 0.8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are more than [`MAX_DENSE`](super::MAX_DENSE) units, or the couplings are not symmetric.
    pub fn operator(&self) -> Result<Operator> {
        Operator::from_matrix(&self.couplings()?)
    }

    /// The same couplings and fields as an Ising model: for enumeration, tempering, free energies.
    ///
    /// Self-couplings, which add a constant to the energy, are left out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// assert_eq!(net.ising()?.enumerate()?.ground_energy(), -1.5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the couplings are not symmetric, or more than an [`Ising`] holds (5793 units).
    pub fn ising(&self) -> Result<Ising> {
        self.require_symmetric("An Ising model of this network")?;
        let ising = Ising::from_couplings(&self.keep_diagonal(false).couplings()?)?;
        ising.site_fields(&self.fields())
    }

    /// The eigenvalues of the matrix J, ascending: a frame with `index`, `eigenvalue`, `rule`, `n_units`, `load`.
    ///
    /// The diagonal is zero unless it is kept. For Hebb's rule and random patterns with the diagonal kept, they follow the law of V. A. Marchenko and L. A. Pastur, Math. USSR Sb. 1, 457
    /// (1967).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let net = Hopfield::pseudo_inverse(&random_patterns(3, 9, 1)?)?.keep_diagonal(true);
    /// let spectrum = net.spectrum()?.values("eigenvalue")?;
    /// assert!((spectrum[8] - 1.0).abs() < 1e-12 && spectrum[5].abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the couplings are not symmetric, or there are more than 4000 units.
    pub fn spectrum(&self) -> Result<DataFrame> {
        self.require_symmetric("The spectrum")?;
        let size = self.n_units();
        if size > MAX_SPECTRUM {
            return Err(Error::TooLarge {
                what: "The spectrum".to_owned(),
                needs: format!("the eigenvalues of {size} rows"),
                limit: format!("the {MAX_SPECTRUM} allowed"),
                advice: "Take fewer units.".to_owned(),
            });
        }
        let values = eigenvalues_symmetric(&self.couplings()?)?;
        Ok(df!(
            "index" => (0..size as u64).collect::<Vec<_>>(),
            "eigenvalue" => values.to_vec(),
            "rule" => vec![self.rule(); size],
            "n_units" => vec![size as u64; size],
            "load" => vec![self.load(); size],
        )?)
    }

    fn require_symmetric(&self, what: &str) -> Result<()> {
        if self.is_symmetric() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: what.to_owned(),
            why: "the couplings are not symmetric, so that no energy belongs to them".to_owned(),
            advice: "Take symmetric couplings, such as `perceptron(…).symmetric(true)`.".to_owned(),
        })
    }
}

/// Σ_i ξ_i s_i.
#[inline(always)]
fn agreement_body(pattern: &[i8], state: &[i8]) -> i32 {
    pattern.iter().zip(state).map(|(&x, &s)| i32::from(x) * i32::from(s)).sum()
}

widths!(fn agreement(pattern: &[i8], state: &[i8]) -> i32 = agreement_body);

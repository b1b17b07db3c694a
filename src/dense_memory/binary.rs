//! Dense memories of ±1 patterns.

use super::interaction::{Interaction, Values};
use super::kernel::{overlap, signed_sum, sum_where};
use super::recall::DenseRecall;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};

/// An associative memory whose energy is a steep function of the overlaps x_μ = ξ^μ·s = Σ_i ξ_i^μ s_i.
///
/// - [`polynomial`](Self::polynomial): E(s) = −(N/n) Σ_μ (x_μ/N)^n. With n = 2 this is Hopfield's network, self-couplings included:
///   E = −(1/2N) Σ_μ x_μ², which lies P/2 below the energy without them.
/// - [`rectified_polynomial`](Self::rectified_polynomial): the same, with 0 for negative overlaps.
/// - [`exponential`](Self::exponential) and [`log_sum_exp`](Self::log_sum_exp): E(s) = −β⁻¹ ln Σ_μ exp(β x_μ).
///
/// A logarithm or a positive factor changes nothing in what a flip lowers, so that the dynamics are those of the energies
/// −Σ_μ F(x_μ) in the sources. Neurons change one after the other, and each takes the sign of lower energy, which is the update
/// s_i ← sign Σ_μ [F(ξ_i^μ + Σ_{j≠i} ξ_j^μ s_j) − F(−ξ_i^μ + Σ_{j≠i} ξ_j^μ s_j)] and keeps its sign in a tie. Couplings are never formed: memory
/// is that of the patterns, an attempt costs O(P).
///
/// Sources: D. Krotov and J. J. Hopfield, NIPS 29 (2016); M. Demircigil et al., J. Stat. Phys. 168, 288 (2017).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let patterns = array![[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]];
/// let memory = DenseMemory::polynomial(&patterns, 3)?;
/// let recalled = memory.recall(&array![1, 1, 1, -1, -1, 1]).run()?;
/// assert_eq!(recalled.state, patterns.row(0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DenseMemory {
    /// A pattern a row.
    patterns: Array2<i8>,
    /// A neuron a row.
    columns: Array2<i8>,
    interaction: Interaction,
    values: Values,
}

impl DenseMemory {
    /// Stores patterns (a row each, ±1) with F(x) = x^n, n from 2 to 100. For odd n a pattern's negative is not attractive.
    ///
    /// # Errors
    /// If there is no pattern, a number is not ±1, or the degree is out of range.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::polynomial(&digits()?.one_of_each().binarized(), 4)?;
    /// assert_eq!((memory.n_units(), memory.count()), (64, 10));
    /// # Ok(()) }
    /// ```
    pub fn polynomial(patterns: &Array2<i8>, degree: u32) -> Result<Self> {
        Self::new(patterns, Interaction::Polynomial(degree))
    }

    /// Stores patterns with F(x) = x^n for positive overlaps and 0 for others.
    ///
    /// # Errors
    /// As for [`polynomial`](Self::polynomial).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::rectified_polynomial(&array![[1, -1, 1]], 3)?;
    /// assert_eq!(memory.energy(&array![1, -1, 1])?, -1.0);
    /// assert_eq!(memory.energy(&array![-1, 1, -1])?, 0.0);
    /// # Ok(()) }
    /// ```
    pub fn rectified_polynomial(patterns: &Array2<i8>, degree: u32) -> Result<Self> {
        Self::new(patterns, Interaction::RectifiedPolynomial(degree))
    }

    /// Stores patterns with F(x) = eˣ, Demircigil's network; about 2^{N/2} patterns fit.
    ///
    /// # Errors
    /// If there is no pattern, or a number is not ±1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::exponential(&array![[1, -1, 1, 1]])?;
    /// assert!((memory.energy(&array![1, -1, 1, 1])? + 4.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn exponential(patterns: &Array2<i8>) -> Result<Self> {
        Self::new(patterns, Interaction::Exponential(1.0))
    }

    /// Stores patterns with the energy −β⁻¹ ln Σ_μ exp(β x_μ), the binary form of [`ModernHopfield`](super::ModernHopfield)'s.
    ///
    /// # Errors
    /// As for [`exponential`](Self::exponential), or if β is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Two patterns at overlaps ±2 with the state: E = −½ ln(2 cosh 1) at β = ½.
    /// let memory = DenseMemory::log_sum_exp(&array![[1, 1], [-1, -1]], 0.5)?;
    /// assert!((memory.energy(&array![1, 1])? + 2.0 * (2.0 * 1_f64.cosh()).ln()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn log_sum_exp(patterns: &Array2<i8>, beta: f64) -> Result<Self> {
        Self::new(patterns, Interaction::Exponential(beta))
    }

    fn new(patterns: &Array2<i8>, interaction: Interaction) -> Result<Self> {
        interaction.check()?;
        let (count, n_units) = patterns.dim();
        if count == 0 || n_units == 0 {
            let given = format!("{count} patterns of {n_units} neurons");
            return Err(Error::argument(
                "patterns",
                given,
                "at least one pattern of at least one neuron",
            ));
        }
        require_signs("patterns", patterns.iter())?;
        Ok(Self {
            patterns: patterns.as_standard_layout().into_owned(),
            columns: patterns.t().as_standard_layout().into_owned(),
            interaction,
            values: interaction.values(n_units, count),
        })
    }

    /// The number N of neurons.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(DenseMemory::exponential(&random_patterns(3, 20, 1)?)?.n_units(), 20);
    /// # Ok(()) }
    /// ```
    pub fn n_units(&self) -> usize {
        self.columns.nrows()
    }

    /// The number P of patterns.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(DenseMemory::exponential(&random_patterns(3, 20, 1)?)?.count(), 3);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.columns.ncols()
    }

    /// The function of the overlap.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::polynomial(&array![[1, -1]], 3)?;
    /// assert_eq!(memory.interaction(), Interaction::Polynomial(3));
    /// # Ok(()) }
    /// ```
    pub fn interaction(&self) -> Interaction {
        self.interaction
    }

    /// The patterns, a row each: shape (P, N).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(3, 20, 1)?;
    /// assert_eq!(DenseMemory::exponential(&patterns)?.patterns(), patterns);
    /// # Ok(()) }
    /// ```
    pub fn patterns(&self) -> &Array2<i8> {
        &self.patterns
    }

    /// The energy of a state, as the [type](Self) defines it for each interaction; the whole system's, −N/n at a lone pattern of a polynomial memory and −N at that of an exponential one.
    ///
    /// # Errors
    /// If the state has another length than the patterns, or a number that is not ±1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::polynomial(&array![[1, 1, 1, 1]], 2)?;
    /// assert_eq!(memory.energy(&array![1, 1, 1, -1])?, -0.5);
    /// # Ok(()) }
    /// ```
    pub fn energy(&self, state: &Array1<i8>) -> Result<f64> {
        self.require_state(state)?;
        Ok(self.walk(state).energy())
    }

    /// The overlaps m_μ = ξ^μ·s / N with all patterns.
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::exponential(&array![[1, 1, 1, 1], [1, 1, -1, -1]])?;
    /// assert_eq!(memory.overlaps(&array![1, 1, 1, -1])?, array![0.5, 0.5]);
    /// # Ok(()) }
    /// ```
    pub fn overlaps(&self, state: &Array1<i8>) -> Result<Array1<f64>> {
        self.require_state(state)?;
        let n = self.n_units() as f64;
        Ok(self.products(state).iter().map(|x| f64::from(*x) / n).collect())
    }

    /// By how much the energy rises if each neuron alone is flipped; a state is a fixed point where no number is negative, a strict one
    /// where all are positive.
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::polynomial(&array![[1, 1, 1, 1]], 2)?;
    /// assert_eq!(memory.flip_costs(&array![1, 1, 1, 1])?, array![1.5, 1.5, 1.5, 1.5]);
    /// # Ok(()) }
    /// ```
    pub fn flip_costs(&self, state: &Array1<i8>) -> Result<Array1<f64>> {
        self.require_state(state)?;
        let walk = self.walk(state);
        Ok((0..self.n_units()).map(|i| walk.cost(i)).collect())
    }

    /// Whether no single flip lowers the energy.
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = DenseMemory::polynomial(&array![[1, 1, 1, 1]], 3)?;
    /// assert!(memory.is_fixed_point(&array![1, 1, 1, 1])?);
    /// assert!(!memory.is_fixed_point(&array![1, 1, 1, -1])?);
    /// # Ok(()) }
    /// ```
    pub fn is_fixed_point(&self, state: &Array1<i8>) -> Result<bool> {
        self.require_state(state)?;
        let walk = self.walk(state);
        Ok((0..self.n_units()).all(|i| !walk.lowers(i)))
    }

    /// Recall from a state; call [`run`](DenseRecall::run) or [`trace`](DenseRecall::trace) on what it returns.
    /// States of a wrong length, or with numbers other than ±1, are refused there.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(200, 40, 1)?; // five times as many as neurons
    /// let memory = DenseMemory::exponential(&patterns)?;
    /// let recalled = memory.recall(&corrupted(&patterns.row(7).to_owned(), 0.1, 2)?).run()?;
    /// assert_eq!(recalled.state, patterns.row(7));
    /// # Ok(()) }
    /// ```
    pub fn recall(&self, state: &Array1<i8>) -> DenseRecall {
        DenseRecall::new(self.clone(), state.clone())
    }

    pub(super) fn require_state(&self, state: &Array1<i8>) -> Result<()> {
        if state.len() != self.n_units() {
            return Err(Error::Shape {
                what: "The state",
                expected: format!("[{}], a number for each neuron", self.n_units()),
                given: format!("[{}]", state.len()),
            });
        }
        require_signs("state", state.iter())
    }

    /// x_μ of all patterns.
    fn products(&self, state: &Array1<i8>) -> Vec<i32> {
        let state = state.to_vec();
        let product = |pattern: &[i8]| overlap(pattern, &state);
        self.patterns.as_slice().map_or_else(Vec::new, |patterns| {
            patterns.chunks_exact(state.len()).map(product).collect()
        })
    }

    pub(super) fn walk(&self, state: &Array1<i8>) -> Walk<'_> {
        let mut walk = Walk {
            memory: self,
            state: state.to_vec(),
            products: self.products(state),
            weights: vec![0.0; self.count()],
            total: 0.0,
            top: 0,
        };
        walk.weigh();
        walk
    }
}

/// Refuses numbers other than ±1.
fn require_signs<'a>(name: &'static str, mut signs: impl Iterator<Item = &'a i8>) -> Result<()> {
    match signs.find(|&&sign| sign != 1 && sign != -1) {
        Some(other) => Err(Error::argument(name, other, "made of 1 and -1 only")),
        None => Ok(()),
    }
}

/// A state on its way, with what its neurons need to know of the patterns.
pub(super) struct Walk<'a> {
    memory: &'a DenseMemory,
    pub state: Vec<i8>,
    /// x_μ.
    pub products: Vec<i32>,
    /// Polynomials: (F(x+2) − F(x−2))/2. Exponential: exp(β(x − top)).
    weights: Vec<f64>,
    /// Polynomials: Σ (F(x+2) + F(x−2) − 2F(x))/2. Exponential: Σ of the weights.
    total: f64,
    /// Exponential: the largest x_μ.
    top: i32,
}

impl Walk<'_> {
    /// Weights and their total from the overlaps.
    fn weigh(&mut self) {
        let (values, n) = (&self.memory.values, self.memory.n_units() as i32);
        if matches!(self.memory.interaction, Interaction::Exponential(_)) {
            self.top = self.products.iter().copied().max().unwrap_or(0);
            // The table holds exp(β(x − N)).
            for (weight, x) in self.weights.iter_mut().zip(&self.products) {
                *weight = values.at((x - self.top + 2 * n).max(0) as usize);
            }
            self.total = self.weights.iter().sum();
        } else {
            self.total = 0.0;
            for (weight, x) in self.weights.iter_mut().zip(&self.products) {
                let (up, down) = values.steps((x + n) as usize);
                *weight = (up - down) / 2.0;
                self.total += f64::midpoint(up, down);
            }
        }
    }

    /// Polynomials: by how much a flip of neuron i lowers the sum of F.
    fn loss(&self, i: usize) -> f64 {
        let sum = self.column(i).map_or(0.0, |signs| signed_sum(signs, &self.weights));
        f64::from(self.state[i]) * sum - self.total
    }

    /// Exponential: the weights of the patterns for and against neuron i's sign, which a flip multiplies by e^{∓2β}.
    ///
    /// Summed apart, since the one may be smaller than the other's rounding and still decide.
    fn split(&self, i: usize) -> (f64, f64) {
        let sign = self.state[i];
        self.column(i).map_or((0.0, 0.0), |signs| {
            (sum_where(signs, sign, &self.weights), sum_where(signs, -sign, &self.weights))
        })
    }

    fn column(&self, i: usize) -> Option<&[i8]> {
        self.memory.columns.row(i).to_slice()
    }

    /// Whether a flip of neuron i lowers the energy.
    pub fn lowers(&self, i: usize) -> bool {
        match self.memory.interaction {
            Interaction::Exponential(beta) => {
                let (with, against) = self.split(i);
                against > 0.0 && against > (-2.0 * beta).exp() * with
            }
            _ => self.loss(i) < 0.0,
        }
    }

    /// How much a flip of neuron i raises the energy.
    pub fn cost(&self, i: usize) -> f64 {
        match self.memory.interaction {
            Interaction::Exponential(beta) => {
                // −β⁻¹ ln of (e^{−2β} A + e^{2β} B)/(A + B), the exponential of the larger part taken out.
                let (with, against) = self.split(i);
                let all = with + against;
                if against > 0.0 {
                    if beta < 0.1 {
                        // The ratio is close to 1: the logarithm of what it lacks keeps the digits.
                        let lacking = (-4.0 * beta).exp_m1() * with / all;
                        return -2.0 - lacking.ln_1p() / beta;
                    }
                    let rest = (-4.0 * beta).exp() * with + against;
                    -2.0 - (rest / all).ln() / beta
                } else {
                    2.0
                }
            }
            _ => self.scale() * self.loss(i),
        }
    }

    /// Polynomials: what F in the units of the table is in energy.
    fn scale(&self) -> f64 {
        let degree = f64::from(self.memory.interaction.degree().unwrap_or(1));
        self.memory.n_units() as f64 / degree / self.memory.values.unit
    }

    pub fn flip(&mut self, i: usize) {
        let sign = self.state[i];
        for (x, pattern) in self.products.iter_mut().zip(self.memory.columns.row(i)) {
            *x -= 2 * i32::from(sign * pattern);
        }
        self.state[i] = -sign;
        self.weigh();
    }

    pub fn energy(&self) -> f64 {
        if let Interaction::Exponential(beta) = self.memory.interaction {
            return -f64::from(self.top) - self.total.ln() / beta;
        }
        let n = self.memory.n_units() as i32;
        let value = |x: &i32| self.memory.values.at((x + n) as usize);
        -self.scale() * self.products.iter().map(value).sum::<f64>()
    }
}

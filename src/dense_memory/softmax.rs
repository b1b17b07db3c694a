//! The continuous network whose update is softmax attention.

use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::DataFrame;

/// Steps are taken until the state moves by less than this times the largest pattern's norm.
const STILL: f64 = 1e-12;
/// Close to a bifurcation convergence is slow; beyond this a recall is not converged.
const MOST_STEPS: usize = 10_000;

/// The modern Hopfield network: real patterns x_μ (rows of X), a real state ξ, and the energy
///
/// E(ξ) = −β⁻¹ ln Σ_μ exp(β x_μ·ξ) + ½ ξ·ξ + β⁻¹ ln P + ½ M², with M the largest norm of a pattern, so that 0 ≤ E ≤ 2M² for states
/// within the convex hull of the patterns.
///
/// The update ξ ← Xᵀ softmax(β X ξ) lowers the energy at every step (it is the concave–convex procedure) and is the attention of a
/// transformer with ξ as query and X as keys and values. One step retrieves a pattern that is well separated from the others;
/// patterns close to each other share a *metastable* fixed point between them, and at small β all patterns share one.
///
/// Source: H. Ramsauer et al., *Hopfield Networks is All You Need* (ICLR 2021), eqs. 1, 2 and 3.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let memory = ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0], [-0.6, -0.8]], 20.0)?;
/// let once = memory.update(&array![0.8, 0.3])?;
/// assert!((once[0] - 1.0).abs() < 1e-4);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ModernHopfield {
    patterns: Array2<f64>,
    beta: f64,
    /// M², the largest squared norm of a pattern.
    largest: f64,
}

/// A recall by a [`ModernHopfield`] network.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let memory = ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0]], 20.0)?;
/// let recalled = memory.recall(&array![0.6, 0.4])?;
/// assert!(recalled.converged && recalled.energies[1] < recalled.energies[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ModernRecalled {
    /// The last state.
    pub state: Array1<f64>,
    /// The patterns' weights in it, softmax(β X ξ).
    pub weights: Array1<f64>,
    /// Energies of the start and of the state after each step.
    pub energies: Vec<f64>,
    /// Steps until the state stood still (to 1e-12 of the largest norm).
    pub steps: usize,
    /// Whether it stood still within 10 000 steps.
    pub converged: bool,
}

impl ModernHopfield {
    /// A network with patterns as rows and the inverse temperature β.
    ///
    /// # Errors
    /// If there is no pattern, a number is not finite or its square overflows, or β is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&digits()?.one_of_each().pixels(), 1.0)?;
    /// assert_eq!((memory.dimension(), memory.count()), (64, 10));
    /// # Ok(()) }
    /// ```
    pub fn new(patterns: &Array2<f64>, beta: f64) -> Result<Self> {
        require_positive("beta", beta)?;
        let (count, n_units) = patterns.dim();
        if count == 0 || n_units == 0 {
            let given = format!("{count} patterns of {n_units} numbers");
            return Err(Error::argument(
                "patterns",
                given,
                "at least one pattern of at least one number",
            ));
        }
        let largest = patterns
            .rows()
            .into_iter()
            .map(|row| row.dot(&row))
            .fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) });
        if !(largest * beta).is_finite() {
            return Err(Error::argument(
                "patterns",
                "a number that is not finite, or too large",
                "made of finite numbers whose squares, summed and multiplied by β, are finite",
            ));
        }
        Ok(Self { patterns: patterns.clone(), beta, largest })
    }

    /// The same patterns at another β.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0], [-1.0]], 0.5)?;
    /// // Below β = 1 these two share the fixed point 0.
    /// assert!(memory.recall(&array![0.9])?.state[0].abs() < 1e-6);
    /// assert!(memory.at(2.0)?.recall(&array![0.9])?.state[0] > 0.9);
    /// # Ok(()) }
    /// ```
    pub fn at(&self, beta: f64) -> Result<Self> {
        Self::new(&self.patterns, beta)
    }

    /// The length of a pattern.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], 2.0)?.dimension(), 2);
    /// # Ok(()) }
    /// ```
    pub fn dimension(&self) -> usize {
        self.patterns.ncols()
    }

    /// The number P of patterns.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], 2.0)?.count(), 3);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.patterns.nrows()
    }

    /// The inverse temperature β.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0], [-1.0]], 0.5)?;
    /// assert_eq!((memory.beta(), memory.at(2.0)?.beta()), (0.5, 2.0));
    /// # Ok(()) }
    /// ```
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The energy of a state.
    ///
    /// # Errors
    /// If the state has another length than the patterns, or a number that is not finite.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A lone pattern: E = ½|ξ − x|².
    /// let memory = ModernHopfield::new(&array![[1.0, 2.0]], 3.0)?;
    /// assert!((memory.energy(&array![1.0, 1.0])? - 0.5).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn energy(&self, state: &Array1<f64>) -> Result<f64> {
        self.require_state(state)?;
        Ok(self.energy_and_weights(state).0)
    }

    /// The patterns' weights softmax(β X ξ), which add up to 1.
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0], [-1.0]], 1.0)?;
    /// let weights = memory.weights(&array![0.5])?;
    /// assert!((weights[0] / weights[1] - 1_f64.exp()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn weights(&self, state: &Array1<f64>) -> Result<Array1<f64>> {
        self.require_state(state)?;
        Ok(self.energy_and_weights(state).1)
    }

    /// One step, ξ ← Xᵀ softmax(β X ξ).
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0], [-1.0]], 2.0)?;
    /// assert!((memory.update(&array![0.5])?[0] - 1_f64.tanh()).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn update(&self, state: &Array1<f64>) -> Result<Array1<f64>> {
        self.require_state(state)?;
        Ok(self.mixture(&self.energy_and_weights(state).1))
    }

    /// Steps until the state stands still.
    ///
    /// # Errors
    /// As for [`energy`](Self::energy).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // Patterns of equal length, which no other can outshine.
    /// let patterns = digits()?.one_of_each().binarized().mapv(f64::from);
    /// let memory = ModernHopfield::new(&patterns, 0.5)?;
    /// let faint = patterns.row(3).mapv(|x| 0.5 * x);
    /// assert!(memory.recall(&faint)?.weights[3] > 0.99);
    /// # Ok(()) }
    /// ```
    pub fn recall(&self, state: &Array1<f64>) -> Result<ModernRecalled> {
        self.require_state(state)?;
        let still = STILL * self.largest.sqrt();
        let mut state = state.clone();
        let (energy, mut weights) = self.energy_and_weights(&state);
        let (mut energies, mut converged) = (vec![energy], false);
        while !converged && energies.len() <= MOST_STEPS {
            let next = self.mixture(&weights);
            let moved = (&next - &state).mapv(|d| d * d).sum().sqrt();
            state = next;
            let (energy, new_weights) = self.energy_and_weights(&state);
            weights = new_weights;
            energies.push(energy);
            converged = moved <= still;
        }
        Ok(ModernRecalled { state, weights, steps: energies.len() - 1, energies, converged })
    }

    /// Separations Δ_μ = x_μ·x_μ − max_{ν≠μ} x_μ·x_ν: how much better a pattern matches itself than any other. Infinite for a lone pattern.
    ///
    /// Source: Ramsauer et al., definition 2.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0, 0.0], [0.0, 2.0]], 1.0)?;
    /// assert_eq!(memory.separations(), array![1.0, 4.0]);
    /// # Ok(()) }
    /// ```
    pub fn separations(&self) -> Array1<f64> {
        (0..self.count()).map(|mu| self.separation(mu)).collect()
    }

    /// One row of products at a time: all of them would fill the memory where there are many patterns.
    fn separation(&self, mu: usize) -> f64 {
        let products = self.patterns.dot(&self.patterns.row(mu));
        let others = products.indexed_iter().filter(|(nu, _)| *nu != mu);
        products[mu] - others.map(|(_, x)| *x).fold(f64::NEG_INFINITY, f64::max)
    }

    /// An upper bound of the distance |ξ' − x_μ| after one step from a state at distance d of pattern μ:
    /// 2M(1 − p_μ) with 1 − p_μ ≤ (P − 1) exp(−β(Δ_μ − 2M d)).
    ///
    /// For β Δ_μ well above ln P one step retrieves, with an error that is exponentially small in the separation (the content of
    /// Ramsauer et al., theorems 4 and 5).
    ///
    /// # Errors
    /// If there is no pattern of this index, or the distance is not a finite number of at least 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let memory = ModernHopfield::new(&array![[1.0, 0.0], [0.0, 1.0]], 30.0)?;
    /// assert!(memory.one_step_bound(0, 0.1)? < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn one_step_bound(&self, pattern: usize, distance: f64) -> Result<f64> {
        if pattern >= self.count() {
            let allowed = format!("below {}, the number of patterns", self.count());
            return Err(Error::argument("pattern", pattern, allowed));
        }
        if !(distance >= 0.0 && distance.is_finite()) {
            return Err(Error::argument("distance", distance, "a finite number of at least 0"));
        }
        let m = self.largest.sqrt();
        let others = (self.count() - 1) as f64;
        let exponent = -self.beta * (self.separation(pattern) - 2.0 * m * distance);
        Ok(2.0 * m * if others > 0.0 { (others * exponent.exp()).min(1.0) } else { 0.0 })
    }

    /// Where recall from each pattern ends: one row for each.
    ///
    /// Columns: `pattern`, `separation` Δ_μ, `distance` (of the fixed point from the pattern), `weight` (the pattern's own in it), `patterns_mixed` (1/Σ p²: 1 for a retrieved
    /// pattern, more for a metastable state, P where all are averaged), `energy`, `steps`, `converged`, `beta`.
    ///
    /// # Errors
    /// If polars refuses the frame.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // The first two are close to each other, and share a fixed point.
    /// let memory = ModernHopfield::new(&array![[1.0, 0.1], [1.0, -0.1], [-1.0, 0.0]], 4.0)?;
    /// let mixed = memory.fixed_points()?.values("patterns_mixed")?;
    /// assert!((mixed[0] - 2.0).abs() < 0.01 && (mixed[2] - 1.0).abs() < 0.01);
    /// # Ok(()) }
    /// ```
    pub fn fixed_points(&self) -> Result<DataFrame> {
        let separations = self.separations();
        let rows = self.patterns.rows().into_iter();
        let recalled = rows.map(|row| self.recall(&row.to_owned())).collect::<Result<Vec<_>>>()?;
        let distances = recalled
            .iter()
            .zip(self.patterns.rows())
            .map(|(recalled, pattern)| (&recalled.state - &pattern).mapv(|d| d * d).sum().sqrt());
        Ok(df!(
            "pattern" => (0..recalled.len() as u64).collect::<Vec<_>>(),
            "separation" => separations.to_vec(),
            "distance" => distances.collect::<Vec<_>>(),
            "weight" => recalled.iter().enumerate().map(|(mu, r)| r.weights[mu]).collect::<Vec<_>>(),
            "patterns_mixed" => recalled.iter().map(|r| 1.0 / r.weights.mapv(|p| p * p).sum()).collect::<Vec<_>>(),
            "energy" => recalled.iter().map(|r| r.energies.last().copied()).collect::<Vec<_>>(),
            "steps" => recalled.iter().map(|r| r.steps as u64).collect::<Vec<_>>(),
            "converged" => recalled.iter().map(|r| r.converged).collect::<Vec<_>>(),
            "beta" => vec![self.beta; recalled.len()],
        )?)
    }

    fn require_state(&self, state: &Array1<f64>) -> Result<()> {
        if state.len() != self.dimension() {
            return Err(Error::Shape {
                what: "The state",
                expected: format!("[{}], as a pattern", self.dimension()),
                given: format!("[{}]", state.len()),
            });
        }
        // Beyond this the energy itself would overflow.
        match state.iter().find(|x| !(x.abs() < 1e150)) {
            Some(x) => Err(Error::argument("state", x, "made of finite numbers below 1e150")),
            None => Ok(()),
        }
    }

    /// Logarithm and softmax with the largest exponent taken out, so that neither overflows.
    fn energy_and_weights(&self, state: &Array1<f64>) -> (f64, Array1<f64>) {
        let products = self.patterns.dot(state);
        let top = products.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let mut weights = products.mapv(|x| (self.beta * (x - top)).exp());
        let sum = weights.sum();
        weights /= sum;
        let mean = sum / self.count() as f64;
        let energy = f64::midpoint(state.dot(state), self.largest) - top - mean.ln() / self.beta;
        (energy, weights)
    }

    fn mixture(&self, weights: &Array1<f64>) -> Array1<f64> {
        self.patterns.t().dot(weights)
    }
}

//! The machine: units, connections, weights, biases and a temperature.

use std::fmt;
use std::sync::Arc;

use crate::boltzmann::Coding;
use crate::error::{Error, Result, require_beta, require_finite, require_positive};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution as _, StandardNormal};
use crate::random::Seed;

/// The most units of a machine: the complete graph of so many has 8 million connections.
pub const MAX_UNITS: usize = 4_096;

/// Stochastic units s_i with symmetric weights W_ij and biases b_i, some visible and the others hidden.
///
/// E(s) = −Σ_{i<j} W_ij s_i s_j − Σ_i b_i s_i and P(s) = exp(−E(s)/T)/Z, units being −1 or +1, or 0 or 1 ([`Coding`]). Given the others, unit i is
/// on with probability 1/(1 + exp(−ΔE_i/T)), where ΔE_i = E(off) − E(on) is its energy gap. Visible units come first: 0 to `visible` − 1,
/// then the hidden ones. Sums over pairs run over the connections of the machine's graph, by default all pairs.
///
/// Source: D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cognitive Science 9, 147 (1985).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pair = BoltzmannMachine::new(Coding::Spin, 2, 0)?.with_weights(&array![[0.0, 1.0], [1.0, 0.0]])?;
/// let p = pair.distribution()?;
/// assert!((p.probabilities()[3] / p.probabilities()[1] - 2_f64.exp()).abs() < 1e-12); // ++ against −+
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct BoltzmannMachine {
    pub(super) coding: Coding,
    pub(super) visible: usize,
    pub(super) hidden: usize,
    pub(super) temperature: f64,
    /// Connected pairs i < j, ascending.
    pub(super) pairs: Arc<Vec<(usize, usize)>>,
    /// The biases, then the weights in the order of the pairs.
    pub(super) parameters: Array1<f64>,
}

impl BoltzmannMachine {
    /// A machine in which all units are connected, with zero weights and biases at T = 1. There may be no hidden units.
    ///
    /// # Errors
    /// If there is no visible unit, or there are more than [`MAX_UNITS`] in all.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::new(Coding::Binary, 3, 2)?.bonds().len(), 10);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(coding: Coding, visible: usize, hidden: usize) -> Result<Self> {
        let n = check_units(visible, hidden)?;
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).collect();
        Ok(Self::of(coding, visible, hidden, pairs))
    }

    fn of(coding: Coding, visible: usize, hidden: usize, pairs: Vec<(usize, usize)>) -> Self {
        let parameters = Array1::zeros(visible + hidden + pairs.len());
        let (temperature, pairs) = (1.0, Arc::new(pairs));
        Self { coding, visible, hidden, temperature, pairs, parameters }
    }

    /// A machine whose visible and hidden units are connected with each other but not among themselves: a restricted Boltzmann machine
    /// (harmonium), as a graph like any other.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(BoltzmannMachine::restricted(Coding::Binary, 3, 2)?.bonds().len(), 6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn restricted(coding: Coding, visible: usize, hidden: usize) -> Result<Self> {
        let n = check_units(visible, hidden)?;
        let pairs = (0..visible).flat_map(|i| (visible..n).map(move |j| (i, j))).collect();
        Ok(Self::of(coding, visible, hidden, pairs))
    }

    /// The machine of the encoder problem, `groups`–`hidden`–`groups`: two groups of visible units, each connected within itself, and hidden units that
    /// are connected with all of these but not with each other (Ackley, Hinton and Sejnowski, section 4). See
    /// [`encoder_patterns`](crate::boltzmann::encoder_patterns) for its data.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// // 6 connections in each group, and 2 · 8 with the hidden units.
    /// assert_eq!(BoltzmannMachine::encoder(Coding::Binary, 4, 2)?.bonds().len(), 28);
    /// # Ok(())
    /// # }
    /// ```
    pub fn encoder(coding: Coding, groups: usize, hidden: usize) -> Result<Self> {
        let visible = groups.saturating_mul(2);
        let n = check_units(visible, hidden)?;
        let connected = |&(i, j): &(usize, usize)| {
            j < groups || (i >= groups && j < visible) || (i < visible && j >= visible)
        };
        let pairs =
            (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).filter(connected).collect();
        Ok(Self::of(coding, visible, hidden, pairs))
    }

    /// The same units with these connections and no others; what was connected before keeps its weight, new connections have weight 0.
    ///
    /// # Errors
    /// If a pair is listed twice, or is not of two different units of the machine.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let chain = BoltzmannMachine::new(Coding::Spin, 3, 0)?.connected(&[(0, 1), (2, 1)])?;
    /// assert_eq!(chain.bonds(), [(0, 1, 0.0), (1, 2, 0.0)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connected(&self, pairs: &[(usize, usize)]) -> Result<Self> {
        let n = self.n_units();
        let mut sorted: Vec<(usize, usize)> =
            pairs.iter().map(|&(i, j)| (i.min(j), i.max(j))).collect();
        sorted.sort_unstable();
        if let Some((i, j)) = sorted.iter().find(|(i, j)| i == j || *j >= n) {
            let allowed = format!("two different units below {n}");
            return Err(Error::argument("pairs", format!("({i}, {j})"), allowed));
        }
        if let Some(k) = (1..sorted.len()).find(|&k| sorted[k] == sorted[k - 1]) {
            let given = format!("{:?} twice", sorted[k]);
            return Err(Error::argument("pairs", given, "listed once each"));
        }
        let old = self.weights();
        let weights = sorted.iter().map(|&pair| old[pair]);
        let parameters = self.biases().iter().copied().chain(weights).collect();
        Ok(Self { pairs: Arc::new(sorted), parameters, ..self.clone() })
    }

    /// The same machine with these weights: a symmetric matrix with a row and a column for each unit, zero on the diagonal and
    /// wherever units are not connected.
    ///
    /// # Errors
    /// If the shape differs, an entry is not finite or has no connection, or the matrix is not symmetric; if energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?;
    /// assert!(machine.with_weights(&array![[0.0, 1.0], [2.0, 0.0]]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_weights(&self, weights: &Array2<f64>) -> Result<Self> {
        let n = self.n_units();
        if weights.dim() != (n, n) {
            return Err(Error::Shape {
                what: "The matrix of weights",
                expected: format!("({n}, {n})"),
                given: format!("{:?}", weights.dim()),
            });
        }
        let mut connected = Array2::from_elem((n, n), false);
        for &(i, j) in self.pairs.iter() {
            (connected[(i, j)], connected[(j, i)]) = (true, true);
        }
        for ((i, j), &w) in weights.indexed_iter() {
            let given = || format!("W[({i}, {j})] = {w}");
            if !w.is_finite() {
                return Err(Error::argument("weights", given(), "finite numbers"));
            }
            if w != 0.0 && !connected[(i, j)] {
                return Err(Error::argument("weights", given(), "0 where units are not connected"));
            }
            if (w - weights[(j, i)]).abs() > 1e-12 * w.abs() {
                return Err(Error::argument("weights", given(), "symmetric, W_ij = W_ji"));
            }
        }
        let values = self.pairs.iter().map(|&pair| weights[pair]);
        self.with_parameters(&self.biases().iter().copied().chain(values).collect())
    }

    /// The same machine with these biases, one for each unit.
    ///
    /// # Errors
    /// If the length differs, a bias is not finite, or energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let unit = BoltzmannMachine::new(Coding::Binary, 1, 0)?.with_biases(&array![3.0])?;
    /// assert!((unit.distribution()?.probabilities()[1] - 1.0 / (1.0 + (-3_f64).exp())).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_biases(&self, biases: &Array1<f64>) -> Result<Self> {
        if biases.len() != self.n_units() {
            return Err(Error::Shape {
                what: "The array of biases",
                expected: format!("({},)", self.n_units()),
                given: format!("({},)", biases.len()),
            });
        }
        let weights = self.parameters.iter().skip(self.n_units());
        self.with_parameters(&biases.iter().chain(weights).copied().collect())
    }

    /// The same machine with all parameters at once, in the order of [`parameters`](Self::parameters).
    ///
    /// # Errors
    /// If the length differs, one is not finite, or energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?.with_parameters(&array![0.1, 0.2, 0.3])?;
    /// assert_eq!(machine.bonds(), [(0, 1, 0.3)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_parameters(&self, parameters: &Array1<f64>) -> Result<Self> {
        if parameters.len() != self.parameters.len() {
            return Err(Error::Shape {
                what: "The array of parameters",
                expected: format!("({},), biases and then weights", self.parameters.len()),
                given: format!("({},)", parameters.len()),
            });
        }
        if let Some(x) = parameters.iter().find(|x| !x.is_finite()) {
            return Err(Error::argument("parameters", x, "finite numbers"));
        }
        let machine = Self { parameters: parameters.clone(), ..self.clone() };
        machine.require_finite_energies()?;
        Ok(machine)
    }

    /// The same machine with independent Gaussian weights of this standard deviation, and the biases it had.
    ///
    /// # Errors
    /// If the scale is negative or not finite, or energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 3, 1)?.randomized(0.1, 7)?;
    /// assert!(machine.bonds().iter().all(|&(_, _, w)| w != 0.0 && w.abs() < 1.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn randomized(&self, scale: f64, seed: impl Into<Seed>) -> Result<Self> {
        if !(require_finite("scale", scale)? >= 0.0) {
            return Err(Error::argument("scale", scale, "at least 0"));
        }
        let mut generator = seed.into().generator();
        let mut normal = || -> f64 { StandardNormal.sample(&mut generator) };
        let mut parameters = self.parameters.clone();
        parameters.iter_mut().skip(self.n_units()).for_each(|w| *w = scale * normal());
        self.with_parameters(&parameters)
    }

    /// The same machine at temperature T, which divides the energy; default 1.
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or energies over it overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 1, 0)?.with_biases(&array![1.0])?;
    /// assert!((machine.at_temperature(0.5)?.activation(&array![0], 0)? - 1.0 / (1.0 + (-2_f64).exp())).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn at_temperature(&self, t: f64) -> Result<Self> {
        let machine = Self { temperature: require_positive("temperature", t)?, ..self.clone() };
        machine.require_finite_energies()?;
        Ok(machine)
    }

    fn require_finite_energies(&self) -> Result<()> {
        // With room for the fields of the other coding, which are up to six times as large.
        let bound = 16.0 * self.parameters.iter().map(|x| x.abs()).sum::<f64>();
        if !bound.is_finite() {
            let allowed = "so small that energies stay below 1e306";
            return Err(Error::argument("parameters", "an overflowing sum", allowed));
        }
        require_beta(self.temperature, bound).map(|_| ())
    }

    /// The values that units take.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(BoltzmannMachine::new(Coding::Binary, 2, 1)?.coding(), Coding::Binary);
    /// # Ok(()) }
    /// ```
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// The number of visible units.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 5, 2)?.visible(), 5);
    /// # Ok(()) }
    /// ```
    pub fn visible(&self) -> usize {
        self.visible
    }

    /// The number of hidden units.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 5, 2)?.hidden(), 2);
    /// # Ok(()) }
    /// ```
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// The number of units, visible and hidden.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 5, 2)?.n_units(), 7);
    /// # Ok(()) }
    /// ```
    pub fn n_units(&self) -> usize {
        self.visible + self.hidden
    }

    /// The temperature T.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(BoltzmannMachine::new(Coding::Spin, 5, 2)?.at_temperature(0.5)?.temperature(), 0.5);
    /// # Ok(()) }
    /// ```
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// The connections (i, j, W_ij) with i < j, ascending.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 1)?.with_parameters(&array![0.1, 0.2, 0.3, 1.0, 2.0, 3.0])?;
    /// assert_eq!(machine.bonds(), [(0, 1, 1.0), (0, 2, 2.0), (1, 2, 3.0)]);
    /// # Ok(()) }
    /// ```
    pub fn bonds(&self) -> Vec<(usize, usize, f64)> {
        let weights = self.parameters.iter().skip(self.n_units());
        self.pairs.iter().zip(weights).map(|(&(i, j), &w)| (i, j, w)).collect()
    }

    /// The weights as a symmetric matrix with a row and a column for each unit.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 1)?.with_parameters(&array![0.1, 0.2, 0.3, 1.0, 2.0, 3.0])?;
    /// assert_eq!(machine.weights().row(2), array![2.0, 3.0, 0.0]);
    /// # Ok(()) }
    /// ```
    pub fn weights(&self) -> Array2<f64> {
        let mut matrix = Array2::zeros((self.n_units(), self.n_units()));
        for (i, j, w) in self.bonds() {
            (matrix[(i, j)], matrix[(j, i)]) = (w, w);
        }
        matrix
    }

    /// The biases, one for each unit.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 1)?.with_parameters(&array![0.1, 0.2, 0.3, 1.0, 2.0, 3.0])?;
    /// assert_eq!(machine.biases(), array![0.1, 0.2, 0.3]);
    /// # Ok(()) }
    /// ```
    pub fn biases(&self) -> Array1<f64> {
        self.parameters.iter().take(self.n_units()).copied().collect()
    }

    /// All parameters: the biases, then the weights in the order of [`bonds`](Self::bonds).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 1)?.with_parameters(&array![0.1, 0.2, 0.3, 1.0, 2.0, 3.0])?;
    /// assert_eq!(machine.with_biases(&array![0.0, 0.0, 4.0])?.parameters(), array![0.0, 0.0, 4.0, 1.0, 2.0, 3.0]);
    /// # Ok(()) }
    /// ```
    pub fn parameters(&self) -> Array1<f64> {
        self.parameters.clone()
    }

    /// The name of each parameter: "b_0", …, "W_0,1", ….
    pub(super) fn parameter_names(&self) -> Vec<String> {
        let biases = (0..self.n_units()).map(|i| format!("b_{i}"));
        biases.chain(self.pairs.iter().map(|(i, j)| format!("W_{i},{j}"))).collect()
    }

    /// The energy E of each state, one a row with a column for each unit.
    ///
    /// # Errors
    /// If a row has not one value of the coding for each unit, or there is none.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Binary, 2, 0)?.with_parameters(&array![0.5, 0.0, 1.0])?;
    /// assert_eq!(machine.energies(&array![[1, 1], [1, 0]])?, array![-1.5, -0.5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn energies(&self, states: &Array2<i8>) -> Result<Array1<f64>> {
        self.coding.check("states", states, self.n_units())?;
        let mut phi = vec![0.0; self.parameters.len()];
        let energy = |state: Vec<f64>| {
            self.statistics(&state, &mut phi);
            -phi.iter().zip(&self.parameters).map(|(phi, x)| phi * x).sum::<f64>()
        };
        Ok(states
            .outer_iter()
            .map(|s| s.iter().map(|&s| f64::from(s)).collect())
            .map(energy)
            .collect())
    }

    /// The sufficient statistics of a state: s_i, then s_i s_j of the connections.
    pub(super) fn statistics(&self, state: &[f64], phi: &mut [f64]) {
        let (single, products) = phi.split_at_mut(state.len());
        single.copy_from_slice(state);
        for (product, &(i, j)) in products.iter_mut().zip(self.pairs.iter()) {
            *product = state[i] * state[j];
        }
    }

    /// The probability that unit `i` turns on, given the other units of a state: the sigmoid 1/(1 + exp(−ΔE_i/T)) of its energy gap
    /// ΔE_i = E(s_i off) − E(s_i on).
    ///
    /// # Errors
    /// If the state has not one value of the coding for each unit, or there is no unit `i`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let machine = BoltzmannMachine::new(Coding::Spin, 2, 0)?.with_parameters(&array![0.0, 0.0, 0.5])?;
    /// assert!((machine.activation(&array![1, -1], 1)? - 1.0 / (1.0 + (-1_f64).exp())).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn activation(&self, state: &Array1<i8>, i: usize) -> Result<f64> {
        if i >= self.n_units() {
            return Err(Error::argument("i", i, format!("a unit below {}", self.n_units())));
        }
        let mut both = Array2::zeros((2, state.len()));
        both.row_mut(0).assign(state);
        both.row_mut(1).assign(state);
        if let (Some(off), true) = (both.get_mut((0, i)), state.get(i).is_some()) {
            *off = self.coding.off();
            both[(1, i)] = 1;
        }
        // The unit's own value counts for nothing, but has to be one.
        self.coding.check(
            "state",
            &state.clone().insert_axis(crate::ndarray::Axis(0)),
            self.n_units(),
        )?;
        let energies = self.energies(&both)?;
        Ok(1.0 / (1.0 + ((energies[1] - energies[0]) / self.temperature).exp()))
    }
}

fn check_units(visible: usize, hidden: usize) -> Result<usize> {
    if visible == 0 {
        return Err(Error::argument("visible", visible, "at least 1"));
    }
    match visible.checked_add(hidden) {
        Some(n) if n <= MAX_UNITS => Ok(n),
        _ => Err(Error::TooLarge {
            what: format!("A Boltzmann machine of {visible} visible and {hidden} hidden units"),
            needs: "a weight for each pair".to_owned(),
            limit: format!("{MAX_UNITS} units"),
            advice: "Take fewer units.".to_owned(),
        }),
    }
}

impl fmt::Debug for BoltzmannMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { visible, hidden, coding, temperature, .. } = self;
        let bonds = self.pairs.len();
        write!(
            f,
            "BoltzmannMachine({visible} visible and {hidden} hidden units, {}, {bonds} connections, T = {temperature})",
            coding.allowed()
        )
    }
}

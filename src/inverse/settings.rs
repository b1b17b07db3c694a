//! What to infer couplings from, and how.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::data::Data;
use super::inferred::{Found, InferredIsing};
use super::method::InverseMethod;
use super::{boltzmann_learning, exact, flow, mean_field, pair, pseudo_likelihood};
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::progress::Deadline;
use crate::random::Seed;
use crate::setters::setters;

/// The most steps and sweeps of Boltzmann learning.
const MANY: usize = 1_000_000_000;
/// The most chains of Boltzmann learning.
const MAX_CHAINS: usize = 1 << 20;
/// Between two looks at the deadline.
const MAX_SWEEPS: usize = 100_000;

/// Fields h and couplings J of P(s) ∝ exp(Σ_i h_i s_i + Σ_{i<j} J_ij s_i s_j) from states or moments: settings, then [`run`](Self::run).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let truth = Ising::sherrington_kirkpatrick(8, 1)?;
/// let states = truth.enumerate()?.draw(2.0, 10_000, 1)?;
/// let found = InverseIsing::new(&states)?.method(InverseMethod::PseudoLikelihood).run()?;
/// assert!(found.converged && found.reconstruction_error(&truth, 2.0)? < 0.15);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct InverseIsing {
    data: Arc<Data>,
    method: InverseMethod,
    l1: f64,
    l2: f64,
    tolerance: f64,
    steps: Option<i64>,
    chains: i64,
    sweeps: i64,
    seed: Seed,
    deadline: Option<f64>,
}

/// Settings in order.
pub(super) struct Options {
    pub l1: f64,
    pub l2: f64,
    pub tolerance: f64,
    pub steps: Option<usize>,
    pub chains: usize,
    pub sweeps: usize,
    pub seed: Seed,
    pub deadline: Deadline,
}

impl InverseIsing {
    /// From independent states ±1, one a row; the method is [`PseudoLikelihood`](InverseMethod::PseudoLikelihood) unless set.
    ///
    /// # Errors
    /// If there is no state, fewer than 2 or more than 1000 spins, or an entry that is not ±1.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = array![[1, 1], [1, 1], [-1, -1], [1, -1], [-1, 1]];
    /// let pair = InverseIsing::new(&states)?.method(InverseMethod::Exact).run()?;
    /// // J = ¼ ln(p₊₊ p₋₋ / (p₊₋ p₋₊)).
    /// assert!((pair.couplings[(0, 1)] - 0.25 * 2_f64.ln()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn new(states: &Array2<i8>) -> Result<Self> {
        Ok(Self::of(Data::of_states(states, None)?, InverseMethod::PseudoLikelihood))
    }

    /// From states with weights, such as all states with their probabilities or distinct ones with their counts; only the weights' ratios count,
    /// and there are no errors from the finite number of states.
    ///
    /// # Errors
    /// As for [`new`](Self::new), or if there is not one finite weight of at least 0 for each state, and one above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = array![[1, 1], [1, -1], [-1, 1], [-1, -1]];
    /// let pair = InverseIsing::weighted(&states, &array![2.0, 1.0, 1.0, 1.0])?.run()?;
    /// assert!((pair.couplings[(0, 1)] - 0.25 * 2_f64.ln()).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn weighted(states: &Array2<i8>, weights: &Array1<f64>) -> Result<Self> {
        Ok(Self::of(Data::of_states(states, Some(weights))?, InverseMethod::PseudoLikelihood))
    }

    /// From means ⟨s_i⟩, shape (N,), and correlations ⟨s_i s_j⟩, shape (N, N) with ones on the diagonal (not the connected ones); the method is
    /// [`Exact`](InverseMethod::Exact) unless set.
    ///
    /// # Errors
    /// If shapes do not fit, or no two spins could have such moments; if there are fewer than 2 or more than 1000 spins.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = Ising::sherrington_kirkpatrick(10, 1)?.field(0.2)?;
    /// let moments = truth.partition_function(1.0)?.moments()?;
    /// let found = InverseIsing::from_moments(&moments.magnetizations, &moments.correlations)?.run()?;
    /// assert!(found.reconstruction_error(&truth, 1.0)? < 1e-8);
    /// # Ok(()) }
    /// ```
    pub fn from_moments(means: &Array1<f64>, correlations: &Array2<f64>) -> Result<Self> {
        Ok(Self::of(Data::of_moments(means, correlations)?, InverseMethod::Exact))
    }

    fn of(data: Data, method: InverseMethod) -> Self {
        Self {
            data: Arc::new(data),
            method,
            l1: 0.0,
            l2: 0.0,
            tolerance: 1e-10,
            steps: None,
            chains: 256,
            sweeps: 1,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// How couplings are found; default [`PseudoLikelihood`](InverseMethod::PseudoLikelihood) from states, [`Exact`](InverseMethod::Exact) from moments.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = Ising::chain(4)?.enumerate()?.draw(2.0, 1_000, 1)?;
    /// let settings = InverseIsing::new(&states)?;
    /// let names: Vec<&str> = InverseMethod::ALL.iter().map(|m| m.name()).collect();
    /// assert!(settings.method(InverseMethod::MeanField).run().is_ok() && names[3] == "mean_field");
    /// # Ok(()) }
    /// ```
    pub fn method(&self, method: InverseMethod) -> Self {
        Self { method, ..self.clone() }
    }

    /// The penalty λ₁ Σ_j |J_ij| on each spin's negative log-likelihood per state, which sets small couplings to zero; for the pseudo-likelihood, default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A ring of 8 spins has 8 bonds among 28 pairs.
    /// let states = Ising::chain(8)?.enumerate()?.draw(2.0, 5_000, 1)?;
    /// let found = InverseIsing::new(&states)?.l1(0.1).run()?;
    /// assert_eq!(found.ising()?.bonds().len(), 8);
    /// # Ok(()) }
    /// ```
    pub fn l1(&self, l1: f64) -> Self {
        Self { l1, ..self.clone() }
    }

    /// The penalty ½ λ₂ (Σ h_i² + Σ J_ij²) on what is minimised per state (for the exact method and Boltzmann learning −ln P with each pair once, for
    /// the pseudo-likelihood each spin's with its own couplings, for the flow the sum over spins with each pair once), which keeps all finite; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let always_up = array![[1, 1, -1], [1, -1, 1]];
    /// assert!(InverseIsing::new(&always_up)?.run().is_err());
    /// assert!(InverseIsing::new(&always_up)?.l2(0.1).run()?.converged);
    /// # Ok(()) }
    /// ```
    pub fn l2(&self, l2: f64) -> Self {
        Self { l2, ..self.clone() }
    }

    /// The largest slope at which a search ends, between 1e-13 and 0.01; default 1e-10. Boltzmann learning has no use for it.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = InverseIsing::new(&Ising::chain(4)?.enumerate()?.draw(2.0, 1_000, 1)?)?;
    /// assert!(settings.tolerance(1e-6).run()?.residual <= 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance, ..self.clone() }
    }

    setters! { "InverseIsing::new(&Ising::chain(4)?.enumerate()?.draw(2.0, 1_000, 1)?)?":
        /// The most steps of a search; default 100 of Newton's, 2000 of learning and of the flow's descent.
        steps;
        /// How many persistent chains Boltzmann learning has, in eight independent teams that learn for themselves; default 256, and rounded up
        /// to a multiple of 64.
        chains;
        /// Sweeps of each chain in one step of Boltzmann learning, at most 100,000; default 1.
        sweeps;
        /// The seed of Boltzmann learning; default 0.
        seed;
        /// A limit in seconds, after which what was found so far is returned with `complete` false; default none.
        deadline;
    }

    /// Finds couplings and fields.
    ///
    /// # Errors
    /// If a setting is out of range, or the method has no use for it (penalties, moments without states); if what was observed leaves a coupling or field
    /// without a finite value: a spin that never changes, a pair that never takes one of its four values, a singular correlation matrix (fewer states
    /// than spins). The sentence names the spins and what helps.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = Ising::sherrington_kirkpatrick(6, 1)?;
    /// let found = InverseIsing::new(&truth.enumerate()?.draw(2.0, 20_000, 1)?)?.run()?;
    /// assert!(found.converged && found.reconstruction_error(&truth, 2.0)? < 0.15);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<InferredIsing> {
        let options = self.checked()?;
        let (started, data) = (Instant::now(), &*self.data);
        let found = match self.method {
            InverseMethod::Exact => exact::exact(data, &options)?,
            InverseMethod::BoltzmannLearning => boltzmann_learning::learn(data, &options)?,
            InverseMethod::PseudoLikelihood => pseudo_likelihood::maximise(data, &options)?,
            InverseMethod::ProbabilityFlow => flow::minimise(data, &options)?,
            InverseMethod::IndependentPair => {
                data.require_inner()?;
                Found::closed(pair::independent_pair(data))
            }
            InverseMethod::MeanField => {
                data.require_changing()?;
                Found::closed(mean_field::naive(data)?)
            }
            InverseMethod::Tap => {
                data.require_changing()?;
                Found::closed(mean_field::tap(data)?)
            }
            InverseMethod::SessakMonasson => {
                data.require_inner()?;
                Found::closed(mean_field::sessak_monasson(data)?)
            }
        };
        let (coupling_errors, field_errors) = found.errors.unzip();
        Ok(InferredIsing {
            method: self.method,
            couplings: found.couplings,
            fields: found.fields,
            coupling_errors,
            field_errors,
            samples: data.samples,
            steps: found.steps,
            residual: found.residual,
            converged: found.converged,
            complete: found.complete,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn checked(&self) -> Result<Options> {
        let name = self.method.name();
        if self.method.needs_states() && self.data.states.is_none() {
            return Err(Error::Unsupported {
                what: format!("The method {name}"),
                why: "only moments were given, and it works on states".to_owned(),
                advice: "Use `InverseIsing::new(&states)`, or `InverseMethod::Exact`.".to_owned(),
            });
        }
        for (penalty, value, taken) in [
            ("l1", self.l1, self.method == InverseMethod::PseudoLikelihood),
            ("l2", self.l2, self.method.takes_l2()),
        ] {
            if !((0.0..=1e6).contains(&value)) {
                return Err(Error::argument(penalty, value, "between 0 and 1e6"));
            }
            if value > 0.0 && !taken {
                return Err(Error::Unsupported {
                    what: format!("The penalty `{penalty}`"),
                    why: format!("{name} does not minimise anything that it could be added to"),
                    advice: "Use `InverseMethod::PseudoLikelihood`.".to_owned(),
                });
            }
        }
        if !((1e-13..=0.01).contains(&self.tolerance)) {
            return Err(Error::argument("tolerance", self.tolerance, "between 1e-13 and 0.01"));
        }
        let steps = self.steps.map(|steps| count("steps", steps, MANY)).transpose()?;
        Ok(Options {
            l1: self.l1,
            l2: self.l2,
            tolerance: self.tolerance,
            steps,
            chains: count("chains", self.chains, MAX_CHAINS)?,
            sweeps: count("sweeps", self.sweeps, MAX_SWEEPS)?,
            seed: self.seed,
            deadline: Deadline::new(self.deadline)?,
        })
    }
}

fn count(name: &'static str, value: i64, most: usize) -> Result<usize> {
    match usize::try_from(value) {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => Err(Error::argument(name, value, format!("between 1 and {most}"))),
    }
}

impl fmt::Debug for InverseIsing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.data.n_spins();
        let from = match (self.data.samples, &self.data.states) {
            (Some(samples), _) => format!("{samples} states"),
            (None, Some(states)) => format!("{} states with weights", states.weights.len()),
            (None, None) => "moments".to_owned(),
        };
        write!(f, "InverseIsing({n} spins, {from}, {})", self.method.name())
    }
}

//! All 2^N states of a small system.

mod listed;
mod source;
mod states;
mod thermal;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::exact::cost;
use crate::exact::walk::SECONDS_PER_STATE;
use crate::progress::Deadline;
use crate::spin::{PairModel, Quanta};
use source::{Histogram, Source};

pub use listed::MAX_LISTED;
pub use states::{MAX_GROUND_STATES, MAX_PROBABILITIES};

/// The most spins that are enumerated: 2³² states, about half a minute on two threads where they are counted one by one.
pub const MAX_ENUMERATED: usize = 32;

/// The exact statistics of a system of at most [`MAX_ENUMERATED`] spins.
///
/// Where all energies are integer multiples of one quantum (J = ±1, h = 0.5, …) the number of states at each energy
/// and magnetization is counted once, exactly, and every temperature costs microseconds. Otherwise each temperature sums over all states
/// again, by the contraction of [`PartitionFunction`](crate::exact::PartitionFunction). What takes more than two seconds prints its progress.
/// States are counted, not kept: 30 spins of a lattice take 7 MB, and the largest histograms less than 256 MB.
///
/// Weights are taken relative to the ground state, so low temperatures do not overflow.
///
/// States have numbers from 0 to 2^N − 1: bit i is set where spin i is down, so that state 0 has all spins up.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let exact = Ising::square(4)?.enumerate()?;
/// assert_eq!(exact.ground_energy(), -32.0);
/// assert_eq!(exact.ground_degeneracy(), 2);
/// assert!((exact.at(0.01)?.ln_z - (3200.0 + 2_f64.ln())).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Enumeration {
    source: Source,
    ground: f64,
    ground_degeneracy: u64,
    /// Where energies are integers.
    histogram: Option<Arc<Histogram>>,
    /// Whether a state and its mirror image always have the same energy.
    mirrored: bool,
    deadline: Option<f64>,
}

impl Enumeration {
    pub(crate) fn new(model: Arc<PairModel>, seconds: Option<f64>) -> Result<Self> {
        let n = model.n_spins();
        if n > MAX_ENUMERATED {
            return Err(cost::too_large("Enumeration", n, SECONDS_PER_STATE, MAX_ENUMERATED));
        }
        let mirrored = !model.has_field();
        let quanta = Arc::new(Quanta::of(&model));
        Self::of(Source::Pairs { model, quanta }, mirrored, &Deadline::new(seconds)?)
    }

    fn of(source: Source, mirrored: bool, deadline: &Deadline) -> Result<Self> {
        let ground = source.ground(1.0, 0, deadline)?;
        let histogram = source.histogram(deadline)?.map(Arc::new);
        Ok(Self {
            source,
            ground: ground.energy,
            ground_degeneracy: ground.count,
            histogram,
            mirrored,
            deadline: None,
        })
    }

    /// A limit in seconds for calls on this enumeration that sum over all states again; default none.
    ///
    /// Part of a sum is no answer, so what passes the limit is an error that estimates the time; only [`frame`](Self::frame) returns the
    /// temperatures it has. (The enumeration itself is limited by [`Ising::enumerate_within`](crate::ising::Ising::enumerate_within).)
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::sherrington_kirkpatrick(10, 1)?.enumerate()?;
    /// assert!(glass.deadline(60.0).at(1.0)?.energy < 0.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// The number of spins N.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.enumerate()?.n_spins(), 16);
    /// # Ok(())
    /// # }
    /// ```
    pub fn n_spins(&self) -> usize {
        self.source.n_spins()
    }

    /// The lowest energy E₀, in total.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::square(4)?.coupling(-2.0)?.enumerate()?.ground_energy(), -64.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ground_energy(&self) -> f64 {
        self.ground
    }

    /// How many states have the lowest energy (to within 1e-12 of the energy scale).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// // The frustrated ring: the one bond that is not satisfied may be any of five.
    /// assert_eq!(Ising::chain(5)?.coupling(-1.0)?.enumerate()?.ground_degeneracy(), 10);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ground_degeneracy(&self) -> u64 {
        self.ground_degeneracy
    }

    /// States by energy and magnetization, where there is a quantum of energy.
    fn counted(&self, what: &str) -> Result<&Histogram> {
        self.histogram.as_deref().ok_or_else(|| Error::Unsupported {
            what: what.to_owned(),
            why: "the energies are not multiples of one quantum, or too many".to_owned(),
            advice:
                "Use integer couplings, `energy_histogram(bins)`, or `at(t)` for thermal averages."
                    .to_owned(),
        })
    }
}

impl fmt::Debug for Enumeration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, ground) = (1_u64 << self.n_spins(), self.ground);
        write!(
            f,
            "Enumeration({states} states, E0 = {ground} in {} of them)",
            self.ground_degeneracy
        )
    }
}

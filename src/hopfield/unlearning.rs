//! Unlearning: what the network dreams of is taken out of its couplings.

use std::fmt;

use crate::error::{Error, Result, require_positive};
use crate::hopfield::noise::Noise;
use crate::hopfield::rules::Rule;
use crate::hopfield::weights::{Run, Weights};
use crate::hopfield::{Hopfield, check};
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::random::Seed;
use crate::setters::setters;

/// The most sweeps of a dream, which at T = 0 settles in far fewer.
const MAX_SWEEPS: usize = 1_000;

/// Settings of unlearning; [`run`](Self::run) gives the network after its dreams.
///
/// A dream is the fixed point s that asynchronous dynamics reaches from a random state; then J_ij decreases by ε s_i s_j / N for i ≠ j. Dreams are mostly
/// spurious states, so that a few hundred of them widen and even out the basins of the patterns; too many destroy the patterns themselves. Source: J. J. Hopfield, D. I. Feinstein and R. G. Palmer, Nature 304, 158 (1983),
/// who take ε = 0.01.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(20, 100, 1)?;
/// let net = Hopfield::hebb(&patterns)?;
/// let unlearned = net.unlearn().dreams(300).seed(1).run()?;
/// let least = |net: &Hopfield| -> statmech::Result<f64> {
///     Ok(net.stabilities()?.iter().copied().fold(f64::INFINITY, f64::min))
/// };
/// assert!(least(&unlearned.network)? > least(&net)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Unlearning {
    network: Hopfield,
    strength: f64,
    dreams: usize,
    seed: Seed,
    deadline: Option<f64>,
}

/// A network after unlearning.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let unlearned = Hopfield::hebb(&random_patterns(5, 50, 1)?)?.unlearn().dreams(10).run()?;
/// assert_eq!((unlearned.dreams, unlearned.complete), (10, true));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Unlearned {
    /// The network with the couplings that are left.
    pub network: Hopfield,
    /// Dreams taken out.
    pub dreams: usize,
    /// Whether that is as many as asked for.
    pub complete: bool,
}

impl Unlearning {
    pub(super) fn new(network: Hopfield) -> Self {
        Self { network, strength: 0.01, dreams: 100, seed: Seed::default(), deadline: None }
    }

    /// ε, the weight of a dream beside 1 of a pattern; default 0.01.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // The only dream of a network with one pattern is that pattern, up to its sign; as strong, it leaves nothing.
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
    /// let unlearned = net.unlearn().strength(1.0).dreams(1).run()?.network;
    /// assert!(unlearned.couplings()?.iter().all(|&j| j == 0.0));
    /// # Ok(()) }
    /// ```
    pub fn strength(&self, strength: f64) -> Self {
        Self { strength, ..self.clone() }
    }

    /// How many dreams are taken out; default 100.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let net = Hopfield::hebb(&random_patterns(5, 50, 1)?)?;
    /// assert_eq!(net.unlearn().dreams(0).run()?.network.couplings()?, net.couplings()?);
    /// # Ok(()) }
    /// ```
    pub fn dreams(&self, dreams: usize) -> Self {
        Self { dreams, ..self.clone() }
    }

    setters! { "Hopfield::hebb(&random_patterns(3, 20, 1)?)?.unlearn().dreams(5)":
        /// The seed of the random states; default 0.
        seed;
        /// A limit in seconds, after which the network is returned as it is and `complete` is false; default none.
        deadline;
    }

    /// Dreams and unlearns. The patterns stay those that overlaps are taken with.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let unlearned = Hopfield::hebb(&random_patterns(5, 50, 1)?)?.unlearn().dreams(20).run()?;
    /// assert!(unlearned.complete && unlearned.network.rule() == "unlearning");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the strength or the deadline is not a finite number above 0, if the couplings are not symmetric, or there are more than [`MAX_DENSE`](super::MAX_DENSE) units.
    pub fn run(&self) -> Result<Unlearned> {
        require_positive("strength", self.strength)?;
        let deadline = Deadline::new(self.deadline)?;
        let network = &self.network;
        let size = network.n_units();
        check::dense("The matrix of couplings", size)?;
        if !network.is_symmetric() {
            return Err(Error::Unsupported {
                what: "Unlearning".to_owned(),
                why: "the couplings are not symmetric, so that dreams need not end".to_owned(),
                advice: "Take symmetric couplings.".to_owned(),
            });
        }
        let mut dense = network.weights.to_dense();
        let own = dense.own.clone();
        let mut progress = Progress::new("dreams", self.dreams);
        let mut dreams = 0;
        while dreams < self.dreams && !deadline.passed() {
            let generator = self.seed.child(dreams as u64).generator();
            let mut noise = Noise { temperature: 0.0, generator };
            let start = (0..size).map(|_| if noise.generator.random() { 1 } else { -1 }).collect();
            let weights = Weights::Dense(std::sync::Arc::new(dense));
            let mut run = Run::new(&weights, &network.fields, network.diagonal, start);
            run.settle(MAX_SWEEPS, &mut noise);
            let state = run.into_state();
            dense = weights.into_dense();
            dense.add_outer(&state, -self.strength / size as f64);
            dreams += 1;
            progress.add(1);
        }
        if dreams < self.dreams {
            progress.stopped();
        }
        dense.own = own;
        let changed = network.changed(network.patterns(), dense);
        let network = Hopfield { rule: Rule::Unlearning, ..changed };
        Ok(Unlearned { network, dreams, complete: dreams == self.dreams })
    }
}

impl fmt::Debug for Unlearning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unlearning({:?}, {} dreams of {})", self.network, self.dreams, self.strength)
    }
}

//! The choices of a simulation, and the acceptance probabilities behind them.

use crate::error::{Error, Result};

pub(crate) use crate::error::require_count as sweeps;

/// How spins change.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let cluster = Ising::square(8)?.scan([ONSAGER_TC]).update(Update::SwendsenWang).sweeps(200).run()?;
/// assert_eq!(cluster.height(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Update {
    /// One spin at a time, flipped with probability min(1, exp(−ΔE/T)); the default.
    ///
    /// Source: N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953).
    #[default]
    Metropolis,
    /// One spin at a time, drawn from its conditional distribution: flipped with probability 1/(1 + exp(ΔE/T)). Also called
    /// Glauber dynamics or Gibbs sampling.
    ///
    /// Source: R. J. Glauber, J. Math. Phys. 4, 294 (1963).
    HeatBath,
    /// Clusters grown over satisfied bonds with probability 1 − exp(−2|J_ij|/T), and flipped. Couplings of either sign are
    /// fine (with frustration clusters may span the system and help little); fields are refused.
    ///
    /// Source: U. Wolff, Phys. Rev. Lett. 62, 361 (1989).
    Wolff,
    /// All clusters of satisfied bonds, set with probability 1 − exp(−2|J_ij|/T), each flipped with probability ½. Couplings of either
    /// sign and fields are fine: a field is a bond to a ghost spin, whose cluster stays.
    ///
    /// Source: R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987).
    SwendsenWang,
}

impl Update {
    pub(super) const ALL: [Self; 4] =
        [Self::Metropolis, Self::HeatBath, Self::Wolff, Self::SwendsenWang];

    /// The name in the `update` column: "metropolis", "heat_bath", "wolff", "swendsen_wang".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Update::SwendsenWang.name(), "swendsen_wang");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Metropolis => "metropolis",
            Self::HeatBath => "heat_bath",
            Self::Wolff => "wolff",
            Self::SwendsenWang => "swendsen_wang",
        }
    }

    /// Whether clusters are flipped, for which sites have no order.
    pub(crate) fn is_cluster(self) -> bool {
        matches!(self, Self::Wolff | Self::SwendsenWang)
    }

    /// Refuses clusters where a method flips its spins one by one.
    pub(super) fn require_single_spin(self, method: &str) -> Result<()> {
        if self.is_cluster() {
            return Err(Error::Unsupported {
                what: format!("`Update::{self:?}` with {method}"),
                why: "it flips clusters, where this method moves spins one by one".to_owned(),
                advice: "Use `Update::HeatBath` or `Update::Metropolis`.".to_owned(),
            });
        }
        Ok(())
    }
}

/// Which site comes next in single-spin updates; cluster updates have no order.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let fast = Ising::square(64)?.scan([2.5]).order(SiteOrder::Checkerboard).sweeps(200).run()?;
/// assert_eq!(fast.height(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SiteOrder {
    /// A random site each time; the default.
    #[default]
    Random,
    /// By index.
    Sequential,
    /// First one sublattice, then the other; only where the bonds have two sublattices (bipartite graphs).
    ///
    /// On square and cubic tori of one coupling, without a field and with even sides from 4 on, 512 spins are updated at a time
    /// (multi-spin coding), which is some fifty times as fast as any other order.
    Checkerboard,
}

impl SiteOrder {
    pub(super) const ALL: [Self; 3] = [Self::Random, Self::Sequential, Self::Checkerboard];

    /// The name in the `order` column: "random", "sequential", "checkerboard".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(SiteOrder::Checkerboard.name(), "checkerboard");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sequential => "sequential",
            Self::Checkerboard => "checkerboard",
        }
    }
}

/// The configuration a simulation starts from.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let simulation = Ising::square(16)?.simulation(1.0)?.start(Start::Random);
/// assert!(simulation.spins().iter().any(|&s| s < 0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Start {
    /// All spins +1; the default, since a ferromagnet started at random may stay in stripes for ever below T_c.
    #[default]
    Up,
    /// Each spin ±1 with probability ½, T = ∞; the choice for disordered couplings.
    Random,
}

/// A single-spin rule at one temperature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub update: Update,
    /// Whether sites come in a fixed order, where Metropolis rests half the time.
    pub ordered: bool,
    pub beta: f64,
}

impl Rule {
    /// The probability, as a threshold for a random u64, to flip a spin with s_i h_i^{local} = `x`, ΔE = 2x.
    #[inline]
    pub fn threshold(self, x: f64) -> u64 {
        let exponent = -2.0 * self.beta * x;
        match self.update {
            Update::Metropolis => {
                let accepted = if x <= 0.0 { 1.0 } else { exponent.exp() };
                threshold(if self.ordered { 0.5 * accepted } else { accepted })
            }
            Update::HeatBath | Update::Wolff | Update::SwendsenWang => {
                threshold(1.0 / (1.0 + (-exponent).exp()))
            }
        }
    }
}

/// p · 2⁶⁴, at most u64::MAX, which stands for certainty.
#[inline]
pub(super) fn threshold(probability: f64) -> u64 {
    (probability * 18_446_744_073_709_551_616.0) as u64
}

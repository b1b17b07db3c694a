//! Where the dynamics ended, and why.

use std::fmt;

use crate::ndarray::Array1;

/// Why the dynamics stopped.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let pair = Hopfield::from_couplings(&array![[0.0, -1.0], [-1.0, 0.0]])?;
/// let recalled = pair.recall(&array![1, 1]).synchronous().run()?;
/// assert_eq!(recalled.stopped, Stopped::TwoCycle);
/// assert_eq!(recalled.stopped.name(), "two_cycle");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stopped {
    /// No unit would change any more (T = 0).
    FixedPoint,
    /// Synchronous updates at T = 0 go back and forth between two states.
    TwoCycle,
    /// All sweeps were done: always so at T > 0.
    Sweeps,
    /// The deadline passed.
    Deadline,
}

impl Stopped {
    /// The name in frames: "fixed_point", "two_cycle", "sweeps", "deadline".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Stopped::FixedPoint.name(), "fixed_point");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::FixedPoint => "fixed_point",
            Self::TwoCycle => "two_cycle",
            Self::Sweeps => "sweeps",
            Self::Deadline => "deadline",
        }
    }
}

/// Where the dynamics of a network ended, and why.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let net = Hopfield::hebb(&array![[1, 1, -1, 1]])?;
/// let recalled = net.recall(&array![1, 1, 1, 1]).run()?;
/// assert_eq!((recalled.nearest(), recalled.energy), (Some((0, 1.0)), -0.375));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Recalled {
    /// The last state.
    pub state: Array1<i8>,
    /// The other state of a [`TwoCycle`](Stopped::TwoCycle).
    pub partner: Option<Array1<i8>>,
    /// Why the dynamics stopped there.
    pub stopped: Stopped,
    /// Sweeps in which some unit flipped, at T = 0; all that were done, at T > 0.
    pub sweeps: usize,
    /// Flips in all.
    pub flips: usize,
    /// The last state's energy per unit.
    pub energy: f64,
    /// The last state's overlap with each pattern.
    pub overlaps: Array1<f64>,
}

impl fmt::Debug for Recalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, stopped) = (self.state.len(), self.stopped.name().replace('_', " "));
        let (sweeps, flips, energy) = (self.sweeps, self.flips, self.energy);
        write!(
            f,
            "Recalled({size} units, {stopped} after {sweeps} sweeps and {flips} flips, energy {energy} per unit"
        )?;
        match self.nearest() {
            Some((pattern, overlap)) => write!(f, ", overlap {overlap} with pattern {pattern})"),
            None => write!(f, ")"),
        }
    }
}

impl Recalled {
    /// The pattern with the greatest overlap, and that overlap; the first of several. Nothing without patterns.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let net = Hopfield::hebb(&array![[1, 1, -1, 1], [1, -1, 1, 1]])?;
    /// assert_eq!(net.recall(&array![1, -1, 1, 1]).run()?.nearest(), Some((1, 1.0)));
    /// # Ok(()) }
    /// ```
    pub fn nearest(&self) -> Option<(usize, f64)> {
        nearest(&self.overlaps)
    }

    /// Whether no deadline came before the end; [`stopped`](Self::stopped) says which end it was.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let recalled = Hopfield::hebb(&array![[1, 1, -1, 1]])?.recall(&array![1, 1, 1, 1]).run()?;
    /// assert!(recalled.complete() && recalled.stopped == Stopped::FixedPoint);
    /// # Ok(()) }
    /// ```
    pub fn complete(&self) -> bool {
        self.stopped != Stopped::Deadline
    }
}

fn nearest(overlaps: &Array1<f64>) -> Option<(usize, f64)> {
    let all = overlaps.iter().copied().enumerate();
    all.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

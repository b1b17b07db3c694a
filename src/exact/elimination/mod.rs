//! Variable elimination: exact quantities of models whose graph is thin, however many spins they have.
//!
//! The spins are summed out one after the other. Each is in a table over the spins that it is still connected with (its separator),
//! of 2^w entries for w of them; the largest w is the width of the order. A chain has width 1, a ring 2, a tree 1, an open L × M lattice
//! min(L, M), a torus about twice that. For chains and strips in their natural order this is the transfer matrix, one spin at a time.
//!
//! Tables hold logarithms, means and variances given the separator: nothing overflows at low temperature, and no heat
//! capacity is a difference of large numbers. Sources: R. Dechter, Artif. Intell. 113, 41 (1999); S. Lauritzen and D. Spiegelhalter, J. R. Stat.
//! Soc. B 50, 157 (1988).

mod downward;
mod kernel;
mod order;
mod spread;
mod tree;
mod upward;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_temperatures};
use crate::exact::elimination::tree::Tree;
use crate::exact::elimination::upward::{Pass, Upward, upward};
use crate::exact::potential::Potential;
use crate::ndarray::{Array1, Array2};
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::spin::PairModel;

/// Wider tables are not made, and not planned.
const MAX_WIDTH: usize = 26;

/// The most bytes that a call may need.
const MAX_BYTES: usize = 1 << 30;

/// Samples drawn between two reports.
const BATCH: usize = 1024;

/// The exact solution of a model by summing out its spins in a good order.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::on(Lattice::rectangle(6, 40).open())?.field(0.1)?;
/// let exact = ising.elimination()?;
/// assert_eq!(exact.width(), 6);
/// let potential = exact.at(2.0)?;
/// let marginals = exact.marginals(2.0)?;
/// assert!((marginals.magnetizations.mean().unwrap() - potential.magnetization).abs() < 1e-12);
/// let states = exact.sample(2.0, 100, 1)?;
/// assert_eq!(states.dim(), (100, 240));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Elimination {
    model: Arc<PairModel>,
    tree: Arc<Tree>,
    deadline: Option<f64>,
}

/// One-spin and bond averages at one temperature.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let marginals = Ising::chain(50)?.elimination()?.marginals(1.0)?;
/// let (i, j, correlation) = marginals.correlations[0];
/// assert_eq!((i, j), (0, 1));
/// assert!((correlation - 1_f64.tanh()).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals {
    /// The temperature T.
    pub temperature: f64,
    /// ⟨s_i⟩ for each spin.
    pub magnetizations: Array1<f64>,
    /// (i, j, ⟨s_i s_j⟩) for each coupled pair, in the order of [`Ising::bonds`](crate::ising::Ising::bonds).
    pub correlations: Vec<(usize, usize, f64)>,
}

impl Elimination {
    /// Finds an order for this model: the narrowest among the numbering of the sites, layers through a lattice's longest side, least
    /// degree (up to 200 000 spins and 2 000 000 bonds) and least fill (up to 5000 spins).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::exact::Elimination;
    /// use statmech::spin::{Couplings, PairModel};
    /// // A tree, by its bonds.
    /// let bonds = [(0, 1, 1.0), (0, 2, -1.0), (2, 3, 0.5), (2, 4, 2.0)];
    /// let tree = PairModel::new("tree", vec![5], Couplings::from_bonds(5, &bonds)?, vec![0.0; 5])?;
    /// assert_eq!(Elimination::new(&tree)?.width(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If ln Z would need more than 1 GiB in each of them, which begins at width 25.
    pub fn new(model: &PairModel) -> Result<Self> {
        Self::shared(Arc::new(model.clone()))
    }

    pub(crate) fn shared(model: Arc<PairModel>) -> Result<Self> {
        let candidates = order::candidates(&model);
        let trees = candidates.iter().filter_map(|order| Tree::new(&model, order));
        // Width decides on memory, and among equal widths the number of entries on time.
        let best = trees.min_by_key(|tree| (tree.width(), tree.entries()));
        Self::with(model, best)
    }

    fn with(model: Arc<PairModel>, tree: Option<Tree>) -> Result<Self> {
        let Some(tree) = tree else {
            return Err(Error::TooLarge {
                what: format!("Eliminating these {} spins", model.n_spins()),
                needs: format!("tables over more than {MAX_WIDTH} spins (the width)"),
                limit: "1 GiB of memory".to_owned(),
                advice: ADVICE.to_owned(),
            });
        };
        let exact = Self { model, tree: Arc::new(tree), deadline: None };
        exact.require_memory(upward::peak_bytes(&exact.tree, Pass::Lowest))?;
        Ok(exact)
    }

    /// The same model with its spins summed out in this order, a permutation of 0, …, N − 1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// let by_rows: Vec<usize> = (0..36).collect();
    /// let other = exact.in_order(&by_rows)?;
    /// assert_eq!((exact.width(), other.width()), (4, 9));
    /// assert!((exact.ln_z(2.0)? - other.ln_z(2.0)?).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it is not a permutation of the sites, or ln Z would need more than 1 GiB.
    pub fn in_order(&self, order: &[usize]) -> Result<Self> {
        let n = self.model.n_spins();
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted.iter().copied().ne(0..n) {
            let given = format!("{} numbers that are not", order.len());
            return Err(Error::argument(
                "order",
                given,
                format!("a permutation of 0 to {}", n - 1),
            ));
        }
        let tree = Tree::new(&self.model, order);
        Ok(Self { deadline: self.deadline, ..Self::with(Arc::clone(&self.model), tree)? })
    }

    /// A limit in seconds for each call, after which it is an error that says how far it came; default none.
    ///
    /// [`frame`](Self::frame) returns the rows that it has, and the first in any case.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// let frame = exact.deadline(60.0).frame(&linspace(1.0, 3.0, 5))?;
    /// assert_eq!(frame.height(), 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// The width w: the largest table that is handed on has 2^w entries.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// assert_eq!(Ising::chain(1000)?.elimination()?.width(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn width(&self) -> usize {
        self.tree.width()
    }

    /// The sites in the order in which they are summed out.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// assert_eq!(exact.in_order(&exact.order())?.width(), exact.width());
    /// # Ok(())
    /// # }
    /// ```
    pub fn order(&self) -> Vec<usize> {
        self.tree.cliques.iter().map(|clique| clique.site).collect()
    }

    /// ln Z of the whole system at temperature `t`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let torus = Ising::square(4)?;
    /// let kaufman = torus.kaufman(2.0)?.ln_z;
    /// assert!((torus.elimination()?.ln_z(2.0)? - kaufman).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `t` is not a finite number above 0, or so small that energies over T overflow.
    pub fn ln_z(&self, t: f64) -> Result<f64> {
        Ok(self.upward(Pass::Sum(self.model.beta(t)?), false, self.limit()?)?.log)
    }

    /// ln Z with its first two derivatives: energy, heat capacity, entropy, magnetization, susceptibility.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// let cold = exact.at(0.01)?;
    /// assert!((cold.magnetization - 1.0).abs() < 1e-12 && cold.entropy < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z); also if it would need more than 1 GiB, which begins at width 23.
    pub fn at(&self, t: f64) -> Result<Potential> {
        self.potential(t, self.limit()?)
    }

    fn potential(&self, t: f64, limit: Deadline) -> Result<Potential> {
        let pass = Pass::Moments(self.model.beta(t)?);
        self.require_memory(upward::peak_bytes(&self.tree, pass))?;
        let Upward { log, moments: [energy, energy2, mut magnetization, magnetization2], .. } =
            self.upward(pass, false, limit)?;
        if !self.model.has_field() {
            // By symmetry; the sum leaves rounding errors.
            magnetization = 0.0;
        }
        let n = self.model.n_spins() as f64;
        // Probabilities end near 1e-304; what a second derivative has below 1e-290 of its scale is that end, and not an excitation.
        let energy2 = if energy2 > 1e-290 * self.model.bound().powi(2) { energy2 } else { 0.0 };
        Ok(Potential {
            temperature: t,
            ln_z: log,
            free_energy: -t * log / n,
            energy: energy / n,
            // Two divisions by T: T² would underflow before the quotient does.
            heat_capacity: energy2 / t / t / n,
            entropy: ((log + energy / t) / n).clamp(0.0, std::f64::consts::LN_2),
            magnetization: magnetization / n,
            susceptibility_full: magnetization2 / t / n,
        })
    }

    /// One row per temperature: `temperature`, `ln_z` (whole system), and per spin `free_energy`, `energy`, `heat_capacity`, `entropy`,
    /// `magnetization`, `susceptibility_full`. See [`Potential`].
    ///
    /// After the [`deadline`](Self::deadline) the temperatures left have missing values; the first is always computed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// assert_eq!(exact.frame(&linspace(1.0, 3.0, 5))?.shape(), (5, 8));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`at`](Self::at); also if there is no temperature, or the deadline is not a finite number above 0.
    pub fn frame(&self, temperatures: &[f64]) -> Result<DataFrame> {
        require_temperatures(temperatures)?;
        temperatures.iter().try_for_each(|&t| self.model.beta(t).map(|_| ()))?;
        let deadline = self.limit()?;
        let mut progress = Progress::new("temperatures", temperatures.len());
        let mut rows = Vec::with_capacity(temperatures.len());
        for &t in temperatures {
            rows.push(if rows.is_empty() {
                Some(self.potential(t, Deadline::new(None)?)?)
            } else {
                // All temperatures are known to be good, and the first row fitted: what fails now is the deadline.
                self.potential(t, deadline).ok()
            });
            progress.add(1);
        }
        Potential::frame(temperatures, &rows)
    }

    /// ⟨s_i⟩ of all spins and ⟨s_i s_j⟩ of all bonds at temperature `t`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// let marginals = exact.marginals(2.0)?;
    /// // A corner is less magnetized than the middle.
    /// let m = marginals.magnetizations;
    /// assert!(m[0] < m[13]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`ln_z`](Self::ln_z); also if the tables of all steps together would need more than 1 GiB.
    pub fn marginals(&self, t: f64) -> Result<Marginals> {
        let odds = self.odds(Pass::Sum(self.model.beta(t)?), downward::peak_bytes(&self.tree))?;
        let (mut means, correlations) = downward::marginals(&self.tree, &odds);
        if !self.model.has_field() {
            means.fill(0.0);
        }
        Ok(Marginals { temperature: t, magnetizations: Array1::from(means), correlations })
    }

    /// Independent samples from the Boltzmann distribution at temperature `t`: an array of shape (`count`, N).
    ///
    /// Spins are drawn in the reverse order of elimination, each given those already drawn. Sample k draws from the k-th child of the seed.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let exact = Ising::on(Lattice::rectangle(4, 9).open())?.field(0.1)?.elimination()?;
    /// let states = exact.sample(0.01, 3, 1)?;
    /// assert_eq!(states, Array2::<i8>::ones((3, 36)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`marginals`](Self::marginals); also if `count` is 0 or the samples would take more than 1 GiB.
    pub fn sample(&self, t: f64, count: usize, seed: impl Into<Seed>) -> Result<Array2<i8>> {
        let n = self.model.n_spins();
        let most = MAX_BYTES / n;
        if count == 0 || count > most {
            let allowed = format!("from 1 to {most}, so that samples fit in 1 GiB");
            return Err(Error::argument("count", count, allowed));
        }
        let beta = self.model.beta(t)?;
        let seed = seed.into();
        let odds = self.odds(Pass::Sum(beta), 0)?;
        let mut progress = Progress::new("samples", count);
        let mut states = vec![0_i8; count * n];
        for (batch, block) in states.chunks_mut(BATCH * n).enumerate() {
            block.par_chunks_mut(n).enumerate().for_each(|(k, state)| {
                let mut generator = seed.child((batch * BATCH + k) as u64).generator();
                state.copy_from_slice(&downward::draw(&self.tree, &odds, Some(&mut generator)));
            });
            progress.add(block.len() / n);
        }
        Array2::from_shape_vec((count, n), states)
            .map_err(|_| Error::argument("count", count, "a number of samples that fits"))
    }

    /// The lowest energy (in total) and a state that has it.
    ///
    /// Where several have, spins are up as soon as both directions are as good.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frustrated = Ising::triangular(4)?.coupling(-1.0)?;
    /// let (energy, state) = frustrated.elimination()?.ground_state()?;
    /// assert_eq!(energy, -16.0);
    /// assert_eq!(frustrated.energy(&state)?, energy);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the tables of all steps together would need more than 1 GiB.
    pub fn ground_state(&self) -> Result<(f64, Array1<i8>)> {
        let odds = self.odds(Pass::Lowest, 0)?;
        let spins = Array1::from(downward::draw(&self.tree, &odds, None));
        Ok((self.model.energy(&spins)?, spins))
    }

    fn limit(&self) -> Result<Deadline> {
        Deadline::new(self.deadline)
    }

    fn upward(&self, pass: Pass, keep: bool, limit: Deadline) -> Result<Upward> {
        upward(&self.tree, pass, keep, limit).map_err(|done| {
            let seconds = self.deadline.unwrap_or(f64::INFINITY);
            let allowed = format!("longer ({:.0} % of the tables were done)", 100.0 * done);
            Error::argument("deadline", format!("{seconds} s"), allowed)
        })
    }

    /// The odds of all steps, kept in memory with so many bytes beside them.
    fn odds(&self, pass: Pass, beside: usize) -> Result<Vec<Vec<f64>>> {
        let peak = upward::peak_bytes(&self.tree, pass).max(beside);
        self.require_memory(upward::kept_bytes(&self.tree).saturating_add(peak))?;
        Ok(self.upward(pass, true, self.limit()?)?.odds)
    }

    fn require_memory(&self, bytes: usize) -> Result<()> {
        if bytes <= MAX_BYTES {
            return Ok(());
        }
        let gib = bytes as f64 / MAX_BYTES as f64;
        Err(Error::TooLarge {
            what: format!("This elimination of {} spins", self.model.n_spins()),
            needs: format!("tables of width {} and {gib:.1} GiB of memory", self.width()),
            limit: "1 GiB".to_owned(),
            advice: ADVICE.to_owned(),
        })
    }
}

const ADVICE: &str = "Take a thinner graph (a lattice that is open, or short in one direction), \
    `ln_z(t)` instead of marginals and samples, or sample with `scan(temperatures)`.";

impl fmt::Debug for Elimination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Elimination({} spins, width {})", self.model.n_spins(), self.width())
    }
}

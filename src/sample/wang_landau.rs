//! Wang–Landau sampling: the density of states by a random walk that is flat in energy.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::numeric::logistic::ln_sum_exp;
use crate::progress::{Deadline, Progress};
use crate::rand::RngCore;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::entropy::EntropyEstimate;
use crate::sample::local::site_or_nobody;
use crate::sample::settings::threshold;
use crate::sample::{Replica, System, check_memory, sweeps};
use crate::setters::setters;
use crate::spin::PairModel;

/// The most bins of energy, and levels of integer energies.
const MAX_BINS: usize = 1 << 22;

/// Sweeps between looks at the clock.
const SLICE: usize = 64;

/// ln f is this many times 1/t: with 1 the walk believes a g that it has hardly seen; far more, and g is still rough after a short run.
const PATIENCE: f64 = 30.0;

/// Sums of real numbers are made afresh after so many sweeps.
const REFRESH: usize = 256;

/// Settings of Wang–Landau sampling; [`run`](Self::run) gives the density of states.
///
/// A walk that accepts a flip from E to E' with probability min(1, g(E)/g(E')) visits all energies equally often once g is the number of states
/// at each; every visit multiplies the present estimate of g(E) by f, which shrinks towards 1: ln f = min(1, 30/t), where t is the number of
/// steps since an energy was seen for the first time, over the number of energies known. Half of the sweeps learn like this. The other half
/// walk with fixed weights 1/g, a Markov chain in equilibrium, whose histogram H corrects what the growing g got wrong: ln g + ln H. Sources: F. Wang and D. P. Landau,
/// Phys. Rev. Lett. 86, 2050 (2001); R. E. Belardinelli and V. D. Pereyra, Phys. Rev. E 75, 046701 (2007); for the second half B. A. Berg and
/// T. Neuhaus, Phys. Rev. Lett. 68, 9 (1992).
///
/// Where all energies are multiples of one quantum, each level has its own g; otherwise energies share [`bins`](Self::bins). Errors come from
/// independent runs. A level that no run has found is missing; at low temperature compare with the ground energy from
/// [`annealing`](crate::ising::Ising::annealing).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let density = ising.wang_landau().sweeps(5_000).seed(1).run()?;
/// let ln_z = density.ln_z(2.0)?;
/// assert!((ln_z.mean - ising.enumerate()?.at(2.0)?.ln_z).abs() < 4.0 * ln_z.error);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct WangLandau {
    model: Arc<PairModel>,
    sweeps: i64,
    runs: i64,
    bins: i64,
    seed: Seed,
    deadline: Option<f64>,
}

impl WangLandau {
    pub(crate) fn new(model: Arc<PairModel>) -> Self {
        Self {
            model,
            sweeps: 100_000,
            runs: 16,
            bins: 1_000,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// Bins between ∓(Σ|J_ij| + Σ|h_i|), where energies are not multiples of a quantum; default 1000.
    ///
    /// Bins of width w add an error of about (w/T)²/24 to ln Z.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let glass = Ising::edwards_anderson(Lattice::square(3), Disorder::Gaussian, 1)?;
    /// let density = glass.wang_landau().bins(60).sweeps(1_000).run()?;
    /// assert!(density.energies.len() <= 60); // those that occur
    /// assert!(glass.wang_landau().bins(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn bins(&self, bins: i64) -> Self {
        Self { bins, ..self.clone() }
    }

    setters! { "Ising::square(4)?.wang_landau().bins(50)":
        /// Sweeps of each run, N attempted flips each, half of them to learn; default 100 000.
        sweeps;
        /// Independent runs, from which the errors come; default 16.
        runs;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the present estimates are returned with `complete` false; default none.
        deadline;
    }

    /// Runs all walks, in parallel and each on the stream of its own index.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::edwards_anderson(Lattice::square(4), Disorder::PlusMinus, 1)?;
    /// let density = glass.wang_landau().sweeps(2_000).seed(1).run()?;
    /// assert!(density.complete && density.energies[0] == glass.enumerate()?.ground_energy());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `sweeps` or `bins` is below 1 or `runs` below 2; if there were more than 4 194 304 levels or bins; if the deadline is not a finite number
    /// above 0.
    pub fn run(&self) -> Result<EntropyEstimate> {
        let total = sweeps("sweeps", self.sweeps, 1)?;
        let runs = sweeps("runs", self.runs, 2)?;
        let system = System::new(&self.model);
        let levels = Levels::new(&system, sweeps("bins", self.bins, 1)?, runs)?;
        check_memory("Wang–Landau sampling", runs, self.model.n_spins())?;
        let deadline = Deadline::new(self.deadline)?;
        let mut walks: Vec<Walk> = (0..runs as u64)
            .into_par_iter()
            .map(|run| Walk::new(&system, &levels, self.seed.child(run)))
            .collect();
        let mut progress = Progress::new("sweeps", total.saturating_mul(runs));
        // Large systems look at the clock after every sweep.
        let slice = (SLICE * 1_000 / system.n_spins()).clamp(1, SLICE);
        let mut done = 0;
        for (part, limit, learning) in
            [(total / 2, deadline.share(0.5), true), (total - total / 2, deadline, false)]
        {
            let mut passed = 0;
            while passed < part && (passed == 0 || !limit.passed()) {
                let count = slice.min(part - passed);
                walks.par_iter_mut().with_max_len(1).for_each(|walk| {
                    (0..count).for_each(|_| walk.sweep(&system, &levels, learning));
                });
                passed += count;
                progress.add(count * runs);
            }
            done += passed;
        }
        Ok(density(&system, &levels, &walks, done, done == total))
    }
}

/// Where energies are counted: bin k is about (k − offset) · width.
struct Levels {
    width: f64,
    offset: f64,
    count: usize,
}

impl Levels {
    fn new(system: &System, bins: usize, runs: usize) -> Result<Self> {
        let (width, offset, count) = if let Some((unit, reach)) = system.quantum() {
            (unit, reach, 2.0 * reach + 1.0)
        } else {
            let width = 2.0 * system.reach() / bins as f64;
            // Rounded to the nearest bin, the largest |E| needs half a bin more.
            (width, 0.5 * (bins as f64), bins as f64 + 2.0)
        };
        if !(count * runs as f64 <= 16.0 * MAX_BINS as f64 && count <= MAX_BINS as f64) {
            return Err(Error::TooLarge {
                what: "This density of states".to_owned(),
                needs: format!("{count} levels in each of {runs} runs"),
                limit: format!("{MAX_BINS} levels, or sixteen times as many in all runs"),
                advice: "Take fewer bins or runs.".to_owned(),
            });
        }
        Ok(Self { width, offset, count: count as usize })
    }

    #[inline]
    fn of(&self, energy: f64) -> usize {
        ((energy / self.width + self.offset).round() as usize).min(self.count - 1)
    }
}

/// One run.
struct Walk {
    replica: Replica,
    /// ln g; known where visited.
    ln_g: Vec<f64>,
    /// Levels that were ever visited, and their number.
    seen: Vec<bool>,
    known: usize,
    /// Visits with fixed weights, and the sum of their energies.
    visits: Vec<u64>,
    energies: Vec<f64>,
    ln_f: f64,
    /// Steps since a level was seen for the first time.
    steps: u64,
    sweeps: usize,
}

impl Walk {
    fn new(system: &System, levels: &Levels, seed: Seed) -> Self {
        let mut walk = Self {
            replica: system.random_replica(seed),
            ln_g: vec![0.0; levels.count],
            seen: vec![false; levels.count],
            known: 0,
            visits: vec![0; levels.count],
            energies: vec![0.0; levels.count],
            ln_f: 1.0,
            steps: 0,
            sweeps: 0,
        };
        let energy = walk.replica.energy(system);
        walk.learn(levels.of(energy), 0.0);
        walk
    }

    /// N attempted flips on average, each followed by a visit.
    fn sweep(&mut self, system: &System, levels: &Levels, learning: bool) {
        let n = system.n_spins();
        let mut energy = self.replica.energy(system);
        let mut level = levels.of(energy);
        for _ in 0..=n {
            let i = site_or_nobody(self.replica.generator(), n);
            let mut reference = 0.0;
            if i < n {
                let proposed = self.replica.energy_flipped(system, i);
                let target = levels.of(proposed);
                if self.accepts(level, target) {
                    self.replica.flip(system, i);
                    reference = self.ln_g[level];
                    (energy, level) = (proposed, target);
                }
            }
            if learning {
                self.learn(level, reference);
            } else {
                self.visits[level] += 1;
                self.energies[level] += energy;
            }
        }
        self.sweeps += 1;
        if self.sweeps.is_multiple_of(REFRESH) {
            self.replica.refresh(system);
        }
    }

    fn accepts(&mut self, level: usize, target: usize) -> bool {
        let ratio = self.ln_g[level] - self.ln_g[target];
        // A level never seen is always entered.
        ratio >= 0.0
            || !self.seen[target]
            || self.replica.generator().next_u64() < threshold(ratio.exp())
    }

    /// Raises the ln g of the level visited; one never seen begins with the ln g that it was entered from.
    #[inline]
    fn learn(&mut self, level: usize, reference: f64) {
        self.steps += 1;
        if !self.seen[level] {
            self.seen[level] = true;
            self.known += 1;
            self.ln_g[level] = reference;
            self.steps = 1;
        }
        self.ln_f = (PATIENCE * self.known as f64 / self.steps as f64).min(1.0);
        self.ln_g[level] += self.ln_f;
    }
}

/// Collects the levels that any run has seen, each run normalised to 2^N states.
fn density(
    system: &System,
    levels: &Levels,
    walks: &[Walk],
    sweeps: usize,
    complete: bool,
) -> EntropyEstimate {
    let seen: Vec<usize> =
        (0..levels.count).filter(|&k| walks.iter().any(|walk| walk.visits[k] > 0)).collect();
    let quanta = system.quantum().is_some();
    let energy = |&k: &usize| {
        if quanta {
            return (k as f64 - levels.offset) * levels.width;
        }
        let sum: f64 = walks.iter().map(|walk| walk.energies[k]).sum();
        sum / walks.iter().map(|walk| walk.visits[k] as f64).sum::<f64>()
    };
    let mut ln_g = Array2::from_elem((walks.len(), seen.len()), f64::NEG_INFINITY);
    for (walk, mut row) in walks.iter().zip(ln_g.rows_mut()) {
        let ln_visits = |k: usize| (walk.visits[k] as f64).ln();
        let known = |k: usize| (walk.visits[k] > 0).then(|| walk.ln_g[k] + ln_visits(k));
        let all: Vec<f64> = seen.iter().filter_map(|&k| known(k)).collect();
        let total = ln_sum_exp(&all) - system.n_spins() as f64 * std::f64::consts::LN_2;
        for (&k, entry) in seen.iter().zip(&mut row) {
            *entry = known(k).map_or(f64::NEG_INFINITY, |value| value - total);
        }
    }
    EntropyEstimate {
        n_spins: system.n_spins(),
        energies: seen.iter().map(energy).collect(),
        ln_g,
        ln_f: walks.iter().map(|walk| walk.ln_f).fold(0.0, f64::max),
        sweeps,
        complete,
    }
}

impl fmt::Debug for WangLandau {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, runs, sweeps) = (&self.model, self.runs, self.sweeps);
        write!(f, "WangLandau({model:?}, {runs} × {sweeps} sweeps)")
    }
}

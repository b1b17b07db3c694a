//! Self-consistent approximations: what naive mean field, TAP and Bethe have in common.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::free_energy::bethe::Bethe;
use crate::free_energy::mean_field::Naive;
use crate::free_energy::tap::Tap;
use crate::ndarray::Array1;
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::sample::sweeps;
use crate::setters::setters;
use crate::spin::PairModel;

/// Sweeps over all spins before giving up; near a critical point the last digits take thousands.
const MAX_ITERATIONS: i64 = 10_000;

/// Work of all starts together, in about nanoseconds: some ten seconds.
const MOST_WORK: usize = 3_000_000_000;

/// Work of a hyperbolic tangent; plain sums over couplings count 1 each.
const TANH_WORK: usize = 16;

/// Converged when nothing moves by more than this in a sweep.
const TOLERANCE: f64 = 1e-12;

/// Which self-consistent equations are solved.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let glass = Ising::sherrington_kirkpatrick(200, 1)?;
/// let tap = glass.approximation(1.5, Approximation::Tap).run()?;
/// // The paramagnet with Onsager's reaction term: E/N is about −1/(2T).
/// assert!((tap.energy + 1.0 / 3.0).abs() < 0.05);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approximation {
    /// Independent spins, m_i = tanh((h_i + Σ_j J_ij m_j)/T): exact to first order in J/T, and where each spin has many weak couplings
    /// of one sign. F = −Σ_{i<j} J_ij m_i m_j − Σ h_i m_i − T Σ_i S(m_i), S(m) = −Σ_± (1 ± m)/2 · ln((1 ± m)/2), is an upper bound of the true
    /// free energy (Gibbs, Bogoliubov), also where the iteration has not converged. Source: M. Opper and D. Saad (eds), *Advanced Mean Field
    /// Methods* (2001), chapter 2.
    MeanField,
    /// Thouless, Anderson and Palmer: m_i = tanh((h_i + Σ_j J_ij m_j)/T − m_i Σ_j (J_ij/T)² (1 − m_j²)), the second order in J/T of Plefka's
    /// expansion; exact for the Sherrington–Kirkpatrick model at large N. F is that of mean field less Σ_{i<j} J_ij² (1 − m_i²)(1 − m_j²)/(2T), and no bound.
    /// Sources: D. J. Thouless, P. W. Anderson and R. G. Palmer, Philos. Mag. 35, 593 (1977); T. Plefka, J. Phys. A 15, 1971 (1982).
    Tap,
    /// Bethe's approximation by belief propagation: pairs of neighbours are treated exactly. Exact on trees and good on graphs of few short
    /// loops. F is no bound. Sources: H. A. Bethe, Proc. R. Soc. A 150, 552 (1935); J. S. Yedidia, W. T. Freeman and
    /// Y. Weiss, IEEE Trans. Inf. Theory 51, 2282 (2005).
    Bethe,
}

impl Approximation {
    /// The name in the `method` column: "mean_field", "tap", "bethe".
    ///
    /// ```
    /// use statmech::prelude::*;
    /// assert_eq!(Approximation::Bethe.name(), "bethe");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::MeanField => "mean_field",
            Self::Tap => "tap",
            Self::Bethe => "bethe",
        }
    }

    /// How much of a message is kept in each step, without being asked.
    fn damping(self) -> f64 {
        match self {
            // Each step minimises the free energy over one spin.
            Self::MeanField | Self::Tap => 0.0,
            Self::Bethe => 0.3,
        }
    }

    /// Starting points other than random ones: the mean of all spins.
    fn fixed_starts(self) -> &'static [f64] {
        match self {
            Self::MeanField => &[1.0],
            Self::Tap | Self::Bethe => &[1.0, 0.0],
        }
    }

    /// Work of a sweep over so many spins and coupled pairs, both ways counted.
    fn work(self, n: usize, entries: usize) -> usize {
        match self {
            Self::MeanField => TANH_WORK.saturating_mul(n).saturating_add(entries),
            Self::Tap => TANH_WORK.saturating_mul(4 * n).saturating_add(4 * entries),
            Self::Bethe => TANH_WORK.saturating_mul(4 * entries + n),
        }
    }
}

/// A solution of self-consistent equations, the best that was found from several starting points. Energies are per spin.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let solution: SelfConsistentSolution = Ising::square(8)?.mean_field(2.0)?;
/// let m = solution.magnetization;
/// assert!(solution.converged && (m.abs() - (2.0 * m.abs()).tanh()).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SelfConsistentSolution {
    /// Which equations.
    pub approximation: Approximation,
    /// The temperature T.
    pub temperature: f64,
    /// m_i for each spin.
    pub magnetizations: Array1<f64>,
    /// ⟨s_i s_j⟩ for each coupled pair, in the order of [`bonds`](crate::ising::Ising::bonds); −∂F/∂J_ij, so m_i m_j in naive mean field.
    pub pair_correlations: Array1<f64>,
    /// Free energy F/N.
    pub free_energy: f64,
    /// Energy per spin.
    pub energy: f64,
    /// Entropy per spin.
    pub entropy: f64,
    /// Σ m_i/N.
    pub magnetization: f64,
    /// Sweeps that were needed.
    pub iterations: usize,
    /// The largest change in the last sweep, of a magnetization or, for Bethe, of a message u relative to 1 + |u|.
    pub residual: f64,
    /// Whether the residual came below 1e-12 within the sweeps allowed (10 000, and about ten seconds of work for all starts).
    pub converged: bool,
    /// Whether the solution is one that the approximation can describe: for TAP Plefka's condition (1/N) Σ_ij (J_ij/T)² (1 − m_j²)² < 1, for
    /// the others always true. Where it fails no free energy below the true one should surprise.
    pub valid: bool,
    /// Whether all starts were tried, and no deadline cut them.
    pub complete: bool,
}

/// Settings of a self-consistent approximation; [`run`](Self::run) gives the solution.
///
/// One spin after the other is updated, from several starting points: all spins up, m = 0 (not for naive mean field, where it is never better) and
/// random ones. Naive mean field and TAP minimise their free energy over one m_i at a time, so that it never rises; Bethe's messages are damped. Of
/// the solutions that converged and are [`valid`](SelfConsistentSolution::valid) the one of lowest free energy is kept (without fields it has a mirror image). For
/// naive mean field that is the best bound; for the others it is a convention.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // Bethe's approximation is exact on an open chain.
/// let chain = Ising::on(Lattice::chain(10).open())?.field(0.3)?;
/// let solution = chain.approximation(1.5, Approximation::Bethe).deadline(10.0).run()?;
/// assert!((solution.free_energy - chain.enumerate()?.at(1.5)?.free_energy).abs() < 1e-10);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct SelfConsistent {
    model: Arc<PairModel>,
    approximation: Approximation,
    temperature: f64,
    damping: f64,
    iterations: i64,
    random_starts: i64,
    seed: Seed,
    deadline: Option<f64>,
}

impl SelfConsistent {
    pub(crate) fn new(
        model: Arc<PairModel>,
        temperature: f64,
        approximation: Approximation,
    ) -> Self {
        Self {
            model,
            approximation,
            temperature,
            damping: approximation.damping(),
            iterations: MAX_ITERATIONS,
            random_starts: 4,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// How much of the old value a step keeps, from 0 to below 1; default 0 for mean field and TAP, 0.3 for Bethe.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.approximation(2.0, Approximation::MeanField);
    /// let (at_once, damped) = (settings.run()?, settings.damping(0.5).run()?);
    /// assert!((at_once.free_energy - damped.free_energy).abs() < 1e-9);
    /// assert!(settings.damping(1.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn damping(&self, damping: f64) -> Self {
        Self { damping, ..self.clone() }
    }

    /// The most sweeps of each start; default 10 000. All starts together also stop after some ten seconds of work, counted in operations.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.approximation(3.9, Approximation::MeanField); // slow, near its critical point at 4
    /// assert!(settings.run()?.iterations > 2 && settings.iterations(2).run()?.iterations <= 2);
    /// # Ok(()) }
    /// ```
    pub fn iterations(&self, sweeps: i64) -> Self {
        Self { iterations: sweeps, ..self.clone() }
    }

    /// Random starting points besides the fixed ones; default 4.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let glass = Ising::edwards_anderson(Lattice::square(6), Disorder::Gaussian, 1)?;
    /// let settings = glass.approximation(0.5, Approximation::MeanField);
    /// // The solution of least free energy is kept: more starts can only lower it.
    /// assert!(settings.random_starts(20).run()?.free_energy <= settings.random_starts(0).run()?.free_energy + 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn random_starts(&self, starts: i64) -> Self {
        Self { random_starts: starts, ..self.clone() }
    }

    setters! { "Ising::square(4)?.approximation(3.0, Approximation::Tap)":
        /// The seed of the random starting points; default 0.
        seed;
        /// A limit in seconds, after which the best solution so far is returned with `complete` false; default none.
        deadline;
    }

    /// Solves the equations.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let settings = Ising::square(8)?.approximation(2.0, Approximation::Bethe);
    /// let solution = settings.damping(0.5).random_starts(2).seed(1).run()?;
    /// assert!(solution.converged && solution.complete);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the temperature is not a finite number above 0 or so small that J/T overflows; if `damping` is not from 0 to below 1, `iterations` is
    /// below 1 or `random_starts` below 0; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<SelfConsistentSolution> {
        let temperature = require_positive("temperature", self.temperature)?;
        if !(0.0..1.0).contains(&self.damping) {
            return Err(Error::argument("damping", self.damping, "from 0 to below 1"));
        }
        let iterations = sweeps("iterations", self.iterations, 1)?;
        let random_starts = sweeps("random_starts", self.random_starts, 0)?;
        let deadline = Deadline::new(self.deadline)?;
        let equations = self.equations();
        let (n, entries) = (self.model.n_spins(), self.model.couplings().values().len());
        let (fixed, work) =
            (self.approximation.fixed_starts(), self.approximation.work(n, entries));
        let starts = random_starts.saturating_add(fixed.len());
        let mut left = (MOST_WORK / work.max(1)).min(starts.saturating_mul(iterations));
        let mut progress = Progress::new("sweeps over the equations, or fewer", left);
        let mut best: Option<SelfConsistentSolution> = None;
        for start in 0..starts {
            let magnetizations = if let Some(&m) = fixed.get(start) {
                vec![m; n]
            } else {
                let stream = (start - fixed.len()) as u64;
                let mut generator: Generator = self.seed.child(stream).generator();
                (0..n).map(|_| generator.random_range(-1.0..1.0)).collect()
            };
            // What one start leaves of its share is for the others.
            let limit = (left / (starts - start)).clamp(1, iterations);
            let mut state = equations.start(&magnetizations);
            let (mut done, mut residual) = (0, f64::INFINITY);
            while done < limit && residual > TOLERANCE && (done == 0 || !deadline.passed()) {
                residual = equations.sweep(&mut state, self.damping);
                done += 1;
                progress.add(1);
            }
            left = left.saturating_sub(done);
            let candidate = self.solution(equations.beliefs(&state), done, residual);
            // Short of its limit and of convergence only the deadline ends a start.
            let cut = done < limit && residual > TOLERANCE;
            if best.as_ref().is_none_or(|best| better(&candidate, best)) {
                best = Some(candidate);
            }
            if cut || (deadline.passed() && start + 1 < starts) {
                best = best.map(|best| SelfConsistentSolution { complete: false, ..best });
                break;
            }
        }
        let best = best.filter(|best| best.free_energy.is_finite());
        best.ok_or_else(|| {
            Error::argument("temperature", temperature, "so large that J/T does not overflow")
        })
    }

    fn equations(&self) -> Box<dyn Equations + '_> {
        let (model, temperature) = (&*self.model, self.temperature);
        match self.approximation {
            Approximation::MeanField => Box::new(Naive { model, temperature }),
            Approximation::Tap => Box::new(Tap { model, temperature }),
            Approximation::Bethe => Box::new(Bethe::new(model, temperature)),
        }
    }

    fn solution(
        &self,
        beliefs: Beliefs,
        iterations: usize,
        residual: f64,
    ) -> SelfConsistentSolution {
        let Beliefs { magnetizations: m, pairs, entropy, valid } = beliefs;
        let n = m.len() as f64;
        let bonds: f64 = self.model.bonds().zip(&pairs).map(|((_, _, value), c)| value * c).sum();
        let fields: f64 = self.model.fields().iter().zip(&m).map(|(h, m)| h * m).sum();
        let (energy, entropy) = (-(bonds + fields) / n, entropy / n);
        SelfConsistentSolution {
            approximation: self.approximation,
            temperature: self.temperature,
            free_energy: energy - self.temperature * entropy,
            energy,
            entropy,
            magnetization: m.iter().sum::<f64>() / n,
            magnetizations: Array1::from(m),
            pair_correlations: Array1::from(pairs),
            iterations,
            residual,
            converged: residual <= TOLERANCE,
            valid,
            complete: true,
        }
    }
}

/// Equations over a state of real numbers, magnetizations or messages.
pub(super) trait Equations {
    /// The state of spins with these means.
    fn start(&self, magnetizations: &[f64]) -> Vec<f64>;
    /// One step for every spin, of which the fraction `damping` is not made; the largest change asked for.
    fn sweep(&self, state: &mut [f64], damping: f64) -> f64;
    fn beliefs(&self, state: &[f64]) -> Beliefs;
}

/// What a state says of spins and coupled pairs; the entropy in total.
pub(super) struct Beliefs {
    pub magnetizations: Vec<f64>,
    pub pairs: Vec<f64>,
    pub entropy: f64,
    pub valid: bool,
}

/// A bound is a bound without convergence; other free energies mean something at valid solutions only.
fn better(a: &SelfConsistentSolution, b: &SelfConsistentSolution) -> bool {
    let rank = |x: &SelfConsistentSolution| {
        (x.approximation == Approximation::MeanField || x.converged, x.valid)
    };
    rank(a) > rank(b) || (rank(a) == rank(b) && a.free_energy < b.free_energy - 1e-12)
}

/// Σ_j J_ij m_j.
pub(super) fn field(model: &PairModel, m: &[f64], i: usize) -> f64 {
    let (neighbors, values) = model.couplings().row(i);
    neighbors.iter().zip(values).map(|(&j, value)| value * m[j as usize]).sum()
}

/// Entropy of a spin of mean m.
pub(super) fn binary_entropy(m: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    term(0.5 * (1.0 + m)) + term(0.5 * (1.0 - m))
}

impl fmt::Debug for SelfConsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, t) = (&self.model, self.temperature);
        write!(f, "SelfConsistent({model:?}, T = {t}, {})", self.approximation.name())
    }
}

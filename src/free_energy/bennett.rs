//! Bennett's acceptance ratio: ln Z between neighbouring temperatures from the energies at both.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::random::Seed;
use crate::sample::{Scan, System, TimeSeries, setters};
use crate::spin::PairModel;
use crate::stats::{Estimate, MIN_SERIES, estimate};

/// The constant C need not be known better than this: its error enters ln Z squared.
const TOLERANCE: f64 = 1e-7;

/// ln(Z(T₂)/Z(T₁)) from energies measured at both temperatures, `hot` at T₁ and `cold` at T₂ (in whichever order).
///
/// With u_k = E/T_k and Fermi's function f(x) = 1/(1 + eˣ), Z₂/Z₁ = e^−C ⟨f(u₂ − u₁ − C)⟩₁/⟨f(u₁ − u₂ + C)⟩₂ for any C; the one that makes
/// the error smallest, C = ln(Z₁ n₂/(Z₂ n₁)), solves n₁⟨f⟩₁ = n₂⟨f⟩₂, with effective numbers n of measurements. The error is that of the two
/// means, autocorrelation included. Source: C. H. Bennett, J. Comput. Phys. 22, 245 (1976), eqs. 10–12.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::free_energy::bennett_ratio;
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let hot = ising.simulation(3.0)?.seed(1).measure(5_000)?;
/// let cold = ising.simulation(2.5)?.seed(2).measure(5_000)?;
/// let ratio = bennett_ratio(&hot, &cold)?;
/// let exact = ising.enumerate()?;
/// assert!((ratio.mean - (exact.at(2.5)?.ln_z - exact.at(3.0)?.ln_z)).abs() < 4.0 * ratio.error);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the series are of different numbers of spins, a temperature is not a finite number above 0, or a series has fewer than 16 values or one
/// that is not finite.
pub fn bennett_ratio(hot: &TimeSeries, cold: &TimeSeries) -> Result<Estimate> {
    if hot.n_spins != cold.n_spins {
        let given = format!("series of {} and {} spins", hot.n_spins, cold.n_spins);
        return Err(Error::argument("series", given, "of the same model"));
    }
    let (hot, cold) = (Energies::of(hot)?, Energies::of(cold)?);
    let link = Link::new(&hot, &cold)?;
    let (left, right) = (estimate(&link.hot)?, estimate(&link.cold)?);
    let n = left.n + right.n;
    let error = left.error.hypot(right.error);
    Ok(Estimate {
        mean: link.ln_ratio,
        error,
        tau: 0.5,
        tau_err: 0.0,
        ess: left.ess + right.ess,
        n,
    })
}

/// Total energies at an inverse temperature, and how many of them count as independent.
struct Energies {
    beta: f64,
    values: Vec<f64>,
    ess: f64,
}

impl Energies {
    fn of(series: &TimeSeries) -> Result<Self> {
        require_positive("temperature", series.temperature)?;
        let n = series.n_spins as f64;
        Self::at(1.0 / series.temperature, series.energy.iter().map(|e| e * n).collect())
    }

    fn at(beta: f64, values: Vec<f64>) -> Result<Self> {
        let ess = estimate(&values)?.ess;
        Ok(Self { beta, values, ess })
    }
}

/// ln Z between two temperatures, and by how much each measurement moves it.
struct Link {
    ln_ratio: f64,
    /// f/⟨f⟩ of the measurements at the first temperature, and at the second.
    hot: Vec<f64>,
    cold: Vec<f64>,
}

impl Link {
    fn new(hot: &Energies, cold: &Energies) -> Result<Self> {
        let step = cold.beta - hot.beta;
        let offset = (cold.ess / hot.ess).ln();
        // u₂ − u₁ of every measurement; the root lies where Fermi's functions turn over.
        let up: Vec<f64> = hot.values.iter().map(|e| step * e).collect();
        let down: Vec<f64> = cold.values.iter().map(|e| step * e).collect();
        let all = || up.iter().chain(&down).copied();
        let margin = offset.abs() + 50.0;
        let mut low = all().fold(f64::INFINITY, f64::min) - margin;
        let mut high = all().fold(f64::NEG_INFINITY, f64::max) + margin;
        if !(low.is_finite() && high.is_finite()) {
            return Err(Error::argument(
                "energy",
                "an infinite E/T",
                "so small that E/T is finite",
            ));
        }
        // n₁⟨f⟩₁/(n₂⟨f⟩₂) grows with C.
        while high - low > TOLERANCE * (1.0 + low.abs().max(high.abs())) {
            let c = 0.5 * (low + high);
            if ln_mean_fermi(&up, c, 1.0) - ln_mean_fermi(&down, c, -1.0) < offset {
                low = c;
            } else {
                high = c;
            }
        }
        let c = 0.5 * (low + high);
        let (first, second) = (ln_mean_fermi(&up, c, 1.0), ln_mean_fermi(&down, c, -1.0));
        let shares = |differences: &[f64], sign: f64, mean: f64| -> Vec<f64> {
            differences.iter().map(|x| (ln_fermi(sign * (x - c)) - mean).exp()).collect()
        };
        Ok(Self {
            ln_ratio: first - second - c,
            hot: shares(&up, 1.0, first),
            cold: shares(&down, -1.0, second),
        })
    }
}

/// ln f(x) = −ln(1 + eˣ), without overflow.
fn ln_fermi(x: f64) -> f64 {
    -(x.max(0.0) + (-x.abs()).exp().ln_1p())
}

/// ln⟨f(±(x − c))⟩.
fn ln_mean_fermi(differences: &[f64], c: f64, sign: f64) -> f64 {
    let terms = || differences.iter().map(|x| ln_fermi(sign * (x - c)));
    let largest = terms().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = terms().map(|term| (term - largest).exp()).sum();
    largest + (sum / differences.len() as f64).ln()
}

/// Settings of a chain of Bennett's acceptance ratios from β = 0; [`run`](Self::run) gives the frame.
///
/// Each rung of a ladder in β is simulated on its own; at β = 0, where ln Z = N ln 2, samples are independent random spins. Neighbouring rungs are
/// linked by [`bennett_ratio`], and ln Z adds up along the chain. Errors know that a rung's measurements enter both of its links, and the
/// autocorrelation of each rung. A rung that is not in equilibrium spoils all colder ones.
/// In particular, where the updates pass no barrier, a cold rung that stays in one of several phases puts ln Z off by more than its error, with nothing in
/// the data to tell: compare with [population annealing](crate::sample::PopulationAnnealing).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let frame = ising.bennett([2.0]).sweeps(500).update(Update::Wolff).seed(1).run()?;
/// let (ln_z, error) = (frame.values("ln_z")?[0], frame.values("ln_z_err")?[0]);
/// assert!((ln_z - ising.enumerate()?.at(2.0)?.ln_z).abs() < 4.0 * error);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Bennett {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    steps: Option<i64>,
    seed: Seed,
    /// Settings of the rungs; its temperatures are those of the ladder.
    scan: Scan,
}

impl Bennett {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        let scan = Scan::new(Arc::clone(&model), Vec::new()).sweeps(2_000);
        Self { model, temperatures, steps: None, seed: Seed::default(), scan }
    }

    setters! { "Ising::square(4)?.bennett([2.0])", through scan:
        /// Sweeps measured at each rung; default 2000.
        sweeps;
        /// Sweeps of each rung before measuring; default a fifth of [`sweeps`](Self::sweeps).
        thermalization;
        /// How spins change; default [`Update::Metropolis`](crate::sample::Update::Metropolis).
        update;
        /// Which site comes next; default [`SiteOrder::Random`](crate::sample::SiteOrder::Random).
        order;
        /// The starting configuration of each rung; default [`Start::Up`](crate::sample::Start::Up).
        start;
        /// A limit in seconds, after which all rungs end with fewer sweeps and `complete` is false; default none.
        deadline;
    }

    setters! { "Ising::square(4)?.bennett([2.0])":
        /// The steps, evenly spaced in β, from β = 0 to the coldest temperature; temperatures asked for in between are met exactly. Default as in
        /// [`PopulationAnnealing::steps`](crate::sample::PopulationAnnealing::steps).
        steps;
        /// The seed; default 0.
        seed;
    }

    /// Simulates all rungs and links them: one row per temperature, from hot to cold.
    ///
    /// Columns: `temperature`; `ln_z`, `ln_z_err` (whole system), `free_energy`, `free_energy_err` (per spin); `sweeps` (as measured at each
    /// rung), `steps` (to this temperature), `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let frame = ising.bennett([2.5]).sweeps(1_000).seed(1).run()?;
    /// let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    /// assert!((ln_z[0] - ising.kaufman(2.5)?.ln_z).abs() < 5.0 * error[0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `steps` is below 1; and as for [`Scan::run`].
    pub fn run(&self) -> Result<DataFrame> {
        let system = System::new(&self.model);
        let ladder = system.ladder(&self.temperatures, self.steps)?;
        let rungs = ladder.betas[1..].iter().map(|beta| 1.0 / beta).collect();
        let sampled = self.scan.seed(self.seed.child(1)).temperatures(rungs).run_series()?;
        let sweeps = sampled.iter().map(TimeSeries::len).min().unwrap_or(0);
        let complete = sampled.iter().all(|series| series.complete);
        let free: Vec<f64> = (0..sweeps.max(MIN_SERIES) as u64)
            .map(|k| system.random_replica(self.seed.child(0).child(k)).energy(&system))
            .collect();
        let mut last = Energies::at(0.0, free)?;
        // By how much each measurement of the last rung moves ln Z, in sum over the links before.
        let mut pull = vec![0.0; last.values.len()];
        let (mut ln_z, mut settled) = (system.n_spins() as f64 * std::f64::consts::LN_2, 0.0);
        let (mut ln_zs, mut errors) = (Vec::new(), Vec::new());
        for series in &sampled {
            let next = Energies::of(series)?;
            let link = Link::new(&last, &next)?;
            ln_z += link.ln_ratio;
            pull.iter_mut().zip(&link.hot).for_each(|(pull, share)| *pull += share);
            settled += estimate(&pull)?.error.powi(2);
            pull = link.cold.iter().map(|share| -share).collect();
            ln_zs.push(ln_z);
            errors.push((settled + estimate(&pull)?.error.powi(2)).sqrt());
            last = next;
        }
        let at = |values: &[f64]| -> Vec<f64> {
            ladder.marks.iter().map(|mark| values[mark.0 - 1]).collect()
        };
        let temperatures: Vec<f64> = ladder.marks.iter().map(|mark| mark.1).collect();
        let (ln_zs, errors) = (at(&ln_zs), at(&errors));
        let n = system.n_spins() as f64;
        let per_spin = |values: &[f64], sign: f64| -> Vec<f64> {
            values.iter().zip(&temperatures).map(|(value, t)| sign * t * value / n).collect()
        };
        let rows = temperatures.len();
        Ok(df!(
            "free_energy" => per_spin(&ln_zs, -1.0),
            "free_energy_err" => per_spin(&errors, 1.0),
            "temperature" => temperatures,
            "ln_z" => ln_zs,
            "ln_z_err" => errors,
            "sweeps" => vec![sweeps as u64; rows],
            "steps" => ladder.marks.iter().map(|mark| mark.0 as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows],
            "complete" => vec![complete; rows],
        )?
        .select([
            "temperature",
            "ln_z",
            "ln_z_err",
            "free_energy",
            "free_energy_err",
            "sweeps",
            "steps",
            "seed",
            "complete",
        ])?)
    }
}

impl fmt::Debug for Bennett {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, count, sweeps) = (&self.model, self.temperatures.len(), self.scan.sweeps);
        write!(f, "Bennett({model:?}, {count} temperatures, {sweeps} sweeps at each rung)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fermi_functions_keep_their_digits() {
        for x in [-800.0, -30.0, -1.0, 0.0, 1.0, 30.0, 800.0_f64] {
            let expected = if x > 700.0 { -x } else { -(1.0 + x.exp()).ln() };
            assert!((ln_fermi(x) - expected).abs() < 1e-12 * (1.0 + x.abs()), "{x}");
        }
    }

    #[test]
    fn two_levels_are_solved_by_hand() {
        // Energies 0 and 1 with weights 1 and e^−β: at β = 0 half and half, at β = ln 3 three to one; Z goes from 2 to 4/3.
        let hot = Energies::at(0.0, [0.0, 1.0, 0.0, 1.0].repeat(24)).unwrap();
        let cold = Energies::at(3_f64.ln(), [0.0, 0.0, 1.0, 0.0].repeat(24)).unwrap();
        let link = Link::new(&hot, &cold).unwrap();
        assert!((link.ln_ratio - (2.0 / 3.0_f64).ln()).abs() < 1e-12, "{}", link.ln_ratio);
        let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
        assert!((mean(&link.hot) - 1.0).abs() < 1e-12 && (mean(&link.cold) - 1.0).abs() < 1e-12);
    }
}

//! Free energies by every method side by side.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::error::{Result, require_positive};
use crate::exact::{Elimination, PartitionFunction};
use crate::frame::columns::numbers;
use crate::free_energy::doubt::{CUT, Row, Value, doubt_what_disagrees, last};
use crate::free_energy::rungs::Rungs;
use crate::free_energy::{
    AnnealedImportance, Approximation, Bennett, SelfConsistent, high_temperature,
    tempered_integration,
};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::sample::{Ladder, PopulationAnnealing, System, Tempering, WangLandau, sweeps};
use crate::setters::setters;
use crate::spin::PairModel;

/// Up to this width variable elimination gives the exact value within about a second, and up to so many spins the sum over all states.
const MAX_EXACT_WIDTH: usize = 18;
const MAX_EXACT_SUM: usize = 30;

/// Independent populations, and runs of Wang–Landau sampling.
const RUNS: i64 = 16;

/// Bins of Wang–Landau sampling for real energies: fewer than by default, for the small effort.
const BINS: i64 = 200;

/// The fewest sweeps, runs or replicas of anything, however small the effort.
const FEWEST: i64 = 16;

/// The share of loops in ln Z up to which the high-temperature series counts as converged.
const SMALL: f64 = 0.01;

/// With a larger ln f at its end, Wang–Landau sampling had no time to learn g.
const MAX_LN_F: f64 = 0.2;

/// Where fewer of its runs, as a fraction, contribute to Z, the others have not found the states that do.
const LEAST_RUNS: f64 = 0.5;

/// Fewer effective runs leave the error of annealed importance sampling in doubt.
const LEAST_ESS: f64 = 10.0;

/// Runs of annealed importance sampling, beyond which more steps serve better than more runs.
const ANNEALED_RUNS: i64 = 1_000;

/// Population annealing needs this many replicas for each of a mean square family (W. Wang, J. Machta and H. G. Katzgraber, Phys. Rev. E 92,
/// 063307 (2015)).
const FAMILIES: f64 = 100.0;

/// Settings of a comparison of free energies; [`run`](Self::run) gives the frame.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let frame = Ising::square(4)?.free_energies(3.0).sweeps(20_000).seed(1).run()?;
/// assert_eq!(frame.height(), 11);
/// assert_eq!(frame.values("deviation")?[0], 0.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct FreeEnergies {
    model: Arc<PairModel>,
    temperature: f64,
    sweeps: i64,
    seed: Seed,
    deadline: Option<f64>,
}

impl FreeEnergies {
    pub(crate) fn new(model: Arc<PairModel>, temperature: f64) -> Self {
        Self { model, temperature, sweeps: 100_000, seed: Seed::default(), deadline: None }
    }

    setters! { "Ising::square(4)?.free_energies(3.0)":
        /// Sweeps of the whole system that each sampling method makes in all, about; default 100 000.
        sweeps;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, of which each method still to come gets an equal part; what was cut is not `converged`. Default none.
        deadline;
    }

    /// Runs all methods: one row each.
    ///
    /// `method`: exact (by elimination up to width 18, else by the sum over all states up to 30 spins), mean_field, tap, bethe, high_temperature
    /// ([`high_temperature`]), thermodynamic_integration ([`tempered_integration`]), bennett, annealed_forward, annealed_reverse, population_annealing,
    /// wang_landau. The sampling methods but the last share the ladder of inverse temperatures of [`PopulationAnnealing::steps`], annealed importance
    /// sampling with more steps where there would be more than 1000 runs, and each makes about [`sweeps`](Self::sweeps) sweeps in all, from a stream of
    /// its own.
    ///
    /// Columns: `method`; `kind` of ln Z (exact, estimate, lower bound, stochastic lower bound, stochastic upper bound); `temperature`; `ln_z`,
    /// `ln_z_err` (whole system), `free_energy`, `free_energy_err` (per spin), errors missing where there are none; `exact`, the exact ln Z where
    /// there is one, and `deviation`, ln_z − exact; `converged`; `seconds`; `note`, why a method failed or is not converged.
    ///
    /// Converged means: an iteration converged to a [valid](crate::free_energy::SelfConsistentSolution::valid) solution; loops are below 1 % of ln Z in the series;
    /// sampling was not cut short, and
    /// - for thermodynamic integration and Bennett, which sample by parallel tempering, R̂ of the energies of two replicas is at most 1.1 at all
    ///   rungs;
    /// - for annealed importance sampling at least 10 effective runs contributed, and the two directions lie within 4 errors of each other, for the
    ///   backward runs within 2, where also 100 of the forward runs or half of them contributed: 67 ± 4 % of such rows then covered the exact value
    ///   in weak fields, where a phase of little weight decides;
    /// - for population annealing there are at least 100 replicas for each of a mean square family;
    /// - for Wang–Landau sampling ln f ended below 0.2, and half of the runs or more contribute to Z, (ΣZ)²/ΣZ²;
    /// - all of these but the bounds lie within 4 errors of population annealing, if that is converged.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Ising::chain(8)?.free_energies(2.0).sweeps(2_000).run()?;
    /// // Mean field is a bound.
    /// assert!(frame.values("deviation")?[1] < 0.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the temperature is not a finite number above 0, `sweeps` is below 1 or the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<DataFrame> {
        let t = require_positive("temperature", self.temperature)?;
        sweeps("sweeps", self.sweeps, 1)?;
        let whole = Deadline::new(self.deadline)?;
        let system = System::new(&self.model);
        let ladder = system.ladder(&[t], None)?;
        let methods = self.methods(&ladder);
        let count = methods.len();
        let mut rows = Vec::with_capacity(count + 1);
        for (index, (method, kind, compute)) in methods.into_iter().enumerate() {
            let started = Instant::now();
            // The next of the methods left may take its part of the time left.
            let part = self.deadline.map(|_| {
                (whole.left().as_secs_f64() / (count - index) as f64).max(f64::MIN_POSITIVE)
            });
            let value = compute(part);
            rows.push(Row { method, kind, value, seconds: started.elapsed().as_secs_f64() });
        }
        doubt_what_disagrees(&mut rows);
        self.frame(&rows)
    }

    #[allow(clippy::type_complexity, reason = "a list of closures read in one place")]
    fn methods<'a>(
        &'a self,
        ladder: &'a Ladder,
    ) -> Vec<(&'static str, &'static str, Box<dyn Fn(Option<f64>) -> Result<Value> + 'a>)> {
        let mut methods: Vec<(_, _, Box<dyn Fn(Option<f64>) -> Result<Value> + 'a>)> = Vec::new();
        let narrow = Elimination::shared(Arc::clone(&self.model)).ok();
        if let Some(narrow) = narrow.filter(|narrow| narrow.width() <= MAX_EXACT_WIDTH) {
            methods.push(("exact", "exact", Box::new(move |_| self.eliminated(&narrow))));
        } else if self.model.n_spins() <= MAX_EXACT_SUM {
            methods.push(("exact", "exact", Box::new(|seconds| self.summed(seconds))));
        }
        for (approximation, kind) in [
            (Approximation::MeanField, "lower bound"),
            (Approximation::Tap, "estimate"),
            (Approximation::Bethe, "estimate"),
        ] {
            let compute = move |seconds| self.self_consistent(approximation, seconds);
            methods.push((approximation.name(), kind, Box::new(compute)));
        }
        methods.push(("high_temperature", "estimate", Box::new(|_| self.series())));
        methods.push((
            "thermodynamic_integration",
            "estimate",
            Box::new(|seconds| self.integration(ladder, seconds)),
        ));
        methods.push(("bennett", "estimate", Box::new(|seconds| self.bennett(ladder, seconds))));
        methods.push((
            "annealed_forward",
            "stochastic lower bound",
            Box::new(|seconds| self.annealed(ladder, false, seconds)),
        ));
        methods.push((
            "annealed_reverse",
            "stochastic upper bound",
            Box::new(|seconds| self.annealed(ladder, true, seconds)),
        ));
        methods.push((
            "population_annealing",
            "estimate",
            Box::new(|seconds| self.population(ladder, seconds)),
        ));
        methods.push(("wang_landau", "estimate", Box::new(|seconds| self.wang_landau(seconds))));
        methods
    }

    fn eliminated(&self, narrow: &Elimination) -> Result<Value> {
        Ok(Value::without_error(narrow.ln_z(self.temperature)?, ""))
    }

    fn summed(&self, seconds: Option<f64>) -> Result<Value> {
        let mut sum = PartitionFunction::new(Arc::clone(&self.model), self.temperature)?;
        if let Some(seconds) = seconds {
            sum = sum.deadline(seconds);
        }
        Ok(Value::without_error(sum.ln_z()?, ""))
    }

    fn self_consistent(&self, method: Approximation, seconds: Option<f64>) -> Result<Value> {
        let mut settings = SelfConsistent::new(Arc::clone(&self.model), self.temperature, method);
        if let Some(seconds) = seconds {
            settings = settings.deadline(seconds);
        }
        let solution = settings.run()?;
        let ln_z = -solution.free_energy * self.model.n_spins() as f64 / self.temperature;
        let doubt = match () {
            () if !solution.complete => CUT,
            () if !solution.converged => "The iteration did not converge.",
            () if !solution.valid => "The solution lies where the approximation does not hold.",
            () => "",
        };
        Ok(Value::without_error(ln_z, doubt))
    }

    fn series(&self) -> Result<Value> {
        let series = high_temperature(&self.model, self.temperature)?;
        let small = series.loops.abs() <= SMALL * series.ln_z.abs();
        let doubt = if small { "" } else { "The temperature is too low for the series." };
        Ok(Value::without_error(series.ln_z, doubt))
    }

    /// The effort divided among so many.
    fn share(&self, parts: usize) -> i64 {
        (self.sweeps / parts.max(1) as i64).max(FEWEST)
    }

    fn integration(&self, ladder: &Ladder, seconds: Option<f64>) -> Result<Value> {
        let temperatures = ladder.temperatures()?.into_iter().rev().collect();
        // Two replicas, and half as many sweeps before measuring.
        let each = self.share(3 * ladder.steps());
        let mut tempering = Tempering::new(Arc::clone(&self.model), temperatures)
            .sweeps(each)
            .thermalization(each / 2)
            .seed(self.seed.child(0));
        if let Some(seconds) = seconds {
            tempering = tempering.deadline(seconds);
        }
        let tempered = tempering.run()?;
        let mut value = last(&tempered_integration(&tempered)?)?;
        let rungs = Rungs::together(&tempered)?;
        value.doubt_if(!rungs.complete, CUT);
        value.doubt_start(rungs.r_hat()?);
        Ok(value)
    }

    fn bennett(&self, ladder: &Ladder, seconds: Option<f64>) -> Result<Value> {
        let each = self.share(3 * ladder.steps());
        let mut bennett = Bennett::new(Arc::clone(&self.model), vec![self.temperature])
            .sweeps(2 * each)
            .thermalization(each / 2)
            .seed(self.seed.child(1));
        if let Some(seconds) = seconds {
            bennett = bennett.deadline(seconds);
        }
        let frame = bennett.run()?;
        let mut value = last(&frame)?;
        value.doubt_start(numbers(&frame, "r_hat")?.last().copied().filter(|r| !r.is_nan()));
        Ok(value)
    }

    fn annealed(&self, ladder: &Ladder, reverse: bool, seconds: Option<f64>) -> Result<Value> {
        let runs = self.share(ladder.steps()).min(ANNEALED_RUNS);
        let steps = (self.sweeps / runs).max(ladder.steps() as i64);
        let mut annealed = AnnealedImportance::new(Arc::clone(&self.model), vec![self.temperature])
            .runs(runs)
            .steps(steps)
            .direction(!reverse, reverse)
            .seed(self.seed.child(2 + u64::from(reverse)));
        if let Some(seconds) = seconds {
            annealed = annealed.deadline(seconds);
        }
        let frame = annealed.run()?;
        let mut value = last(&frame)?;
        let effective = numbers(&frame, "ess")?.into_iter().fold(runs as f64, f64::min);
        value.supported_by(effective, runs as f64);
        value.doubt_if(!(effective >= LEAST_ESS), "Few of the runs contribute.");
        Ok(value)
    }

    fn population(&self, ladder: &Ladder, seconds: Option<f64>) -> Result<Value> {
        let sweeps = 2;
        let parts = ladder.steps().saturating_mul(sweeps as usize * RUNS as usize);
        let mut population =
            PopulationAnnealing::new(Arc::clone(&self.model), vec![self.temperature])
                .population(self.share(parts))
                .runs(RUNS)
                .sweeps(sweeps)
                .seed(self.seed.child(4));
        if let Some(seconds) = seconds {
            population = population.deadline(seconds);
        }
        let frame = population.run()?;
        let mut value = last(&frame)?;
        let family = numbers(&frame, "family_size")?.last().copied().unwrap_or(f64::INFINITY);
        let replicas = (self.share(parts) * RUNS) as f64;
        value.doubt_if(replicas < FAMILIES * family, "The populations are too small.");
        Ok(value)
    }

    fn wang_landau(&self, seconds: Option<f64>) -> Result<Value> {
        let mut walk = WangLandau::new(Arc::clone(&self.model))
            .sweeps(self.share(RUNS as usize))
            .runs(RUNS)
            .bins(BINS)
            .seed(self.seed.child(5));
        if let Some(seconds) = seconds {
            walk = walk.deadline(seconds);
        }
        let density = walk.run()?;
        let ln_z = density.ln_z(self.temperature)?;
        let mut value = Value::new(ln_z.mean, ln_z.error);
        value.doubt_if(!density.complete, CUT);
        value.doubt_if(density.ln_f > MAX_LN_F, "There were too few sweeps to learn g.");
        let agree = density.effective_runs(self.temperature) >= LEAST_RUNS * RUNS as f64;
        value.doubt_if(!agree, "The runs disagree.");
        Ok(value)
    }

    fn frame(&self, rows: &[Row]) -> Result<DataFrame> {
        let (n, t) = (self.model.n_spins() as f64, self.temperature);
        let exact = rows
            .iter()
            .find(|row| row.method == "exact")
            .and_then(|row| row.value.as_ref().ok())
            .map(|value| value.ln_z);
        let column = |read: &dyn Fn(&Value) -> Option<f64>| {
            rows.iter().map(|row| row.value.as_ref().ok().and_then(read)).collect::<Vec<_>>()
        };
        Ok(df!(
            "method" => rows.iter().map(|row| row.method).collect::<Vec<_>>(),
            "kind" => rows.iter().map(|row| row.kind).collect::<Vec<_>>(),
            "temperature" => vec![t; rows.len()],
            "ln_z" => column(&|value| Some(value.ln_z)),
            "ln_z_err" => column(&|value| value.error),
            "free_energy" => column(&|value| Some(-t * (value.ln_z / n))),
            "free_energy_err" => column(&|value| value.error.map(|error| t * (error / n))),
            "exact" => vec![exact; rows.len()],
            "deviation" => column(&|value| exact.map(|exact| value.ln_z - exact)),
            "converged" => rows.iter().map(Row::converged).collect::<Vec<_>>(),
            "seconds" => rows.iter().map(|row| row.seconds).collect::<Vec<_>>(),
            "note" => rows.iter().map(Row::note).collect::<Vec<_>>(),
        )?)
    }
}

impl fmt::Debug for FreeEnergies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, t, sweeps) = (&self.model, self.temperature, self.sweeps);
        write!(f, "FreeEnergies({model:?}, T = {t}, {sweeps} sweeps for each method)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::Ising;
    use crate::rayon::prelude::*;
    use crate::spin::Lattice;

    #[test]
    fn wang_landau_converges_where_its_runs_agree() {
        // About 200 levels, and two phases of very different weight: with 6 250 sweeps each ln f is low enough, but ln Z scatters by several units from
        // run to run; with 25 000 it scatters by 0.3.
        let ising = Ising::on(Lattice::rectangle(3, 8)).unwrap().field(0.1).unwrap();
        let expected = ising.elimination().unwrap().ln_z(0.8).unwrap();
        let values = |sweeps: i64| -> Vec<Value> {
            let settings = ising.free_energies(0.8).sweeps(sweeps);
            let seeds = (0..16_u64).into_par_iter();
            seeds.map(|seed| settings.seed(seed).wang_landau(None).unwrap()).collect()
        };
        let converged = |values: Vec<Value>| -> Vec<(f64, f64)> {
            let sure = values.into_iter().filter(|value| value.doubt.is_empty());
            sure.map(|value| (value.ln_z - expected, value.error.unwrap())).collect()
        };
        // Over 120 other seeds a fifth of the short runs converged, and 76 % of them covered the truth; of all, 49 % did.
        let short = converged(values(100_000));
        assert!(short.len() <= 10, "{short:?}");
        assert!(short.iter().all(|&(off, error)| error < 0.4 && off.abs() < 5.0 * error));
        let long = converged(values(400_000));
        let covered = long.iter().filter(|(off, error)| off.abs() <= *error).count();
        println!("{} and {} of 16 converged, {covered} covered", short.len(), long.len());
        // Binomial, 10 ± 2.
        assert!(long.len() >= 15 && covered >= 5, "{long:?}");
    }
}

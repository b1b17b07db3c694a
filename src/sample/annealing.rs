//! Simulated annealing: slow cooling towards a ground state.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array1;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::{Dynamics, Replica, SiteOrder, System, Update, check_memory, sweeps};
use crate::setters::setters;
use crate::spin::PairModel;

/// Default temperatures in units of the largest √(Σ_j J_ij² + h_i²): nearly free, and nearly frozen.
const HOT: f64 = 3.0;
const COLD: f64 = 0.1;

/// Temperatures of a schedule, at most: a longer run stays several sweeps at each.
const MAX_TEMPERATURES: usize = 1_000;

/// How the temperature falls from T₀ to T₁ with the fraction x of the sweeps that are done.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let annealing = Ising::square(6)?.annealing().temperatures(4.0, 0.5).sweeps(100);
/// let best = annealing.schedule(Schedule::Linear).run()?;
/// assert_eq!(best.trace.values("temperature")?[99], 0.5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// T = T₀ (T₁/T₀)^x; the default.
    #[default]
    Geometric,
    /// T = T₀ + x (T₁ − T₀).
    Linear,
    /// 1/T = 1/T₀ + x (1/T₁ − 1/T₀).
    LinearBeta,
}

impl Schedule {
    pub(crate) fn temperature(self, hot: f64, cold: f64, x: f64) -> f64 {
        match self {
            Self::Geometric => (hot.ln() + x * (cold.ln() - hot.ln())).exp(),
            Self::Linear => hot + x * (cold - hot),
            Self::LinearBeta => 1.0 / (1.0 / hot + x * (1.0 / cold - 1.0 / hot)),
        }
    }
}

/// Settings of simulated annealing; [`run`](Self::run) gives the best configuration found.
///
/// Each restart begins with random spins and cools them; at the end it descends to a configuration that no single flip improves. Restarts
/// run in parallel, each on the stream of its own index: the result is the same for any number of threads. Source: S. Kirkpatrick,
/// C. D. Gelatt and M. P. Vecchi, Science 220, 671 (1983).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let best = Ising::square(8)?.annealing().sweeps(200).seed(1).run()?;
/// assert_eq!(best.energy, -2.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Annealing {
    model: Arc<PairModel>,
    schedule: Schedule,
    hot: Option<f64>,
    cold: Option<f64>,
    sweeps: i64,
    restarts: i64,
    update: Update,
    order: SiteOrder,
    seed: Seed,
    deadline: Option<f64>,
}

/// The best configuration that [`Annealing`] found, and how it cooled.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let best: Annealed = Ising::square(6)?.annealing().sweeps(200).seed(1).run()?;
/// assert!(best.complete && best.found >= 1 && best.energies.len() == 16);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Annealed {
    /// Its energy per spin.
    pub energy: f64,
    /// Its spins, in the order of the sites.
    pub spins: Array1<i8>,
    /// How many of the restarts ended at this energy (to within 1e-9 of it): few are a sign that there may be a lower one.
    pub found: usize,
    /// The lowest energy per spin of each restart.
    pub energies: Array1<f64>,
    /// One row per temperature: `temperature`, `energy` (per spin, mean over restarts after their last sweep there), `energy_err`,
    /// `lowest_energy` (of any restart up to then), `sweeps` (of each restart up to then).
    pub trace: DataFrame,
    /// Whether the schedule was run to its end, and no deadline cut it.
    pub complete: bool,
}

impl Annealing {
    pub(crate) fn new(model: Arc<PairModel>) -> Self {
        Self {
            model,
            schedule: Schedule::default(),
            hot: None,
            cold: None,
            sweeps: 1_000,
            restarts: 16,
            update: Update::Metropolis,
            order: SiteOrder::Random,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// How the temperature falls; default [`Schedule::Geometric`].
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let annealing = Ising::square(4)?.annealing().temperatures(4.0, 1.0).sweeps(4);
    /// let linear = annealing.schedule(Schedule::Linear).run()?;
    /// assert_eq!(linear.trace.values("temperature")?, [4.0, 3.0, 2.0, 1.0]);
    /// # Ok(()) }
    /// ```
    pub fn schedule(&self, schedule: Schedule) -> Self {
        Self { schedule, ..self.clone() }
    }

    /// The temperatures T₀ at the start and T₁ at the end; by default 3 and 0.1 times the largest √(Σ_j J_ij² + h_i²).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let annealing = Ising::square(4)?.annealing().temperatures(3.0, 0.3).sweeps(50);
    /// assert!((annealing.run()?.trace.values("temperature")?[0] - 3.0).abs() < 1e-12);
    /// assert!(annealing.temperatures(1.0, 2.0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn temperatures(&self, hot: f64, cold: f64) -> Self {
        Self { hot: Some(hot), cold: Some(cold), ..self.clone() }
    }

    /// Independent restarts; default 16.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Ising::square(4)?.annealing().sweeps(50).restarts(3).run()?.energies.len(), 3);
    /// # Ok(()) }
    /// ```
    pub fn restarts(&self, restarts: i64) -> Self {
        Self { restarts, ..self.clone() }
    }

    setters! { "Ising::square(4)?.annealing()":
        /// Sweeps of each restart; default 1000.
        sweeps;
        /// How spins change; default [`Update::Metropolis`]. Clusters are refused.
        update;
        /// Which site comes next; default [`SiteOrder::Random`].
        order;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the best configuration so far is returned with `complete` false; default none.
        deadline;
    }

    /// Cools all restarts and returns the best configuration any of them came across.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let glass = Ising::edwards_anderson(Lattice::square(4), Disorder::PlusMinus, 1)?;
    /// let best = glass.annealing().sweeps(200).run()?;
    /// assert_eq!(16.0 * best.energy, glass.enumerate()?.ground_energy());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If `sweeps` or `restarts` is below 1; if a temperature is not a finite number above 0, or the first is below the second; if the
    /// restarts need more than 2 GiB; if the update or order does not fit the model; if the deadline is not a finite number above 0.
    pub fn run(&self) -> Result<Annealed> {
        let system = System::new(&self.model);
        let scale = system.field_scale();
        let hot = require_positive("temperature", self.hot.unwrap_or(HOT * scale))?;
        let cold = require_positive("temperature", self.cold.unwrap_or(COLD * scale))?;
        if hot < cold {
            let given = format!("{hot} to {cold}");
            return Err(Error::argument("temperatures", given, "falling"));
        }
        let total = sweeps("sweeps", self.sweeps, 1)?;
        let restarts = sweeps("restarts", self.restarts, 1)?;
        check_memory("Annealing", restarts, self.model.n_spins())?;
        let deadline = Deadline::new(self.deadline)?;
        let mut walkers: Vec<Walker> = (0..restarts as u64)
            .into_par_iter()
            .map(|k| Walker::new(&system, self.seed.child(k)))
            .collect();
        let mut progress = Progress::new("sweeps", total.saturating_mul(restarts));
        let stages = total.min(MAX_TEMPERATURES);
        let (mut done, mut trace, mut complete) = (0, Trace::default(), true);
        for stage in 0..stages {
            let x = if stages > 1 { stage as f64 / (stages - 1) as f64 } else { 1.0 };
            let temperature = self.schedule.temperature(hot, cold, x);
            let beta = require_positive("inverse temperature", 1.0 / temperature)?;
            let dynamics = system.dynamics(self.update, self.order, beta)?;
            // Sweeps so far come out even: floor of the fraction of the total.
            let until = (total as u128 * (stage as u128 + 1) / stages as u128) as usize;
            while done < until && complete {
                walkers
                    .par_iter_mut()
                    .with_min_len(1)
                    .for_each(|walker| walker.sweep(&system, &dynamics));
                done += 1;
                progress.add(restarts);
                complete = !deadline.passed() || done == total;
            }
            trace.push(&system, &walkers, temperature, done);
            if !complete {
                break;
            }
        }
        walkers.par_iter_mut().for_each(|walker| walker.finish(&system));
        let n = system.n_spins() as f64;
        let energies: Array1<f64> = walkers.iter().map(|walker| walker.lowest / n).collect();
        let best = walkers.iter().min_by(|a, b| a.lowest.total_cmp(&b.lowest));
        let (energy, spins) = best.map_or((f64::NAN, Array1::default(0)), |w| {
            (w.lowest / n, Array1::from(w.best.clone()))
        });
        let found = energies.iter().filter(|&e| (e - energy).abs() <= 1e-9 * energy.abs()).count();
        Ok(Annealed { energy, spins, found, energies, trace: trace.frame()?, complete })
    }
}

/// A restart and the best that it came across.
struct Walker {
    replica: Replica,
    best: Vec<i8>,
    lowest: f64,
}

impl Walker {
    fn new(system: &System, seed: Seed) -> Self {
        let replica = system.random_replica(seed);
        Self { best: replica.spins().to_vec(), lowest: replica.energy(system), replica }
    }

    fn sweep(&mut self, system: &System, dynamics: &Dynamics) {
        self.replica.sweep(system, dynamics);
        self.keep(system);
    }

    fn keep(&mut self, system: &System) {
        let energy = self.replica.energy(system);
        if energy < self.lowest {
            self.lowest = energy;
            self.best.copy_from_slice(self.replica.spins());
        }
    }

    /// Descends from the last configuration, and from the best one.
    fn finish(&mut self, system: &System) {
        self.replica.descend(system);
        self.keep(system);
        let generator = self.replica.generator().clone();
        self.replica = system.replica(self.best.clone(), generator);
        self.lowest = self.replica.energy(system);
        self.replica.descend(system);
        self.keep(system);
    }
}

#[derive(Default)]
struct Trace {
    temperatures: Vec<f64>,
    energies: Vec<f64>,
    errors: Vec<f64>,
    lowest: Vec<f64>,
    sweeps: Vec<u64>,
}

impl Trace {
    fn push(&mut self, system: &System, walkers: &[Walker], temperature: f64, sweeps: usize) {
        let (n, count) = (system.n_spins() as f64, walkers.len() as f64);
        let energies: Vec<f64> = walkers.iter().map(|w| w.replica.energy(system) / n).collect();
        let mean = energies.iter().sum::<f64>() / count;
        let squares: f64 = energies.iter().map(|e| (e - mean).powi(2)).sum();
        let lowest = walkers.iter().map(|w| w.lowest).fold(f64::INFINITY, f64::min);
        self.temperatures.push(temperature);
        self.energies.push(mean);
        // One restart alone tells nothing about its error.
        let error = (squares / (count * (count - 1.0))).sqrt();
        self.errors.push(if count > 1.0 { error } else { f64::INFINITY });
        self.lowest.push(lowest / n);
        self.sweeps.push(sweeps as u64);
    }

    fn frame(self) -> Result<DataFrame> {
        Ok(df!(
            "temperature" => self.temperatures,
            "energy" => self.energies,
            "energy_err" => self.errors,
            "lowest_energy" => self.lowest,
            "sweeps" => self.sweeps,
        )?)
    }
}

impl fmt::Debug for Annealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, restarts, sweeps) = (&self.model, self.restarts, self.sweeps);
        write!(f, "Annealing({model:?}, {restarts} × {sweeps} sweeps, {:?})", self.schedule)
    }
}

impl fmt::Debug for Annealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (energy, found, all) = (self.energy, self.found, self.energies.len());
        write!(f, "Annealed(energy per spin {energy}, found by {found} of {all} restarts)")
    }
}

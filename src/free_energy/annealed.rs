//! Annealed importance sampling, forwards from β = 0 and backwards from the target.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::sample::{
    Ladder, Replica, SiteOrder, System, Update, check_memory, exact_replicas, sweeps,
};
use crate::setters::setters;
use crate::spin::PairModel;
use crate::stats::{LogMean, ln_weighted_mean_exp};

/// Up to this many spins, runs backwards start from exact samples: 2²⁰ energies, 8 MB.
const MAX_EXACT: usize = 20;

/// Independent streams: of the forward runs, and of the backward runs from each temperature on.
const BACKWARD: u64 = 1 << 32;

/// Settings of annealed importance sampling; [`run`](Self::run) gives the frame.
///
/// A run starts at β = 0 with an exact sample, and at each step multiplies its weight by exp(−(β' − β) E) before it makes its sweeps at β'. The
/// mean weight times 2^N is an estimate of Z without bias, whatever the number of steps and sweeps: ln Z = N ln 2 + ln⟨w⟩. By Jensen's
/// inequality the expected ln Z is too low, and P(ln Z_est > ln Z + b) < e^−b by Markov's: a stochastic lower bound. A run backwards starts from a sample at
/// the target temperature and climbs to β = 0; its mean weight is an estimate of 2^N/Z, and ln Z = N ln 2 − ln⟨w⟩ a stochastic upper bound. Where the
/// two meet, both have converged. Sources: R. M. Neal, Stat. Comput. 11, 125 (2001); for the bounds R. B. Grosse, Z. Ghahramani and R. P. Adams,
/// arXiv:1511.02543 (2015).
///
/// Up to 20 spins the samples at the target are exact (drawn from all states). Beyond, each backward run anneals a replica of its own from β = 0
/// down, lets it make [`thermalization`](Self::thermalization) sweeps at the target, and counts with the weight of its way down, which makes up for
/// phases that annealing enters too often or too rarely; the upper bound then holds as far as enough runs contribute (`ess`). Every run has the stream of its own index: the frame is the same for any number of threads.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let frame = ising.annealed_importance([2.0]).runs(500).seed(1).run()?;
/// let (ln_z, errors) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
/// let exact = ising.enumerate()?.at(2.0)?.ln_z;
/// assert!((ln_z[0] - exact).abs() < 4.0 * errors[0] && (ln_z[1] - exact).abs() < 4.0 * errors[1]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct AnnealedImportance {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    runs: i64,
    sweeps: i64,
    steps: Option<i64>,
    thermalization: i64,
    forward: bool,
    reverse: bool,
    update: Update,
    order: SiteOrder,
    seed: Seed,
    deadline: Option<f64>,
}

impl AnnealedImportance {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        Self {
            model,
            temperatures,
            runs: 1_000,
            sweeps: 1,
            steps: None,
            thermalization: 100,
            forward: true,
            reverse: true,
            update: Update::HeatBath,
            order: SiteOrder::Sequential,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// Whether there are backward runs as well; default true.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.annealed_importance([2.0, 3.0]).runs(20);
    /// assert_eq!((settings.run()?.height(), settings.reverse(false).run()?.height()), (4, 2));
    /// # Ok(()) }
    /// ```
    pub fn reverse(&self, reverse: bool) -> Self {
        Self { reverse, ..self.clone() }
    }

    /// Both directions, or one of them.
    pub(super) fn direction(&self, forward: bool, reverse: bool) -> Self {
        Self { forward, reverse, ..self.clone() }
    }

    setters! { "Ising::square(4)?.annealed_importance([2.0])":
        /// Independent runs in each direction; default 1000.
        runs;
        /// Sweeps after each step; default 1.
        sweeps;
        /// The steps, evenly spaced in β, from β = 0 to the coldest temperature; temperatures asked for in between are met exactly. Default as in
        /// [`PopulationAnnealing::steps`](crate::sample::PopulationAnnealing::steps); more steps narrow the bounds.
        steps;
        /// Sweeps at the target before a backward run beyond 20 spins; default 100.
        thermalization;
        /// How spins change; default [`Update::HeatBath`]. Clusters are refused.
        update;
        /// Which site comes next; default [`SiteOrder::Sequential`].
        order;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the rows not yet computed are missing and `complete` is false; default none.
        deadline;
    }

    /// Makes all runs: a row per temperature from hot to cold, forwards, then the same backwards.
    ///
    /// Columns: `temperature`; `direction` ("forward", "reverse"); `kind` ("stochastic lower bound", "stochastic upper bound"); `ln_z`, `ln_z_err` (whole system; one
    /// standard error, by a jackknife over runs), `free_energy`, `free_energy_err` (per spin); `ess`, the effective number of runs (Σ w)²/Σ w², which
    /// should be well above 10 for the error to be trusted (backwards beyond 20 spins the smaller one of the weights down and of their products with
    /// those up; it cannot count states that no run has met, so look at the other direction's too); `runs`, `sweeps`, `steps` (to this temperature), `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let frame = ising.annealed_importance([2.5]).runs(200).seed(1).run()?;
    /// let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    /// assert!((ln_z[0] - ising.kaufman(2.5)?.ln_z).abs() < 5.0 * error[0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `runs` is below 2, `sweeps` or `thermalization` below 0 or `steps` below 1; if
    /// the replicas would need more than 2 GiB; if the update or order does not fit; if the deadline is not a finite number above 0 or passes before
    /// the first temperature is reached.
    pub fn run(&self) -> Result<DataFrame> {
        let system = System::new(&self.model);
        let ladder = system.ladder(&self.temperatures, self.steps)?;
        let runs = sweeps("runs", self.runs, 2)?;
        let count = sweeps("sweeps", self.sweeps, 0)?;
        let thermalization = sweeps("thermalization", self.thermalization, 0)?;
        check_memory("Annealed importance sampling", 2 * runs, system.n_spins())?;
        let deadline = Deadline::new(self.deadline)?;
        let climbs: usize = ladder.marks.iter().map(|mark| mark.0).sum();
        let exact = system.n_spins() <= MAX_EXACT;
        let descents = usize::from(self.forward) + usize::from(self.reverse && !exact);
        let all = ladder.steps() * descents + if self.reverse { climbs } else { 0 };
        let mut engine = Engine {
            system: &system,
            ladder: &ladder,
            update: self.update,
            order: self.order,
            count,
            deadline,
            progress: Progress::new("steps", all),
        };
        let seeds = |stream: u64| -> Vec<Seed> {
            (0..runs as u64).map(|run| self.seed.child(stream + run)).collect()
        };
        let mut rows = if self.forward { engine.forward(&seeds(0))? } else { Vec::new() };
        let mut complete = !self.forward || rows.len() == ladder.marks.len();
        if self.reverse && complete {
            let backward = engine.backward(thermalization, exact, |stream| {
                seeds(BACKWARD.wrapping_mul(stream as u64 + 1))
            })?;
            complete = backward.len() == ladder.marks.len();
            rows.extend(backward);
        }
        if rows.is_empty() {
            let given = format!("{} s", self.deadline.unwrap_or(f64::NAN));
            let allowed = "long enough to reach the first temperature";
            return Err(Error::argument("deadline", given, allowed));
        }
        self.frame(&rows, complete)
    }

    fn frame(&self, rows: &[Row], complete: bool) -> Result<DataFrame> {
        let n = self.model.n_spins() as f64;
        let column = |value: fn(&Row) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let per_spin = |sign: f64, value: fn(&Row) -> f64| {
            rows.iter().map(|row| sign * row.temperature * (value(row) / n)).collect::<Vec<_>>()
        };
        let name = |forward: &'static str, reverse: &'static str| {
            rows.iter().map(|row| if row.forward { forward } else { reverse }).collect::<Vec<_>>()
        };
        Ok(df!(
            "temperature" => column(|row| row.temperature),
            "direction" => name("forward", "reverse"),
            "kind" => name("stochastic lower bound", "stochastic upper bound"),
            "ln_z" => column(|row| row.ln_z),
            "ln_z_err" => column(|row| row.error),
            "free_energy" => per_spin(-1.0, |row| row.ln_z),
            "free_energy_err" => per_spin(1.0, |row| row.error),
            "ess" => column(|row| row.ess),
            "runs" => vec![self.runs; rows.len()],
            "sweeps" => vec![self.sweeps; rows.len()],
            "steps" => rows.iter().map(|row| row.steps as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => vec![complete; rows.len()],
        )?)
    }
}

struct Row {
    temperature: f64,
    forward: bool,
    ln_z: f64,
    error: f64,
    ess: f64,
    steps: usize,
}

/// What all runs share.
struct Engine<'a> {
    system: &'a System,
    ladder: &'a Ladder,
    update: Update,
    order: SiteOrder,
    count: usize,
    deadline: Deadline,
    progress: Progress,
}

/// A run and the logarithm of its weight.
struct Walk {
    replica: Replica,
    ln_weight: f64,
    /// The logarithm of the weight with which the run started.
    ln_start: f64,
}

impl Walk {
    fn new(replica: Replica) -> Self {
        Self { replica, ln_weight: 0.0, ln_start: 0.0 }
    }
}

impl Engine<'_> {
    /// From β = 0 down the ladder; fewer rows if the deadline passed.
    fn forward(&mut self, seeds: &[Seed]) -> Result<Vec<Row>> {
        let mut walks: Vec<Walk> =
            seeds.iter().map(|&seed| Walk::new(self.system.random_replica(seed))).collect();
        let (mut rows, mut marks) = (Vec::new(), self.ladder.marks.iter().peekable());
        for rung in 1..=self.ladder.steps() {
            if !self.step(&mut walks, rung - 1, rung)? {
                break;
            }
            if let Some(&(_, temperature)) = marks.next_if(|mark| mark.0 == rung) {
                rows.push(self.row(&walks, temperature, rung, true));
            }
        }
        Ok(rows)
    }

    /// From each temperature up to β = 0.
    fn backward(
        &mut self,
        thermalization: usize,
        exact: bool,
        seeds: impl Fn(usize) -> Vec<Seed>,
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut cold: Vec<Walk> = if exact {
            Vec::new()
        } else {
            let random = |seed| Walk::new(self.system.random_replica(seed));
            seeds(self.ladder.marks.len()).into_iter().map(random).collect()
        };
        let mut reached = 0;
        for (index, &(mark, temperature)) in self.ladder.marks.iter().enumerate() {
            let seeds = seeds(index);
            let mut walks: Vec<Walk> = if exact {
                let beta = self.ladder.betas[mark];
                exact_replicas(self.system, beta, &seeds).into_iter().map(Walk::new).collect()
            } else {
                for rung in reached + 1..=mark {
                    if !self.step(&mut cold, rung - 1, rung)? {
                        return Ok(rows);
                    }
                }
                reached = mark;
                if !self.sweep(&mut cold, mark, thermalization)? {
                    return Ok(rows);
                }
                let copy = |(walk, seed): (&Walk, Seed)| {
                    let spins = walk.replica.spins().to_vec();
                    let replica = self.system.replica(spins, seed.generator());
                    Walk { ln_start: walk.ln_weight, ..Walk::new(replica) }
                };
                cold.iter().zip(seeds).map(copy).collect()
            };
            for rung in (0..mark).rev() {
                if !self.step(&mut walks, rung + 1, rung)? {
                    return Ok(rows);
                }
            }
            rows.push(self.row(&walks, temperature, mark, false));
        }
        Ok(rows)
    }

    /// Takes all runs from one rung to the next: weights first, then sweeps. False if the deadline passed.
    fn step(&mut self, walks: &mut [Walk], from: usize, to: usize) -> Result<bool> {
        let step = self.ladder.betas[to] - self.ladder.betas[from];
        for walk in &mut *walks {
            walk.ln_weight -= step * walk.replica.energy(self.system);
        }
        // What happens at β = 0 after the last weight does not matter.
        let count = if to == 0 { 0 } else { self.count };
        self.progress.add(1);
        self.sweep(walks, to, count)
    }

    fn sweep(&self, walks: &mut [Walk], rung: usize, count: usize) -> Result<bool> {
        let dynamics = self.system.dynamics(self.update, self.order, self.ladder.betas[rung])?;
        for _ in 0..count {
            if self.deadline.passed() {
                return Ok(false);
            }
            walks
                .par_iter_mut()
                .with_min_len(16)
                .for_each(|walk| walk.replica.sweep(self.system, &dynamics));
        }
        Ok(!self.deadline.passed())
    }

    fn row(&self, walks: &[Walk], temperature: f64, steps: usize, forward: bool) -> Row {
        let weights: Vec<f64> = walks.iter().map(|walk| walk.ln_weight).collect();
        let starts: Vec<f64> = walks.iter().map(|walk| walk.ln_start).collect();
        let LogMean { value, error, ess } = ln_weighted_mean_exp(&starts, &weights);
        let free = self.system.n_spins() as f64 * std::f64::consts::LN_2;
        let ln_z = if forward { free + value } else { free - value };
        Row { temperature, forward, ln_z, error, ess, steps }
    }
}

impl fmt::Debug for AnnealedImportance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, runs, count) = (&self.model, self.runs, self.temperatures.len());
        write!(f, "AnnealedImportance({model:?}, {runs} runs to {count} temperatures)")
    }
}

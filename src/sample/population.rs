//! Population annealing: many replicas cooled together and resampled at every step.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::rayon::prelude::*;
use crate::sample::{Dynamics, Replica, SiteOrder, System, Update, check_memory, sweeps};
use crate::setters::setters;
use crate::spin::PairModel;
use crate::stats::{Estimate, jackknife};

/// Weights of runs are at least this beside the largest, so that none of the sums over others vanishes.
const LEAST_WEIGHT: f64 = 1e-300;

/// Settings of population annealing; [`run`](Self::run) gives the frame.
///
/// R replicas start at β = 0, where they are exact samples. A step from β to β' weighs each with exp(−(β' − β) E), resamples the
/// population in proportion, ⌊R w⌋ or ⌈R w⌉ copies of each (systematic resampling: one random number for all, the least noise that keeps R
/// fixed), and lets every replica make some sweeps at β'. The mean weights multiply to an estimate of Z, unbiased for any R: ln Z = N ln 2 +
/// Σ_k ln⟨exp(−Δβ_k E)⟩. Sources: K. Hukushima and Y. Iba, AIP Conf. Proc. 690, 200 (2003); J. Machta, Phys. Rev. E 82, 026704 (2010).
///
/// Several populations run independently and are averaged with weights in proportion to their own estimates of Z (Machta's weighted averages),
/// which keeps the combined Z unbiased; errors are a jackknife over the populations. Whether R was large enough shows in the
/// families, the descendants of one initial replica: the mean square family size ρ_t = R Σ ν_i² should stay far below R, and the
/// family entropy −Σ ν_i ln ν_i far above 0, where ν_i is the fraction of the population in family i.
///
/// Each replica has the random stream of its place: the frame is the same for any number of threads.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let ising = Ising::square(4)?;
/// let frame = ising.population_annealing([3.0, 2.0]).population(200).seed(1).run()?;
/// let (ln_z, error) = (frame.values("ln_z")?[1], frame.values("ln_z_err")?[1]);
/// assert!((ln_z - ising.enumerate()?.at(2.0)?.ln_z).abs() < 4.0 * error);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct PopulationAnnealing {
    model: Arc<PairModel>,
    temperatures: Vec<f64>,
    population: i64,
    runs: i64,
    sweeps: i64,
    steps: Option<i64>,
    update: Update,
    order: SiteOrder,
    seed: Seed,
    deadline: Option<f64>,
}

impl PopulationAnnealing {
    pub(crate) fn new(model: Arc<PairModel>, temperatures: Vec<f64>) -> Self {
        Self {
            model,
            temperatures,
            population: 1_000,
            runs: 16,
            sweeps: 10,
            steps: None,
            update: Update::HeatBath,
            order: SiteOrder::Sequential,
            seed: Seed::default(),
            deadline: None,
        }
    }

    /// Replicas R of each population; default 1000.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let settings = Ising::square(4)?.population_annealing([3.0]).seed(1);
    /// let (small, large) = (settings.population(50).run()?, settings.population(800).run()?);
    /// assert!(large.values("ln_z_err")?[0] < small.values("ln_z_err")?[0]);
    /// # Ok(()) }
    /// ```
    pub fn population(&self, replicas: i64) -> Self {
        Self { population: replicas, ..self.clone() }
    }

    setters! { "Ising::square(4)?.population_annealing([3.0, 2.0]).population(50)":
        /// Independent populations, from which the errors come; default 16.
        runs;
        /// Sweeps of each replica after every resampling; default 10.
        sweeps;
        /// The steps, evenly spaced in β, from β = 0 to the coldest temperature; temperatures asked for in between are met exactly.
        ///
        /// By default so many that β E changes by half of its standard deviation at β = 0 in each, √(Σ J² + Σ h²) Δβ = ½ (at least 10, at
        /// most 20 000).
        steps;
        /// How spins change; default [`Update::HeatBath`]. Clusters are refused.
        update;
        /// Which site comes next; default [`SiteOrder::Sequential`].
        order;
        /// The seed; default 0.
        seed;
        /// A limit in seconds, after which the temperatures not yet reached are missing and `complete` is false; default none.
        deadline;
    }

    /// Cools the populations: one row per temperature, from hot to cold.
    ///
    /// Columns: `temperature`; `ln_z` (whole system), `free_energy`, `energy`, `heat_capacity`, `magnetization`, `abs_magnetization`,
    /// `susceptibility`, `binder`, per spin as [`Thermodynamics`](crate::exact::Thermodynamics) defines them, each with `_err`;
    /// `lowest_energy` per spin, of all replicas at that temperature or above; `family_entropy` and `family_size` (ρ_t), means over
    /// the populations; `population`, `runs`, `sweeps`, `steps` (down to this temperature), `seed`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let ising = Ising::square(4)?;
    /// let frame = ising.population_annealing([4.0, 2.5]).population(200).sweeps(2).seed(1).run()?;
    /// let (ln_z, error) = (frame.values("ln_z")?, frame.values("ln_z_err")?);
    /// assert!((ln_z[1] - ising.kaufman(2.5)?.ln_z).abs() < 5.0 * error[1]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no temperature or one is not a finite number above 0; if `population` or `runs` is below 2, `sweeps` below 0 or `steps`
    /// below 1; if the replicas would need more than 2 GiB; if the update or order does not fit; if the deadline is not a finite number above 0 or
    /// passes before the first temperature is reached.
    pub fn run(&self) -> Result<DataFrame> {
        let system = System::new(&self.model);
        let ladder = system.ladder(&self.temperatures, self.steps)?;
        let (replicas, runs) = self.sizes()?;
        let count = sweeps("sweeps", self.sweeps, 0)?;
        let deadline = Deadline::new(self.deadline)?;
        system.dynamics(self.update, self.order, 0.0)?;
        let mut populations: Vec<Population> = (0..runs as u64)
            .into_par_iter()
            .map(|run| Population::new(&system, replicas, self.seed.child(run)))
            .collect();
        let mut progress = Progress::new("steps in temperature", ladder.steps());
        let (mut rows, mut next) = (Vec::new(), ladder.marks.iter());
        let mut mark = next.next();
        for rung in 1..ladder.betas.len() {
            let beta = ladder.betas[rung];
            let dynamics = system.dynamics(self.update, self.order, beta)?;
            let moves = Moves { system: &system, dynamics: &dynamics, count, deadline };
            let step = beta - ladder.betas[rung - 1];
            let in_time = populations
                .par_iter_mut()
                .with_max_len(1)
                .map(|population| {
                    population.resample(&system, step);
                    population.sweep(&moves)
                })
                .collect::<Vec<_>>();
            if in_time.contains(&false) {
                break;
            }
            progress.add(1);
            if let Some(&(_, temperature)) = mark.filter(|mark| mark.0 == rung) {
                rows.push(Row::of(&populations, &system, temperature, rung)?);
                mark = next.next();
            }
        }
        if rows.is_empty() {
            let given = format!("{} s", self.deadline.unwrap_or(f64::NAN));
            let allowed = "long enough to reach the first temperature";
            return Err(Error::argument("deadline", given, allowed));
        }
        self.frame(&rows, mark.is_none())
    }

    fn sizes(&self) -> Result<(usize, usize)> {
        let replicas = sweeps("population", self.population, 2)?;
        let runs = sweeps("runs", self.runs, 2)?;
        check_memory("This population", replicas.saturating_mul(runs), self.model.n_spins())?;
        Ok((replicas, runs))
    }

    fn frame(&self, rows: &[Row], complete: bool) -> Result<DataFrame> {
        let mean = |value: fn(&Row) -> Estimate| {
            rows.iter().map(|row| value(row).mean).collect::<Vec<_>>()
        };
        let error = |value: fn(&Row) -> Estimate| {
            rows.iter().map(|row| value(row).error).collect::<Vec<_>>()
        };
        let column = |value: fn(&Row) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let same = |value: i64| vec![value; rows.len()];
        Ok(df!(
            "temperature" => column(|row| row.temperature),
            "ln_z" => mean(|row| row.ln_z),
            "ln_z_err" => error(|row| row.ln_z),
            "free_energy" => mean(|row| row.free_energy),
            "free_energy_err" => error(|row| row.free_energy),
            "energy" => mean(|row| row.energy),
            "energy_err" => error(|row| row.energy),
            "heat_capacity" => mean(|row| row.heat_capacity),
            "heat_capacity_err" => error(|row| row.heat_capacity),
            "magnetization" => mean(|row| row.magnetization),
            "magnetization_err" => error(|row| row.magnetization),
            "abs_magnetization" => mean(|row| row.abs_magnetization),
            "abs_magnetization_err" => error(|row| row.abs_magnetization),
            "susceptibility" => mean(|row| row.susceptibility),
            "susceptibility_err" => error(|row| row.susceptibility),
            "binder" => mean(|row| row.binder),
            "binder_err" => error(|row| row.binder),
            "lowest_energy" => column(|row| row.lowest_energy),
            "family_entropy" => column(|row| row.family_entropy),
            "family_size" => column(|row| row.family_size),
            "population" => same(self.population),
            "runs" => same(self.runs),
            "sweeps" => same(self.sweeps),
            "steps" => rows.iter().map(|row| row.steps as u64).collect::<Vec<_>>(),
            "seed" => vec![self.seed.number(); rows.len()],
            "complete" => vec![complete; rows.len()],
        )?)
    }
}

/// What moves the replicas at one temperature.
struct Moves<'a> {
    system: &'a System,
    dynamics: &'a Dynamics,
    count: usize,
    deadline: Deadline,
}

struct Population {
    replicas: Vec<Replica>,
    /// The initial replica that each descends from.
    families: Vec<u32>,
    ln_z: f64,
    lowest: f64,
    generator: Generator,
}

impl Population {
    fn new(system: &System, size: usize, seed: Seed) -> Self {
        let replicas: Vec<Replica> =
            (0..size as u64).map(|k| system.random_replica(seed.child(k))).collect();
        Self {
            families: (0..size as u32).collect(),
            ln_z: system.n_spins() as f64 * std::f64::consts::LN_2,
            lowest: lowest(&replicas, system),
            replicas,
            generator: seed.generator(),
        }
    }

    /// Moves the population by `step` in β: multiplies Z, and copies or drops replicas.
    fn resample(&mut self, system: &System, step: f64) {
        let energies: Vec<f64> = self.replicas.iter().map(|r| r.energy(system)).collect();
        let ground = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let weights: Vec<f64> = energies.iter().map(|e| (-step * (e - ground)).exp()).collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        self.ln_z += mean.ln() - step * ground;
        let counts = systematic(&weights, mean, self.generator.random());
        let mut vacant: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] == 0).collect();
        for (i, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 1) {
            let parent = self.replicas[i].clone();
            for _ in 1..count {
                if let Some(place) = vacant.pop() {
                    self.replicas[place].copy_from(&parent);
                    self.families[place] = self.families[i];
                }
            }
        }
    }

    /// Sweeps all replicas; false if the deadline passed before the end.
    fn sweep(&mut self, moves: &Moves<'_>) -> bool {
        for _ in 0..moves.count {
            if moves.deadline.passed() {
                return false;
            }
            self.replicas
                .par_iter_mut()
                .with_min_len(16)
                .for_each(|replica| replica.sweep(moves.system, moves.dynamics));
        }
        self.lowest = self.lowest.min(lowest(&self.replicas, moves.system));
        !moves.deadline.passed()
    }

    /// Means over replicas of 1, e, e², m, |m|, m², m⁴, per spin, e in this unit.
    fn moments(&self, system: &System, unit: f64) -> [f64; 7] {
        let n = system.n_spins() as f64;
        let mut sums = [0.0; 7];
        for replica in &self.replicas {
            let (e, m) = (replica.energy(system) / n / unit, replica.magnetization() / n);
            let m2 = m * m;
            for (sum, value) in sums.iter_mut().zip([1.0, e, e * e, m, m.abs(), m2, m2 * m2]) {
                *sum += value;
            }
        }
        sums.map(|sum| sum / self.replicas.len() as f64)
    }

    /// −Σ ν ln ν and R Σ ν² over the fractions ν of the families.
    fn families(&self) -> (f64, f64) {
        let size = self.families.len() as f64;
        let mut counts = vec![0_u32; self.families.len()];
        for &family in &self.families {
            counts[family as usize] += 1;
        }
        let fractions = counts.iter().filter(|&&count| count > 0).map(|&c| f64::from(c) / size);
        fractions.fold((0.0, 0.0), |sums, nu| (sums.0 - nu * nu.ln(), sums.1 + size * nu * nu))
    }
}

fn lowest(replicas: &[Replica], system: &System) -> f64 {
    replicas.iter().map(|replica| replica.energy(system)).fold(f64::INFINITY, f64::min)
}

/// How often each of the R places u, u + 1, …, u + R − 1 falls into the interval of a replica, whose length is weight/mean.
fn systematic(weights: &[f64], mean: f64, u: f64) -> Vec<u32> {
    let (mut counts, mut end, mut place) = (vec![0; weights.len()], 0.0, 0_u32);
    for (count, weight) in counts.iter_mut().zip(weights) {
        end += weight / mean;
        while f64::from(place) + u < end && (place as usize) < weights.len() {
            *count += 1;
            place += 1;
        }
    }
    // Rounding errors may leave the last place beyond the end.
    if let Some(last) = counts.iter_mut().rev().find(|count| **count > 0) {
        *last += weights.len() as u32 - place;
    }
    counts
}

/// What all populations together say about one temperature.
struct Row {
    temperature: f64,
    ln_z: Estimate,
    free_energy: Estimate,
    energy: Estimate,
    heat_capacity: Estimate,
    magnetization: Estimate,
    abs_magnetization: Estimate,
    susceptibility: Estimate,
    binder: Estimate,
    lowest_energy: f64,
    family_entropy: f64,
    family_size: f64,
    steps: usize,
}

impl Row {
    fn of(
        populations: &[Population],
        system: &System,
        temperature: f64,
        steps: usize,
    ) -> Result<Self> {
        let (n, t) = (system.n_spins() as f64, temperature);
        let largest = populations.iter().map(|p| p.ln_z).fold(f64::NEG_INFINITY, f64::max);
        // A power of two, so that the squares of huge energies do not overflow.
        let reach = system.reach() / n;
        let unit = if reach > 0.0 { reach.log2().floor().exp2() } else { 1.0 };
        let blocks: Vec<Vec<f64>> = populations
            .iter()
            .map(|population| {
                let weight = (population.ln_z - largest).exp().max(LEAST_WEIGHT);
                population.moments(system, unit).iter().map(|moment| weight * moment).collect()
            })
            .collect();
        let runs = populations.len();
        let estimate = |function: fn(&[f64]) -> f64| jackknife(&blocks, 0.5, runs, function);
        let scaled = |x: Estimate, factor: f64| Estimate {
            mean: x.mean * factor,
            error: x.error * factor.abs(),
            ..x
        };
        let weight = estimate(|x| x[0].ln())?;
        let ln_z = Estimate { mean: weight.mean + largest, ..weight };
        let capacity = estimate(|x| x[2] / x[0] - (x[1] / x[0]).powi(2))?;
        let susceptibility = estimate(|x| x[5] / x[0] - (x[4] / x[0]).powi(2))?;
        let families: Vec<(f64, f64)> = populations.iter().map(Population::families).collect();
        let lowest = populations.iter().map(|p| p.lowest).fold(f64::INFINITY, f64::min);
        Ok(Self {
            temperature,
            ln_z,
            free_energy: scaled(ln_z, -t / n),
            energy: scaled(estimate(|x| x[1] / x[0])?, unit),
            heat_capacity: scaled(scaled(scaled(capacity, n), unit / t), unit / t),
            magnetization: estimate(|x| x[3] / x[0])?,
            abs_magnetization: estimate(|x| x[4] / x[0])?,
            susceptibility: scaled(susceptibility, n / t),
            binder: estimate(|x| {
                if x[5] > 0.0 { 1.0 - x[6] * x[0] / (3.0 * x[5] * x[5]) } else { 0.0 }
            })?,
            lowest_energy: lowest / n,
            family_entropy: families.iter().map(|f| f.0).sum::<f64>() / runs as f64,
            family_size: families.iter().map(|f| f.1).sum::<f64>() / runs as f64,
            steps,
        })
    }
}

impl fmt::Debug for PopulationAnnealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (model, runs, population) = (&self.model, self.runs, self.population);
        write!(f, "PopulationAnnealing({model:?}, {runs} × {population} replicas)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_the_expected_number_rounded_up_or_down() {
        let weights: Vec<f64> = (0..50).map(|k| f64::from(k * k % 17) + 0.1).collect();
        let mean = weights.iter().sum::<f64>() / 50.0;
        let mut average = vec![0.0; 50];
        for trial in 0..1000 {
            let counts = systematic(&weights, mean, (f64::from(trial) + 0.5) / 1000.0);
            assert_eq!(counts.iter().sum::<u32>(), 50);
            for ((count, weight), sum) in counts.iter().zip(&weights).zip(&mut average) {
                assert!((f64::from(*count) - weight / mean).abs() < 1.0);
                *sum += f64::from(*count) / 1000.0;
            }
        }
        // All offsets in turn give the expected numbers.
        for (sum, weight) in average.iter().zip(&weights) {
            assert!((sum - weight / mean).abs() < 3e-3, "{sum} for {}", weight / mean);
        }
    }
}

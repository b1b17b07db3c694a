//! Boltzmann learning: moments of the model from Monte Carlo chains that go on from step to step.

use super::data::Data;
use super::exact::{LARGE, largest, no_maximum, unpacked};
use super::inferred::Found;
use super::settings::Options;
use super::walkers::{LANES, Walkers};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::stats::mean_and_error;

/// Teams that learn for themselves, whose scatter gives the errors.
const TEAMS: usize = 8;

/// Sweeps before the first step.
const THERMALIZATION: usize = 50;

/// The first step's size, in units of a Newton step with the diagonal of the Fisher matrix.
const FIRST_RATE: f64 = 0.3;

/// The most that a parameter changes in a step.
const MOST: f64 = 0.1;

/// The largest root mean square of slopes, in their errors, of learning that has come to rest.
const MOST_SLOPE: f64 = 2.0;

/// The same of the second half's drift: where errors were three times too small it was 1.8 and above, where they were right 1.6 and below.
const MOST_DRIFT: f64 = 1.7;

/// Mean and standard deviation of a square of Student's t from eight teams, which few parameters do not average out.
const SQUARE: (f64, f64) = (1.4, 2.8);

/// The most numbers of all teams together, 2 GiB.
const MOST_NUMBERS: usize = 1 << 28;

/// Tables of all pairs that a team has at once: parameters, their averages, moments and couplings.
const TABLES: usize = 5;

/// Steps between looks at the clock.
const ROUND: usize = 10;

/// One team: its own chains, fields and couplings.
struct Team {
    walkers: Walkers,
    /// Fields and then couplings of pairs.
    theta: Vec<f64>,
    /// The average over steps, later ones with more weight.
    mean: Vec<f64>,
    /// The same of the slopes.
    slope: Vec<f64>,
    /// The average of the parameters as it was half-way.
    half_way: Vec<f64>,
    steps: usize,
}

/// What all teams share.
struct Lesson {
    n: usize,
    targets: Vec<f64>,
    l2: f64,
    sweeps: usize,
    planned: usize,
}

impl Team {
    fn new(lesson: &Lesson, groups: usize, seed: Seed) -> Self {
        let mut theta = vec![0.0; lesson.targets.len()];
        for (t, m) in theta.iter_mut().zip(&lesson.targets[..lesson.n]) {
            *t = m.clamp(-0.99, 0.99).atanh();
        }
        let walkers = Walkers::new(lesson.n, groups, seed);
        let zeros = vec![0.0; theta.len()];
        let (mean, half_way) = (theta.clone(), theta.clone());
        let mut team = Self { walkers, theta, mean, slope: zeros, half_way, steps: 0 };
        team.walk(lesson.n, THERMALIZATION);
        team
    }

    fn walk(&mut self, n: usize, sweeps: usize) {
        let (couplings, fields) = unpacked(n, &self.theta);
        let couplings: Vec<f64> = couplings.iter().copied().collect();
        self.walkers.advance(&couplings, &fields.to_vec(), sweeps);
    }

    /// θ ← θ + η (⟨f⟩_data − ⟨f⟩_chains − λ₂ θ)/(1 − ⟨f⟩²_data + λ₂), with η falling as 1/step.
    ///
    /// The average gives step t the weight ∝ t³ (O. Shamir and T. Zhang, Proc. 30th Int. Conf. Mach. Learn. (2013), 71): early steps are forgotten.
    fn step(&mut self, lesson: &Lesson) {
        self.walk(lesson.n, lesson.sweeps);
        let moments = self.walkers.moments();
        let decay = (lesson.planned as f64 / 20.0).max(1.0);
        let rate = FIRST_RATE / (1.0 + self.steps as f64 / decay);
        self.steps += 1;
        let weight = 4.0 / (self.steps as f64 + 3.0);
        for (k, (moment, target)) in moments.iter().zip(&lesson.targets).enumerate() {
            let slope = target - moment - lesson.l2 * self.theta[k];
            let spread = (1.0 - target * target).max(1e-3) + lesson.l2;
            self.theta[k] += (rate * slope / spread).clamp(-MOST, MOST);
            self.mean[k] += weight * (self.theta[k] - self.mean[k]);
            self.slope[k] += weight * (slope - self.slope[k]);
        }
        if self.steps == lesson.planned / 2 {
            self.half_way.clone_from(&self.mean);
        }
    }

    /// By how much the average has moved since half-way.
    fn drift(&self) -> Vec<f64> {
        self.mean.iter().zip(&self.half_way).map(|(mean, half)| mean - half).collect()
    }
}

/// The root mean square of averages over teams in units of their errors, about 1.2 for averages that are 0.
fn deviation(averages: &[(f64, f64)]) -> f64 {
    let squares = averages.iter().map(|(mean, error)| (mean / error.max(1e-9)).powi(2));
    (squares.sum::<f64>() / averages.len() as f64).sqrt()
}

/// Refuses more chains than fit in memory.
fn check_size(chains: usize, n: usize) -> Result<()> {
    let numbers = chains * n + TEAMS * TABLES * n * n;
    if numbers <= MOST_NUMBERS {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: format!("Boltzmann learning of {n} spins by {chains} chains"),
        needs: format!("{:.1} GiB", numbers as f64 / (1_u64 << 27) as f64),
        limit: "2 GiB".to_owned(),
        advice: "Take fewer chains.".to_owned(),
    })
}

pub(super) fn learn(data: &Data, options: &Options) -> Result<Found> {
    if options.l2 == 0.0 {
        data.require_inner()?;
    }
    let n = data.n_spins();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let correlations = pairs.map(|(i, j)| data.correlations[(i, j)]);
    let lesson = Lesson {
        n,
        targets: data.means.iter().copied().chain(correlations).collect(),
        l2: options.l2,
        sweeps: options.sweeps,
        planned: options.steps.unwrap_or(2_000),
    };
    let groups = options.chains.div_ceil(TEAMS * LANES);
    check_size(groups * TEAMS * LANES, n)?;
    let seed = |team: usize| options.seed.child(team as u64);
    let mut teams: Vec<Team> =
        (0..TEAMS).into_par_iter().map(|k| Team::new(&lesson, groups, seed(k))).collect();
    let mut progress = Progress::new("steps", lesson.planned);
    let mut steps = 0;
    while steps < lesson.planned && !(steps > 0 && options.deadline.passed()) {
        // One step at first, since a step may take as long as the deadline.
        let round = if steps == 0 { 1 } else { ROUND.min(lesson.planned - steps) };
        teams.par_iter_mut().for_each(|team| {
            for _ in 0..round {
                team.step(&lesson);
            }
        });
        steps += round;
        progress.add(round);
        if teams.iter().any(|team| largest(&team.theta) > LARGE) {
            return Err(no_maximum());
        }
    }
    let complete = steps == lesson.planned;
    if !complete {
        progress.stopped();
    }
    let of = |value: fn(&Team) -> Vec<f64>| -> Vec<(f64, f64)> {
        let rows: Vec<Vec<f64>> = teams.iter().map(value).collect();
        let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
        let parameters = 0..lesson.targets.len();
        parameters.map(|k| mean_and_error(&column(k)).unwrap_or((0.0, 0.0))).collect()
    };
    let (theta, errors): (Vec<f64>, Vec<f64>) = of(|team| team.mean.clone()).into_iter().unzip();
    let slopes = of(|team| team.slope.clone());
    let residual = slopes.iter().fold(0.0, |most, slope| f64::max(most, slope.0.abs()));
    // Soft combinations of parameters, which have small slopes however wrong they are, show in what all teams still move by together.
    let (slope, drift) = (deviation(&slopes), deviation(&of(Team::drift)));
    let chance = SQUARE.0 + 3.0 * SQUARE.1 / (slopes.len() as f64).sqrt();
    let converged = slope < MOST_SLOPE && drift < MOST_DRIFT.max(chance.sqrt());
    let (couplings, fields) = unpacked(n, &theta);
    let errors = Some(unpacked(n, &errors));
    Ok(Found { couplings, fields, errors, steps, residual, converged, complete })
}

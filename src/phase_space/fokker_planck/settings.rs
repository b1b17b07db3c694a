//! The builder of a Fokker–Planck equation, and its solution in time.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::landscape::Objective;
use crate::ndarray::{Array1, Array2};
use crate::numeric::vector::scale;
use crate::operator::dense::eigen_symmetric;
use crate::phase_space::fokker_planck::generator::Generator;
use crate::phase_space::fokker_planck::solution::{FokkerPlanckSolution, Problem, Rows};
use crate::phase_space::fokker_planck::stationary::stationary;
use crate::phase_space::grid::{Edge, Grid};
use crate::phase_space::patience::{grace, require_time};
use crate::phase_space::require::require_room;
use crate::progress::{Deadline, Progress};
use crate::setters::setters;

/// Cells of which all rates of relaxation are computed: some seconds.
const MOST_DENSE: usize = 2000;

/// Cells between two looks at the clock.
const CHUNK: usize = 1024;

type Drift = Arc<dyn Fn(&[f64]) -> Vec<f64> + Send + Sync>;

/// What moves the density.
#[derive(Clone)]
enum Source {
    Loss { objective: Objective, temperature: f64 },
    Drift { drift: Drift, diffusion: Vec<f64> },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loss { temperature, .. } => write!(f, "loss at temperature {temperature}"),
            Self::Drift { diffusion, .. } => write!(f, "drift with diffusion {diffusion:?}"),
        }
    }
}

/// Settings of a Fokker–Planck equation in one or two dimensions; [`run`](Self::run) solves it.
///
/// ∂ρ/∂t = ∇·(ρ ∇L) + T ∇²ρ, or ∂ρ/∂t = −∇·(ρ F) + Σ_i D_i ∂_i²ρ of any drift F, in a box that nothing leaves. Between the cells of a grid probability jumps at the rates of Scharfetter and Gummel, which
/// are exact for a constant slope, keep detailed balance with exp(−L/T) exactly, and are off by the square of the cells' width elsewhere. The jumps are then solved without a time step, by
/// uniformisation: densities stay positive, probability is kept, and the free energy F = ⟨L⟩ − T S falls at every moment, down to −T ln Z.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let wells = Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2))?;
/// let solution = wells.fokker_planck(0.5).interval(-2.5, 2.5).start(&array![1.0], 0.1).time(5.0).run()?;
/// let free_energy = solution.frame.values("free_energy")?;
/// assert!(free_energy.windows(2).all(|pair| pair[1] < pair[0]));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct FokkerPlanck {
    source: Source,
    intervals: Option<Vec<(f64, f64)>>,
    cells: Option<usize>,
    start: Option<(Array1<f64>, f64)>,
    time: f64,
    points: usize,
    deadline: Option<f64>,
}

impl Objective {
    /// The Fokker–Planck equation of Langevin dynamics at a temperature, for an objective of one or two parameters.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[2.0]], &array![0.0])?;
    /// // The slowest mode of a bowl decays at its curvature.
    /// assert!((bowl.fokker_planck(0.5).relaxation_rate()? - 2.0).abs() < 0.01);
    /// # Ok(()) }
    /// ```
    pub fn fokker_planck(&self, temperature: f64) -> FokkerPlanck {
        FokkerPlanck::new(Source::Loss { objective: self.clone(), temperature })
    }
}

impl FokkerPlanck {
    /// The equation of a drift F(x) with a diffusion constant for each of one or two axes.
    ///
    /// # Errors
    /// If there are not one or two diffusion constants, or one is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // A bowl with a whirl.
    /// let whirl = FokkerPlanck::of_drift(&array![1.0, 1.0], |x| vec![-x[0] + 0.5 * x[1], -x[1] - 0.5 * x[0]])?;
    /// let solution = whirl.interval(-5.0, 5.0).cells(50).run()?;
    /// assert!((solution.entropy_production - 0.5).abs() < 0.05); // 2ω²/T
    /// # Ok(()) }
    /// ```
    pub fn of_drift(
        diffusion: &Array1<f64>,
        drift: impl Fn(&[f64]) -> Vec<f64> + Send + Sync + 'static,
    ) -> Result<Self> {
        if !(1..=2).contains(&diffusion.len()) {
            let given = format!("{} constants", diffusion.len());
            return Err(Error::argument("diffusion", given, "one or two, one for each axis"));
        }
        for d in diffusion {
            require_positive("diffusion", *d)?;
        }
        Ok(Self::new(Source::Drift { drift: Arc::new(drift), diffusion: diffusion.to_vec() }))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            intervals: None,
            cells: None,
            start: None,
            time: 1.0,
            points: 101,
            deadline: None,
        }
    }

    setters! { "Objective::quadratic(&array![[1.0]], &array![0.0])?.fokker_planck(1.0)":
        /// The end in time; default 1.
        time;
        /// Evenly spaced times that are recorded, with the start; default 101.
        points;
        /// A limit in seconds, after which the solution ends at the last recorded time and `complete` is false; default none. The stationary state has to be found within it, or two seconds if that is longer.
        deadline;
    }

    /// The same interval on each axis; default −4 to 4.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let box_ = Objective::exact(1, |x| 0.0 * x[0])?.fokker_planck(1.0).interval(0.0, std::f64::consts::PI);
    /// assert!((box_.relaxation_rate()? - 1.0).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    pub fn interval(&self, low: f64, high: f64) -> Self {
        Self { intervals: Some(vec![(low, high)]), ..self.clone() }
    }

    /// An interval for each axis, or one for both.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let saddle = Objective::exact(2, |x| x[0].powi(2) - x[1])?;
    /// let solution = saddle.fokker_planck(1.0).intervals([(-3.0, 3.0), (0.0, 1.0)]).cells(20).run()?;
    /// assert_eq!(solution.stationary.len(), 400);
    /// # Ok(()) }
    /// ```
    pub fn intervals(&self, intervals: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self { intervals: Some(intervals.into_iter().collect()), ..self.clone() }
    }

    /// Cells along each axis; default 200 in one dimension and 60 in two.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?.fokker_planck(1.0);
    /// assert_eq!(bowl.cells(50).run()?.stationary.len(), 50);
    /// # Ok(()) }
    /// ```
    pub fn cells(&self, cells: usize) -> Self {
        Self { cells: Some(cells), ..self.clone() }
    }

    /// Starts from a Gaussian of this deviation about a mean; default is the uniform density.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let solution = bowl.fokker_planck(0.2).start(&array![2.0], 0.3).run()?;
    /// // ½ (2² + 0.3²)
    /// assert!((solution.frame.values("loss")?[0] - 2.045).abs() < 1e-3);
    /// # Ok(()) }
    /// ```
    pub fn start(&self, mean: &Array1<f64>, deviation: f64) -> Self {
        Self { start: Some((mean.clone(), deviation)), ..self.clone() }
    }

    /// The rate of the slowest decay towards equilibrium, the spectral gap of the jumps: of a bowl its least curvature, of two wells about the rate of hops between them. For losses, up to 2000 cells in all.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Unsupported`] for drifts, [`Error::TooLarge`] above 2000 cells.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let wells = Objective::exact(1, |x| (x[0].powi(2) - 1.0).powi(2))?;
    /// let rate = |t| wells.fokker_planck(t).interval(-2.5, 2.5).relaxation_rate();
    /// // Kramers: twice √(8·4)/2π e^{−1/T}.
    /// assert!((rate(0.1)? / (2.0 * 32_f64.sqrt() / 6.283 * (-10_f64).exp()) - 1.0).abs() < 0.1);
    /// # Ok(()) }
    /// ```
    pub fn relaxation_rate(&self) -> Result<f64> {
        if let Source::Drift { .. } = self.source {
            return Err(Error::Unsupported {
                what: "A rate of relaxation".to_string(),
                why: "a drift that is no gradient has complex rates".to_string(),
                advice: "Look at `relative_entropy` against time.".to_string(),
            });
        }
        let problem = self.problem()?;
        let n = problem.grid.len();
        if n > MOST_DENSE {
            return Err(Error::TooLarge {
                what: "All rates of relaxation".to_string(),
                needs: format!("{n} cells"),
                limit: MOST_DENSE.to_string(),
                advice: "Take fewer cells (44 along each of two axes).".to_string(),
            });
        }
        // √π r_ij/√π is symmetric.
        let mut matrix = Array2::from_diag(&Array1::from_vec(problem.generator.exit.clone()));
        let rates = problem.generator.forth.iter().zip(&problem.generator.back);
        for (edge, (up, down)) in problem.generator.edges.iter().zip(rates) {
            let rate = -(up * down).sqrt();
            matrix[(edge.first, edge.second)] = rate;
            matrix[(edge.second, edge.first)] = rate;
        }
        Ok(eigen_symmetric(&matrix)?.0[1])
    }

    /// Solves the equation.
    ///
    /// # Errors
    /// If the objective has other than one or two parameters, a setting is out of range, the loss or drift is not finite on the grid, the start lies outside of it, or the solution would take too long; or if the deadline passes before the stationary state is found.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let solution = bowl.fokker_planck(0.5).interval(-6.0, 6.0).time(20.0).run()?;
    /// // −T ln Z, Z = √(2πT).
    /// let exact = -0.25 * std::f64::consts::PI.ln();
    /// assert!((solution.frame.values("free_energy")?[100] - exact).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn run(&self) -> Result<FokkerPlanckSolution> {
        let deadline = Deadline::new(self.deadline)?;
        require_positive("time", self.time)?;
        let problem = self.problem()?;
        require_room(self.points, &[problem.grid.len()])?;
        let mut p = self.first(&problem.grid)?;
        let gap = self.time / (self.points - 1) as f64;
        let rounds = problem.generator.rounds(self.time)?.div_ceil(self.points - 1);
        let mut progress = Progress::new("rounds", rounds.saturating_mul(self.points - 1));
        let mut rows = Rows::default();
        rows.push(&problem, 0.0, &p);
        let mut complete = true;
        'points: for point in 1..self.points {
            for _ in 0..rounds {
                if deadline.passed() {
                    complete = false;
                    progress.stopped();
                    break 'points;
                }
                problem.generator.advance(&mut p, gap / rounds as f64);
                progress.add(1);
            }
            rows.push(&problem, gap * point as f64, &p);
        }
        problem.solution(rows, complete)
    }

    /// The grid with its jumps and where they lead, of which a part is of no use.
    fn problem(&self) -> Result<Problem> {
        let whole = grace(self.deadline)?;
        let axes = match &self.source {
            Source::Loss { objective, .. } => objective.dimension(),
            Source::Drift { diffusion, .. } => diffusion.len(),
        };
        if !(1..=2).contains(&axes) {
            return Err(Error::TooLarge {
                what: "A grid".to_string(),
                needs: format!("{axes} dimensions"),
                limit: "2".to_string(),
                advice: "Take the walkers of `langevin`.".to_string(),
            });
        }
        let intervals = match self.intervals.as_deref() {
            None => vec![(-4.0, 4.0); axes],
            Some([one]) => vec![*one; axes],
            Some(each) => each.to_vec(),
        };
        if intervals.len() != axes {
            return Err(Error::Shape {
                what: "`intervals`",
                expected: format!("[{axes}], one for each axis"),
                given: format!("[{}]", intervals.len()),
            });
        }
        let grid = Grid::new(intervals, self.cells.unwrap_or(if axes == 1 { 200 } else { 60 }), 3)?;
        match &self.source {
            Source::Loss { objective, temperature } => {
                let t = require_positive("temperature", *temperature)?;
                let losses = (0..grid.len())
                    .map(|cell| {
                        if cell.is_multiple_of(CHUNK) {
                            require_time(&whole, "the loss of all cells")?;
                        }
                        let loss = objective.loss_at(&grid.center(cell))?;
                        crate::error::require_finite("loss", loss)
                    })
                    .collect::<Result<Vec<f64>>>()?;
                let exponent = |edge: Edge| (losses[edge.second] - losses[edge.first]) / t;
                let generator = Generator::new(&grid, &vec![t; axes], exponent)?;
                let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
                let mut stationary: Vec<f64> =
                    losses.iter().map(|loss| ((least - loss) / t).exp()).collect();
                let sum: f64 = stationary.iter().sum();
                scale(&mut stationary, 1.0 / sum);
                let ln_z = (sum * grid.volume()).ln() - least / t;
                Ok(Problem { grid, generator, stationary, energy: Some((losses, t, ln_z)) })
            }
            Source::Drift { drift, diffusion } => {
                let mut bad = None;
                let mut forces = Vec::new();
                for (k, edge) in grid.edges().into_iter().enumerate() {
                    if k.is_multiple_of(CHUNK) {
                        require_time(&whole, "the drift of all cells")?;
                    }
                    let (a, b) = (grid.center(edge.first), grid.center(edge.second));
                    let middle: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 0.5 * (a + b)).collect();
                    let force = drift(&middle);
                    if force.len() != axes || !force[edge.axis].is_finite() {
                        bad = Some(format!("{force:?} at {middle:?}"));
                        break;
                    }
                    forces.push(-force[edge.axis] * grid.width(edge.axis) / diffusion[edge.axis]);
                }
                if let Some(given) = bad {
                    let allowed = format!("{axes} finite numbers everywhere on the grid");
                    return Err(Error::argument("drift", given, allowed));
                }
                let mut next = forces.into_iter();
                let next = std::cell::RefCell::new(&mut next);
                // Edges come in the order in which the forces were taken.
                let exponent = |_| next.borrow_mut().next().unwrap_or(0.0);
                let generator = Generator::new(&grid, diffusion, exponent)?;
                let stationary = stationary(&generator, &whole)?;
                Ok(Problem { grid, generator, stationary, energy: None })
            }
        }
    }

    /// The distribution at the start.
    fn first(&self, grid: &Grid) -> Result<Vec<f64>> {
        let Some((mean, deviation)) = &self.start else {
            return Ok(vec![1.0 / grid.len() as f64; grid.len()]);
        };
        require_positive("deviation", *deviation)?;
        if mean.len() != grid.axes() || mean.iter().any(|x| !x.is_finite()) {
            return Err(Error::Shape {
                what: "The mean of the start",
                expected: format!("[{}], of finite numbers", grid.axes()),
                given: format!("[{}]", mean.len()),
            });
        }
        let weight = |cell: usize| {
            let pairs = grid.center(cell).into_iter().zip(mean);
            (-0.5 * pairs.map(|(x, m)| ((x - m) / deviation).powi(2)).sum::<f64>()).exp()
        };
        let mut p: Vec<f64> = (0..grid.len()).map(weight).collect();
        let sum: f64 = p.iter().sum();
        if !(sum > 0.0) {
            let given = format!("one of deviation {deviation} that no cell sees");
            let allowed = "inside the box, and not much narrower than a cell";
            return Err(Error::argument("start", given, allowed));
        }
        scale(&mut p, 1.0 / sum);
        Ok(p)
    }
}

//! Densities in time, and what they tell.

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::phase_space::fokker_planck::generator::Generator;
use crate::phase_space::grid::Grid;
use crate::polars::df;
use crate::polars::prelude::*;

const AXES: [&str; 2] = ["x", "y"];
const CURRENTS: [&str; 2] = ["current_x", "current_y"];

/// A grid with its jumps.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub grid: Grid,
    pub generator: Generator,
    /// Probabilities of cells.
    pub stationary: Vec<f64>,
    /// Losses of cells, the temperature, and ln Z; none of a drift.
    pub energy: Option<(Vec<f64>, f64, f64)>,
}

/// A solution of the Fokker–Planck equation; see [`FokkerPlanck::run`](crate::phase_space::FokkerPlanck::run).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
/// let solution: FokkerPlanckSolution = bowl.fokker_planck(0.5).cells(50).points(3).run()?;
/// assert_eq!((solution.frame.height(), solution.densities.len(), solution.stationary.len()), (3, 3, 50));
/// assert!(solution.complete && solution.entropy_production.abs() < 1e-12);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct FokkerPlanckSolution {
    /// A row for each recorded time: `time`, `probability` (1 in all), `loss` (⟨L⟩), `entropy` (S = −∫ρ ln ρ), `free_energy` (⟨L⟩ − T S), `relative_entropy` (∫ρ ln(ρ/ρ_∞), to the stationary density),
    /// `entropy_production` (nats per unit time; −T times it is the slope of the free energy), and the conditions `temperature`, `cells` (along an axis), `complete`. Of a drift there is neither loss, free energy nor temperature.
    pub frame: DataFrame,
    /// The density in each cell at each recorded time; the first coordinate runs fastest.
    pub densities: Vec<Array1<f64>>,
    /// The stationary density: exp(−L/T)/Z, or that of the drift.
    pub stationary: Array1<f64>,
    /// ln Z by the midpoint rule on the grid; NaN of a drift.
    pub ln_z: f64,
    /// The rate at which the stationary state produces entropy: 0 of a loss.
    pub entropy_production: f64,
    /// Whether the end was reached: false if a deadline stopped it.
    pub complete: bool,
    problem: Problem,
}

/// Columns of the frame.
#[derive(Default)]
pub(super) struct Rows {
    time: Vec<f64>,
    probability: Vec<f64>,
    loss: Vec<Option<f64>>,
    entropy: Vec<f64>,
    free_energy: Vec<Option<f64>>,
    relative: Vec<f64>,
    production: Vec<f64>,
    densities: Vec<Array1<f64>>,
}

impl Rows {
    pub fn push(&mut self, problem: &Problem, time: f64, p: &[f64]) {
        let volume = problem.grid.volume();
        let term =
            |p: f64, q: f64| if p > 0.0 { p * (p / q.max(f64::MIN_POSITIVE)).ln() } else { 0.0 };
        let entropy = -p.iter().map(|p| term(*p, volume)).sum::<f64>();
        let loss = problem.energy.as_ref().map(|(losses, t, _)| {
            (losses.iter().zip(p).map(|(loss, p)| loss * p).sum::<f64>(), *t)
        });
        self.time.push(time);
        self.probability.push(p.iter().sum());
        self.loss.push(loss.map(|(loss, _)| loss));
        self.entropy.push(entropy);
        self.free_energy.push(loss.map(|(loss, t)| loss - t * entropy));
        self.relative.push(p.iter().zip(&problem.stationary).map(|(p, q)| term(*p, *q)).sum());
        self.production.push(problem.generator.entropy_production(p));
        self.densities.push(p.iter().map(|p| p / volume).collect());
    }
}

impl Problem {
    pub fn solution(self, rows: Rows, complete: bool) -> Result<FokkerPlanckSolution> {
        let height = rows.time.len();
        let energy = self.energy.as_ref();
        let frame = df!(
            "time" => rows.time,
            "probability" => rows.probability,
            "loss" => rows.loss,
            "entropy" => rows.entropy,
            "free_energy" => rows.free_energy,
            "relative_entropy" => rows.relative,
            "entropy_production" => rows.production,
            "temperature" => vec![energy.map(|(_, t, _)| *t); height],
            "cells" => vec![self.grid.cells as u64; height],
            "complete" => vec![complete; height],
        )?;
        let volume = self.grid.volume();
        Ok(FokkerPlanckSolution {
            frame,
            densities: rows.densities,
            stationary: self.stationary.iter().map(|p| p / volume).collect(),
            ln_z: energy.map_or(f64::NAN, |(_, _, ln_z)| *ln_z),
            entropy_production: self.generator.entropy_production(&self.stationary),
            complete,
            problem: self,
        })
    }
}

impl FokkerPlanckSolution {
    /// The density at a recorded time, counted from 0, as a table: `x` (and `y`) of the middle of each cell, `density`, `stationary`, and `time`.
    ///
    /// # Errors
    /// If there is no such time.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let density = bowl.fokker_planck(1.0).run()?.density(100)?;
    /// let figure = density.line("x", "density")?.title("nearly in equilibrium");
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn density(&self, index: usize) -> Result<DataFrame> {
        let density = self.at(index)?;
        let mut columns = self.places();
        columns.push(Column::new("density".into(), density.to_vec()));
        columns.push(Column::new("stationary".into(), self.stationary.to_vec()));
        let times = crate::frame::columns::numbers(&self.frame, "time")?;
        columns.push(Column::new("time".into(), vec![times[index]; density.len()]));
        Ok(DataFrame::new_infer_height(columns)?)
    }

    /// The probability current at a recorded time: `x` (and `y`) of the middle of each cell, `current_x` (and `current_y`), each the mean of the two sides of the cell.
    ///
    /// # Errors
    /// If there is no such time.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let currents = bowl.fokker_planck(1.0).start(&array![2.0], 0.2).run()?.currents(10)?;
    /// // Downhill.
    /// assert!(currents.lookup("x", 1.5, "current_x")? < 0.0);
    /// # Ok(()) }
    /// ```
    pub fn currents(&self, index: usize) -> Result<DataFrame> {
        let volume = self.problem.grid.volume();
        self.current_of(&self.at(index)?.mapv(|density| density * volume).to_vec())
    }

    /// The probability current of the stationary density: 0 in equilibrium.
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let bowl = Objective::quadratic(&array![[1.0]], &array![0.0])?;
    /// let currents = bowl.fokker_planck(1.0).run()?.stationary_currents()?;
    /// assert!(currents.values("current_x")?.iter().all(|j| j.abs() < 1e-13));
    /// # Ok(()) }
    /// ```
    pub fn stationary_currents(&self) -> Result<DataFrame> {
        self.current_of(&self.problem.stationary)
    }

    fn at(&self, index: usize) -> Result<&Array1<f64>> {
        self.densities.get(index).ok_or_else(|| {
            Error::argument("index", index, format!("below {}", self.densities.len()))
        })
    }

    fn current_of(&self, p: &[f64]) -> Result<DataFrame> {
        let grid = &self.problem.grid;
        let mut sums = vec![vec![0.0; grid.len()]; grid.axes()];
        let flows = self.problem.generator.flows(p);
        for (edge, flow) in self.problem.generator.edges.iter().zip(flows) {
            // Per unit of length of the side that it passes; each side belongs half to either cell.
            let density = 0.5 * flow * grid.width(edge.axis) / grid.volume();
            sums[edge.axis][edge.first] += density;
            sums[edge.axis][edge.second] += density;
        }
        let mut columns = self.places();
        for (name, sum) in CURRENTS.iter().zip(sums) {
            columns.push(Column::new((*name).into(), sum));
        }
        Ok(DataFrame::new_infer_height(columns)?)
    }

    fn places(&self) -> Vec<Column> {
        let grid = &self.problem.grid;
        let centers: Vec<Vec<f64>> = (0..grid.len()).map(|cell| grid.center(cell)).collect();
        AXES.iter()
            .take(grid.axes())
            .enumerate()
            .map(|(axis, name)| {
                let values: Vec<f64> = centers.iter().map(|center| center[axis]).collect();
                Column::new((*name).into(), values)
            })
            .collect()
    }
}

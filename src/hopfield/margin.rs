//! Couplings of greatest stability: each unit a perceptron.

use std::fmt;
use std::sync::Mutex;

use crate::error::{Error, Result, require_finite, require_positive};
use crate::hopfield::dense::Dense;
use crate::hopfield::rules::Rule;
use crate::hopfield::{Hopfield, check};
use crate::ndarray::{Array1, Array2};
use crate::progress::{Deadline, Progress};
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::simd::{Width, widths};

/// Patterns that could be stored with less than this margin only count as not storable.
const LEAST_MARGIN: f64 = 1e-3;

/// Sweeps between two looks at how far training has come.
const LOOK: usize = 5;

/// Settings of training for the greatest stability; [`run`](Self::run) gives the network.
///
/// Each unit i is a perceptron that learns ξ_i^μ from the other units. Of all couplings the smallest are sought with ξ_i^μ Σ_{j≠i} J_ij ξ_j^μ ≥ 1 for all μ: those with the greatest
/// stability κ_i = min_μ ξ_i^μ Σ_j J_ij ξ_j^μ / √(Σ_j J_ij²). The units are independent, so that J is not symmetric, unless [`symmetric`](Self::symmetric) asks for the
/// smallest symmetric J. Random patterns can be stored up to α = 2 for N → ∞ (E. Gardner, J. Phys. A 21, 257 (1988)).
///
/// The method is AdaTron learning with a step that maximises the dual exactly: J_ij = (1/N) Σ_μ a_i^μ ξ_i^μ ξ_j^μ with embedding strengths a ≥ 0, each corrected in turn. The dual bounds the greatest stability from above, so
/// that the result is known to be within [`tolerance`](Self::tolerance) of it. Sources: J. K. Anlauf and M. Biehl, Europhys. Lett. 10, 687 (1989); W. Krauth and M. Mézard, J. Phys. A
/// 20, L745 (1987); for the learning rule itself S. Diederich and M. Opper, Phys. Rev. Lett. 58, 949 (1987).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(30, 60, 1)?;
/// let trained = Hopfield::perceptron(&patterns).run()?;
/// let hebb = Hopfield::hebb(&patterns)?.stabilities()?;
/// assert!(trained.converged && trained.margin > hebb.iter().copied().fold(f64::INFINITY, f64::min));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct MarginTraining {
    patterns: Array2<i8>,
    margin: Option<f64>,
    symmetric: bool,
    tolerance: f64,
    sweeps: usize,
    deadline: Option<f64>,
}

/// Couplings after training for stability.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // More than 2 N patterns can hardly be stored by any couplings.
/// let trained = Hopfield::perceptron(&random_patterns(120, 40, 1)?).run()?;
/// assert!(!trained.converged && trained.margin <= 0.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MarginTrained {
    /// The network; where patterns are stored, the smallest ξ_i^μ Σ_j J_ij ξ_j^μ is 1 (of each unit, or of all with symmetric couplings).
    pub network: Hopfield,
    /// The smallest stability of all units; above 0 where all patterns are fixed points.
    pub margin: f64,
    /// The smallest stability κ_i of each unit.
    pub margins: Array1<f64>,
    /// Sweeps over the patterns, of the unit that took most.
    pub sweeps: usize,
    /// Whether the margin asked for was reached, or the greatest one within the tolerance.
    pub converged: bool,
}

impl MarginTraining {
    pub(super) fn new(patterns: Array2<i8>) -> Self {
        Self {
            patterns,
            margin: None,
            symmetric: false,
            tolerance: 1e-3,
            sweeps: 10_000,
            deadline: None,
        }
    }

    /// Ends training as soon as every unit has this stability κ; default none, the greatest possible.
    /// Any κ that is not above the greatest one is reached or passed.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Hopfield::perceptron(&random_patterns(10, 40, 1)?);
    /// let (enough, greatest) = (training.margin(0.5).run()?, training.run()?);
    /// assert!(enough.converged && 0.5 <= enough.margin && enough.sweeps < greatest.sweeps);
    /// # Ok(()) }
    /// ```
    pub fn margin(&self, kappa: f64) -> Self {
        Self { margin: Some(kappa), ..self.clone() }
    }

    /// Whether J_ij = J_ji, which makes the smallest Σ_{i<j} J_ij² the aim, and leaves an energy; default not.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Hopfield::perceptron(&random_patterns(10, 40, 1)?);
    /// assert!(training.symmetric(true).run()?.network.is_symmetric());
    /// assert!(!training.run()?.network.is_symmetric());
    /// # Ok(()) }
    /// ```
    pub fn symmetric(&self, symmetric: bool) -> Self {
        Self { symmetric, ..self.clone() }
    }

    /// How near to the greatest stability is near enough, relatively; default 0.001.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Hopfield::perceptron(&random_patterns(10, 40, 1)?);
    /// let (rough, fine) = (training.tolerance(0.1).run()?, training.tolerance(1e-6).run()?);
    /// assert!(rough.sweeps < fine.sweeps && rough.margin < fine.margin && 0.89 * fine.margin < rough.margin);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance, ..self.clone() }
    }

    /// The most sweeps over the patterns; default 10 000.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let training = Hopfield::perceptron(&random_patterns(40, 40, 1)?).sweeps(2);
    /// assert!(!training.run()?.converged);
    /// # Ok(()) }
    /// ```
    pub fn sweeps(&self, sweeps: usize) -> Self {
        Self { sweeps, ..self.clone() }
    }

    setters! { "Hopfield::perceptron(&random_patterns(3, 20, 1)?)":
        /// A limit in seconds, after which the couplings are returned as they are and `converged` is false; default none.
        deadline;
    }

    /// Trains. Where the patterns cannot be stored, or not with the margin, `converged` is false and the couplings are those of the last sweep.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(20, 20, 1)?; // as many as units
    /// let trained = Hopfield::perceptron(&patterns).run()?;
    /// assert!(trained.converged && trained.network.is_fixed_point(&patterns.row(0).to_owned())?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the patterns are not rows of at least two entries ±1, more than memory holds; if the margin is not finite, there are no sweeps, or the tolerance or deadline is not a finite
    /// number above 0.
    pub fn run(&self) -> Result<MarginTrained> {
        let size = check::patterns(&self.patterns)?;
        check::dense("The matrix of couplings", size)?;
        if size < 2 {
            return Err(Error::argument(
                "patterns",
                "patterns of one unit",
                "of two units at least",
            ));
        }
        if self.sweeps == 0 {
            return Err(Error::argument("sweeps", 0, "at least 1"));
        }
        require_finite("margin", self.margin.unwrap_or(0.0))?;
        require_positive("tolerance", self.tolerance)?;
        let problem = Problem {
            patterns: self.patterns.iter().map(|&s| f64::from(s)).collect(),
            size,
            margin: self.margin,
            tolerance: self.tolerance,
            sweeps: self.sweeps,
            deadline: Deadline::new(self.deadline)?,
        };
        let solution = if self.symmetric { problem.together() } else { problem.separately() };
        let rule = Rule::Perceptron { margin: self.margin, symmetric: self.symmetric };
        let network = Hopfield::dense(rule, &self.patterns, solution.couplings);
        let stabilities = network.stabilities()?;
        let least = |column: crate::ndarray::ArrayView1<'_, f64>| {
            column.iter().copied().fold(f64::INFINITY, f64::min)
        };
        let margins: Array1<f64> = stabilities.columns().into_iter().map(least).collect();
        let (sweeps, converged) = (solution.sweeps, solution.converged);
        Ok(MarginTrained { network, margin: least(margins.view()), margins, sweeps, converged })
    }
}

impl fmt::Debug for MarginTraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((count, size), margin) = (self.patterns.dim(), self.margin);
        write!(f, "MarginTraining({count} patterns of {size} units, margin {margin:?})")
    }
}

/// What is to be solved, and when to stop.
struct Problem {
    /// One pattern after the other.
    patterns: Vec<f64>,
    size: usize,
    margin: Option<f64>,
    tolerance: f64,
    sweeps: usize,
    deadline: Deadline,
}

struct Solution {
    couplings: Dense,
    sweeps: usize,
    converged: bool,
}

/// One unit's couplings.
struct Row {
    couplings: Vec<f64>,
    sweeps: usize,
    converged: bool,
}

/// What a look at the course of training says.
enum Look {
    /// The aim is reached.
    Reached,
    /// The patterns cannot be stored with the margin.
    Impossible,
    /// Neither yet.
    Open,
}

impl Problem {
    /// Every unit by itself, in parallel.
    fn separately(&self) -> Solution {
        let progress = Mutex::new(Progress::new("units", self.size));
        let one = |i: usize| {
            let row = self.unit(i);
            if let Ok(mut progress) = progress.lock() {
                progress.add(1);
            }
            row
        };
        let rows: Vec<Row> = (0..self.size).into_par_iter().map(one).collect();
        if let (true, Ok(progress)) = (self.deadline.passed(), progress.lock()) {
            progress.stopped();
        }
        let sweeps = rows.iter().map(|row| row.sweeps).max().unwrap_or(0);
        let converged = rows.iter().all(|row| row.converged);
        let size = self.size;
        let mut columns = vec![0.0; size * size];
        for (i, row) in rows.iter().enumerate() {
            for (j, &coupling) in row.couplings.iter().enumerate() {
                columns[j * size + i] = coupling;
            }
        }
        Solution { couplings: Dense::of_columns(size, columns), sweeps, converged }
    }

    fn unit(&self, i: usize) -> Row {
        let (n, count) = (self.size as f64, self.patterns.len() / self.size);
        let mut couplings = vec![0.0; self.size];
        let mut strengths = vec![0.0; count];
        let (mut sweeps, mut converged) = (0, false);
        while sweeps < self.sweeps && !self.deadline.passed() {
            sweep(Width::best(), &self.patterns, i, &mut couplings, &mut strengths);
            sweeps += 1;
            if sweeps % LOOK != 0 && sweeps != self.sweeps {
                continue;
            }
            let squares: f64 = couplings.iter().map(|j| j * j).sum();
            let dual = strengths.iter().sum::<f64>() - 0.5 * n * squares;
            let greatest = (0.5 * n / dual).sqrt();
            match self.look(self.least(i, &couplings) / squares.sqrt(), greatest, self.margin) {
                Look::Reached => converged = true,
                Look::Impossible => {}
                Look::Open => continue,
            }
            break;
        }
        let least = self.least(i, &couplings);
        if least > 0.0 {
            scale(&mut couplings, 1.0 / least);
        }
        Row { couplings, sweeps, converged }
    }

    /// Reached and greatest possible stability decide.
    fn look(&self, kappa: f64, greatest: f64, margin: Option<f64>) -> Look {
        let aim = margin.unwrap_or((1.0 - self.tolerance) * greatest);
        if kappa >= aim && (margin.is_some() || kappa > 0.0) {
            Look::Reached
        } else if greatest < margin.unwrap_or(LEAST_MARGIN) {
            Look::Impossible
        } else {
            Look::Open
        }
    }

    /// min_μ ξ_i^μ Σ_j J_ij ξ_j^μ.
    fn least(&self, i: usize, couplings: &[f64]) -> f64 {
        let fields = self.patterns.chunks_exact(self.size);
        let aligned = fields.map(|xi| xi[i] * dot(Width::best(), couplings, xi));
        aligned.fold(f64::INFINITY, f64::min)
    }

    /// All units with one symmetric matrix.
    fn together(&self) -> Solution {
        let (size, n) = (self.size, self.size as f64);
        let count = self.patterns.len() / size;
        let mut matrix = vec![0.0; size * size];
        let mut strengths = vec![0.0; size * count];
        let mut progress = Progress::new("sweeps", self.sweeps);
        let (mut sweeps, mut converged) = (0, false);
        while sweeps < self.sweeps && !self.deadline.passed() {
            for (i, strengths) in strengths.chunks_exact_mut(count).enumerate() {
                let mut row = matrix[i * size..(i + 1) * size].to_vec();
                sweep(Width::best(), &self.patterns, i, &mut row, strengths);
                for (j, &coupling) in row.iter().enumerate() {
                    matrix[i * size + j] = coupling;
                    matrix[j * size + i] = coupling;
                }
            }
            sweeps += 1;
            progress.add(1);
            if sweeps % LOOK != 0 && sweeps != self.sweeps {
                continue;
            }
            let rows = || matrix.chunks_exact(size).enumerate();
            let least = rows().map(|(i, row)| self.least(i, row)).fold(f64::INFINITY, f64::min);
            let squares = 0.5 * matrix.iter().map(|j| j * j).sum::<f64>();
            let dual = strengths.iter().sum::<f64>() - 0.5 * n * squares;
            // Stabilities here are those of all units together, √(N/2) / √(Σ_{i<j} J_ij²) for couplings of least 1.
            let (kappa, greatest) = if self.margin.is_none() {
                (least * (0.5 * n / squares).sqrt(), 0.5 * n / dual.sqrt())
            } else {
                let norm = |row: &[f64]| row.iter().map(|j| j * j).sum::<f64>().sqrt();
                let each = rows().map(|(i, row)| self.least(i, row) / norm(row));
                (each.fold(f64::INFINITY, f64::min), f64::INFINITY)
            };
            match self.look(kappa, greatest, self.margin) {
                Look::Reached => converged = true,
                Look::Impossible => {}
                Look::Open => continue,
            }
            break;
        }
        if self.deadline.passed() && !converged {
            progress.stopped();
        }
        let rows = matrix.chunks_exact(size).enumerate();
        let least = rows.map(|(i, row)| self.least(i, row)).fold(f64::INFINITY, f64::min);
        if least > 0.0 {
            scale(&mut matrix, 1.0 / least);
        }
        Solution { couplings: Dense::of_columns(size, matrix), sweeps, converged }
    }
}

fn scale(couplings: &mut [f64], factor: f64) {
    for coupling in couplings {
        *coupling *= factor;
    }
}

#[inline(always)]
fn dot_body(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    let (left, right) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

widths!(fn dot(a: &[f64], b: &[f64]) -> f64 = dot_body);

/// Corrects the embedding strength of each pattern once, so that its field is 1 or its strength 0.
#[inline(always)]
fn sweep_body(patterns: &[f64], i: usize, couplings: &mut [f64], strengths: &mut [f64]) {
    let size = couplings.len();
    let n = size as f64;
    // The change of a pattern's field by its own strength: the unit itself is left out.
    let slope = (n - 1.0) / n;
    for (pattern, strength) in patterns.chunks_exact(size).zip(strengths) {
        let field = pattern[i] * dot_body(couplings, pattern);
        let change = ((1.0 - field) / slope).max(-*strength);
        if change != 0.0 {
            *strength += change;
            let factor = change * pattern[i] / n;
            for (coupling, x) in couplings.iter_mut().zip(pattern) {
                *coupling += factor * x;
            }
            couplings[i] = 0.0;
        }
    }
}

widths!(fn sweep(patterns: &[f64], i: usize, couplings: &mut [f64], strengths: &mut [f64]) = sweep_body);

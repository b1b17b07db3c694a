//! The diagonal, and the traces of consecutive blocks, from products with random vectors.

use std::fmt;

use crate::error::{Error, Result};
use crate::memory;
use crate::ndarray::Array1;
use crate::numeric::vector::{CHUNK, TASK, dot};
use crate::operator::Operator;
use crate::operator::probe::{Probe, block_size};
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;
use crate::setters::setters;
use crate::stats::mean_and_error;

/// Probes of a block at most.
const BLOCK: usize = 64;

/// Consecutive rows and columns whose trace is wanted: how many, and what they are called.
///
/// Made from a number, from a name and a number, or from a [`ParameterBlock`](crate::landscape::ParameterBlock) of parameters.
///
/// ```
/// use statmech::prelude::*;
/// assert_eq!(DiagonalBlock::from(("plane", 4)), DiagonalBlock { name: "plane".to_owned(), size: 4 });
/// assert_eq!(DiagonalBlock::from(4).name, "");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagonalBlock {
    /// The name in tables.
    pub name: String,
    /// How many rows and columns there are.
    pub size: usize,
}

impl From<usize> for DiagonalBlock {
    fn from(size: usize) -> Self {
        Self { name: String::new(), size }
    }
}

impl From<(&str, usize)> for DiagonalBlock {
    fn from((name, size): (&str, usize)) -> Self {
        Self { name: name.to_owned(), size }
    }
}

/// Settings of an estimate of the diagonal; [`run`](Self::run) gives it.
///
/// The mean of x_i (Ax)_i over random vectors x is a_ii; of vectors of signs it has the variance Σ_{j≠i} a_ij² / m (C. Bekas, E. Kokiopoulou and Y.
/// Saad, Appl. Numer. Math. 57, 1214 (2007)), none for a diagonal matrix. Sums over blocks, such as the layers of a network, come with their own
/// errors.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let a = Operator::from_diagonal(&array![1.0, 2.0, 3.0, 4.0])?;
/// let diagonal = a.diagonal().blocks([1, 3]).run()?;
/// assert_eq!(diagonal.values, array![1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(diagonal.block_frame()?.values("trace")?, [1.0, 9.0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct DiagonalEstimation {
    operator: Operator,
    products: usize,
    probe: Probe,
    blocks: Vec<DiagonalBlock>,
    seed: Seed,
    deadline: Option<f64>,
}

/// An estimate of the diagonal, with errors and cost.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let a = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 3.0]])?;
/// let diagonal: Diagonal = a.diagonal().products(400).seed(1).run()?;
/// for (value, (error, exact)) in diagonal.values.iter().zip(diagonal.errors.iter().zip([2.0, 3.0])) {
///     assert!((value - exact).abs() <= 4.0 * error + 1e-12);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Diagonal {
    /// a_ii.
    pub values: Array1<f64>,
    /// One standard error of each.
    pub errors: Array1<f64>,
    /// Products that it took, one for each probe.
    pub products: usize,
    /// Whether all probes were done.
    pub complete: bool,
    blocks: Vec<DiagonalBlock>,
    traces: Vec<(f64, f64)>,
}

impl Operator {
    /// The diagonal, from 100 probes of signs by default.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_matrix(&array![[2.0, 1.0], [1.0, 5.0]])?;
    /// let diagonal = a.diagonal().run()?;
    /// assert!((diagonal.values[1] - 5.0).abs() < 4.0 * diagonal.errors[1]);
    /// # Ok(()) }
    /// ```
    pub fn diagonal(&self) -> DiagonalEstimation {
        DiagonalEstimation {
            operator: self.clone(),
            products: 100,
            probe: Probe::Rademacher,
            blocks: vec![self.dimension().into()],
            seed: Seed::default(),
            deadline: None,
        }
    }
}

impl DiagonalEstimation {
    /// How many products; default 100.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let diagonal = Operator::from_diagonal(&array![1.0, 2.0])?.diagonal();
    /// assert!(diagonal.products(2).run()?.complete && diagonal.products(1).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn products(&self, products: usize) -> Self {
        Self { products, ..self.clone() }
    }

    /// The distribution of the probes; default [`Probe::Rademacher`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let diagonal = Operator::from_diagonal(&array![1.0, 2.0])?.diagonal();
    /// assert!(diagonal.probe(Probe::Gaussian).run()?.errors[0] > 0.0);
    /// # Ok(()) }
    /// ```
    pub fn probe(&self, probe: Probe) -> Self {
        Self { probe, ..self.clone() }
    }

    /// The consecutive blocks whose traces are wanted as well, by size, or by name and size; default one, of all. The layers of a network are
    /// `objective.blocks()`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let saddle = Objective::saddle(2, 4)?;
    /// let hessian = saddle.hessian_at(&array![0.0, 0.0, 0.0, 0.0, 1.0])?;
    /// let traces = hessian.diagonal().blocks(saddle.blocks()).run()?.block_frame()?;
    /// assert_eq!(traces.column("name")?.str()?.get(0), Some("plane"));
    /// assert_eq!(traces.values("trace")?, [4.0, 0.0]);
    /// assert!(hessian.diagonal().blocks([1, 3]).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn blocks(&self, blocks: impl IntoIterator<Item = impl Into<DiagonalBlock>>) -> Self {
        Self { blocks: blocks.into_iter().map(Into::into).collect(), ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100))?.diagonal()":
        /// The seed of the probes; default 0.
        seed;
        /// A limit in seconds, after which the estimate is that of the probes so far (2 at least) and `complete` is false; default none.
        deadline;
    }

    /// Runs the estimate.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let diagonal = Ising::square(10)?.operator()?.diagonal().run()?;
    /// let near = diagonal.values.iter().zip(&diagonal.errors).filter(|(x, e)| x.abs() < **e).count();
    /// assert!(near > 50 && near < 85);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there are fewer than 2 products; if a block is empty or they do not add up to n; if the vectors would not fit in memory; if the deadline is
    /// not a finite number above 0; what a product returns.
    pub fn run(&self) -> Result<Diagonal> {
        let n = self.operator.dimension();
        if self.products < 2 {
            return Err(Error::argument("products", self.products, "at least 2, for an error"));
        }
        let sizes: Vec<usize> = self.blocks.iter().map(|block| block.size).collect();
        let sum = sizes.iter().fold(0_usize, |sum, &size| sum.saturating_add(size));
        if sum != n || sizes.contains(&0) {
            let given = format!("sizes {sizes:?}");
            return Err(Error::argument(
                "blocks",
                given,
                format!("sizes above 0 with the sum {n}"),
            ));
        }
        let block = block_size(n, 2, BLOCK);
        let what = format!("The diagonal of {n} numbers");
        memory::require(&what, 8.0 * n as f64 * (2 * block + 4) as f64, "Take a block of it.")?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("products", self.products);
        let mut sums = Sums::new(n, self.blocks.len());
        while sums.count < self.products && !(deadline.passed() && sums.count >= 2) {
            let now = block.min(self.products - sums.count);
            let mut vectors = vec![0.0; now * n];
            vectors.par_chunks_mut(n).enumerate().for_each(|(k, vector)| {
                self.probe.fill(self.seed, sums.count + k, vector);
            });
            let mut images = vec![0.0; now * n];
            self.operator.apply_into(&vectors, &mut images)?;
            for (x, ax) in vectors.chunks_exact(n).zip(images.chunks_exact(n)) {
                sums.add(x, ax, &sizes);
            }
            progress.add(now);
        }
        let complete = sums.count == self.products;
        if !complete {
            progress.stopped();
        }
        let (m, traces) = (sums.count as f64, sums.traces);
        let errors = sums.squares.iter().map(|s| (s / (m * (m - 1.0))).sqrt()).collect();
        Ok(Diagonal {
            values: sums.means.into(),
            errors,
            products: sums.count,
            complete,
            blocks: self.blocks.clone(),
            traces: traces.iter().filter_map(|values| mean_and_error(values)).collect(),
        })
    }
}

/// Running means and squared deviations of x_i (Ax)_i, by Welford's update, and each probe's sums over blocks.
struct Sums {
    count: usize,
    means: Vec<f64>,
    squares: Vec<f64>,
    traces: Vec<Vec<f64>>,
}

impl Sums {
    fn new(n: usize, blocks: usize) -> Self {
        Self {
            count: 0,
            means: vec![0.0; n],
            squares: vec![0.0; n],
            traces: vec![Vec::new(); blocks],
        }
    }

    fn add(&mut self, x: &[f64], ax: &[f64], blocks: &[usize]) {
        self.count += 1;
        let share = 1.0 / self.count as f64;
        self.means
            .par_chunks_mut(CHUNK)
            .zip(self.squares.par_chunks_mut(CHUNK))
            .zip(x.par_chunks(CHUNK).zip(ax.par_chunks(CHUNK)))
            .with_min_len(TASK)
            .for_each(|((means, squares), (x, ax))| {
                for (((mean, square), x), ax) in means.iter_mut().zip(squares).zip(x).zip(ax) {
                    let change = x * ax - *mean;
                    *mean += change * share;
                    *square += change * (x * ax - *mean);
                }
            });
        let mut start = 0;
        for (size, traces) in blocks.iter().zip(&mut self.traces) {
            traces.push(dot(&x[start..start + size], &ax[start..start + size]));
            start += size;
        }
    }
}

impl Diagonal {
    /// One row per entry: `index`, `diagonal`, `diagonal_err`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = Operator::from_diagonal(&array![1.0, 2.0])?.diagonal().run()?.frame()?;
    /// assert_eq!(frame.values("diagonal")?, [1.0, 2.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn frame(&self) -> Result<DataFrame> {
        Ok(df!(
            "index" => (0..self.values.len() as u64).collect::<Vec<_>>(),
            "diagonal" => self.values.to_vec(),
            "diagonal_err" => self.errors.to_vec(),
        )?)
    }

    /// One row per block: `block` (0, 1, …), `name`, `size`, `trace`, `trace_err`, `products`, `complete`.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let diagonal = Operator::from_diagonal(&array![1.0, 2.0])?.diagonal().run()?;
    /// assert_eq!(diagonal.block_frame()?.values("trace")?, [3.0]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Polars`] if the frame cannot be built.
    pub fn block_frame(&self) -> Result<DataFrame> {
        let count = self.blocks.len();
        Ok(df!(
            "block" => (0..count as u64).collect::<Vec<_>>(),
            "name" => self.blocks.iter().map(|block| block.name.as_str()).collect::<Vec<_>>(),
            "size" => self.blocks.iter().map(|block| block.size as u64).collect::<Vec<_>>(),
            "trace" => self.traces.iter().map(|t| t.0).collect::<Vec<_>>(),
            "trace_err" => self.traces.iter().map(|t| t.1).collect::<Vec<_>>(),
            "products" => vec![self.products as u64; count],
            "complete" => vec![self.complete; count],
        )?)
    }
}

impl fmt::Debug for Diagonal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Diagonal({} entries, {} products)", self.values.len(), self.products)
    }
}

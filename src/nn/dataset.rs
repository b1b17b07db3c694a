//! Inputs with the outputs that they should give.

use std::sync::Arc;

use crate::data::Images;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, Axis};
use crate::rand::seq::SliceRandom;
use crate::random::Seed;

/// What the outputs should be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Targets {
    /// Numbers, a row for each example.
    Values(Array2<f64>),
    /// A class for each example, and how many classes there are.
    Classes(Array1<usize>, usize),
}

/// Examples for a network: inputs a row each, and target values or classes.
///
/// Cloning is cheap, since clones share the numbers.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let data = Dataset::from_images(&digits()?);
/// let (train, test) = (data.take(1000), data.skip(1000));
/// assert_eq!((train.count(), test.count(), data.n_inputs(), data.n_outputs()), (1000, 797, 64, 10));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    inputs: Arc<Array2<f64>>,
    targets: Arc<Targets>,
}

impl Dataset {
    /// Inputs and the values that outputs should take, an example a row.
    ///
    /// # Errors
    /// If there is no example, a number is not finite, or the rows do not agree.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let x = Array2::from_shape_fn((20, 1), |(i, _)| i as f64 / 10.0);
    /// let data = Dataset::regression(&x, &x.mapv(f64::sin))?;
    /// assert_eq!((data.count(), data.n_outputs()), (20, 1));
    /// # Ok(()) }
    /// ```
    pub fn regression(inputs: &Array2<f64>, values: &Array2<f64>) -> Result<Self> {
        check(inputs, values.nrows(), "`values`")?;
        if values.ncols() == 0 || values.iter().any(|x| !x.is_finite()) {
            let given = format!("{} columns, or a number that is not finite", values.ncols());
            return Err(Error::argument("values", given, "finite, in at least one column"));
        }
        Ok(Self::of(inputs.clone(), Targets::Values(values.clone())))
    }

    /// Inputs and the class of each, counted from 0; there are as many classes as the largest says.
    ///
    /// # Errors
    /// If there is no example, a number is not finite, there are not as many classes as rows, or a class is above 65 535.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let xor = Dataset::classes(&array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], &array![0, 1, 1, 0])?;
    /// assert_eq!(xor.n_outputs(), 2);
    /// # Ok(()) }
    /// ```
    pub fn classes(inputs: &Array2<f64>, classes: &Array1<usize>) -> Result<Self> {
        check(inputs, classes.len(), "`classes`")?;
        let largest = classes.iter().copied().max().unwrap_or(0);
        if largest > 65_535 {
            return Err(Error::argument("classes", largest, "at most 65 535"));
        }
        let count = (largest + 1).max(2);
        Ok(Self::of(inputs.clone(), Targets::Classes(classes.clone(), count)))
    }

    /// Images as rows of grey levels from 0 to 1, with their labels as classes; there are ten classes at least.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Dataset::from_images(&digits()?.take(3)).n_outputs(), 10);
    /// # Ok(()) }
    /// ```
    pub fn from_images(images: &Images) -> Self {
        let count = images.labels().iter().map(|label| label + 1).max().unwrap_or(0).max(10);
        Self::of(images.pixels(), Targets::Classes(images.labels().clone(), count))
    }

    fn of(inputs: Array2<f64>, targets: Targets) -> Self {
        let inputs = inputs.as_standard_layout().into_owned();
        Self { inputs: Arc::new(inputs), targets: Arc::new(targets) }
    }

    /// The number of examples.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Dataset::from_images(&digits()?).count(), 1797);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.inputs.nrows()
    }

    /// The number of inputs of each example.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Dataset::from_images(&digits()?).n_inputs(), 64);
    /// # Ok(()) }
    /// ```
    pub fn n_inputs(&self) -> usize {
        self.inputs.ncols()
    }

    /// The number of outputs that a network needs: target values, or classes.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let classes = Dataset::classes(&array![[1.0], [2.0], [3.0]], &array![0, 1, 2])?;
    /// let values = Dataset::regression(&array![[1.0]], &array![[0.5, 0.7]])?;
    /// assert_eq!((classes.n_outputs(), values.n_outputs()), (3, 2));
    /// # Ok(()) }
    /// ```
    pub fn n_outputs(&self) -> usize {
        match &*self.targets {
            Targets::Values(values) => values.ncols(),
            Targets::Classes(_, count) => *count,
        }
    }

    /// The inputs, an example a row: shape ([`count`](Self::count), [`n_inputs`](Self::n_inputs)).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[1.0], [2.0]], &array![0, 1])?;
    /// assert_eq!(data.inputs(), array![[1.0], [2.0]]);
    /// # Ok(()) }
    /// ```
    pub fn inputs(&self) -> &Array2<f64> {
        &self.inputs
    }

    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The first examples, or all if there are fewer; at least one.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Dataset::from_images(&digits()?).take(10).count(), 10);
    /// # Ok(()) }
    /// ```
    pub fn take(&self, count: usize) -> Self {
        self.rows(&(0..count.clamp(1, self.count())).collect::<Vec<_>>())
    }

    /// All but the first examples; the last one at least.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Dataset::from_images(&digits()?).skip(1790).count(), 7);
    /// # Ok(()) }
    /// ```
    pub fn skip(&self, count: usize) -> Self {
        self.rows(&(count.min(self.count() - 1)..self.count()).collect::<Vec<_>>())
    }

    /// The examples at these positions, in this order.
    ///
    /// # Errors
    /// If there is no position, or one past the end.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::classes(&array![[1.0], [2.0]], &array![0, 1])?;
    /// assert_eq!(data.select(&[1])?.inputs(), array![[2.0]]);
    /// # Ok(()) }
    /// ```
    pub fn select(&self, positions: &[usize]) -> Result<Self> {
        match positions.iter().find(|position| **position >= self.count()) {
            Some(past) => {
                let allowed = format!("below the number of examples, {}", self.count());
                Err(Error::argument("positions", past, allowed))
            }
            None if positions.is_empty() => {
                Err(Error::argument("positions", "an empty list", "at least one"))
            }
            None => Ok(self.rows(positions)),
        }
    }

    /// The same inputs with their targets shuffled among them: a null model in which there is nothing to learn but each example by heart.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let data = Dataset::from_images(&digits()?);
    /// let shuffled = data.with_shuffled_targets(1);
    /// assert!(shuffled != data && shuffled.inputs() == data.inputs());
    /// # Ok(()) }
    /// ```
    pub fn with_shuffled_targets(&self, seed: impl Into<Seed>) -> Self {
        let mut order: Vec<usize> = (0..self.count()).collect();
        order.shuffle(&mut seed.into().generator());
        Self { targets: self.rows(&order).targets, ..self.clone() }
    }

    fn rows(&self, positions: &[usize]) -> Self {
        let targets = match &*self.targets {
            Targets::Values(values) => Targets::Values(values.select(Axis(0), positions)),
            Targets::Classes(classes, count) => {
                Targets::Classes(classes.select(Axis(0), positions), *count)
            }
        };
        Self::of(self.inputs.select(Axis(0), positions), targets)
    }
}

fn check(inputs: &Array2<f64>, rows: usize, what: &'static str) -> Result<()> {
    if inputs.is_empty() {
        let given = format!("{} × {}", inputs.nrows(), inputs.ncols());
        return Err(Error::argument(
            "inputs",
            given,
            "at least one example of at least one number",
        ));
    }
    if rows != inputs.nrows() {
        return Err(Error::Shape {
            what,
            expected: format!("{} rows, as the inputs have", inputs.nrows()),
            given: format!("{rows} rows"),
        });
    }
    match inputs.iter().find(|x| !x.is_finite()) {
        Some(x) => Err(Error::argument("inputs", format!("a number of {x}"), "of finite numbers")),
        None => Ok(()),
    }
}

//! Layers of units, the weights between them and the biases.

use std::fmt;
use std::sync::Arc;

use crate::boltzmann::{BoltzmannMachine, Coding, MAX_UNITS};
use crate::error::{Error, Result, require_finite};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution as _, StandardNormal};
use crate::random::Seed;

/// Layers of 0/1 units x_0 (visible), x_1, …, with E(x) = −Σ_l x_l W_l x_{l+1} − Σ_l b_l x_l and P(x) = exp(−E(x))/Z.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let deep = DeepBoltzmann::new(&[4, 3, 2])?.randomized(0.5, 1)?;
/// let rows = bars_and_stripes(2, Coding::Binary)?;
/// assert!(deep.lower_bound(&rows)? <= deep.log_likelihood(&rows)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct DeepBoltzmann {
    /// W_l of shape (units of layer l, units of layer l + 1).
    pub(super) weights: Arc<Vec<Array2<f64>>>,
    pub(super) biases: Arc<Vec<Array1<f64>>>,
}

impl DeepBoltzmann {
    /// A machine with layers of these sizes, the visible one first, and zero weights and biases.
    ///
    /// # Errors
    /// If there are fewer than two layers, one is empty, or there are more than [`MAX_UNITS`] units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(DeepBoltzmann::new(&[4, 3, 2])?.sizes(), [4, 3, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(sizes: &[usize]) -> Result<Self> {
        if sizes.len() < 2 || sizes.contains(&0) {
            let given = format!("{sizes:?}");
            return Err(Error::argument(
                "sizes",
                given,
                "at least two layers of at least one unit",
            ));
        }
        let units = sizes.iter().fold(0_usize, |sum, &n| sum.saturating_add(n));
        if units > MAX_UNITS {
            return Err(Error::TooLarge {
                what: format!("A deep Boltzmann machine of {units} units"),
                needs: "a weight for each pair of neighbouring layers' units".to_owned(),
                limit: format!("{MAX_UNITS} units"),
                advice: "Take smaller layers.".to_owned(),
            });
        }
        let weights = sizes.windows(2).map(|two| Array2::zeros((two[0], two[1]))).collect();
        let biases = sizes.iter().map(|&n| Array1::zeros(n)).collect();
        Ok(Self { weights: Arc::new(weights), biases: Arc::new(biases) })
    }

    /// The same layers with independent Gaussian weights of this standard deviation, and the biases they had.
    ///
    /// # Errors
    /// If the scale is negative or not finite.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let deep = DeepBoltzmann::new(&[4, 3])?.randomized(0.1, 7)?;
    /// assert!(deep.weights()[0].iter().all(|&w| w != 0.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn randomized(&self, scale: f64, seed: impl Into<Seed>) -> Result<Self> {
        if !(require_finite("scale", scale)? >= 0.0) {
            return Err(Error::argument("scale", scale, "at least 0"));
        }
        let mut generator = seed.into().generator();
        let mut normal = |_: &f64| -> f64 {
            let x: f64 = StandardNormal.sample(&mut generator);
            scale * x
        };
        let weights: Vec<Array2<f64>> = self.weights.iter().map(|w| w.map(&mut normal)).collect();
        self.with(&weights, &self.biases)
    }

    /// The same layers with these weights between them, W_l of shape (units of layer l, units of layer l + 1), and these biases, one array for each layer.
    ///
    /// # Errors
    /// If a shape does not fit, an entry is not finite, or energies overflow.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let deep = DeepBoltzmann::new(&[2, 1])?.with(&[array![[1.0], [2.0]]], &[array![0.0, 0.5], array![-1.0]])?;
    /// assert_eq!(deep.machine()?.bonds(), [(0, 2, 1.0), (1, 2, 2.0)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with(&self, weights: &[Array2<f64>], biases: &[Array1<f64>]) -> Result<Self> {
        let shapes = |weights: &[Array2<f64>], biases: &[Array1<f64>]| {
            let dims: Vec<(usize, usize)> = weights.iter().map(Array2::dim).collect();
            (dims, biases.iter().map(Array1::len).collect::<Vec<usize>>())
        };
        let (expected, given) = (shapes(&self.weights, &self.biases), shapes(weights, biases));
        if expected != given {
            return Err(Error::Shape {
                what: "The weights and biases of the layers",
                expected: format!("{:?} and {:?}", expected.0, expected.1),
                given: format!("{:?} and {:?}", given.0, given.1),
            });
        }
        let all = weights.iter().flat_map(|w| w.iter()).chain(biases.iter().flat_map(|b| b.iter()));
        let sum = all.map(|x| x.abs()).sum::<f64>();
        if !(16.0 * sum).is_finite() {
            return Err(Error::argument(
                "weights and biases",
                sum,
                "finite numbers whose energies do not overflow",
            ));
        }
        Ok(Self { weights: Arc::new(weights.to_vec()), biases: Arc::new(biases.to_vec()) })
    }

    /// The sizes of the layers, the visible one first.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(DeepBoltzmann::new(&[4, 3, 2])?.sizes(), [4, 3, 2]);
    /// # Ok(()) }
    /// ```
    pub fn sizes(&self) -> Vec<usize> {
        self.biases.iter().map(Array1::len).collect()
    }

    /// The weights between neighbouring layers, W_l of shape (units of layer l, units of layer l + 1).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(DeepBoltzmann::new(&[4, 3, 2])?.weights()[1].dim(), (3, 2));
    /// # Ok(()) }
    /// ```
    pub fn weights(&self) -> Vec<Array2<f64>> {
        self.weights.to_vec()
    }

    /// The biases of each layer.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(DeepBoltzmann::new(&[4, 3, 2])?.biases()[0].len(), 4);
    /// # Ok(()) }
    /// ```
    pub fn biases(&self) -> Vec<Array1<f64>> {
        self.biases.to_vec()
    }

    /// The same as a machine on a graph, in [`Coding::Binary`]: its visible units are the visible layer, its hidden ones the others in order. For
    /// [`sample`](BoltzmannMachine::sample), and for all that enumeration gives.
    ///
    /// # Errors
    /// None in practice.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let deep = DeepBoltzmann::new(&[4, 3, 2])?.randomized(1.0, 1)?;
    /// let machine = deep.machine()?;
    /// assert_eq!((machine.visible(), machine.hidden()), (4, 5));
    /// assert!((machine.ln_z()? - deep.ln_z()?).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn machine(&self) -> Result<BoltzmannMachine> {
        let sizes = self.sizes();
        let hidden = sizes.iter().skip(1).sum();
        let mut first = 0;
        let (mut pairs, mut values) = (Vec::new(), Vec::new());
        for w in self.weights.iter() {
            for ((i, j), &value) in w.indexed_iter() {
                pairs.push((first + i, first + w.nrows() + j));
                values.push(value);
            }
            first += w.nrows();
        }
        // The pairs ascend as they are.
        let biases = self.biases.iter().flat_map(|b| b.iter().copied());
        let parameters = biases.chain(values).collect();
        BoltzmannMachine::restricted(Coding::Binary, sizes[0], hidden)?
            .connected(&pairs)?
            .with_parameters(&parameters)
    }
}

impl fmt::Debug for DeepBoltzmann {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeepBoltzmann(layers of {:?} units)", self.sizes())
    }
}

//! The perceptron: a threshold on a weighted sum.

use std::f64::consts::PI;
use std::fmt;

use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};
use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::perceptron::examples::{Examples, LARGEST, check_inputs, check_size};
use crate::random::Seed;

/// A perceptron: class sign(w·x + b) of an input x.
///
/// The bias b counts as the weight of one more input that is always 1; 0 is a plane through the origin, the case of the theory.
///
/// Source: F. Rosenblatt, Psychol. Rev. 65, 386 (1958).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let or = Perceptron::new(array![1.0, 1.0], 0.5)?;
/// let inputs = array![[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
/// assert_eq!(or.classify(&inputs)?, array![-1, 1, 1, 1]);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Perceptron {
    /// The weights, one for each input.
    pub weights: Array1<f64>,
    /// The bias: what is added to the weighted sum.
    pub bias: f64,
}

impl fmt::Debug for Perceptron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Perceptron(weights {}, bias {})", self.weights, self.bias)
    }
}

impl Perceptron {
    /// A perceptron with these weights and this bias.
    ///
    /// # Errors
    /// Without weights, or if one of the numbers is not finite.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// assert!(Perceptron::new(array![1.0, -2.0], 0.0).is_ok());
    /// assert!(Perceptron::new(array![1.0, f64::INFINITY], 0.0).is_err());
    /// ```
    pub fn new(weights: Array1<f64>, bias: f64) -> Result<Self> {
        if weights.is_empty() {
            return Err(Error::argument("weights", "an empty array", "at least one number"));
        }
        if let Some(w) = weights.iter().find(|w| !(w.abs() <= LARGEST)) {
            return Err(Error::argument("weights", w, "finite numbers of at most 1e100"));
        }
        if !(bias.abs() <= LARGEST) {
            return Err(Error::argument("bias", bias, "a finite number of at most 1e100"));
        }
        Ok(Self { weights, bias })
    }

    /// A random direction, uniform on the sphere |w| = √N: the teacher of the theory.
    ///
    /// # Errors
    /// If the dimension is 0 or above 2²⁹.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let teacher = Perceptron::random(50, 1)?;
    /// assert!((teacher.weights.dot(&teacher.weights) - 50.0).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn random(dimension: usize, seed: impl Into<Seed>) -> Result<Self> {
        check_size(1, dimension)?;
        let mut generator = seed.into().generator();
        let weights =
            Array1::from_shape_simple_fn(dimension, || StandardNormal.sample(&mut generator));
        let weights: Array1<f64> = weights;
        let length = weights.dot(&weights).sqrt();
        Self::new(weights * ((dimension as f64).sqrt() / length), 0.0)
    }

    /// The fields w·x + b of inputs, one input a row.
    ///
    /// # Errors
    /// [`Error::Shape`] if rows and weights differ in length; [`Error::Argument`] for an input that is not a number of at most 10¹⁰⁰.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Perceptron::new(array![1.0, 2.0], 3.0)?.fields(&array![[1.0, 1.0]])?, array![6.0]);
    /// # Ok(()) }
    /// ```
    pub fn fields(&self, inputs: &Array2<f64>) -> Result<Array1<f64>> {
        self.fits(inputs.ncols())?;
        check_inputs(inputs)?;
        Ok(inputs.dot(&self.weights) + self.bias)
    }

    /// The classes ±1 of inputs, one input a row; +1 on the boundary itself.
    ///
    /// # Errors
    /// As for [`fields`](Self::fields).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Perceptron::new(array![1.0], -0.5)?.classify(&array![[0.0], [1.0]])?, array![-1, 1]);
    /// # Ok(()) }
    /// ```
    pub fn classify(&self, inputs: &Array2<f64>) -> Result<Array1<i8>> {
        Ok(self.fields(inputs)?.mapv(|field| if field >= 0.0 { 1 } else { -1 }))
    }

    /// The examples that are not on their side of the boundary: y (w·x + b) ≤ 0.
    ///
    /// # Errors
    /// As for [`fields`](Self::fields).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// assert_eq!(Perceptron::new(array![1.0, 1.0], 0.5)?.errors(&Examples::xor())?, 1);
    /// # Ok(()) }
    /// ```
    pub fn errors(&self, examples: &Examples) -> Result<usize> {
        Ok(self.aligned(examples)?.iter().filter(|field| !(**field > 0.0)).count())
    }

    /// The stability of each example, y (w·x + b)/√(|w|² + b²): without bias the distance from the boundary, negative on the wrong side.
    ///
    /// For inputs of variance 1 this is Gardner's κ of the example. All are 0 for weights that vanish.
    ///
    /// # Errors
    /// As for [`fields`](Self::fields).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::new(array![[3.0, 4.0], [-3.0, 0.0]], array![1, -1])?;
    /// let stabilities = Perceptron::new(array![0.6, 0.8], 0.0)?.stabilities(&examples)?;
    /// assert!((stabilities[0] - 5.0).abs() < 1e-12 && (stabilities[1] - 1.8).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn stabilities(&self, examples: &Examples) -> Result<Array1<f64>> {
        let fields = self.aligned(examples)?;
        let length = self.length();
        Ok(if length > 0.0 { fields / length } else { fields * 0.0 })
    }

    /// The least of the [`stabilities`](Self::stabilities), the margin: positive if every example is right.
    ///
    /// # Errors
    /// As for [`fields`](Self::fields).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::random(20, 40, 1)?;
    /// let best = examples.train(LearningRule::MaxStability).run()?;
    /// assert!(best.perceptron.stability(&examples)? > 0.0);
    /// # Ok(()) }
    /// ```
    pub fn stability(&self, examples: &Examples) -> Result<f64> {
        Ok(self.stabilities(examples)?.iter().copied().fold(f64::INFINITY, f64::min))
    }

    /// The overlap R = w·t/(|w||t|) with another perceptron, biases counted as weights; 0 if one of them vanishes.
    ///
    /// # Errors
    /// [`Error::Shape`] if the numbers of weights differ.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let teacher = Perceptron::random(10, 1)?;
    /// assert!((teacher.overlap(&teacher)? - 1.0).abs() < 1e-12);
    /// # Ok(()) }
    /// ```
    pub fn overlap(&self, other: &Self) -> Result<f64> {
        self.fits(other.weights.len())?;
        let product = self.weights.dot(&other.weights) + self.bias * other.bias;
        let lengths = self.length() * other.length();
        Ok(if lengths > 0.0 { (product / lengths).clamp(-1.0, 1.0) } else { 0.0 })
    }

    /// The probability arccos(R)/π that this perceptron and a teacher disagree about a random input whose distribution is round (Gaussian).
    ///
    /// # Errors
    /// [`Error::Shape`] if the numbers of weights differ; [`Error::Unsupported`] if one of them has a bias.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let (a, b) = (Perceptron::new(array![1.0, 0.0], 0.0)?, Perceptron::new(array![0.0, 1.0], 0.0)?);
    /// assert_eq!(a.generalization_error(&b)?, 0.5);
    /// # Ok(()) }
    /// ```
    pub fn generalization_error(&self, teacher: &Self) -> Result<f64> {
        if self.bias != 0.0 || teacher.bias != 0.0 {
            return Err(Error::Unsupported {
                what: "arccos(R)/π".to_string(),
                why: "it holds for planes through the origin, and one of the two has a bias".into(),
                advice: "Count `errors` on further examples instead.".to_string(),
            });
        }
        Ok(self.overlap(teacher)?.acos() / PI)
    }

    fn aligned(&self, examples: &Examples) -> Result<Array1<f64>> {
        let fields = self.fields(examples.inputs())?;
        Ok(fields * examples.labels().mapv(f64::from))
    }

    fn length(&self) -> f64 {
        self.weights.iter().fold(self.bias.abs(), |length, w| length.hypot(*w))
    }

    fn fits(&self, inputs: usize) -> Result<()> {
        if inputs == self.weights.len() {
            return Ok(());
        }
        Err(Error::Shape {
            what: "An input of this perceptron",
            expected: format!("[{}]", self.weights.len()),
            given: format!("[{inputs}]"),
        })
    }
}

//! Weights ±1: all of them, one after the other.

use crate::error::{Error, Result};
use crate::ndarray::Array1;
use crate::perceptron::examples::Examples;
use crate::perceptron::model::Perceptron;
use crate::perceptron::rows::Rows;
use crate::simd::{Width, widths};

/// Additions that an enumeration may take: about half a minute.
const MOST_ADDITIONS: f64 = 4e10;

/// What all 2^N perceptrons with weights ±1 make of examples.
///
/// With continuous weights a perceptron learns up to 2N random examples, with weights ±1 about 0.83 N (W. Krauth and M. Mézard, J. Phys. France 50, 3057 (1989)).
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let found = Examples::random(8, 15, 1)?.binary_perceptrons()?;
/// println!("{} of 32768 have all 8 examples right", found.solutions);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryPerceptrons {
    /// How many make no error.
    pub solutions: u64,
    /// The fewest errors that one of them makes.
    pub fewest_errors: usize,
    /// The one of fewest errors, and among these of largest stability.
    pub best: Perceptron,
    /// Its least y w·x/|w|.
    pub stability: f64,
}

impl Examples {
    /// Tries all perceptrons with weights ±1 and no bias, walking from one to the next by one change of sign.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if 2^N P is above 4·10¹⁰, half a minute: N = 28 with 100 examples.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let majority = Perceptron::new(Array1::ones(9), 0.0)?;
    /// let found = Examples::from_teacher(&majority, 100, 1)?.binary_perceptrons()?;
    /// assert_eq!((found.solutions, found.best), (1, majority));
    /// # Ok(()) }
    /// ```
    pub fn binary_perceptrons(&self) -> Result<BinaryPerceptrons> {
        let rows = Rows::new(self, false);
        let (count, dimension) = (rows.count, rows.dimension);
        let additions = (dimension.min(1000) as f64).exp2() * count as f64;
        if additions > MOST_ADDITIONS {
            return Err(Error::TooLarge {
                what: "Trying all perceptrons with weights ±1".to_string(),
                needs: format!("2^{dimension} × {count} additions"),
                limit: format!("the {MOST_ADDITIONS:.0e} allowed"),
                advice: "Take fewer inputs or examples.".to_string(),
            });
        }
        // Columns 2 z_k, one for each weight, and the fields of the weights −1.
        let columns: Vec<Vec<f64>> =
            (0..dimension).map(|k| (0..count).map(|i| 2.0 * rows.row(i)[k]).collect()).collect();
        let mut fields: Vec<f64> =
            (0..count).map(|i| -rows.row(i)[..dimension].iter().sum::<f64>()).collect();
        let mut best = Best { solutions: 0, errors: usize::MAX, least: 0.0, code: 0 };
        best.look(&fields, 0);
        for step in 1_u64..1 << dimension {
            // Gray's code: the lowest set bit of the step says which sign changes.
            let place = step.trailing_zeros() as usize;
            let code = step ^ (step >> 1);
            let sign = if code >> place & 1 == 1 { 1.0 } else { -1.0 };
            let (errors, least) = flip(Width::best(), &mut fields, &columns[place], sign);
            best.consider(errors, least, code);
        }
        let weight = |k: usize| if best.code >> k & 1 == 1 { 1.0 } else { -1.0 };
        let perceptron =
            Perceptron { weights: Array1::from_shape_fn(dimension, weight), bias: 0.0 };
        let stability = perceptron.stability(self)?;
        Ok(BinaryPerceptrons {
            solutions: best.solutions,
            fewest_errors: perceptron.errors(self)?,
            best: perceptron,
            stability,
        })
    }
}

struct Best {
    solutions: u64,
    errors: usize,
    least: f64,
    code: u64,
}

impl Best {
    fn look(&mut self, fields: &[f64], code: u64) {
        let errors = fields.iter().filter(|field| !(**field > 0.0)).count();
        let least = fields.iter().copied().fold(f64::INFINITY, f64::min);
        self.consider(errors, least, code);
    }

    fn consider(&mut self, errors: usize, least: f64, code: u64) {
        self.solutions += u64::from(errors == 0);
        if errors < self.errors || errors == self.errors && least > self.least {
            (self.errors, self.least, self.code) = (errors, least, code);
        }
    }
}

/// Changes one weight: the fields are updated, their errors counted, and the least found.
#[inline(always)]
fn flip_body(fields: &mut [f64], column: &[f64], sign: f64) -> (usize, f64) {
    let (mut errors, mut least) = (0, f64::INFINITY);
    for (field, z) in fields.iter_mut().zip(column) {
        *field += sign * z;
        errors += usize::from(!(*field > 0.0));
        least = if *field < least { *field } else { least };
    }
    (errors, least)
}

widths!(fn flip(fields: &mut [f64], column: &[f64], sign: f64) -> (usize, f64) = flip_body);

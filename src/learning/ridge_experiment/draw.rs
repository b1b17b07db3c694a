//! One draw of examples and teacher, learned at all penalties.

use super::{Condition, Draw, RidgeExperiment, TESTS};
use crate::error::{Error, Result};
use crate::learning::features::{normal, relu};
use crate::learning::ridge_solver::{Spectrum, product, view};
use crate::ndarray::{Array1, Array2};
use crate::random::Seed;

impl RidgeExperiment {
    pub(super) fn draw(&self, condition: &Condition, seed: Seed) -> Result<Vec<Draw>> {
        let (size, penalties) = (condition.size, &condition.penalties);
        let mut generator = seed.generator();
        let n = self.n_examples;
        let columns = size.d.unwrap_or(size.p);
        let (mut variances, mut deviations) = (Vec::new(), Vec::new());
        for (k, share) in self.shares(columns).into_iter().enumerate() {
            variances.extend(std::iter::repeat_n(self.eigenvalues[k], share));
            deviations.extend(std::iter::repeat_n((self.signals[k] / share as f64).sqrt(), share));
        }
        let mut beta = normal(columns, 1, 1.0, &mut generator);
        beta.iter_mut().zip(&deviations).for_each(|(b, deviation)| *b *= deviation);
        let mut inputs = normal(n, columns, 1.0, &mut generator);
        if self.eigenvalues != [1.0] {
            let widths: Array1<f64> = variances.iter().map(|h: &f64| h.sqrt()).collect();
            inputs *= &widths;
        }
        let noise = normal(n, 1, self.noise.sqrt(), &mut generator);
        let clean = product(view(&inputs)?, view(&beta)?, 1.0);
        let clean = Array2::from_shape_fn((n, 1), |place| clean[place]);
        let y = &clean + &noise;
        match size.d {
            None => self.learn(&inputs, (&beta, &variances), (&clean, &y), penalties),
            Some(d) => {
                let w = normal(d, size.p, 1.0 / (d as f64).sqrt(), &mut generator);
                let fresh = normal(TESTS * n, d, 1.0, &mut generator);
                let mean = 1.0 / std::f64::consts::TAU.sqrt();
                let x = relu(&inputs, &w, mean)?;
                let truth = product(view(&fresh)?, view(&beta)?, 1.0);
                Self::learn_features(&x, &y, (&relu(&fresh, &w, mean)?, &truth), penalties)
            }
        }
    }

    /// Errors on new inputs are distances from the teacher, squared and weighted by the inputs' variances.
    fn learn(
        &self,
        x: &Array2<f64>,
        (beta, variances): (&Array2<f64>, &[f64]),
        (clean, y): (&Array2<f64>, &Array2<f64>),
        penalties: &[f64],
    ) -> Result<Vec<Draw>> {
        let n = x.nrows() as f64;
        let spectrum = Spectrum::new(x)?;
        let (targets, known) = (spectrum.targets(x, y)?, spectrum.targets(x, clean)?);
        let widths = spectrum.squares(x, variances)?;
        let square = y.iter().map(|y| y * y).sum::<f64>() / n;
        let distance = |w: &faer::Mat<f64>| -> f64 {
            let each = variances.iter().enumerate();
            each.map(|(j, h)| h * (w[(j, 0)] - beta[(j, 0)]).powi(2)).sum()
        };
        let at = |&penalty: &f64| {
            let learned = spectrum.weights(x, &targets, penalty)?;
            let mean = spectrum.weights(x, &known, penalty)?;
            let (mut variance, mut training_error) = (0.0, square);
            for (k, &s) in spectrum.values.iter().enumerate() {
                let t = targets[(k, 0)];
                let b = t / (s + penalty);
                variance += self.noise / n * widths[k] * s / (s + penalty).powi(2);
                training_error += b * (s * b - 2.0 * t);
            }
            Ok(Draw {
                risk: distance(&learned),
                bias: distance(&mean),
                variance,
                training_error: training_error.max(0.0),
            })
        };
        penalties.iter().map(at).collect()
    }

    fn learn_features(
        x: &Array2<f64>,
        y: &Array2<f64>,
        (fresh, truth): (&Array2<f64>, &faer::Mat<f64>),
        penalties: &[f64],
    ) -> Result<Vec<Draw>> {
        let spectrum = Spectrum::new(x)?;
        let targets = spectrum.targets(x, y)?;
        let mean_square =
            |inputs: &Array2<f64>, w: &faer::Mat<f64>, truth: &dyn Fn(usize) -> f64| {
                let guess = product(view(inputs)?, w.as_ref(), 1.0);
                let squares = (0..inputs.nrows()).map(|i| (guess[(i, 0)] - truth(i)).powi(2));
                Ok::<f64, Error>(squares.sum::<f64>() / inputs.nrows() as f64)
            };
        let at = |&penalty: &f64| {
            let w = spectrum.weights(x, &targets, penalty)?;
            let risk = mean_square(fresh, &w, &|i| truth[(i, 0)])?;
            let training_error = mean_square(x, &w, &|i| y[(i, 0)])?;
            Ok(Draw { risk, bias: f64::NAN, variance: f64::NAN, training_error })
        };
        penalties.iter().map(at).collect()
    }
}

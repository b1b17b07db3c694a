//! A layer's units given the inputs from the other layer: independent of each other, with weight exp(−U(x) + I x).

use std::f64::consts::TAU;

use crate::ndarray_rand::rand_distr::{Distribution, StandardNormal};
use crate::numeric::gaussian::{ln_two_cosh, sech2};
use crate::numeric::logistic::{ln_two_cosh_sum, sigmoid, softmax, softplus, softplus_sum};
use crate::rand::Rng;
use crate::random::Generator;
use crate::rbm::layer::Layer;
use crate::rbm::truncated;
use crate::rbm::units::Units;
use crate::simd::Width;

impl Layer {
    /// Σ U(x) of a state.
    pub(crate) fn energy(&self, x: &[f64]) -> f64 {
        let linear: f64 = self.b.iter().zip(x).map(|(b, x)| b * x).sum();
        let squares: f64 = self.gamma.iter().zip(x).map(|(gamma, x)| gamma * x * x).sum();
        0.5 * squares - linear
    }

    /// Σ ln ∫dx exp(−U(x) + I x): a sum over x for discrete units.
    pub(crate) fn log_partition(&self, inputs: &[f64]) -> f64 {
        match self.units {
            Units::Binary => softplus_sum(Width::best(), &self.b, inputs),
            Units::Spin => ln_two_cosh_sum(Width::best(), &self.b, inputs),
            _ => (0..self.sites()).map(|site| self.log_partition_of(site, inputs)).sum(),
        }
    }

    /// ln ∫dx exp(−U(x) + I x) of one unit or site.
    #[inline]
    fn log_partition_of(&self, i: usize, inputs: &[f64]) -> f64 {
        match self.units {
            Units::Binary => softplus(self.b[i] + inputs[i]),
            Units::Spin => ln_two_cosh(self.b[i] + inputs[i]),
            Units::Gaussian => {
                let (a, gamma) = (self.b[i] + inputs[i], self.gamma[i]);
                0.5 * (a * a / gamma + (TAU / gamma).ln())
            }
            Units::Relu => {
                let root = self.gamma[i].sqrt();
                truncated::log_partition(-(self.b[i] + inputs[i]) / root) - root.ln()
            }
            Units::Potts { colors } => {
                let (fields, inputs) = self.site(i, colors, inputs);
                let top = highest(fields, inputs);
                let terms = fields.iter().zip(inputs).map(|(b, input)| (b + input - top).exp());
                top + terms.sum::<f64>().ln()
            }
        }
    }

    fn site<'a>(&'a self, i: usize, colors: usize, inputs: &'a [f64]) -> (&'a [f64], &'a [f64]) {
        let columns = i * colors..(i + 1) * colors;
        (&self.b[columns.clone()], &inputs[columns])
    }

    /// ⟨x⟩ of each column.
    pub(crate) fn mean(&self, inputs: &[f64], out: &mut [f64]) {
        let totals = self.b.iter().zip(inputs).map(|(b, input)| b + input);
        match self.units {
            Units::Binary => out.iter_mut().zip(totals).for_each(|(x, a)| *x = sigmoid(a)),
            Units::Spin => out.iter_mut().zip(totals).for_each(|(x, a)| *x = a.tanh()),
            Units::Gaussian => {
                let both = totals.zip(&self.gamma);
                out.iter_mut().zip(both).for_each(|(x, (a, gamma))| *x = a / gamma);
            }
            Units::Relu => {
                let both = totals.zip(&self.gamma);
                out.iter_mut().zip(both).for_each(|(x, (a, gamma))| {
                    let root = gamma.sqrt();
                    *x = truncated::mean(-a / root) / root;
                });
            }
            Units::Potts { colors } => {
                for (i, out) in out.chunks_exact_mut(colors).enumerate() {
                    let (fields, inputs) = self.site(i, colors, inputs);
                    shares(fields, inputs, out);
                }
            }
        }
    }

    /// ⟨x²⟩ − ⟨x⟩² of each column.
    pub(crate) fn variance(&self, inputs: &[f64], out: &mut [f64]) {
        let totals = self.b.iter().zip(inputs).map(|(b, input)| b + input);
        match self.units {
            // σ(1 − σ) and 1 − tanh², with all digits where they are small.
            Units::Binary => {
                out.iter_mut().zip(totals).for_each(|(x, a)| *x = 0.25 * sech2(0.5 * a));
            }
            Units::Spin => out.iter_mut().zip(totals).for_each(|(x, a)| *x = sech2(a)),
            Units::Gaussian => {
                out.iter_mut().zip(&self.gamma).for_each(|(x, gamma)| *x = 1.0 / gamma);
            }
            Units::Relu => {
                let both = totals.zip(&self.gamma);
                out.iter_mut().zip(both).for_each(|(x, (a, gamma))| {
                    *x = truncated::variance(-a / gamma.sqrt()) / gamma;
                });
            }
            Units::Potts { .. } => {
                self.mean(inputs, out);
                for p in out.iter_mut() {
                    *p *= 1.0 - *p;
                }
            }
        }
    }

    /// A state drawn from the weights exp(−U(x) + I x).
    pub(crate) fn sample(&self, inputs: &[f64], generator: &mut Generator, out: &mut [f64]) {
        let totals = self.b.iter().zip(inputs).map(|(b, input)| b + input);
        match self.units {
            Units::Binary => out.iter_mut().zip(totals).for_each(|(x, a)| {
                *x = f64::from(u8::from(generator.random::<f64>() < sigmoid(a)));
            }),
            Units::Spin => out.iter_mut().zip(totals).for_each(|(x, a)| {
                *x = if generator.random::<f64>() < sigmoid(2.0 * a) { 1.0 } else { -1.0 };
            }),
            Units::Gaussian => {
                let both = totals.zip(&self.gamma);
                out.iter_mut().zip(both).for_each(|(x, (a, gamma))| {
                    let noise: f64 = StandardNormal.sample(generator);
                    *x = a / gamma + noise / gamma.sqrt();
                });
            }
            Units::Relu => {
                let both = totals.zip(&self.gamma);
                out.iter_mut().zip(both).for_each(|(x, (a, gamma))| {
                    let root = gamma.sqrt();
                    *x = truncated::sample(-a / root, generator) / root;
                });
            }
            Units::Potts { colors } => {
                for (i, out) in out.chunks_exact_mut(colors).enumerate() {
                    let (fields, inputs) = self.site(i, colors, inputs);
                    shares(fields, inputs, out);
                    let color = drawn(out, generator.random());
                    out.fill(0.0);
                    out[color] = 1.0;
                }
            }
        }
    }
}

fn highest(fields: &[f64], inputs: &[f64]) -> f64 {
    fields.iter().zip(inputs).fold(f64::NEG_INFINITY, |top, (b, input)| top.max(b + input))
}

/// The probabilities of the states of one Potts unit.
fn shares(fields: &[f64], inputs: &[f64], out: &mut [f64]) {
    for ((p, b), input) in out.iter_mut().zip(fields).zip(inputs) {
        *p = b + input;
    }
    softmax(out);
}

/// The index that a uniform number in [0, 1) falls on.
fn drawn(probabilities: &[f64], uniform: f64) -> usize {
    let mut left = uniform;
    for (k, p) in probabilities.iter().enumerate() {
        left -= p;
        if left < 0.0 {
            return k;
        }
    }
    // Rounding left a remainder: the last that is possible at all.
    probabilities.iter().rposition(|p| *p > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::Array1;
    use crate::numeric::quadrature::DoubleExponential;
    use crate::random::Seed;

    /// Inputs from small to far beyond what `exp` can take.
    const INPUTS: [f64; 9] = [-2e3, -40.0, -3.0, -0.2, 0.0, 0.7, 5.0, 300.0, 2e3];

    fn layer(units: Units, sites: usize) -> Layer {
        let layer = Layer::new(units, sites).unwrap();
        let b: Array1<f64> = (0..layer.len()).map(|i| 0.3 * (i as f64 - 2.0)).collect();
        let layer = layer.fields(&b).unwrap();
        if !units.has_precisions() {
            return layer;
        }
        let gamma: Array1<f64> = (0..layer.len()).map(|i| 0.5 + 0.7 * i as f64).collect();
        layer.precisions(&gamma).unwrap()
    }

    /// ln Z, mean and variance of a list of values with their log-weights.
    fn by_sum(values: &[(f64, f64)]) -> (f64, f64, f64) {
        let top = values.iter().map(|(_, w)| *w).fold(f64::NEG_INFINITY, f64::max);
        let z: f64 = values.iter().map(|(_, w)| (w - top).exp()).sum();
        let mean = values.iter().map(|(x, w)| x * (w - top).exp()).sum::<f64>() / z;
        let square = |(x, w): &(f64, f64)| (x - mean).powi(2) * (w - top).exp();
        (top + z.ln(), mean, values.iter().map(square).sum::<f64>() / z)
    }

    /// The same of a continuous unit, by quadrature within ±40 standard deviations of the peak.
    fn by_quadrature(a: f64, gamma: f64, from_zero: bool) -> (f64, f64, f64) {
        let (peak, width) = (a / gamma, 1.0 / gamma.sqrt());
        let low = if from_zero { (peak - 40.0 * width).max(0.0) } else { peak - 40.0 * width };
        // Below 0 the weight falls at the rate |a| from 0 on.
        let reach =
            if from_zero && peak < 0.0 { (40.0 * width).min(60.0 / -a) } else { 80.0 * width };
        let rule = DoubleExponential::new(800);
        let values: Vec<(f64, f64)> = rule
            .nodes(reach)
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(y, weight)| {
                let x = low + y;
                (x, a * x - 0.5 * gamma * x * x + (weight * rule.step).ln())
            })
            .collect();
        by_sum(&values)
    }

    #[test]
    fn partitions_means_and_variances_are_those_of_sums_and_integrals() {
        for units in [Units::Binary, Units::Spin, Units::Gaussian, Units::Relu] {
            let layer = layer(units, INPUTS.len());
            let n = layer.len();
            let (mut mean, mut variance) = (vec![0.0; n], vec![0.0; n]);
            let ln_z: Vec<f64> = (0..n).map(|i| layer.log_partition_of(i, &INPUTS)).collect();
            layer.mean(&INPUTS, &mut mean);
            layer.variance(&INPUTS, &mut variance);
            for i in 0..n {
                let a = layer.b[i] + INPUTS[i];
                let expected = match units {
                    Units::Binary => by_sum(&[(0.0, 0.0), (1.0, a)]),
                    Units::Spin => by_sum(&[(-1.0, -a), (1.0, a)]),
                    _ => by_quadrature(a, layer.gamma[i], units == Units::Relu),
                };
                let near =
                    |x: f64, y: f64, digits: f64| (x - y).abs() <= digits * (1e-300 + y.abs());
                assert!(near(ln_z[i], expected.0, 1e-12) || (ln_z[i] - expected.0).abs() < 1e-12);
                assert!(
                    near(mean[i], expected.1, 1e-11),
                    "{units:?} mean at {a}: {} {}",
                    mean[i],
                    expected.1
                );
                let wide = near(variance[i], expected.2, 1e-8) || expected.2 < 1e-15;
                assert!(wide, "{units:?} variance at {a}: {} {}", variance[i], expected.2);
            }
            let sum = layer.log_partition(&INPUTS);
            assert!((sum - ln_z.iter().sum::<f64>()).abs() <= 1e-12 * sum.abs());
        }
    }

    #[test]
    fn colours_are_those_of_sums() {
        let layer = layer(Units::Potts { colors: 3 }, 3);
        let (mut mean, mut variance) = ([0.0; 9], [0.0; 9]);
        let ln_z: Vec<f64> = (0..3).map(|site| layer.log_partition_of(site, &INPUTS)).collect();
        layer.mean(&INPUTS, &mut mean);
        layer.variance(&INPUTS, &mut variance);
        for site in 0..3 {
            let weights: Vec<f64> =
                (0..3).map(|c| layer.b[3 * site + c] + INPUTS[3 * site + c]).collect();
            for c in 0..3 {
                let is_c = |d: usize| f64::from(u8::from(c == d));
                let values: Vec<_> = (0..3).map(|d| (is_c(d), weights[d])).collect();
                let expected = by_sum(&values);
                assert!((ln_z[site] - expected.0).abs() < 1e-12 * expected.0.abs().max(1.0));
                assert!((mean[3 * site + c] - expected.1).abs() < 1e-14);
                assert!((variance[3 * site + c] - expected.2).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn draws_have_the_means_and_variances() {
        let draws = 40_000;
        let inputs = [-3.0, -0.4, 0.0, 0.2, 1.0, 2.5];
        let kinds = [Units::Binary, Units::Spin, Units::Gaussian, Units::Relu];
        for (k, units) in kinds.into_iter().chain([Units::Potts { colors: 3 }]).enumerate() {
            let layer = layer(units, 6 / units.columns_per_site());
            let mut generator = Seed::new(11).child(k as u64).generator();
            let (mut x, mut sums, mut squares) = ([0.0; 6], [0.0; 6], [0.0; 6]);
            for _ in 0..draws {
                layer.sample(&inputs, &mut generator, &mut x);
                layer.allows("x", &x).unwrap();
                for i in 0..6 {
                    sums[i] += x[i];
                    squares[i] += x[i] * x[i];
                }
            }
            let (mut mean, mut variance) = ([0.0; 6], [0.0; 6]);
            layer.mean(&inputs, &mut mean);
            layer.variance(&inputs, &mut variance);
            let n = f64::from(draws);
            for i in 0..6 {
                let sigma = (variance[i] / n).sqrt();
                assert!((sums[i] / n - mean[i]).abs() < 4.0 * sigma, "{units:?} {i}");
                let measured = squares[i] / n - (sums[i] / n).powi(2);
                // The standard deviation of a squared deviation: at most √8 variances, or for two values twice the distance from their mean.
                let sigma = (variance[i] * 8_f64.sqrt()).max(2.0 * variance[i].sqrt()) / n.sqrt();
                assert!((measured - variance[i]).abs() < 4.0 * sigma, "{units:?} {i}");
            }
        }
    }

    #[test]
    fn energies_are_those_by_hand() {
        let gaussian = layer(Units::Gaussian, 2);
        let expected = 0.5 * 0.5 * 4.0 + 0.6 * 2.0 + 0.5 * 1.2 * 9.0 - 0.3 * 3.0;
        assert!((gaussian.energy(&[2.0, -3.0]) - expected).abs() < 1e-14);
        assert_eq!(layer(Units::Spin, 2).energy(&[1.0, -1.0]), 0.6 - 0.3);
    }

    #[test]
    fn values_that_units_do_not_take_are_named() {
        let refused = |units, x: &[f64]| layer(units, 2).allows("x", x).unwrap_err().to_string();
        assert!(refused(Units::Binary, &[1.0, 0.5]).contains("0.5 (column 1)"));
        assert!(refused(Units::Binary, &[f64::NAN, 0.0]).contains("NaN"));
        assert!(refused(Units::Spin, &[1.0, 0.0]).contains("−1 or +1"));
        assert!(refused(Units::Gaussian, &[1.0, f64::INFINITY]).contains("inf"));
        assert!(refused(Units::Relu, &[-1e-9, 1.0]).contains("from 0"));
        let potts = Units::Potts { colors: 2 };
        assert!(refused(potts, &[0.0, 1.0, 1.0, 1.0]).contains("one 1 among"));
        assert!(refused(potts, &[0.0, 1.0, 0.0, 0.0]).contains("column 2"));
        assert!(refused(Units::Spin, &[1.0]).contains("[2], as its layer"));
    }
}

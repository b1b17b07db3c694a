//! Couplings and fields as integer multiples of one quantum of energy, where they are.

use crate::spin::PairModel;

/// Local fields beyond this many quanta are treated as real numbers: a table of that size would leave the cache.
const MAX_LOCAL: f64 = 65_536.0;

/// A model's couplings and fields in units of `unit`.
///
/// If all are integer multiples of one quantum, local fields and energies in these units are integers, which f64 adds without
/// rounding: acceptance probabilities come from a table and energies from a histogram. Otherwise `unit` is 1.
#[derive(Clone, Debug)]
pub(crate) struct Quanta {
    pub unit: f64,
    /// Parallel to the stored couplings.
    pub couplings: Vec<f64>,
    pub fields: Vec<f64>,
    /// The largest |h_i + Σ_j J_ij s_j| in units, where all are integers.
    pub max_local: Option<usize>,
}

impl Quanta {
    pub fn of(model: &PairModel) -> Self {
        let couplings = model.couplings().values();
        let fields = model.fields();
        let whole = common_unit(couplings.iter().chain(fields).map(|value| value.abs()));
        let unit = whole.unwrap_or(1.0);
        let scale = |values: &[f64]| -> Vec<f64> {
            let scaled = values.iter().map(|value| value / unit);
            if whole.is_some() { scaled.map(f64::round).collect() } else { scaled.collect() }
        };
        let mut quanta =
            Self { unit, couplings: scale(couplings), fields: scale(fields), max_local: None };
        let max_local = (0..model.n_spins())
            .map(|i| {
                let row = &quanta.couplings[model.couplings().entries(i)];
                quanta.fields[i].abs() + row.iter().map(|value| value.abs()).sum::<f64>()
            })
            .fold(0.0, f64::max);
        if whole.is_some() && max_local <= MAX_LOCAL {
            quanta.max_local = Some(max_local as usize);
        }
        quanta
    }

    /// Σ_{i<j} |J_ij| + Σ |h_i|, in units: no energy lies further from 0.
    pub fn largest_energy(&self) -> f64 {
        let sum = |values: &[f64]| values.iter().map(|value| value.abs()).sum::<f64>();
        0.5 * sum(&self.couplings) + sum(&self.fields)
    }
}

/// The largest number that divides all values to within rounding; none where it would be tiny beside the largest value.
fn common_unit(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let largest = values.clone().fold(0.0, f64::max);
    if largest == 0.0 {
        return Some(1.0);
    }
    let resolution = 1e-9 * largest;
    let mut unit = largest;
    for value in values.clone() {
        unit = divisor(unit, value, resolution);
        if unit < largest / MAX_LOCAL {
            return None;
        }
    }
    // Euclid's remainders carry rounding errors; the largest value as a whole number of units does not.
    let unit = largest / (largest / unit).round();
    let whole = |value: f64| {
        let count = (value / unit).round();
        // A value that is tiny beside the unit would round to nothing.
        (count > 0.0 || value == 0.0) && (value - count * unit).abs() <= 1e-13 * largest
    };
    values.clone().all(whole).then_some(unit)
}

fn divisor(mut a: f64, mut b: f64, resolution: f64) -> f64 {
    while b > resolution {
        let remainder = a % b;
        a = b;
        // A remainder just below the divisor is a rounding error below zero.
        b = if remainder > a - resolution { 0.0 } else { remainder };
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_divide_all_values() {
        let unit = |values: &[f64]| common_unit(values.iter().copied());
        assert_eq!(unit(&[1.0, 2.0, 0.0]), Some(1.0));
        assert_eq!(unit(&[0.0]), Some(1.0));
        assert!((unit(&[1.0, 0.3]).unwrap() - 0.1).abs() < 1e-14);
        assert!((unit(&[1.0, 1.0 / 3.0]).unwrap() - 1.0 / 3.0).abs() < 1e-14);
        assert_eq!(unit(&[1e-3, 3e-3]), Some(1e-3));
        assert_eq!(unit(&[1.0, std::f64::consts::SQRT_2]), None);
        assert_eq!(unit(&[1.0, 1e-7]), None);
        assert_eq!(unit(&[1.0, 1e-14, 2.0]), None);
        assert_eq!(unit(&[1.0, 1e-300]), None);
    }
}

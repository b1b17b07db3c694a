//! Mean and variance of the energy, and with them ln Z.

use super::contract::{DIGITS, LANES, Row};
use super::orders::{Orders, PartialOrders, contract_orders};
use super::outer::{Block, Visit};
use super::split::Split;
use super::weight::{Scale, Scaled, largest_scale, ln_copies};
use crate::simd::Width;

/// Weights of the inner block times powers 0 to 2 of its energy over T.
pub(super) fn energy_tables(split: &Split, weights: &[Row]) -> Orders {
    let times = |table: &[Row]| -> Vec<Row> {
        let rows = table.iter().zip(&split.energies);
        rows.map(|(w, x)| std::array::from_fn(|lane| w[lane] * x[lane])).collect()
    };
    let first = times(weights);
    let second = times(&first);
    [weights.to_vec(), first, second]
}

/// A weighted mean and variance, merged without cancellation (T. F. Chan, G. H. Golub and R. J. LeVeque, Am. Stat. 37, 242 (1983)).
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    weight: f64,
    mean: f64,
    /// Σ w (x − mean)².
    squares: f64,
}

impl Spread {
    const NONE: Self = Self { weight: 0.0, mean: 0.0, squares: 0.0 };

    fn merge(&mut self, other: &Self) {
        let weight = self.weight + other.weight;
        if other.weight > 0.0 && weight > 0.0 {
            let (step, share) = (other.mean - self.mean, other.weight / weight);
            self.mean += step * share;
            self.squares += other.squares + step * step * self.weight * share;
            self.weight = weight;
        }
    }

    /// Multiplies weights by a factor and moves the origin of x down by `shift`.
    fn rescale(&mut self, factor: f64, shift: f64) {
        if factor != 1.0 {
            self.weight *= factor;
            self.squares *= factor;
            self.mean = if self.weight > 0.0 { self.mean + shift } else { 0.0 };
        }
    }
}

/// Sums weights, energies and their squares.
///
/// The mean is that of E/T above −`scale`, which at low temperature is small beside E/T.
#[derive(Debug)]
pub(super) struct Energies<'a> {
    width: Width,
    tables: &'a Orders,
    floor: f64,
    partial: PartialOrders,
    scale: Scale,
    spread: Spread,
}

impl<'a> Energies<'a> {
    pub fn new(width: Width, tables: &'a Orders, floor: f64) -> Self {
        Self {
            width,
            tables,
            floor,
            partial: PartialOrders::NEW,
            scale: Scale::NONE,
            spread: Spread::NONE,
        }
    }
}

impl Visit for Energies<'_> {
    type Sum = Scaled<Spread>;

    fn block(&mut self, block: &Block, _: u64) {
        let old = self.scale.0;
        let factor = self.scale.rise(&block.log_weights);
        self.spread.rescale(factor, self.scale.0 - old);
        let mut spread = Spread::NONE;
        for (k, log_weight) in block.log_weights.iter().enumerate() {
            if *log_weight < self.floor {
                continue;
            }
            let zeroth = block.factors(k);
            let costs = block.costs(k, |field, spin| (field.abs() - spin * field).max(0.0));
            let (mut first, mut second) = (zeroth, zeroth);
            for digit in 0..DIGITS {
                for q in 0..LANES {
                    first[digit][q] *= costs[digit][q];
                    second[digit][q] = first[digit][q] * costs[digit][q];
                }
            }
            let factors = [zeroth, first, second];
            let [s0, s1, s2] =
                contract_orders(self.width, self.tables, &factors, &mut self.partial);
            let height = log_weight - self.scale.0;
            let (weight, excitation) = (height.exp() * s0, s1 / s0);
            let variance = (s2 / s0 - excitation * excitation).max(0.0);
            let mean = excitation - height;
            spread.merge(&Spread { weight, mean, squares: weight * variance });
        }
        self.spread.merge(&spread);
    }

    fn finish(self) -> Scaled<Spread> {
        Scaled { log_scale: self.scale.0, sum: self.spread }
    }
}

/// ln Z and moments of E/T.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnergyMoments {
    pub ln_z: f64,
    /// ⟨E⟩/T.
    pub mean: f64,
    /// (⟨E²⟩ − ⟨E⟩²)/T², the heat capacity.
    pub variance: f64,
    /// ln Z + ⟨E⟩/T.
    pub entropy: f64,
}

pub(super) fn energy_moments(split: &Split, parts: &[Scaled<Spread>]) -> EnergyMoments {
    let scale = largest_scale(parts);
    let mut all = Spread::NONE;
    for part in parts {
        let mut spread = part.sum;
        spread.rescale((part.log_scale - scale).exp(), scale - part.log_scale);
        all.merge(&spread);
    }
    let ln_weight = all.weight.ln() + ln_copies(split);
    EnergyMoments {
        ln_z: scale + ln_weight,
        mean: all.mean - scale,
        variance: all.squares / all.weight,
        entropy: all.mean + ln_weight,
    }
}

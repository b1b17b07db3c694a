//! ln Z as a sum over the states of one layer, with the other summed unit by unit: Z = Σ_x e^{b·x} Π_i z_i(x).
//!
//! The states are the leaves of a tree with a level for each site. Along its branches go the numbers that make up the factors: e^{θ_i} for units with
//! two values or colours, θ_i for Gaussian ones, each multiplied (added to) by what a site's value contributes. So each is the product of at most as
//! many factors as there are sites, and a level costs half of the one below it. The last sites are not branches but [`LANES`] states side by side,
//! for which the factors 1 + e^{θ_i} are multiplied up with no exponential at all; powers of two are split off before they overflow.

use std::f64::consts::{LN_2, TAU};

use crate::ndarray::Array2;
use crate::rbm::kernel::{LANES, add_squares, multiply, multiply_sums, power_of_two, rescale};
use crate::rbm::layer::Layer;
use crate::rbm::units::Units;
use crate::simd::Width;

/// Logarithms of factors between two rescalings add up to less than this: e^650 does not overflow.
const BETWEEN: f64 = 650.0;

/// States of one piece of work.
const PIECE: f64 = 262_144.0;

/// Σ e^x of numbers x that come one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogSum {
    top: f64,
    sum: f64,
}

impl LogSum {
    pub fn new() -> Self {
        Self { top: f64::NEG_INFINITY, sum: 0.0 }
    }

    pub fn add(&mut self, x: f64) {
        if x > self.top {
            self.sum = self.sum * (self.top - x).exp() + 1.0;
            self.top = x;
        } else {
            self.sum += (x - self.top).exp();
        }
    }

    pub fn value(self) -> f64 {
        self.top + self.sum.ln()
    }

    /// Of sums that are logarithms themselves.
    pub fn of(parts: impl Iterator<Item = f64>) -> f64 {
        let mut sum = Self::new();
        parts.for_each(|x| sum.add(x));
        sum.value()
    }
}

/// What is passed along the branches.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// e^θ, 1 + e^θ being the factor of a unit, or for spins e^{2θ} with e^{−θ} kept apart.
    Factors,
    /// e^θ of each colour, summed over those of a site.
    Colors(usize),
    /// θ/√(2γ), whose squares add up in the exponent.
    Squares,
}

/// A prepared sum.
#[derive(Clone, Debug)]
pub(super) struct StateSum {
    kind: Kind,
    /// Values of a site.
    options: usize,
    /// Sites that split the sum into pieces, and those that are branches at all; the rest are lanes.
    split: usize,
    branches: usize,
    columns: usize,
    /// θ with every site at its first value, scaled.
    base: Vec<f64>,
    /// What another value of a branch's site contributes: differences of θ, and their exponentials where these are passed on.
    steps: Vec<Vec<f64>>,
    factors: Vec<Vec<f64>>,
    /// What each value of a branch's site adds to ln of the weight.
    site_weights: Vec<Vec<f64>>,
    constant: f64,
    /// Of the lanes: what they add to θ (its exponential), and to ln of the weight.
    table: Vec<f64>,
    lanes: usize,
    lane_weights: [f64; LANES],
    /// e^weight of each lane as a number near 1 and a power of two.
    lane_products: [f64; LANES],
    lane_exponents: [i64; LANES],
    /// Columns after which products are rescaled.
    groups: Vec<usize>,
    width: Width,
}

impl StateSum {
    /// The sum over the states of `summed`, if `other` has units that it is made for and no single factor overflows; `rows` are the weights, summed × other.
    pub fn new(summed: &Layer, other: &Layer, rows: &Array2<f64>) -> Option<Self> {
        let (options, sites, columns) = (summed.options()?, summed.sites(), other.len());
        let kind = match other.units {
            Units::Binary | Units::Spin => Kind::Factors,
            Units::Potts { colors } => Kind::Colors(colors),
            Units::Gaussian => Kind::Squares,
            Units::Relu => return None,
        };
        let scale = |column: usize| match other.units {
            Units::Spin => 2.0,
            Units::Gaussian => (0.5 / other.gamma[column]).sqrt(),
            _ => 1.0,
        };
        let slice = rows.as_slice()?;
        let row = |column: usize| &slice[column * columns..(column + 1) * columns];
        // What each value of each site contributes to θ, scaled, and to ln of the weight.
        let contribution = |site: usize, option: usize| {
            let mut inputs = vec![0.0; columns];
            summed.add_inputs(site, option, row, &mut inputs);
            let apart = if other.units == Units::Spin { inputs.iter().sum() } else { 0.0 };
            inputs.iter_mut().enumerate().for_each(|(i, input)| *input *= scale(i));
            (inputs, summed.field_term(site, option) - apart)
        };
        let mut base: Vec<f64> = other.b.iter().enumerate().map(|(i, b)| b * scale(i)).collect();
        let mut reach: Vec<f64> = base.iter().map(|theta| theta.abs()).collect();
        let (mut steps, mut weights) = (Vec::new(), Vec::new());
        for site in 0..sites {
            let (first, weight) = contribution(site, 0);
            let mut most: Vec<f64> = first.iter().map(|x| x.abs()).collect();
            let mut site_weights = vec![weight];
            for option in 1..options {
                let (inputs, weight) = contribution(site, option);
                most.iter_mut().zip(&inputs).for_each(|(most, x)| *most = most.max(x.abs()));
                steps.push(inputs.iter().zip(&first).map(|(x, first)| x - first).collect());
                site_weights.push(weight);
            }
            base.iter_mut().zip(&first).for_each(|(base, x)| *base += x);
            // A step may be as long as twice the longest contribution.
            reach.iter_mut().zip(&most).for_each(|(reach, x)| *reach += 2.0 * x);
            weights.push(site_weights);
        }
        let groups = if kind == Kind::Squares { vec![columns] } else { groups(other, &reach)? };
        let constant = match other.units {
            Units::Spin => -other.b.iter().sum::<f64>(),
            Units::Gaussian => other.gamma.iter().map(|gamma| 0.5 * (TAU / gamma).ln()).sum(),
            _ => 0.0,
        };
        let in_lanes = sites_within(options, LANES as f64).min(sites);
        let branches = sites - in_lanes;
        let pieces = ((options as f64).powf(sites as f64) / PIECE).max(64.0);
        let split = sites_within(options, pieces).min(branches);
        let lane_steps: Vec<Vec<f64>> = steps.split_off(branches * (options - 1));
        let lane_sites: Vec<Vec<f64>> = weights.split_off(branches);
        let (table, lanes, lane_weights) =
            lane_table(kind, options, columns, &lane_steps, &lane_sites);
        let exponentials = |step: &Vec<f64>| step.iter().map(|x| x.exp()).collect();
        let factors = if kind == Kind::Squares {
            steps.clone()
        } else {
            steps.iter().map(exponentials).collect()
        };
        let powers = lane_weights.map(|weight| (weight / LN_2).round());
        let mut lane_products = lane_weights;
        lane_products.iter_mut().zip(&powers).for_each(|(x, k)| *x = (*x - k * LN_2).exp());
        let site_weights = weights;
        Some(Self {
            kind,
            options,
            split,
            branches,
            columns,
            base,
            steps,
            factors,
            site_weights,
            constant,
            table,
            lanes,
            lane_weights,
            lane_products,
            lane_exponents: powers.map(|k| k as i64),
            groups,
            width: Width::best(),
        })
    }

    /// The pieces that the sum falls into.
    pub fn pieces(&self) -> usize {
        self.options.pow(self.split as u32)
    }

    /// ln of the sum over the states of one piece.
    pub fn piece(&self, index: usize) -> f64 {
        let (mut theta, mut weight) = (self.base.clone(), self.constant);
        let mut rest = index;
        for site in (0..self.split).rev() {
            let option = rest % self.options;
            rest /= self.options;
            weight += self.site_weights[site][option];
            if option > 0 {
                let step = &self.steps[site * (self.options - 1) + option - 1];
                theta.iter_mut().zip(step).for_each(|(theta, step)| *theta += step);
            }
        }
        if self.kind != Kind::Squares {
            for theta in &mut theta {
                *theta = theta.exp();
            }
        }
        let mut path = vec![vec![0.0; self.columns]; self.branches - self.split + 1];
        path[0] = theta;
        let mut sum = LogSum::new();
        self.descend(self.split, &mut path, weight, &mut sum);
        sum.value()
    }

    /// All states below a branch; the first of `path` are the numbers at its start.
    fn descend(&self, site: usize, path: &mut [Vec<f64>], weight: f64, sum: &mut LogSum) {
        let Some((here, below)) = path.split_first_mut() else { return };
        let Some(next) = below.first_mut() else {
            match self.kind {
                Kind::Squares => self.add_squares(here, weight, sum),
                _ => sum.add(weight + self.product(here)),
            }
            return;
        };
        next.copy_from_slice(here);
        self.descend(site + 1, below, weight + self.site_weights[site][0], sum);
        for option in 1..self.options {
            let factor = &self.factors[site * (self.options - 1) + option - 1];
            let all = below[0].iter_mut().zip(here.iter().zip(factor));
            if self.kind == Kind::Squares {
                all.for_each(|(next, (here, step))| *next = here + step);
            } else {
                all.for_each(|(next, (here, factor))| *next = here * factor);
            }
            self.descend(site + 1, below, weight + self.site_weights[site][option], sum);
        }
    }

    /// ln of the lanes' weights, added up.
    fn product(&self, z: &[f64]) -> f64 {
        let (mut products, mut exponents) = (self.lane_products, self.lane_exponents);
        let mut start = 0;
        for &end in &self.groups {
            let (z, table) = (&z[start..end], &self.table[start * LANES..end * LANES]);
            if let Kind::Colors(colors) = self.kind {
                multiply_sums(self.width, z, table, colors, &mut products);
            } else {
                multiply(self.width, z, table, &mut products);
            }
            rescale(&mut products, &mut exponents);
            start = end;
        }
        let (products, exponents) = (&products[..self.lanes], &exponents[..self.lanes]);
        let top = exponents.iter().copied().max().unwrap_or_default();
        let both = products.iter().zip(exponents);
        let sum: f64 = both.map(|(p, k)| p * power_of_two(k.wrapping_sub(top))).sum();
        sum.ln() + top as f64 * LN_2
    }

    fn add_squares(&self, theta: &[f64], weight: f64, sum: &mut LogSum) {
        let mut squares = self.lane_weights;
        add_squares(self.width, theta, &self.table, &mut squares);
        squares[..self.lanes].iter().for_each(|x| sum.add(weight + x));
    }
}

/// How many sites have at most so many states.
fn sites_within(options: usize, states: f64) -> usize {
    let mut sites = 0;
    let mut count = options as f64;
    while count <= states {
        sites += 1;
        count *= options as f64;
    }
    sites
}

/// Ends of groups of columns whose factors together do not overflow; none if a single one may. `reach` bounds |θ|.
fn groups(other: &Layer, reach: &[f64]) -> Option<Vec<usize>> {
    let per_site = other.units.columns_per_site();
    let (mut ends, mut total) = (Vec::new(), 0.0);
    for (site, reach) in reach.chunks_exact(per_site).enumerate() {
        // ln of Σ e^θ over the values of a site, one of which may be 0.
        let most =
            reach.iter().fold(0.0_f64, |most, x| most.max(*x)) + (per_site as f64 + 1.0).ln();
        if !(most < BETWEEN) {
            return None;
        }
        if total + most > BETWEEN {
            ends.push(site * per_site);
            total = 0.0;
        }
        total += most;
    }
    ends.push(reach.len());
    Some(ends)
}

/// What the lanes contribute to each column, the number of lanes, and ln of their weights. Lanes without a state repeat the first.
fn lane_table(
    kind: Kind,
    options: usize,
    columns: usize,
    steps: &[Vec<f64>],
    weights: &[Vec<f64>],
) -> (Vec<f64>, usize, [f64; LANES]) {
    let lanes = options.pow(weights.len() as u32);
    let (mut table, mut lane_weights) = (vec![0.0; columns * LANES], [0.0; LANES]);
    for lane in 0..LANES {
        let mut rest = if lane < lanes { lane } else { 0 };
        for site in (0..weights.len()).rev() {
            let option = rest % options;
            rest /= options;
            lane_weights[lane] += weights[site][option];
            if option > 0 {
                let step = &steps[site * (options - 1) + option - 1];
                step.iter().enumerate().for_each(|(i, x)| table[i * LANES + lane] += x);
            }
        }
    }
    if kind != Kind::Squares {
        for x in &mut table {
            *x = x.exp();
        }
    }
    (table, lanes, lane_weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbm::kernel::split;

    #[test]
    fn powers_of_two_are_split_off_and_put_back() {
        for value in [1.0, 1.999, 3.5e-200, 7.25e200] {
            let (mantissa, power) = split(value);
            assert!((1.0..2.0).contains(&mantissa));
            assert!((mantissa.ln() + power as f64 * LN_2 - f64::ln(value)).abs() < 1e-12);
        }
        assert_eq!(power_of_two(-3), 0.125);
        assert_eq!(power_of_two(-2000), 0.0);
    }

    #[test]
    fn sums_of_exponentials_keep_their_digits_in_any_order() {
        let direct = 1e3 + (1.0 + (-1_f64).exp() + (-40_f64).exp()).ln();
        assert!((LogSum::of([1e3, 999.0, 960.0].into_iter()) - direct).abs() < 1e-12);
        assert!((LogSum::of([960.0, 999.0, 1e3].into_iter()) - direct).abs() < 1e-12);
    }
}

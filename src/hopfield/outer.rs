//! Couplings that are a sum over patterns, kept as the patterns: J_ij = a Σ_μ (ξ_i^μ − b)(ξ_j^μ − b).
//!
//! The state of the dynamics are the P whole numbers M_μ = Σ_j ξ_j^μ s_j: a unit's field costs P multiplications of small integers, a flip P
//! additions, and both are exact. Nothing of size N² is ever made.

use crate::hopfield::noise::Noise;
use crate::ndarray::Array2;
use crate::simd::{Width, widths};

/// Rows are padded to a multiple of this many bytes, so that vectors divide them.
const LANES: usize = 64;

/// The patterns transposed, one row of P bytes for each unit.
#[derive(Clone, Debug)]
pub(super) struct Outer {
    pub size: usize,
    pub count: usize,
    stride: usize,
    rows: Vec<i8>,
    /// Σ_μ ξ_i^μ for each unit.
    sums: Vec<i32>,
    /// b, which is taken off each entry.
    pub mean: f64,
    /// a, by which the sum is multiplied.
    pub scale: f64,
}

impl Outer {
    pub fn new(patterns: &Array2<i8>, mean: f64, scale: f64) -> Self {
        let (count, size) = patterns.dim();
        let stride = count.next_multiple_of(LANES);
        let mut rows = vec![0; size * stride];
        // Block by block, so that the rows written to stay in the cache.
        for (block, rows) in rows.chunks_mut(LANES * stride).enumerate() {
            let units = block * LANES..size.min((block + 1) * LANES);
            for (mu, pattern) in patterns.rows().into_iter().enumerate() {
                for (row, i) in rows.chunks_exact_mut(stride).zip(units.clone()) {
                    row[mu] = pattern[i];
                }
            }
        }
        let sum = |row: &[i8]| row.iter().map(|&x| i32::from(x)).sum();
        let sums = rows.chunks_exact(stride).map(sum).collect();
        Self { size, count, stride, rows, sums, mean, scale }
    }

    #[inline(always)]
    fn row(&self, i: usize) -> &[i8] {
        &self.rows[i * self.stride..(i + 1) * self.stride]
    }

    /// J_ij for all j, the diagonal included.
    pub fn couplings_of(&self, i: usize, out: &mut [f64]) {
        couplings_of(Width::best(), self, i, out);
    }

    /// J_ii / a = P(1 + b²) − 2b Σ_μ ξ_i^μ.
    #[inline(always)]
    fn inner_own(&self, i: usize) -> f64 {
        let count = self.count as f64;
        count + self.mean * (self.mean * count - 2.0 * f64::from(self.sums[i]))
    }

    /// Σ_j J_ij s_j without j = i, or with it, from Σ_μ ξ_i^μ M_μ.
    #[inline(always)]
    fn field(&self, i: usize, sum: i32, spin: i8, totals: Totals, diagonal: bool) -> f64 {
        let spin = f64::from(spin);
        let mut inner = f64::from(sum);
        if self.mean != 0.0 {
            let (overlaps, spins) = (totals.overlaps as f64, totals.spins as f64);
            let rest = self.mean * self.count as f64 - f64::from(self.sums[i]);
            inner += self.mean * (spins * rest - overlaps);
        }
        if !diagonal {
            inner -= self.inner_own(i) * spin;
        }
        inner * self.scale
    }
}

/// Sums that the constant b multiplies.
#[derive(Clone, Copy, Debug)]
struct Totals {
    /// Σ_μ M_μ.
    overlaps: i64,
    /// Σ_j s_j.
    spins: i64,
}

/// The numbers M_μ, in 16 bits where N allows.
#[derive(Clone, Debug)]
enum Overlaps {
    Short(Vec<i16>),
    Long(Vec<i32>),
}

/// A state with its overlaps.
#[derive(Clone, Debug)]
pub(super) struct OuterRun<'a> {
    weights: &'a Outer,
    /// External fields; none is zero for all.
    fields: &'a [f64],
    diagonal: bool,
    overlaps: Overlaps,
    totals: Totals,
    pub state: Vec<i8>,
}

impl<'a> OuterRun<'a> {
    pub fn new(weights: &'a Outer, fields: &'a [f64], diagonal: bool, state: Vec<i8>) -> Self {
        let mut long = vec![0_i32; weights.stride];
        for (i, &spin) in state.iter().enumerate() {
            add_long(Width::best(), &mut long, weights.row(i), i32::from(spin));
        }
        let totals = Totals {
            overlaps: long.iter().map(|&m| i64::from(m)).sum(),
            spins: state.iter().map(|&s| i64::from(s)).sum(),
        };
        let overlaps = if i16::try_from(weights.size).is_ok() {
            Overlaps::Short(long.into_iter().map(|m| m as i16).collect())
        } else {
            Overlaps::Long(long)
        };
        Self { weights, fields, diagonal, overlaps, totals, state }
    }

    /// Each unit of `order` in turn; how many flipped.
    pub fn sweep(&mut self, order: &[u32], noise: &mut Noise) -> usize {
        let Self { weights, fields, diagonal, overlaps, totals, state } = self;
        let width = Width::best();
        match overlaps {
            Overlaps::Short(m) => {
                sweep_short(width, weights, fields, *diagonal, m, totals, state, order, noise)
            }
            Overlaps::Long(m) => {
                sweep_long(width, weights, fields, *diagonal, m, totals, state, order, noise)
            }
        }
    }

    /// The field on each unit.
    pub fn local_fields(&self) -> Vec<f64> {
        let mut sums = vec![0; self.weights.size];
        match &self.overlaps {
            Overlaps::Short(m) => sums_short(Width::best(), self.weights, m, &mut sums),
            Overlaps::Long(m) => sums_long(Width::best(), self.weights, m, &mut sums),
        }
        let local = |(i, sum): (usize, i32)| {
            let external = self.fields.get(i).copied().unwrap_or(0.0);
            self.weights.field(i, sum, self.state[i], self.totals, self.diagonal) + external
        };
        sums.into_iter().enumerate().map(local).collect()
    }

    pub fn flip(&mut self, i: usize) {
        self.state[i] = -self.state[i];
        let (row, spin) = (self.weights.row(i), self.state[i]);
        self.totals.spins += 2 * i64::from(spin);
        self.totals.overlaps += 2 * i64::from(spin) * i64::from(self.weights.sums[i]);
        match &mut self.overlaps {
            Overlaps::Short(m) => add_short(Width::best(), m, row, 2 * i16::from(spin)),
            Overlaps::Long(m) => add_long(Width::best(), m, row, 2 * i32::from(spin)),
        }
    }

    /// −½ Σ_{i≠j} J_ij s_i s_j − Σ_i h_i s_i.
    pub fn energy(&self) -> f64 {
        let squares: i64 = match &self.overlaps {
            Overlaps::Short(m) => m.iter().map(|&m| i64::from(m) * i64::from(m)).sum(),
            Overlaps::Long(m) => m.iter().map(|&m| i64::from(m) * i64::from(m)).sum(),
        };
        let weights = self.weights;
        let mut inner = squares as f64;
        if weights.mean == 0.0 {
            inner -= (weights.count * weights.size) as f64;
        } else {
            let (overlaps, spins) = (self.totals.overlaps as f64, self.totals.spins as f64);
            let shift = weights.mean * spins;
            inner += shift * (shift * weights.count as f64 - 2.0 * overlaps);
            inner -= (0..weights.size).map(|i| weights.inner_own(i)).sum::<f64>();
        }
        let pairs = self.fields.iter().zip(&self.state);
        let external: f64 = pairs.map(|(h, &s)| h * f64::from(s)).sum();
        -0.5 * inner * weights.scale - external
    }
}

#[inline(always)]
fn couplings_of_body(weights: &Outer, i: usize, out: &mut [f64]) {
    let (row, mean) = (weights.row(i), weights.mean);
    for (j, out) in out.iter_mut().enumerate() {
        let pairs = row.iter().zip(weights.row(j));
        let whole: i32 = pairs.map(|(&x, &y)| i32::from(x) * i32::from(y)).sum();
        let mut inner = f64::from(whole);
        if mean != 0.0 {
            let sums = f64::from(weights.sums[i]) + f64::from(weights.sums[j]);
            inner += mean * (mean * weights.count as f64 - sums);
        }
        *out = inner * weights.scale;
    }
}

widths!(fn couplings_of(weights: &Outer, i: usize, out: &mut [f64]) = couplings_of_body);

/// The three loops over patterns, for one type of whole numbers M_μ.
macro_rules! loops {
    ($number:ty, $dot:ident, $add_body:ident, $add:ident, $sums_body:ident, $sums:ident, $sweep_body:ident, $sweep:ident) => {
        #[inline(always)]
        fn $dot(row: &[i8], m: &[$number]) -> i32 {
            let mut sum = 0_i32;
            for (&x, &m) in row.iter().zip(m) {
                sum = sum.wrapping_add(i32::from(x).wrapping_mul(i32::from(m)));
            }
            sum
        }

        #[inline(always)]
        fn $add_body(m: &mut [$number], row: &[i8], factor: $number) {
            for (m, &x) in m.iter_mut().zip(row) {
                *m = m.wrapping_add(factor.wrapping_mul(<$number>::from(x)));
            }
        }

        widths!(fn $add(m: &mut [$number], row: &[i8], factor: $number) = $add_body);

        #[inline(always)]
        fn $sums_body(weights: &Outer, m: &[$number], sums: &mut [i32]) {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = $dot(weights.row(i), m);
            }
        }

        widths!(fn $sums(weights: &Outer, m: &[$number], sums: &mut [i32]) = $sums_body);

        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn $sweep_body(
            weights: &Outer,
            fields: &[f64],
            diagonal: bool,
            m: &mut [$number],
            totals: &mut Totals,
            state: &mut [i8],
            order: &[u32],
            noise: &mut Noise,
        ) -> usize {
            let mut flips = 0;
            for &i in order {
                let i = i as usize;
                let (row, spin) = (weights.row(i), state[i]);
                let sum = $dot(row, m);
                let external = fields.get(i).copied().unwrap_or(0.0);
                let local = weights.field(i, sum, spin, *totals, diagonal) + external;
                let next = noise.spin(local, spin);
                if next != spin {
                    state[i] = next;
                    flips += 1;
                    totals.spins += 2 * i64::from(next);
                    totals.overlaps += 2 * i64::from(next) * i64::from(weights.sums[i]);
                    $add_body(m, row, 2 * <$number>::from(next));
                }
            }
            flips
        }

        widths!(fn $sweep(
            weights: &Outer,
            fields: &[f64],
            diagonal: bool,
            m: &mut [$number],
            totals: &mut Totals,
            state: &mut [i8],
            order: &[u32],
            noise: &mut Noise,
        ) -> usize = $sweep_body);
    };
}

loops!(
    i16,
    dot_short,
    add_short_body,
    add_short,
    sums_short_body,
    sums_short,
    sweep_short_body,
    sweep_short
);
loops!(
    i32,
    dot_long,
    add_long_body,
    add_long,
    sums_long_body,
    sums_long,
    sweep_long_body,
    sweep_long
);

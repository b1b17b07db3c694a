//! Systems of few spins with any couplings, eight side by side, by heat bath.

use crate::rand::Rng;
use crate::random::{Generator, Seed};
use crate::simd::{Width, widths};

/// Systems side by side.
pub(super) const LANES: usize = 8;

/// Independent systems of n spins under the same couplings, in groups of eight.
#[derive(Clone, Debug)]
pub(super) struct Walkers {
    n: usize,
    /// Each group's spins, ±1: spin i of its eight systems at i.
    groups: Vec<Vec<[f64; LANES]>>,
    generator: Generator,
    uniforms: Vec<[f64; LANES]>,
}

#[inline(always)]
fn sweep_body(
    couplings: &[f64],
    fields: &[f64],
    uniforms: &[[f64; LANES]],
    spins: &mut [[f64; LANES]],
) {
    let n = fields.len();
    for i in 0..n {
        let mut local = [fields[i]; LANES];
        for (coupling, spins) in couplings[i * n..(i + 1) * n].iter().zip(spins.iter()) {
            for k in 0..LANES {
                local[k] += coupling * spins[k];
            }
        }
        for k in 0..LANES {
            // Up with probability 1/(1 + exp(−2 h)).
            let up = uniforms[i][k] * (1.0 + (-2.0 * local[k]).exp()) < 1.0;
            spins[i][k] = if up { 1.0 } else { -1.0 };
        }
    }
}

widths!(
    /// Each spin once, in order, in eight systems.
    fn sweep(couplings: &[f64], fields: &[f64], uniforms: &[[f64; LANES]], spins: &mut [[f64; LANES]])
        = sweep_body
);

#[inline(always)]
fn add_moments_body(spins: &[[f64; LANES]], out: &mut [f64]) {
    let n = spins.len();
    for (sum, spins) in out.iter_mut().zip(spins) {
        *sum += spins.iter().sum::<f64>();
    }
    let mut next = n;
    for i in 0..n {
        let row = &spins[i];
        for (sum, other) in out[next..next + n - i - 1].iter_mut().zip(&spins[i + 1..]) {
            let mut total = 0.0;
            for k in 0..LANES {
                total += row[k] * other[k];
            }
            *sum += total;
        }
        next += n - i - 1;
    }
}

widths!(
    /// Adds Σ s_i and then Σ s_i s_j of pairs i < j, over eight systems.
    fn add_moments(spins: &[[f64; LANES]], out: &mut [f64]) = add_moments_body
);

impl Walkers {
    /// So many groups of eight systems of random spins.
    pub fn new(n: usize, groups: usize, seed: Seed) -> Self {
        let mut generator = seed.generator();
        let mut spin = || if generator.random::<bool>() { 1.0 } else { -1.0 };
        let groups =
            (0..groups).map(|_| (0..n).map(|_| [0.0; LANES].map(|_| spin())).collect()).collect();
        Self { n, groups, generator, uniforms: vec![[0.0; LANES]; n] }
    }

    /// So many sweeps of every system; couplings as a full table, row by row.
    pub fn advance(&mut self, couplings: &[f64], fields: &[f64], sweeps: usize) {
        for spins in &mut self.groups {
            for _ in 0..sweeps {
                for u in self.uniforms.as_flattened_mut() {
                    *u = self.generator.random();
                }
                sweep(Width::best(), couplings, fields, &self.uniforms, spins);
            }
        }
    }

    /// ⟨s_i⟩ and then ⟨s_i s_j⟩ of pairs i < j, over all systems as they are.
    pub fn moments(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n * (self.n + 1) / 2];
        for spins in &self.groups {
            add_moments(Width::best(), spins, &mut sums);
        }
        let count = (self.groups.len() * LANES) as f64;
        sums.iter().map(|sum| sum / count).collect()
    }

    /// The systems' spins, one system a row.
    pub fn states(&self) -> Vec<i8> {
        let mut states = Vec::with_capacity(self.groups.len() * LANES * self.n);
        for spins in &self.groups {
            for k in 0..LANES {
                states.extend(spins.iter().map(|s| s[k] as i8));
            }
        }
        states
    }
}

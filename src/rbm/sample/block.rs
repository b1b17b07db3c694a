//! A block of chains, one a row, that advance together.

use crate::random::Generator;
use crate::rbm::sample::path::Path;

/// At most so many chains in a block: enough for matrix products, few enough that all threads have some.
const ROWS: usize = 32;

/// States of both layers, and their products with W, which are inputs to the other layer.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub rows: usize,
    /// Chain after chain.
    pub visible: Vec<f64>,
    pub hidden: Vec<f64>,
    /// v W of the present visible states.
    from_visible: Vec<f64>,
    /// W h of the hidden states that the visible ones were drawn from.
    from_hidden: Vec<f64>,
    /// The place λ of each chain on the path.
    pub lambdas: Vec<f64>,
    /// Further inputs to the visible units; empty for none.
    pub evidence: Vec<f64>,
    /// Visible columns that keep their values.
    clamped: Vec<usize>,
    kept: Vec<f64>,
    /// Inputs of one row.
    inputs: Vec<f64>,
    pub generator: Generator,
}

/// How many blocks so many chains make.
pub(crate) fn block_count(chains: usize) -> usize {
    chains.div_ceil(ROWS).max(chains.min(2))
}

/// The rows of each block when there are so many chains: as even as can be, whatever the number of threads.
pub(crate) fn block_sizes(chains: usize) -> Vec<usize> {
    let blocks = block_count(chains);
    (0..blocks).map(|k| chains * (k + 1) / blocks - chains * k / blocks).collect()
}

impl Block {
    /// Chains at these visible states, row after row.
    pub fn new(path: &Path, visible: Vec<f64>, generator: Generator) -> Self {
        let (n, m) = path.shape();
        let rows = visible.len() / n;
        let mut block = Self {
            rows,
            visible,
            hidden: vec![0.0; rows * m],
            from_visible: vec![0.0; rows * m],
            from_hidden: vec![0.0; rows * n],
            lambdas: vec![1.0; rows],
            evidence: Vec::new(),
            clamped: Vec::new(),
            kept: Vec::new(),
            inputs: vec![0.0; n.max(m)],
            generator,
        };
        block.couple_visible(path);
        block
    }

    /// Keeps these visible columns at their present values.
    pub fn clamp(&mut self, columns: &[usize]) {
        self.clamped = columns.to_vec();
    }

    /// One step of all chains: hidden units from visible ones, then the other way.
    pub fn step(&mut self, path: &Path) {
        self.draw_hidden(path);
        self.couple_hidden(path);
        self.draw_visible(path);
        self.couple_visible(path);
    }

    pub fn draw_hidden(&mut self, path: &Path) {
        let m = path.shape().1;
        for row in 0..self.rows {
            let raw = &self.from_visible[row * m..][..m];
            let (lambda, shift) = (self.lambdas[row], &path.hidden_shift);
            let inputs = along(raw, lambda, shift, &[], &mut self.inputs);
            let out = &mut self.hidden[row * m..][..m];
            path.rbm.hidden.sample(inputs, &mut self.generator, out);
        }
    }

    fn draw_visible(&mut self, path: &Path) {
        let n = path.shape().0;
        for row in 0..self.rows {
            let raw = &self.from_hidden[row * n..][..n];
            let evidence = self.evidence.get(row * n..(row + 1) * n).unwrap_or(&[]);
            let (lambda, shift) = (self.lambdas[row], &path.visible_shift);
            let inputs = along(raw, lambda, shift, evidence, &mut self.inputs);
            let out = &mut self.visible[row * n..][..n];
            self.kept.clear();
            self.kept.extend(self.clamped.iter().map(|&i| out[i]));
            path.rbm.visible.sample(inputs, &mut self.generator, out);
            self.clamped.iter().zip(&self.kept).for_each(|(&i, &value)| out[i] = value);
        }
    }

    /// Puts both layers at their means given each other, half of the way for the visible one; returns the largest change of a visible unit.
    pub fn relax(&mut self, path: &Path) -> f64 {
        let (n, m) = path.shape();
        for row in 0..self.rows {
            let raw = &self.from_visible[row * m..][..m];
            let (lambda, shift) = (self.lambdas[row], &path.hidden_shift);
            let inputs = along(raw, lambda, shift, &[], &mut self.inputs);
            path.rbm.hidden.mean(inputs, &mut self.hidden[row * m..][..m]);
        }
        self.couple_hidden(path);
        let (mut sums, mut buffer) = (vec![0.0; n], vec![0.0; n]);
        let mut change: f64 = 0.0;
        for row in 0..self.rows {
            sums.fill(0.0);
            self.add_visible_means(path, row, &mut sums, &mut buffer);
            for (x, mean) in self.visible[row * n..][..n].iter_mut().zip(&sums) {
                change = change.max((mean - *x).abs());
                *x = 0.5 * (*x + mean);
            }
        }
        self.couple_visible(path);
        change
    }

    /// Adds to `sums` the means of the visible units given the hidden states that the present ones were drawn from; those of
    /// columns that are clamped are their values.
    pub fn add_visible_means(
        &mut self,
        path: &Path,
        row: usize,
        sums: &mut [f64],
        buffer: &mut [f64],
    ) {
        let n = path.shape().0;
        let raw = &self.from_hidden[row * n..][..n];
        let evidence = self.evidence.get(row * n..(row + 1) * n).unwrap_or(&[]);
        let (lambda, shift) = (self.lambdas[row], &path.visible_shift);
        let inputs = along(raw, lambda, shift, evidence, &mut self.inputs);
        path.rbm.visible.mean(inputs, buffer);
        let present = &self.visible[row * n..][..n];
        self.clamped.iter().for_each(|&i| buffer[i] = present[i]);
        sums.iter_mut().zip(buffer).for_each(|(sum, mean)| *sum += *mean);
    }

    /// ln Σ_h exp(−U_h + h·(λ v W + (1 − λ) δ_h)), the part of −F_λ(v) that is not linear in v.
    pub fn ln_hidden_sum(&mut self, path: &Path, row: usize, lambda: f64) -> f64 {
        let m = path.shape().1;
        let raw = &self.from_visible[row * m..][..m];
        let inputs = along(raw, lambda, &path.hidden_shift, &[], &mut self.inputs);
        path.rbm.hidden.log_partition(inputs)
    }

    /// F(v) = U_v(v) − ln Σ_h exp(−U_h + v W h) of the machine itself.
    pub fn free_energy(&self, path: &Path, row: usize) -> f64 {
        let (n, m) = path.shape();
        let energy = path.rbm.visible.energy(&self.visible[row * n..][..n]);
        energy - path.rbm.hidden.log_partition(&self.from_visible[row * m..][..m])
    }

    /// E(v, h) of the machine itself.
    pub fn energy(&self, path: &Path, row: usize) -> f64 {
        let (n, m) = path.shape();
        let hidden = &self.hidden[row * m..][..m];
        path.rbm.visible.energy(&self.visible[row * n..][..n]) + path.rbm.hidden.energy(hidden)
            - dot(&self.from_visible[row * m..][..m], hidden)
    }

    /// G = −dE_λ/dλ = v W h − δ_v·v − δ_h·h, by which the machines of the path differ: P_λ(v, h) ∝ exp(−E_0 + λ G).
    pub fn tilt(&self, path: &Path, row: usize) -> f64 {
        let (n, m) = path.shape();
        let (visible, hidden) = (&self.visible[row * n..][..n], &self.hidden[row * m..][..m]);
        dot(&self.from_visible[row * m..][..m], hidden)
            - dot(&path.visible_shift, visible)
            - dot(&path.hidden_shift, hidden)
    }

    /// δ_v·v, by which visible states differ along the path besides what hidden units do.
    pub fn visible_shift(&self, path: &Path, row: usize) -> f64 {
        let n = path.shape().0;
        dot(&path.visible_shift, &self.visible[row * n..][..n])
    }

    /// Numbers of visible and of hidden columns.
    pub fn widths(&self) -> (usize, usize) {
        (self.visible.len() / self.rows, self.hidden.len() / self.rows)
    }

    fn couple_visible(&mut self, path: &Path) {
        path.rbm.hidden_inputs_into(&self.visible, &mut self.from_visible);
    }

    fn couple_hidden(&mut self, path: &Path) {
        path.rbm.visible_inputs_into(&self.hidden, &mut self.from_hidden);
    }
}

/// λ raw + (1 − λ) shift + evidence; `raw` itself where that is all.
fn along<'a>(
    raw: &'a [f64],
    lambda: f64,
    shift: &[f64],
    evidence: &[f64],
    buffer: &'a mut [f64],
) -> &'a [f64] {
    if lambda == 1.0 && evidence.is_empty() {
        return raw;
    }
    let out = &mut buffer[..raw.len()];
    for ((out, raw), shift) in out.iter_mut().zip(raw).zip(shift) {
        *out = lambda * raw + (1.0 - lambda) * shift;
    }
    if !evidence.is_empty() {
        out.iter_mut().zip(evidence).for_each(|(out, more)| *out += more);
    }
    out
}

/// Σ a_i b_i, in eight sums that a processor can add side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in left.zip(right) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_share_all_chains() {
        for chains in [1, 2, 3, 31, 32, 33, 64, 65, 100, 1000] {
            let sizes = block_sizes(chains);
            assert_eq!(sizes.iter().sum::<usize>(), chains);
            assert!(sizes.iter().all(|&rows| (1..=ROWS).contains(&rows)), "{sizes:?}");
            assert!(chains == 1 || sizes.len() > 1);
        }
    }

    #[test]
    fn the_inputs_go_from_the_base_to_the_machine() {
        let mut buffer = [0.0; 3];
        assert_eq!(along(&[2.0, 4.0], 1.0, &[1.0, 1.0], &[], &mut buffer), [2.0, 4.0]);
        assert_eq!(along(&[2.0, 4.0], 0.0, &[1.0, 1.0], &[], &mut buffer), [1.0, 1.0]);
        assert_eq!(along(&[2.0, 4.0], 0.5, &[1.0, 1.0], &[0.5, 0.0], &mut buffer), [2.0, 2.5]);
    }

    #[test]
    fn products_count_every_entry() {
        let a: Vec<f64> = (0..21).map(f64::from).collect();
        assert_eq!(dot(&a, &a), 2870.0);
    }
}

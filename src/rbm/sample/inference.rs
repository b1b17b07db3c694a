//! The work of completing and cleaning examples.

use std::fmt;

use crate::error::{Error, Result, require_positive};
use crate::ndarray::Array2;
use crate::random::Seed;
use crate::rbm::sample::block::{Block, block_sizes};
use crate::rbm::sample::path::Path;
use crate::rbm::sample::states::check_columns;
use crate::rbm::{Layer, Rbm, Units};

/// What is not known of examples.
#[derive(Clone)]
pub(super) enum Task {
    /// These columns are not known.
    Complete(Vec<usize>),
    /// Every unit is noisy: by the probability of another value, or by a standard deviation.
    Denoise(f64),
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete(unknown) => write!(f, "{} unknown columns", unknown.len()),
            Self::Denoise(noise) => write!(f, "noise {noise}"),
        }
    }
}

/// Writes allowed values into unknown columns.
fn blank(layer: &Layer, unknown: &[usize], states: &mut Array2<f64>) {
    let value = |i: usize| match layer.units() {
        Units::Spin => 1.0,
        Units::Potts { colors } => f64::from(u8::from(i.is_multiple_of(colors))),
        _ => 0.0,
    };
    for mut row in states.rows_mut() {
        for &i in unknown {
            if let Some(x) = row.get_mut(i) {
                *x = value(i);
            }
        }
    }
}

/// The machine whose visible energy has the noise's part that does not depend on what was seen, and the factor between what was seen and an input.
fn noisy_machine(rbm: &Rbm, noise: f64) -> Result<(Rbm, f64)> {
    let layer = &rbm.visible;
    let flips = |values: f64| -> Result<f64> {
        let most = (values - 1.0) / values;
        if !(noise > 0.0 && noise < most) {
            let allowed = format!("a probability above 0 and below {most}, that of no information");
            return Err(Error::argument("noise", noise, allowed));
        }
        Ok(((1.0 - noise) * (values - 1.0) / noise).ln())
    };
    match layer.units() {
        // ln P(y|v) = y v · scale up to what does not depend on v, for y = ±1; for y = 0, 1 the same of 2y − 1.
        Units::Spin => Ok((rbm.clone(), 0.5 * flips(2.0)?)),
        Units::Binary => {
            let scale = flips(2.0)?;
            let fields = layer.b().mapv(|b| b - scale);
            Ok((rbm.with_visible(layer.fields(&fields)?)?, 2.0 * scale))
        }
        Units::Potts { colors } => Ok((rbm.clone(), flips(colors as f64)?)),
        Units::Gaussian | Units::Relu => {
            let scale = require_positive("noise", noise)?.powi(-2);
            let precisions = layer.gamma().mapv(|gamma| gamma + scale);
            Ok((rbm.with_visible(layer.precisions(&precisions)?)?, scale))
        }
    }
}

/// What is known of the examples, and the machine to fill in the rest.
pub(super) struct Problem {
    pub path: Path,
    /// The machine without noise.
    pub plain: Path,
    pub start: Array2<f64>,
    known: Vec<usize>,
    evidence: Option<Array2<f64>>,
}

impl Problem {
    /// The examples with their unknown parts blank, and the machine to fill them.
    pub fn of(rbm: &Rbm, task: &Task, examples: &Array2<f64>) -> Result<Self> {
        let layer = &rbm.visible;
        let mut start = examples.clone();
        match task {
            Task::Complete(unknown) => {
                let unknown = check_columns("unknown", layer, unknown)?;
                blank(layer, &unknown, &mut start);
                layer.allows_all("examples", &start)?;
                let known = (0..layer.len()).filter(|i| !unknown.contains(i)).collect();
                let path = Path::of_coupling(rbm);
                Ok(Self { plain: path.clone(), path, start, known, evidence: None })
            }
            &Task::Denoise(noise) => {
                match layer.units() {
                    // Noise may take a unit below zero.
                    Units::Relu => Layer::gaussian(layer.len())?.allows_all("examples", &start)?,
                    _ => layer.allows_all("examples", &start)?,
                }
                let (noisy, scale) = noisy_machine(rbm, noise)?;
                let evidence = start.mapv(|x| scale * x);
                if layer.units() == Units::Relu {
                    start.mapv_inplace(|x| x.max(0.0));
                }
                let (path, plain) = (Path::of_coupling(&noisy), Path::of_coupling(rbm));
                Ok(Self { path, plain, start, known: Vec::new(), evidence: Some(evidence) })
            }
        }
    }

    /// Blocks of examples, each example with all its chains.
    pub fn runs(&self, chains: usize, seed: Seed) -> Vec<Run> {
        let mut first = 0;
        // Blocks of about as many rows as elsewhere.
        let per_block = block_sizes(self.start.nrows().saturating_mul(chains)).len();
        let blocks = per_block.min(self.start.nrows());
        let examples = self.start.nrows();
        (0..blocks)
            .map(|k| {
                let last = examples * (k + 1) / blocks;
                let rows = || (first..last).flat_map(|row| std::iter::repeat_n(row, chains));
                let visible = rows().flat_map(|row| self.start.row(row).to_vec()).collect();
                let generator = seed.child(k as u64).generator();
                let mut block = Block::new(&self.path, visible, generator);
                block.clamp(&self.known);
                if let Some(evidence) = &self.evidence {
                    block.evidence = rows().flat_map(|row| evidence.row(row).to_vec()).collect();
                }
                first = last;
                Run::new(block, chains, self.start.ncols())
            })
            .collect()
    }
}

/// By mean field all units have settled when none changes by more.
const TOLERANCE: f64 = 1e-9;

/// A block of examples with all their chains.
pub(super) struct Run {
    block: Block,
    chains: usize,
    done: usize,
    /// Sums of conditional means, a row for each chain, and how many were added.
    sums: Vec<f64>,
    added: usize,
    buffer: Vec<f64>,
    change: f64,
}

/// What is said of one example.
pub(super) struct Answer {
    pub mean: Vec<f64>,
    pub sample: Vec<f64>,
    pub error: Option<f64>,
}

impl Run {
    fn new(block: Block, chains: usize, n: usize) -> Self {
        let sums = vec![0.0; block.rows * n];
        Self { block, chains, done: 0, sums, added: 0, buffer: vec![0.0; n], change: f64::INFINITY }
    }

    pub fn step(&mut self, path: &Path, warm_up: usize) {
        self.block.step(path);
        self.done += 1;
        if self.done > warm_up {
            self.add(path);
        }
    }

    fn add(&mut self, path: &Path) {
        let n = self.buffer.len();
        for (row, sums) in self.sums.chunks_exact_mut(n).enumerate() {
            self.block.add_visible_means(path, row, sums, &mut self.buffer);
        }
        self.added += 1;
    }

    /// One iteration of the mean-field equations, unless they are solved.
    pub fn iterate(&mut self, path: &Path) {
        if self.change > TOLERANCE {
            self.change = self.block.relax(path);
        }
    }

    /// Whether mean field has converged.
    pub fn settled(&self) -> bool {
        self.change <= TOLERANCE
    }

    pub fn answers(&mut self, path: &Path, mean_field: bool) -> Vec<Answer> {
        let n = self.buffer.len();
        if mean_field {
            let most_probable = |row: &[f64]| most_probable(path.rbm.visible.units(), row);
            let rows = self.block.visible.chunks_exact(n);
            return rows
                .map(|row| Answer { mean: row.to_vec(), sample: most_probable(row), error: None })
                .collect();
        }
        if self.added == 0 {
            // The deadline came first: what the last step says.
            self.add(path);
        }
        let (chains, added) = (self.chains as f64, self.added as f64);
        let examples = self.sums.chunks_exact(n * self.chains);
        let states = self.block.visible.chunks_exact(n * self.chains);
        let answer = |(sums, states): (&[f64], &[f64])| {
            let mut mean = vec![0.0; n];
            let mut largest: f64 = 0.0;
            for (i, mean) in mean.iter_mut().enumerate() {
                let of_chain = || sums.chunks_exact(n).map(|chain| chain[i] / added);
                *mean = of_chain().sum::<f64>() / chains;
                let squares: f64 = of_chain().map(|x| (x - *mean).powi(2)).sum();
                largest = largest.max((squares / (chains * (chains - 1.0))).sqrt());
            }
            let error = (self.chains > 1).then_some(largest);
            Answer { mean, sample: states[..n].to_vec(), error }
        };
        examples.zip(states).map(answer).collect()
    }
}

/// The values that units of these means have most probably.
fn most_probable(units: Units, mean: &[f64]) -> Vec<f64> {
    match units {
        Units::Binary => mean.iter().map(|m| f64::from(u8::from(*m >= 0.5))).collect(),
        Units::Spin => mean.iter().map(|m| if *m >= 0.0 { 1.0 } else { -1.0 }).collect(),
        Units::Gaussian | Units::Relu => mean.to_vec(),
        Units::Potts { colors } => {
            let mut state = vec![0.0; mean.len()];
            for (mean, state) in mean.chunks_exact(colors).zip(state.chunks_exact_mut(colors)) {
                let best = (0..colors).max_by(|&a, &b| mean[a].total_cmp(&mean[b]));
                state[best.unwrap_or(0)] = 1.0;
            }
            state
        }
    }
}

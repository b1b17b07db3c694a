//! Matrices of dependence between neurons, from activations.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::information::{Estimator, mutual_information_of_counts, mutual_information_of_samples};
use crate::inverse::{InverseIsing, InverseMethod};
use crate::ndarray::{Array1, Array2, Axis};
use crate::operator::dense::{product, solve_positive};
use crate::progress::Deadline;
use crate::rayon::prelude::*;

/// Neurons at most: pairs grow with their square.
pub(super) const MAX_NEURONS: usize = 512;

/// A neuron that varies by less, relative to its largest value, is silent.
const SILENT: f64 = 1e-12;

/// Activations of neurons that vary, standardised and as spins.
#[derive(Clone, Debug)]
pub(super) struct Active {
    /// Which neurons these are.
    pub neurons: Vec<usize>,
    /// How many others there are, which never vary.
    pub silent: usize,
    /// Their activations.
    pub values: Array2<f64>,
    /// Each with mean 0 and variance 1.
    pub standard: Array2<f64>,
    /// +1 above a neuron's median, −1 elsewhere.
    pub spins: Array2<i8>,
}

impl Active {
    /// The neurons that vary among these, a column each; two at least.
    pub fn of(activations: &Array2<f64>) -> Result<Self> {
        let (examples, neurons) = activations.dim();
        if examples < 8 || !(2..=MAX_NEURONS).contains(&neurons) {
            let allowed =
                format!("at least 8 examples (rows) of 2 to {MAX_NEURONS} neurons (columns)");
            return Err(Error::argument("activations", format!("{examples} × {neurons}"), allowed));
        }
        if let Some(x) = activations.iter().find(|x| !(x.abs() < 1e150)) {
            return Err(Error::argument("activations", x, "finite numbers below 1e150"));
        }
        let spins: Vec<Option<Vec<i8>>> =
            activations.axis_iter(Axis(1)).map(|column| binarised(&column.to_vec())).collect();
        let active: Vec<usize> = (0..neurons).filter(|&i| spins[i].is_some()).collect();
        if active.len() < 2 {
            let given = format!("{neurons} neurons of which {} vary", active.len());
            return Err(Error::argument(
                "activations",
                given,
                "such that two neurons at least vary",
            ));
        }
        let values = activations.select(Axis(1), &active);
        let mut standard = &values - &(values.sum_axis(Axis(0)) / examples as f64);
        for mut column in standard.columns_mut() {
            let deviation = (column.dot(&column) / (examples - 1) as f64).sqrt();
            column /= deviation;
        }
        let columns: Vec<Vec<i8>> = spins.into_iter().flatten().collect();
        let spins = Array2::from_shape_fn((examples, active.len()), |(k, i)| columns[i][k]);
        let silent = neurons - active.len();
        Ok(Self { neurons: active, silent, values, standard, spins })
    }

    /// Some of the examples.
    pub fn rows(&self, examples: &[usize]) -> Result<Self> {
        Self::of(&self.values.select(Axis(0), examples))
    }

    pub fn count(&self) -> usize {
        self.neurons.len()
    }

    pub fn examples(&self) -> usize {
        self.values.nrows()
    }

    /// Pearson's correlations.
    pub fn correlations(&self) -> Result<Array2<f64>> {
        let mut r =
            product(&self.standard.t().to_owned(), &self.standard)? / (self.examples() - 1) as f64;
        for i in 0..self.count() {
            for j in 0..i {
                r[(i, j)] = r[(i, j)].clamp(-1.0, 1.0);
                r[(j, i)] = r[(i, j)];
            }
            r[(i, i)] = 1.0;
        }
        Ok(r)
    }

    /// λ of (1 − λ) R + λ I that makes the expected squared error least: Σ_{i<j} Var r_ij / Σ_{i<j} r_ij², at most 1.
    ///
    /// Source: J. Schäfer and K. Strimmer, Stat. Appl. Genet. Mol. Biol. 4, 32 (2005).
    pub fn shrinkage(&self, r: &Array2<f64>) -> f64 {
        let n = self.examples() as f64;
        let squares = self.standard.mapv(|z| z * z);
        // Σ_k (w_k − w̄)² of the products w_k = z_ki z_kj, from their squares and sums.
        let Ok(fourth) = product(&squares.t().to_owned(), &squares) else { return 0.0 };
        let (mut scatter, mut signal) = (0.0, 0.0);
        for ((i, j), r) in r.indexed_iter().filter(|((i, j), _)| i < j) {
            let mean = r * (n - 1.0) / n;
            scatter += n / (n - 1.0).powi(3) * (fourth[(i, j)] - n * mean * mean);
            signal += r * r;
        }
        if signal > 0.0 { (scatter / signal).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// −P_ij/√(P_ii P_jj) with P the inverse of the shrunk correlations; ones on the diagonal.
    pub fn partial_correlations(&self, r: &Array2<f64>, shrinkage: f64) -> Result<Array2<f64>> {
        let n = self.count();
        let shrunk = r * (1.0 - shrinkage) + Array2::<f64>::eye(n) * shrinkage;
        let Some(inverse) = solve_positive(&shrunk, &Array2::eye(n))? else {
            return Err(Error::argument(
                "shrinkage",
                shrinkage,
                "above 0 here, as some neuron is a linear function of the others",
            ));
        };
        let scale = Array1::from_iter(inverse.diag().iter().map(|p| p.sqrt()));
        Ok(Array2::from_shape_fn((n, n), |(i, j)| {
            let both = 0.5 * (inverse[(i, j)] + inverse[(j, i)]);
            if i == j { 1.0 } else { (-both / (scale[i] * scale[j])).clamp(-1.0, 1.0) }
        }))
    }

    /// Mutual information of each pair of spins in nats, without the bias of a finite sample; each neuron's entropy on the diagonal.
    pub fn information(&self) -> Result<Array2<f64>> {
        let columns: Vec<Vec<usize>> = (self.spins.columns().into_iter())
            .map(|column| column.iter().map(|s| usize::from(*s > 0)).collect())
            .collect();
        self.over_pairs(|i, j| {
            let mut counts = Array2::<u64>::zeros((2, 2));
            for (a, b) in columns[i].iter().zip(&columns[j]) {
                counts[(*a, *b)] += 1;
            }
            // Halves at the median have one count to choose, of which 1/(2N) is the whole bias; corrections of each entropy by itself would take off four times that.
            Ok(mutual_information_of_counts(&counts, Estimator::MillerMadow)?.mean)
        })
    }

    /// Mutual information of each pair of activations in nats, from neighbours, and whether the deadline left out none; missing (NaN) where it did, and where activations coincide.
    pub fn neighbor_information(
        &self,
        k: usize,
        deadline: &Deadline,
    ) -> Result<(Array2<f64>, bool)> {
        let cut = AtomicBool::new(false);
        let columns: Vec<Array2<f64>> = (self.standard.columns().into_iter())
            .map(|column| column.to_owned().insert_axis(Axis(1)))
            .collect();
        let mut matrix = self.over_pairs(|i, j| {
            if i == j {
                return Ok(f64::NAN);
            }
            if deadline.passed() {
                cut.store(true, Ordering::Relaxed);
                return Ok(f64::NAN);
            }
            Ok(mutual_information_of_samples(&columns[i], &columns[j], k)
                .map_or(f64::NAN, |found| found.mean))
        })?;
        matrix.diag_mut().fill(f64::NAN);
        Ok((matrix, !cut.into_inner()))
    }

    /// Couplings J_ij between the spins at T = 1.
    pub fn couplings(
        &self,
        method: InverseMethod,
        l2: Option<f64>,
        seconds: Option<f64>,
    ) -> Result<Array2<f64>> {
        let l2 = l2.unwrap_or(if method.takes_l2() { 1.0 / self.examples() as f64 } else { 0.0 });
        let mut settings = InverseIsing::new(&self.spins)?.method(method).l2(l2).tolerance(1e-7);
        if let Some(seconds) = seconds {
            settings = settings.deadline(seconds);
        }
        Ok(settings.run()?.couplings)
    }

    /// A symmetric matrix of a function of pairs.
    fn over_pairs(
        &self,
        value: impl Fn(usize, usize) -> Result<f64> + Sync,
    ) -> Result<Array2<f64>> {
        let n = self.count();
        let rows = (0..n)
            .into_par_iter()
            .map(|i| (0..=i).map(|j| value(i, j)).collect::<Result<Vec<f64>>>())
            .collect::<Result<Vec<_>>>()?;
        Ok(Array2::from_shape_fn((n, n), |(i, j)| rows[i.max(j)][i.min(j)]))
    }
}

/// +1 above the median and −1 elsewhere, or from the median on where more than half have the largest value; none of a silent neuron.
fn binarised(values: &[f64]) -> Option<Vec<i8>> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    if !(most - least > SILENT * most.abs().max(least.abs())) {
        return None;
    }
    let median = sorted[(sorted.len() - 1) / 2];
    let spin = |up: bool| if up { 1 } else { -1 };
    let above = median < most;
    Some(values.iter().map(|x| spin(if above { *x > median } else { *x >= median })).collect())
}

//! What units have learned by Hebb's rule, and the way there.

use crate::error::{Error, Result, require_positive};
use crate::ndarray::{Array1, Array2, ArrayView1};
use crate::neuron::flow::Flow;
use crate::neuron::rule::HebbRule;
use crate::polars::df;
use crate::polars::prelude::{Column, DataFrame};
use crate::random::Seed;

/// As many weights or fewer are written into the trajectory.
const WRITTEN: usize = 8;

/// What units have learned, beside the eigenvectors that they should have; from [`Hebbian::run`](super::Hebbian::run).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// // A cloud along (3, 4).
/// let samples = array![[3.0, 4.0], [-3.0, -4.0], [0.4, -0.3], [-0.4, 0.3]];
/// let learned: Learned = Hebbian::new(&samples)?.steps(2_000).seed(1).run()?;
/// assert!((learned.eigenvectors[(0, 1)].abs() - 0.8).abs() < 1e-12 && learned.alignment()[0] > 0.99);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Learned {
    /// The weights, a unit a row.
    pub weights: Array2<f64>,
    /// Eigenvalues of the samples' covariance (divided by their number), the largest first.
    pub eigenvalues: Array1<f64>,
    /// Its eigenvectors as rows, of length 1, in the same order; their signs are chosen to agree with the weights.
    pub eigenvectors: Array2<f64>,
    /// The way there: columns `rule`, `step`, `component` (from 1), `time` (the sum of the learning rates so far), `learning_rate`, `alignment` |w·v|/|w| with the eigenvector, `misalignment`
    /// 1 − alignment², `norm` |w|, and, where the average flow has a solution (not for Sanger's later units), `misalignment_flow` and `norm_flow`; the weights
    /// themselves, `w1`, `w2`, …, if there are at most eight; `seed`.
    pub trajectory: DataFrame,
    /// Samples presented.
    pub steps: usize,
    /// Whether Hebb's weights grew beyond 10¹⁰⁰, where learning stopped.
    pub diverged: bool,
    /// Whether all steps were done.
    pub complete: bool,
    /// Which eigenvector each unit is compared with.
    pub(super) targets: Vec<usize>,
}

impl Learned {
    /// |cos| of the angle between each unit's weights and the eigenvector that it should learn.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&digits()?.pixels())?.rule(HebbRule::Sanger).components(2).run()?;
    /// assert_eq!(learned.alignment().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn alignment(&self) -> Array1<f64> {
        let pairs = self.weights.rows().into_iter().zip(&self.targets);
        pairs
            .map(|(w, &k)| 1.0 - misalignment(w, self.eigenvectors.row(k)))
            .map(f64::sqrt)
            .collect()
    }

    /// A row for each unit: columns `component`, `eigenvalue`, `variance` of its output per squared length of its weights (at most the leading eigenvalue),
    /// `alignment`, `norm`.
    ///
    /// # Errors
    /// If the frame cannot be made.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&digits()?.pixels())?.run()?.components()?;
    /// assert!(learned.values("variance")?[0] <= learned.values("eigenvalue")?[0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn components(&self) -> Result<DataFrame> {
        let norms: Vec<f64> = self.weights.rows().into_iter().map(norm).collect();
        let variance = |w: ArrayView1<'_, f64>| {
            let length = norm(w);
            let shares = self.eigenvectors.rows().into_iter().map(|v| (v.dot(&w) / length).powi(2));
            shares.zip(&self.eigenvalues).map(|(share, value)| share * value).sum::<f64>()
        };
        Ok(df!(
            "component" => (1..=self.targets.len() as u64).collect::<Vec<_>>(),
            "eigenvalue" => self.targets.iter().map(|&k| self.eigenvalues[k]).collect::<Vec<_>>(),
            "variance" => self.weights.rows().into_iter().map(variance).collect::<Vec<_>>(),
            "alignment" => self.alignment().to_vec(),
            "norm" => norms,
        )?)
    }

    /// The misalignment 1 − cos² about which Oja's rule fluctuates at a constant learning rate on Gaussian samples: (η λ₁/2) Σ_{k>1} λ_k/(λ₁ − λ_k), to first order in η.
    ///
    /// Near v₁ the component along v_k decays at rate η(λ₁ − λ_k) and is kicked by η y x_k with variance η² λ₁ λ_k.
    ///
    /// # Errors
    /// If the learning rate is not a finite number above 0, or the two leading eigenvalues agree.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let learned = Hebbian::new(&array![[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])?.run()?;
    /// // Eigenvalues 2 and ½.
    /// assert!((learned.stationary_misalignment(0.01)? - 0.01 * (0.5 / 1.5)).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stationary_misalignment(&self, learning_rate: f64) -> Result<f64> {
        require_positive("learning_rate", learning_rate)?;
        let leading = self.eigenvalues[0];
        let gap = |value: f64| leading - value;
        if self.eigenvalues.iter().skip(1).any(|&value| !(gap(value) > 1e-12 * leading)) {
            let given = format!("{leading} twice");
            return Err(Error::argument(
                "eigenvalues",
                given,
                "such that the leading one is single",
            ));
        }
        let sum: f64 = self.eigenvalues.iter().skip(1).map(|&value| value / gap(value)).sum();
        Ok(learning_rate * leading / 2.0 * sum)
    }
}

/// What the trajectory holds, before it is a frame.
#[derive(Default)]
pub(super) struct History {
    pub step: Vec<u64>,
    component: Vec<u64>,
    time: Vec<f64>,
    learning_rate: Vec<f64>,
    misalignment: Vec<f64>,
    norm: Vec<f64>,
    /// The weights, a column each, if they are few.
    weights: Vec<Vec<f64>>,
}

impl History {
    pub fn add(
        &mut self,
        step: usize,
        time: f64,
        rate: f64,
        weights: &Array2<f64>,
        vectors: &Array2<f64>,
        targets: &[usize],
    ) {
        if weights.ncols() <= WRITTEN {
            self.weights.resize(weights.ncols(), Vec::new());
        }
        for (k, &target) in targets.iter().enumerate() {
            for (column, &w) in self.weights.iter_mut().zip(weights.row(k)) {
                column.push(w);
            }
            self.step.push(step as u64);
            self.component.push(k as u64 + 1);
            self.time.push(time);
            self.learning_rate.push(rate);
            self.misalignment.push(misalignment(weights.row(k), vectors.row(target)));
            self.norm.push(norm(weights.row(k)));
        }
    }

    pub fn frame(&self, rule: HebbRule, flows: &[Option<Flow>], seed: Seed) -> Result<DataFrame> {
        let flow = |row: usize| {
            let flow = flows[self.component[row] as usize - 1].as_ref();
            flow.map(|flow| flow.at(self.time[row]))
        };
        let solved: Vec<Option<(f64, f64)>> = (0..self.step.len()).map(flow).collect();
        let name = match rule {
            HebbRule::Hebb => "Hebb",
            HebbRule::Oja => "Oja",
            HebbRule::Sanger => "Sanger",
        };
        let mut frame = df!(
            "rule" => vec![name; self.step.len()],
            "step" => self.step.clone(),
            "component" => self.component.clone(),
            "time" => self.time.clone(),
            "learning_rate" => self.learning_rate.clone(),
            "alignment" => self.misalignment.iter().map(|m| (1.0 - m).sqrt()).collect::<Vec<_>>(),
            "misalignment" => self.misalignment.clone(),
            "norm" => self.norm.clone(),
            "misalignment_flow" => solved.iter().map(|s| s.map(|s| s.0)).collect::<Vec<_>>(),
            "norm_flow" => solved.iter().map(|s| s.map(|s| s.1)).collect::<Vec<_>>(),
        )?;
        for (i, column) in self.weights.iter().enumerate() {
            frame.with_column(Column::new(format!("w{}", i + 1).into(), column.clone()))?;
        }
        frame.with_column(Column::new("seed".into(), vec![seed.number(); self.step.len()]))?;
        Ok(frame)
    }
}

fn norm(w: ArrayView1<'_, f64>) -> f64 {
    // Scaled, so that Hebb's weights near 10¹⁰⁰ and beyond have a norm too.
    let largest = w.iter().fold(0.0_f64, |a, w| a.max(w.abs()));
    if largest > 0.0 {
        largest * w.iter().map(|w| (w / largest).powi(2)).sum::<f64>().sqrt()
    } else {
        0.0
    }
}

/// 1 − cos² of the angle between w and a vector of length 1, from what is left of w across it: exact where it is small.
fn misalignment(w: ArrayView1<'_, f64>, vector: ArrayView1<'_, f64>) -> f64 {
    let length = norm(w);
    let unit = w.mapv(|x| x / length);
    let across = &unit - &(unit.dot(&vector) * &vector);
    across.dot(&across).min(1.0)
}

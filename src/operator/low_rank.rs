//! Traces whose greater part is taken exactly, in the range of the operator's largest eigenvalues.

use crate::error::Result;
use crate::memory;
use crate::ndarray::{Array2, Axis};
use crate::numeric::vector::{dot, scale};
use crate::operator::Operator;
use crate::operator::basis::Basis;
use crate::operator::dense::product;
use crate::operator::measurable::require_measurable;
use crate::operator::probe::{Probe, block_size};
use crate::operator::trace::TraceEstimation;
use crate::operator::trace_estimate::TraceEstimate;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::stats::mean_and_error;

/// An image is taken to lie in the span of those before when this fraction of it is left.
const DEPENDENT: f64 = 1e-12;

/// Vectors that are multiplied at a time, at most.
const BLOCK: usize = 64;

/// Probes of the first round where an error is asked for.
const FIRST_ROUND: usize = 10;

/// The range of A from its images of normal vectors: AΩ = QR.
struct Sketch {
    basis: Basis,
    /// Columns of R, each as long as the basis was then.
    columns: Vec<Vec<f64>>,
    /// Whether an image lay in the span of those before, so that the basis holds the whole range.
    whole: bool,
    /// The longest image.
    size: f64,
    seed: Seed,
}

impl Sketch {
    fn new(
        operator: &Operator,
        count: usize,
        least: usize,
        seed: Seed,
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<Self> {
        let n = operator.dimension();
        let mut sketch =
            Self { basis: Basis::new(false), columns: Vec::new(), whole: false, size: 0.0, seed };
        let block = block_size(n, 2, BLOCK);
        while sketch.columns.len() < count && !sketch.whole {
            let first = sketch.columns.len();
            if first >= least && deadline.passed() {
                break;
            }
            let now = block.min(count - first);
            let mut vectors = vec![0.0; now * n];
            for (k, vector) in vectors.chunks_exact_mut(n).enumerate() {
                Probe::Gaussian.fill(seed, first + k, vector);
            }
            let mut images = vec![0.0; now * n];
            operator.apply_into(&vectors, &mut images)?;
            progress.add(now);
            for image in images.chunks_exact_mut(n) {
                sketch.take(image, n)?;
            }
        }
        Ok(sketch)
    }

    fn take(&mut self, image: &mut [f64], n: usize) -> Result<()> {
        require_measurable(image, self.size)?;
        let projected = self.basis.project_out(image);
        self.size = self.size.max(projected.before);
        let mut column = projected.along;
        if projected.after > DEPENDENT * self.size && self.basis.len() < n {
            scale(image, 1.0 / projected.after);
            self.basis.push(image);
            column.push(projected.after);
        } else {
            self.whole = true;
        }
        self.columns.push(column);
        Ok(())
    }

    /// QᵀAQ.
    fn projected(&self, operator: &Operator, progress: &mut Progress) -> Result<Array2<f64>> {
        let (n, rank) = (operator.dimension(), self.basis.len());
        let block = block_size(n, 2, BLOCK);
        let mut matrix = Array2::zeros((rank, rank));
        for first in (0..rank).step_by(block) {
            let count = block.min(rank - first);
            let mut vectors = vec![0.0; count * n];
            for (k, vector) in vectors.chunks_exact_mut(n).enumerate() {
                self.basis.read(first + k, vector);
            }
            let mut images = vec![0.0; count * n];
            operator.apply_into(&vectors, &mut images)?;
            progress.add(count);
            for (k, image) in images.chunks_exact(n).enumerate() {
                for (i, along) in self.basis.components(image).into_iter().enumerate() {
                    matrix[(i, first + k)] = along;
                }
            }
        }
        // The mean with the transpose, so that rounding leaves it symmetric.
        Ok(0.5 * (&matrix + &matrix.t()))
    }

    /// tr A of an operator whose range the basis holds.
    fn exact(&self, run: &TraceEstimation, trace: f64, products: usize) -> TraceEstimate {
        let rounding = DEPENDENT * self.size * (run.operator.dimension() as f64).sqrt();
        run.estimate(trace, rounding, products, Vec::new(), true)
    }
}

/// Hutch++: the trace in the range of A from a third of the products, and by probes in its complement.
pub(super) fn hutch_plus_plus(
    run: &TraceEstimation,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<TraceEstimate> {
    let operator = &run.operator;
    let count = (run.products / 3).min(operator.dimension());
    require_memory(operator, count)?;
    let seed = run.seed.child(0);
    let sketch = Sketch::new(operator, count, 1, seed, deadline.share(0.3), progress)?;
    let rank = sketch.basis.len();
    // Only the diagonal is needed, but its off-diagonal part costs no product.
    let trace = sketch.projected(operator, progress)?.diag().sum();
    let spent = sketch.columns.len() + rank;
    if sketch.whole || rank == operator.dimension() {
        return Ok(sketch.exact(run, trace, spent));
    }
    let mut estimate = run.sampled(Some(&sketch.basis), trace, spent, deadline, progress)?;
    estimate.complete &= sketch.columns.len() == count || run.reached(0.0, 0.0).is_some();
    Ok(estimate)
}

/// XTrace, in rounds of twice as many probes where an error is asked for.
pub(super) fn x_trace(
    run: &TraceEstimation,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<TraceEstimate> {
    let operator = &run.operator;
    let most = (run.products / 2).min(operator.dimension());
    require_memory(operator, most)?;
    let mut spent = 0;
    let mut count = if run.reached(0.0, 0.0).is_some() { FIRST_ROUND.min(most) } else { most };
    loop {
        let seed = run.seed.child(0);
        let sketch =
            Sketch::new(operator, count, 4.min(count), seed, deadline.share(0.4), progress)?;
        let h = sketch.projected(operator, progress)?;
        spent += sketch.columns.len() + sketch.basis.len();
        if sketch.whole || sketch.basis.len() == operator.dimension() {
            return Ok(sketch.exact(run, h.diag().sum(), spent));
        }
        let leave = LeaveOut::new(&sketch, h, operator.dimension())?;
        let samples = leave.estimates();
        let (mean, spread) = mean_and_error(&samples).unwrap_or((f64::NAN, f64::NAN));
        // Below the spread alone the covariance is noise of its own.
        let error = (spread * spread + leave.covariance(&samples).max(0.0)).sqrt();
        let cut = sketch.columns.len() < count;
        let reached = run.reached(mean, error);
        let next = (2 * count).min(most);
        let affordable = next > count && spent + 2 * next <= run.products;
        if cut || reached != Some(false) || !affordable || deadline.passed() {
            return Ok(run.estimate(mean, error, spent, samples, reached.unwrap_or(!cut)));
        }
        count = next;
    }
}

fn require_memory(operator: &Operator, vectors: usize) -> Result<()> {
    let (n, count) = (operator.dimension(), vectors as f64);
    let bytes =
        8.0 * n as f64 * (count + 2.0 * block_size(n, 2, BLOCK) as f64) + 64.0 * count * count;
    let what = format!("A range of {vectors} vectors of {n} numbers");
    memory::require(
        &what,
        bytes,
        "Take fewer `products`, or a plain estimator, which keeps no vectors.",
    )
}

/// What leaving out one or two probes makes of the others' range, from k × k matrices alone.
///
/// Without image i the range is that of Q(1 − s_i s_iᵀ)Qᵀ, where s_i is the normalised column i of R⁻ᵀ; without i and j, that of Q(1 − P)Qᵀ with P on
/// the span of both.
struct LeaveOut {
    n: f64,
    trace: f64,
    /// SᵀW, SᵀS, SᵀHS, WᵀHS and SᵀR with W = QᵀΩ.
    sw: Array2<f64>,
    ss: Array2<f64>,
    shs: Array2<f64>,
    whs: Array2<f64>,
    sr: Array2<f64>,
    /// Of each probe ω: |ω|² − |w|², wᵀHw and ωᵀAω.
    outside: Vec<f64>,
    whw: Vec<f64>,
    wr: Vec<f64>,
}

impl LeaveOut {
    fn new(sketch: &Sketch, h: Array2<f64>, n: usize) -> Result<Self> {
        let k = sketch.basis.len();
        let r = Array2::from_shape_fn((k, k), |(i, j)| {
            sketch.columns[j].get(i).copied().unwrap_or(0.0)
        });
        let mut w = Array2::zeros((k, k));
        let mut outside = Vec::with_capacity(k);
        let mut probe = vec![0.0; n];
        for j in 0..k {
            Probe::Gaussian.fill(sketch.seed, j, &mut probe);
            let along = sketch.basis.components(&probe);
            outside.push(dot(&probe, &probe) - along.iter().map(|x| x * x).sum::<f64>());
            for (i, along) in along.into_iter().enumerate() {
                w[(i, j)] = along;
            }
        }
        let s = normalized_inverse_transpose(&r);
        let transposed = |m: &Array2<f64>| m.t().to_owned();
        let (hs, hw) = (product(&h, &s)?, product(&h, &w)?);
        let (st, wt) = (transposed(&s), transposed(&w));
        let columns = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum_axis(Axis(0)).to_vec();
        Ok(Self {
            n: n as f64,
            trace: h.diag().sum(),
            sw: product(&st, &w)?,
            ss: product(&st, &s)?,
            shs: product(&st, &hs)?,
            whs: product(&wt, &hs)?,
            sr: product(&st, &r)?,
            outside,
            whw: columns(&w, &hw),
            wr: columns(&w, &r),
        })
    }

    fn count(&self) -> usize {
        self.wr.len()
    }

    /// ωᵀ(1 − Q')A(1 − Q')ω of probe i, scaled to the expected length of what the range Q' of `rank` vectors leaves of it, where Q' lacks a s_i + b s_j of w.
    fn complement(&self, i: usize, j: usize, a: f64, b: f64, rank: usize) -> f64 {
        let (si, sj) = (self.sw[(i, i)], self.sw[(j, i)]);
        // u = w − a s_i − b s_j is what the range holds of the probe.
        let ur = self.wr[i] - a * self.sr[(i, i)] - b * self.sr[(j, i)];
        let uhu = self.whw[i] - 2.0 * (a * self.whs[(i, i)] + b * self.whs[(i, j)])
            + a * a * self.shs[(i, i)]
            + b * b * self.shs[(j, j)]
            + 2.0 * a * b * self.shs[(i, j)];
        let square = self.outside[i] + a * si + b * sj;
        (self.wr[i] - 2.0 * ur + uhu) * (self.n - rank as f64) / square
    }

    /// Each probe's estimate, with the range of all others.
    fn estimates(&self) -> Vec<f64> {
        let k = self.count();
        let estimate = |i: usize| {
            let inside = self.trace - self.shs[(i, i)];
            inside + self.complement(i, i, self.sw[(i, i)], 0.0, k - 1)
        };
        (0..k).map(estimate).collect()
    }

    /// The estimate of i with the range of all but i and j.
    fn without(&self, i: usize, j: usize) -> f64 {
        let g = self.ss[(i, j)];
        let det = 1.0 - g * g;
        let (si, sj) = (self.sw[(i, i)], self.sw[(j, i)]);
        let (a, b) = ((si - g * sj) / det, (sj - g * si) / det);
        let lost = (self.shs[(i, i)] + self.shs[(j, j)] - 2.0 * g * self.shs[(i, j)]) / det;
        self.trace - lost + self.complement(i, j, a, b, self.count() - 2)
    }

    /// The covariance of two probes' estimates, without bias: the mean of D_ij D_ji.
    ///
    /// Given the range of the others, i's estimate is right on average over ω_i whatever ω_j is. So E[D_ij D_ji] with D_ij = x_i − x_i^{(−j)} has no
    /// terms but cov(x_i, x_j).
    fn covariance(&self, estimates: &[f64]) -> f64 {
        let k = self.count();
        let mut sum = 0.0;
        for i in 0..k {
            for j in 0..i {
                let here = estimates[i] - self.without(i, j);
                let there = estimates[j] - self.without(j, i);
                if (here * there).is_finite() {
                    sum += here * there;
                }
            }
        }
        2.0 * sum / (k * (k - 1)) as f64
    }
}

/// The columns of R⁻ᵀ, scaled to length 1, of an upper triangular R.
fn normalized_inverse_transpose(r: &Array2<f64>) -> Array2<f64> {
    let k = r.nrows();
    let mut s = Array2::zeros((k, k));
    for c in 0..k {
        // Forward substitution of Rᵀ s = e_c.
        s[(c, c)] = 1.0 / r[(c, c)];
        for i in c + 1..k {
            let sum: f64 = (c..i).map(|l| r[(l, i)] * s[(l, c)]).sum();
            s[(i, c)] = -sum / r[(i, i)];
        }
        let mut column = s.column_mut(c);
        let length = column.dot(&column).sqrt();
        column /= length;
    }
    s
}

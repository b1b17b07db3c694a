//! Gauss quadrature for the spectrum, by Lanczos from random vectors.
//!
//! m steps from a unit vector v give a tridiagonal matrix, whose eigenvalues θ_i and squared first components w_i of eigenvectors are the nodes and weights of
//! Σ w_i f(θ_i) ≈ vᵀf(A)v, exact for polynomials up to degree 2m − 1; on average over v it is tr f(A)/n (G. Golub and G. Meurant, Matrices, Moments
//! and Quadrature, 2010; S. Ubaru, J. Chen and Y. Saad, SIAM J. Matrix Anal. Appl. 38, 1075 (2017)).

use crate::error::{Error, Result};
use crate::memory;
use crate::ndarray::Array2;
use crate::numeric::vector::{add_scaled, dot, norm, scale};
use crate::operator::Operator;
use crate::operator::basis::Basis;
use crate::operator::dense::eigen_symmetric;
use crate::operator::measurable::require_measurable;
use crate::operator::probe::{Probe, block_size};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::rayon::prelude::*;

/// Probes that take their steps together, at most.
const BLOCK: usize = 64;

/// Vectors are freed of components along all earlier ones where these are no more numbers than this for one probe: 256 MiB.
const KEPT_NUMBERS: usize = 1 << 25;

/// A remainder below this fraction of the operator's size is rounding: the space is exhausted.
const EXHAUSTED: f64 = 1e-13;

/// As for Krylov spaces: v_iᵀAv_j and v_jᵀAv_i may differ by so much.
const ASYMMETRY: f64 = 1e-2;

/// Settings that all uses of the quadrature share.
#[derive(Clone, Debug)]
pub(super) struct Quadrature {
    pub probes: usize,
    pub steps: usize,
    pub probe: Probe,
    pub seed: Seed,
    pub deadline: Option<f64>,
}

/// One probe's rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub nodes: Vec<f64>,
    pub weights: Vec<f64>,
}

/// One probe's tridiagonal matrix.
#[derive(Clone, Debug)]
pub(super) struct Tridiagonal {
    diagonal: Vec<f64>,
    off_diagonal: Vec<f64>,
    /// Whether the Krylov space ended, so that the rule has no error.
    pub exhausted: bool,
}

/// All probes' matrices.
pub(super) struct Probed {
    pub matrices: Vec<Tridiagonal>,
    pub products: usize,
    pub complete: bool,
}

struct Walk {
    matrix: Tridiagonal,
    vector: Vec<f64>,
    before: Vec<f64>,
    /// β of the step before.
    beta: f64,
    size: f64,
    basis: Option<Basis>,
}

impl Rule {
    pub fn integral(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.nodes.iter().zip(&self.weights).map(|(&x, w)| w * function(x)).sum()
    }
}

impl Tridiagonal {
    /// The rule of the first steps, at most so many.
    pub fn rule(&self, steps: usize) -> Result<Rule> {
        let m = steps.min(self.diagonal.len());
        let entry = |(i, j): (usize, usize)| match i.abs_diff(j) {
            0 => self.diagonal[i],
            1 => self.off_diagonal[i.min(j)],
            _ => 0.0,
        };
        let (nodes, vectors) = eigen_symmetric(&Array2::from_shape_fn((m, m), entry))?;
        let squares: Vec<f64> = vectors.row(0).iter().map(|x| x * x).collect();
        let sum: f64 = squares.iter().sum();
        Ok(Rule { nodes: nodes.to_vec(), weights: squares.iter().map(|w| w / sum).collect() })
    }

    pub fn steps(&self) -> usize {
        self.diagonal.len()
    }
}

impl Quadrature {
    /// Refuses too few probes for an error, and no step.
    pub fn check(&self) -> Result<()> {
        if self.probes < 2 {
            return Err(Error::argument("probes", self.probes, "at least 2, for an error"));
        }
        if self.steps == 0 {
            return Err(Error::argument("steps", 0, "at least 1"));
        }
        Ok(())
    }

    /// Walks from all probes. After the deadline, with those that are done, or if there are none, with all of the first block as far as they came.
    pub fn run(&self, operator: &Operator) -> Result<Probed> {
        self.check()?;
        let n = operator.dimension();
        let steps = self.steps.min(n);
        let keep = n.saturating_mul(steps) <= KEPT_NUMBERS;
        let copies = if keep { steps + 4 } else { 4 };
        // Two at least, so that whatever is done by the deadline has an error.
        let block = block_size(n, copies, BLOCK).max(2).min(self.probes);
        let what = format!("Lanczos from {block} probes of {n} numbers at once");
        memory::require(&what, 8.0 * n as f64 * (block * copies) as f64, "Take fewer `steps`.")?;
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("products", self.probes.saturating_mul(steps));
        let (mut matrices, mut products) = (Vec::new(), 0);
        for first in (0..self.probes).step_by(block) {
            let count = block.min(self.probes - first);
            let mut walks: Vec<Walk> = (first..first + count)
                .into_par_iter()
                .map(|index| Walk::new(n, self.probe, self.seed, index, keep))
                .collect();
            let mut cut = false;
            for _ in 0..steps {
                let done = advance(operator, &mut walks)?;
                products += done;
                progress.add(done);
                cut = deadline.passed();
                if cut || done == 0 {
                    break;
                }
            }
            let whole =
                !cut || walks.iter().all(|w| w.matrix.exhausted || w.matrix.steps() == steps);
            if whole || matrices.len() < 2 {
                matrices.extend(walks.into_iter().map(|walk| walk.matrix));
            }
            if cut && (!whole || matrices.len() < self.probes) {
                progress.stopped();
                return Ok(Probed { matrices, products, complete: false });
            }
        }
        Ok(Probed { matrices, products, complete: true })
    }
}

/// One step of each walk that is not at its end; how many products that was.
fn advance(operator: &Operator, walks: &mut [Walk]) -> Result<usize> {
    let n = operator.dimension();
    let mut active: Vec<&mut Walk> = walks.iter_mut().filter(|w| !w.matrix.exhausted).collect();
    let mut input = vec![0.0; active.len() * n];
    for (walk, vector) in active.iter().zip(input.chunks_exact_mut(n)) {
        vector.copy_from_slice(&walk.vector);
    }
    let mut images = vec![0.0; input.len()];
    operator.apply_into(&input, &mut images)?;
    active
        .par_iter_mut()
        .zip(images.par_chunks_exact_mut(n))
        .try_for_each(|(walk, image)| walk.take(image))?;
    Ok(active.len())
}

impl Walk {
    fn new(n: usize, probe: Probe, seed: Seed, index: usize, keep: bool) -> Self {
        let mut vector = vec![0.0; n];
        probe.fill_unit(seed, index, &mut vector);
        let matrix =
            Tridiagonal { diagonal: Vec::new(), off_diagonal: Vec::new(), exhausted: false };
        let basis = keep.then(|| Basis::new(false));
        Self { matrix, vector, before: vec![0.0; n], beta: 0.0, size: 0.0, basis }
    }

    /// The next step, from the image of the newest vector.
    fn take(&mut self, image: &mut [f64]) -> Result<()> {
        require_measurable(image, self.size)?;
        self.size = self.size.max(norm(image));
        let back = dot(&self.before, image);
        if (back - self.beta).abs() > ASYMMETRY * self.size {
            let given = format!("one with vᵀAw = {back:.6} and wᵀAv = {:.6}", self.beta);
            let allowed = "symmetric, vᵀAw = wᵀAv (see `asymmetry()`)";
            return Err(Error::argument("operator", given, allowed));
        }
        let alpha = dot(&self.vector, image);
        add_scaled(image, -alpha, &self.vector);
        add_scaled(image, -self.beta, &self.before);
        let beta = match &mut self.basis {
            Some(basis) => {
                basis.push(&self.vector);
                basis.project_out(image).after
            }
            None => norm(image),
        };
        // The row before gets its off-diagonal entry only now, when there is a row after it.
        if !self.matrix.diagonal.is_empty() {
            self.matrix.off_diagonal.push(self.beta);
        }
        self.matrix.diagonal.push(alpha);
        self.beta = beta;
        if beta > EXHAUSTED * self.size {
            scale(image, 1.0 / beta);
            std::mem::swap(&mut self.before, &mut self.vector);
            self.vector.copy_from_slice(image);
        } else {
            self.matrix.exhausted = true;
        }
        Ok(())
    }
}

//! A block Krylov space with an orthonormal basis, and what the operator is in it.
//!
//! The basis V is extended by A times its newest vectors, freed of all components along V. T = VᵀAV is kept whole, with every component that orthogonalisation
//! finds, so that T stays right through restarts with Ritz vectors and through random vectors that are added where a space is exhausted.
//! Thick restart: K. Wu and H. Simon, SIAM J. Matrix Anal. Appl. 22, 602 (2000).

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::numeric::vector::scale;
use crate::operator::Operator;
use crate::operator::basis::Basis;
use crate::operator::dense::eigen_symmetric;
use crate::operator::measurable::require_measurable;
use crate::operator::probe::Probe;
use crate::random::Seed;

/// An operator whose v_iᵀAv_j and v_jᵀAv_i differ by more than this fraction of its size is not symmetric.
const ASYMMETRY: f64 = 1e-2;

/// The space as far as it is known.
pub(super) struct Krylov<'a> {
    operator: &'a Operator,
    basis: Basis,
    /// v_iᵀAv_j as `couplings[j][i]` for the vectors j that the operator was applied to; what is beyond a column's end is 0.
    couplings: Vec<Vec<f64>>,
    /// For the first vectors, how much of Av_j was dropped with vectors that are no longer in the basis.
    leaks: Vec<f64>,
    /// The largest |Av| seen, a lower bound of the operator's norm.
    size: f64,
    products: usize,
    seed: Seed,
    /// Random vectors that were added.
    drawn: usize,
}

/// The operator's eigenvalues within the space, ascending.
pub(super) struct Ritz {
    pub values: Vec<f64>,
    /// |Av − θv| of their vectors.
    pub residuals: Vec<f64>,
    /// Their vectors in the basis, as columns.
    turn: Array2<f64>,
}

impl<'a> Krylov<'a> {
    pub fn new(operator: &'a Operator, single: bool, seed: Seed) -> Self {
        Self {
            operator,
            basis: Basis::new(single),
            couplings: Vec::new(),
            leaks: Vec::new(),
            size: 0.0,
            products: 0,
            seed,
            drawn: 0,
        }
    }

    /// The dimension of the space in which T is known.
    pub fn dimension(&self) -> usize {
        self.couplings.len()
    }

    pub fn products(&self) -> usize {
        self.products
    }

    pub fn size(&self) -> f64 {
        self.size
    }

    /// Adds random vectors to those that come next.
    pub fn add_random(&mut self, count: usize) {
        let mut vector = vec![0.0; self.operator.dimension()];
        for _ in 0..count {
            Probe::Gaussian.fill_unit(self.seed, self.drawn, &mut vector);
            self.drawn += 1;
            let length = self.basis.project_out(&mut vector).after;
            if length > 0.0 {
                scale(&mut vector, 1.0 / length);
                self.basis.push(&vector);
            }
        }
    }

    /// Applies the operator to the vectors that come next; what is new in the products comes after them. How many products that was.
    pub fn step(&mut self) -> Result<usize> {
        let (n, first) = (self.operator.dimension(), self.dimension());
        let count = self.basis.len() - first;
        if count == 0 {
            let allowed = "such that a direction outside the space of its products exists";
            return Err(Error::argument("operator", "one without further directions", allowed));
        }
        let mut input = vec![0.0; count * n];
        for (k, vector) in input.chunks_exact_mut(n).enumerate() {
            self.basis.read(first + k, vector);
        }
        let mut images = vec![0.0; count * n];
        self.operator.apply_into(&input, &mut images)?;
        drop(input);
        self.products += count;
        for image in images.chunks_exact_mut(n) {
            self.take(image)?;
        }
        if self.basis.len() == self.dimension() {
            // The space is invariant: only a new direction can show more.
            self.add_random(1);
        }
        Ok(count)
    }

    /// Takes in the image of the next vector.
    fn take(&mut self, image: &mut [f64]) -> Result<()> {
        require_measurable(image, self.size)?;
        let projected = self.basis.project_out(image);
        self.size = self.size.max(projected.before);
        self.check_symmetry(&projected.along)?;
        let mut column = projected.along;
        if projected.after > self.basis.rounding() * self.size {
            scale(image, 1.0 / projected.after);
            self.basis.push(image);
            column.push(projected.after);
        }
        self.couplings.push(column);
        Ok(())
    }

    fn check_symmetry(&self, along: &[f64]) -> Result<()> {
        let j = self.dimension();
        if !self.leaks.is_empty() {
            return Ok(());
        }
        for (column, &here) in self.couplings.iter().zip(along) {
            let there = column.get(j).copied().unwrap_or(0.0);
            if (here - there).abs() > ASYMMETRY * self.size {
                let given =
                    format!("one with vᵀAw = {here:.6} and wᵀAv = {there:.6} for unit vectors");
                return Err(Error::argument(
                    "operator",
                    given,
                    "symmetric, vᵀAw = wᵀAv (see `asymmetry()`)",
                ));
            }
        }
        Ok(())
    }

    /// The Ritz values and the residuals of their vectors.
    pub fn ritz(&self) -> Result<Ritz> {
        let p = self.dimension();
        let lower = |(i, j): (usize, usize)| self.couplings[i.max(j)][i.min(j)];
        let (values, turn) = eigen_symmetric(&Array2::from_shape_fn((p, p), lower))?;
        let residual = |l: usize| {
            let outside: f64 = self.outside(&turn, l).iter().map(|x| x * x).sum();
            (outside + self.leak(&turn, l).powi(2)).sqrt()
        };
        Ok(Ritz { values: values.to_vec(), residuals: (0..p).map(residual).collect(), turn })
    }

    /// What A times Ritz vector `l` has along the vectors that come next.
    fn outside(&self, turn: &Array2<f64>, l: usize) -> Vec<f64> {
        let p = self.dimension();
        let mut along = vec![0.0; self.basis.len() - p];
        for (column, weight) in self.couplings.iter().zip(turn.column(l)) {
            for (sum, value) in along.iter_mut().zip(column.iter().skip(p)) {
                *sum += weight * value;
            }
        }
        along
    }

    /// At most so much of A times Ritz vector `l` was dropped.
    fn leak(&self, turn: &Array2<f64>, l: usize) -> f64 {
        self.leaks.iter().zip(turn.column(l)).map(|(leak, weight)| leak * weight.abs()).sum()
    }

    /// Continues with these Ritz vectors, and with what comes next.
    pub fn restart(&mut self, ritz: &Ritz, kept: &[usize]) {
        let next = self.basis.len() - self.dimension();
        let mut couplings = Vec::with_capacity(kept.len());
        for (position, &l) in kept.iter().enumerate() {
            let mut column = vec![0.0; kept.len() + next];
            column[position] = ritz.values[l];
            column[kept.len()..].copy_from_slice(&self.outside(&ritz.turn, l));
            couplings.push(column);
        }
        if !self.leaks.is_empty() {
            self.leaks = kept.iter().map(|&l| self.leak(&ritz.turn, l)).collect();
        }
        self.turn(ritz, kept);
        self.couplings = couplings;
    }

    /// Continues with these Ritz vectors, and with random ones in place of what came next.
    pub fn refresh(&mut self, ritz: &Ritz, kept: &[usize], fresh: usize) {
        self.restart(ritz, kept);
        self.basis.truncate(kept.len());
        self.leaks = kept.iter().map(|&l| ritz.residuals[l]).collect();
        for column in &mut self.couplings {
            column.truncate(kept.len());
        }
        self.add_random(fresh);
    }

    /// These Ritz vectors.
    pub fn into_vectors(mut self, ritz: &Ritz, chosen: &[usize]) -> Vec<Vec<f64>> {
        self.turn(ritz, chosen);
        self.basis.truncate(chosen.len());
        self.basis.into_vectors()
    }

    fn turn(&mut self, ritz: &Ritz, kept: &[usize]) {
        let row = |j: usize| kept.iter().map(|&l| ritz.turn[(j, l)]).collect();
        let turn: Vec<Vec<f64>> = (0..self.dimension()).map(row).collect();
        self.basis.rotate(&turn, kept.len());
    }
}

//! Eigenpairs at both ends of a spectrum by the Lanczos method.

use crate::error::{Error, Result};
use crate::memory;
use crate::numeric::vector::{add_scaled, dot, norm, scale};
use crate::operator::Operator;
use crate::operator::eigenpairs::Eigenpairs;
use crate::operator::krylov::{Krylov, Ritz};
use crate::progress::{Deadline, Progress};
use crate::random::Seed;
use crate::setters::setters;

/// The spaces grow by so many vectors between two looks at the Ritz values.
const LOOK: usize = 10;

/// New products at least before a fresh vector's finding nothing counts.
const FRESH: usize = 20;

/// The pair next to those wanted has its eigenvalue to this fraction of the distance to them, before it counts as not one of them.
const NEXT: f64 = 0.01;

/// Settings of a Lanczos run for the largest and the smallest eigenvalues; [`run`](Self::run) gives the pairs.
///
/// Krylov spaces with full reorthogonalisation (Gram–Schmidt twice), restarted with the best Ritz vectors of both ends when they are full (thick
/// restart; K. Wu and H. Simon, SIAM J. Matrix Anal. Appl. 22, 602 (2000)). A Krylov space of one vector holds one direction of each eigenspace, so
/// that it cannot see multiple eigenvalues: when all wanted pairs have converged, the run goes on from a random vector orthogonal to them until the
/// pair next to them shows that there is no further copy, and again as long as one is found. Like every method that sees products only, this can miss
/// an eigenvalue to which all random vectors happened to be nearly orthogonal.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// // The saddle ½ θ_n (θ_1² + … − …) at θ_n = 1: eigenvalues 1 and −1, 200 times each, and 0.
/// let saddle = Array1::from_shape_fn(401, |i| [1.0, -1.0, 0.0][(i >= 200) as usize + (i >= 400) as usize]);
/// let pairs = Operator::from_diagonal(&saddle)?.lanczos(3).run()?;
/// for (value, exact) in pairs.eigenvalues.iter().zip([1.0, 1.0, 1.0, -1.0, -1.0, -1.0]) {
///     assert!((value - exact).abs() < 1e-12);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Lanczos {
    operator: Operator,
    top: usize,
    bottom: usize,
    basis: Option<usize>,
    block: usize,
    tolerance: Option<f64>,
    products: usize,
    single_precision: bool,
    multiplicities: bool,
    seed: Seed,
    deadline: Option<f64>,
}

impl Operator {
    /// The `k` largest and the `k` smallest eigenvalues with their eigenvectors, in one run.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pairs = Operator::from_diagonal(&Array1::linspace(-1.0, 1.0, 201))?.lanczos(2).run()?;
    /// assert!((pairs.eigenvalues[1] - 0.99).abs() < 1e-9 && (pairs.eigenvalues[2] + 0.99).abs() < 1e-9);
    /// # Ok(()) }
    /// ```
    pub fn lanczos(&self, k: usize) -> Lanczos {
        Lanczos {
            operator: self.clone(),
            top: k,
            bottom: k,
            basis: None,
            block: 1,
            tolerance: None,
            products: 10_000,
            single_precision: false,
            multiplicities: true,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

/// How a run stands after a look at the Ritz values.
enum Standing {
    /// Wanted pairs have not converged.
    Open,
    /// They have, in the space of all start vectors so far.
    Converged,
}

impl Lanczos {
    /// How many of the largest eigenvalues; default as many as of the smallest.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0, 3.0])?;
    /// assert_eq!(a.lanczos(1).top(2).run()?.eigenvalues.len(), 3);
    /// # Ok(()) }
    /// ```
    pub fn top(&self, k: usize) -> Self {
        Self { top: k, ..self.clone() }
    }

    /// How many of the smallest (most negative) eigenvalues; default as many as of the largest.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&array![1.0, 2.0, 3.0])?;
    /// assert_eq!(a.lanczos(1).bottom(0).run()?.eigenvalues.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn bottom(&self, k: usize) -> Self {
        Self { bottom: k, ..self.clone() }
    }

    /// How many vectors of the Krylov space are kept at most, each of n numbers; default twice the wanted pairs and 20, at least 40. Where this is
    /// no less than n, the operator is diagonalised as a matrix.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200))?;
    /// assert!(a.lanczos(1).basis(20).run()?.complete && a.lanczos(1).basis(2).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn basis(&self, vectors: usize) -> Self {
        Self { basis: Some(vectors), ..self.clone() }
    }

    /// Vectors that the operator is applied to at once; default 1, which takes the fewest products. More pay where several products
    /// cost hardly more than one, and find multiple eigenvalues at once.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200))?;
    /// assert!(a.lanczos(1).block(4).run()?.complete && a.lanczos(1).block(0).run().is_err());
    /// # Ok(()) }
    /// ```
    pub fn block(&self, vectors: usize) -> Self {
        Self { block: vectors, ..self.clone() }
    }

    /// A pair has converged when its residual is below this fraction of the operator's norm; default 10⁻⁶ (10⁻⁴ in single precision), at which an
    /// isolated eigenvalue is right to about 10⁻¹². Products in single precision allow about 10⁻⁵.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200))?;
    /// assert!(a.lanczos(1).tolerance(1e-10).run()?.residuals[0] <= 1e-10);
    /// # Ok(()) }
    /// ```
    pub fn tolerance(&self, tolerance: f64) -> Self {
        Self { tolerance: Some(tolerance), ..self.clone() }
    }

    /// The most products, after which the pairs are as good as they are and `complete` is false; default 10 000.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 2000))?;
    /// assert!(!a.lanczos(2).products(30).run()?.complete);
    /// # Ok(()) }
    /// ```
    pub fn products(&self, most: usize) -> Self {
        Self { products: most, ..self.clone() }
    }

    /// Whether the Krylov space is kept in single precision, which halves the memory and allows tolerances from 10⁻⁵ on; default false.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200))?;
    /// let pairs = a.lanczos(1).single_precision(true).tolerance(1e-4).run()?;
    /// assert!((pairs.eigenvalues[0] - 1.0).abs() < 1e-6);
    /// # Ok(()) }
    /// ```
    pub fn single_precision(&self, single: bool) -> Self {
        Self { single_precision: single, ..self.clone() }
    }

    /// Whether the run goes on from fresh random vectors to find further copies of multiple eigenvalues; default true. It costs about as
    /// many products again for one more pair.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let a = Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 200))?.lanczos(2);
    /// assert!(a.multiplicities(false).run()?.products < a.run()?.products);
    /// # Ok(()) }
    /// ```
    pub fn multiplicities(&self, find: bool) -> Self {
        Self { multiplicities: find, ..self.clone() }
    }

    setters! { "Operator::from_diagonal(&Array1::linspace(0.0, 1.0, 100))?.lanczos(2)":
        /// The seed of the start vectors; default 0.
        seed;
        /// A limit in seconds, after which the pairs are as good as they are and `complete` is false; default none. It is passed by
        /// at most one block of products. Residuals are estimates of the method then, without products of their own.
        deadline;
    }

    /// Runs the method. Each converged pair's residual is computed from one product more.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let spins = Ising::chain(100)?.operator()?;
    /// let pairs = spins.lanczos(1).run()?;
    /// assert!((pairs.eigenvalues[0] - 2.0).abs() < 1e-9 && pairs.complete);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If no eigenvalue is asked for, or more than n; if the basis is too small for them; if the tolerance is not between 10⁻¹⁴ (10⁻⁵ in single
    /// precision) and 0.1; if `block` or `products` is 0; if the vectors would not fit in memory; if the operator shows that it is not symmetric, or
    /// its size is not between 10⁻¹⁴⁰ and 10¹⁴⁰; if the deadline is not a finite number above 0; what a product returns.
    pub fn run(&self) -> Result<Eigenpairs> {
        let (n, wanted) = (self.operator.dimension(), self.wanted()?);
        let size = self.basis_size(wanted)?;
        let deadline = Deadline::new(self.deadline)?;
        if n <= size.saturating_add(self.block) {
            return self.operator.dense_pairs(self.top, self.bottom);
        }
        self.require_memory(size)?;
        let mut progress = Progress::at_most("products", self.products);
        let mut krylov = Krylov::new(&self.operator, self.single_precision, self.seed);
        krylov.add_random(self.block);
        // The wanted values before the newest fresh vectors, and the products then.
        let mut before: Option<(Vec<f64>, usize)> = None;
        let mut last_look = 0;
        loop {
            progress.add(krylov.step()?);
            let full = krylov.dimension() + self.block > size;
            let late = deadline.passed();
            let over = late || krylov.products() >= self.products;
            if !full && !over && krylov.products() < last_look + LOOK {
                continue;
            }
            last_look = krylov.products();
            let ritz = krylov.ritz()?;
            let standing = self.standing(&krylov, &ritz, before.as_ref().map(|(_, at)| *at));
            if matches!(standing, Standing::Converged) {
                let values = self.values(&ritz);
                let same = |(old, _): &(Vec<f64>, usize)| {
                    let tolerance = self.tolerance_or_default() * krylov.size();
                    old.iter().zip(&values).all(|(a, b)| (a - b).abs() <= tolerance)
                };
                if !self.multiplicities || before.as_ref().is_some_and(same) {
                    return self.pairs(krylov, &ritz, true, true);
                }
                let kept = self.chosen(ritz.values.len());
                before = Some((values, krylov.products()));
                if !over {
                    krylov.refresh(&ritz, &kept, self.block);
                    continue;
                }
            }
            if over {
                if late {
                    progress.stopped();
                }
                return self.pairs(krylov, &ritz, !late, false);
            }
            if full {
                krylov.restart(&ritz, &self.kept(ritz.values.len(), size));
            }
        }
    }

    fn tolerance_or_default(&self) -> f64 {
        self.tolerance.unwrap_or(if self.single_precision { 1e-4 } else { 1e-6 })
    }

    fn wanted(&self) -> Result<usize> {
        let n = self.operator.dimension();
        let allowed = || format!("from 1 to {n}, the number of eigenvalues");
        let largest = self.top.max(self.bottom);
        if largest == 0 || largest > n {
            return Err(Error::argument("k", largest, allowed()));
        }
        let smallest = if self.single_precision { 1e-5 } else { 1e-14 };
        let tolerance = self.tolerance_or_default();
        if !(tolerance >= smallest && tolerance <= 0.1) {
            let allowed = format!("from {smallest:e} to 0.1");
            return Err(Error::argument("tolerance", tolerance, allowed));
        }
        for (name, value) in [("block", self.block), ("products", self.products)] {
            if value == 0 {
                return Err(Error::argument(name, 0, "at least 1"));
            }
        }
        Ok(self.top.saturating_add(self.bottom).min(n))
    }

    /// How many vectors are kept, if the wanted ones fit among them.
    fn basis_size(&self, wanted: usize) -> Result<usize> {
        let needed = wanted.saturating_add(self.block.saturating_mul(2)).saturating_add(4);
        match self.basis {
            Some(size) if size < needed => {
                let allowed = format!(
                    "at least {needed}, for {wanted} pairs in blocks of {} and what comes next",
                    self.block
                );
                Err(Error::argument("basis", size, allowed))
            }
            Some(size) => Ok(size),
            None => Ok((2 * wanted + 20)
                .max(40)
                .max(needed.saturating_add(self.block.saturating_mul(4)))),
        }
    }

    fn require_memory(&self, size: usize) -> Result<()> {
        let number = if self.single_precision { 4.0 } else { 8.0 };
        let (block, wanted) = (self.block as f64, (self.top + self.bottom) as f64);
        let converted = if self.single_precision { 8.0 * wanted } else { 0.0 };
        let vectors = number * (size as f64 + block) + 8.0 * (2.0 * block + 2.0) + converted;
        let bytes = self.operator.dimension() as f64 * vectors + 32.0 * (size as f64).powi(2);
        let what =
            format!("A Krylov space of {size} vectors of {} numbers", self.operator.dimension());
        memory::require(
            &what,
            bytes,
            "Keep fewer vectors (`basis`), in single precision, or ask for fewer pairs.",
        )
    }

    /// Whether the wanted pairs have converged, and after fresh vectors, that nothing more is to be found next to them.
    fn standing(&self, krylov: &Krylov<'_>, ritz: &Ritz, fresh_at: Option<usize>) -> Standing {
        let count = ritz.values.len();
        let tolerance = self.tolerance_or_default() * krylov.size();
        if count < self.top + self.bottom + 2
            || self.chosen(count).iter().any(|&l| !(ritz.residuals[l] <= tolerance))
        {
            return Standing::Open;
        }
        let Some(fresh_at) = fresh_at else { return Standing::Converged };
        if krylov.products() < fresh_at + FRESH {
            return Standing::Open;
        }
        // The last of the wanted, and the pair next to it, at both ends.
        let ends = [
            (self.top > 0).then(|| (count - self.top, count - self.top - 1)),
            (self.bottom > 0).then(|| (self.bottom - 1, self.bottom)),
        ];
        let settled = |(last, next): (usize, usize)| {
            let gap = (ritz.values[last] - ritz.values[next]).abs();
            ritz.residuals[next] <= tolerance.max(NEXT * gap)
        };
        if ends.into_iter().flatten().all(settled) { Standing::Converged } else { Standing::Open }
    }

    /// The wanted ones of so many Ritz values in ascending order, from the largest down; fewer while there are not so many.
    fn chosen(&self, count: usize) -> Vec<usize> {
        let top = self.top.min(count);
        let bottom = self.bottom.min(count - top);
        (count - top..count).rev().chain((0..bottom).rev()).collect()
    }

    fn values(&self, ritz: &Ritz) -> Vec<f64> {
        self.chosen(ritz.values.len()).iter().map(|&l| ritz.values[l]).collect()
    }

    /// The Ritz vectors that go on when the space is full: those wanted, and of the rest two fifths, shared between the ends.
    fn kept(&self, count: usize, size: usize) -> Vec<usize> {
        let wanted = self.top + self.bottom;
        let room = size.saturating_sub(wanted + 2 * self.block);
        let extra = (2 * room / 5).max(2);
        let above = extra * self.top / wanted;
        let top = (self.top + above).min(count);
        let bottom = (self.bottom + extra - above).min(count - top);
        (0..bottom).chain(count - top..count).collect()
    }

    /// The wanted pairs, with Rayleigh quotients and residuals of their vectors if there is time for a product with each.
    fn pairs(
        &self,
        krylov: Krylov<'_>,
        ritz: &Ritz,
        measured: bool,
        complete: bool,
    ) -> Result<Eigenpairs> {
        let n = self.operator.dimension();
        let chosen = self.chosen(ritz.values.len());
        let tolerance = self.tolerance_or_default() * krylov.size();
        let top = self.top.min(ritz.values.len());
        let mut products = krylov.products();
        let mut vectors = krylov.into_vectors(ritz, &chosen);
        let mut found: Vec<(f64, f64)> =
            chosen.iter().map(|&l| (ritz.values[l], ritz.residuals[l])).collect();
        if measured {
            let mut image = vec![0.0; n];
            for (vector, (value, residual)) in vectors.iter_mut().zip(&mut found) {
                let length = norm(vector);
                scale(vector, 1.0 / length);
                self.operator.apply_into(vector, &mut image)?;
                *value = dot(vector, &image);
                add_scaled(&mut image, -*value, vector);
                *residual = norm(&image);
                products += 1;
            }
        }
        // Rounding may have changed the order of close values.
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|&a, &b| found[b].0.total_cmp(&found[a].0));
        let converged: Vec<bool> = order.iter().map(|&k| found[k].1 <= tolerance).collect();
        let all = complete && converged.iter().all(|&converged| converged);
        let mut pairs = Eigenpairs::new(
            n,
            top,
            order.iter().map(|&k| found[k].0).collect(),
            order.iter().map(|&k| found[k].1).collect(),
            converged,
            order.iter().map(|&k| std::mem::take(&mut vectors[k])).collect(),
        );
        (pairs.complete, pairs.products) = (all, products);
        Ok(pairs)
    }
}

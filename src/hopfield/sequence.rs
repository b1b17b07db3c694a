//! Sequences: each pattern calls up the next.

use std::collections::VecDeque;

use crate::error::{Error, Result};
use crate::hopfield::check;
use crate::hopfield::noise::shuffle;
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::DataFrame;
use crate::progress::{Deadline, Progress};
use crate::random::Seed;

/// The most overlaps of former states kept, 256 MiB.
const MOST_KEPT: usize = 1 << 26;

/// A network that goes through its patterns one after the other.
///
/// Asymmetric couplings J_ij = (1/N) Σ_μ ξ_i^{μ+1} ξ_j^μ make each pattern call up the next. Alone and with synchronous updates they take one step of the sequence at every step of time
/// ([`Sequence::new`]); up to a load of 0.269 for long sequences (A. Düring, A. C. C. Coolen and D. Sherrington, J. Phys. A 31, 8607 (1998)).
/// With [`delay`](Self::delay) a pattern is held by Hebb's symmetric couplings while the asymmetric ones, λ times as strong, act on the state τ sweeps ago:
///
/// h_i(t) = Σ_j J^S_ij s_j(t) + λ Σ_j J^L_ij s_j(t − τ),
///
/// where t − τ = t at τ = 1, the state that the sweep began with; for λ > 1 the network stays at each pattern for about τ sweeps (H. Sompolinsky and I. Kanter, Phys. Rev. Lett. 57, 2861 (1986), with the memory of one delay). Units then change one after the other in random
/// order.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let patterns = random_patterns(5, 200, 1)?;
/// let course = Sequence::new(&patterns)?.run(&patterns.row(0).to_owned(), 6)?;
/// assert_eq!(course.values("pattern")?, [0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 1.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Sequence {
    /// A pattern a row.
    patterns: Vec<Vec<i8>>,
    cyclic: bool,
    /// λ and τ.
    delayed: Option<(f64, usize)>,
    seed: Seed,
    deadline: Option<f64>,
}

impl Sequence {
    /// The patterns in their order, the first following the last.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sequence = Sequence::new(&random_patterns(4, 100, 1)?)?;
    /// assert_eq!((sequence.count(), sequence.n_units()), (4, 100));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no pattern, or an entry is not ±1.
    pub fn new(patterns: &Array2<i8>) -> Result<Self> {
        check::patterns(patterns)?;
        Ok(Self {
            patterns: patterns.rows().into_iter().map(|row| row.to_vec()).collect(),
            cyclic: true,
            delayed: None,
            seed: Seed::default(),
            deadline: None,
        })
    }

    /// The number of units N.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Sequence::new(&array![[1, 1, -1], [1, -1, 1]])?.n_units(), 3);
    /// # Ok(()) }
    /// ```
    pub fn n_units(&self) -> usize {
        self.patterns.first().map_or(0, Vec::len)
    }

    /// The number of patterns P.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(Sequence::new(&array![[1, 1, -1], [1, -1, 1]])?.count(), 2);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.patterns.len()
    }

    /// Whether the first pattern follows the last; default so. Otherwise the last calls up nothing: with a delay the network stays at it, alone it is left to chance overlaps with the others.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// // From the first to the second, and back only if the sequence is closed.
    /// let sequence = Sequence::new(&array![[1, 1], [1, -1]])?;
    /// assert_eq!(sequence.couplings()?, array![[1.0, 0.0], [0.0, -1.0]]);
    /// assert_eq!(sequence.cyclic(false).couplings()?, array![[0.5, 0.5], [-0.5, -0.5]]);
    /// # Ok(()) }
    /// ```
    pub fn cyclic(&self, cyclic: bool) -> Self {
        Self { cyclic, ..self.clone() }
    }

    /// Holds each pattern by symmetric couplings, with asymmetric ones of strength λ on the state τ sweeps ago; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(4, 300, 1)?;
    /// let course = Sequence::new(&patterns)?.delay(2.0, 3).run(&patterns.row(0).to_owned(), 6)?;
    /// assert_eq!(course.values("pattern")?, [0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]); // each for three sweeps
    /// # Ok(()) }
    /// ```
    pub fn delay(&self, strength: f64, sweeps: usize) -> Self {
        Self { delayed: Some((strength, sweeps)), ..self.clone() }
    }

    /// The seed of the orders of update where there is a delay; default 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(4, 100, 1)?;
    /// let sequence = Sequence::new(&patterns)?.delay(2.0, 5).seed(3);
    /// assert_eq!(sequence.run(&patterns.row(0).to_owned(), 4)?.values("seed")?, [3.0; 5]);
    /// # Ok(()) }
    /// ```
    pub fn seed(&self, seed: impl Into<Seed>) -> Self {
        Self { seed: seed.into(), ..self.clone() }
    }

    /// A limit in seconds, after which the frame ends and `complete` is false; default none.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = random_patterns(4, 100, 1)?;
    /// let cut = Sequence::new(&patterns)?.deadline(0.01).run(&patterns.row(0).to_owned(), 1_000_000)?;
    /// assert!(cut.height() < 1_000_001 && cut.values("complete")?[0] == 0.0);
    /// # Ok(()) }
    /// ```
    pub fn deadline(&self, seconds: f64) -> Self {
        Self { deadline: Some(seconds), ..self.clone() }
    }

    /// The asymmetric couplings J_ij = (1/N) Σ_μ ξ_i^{μ+1} ξ_j^μ, self-couplings included: for [`Hopfield::from_couplings`](super::Hopfield::from_couplings).
    ///
    /// # Errors
    /// If there are more than [`MAX_DENSE`](super::MAX_DENSE) units.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let couplings = Sequence::new(&array![[1, 1], [1, -1]])?.couplings()?;
    /// assert_eq!(couplings, array![[1.0, 0.0], [0.0, -1.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn couplings(&self) -> Result<Array2<f64>> {
        let size = self.n_units();
        check::dense("The matrix of couplings", size)?;
        let mut matrix = Array2::zeros((size, size));
        for (pattern, next) in self.steps() {
            for ((i, j), entry) in matrix.indexed_iter_mut() {
                *entry += f64::from(next[i] * pattern[j]);
            }
        }
        Ok(matrix / size as f64)
    }

    /// Each pattern that has a follower, and the follower.
    fn steps(&self) -> impl Iterator<Item = (&Vec<i8>, &Vec<i8>)> {
        let last = if self.cyclic { self.patterns.first() } else { None };
        self.patterns.iter().zip(self.patterns.iter().skip(1).chain(last))
    }

    /// Runs so many steps (sweeps, where there is a delay) from a start: a row for the start and for each of them, with `step`, `pattern` (of the largest overlap), `overlap` (that one), `n_units`, `load`,
    /// `strength` and `delay` (missing without), `seed`, `complete`.
    ///
    /// # Errors
    /// If the start has not N entries of ±1, there are no steps or more than a million, λ is not finite, τ is 0 or above a million, or the deadline is not a finite number above 0.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(4, 300, 1)?;
    /// let slow = Sequence::new(&patterns)?.delay(2.0, 5).run(&patterns.row(0).to_owned(), 30)?;
    /// let stays = slow.values("pattern")?.iter().filter(|p| **p == 1.0).count();
    /// assert!(stays >= 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self, start: &Array1<i8>, steps: usize) -> Result<DataFrame> {
        let n = self.n_units() as f64;
        let (mut nearest, mut overlaps) = (Vec::new(), Vec::new());
        let whole = self.observed(start, steps, |products| {
            let best = products.iter().enumerate().rev().max_by_key(|(_, m)| **m);
            let (pattern, m) = best.map_or((0, 0), |(pattern, m)| (pattern, *m));
            nearest.push(pattern as u64);
            overlaps.push(f64::from(m) / n);
        })?;
        let height = nearest.len();
        Ok(df!(
            "step" => (0..height as u64).collect::<Vec<_>>(),
            "pattern" => nearest,
            "overlap" => overlaps,
            "n_units" => vec![self.n_units() as u64; height],
            "load" => vec![self.count() as f64 / n; height],
            "strength" => vec![self.delayed.map(|(strength, _)| strength); height],
            "delay" => vec![self.delayed.map(|(_, sweeps)| sweeps as u64); height],
            "seed" => vec![self.seed.number(); height],
            "complete" => vec![whole; height],
        )?)
    }

    /// The overlap with every pattern at the start and after each step: a frame with `step`, `pattern`, `overlap`.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let patterns = random_patterns(3, 100, 1)?;
    /// let all = Sequence::new(&patterns)?.overlaps(&patterns.row(0).to_owned(), 2)?;
    /// assert_eq!(all.height(), 9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn overlaps(&self, start: &Array1<i8>, steps: usize) -> Result<DataFrame> {
        let (n, count) = (self.n_units() as f64, self.count() as u64);
        check::kept(steps, self.count())?;
        let mut all = Vec::new();
        self.observed(start, steps, |products| {
            all.extend(products.iter().map(|m| f64::from(*m) / n));
        })?;
        let rows = all.len() as u64;
        Ok(df!(
            "step" => (0..rows).map(|row| row / count).collect::<Vec<_>>(),
            "pattern" => (0..rows).map(|row| row % count).collect::<Vec<_>>(),
            "overlap" => all,
        )?)
    }

    /// Shows `observe` the products ξ^μ·s at the start and after each step; whether all steps were done.
    fn observed(
        &self,
        start: &Array1<i8>,
        steps: usize,
        mut observe: impl FnMut(&[i32]),
    ) -> Result<bool> {
        const MOST: usize = 1_000_000;
        let mut state = check::state("The start", start, self.n_units())?;
        if !(1..=MOST).contains(&steps) {
            return Err(Error::argument("steps", steps, format!("between 1 and {MOST}")));
        }
        if let Some((strength, delay)) = self.delayed {
            if !strength.is_finite() {
                return Err(Error::argument("strength", strength, "a finite number"));
            }
            if !(1..=MOST).contains(&delay) {
                return Err(Error::argument(
                    "delay",
                    delay,
                    format!("between 1 and {MOST} sweeps"),
                ));
            }
            let kept = delay.min(steps).saturating_mul(self.count());
            if kept > MOST_KEPT {
                return Err(Error::TooLarge {
                    what: format!("A delay of {delay} sweeps"),
                    needs: format!("{kept} overlaps in memory"),
                    limit: MOST_KEPT.to_string(),
                    advice: "Take a shorter delay or fewer patterns.".to_owned(),
                });
            }
        }
        let deadline = Deadline::new(self.deadline)?;
        let mut progress = Progress::new("steps", steps);
        let mut course = Course::new(self, &state);
        observe(&course.products);
        for _ in 0..steps {
            if deadline.passed() {
                progress.stopped();
                return Ok(false);
            }
            course.step(&mut state);
            observe(&course.products);
            progress.add(1);
        }
        Ok(true)
    }
}

/// A sequence under way.
struct Course<'a> {
    sequence: &'a Sequence,
    /// Row i holds what unit i is in each pattern.
    columns: Vec<Vec<i8>>,
    /// ξ^μ·s now.
    products: Vec<i32>,
    /// The same at the ends of up to τ sweeps, the oldest first.
    past: VecDeque<Vec<i32>>,
    generator: crate::random::Generator,
    order: Vec<u32>,
}

impl<'a> Course<'a> {
    fn new(sequence: &'a Sequence, state: &[i8]) -> Self {
        let columns =
            (0..state.len()).map(|i| sequence.patterns.iter().map(|p| p[i]).collect()).collect();
        let agreement = |pattern: &Vec<i8>| {
            pattern.iter().zip(state).map(|(x, s)| i32::from(x.wrapping_mul(*s))).sum()
        };
        let products: Vec<i32> = sequence.patterns.iter().map(agreement).collect();
        Self {
            sequence,
            columns,
            // Before the start the network stood at the start.
            past: VecDeque::from([products.clone()]),
            products,
            generator: sequence.seed.generator(),
            order: (0..state.len() as u32).collect(),
        }
    }

    fn step(&mut self, state: &mut [i8]) {
        match self.sequence.delayed {
            None => self.all_at_once(state),
            Some((strength, delay)) => self.sweep(state, strength, delay),
        }
    }

    /// Σ_μ ξ_i^{μ+1} M_μ.
    fn pull(&self, i: usize, products: &[i32]) -> i32 {
        let column = &self.columns[i];
        let along: i32 = column[1..]
            .iter()
            .zip(products)
            .map(|(next, m)| i32::from(*next).wrapping_mul(*m))
            .fold(0, i32::wrapping_add);
        let last = products.last().copied().unwrap_or(0);
        if self.sequence.cyclic { along.wrapping_add(i32::from(column[0]) * last) } else { along }
    }

    fn all_at_once(&mut self, state: &mut [i8]) {
        let pulls: Vec<i32> = (0..state.len()).map(|i| self.pull(i, &self.products)).collect();
        for (i, pull) in pulls.into_iter().enumerate() {
            if pull.signum() == -i32::from(state[i]) {
                self.flip(i, state);
            }
        }
    }

    fn sweep(&mut self, state: &mut [i8], strength: f64, delay: usize) {
        let old = if self.past.len() >= delay {
            self.past.pop_front().unwrap_or_default()
        } else {
            self.past[0].clone()
        };
        let mut order = std::mem::take(&mut self.order);
        shuffle(&mut order, &mut self.generator);
        let count = self.products.len() as i32;
        for &i in &order {
            let i = i as usize;
            let held: i32 = self.columns[i]
                .iter()
                .zip(&self.products)
                .map(|(x, m)| i32::from(*x).wrapping_mul(*m))
                .fold(0, i32::wrapping_add);
            // Without self-coupling.
            let held = held.wrapping_sub(count.wrapping_mul(i32::from(state[i])));
            let field = f64::from(held) + strength * f64::from(self.pull(i, &old));
            if field * f64::from(state[i]) < 0.0 {
                self.flip(i, state);
            }
        }
        self.order = order;
        self.past.push_back(self.products.clone());
    }

    fn flip(&mut self, i: usize, state: &mut [i8]) {
        state[i] = -state[i];
        for (m, x) in self.products.iter_mut().zip(&self.columns[i]) {
            *m += 2 * i32::from(x.wrapping_mul(state[i]));
        }
    }
}

//! Couplings and fields as found.

use std::fmt;

use super::method::InverseMethod;
use crate::error::{Error, Result, require_positive};
use crate::ising::Ising;
use crate::ndarray::{Array1, Array2};
use crate::polars::df;
use crate::polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};

/// What a method found, before it is a result.
pub(super) struct Found {
    pub couplings: Array2<f64>,
    pub fields: Array1<f64>,
    pub errors: Option<(Array2<f64>, Array1<f64>)>,
    pub steps: usize,
    pub residual: f64,
    pub converged: bool,
    pub complete: bool,
}

impl Found {
    /// Of a formula, which neither takes steps nor has a residual.
    pub fn closed((couplings, fields): (Array2<f64>, Array1<f64>)) -> Self {
        let (steps, residual) = (0, 0.0);
        Self { couplings, fields, errors: None, steps, residual, converged: true, complete: true }
    }
}

/// Couplings and fields at T = 1, as [`InverseIsing::run`](crate::inverse::InverseIsing::run) finds them.
///
/// States of a model at temperature T give its J/T and h/T; the comparisons with a truth take T.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let truth = Ising::chain(6)?;
/// let states = truth.enumerate()?.draw(2.0, 5_000, 1)?;
/// let found = InverseIsing::new(&states)?.run()?;
/// assert!(found.reconstruction_error(&truth, 2.0)? < 0.2);
/// // What was found is a model like any other.
/// let m = found.ising()?.enumerate()?.magnetizations(1.0)?;
/// assert!((m[0] - states.column(0).mapv(f64::from).sum() / 5_000.0).abs() < 0.02);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq)]
pub struct InferredIsing {
    /// The method.
    pub method: InverseMethod,
    /// J_ij, shape (N, N), symmetric with zeros on the diagonal.
    pub couplings: Array2<f64>,
    /// h_i, shape (N,).
    pub fields: Array1<f64>,
    /// One standard error of each coupling. Of [`Exact`](InverseMethod::Exact) and [`PseudoLikelihood`](InverseMethod::PseudoLikelihood) without penalties
    /// it is that of finitely many independent states; of [`BoltzmannLearning`](InverseMethod::BoltzmannLearning) that of its Monte Carlo alone. None
    /// of the others, whose error is one of the approximation too.
    pub coupling_errors: Option<Array2<f64>>,
    /// One standard error of each field, as of the couplings.
    pub field_errors: Option<Array1<f64>>,
    /// The number of states, if states were given without weights.
    pub samples: Option<usize>,
    /// Steps taken: the most of any spin's regression for the pseudo-likelihood, 0 of closed formulas.
    pub steps: usize,
    /// The largest slope that is left: for exact methods the largest deviation of a moment from its target.
    pub residual: f64,
    /// Whether the residual fell to the tolerance; of Boltzmann learning, whether the model's moments are the given ones within their errors, and the second half of the steps
    /// moved the parameters by no more than the scatter of the independent teams explains. Where it did, errors are too small: take more steps.
    pub converged: bool,
    /// Whether the deadline left time to end.
    pub complete: bool,
    /// Wall-clock seconds.
    pub seconds: f64,
}

impl InferredIsing {
    /// The model with these couplings and fields, to be sampled or enumerated at T = 1.
    ///
    /// # Errors
    /// None for couplings that were found; an overflow of energies otherwise.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = Ising::chain(5)?.enumerate()?.draw(2.0, 1_000, 1)?;
    /// let model = InverseIsing::new(&states)?.run()?.ising()?;
    /// assert_eq!(model.n_spins(), 5);
    /// # Ok(()) }
    /// ```
    pub fn ising(&self) -> Result<Ising> {
        Ising::from_couplings(&self.couplings)?.site_fields(&self.fields)
    }

    /// The reconstruction error γ = √(Σ_{i<j} (J_ij − J⁰_ij)² / Σ_{i<j} (J⁰_ij)²) against the couplings of a model at temperature `t`, J⁰ = J/T.
    ///
    /// 0 is perfect, and 1 what J = 0 would have. Source: Nguyen, Zecchina and Berg, Adv. Phys. 66, 197 (2017).
    ///
    /// # Errors
    /// If the model has another number of spins, or no couplings; if `t` is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = Ising::sherrington_kirkpatrick(8, 1)?;
    /// let states = truth.enumerate()?.draw(2.0, 20_000, 1)?;
    /// let exact = InverseIsing::new(&states)?.method(InverseMethod::Exact).run()?;
    /// assert!(exact.reconstruction_error(&truth, 2.0)? < 0.1);
    /// # Ok(()) }
    /// ```
    pub fn reconstruction_error(&self, truth: &Ising, t: f64) -> Result<f64> {
        let (found, expected) = (upper(&self.couplings), upper(&self.true_couplings(truth, t)?));
        let scale: f64 = expected.iter().map(|j| j * j).sum();
        if !(scale > 0.0) {
            return Err(Error::argument("truth", "a model without couplings", "coupled"));
        }
        let squares: f64 = found.iter().zip(&expected).map(|(a, b)| (a - b) * (a - b)).sum();
        Ok((squares / scale).sqrt())
    }

    /// The root mean square deviation of the fields from those of a model at temperature `t`, h/T.
    ///
    /// # Errors
    /// As for [`reconstruction_error`](Self::reconstruction_error).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = Ising::chain(6)?.field(0.5)?;
    /// let states = truth.enumerate()?.draw(2.0, 20_000, 1)?;
    /// assert!(InverseIsing::new(&states)?.run()?.field_error(&truth, 2.0)? < 0.05);
    /// # Ok(()) }
    /// ```
    pub fn field_error(&self, truth: &Ising, t: f64) -> Result<f64> {
        self.true_couplings(truth, t)?;
        let deviations = &self.fields - &(truth.fields() / t);
        Ok((deviations.dot(&deviations) / self.fields.len() as f64).sqrt())
    }

    /// A row for each pair i < j: columns `method`, `i`, `j`, `coupling`, and `coupling_err` where there are errors.
    ///
    /// # Errors
    /// None but those of polars.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = Ising::chain(5)?.enumerate()?.draw(2.0, 1_000, 1)?;
    /// assert_eq!(InverseIsing::new(&states)?.run()?.frame()?.height(), 10);
    /// # Ok(()) }
    /// ```
    pub fn frame(&self) -> Result<DataFrame> {
        let n = self.fields.len();
        let first: Vec<u64> = (0..n).flat_map(|i| (i + 1..n).map(move |_| i as u64)).collect();
        let second: Vec<u64> = (0..n).flat_map(|i| (i + 1..n).map(|j| j as u64)).collect();
        let mut frame = df!(
            "method" => vec![self.method.name(); first.len()],
            "i" => first,
            "j" => second,
            "coupling" => upper(&self.couplings),
        )?;
        if let Some(errors) = &self.coupling_errors {
            frame =
                frame.hstack(&[Series::new("coupling_err".into(), upper(errors)).into_column()])?;
        }
        Ok(frame)
    }

    /// The same with the couplings J/T of a model at temperature `t` in `coupling_true`: found against true couplings.
    ///
    /// # Errors
    /// If the model has another number of spins; if `t` is not a finite number above 0.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let truth = Ising::sherrington_kirkpatrick(6, 1)?;
    /// let states = truth.enumerate()?.draw(1.0, 1_000, 1)?;
    /// let found = InverseIsing::new(&states)?.run()?.compared(&truth, 1.0)?;
    /// let figure = found.scatter("coupling_true", "coupling")?;
    /// # Ok(()) }
    /// ```
    pub fn compared(&self, truth: &Ising, t: f64) -> Result<DataFrame> {
        let expected = upper(&self.true_couplings(truth, t)?);
        Ok(self.frame()?.hstack(&[Series::new("coupling_true".into(), expected).into_column()])?)
    }

    /// A row for each spin: columns `method`, `i`, `field`, and `field_err` where there are errors.
    ///
    /// # Errors
    /// None but those of polars.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let states = Ising::chain(5)?.enumerate()?.draw(2.0, 1_000, 1)?;
    /// assert_eq!(InverseIsing::new(&states)?.run()?.field_frame()?.height(), 5);
    /// # Ok(()) }
    /// ```
    pub fn field_frame(&self) -> Result<DataFrame> {
        let n = self.fields.len();
        let mut frame = df!(
            "method" => vec![self.method.name(); n],
            "i" => (0..n as u64).collect::<Vec<_>>(),
            "field" => self.fields.to_vec(),
        )?;
        if let Some(errors) = &self.field_errors {
            frame =
                frame.hstack(&[Series::new("field_err".into(), errors.to_vec()).into_column()])?;
        }
        Ok(frame)
    }

    /// J/T of a model, if it fits.
    fn true_couplings(&self, truth: &Ising, t: f64) -> Result<Array2<f64>> {
        require_positive("temperature", t)?;
        if truth.n_spins() != self.fields.len() {
            return Err(Error::Shape {
                what: "The true model",
                expected: format!("{} spins", self.fields.len()),
                given: format!("{} spins", truth.n_spins()),
            });
        }
        Ok(truth.couplings()? / t)
    }
}

/// The entries above the diagonal, row by row.
fn upper(matrix: &Array2<f64>) -> Vec<f64> {
    matrix.indexed_iter().filter(|((i, j), _)| i < j).map(|(_, &value)| value).collect()
}

impl fmt::Debug for InferredIsing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, n) = (self.method.name(), self.fields.len());
        let end = match (self.complete, self.converged) {
            (false, _) => "stopped by the deadline",
            (true, true) => "converged",
            (true, false) => "not converged",
        };
        write!(f, "InferredIsing({name}, {n} spins, {end}, {} steps, ", self.steps)?;
        write!(f, "residual {:.1e}, {:.3} s)", self.residual, self.seconds)
    }
}

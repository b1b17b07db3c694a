//! ln Z by every method side by side.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Result;
use crate::frame::columns::{find, numbers};
use crate::ndarray::Array2;
use crate::polars::df;
use crate::polars::prelude::*;
use crate::progress::Deadline;
use crate::random::Seed;
use crate::rbm::sample::{can_be_exact, count};
use crate::rbm::{Rbm, RbmTempered};
use crate::setters::setters;

/// Runs of annealed importance sampling in each direction, and chains of tempering.
const RUNS: i64 = 100;
const CHAINS: i64 = 16;

/// The exact sum is taken over so many states at most.
const MOST_STATES: f64 = (1 << 24) as f64;

/// The rate of exchanges that a ladder is made for.
const RATE: f64 = 0.5;

/// Chains under tempering have not forgotten their starts with a larger R̂ than this.
const MAX_R_HAT: f64 = 1.1;

/// Estimates that lie so many standard errors apart are not both right.
const APART: f64 = 4.0;

/// Settings of ln Z by every method; [`run`](Self::run) gives the frame.
///
/// ```
/// # fn main() -> statmech::Result<()> {
/// use statmech::prelude::*;
/// let weights = Array2::from_shape_fn((10, 5), |(i, k)| ((5 * i + 3 * k) as f64).sin());
/// let frame = Rbm::binary(10, 5)?.weights(&weights)?.ln_z_methods().steps(20_000).run()?;
/// assert_eq!(frame.height(), 5);
/// assert!(frame.values("deviation")?.iter().all(|deviation| deviation.abs() < 0.2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct LnZMethods {
    rbm: Rbm,
    data: Option<Arc<Array2<f64>>>,
    steps: i64,
    seed: Seed,
    deadline: Option<f64>,
}

impl Rbm {
    /// Settings of ln Z by every method side by side.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Rbm::binary(4, 3)?.ln_z_methods().steps(5_000).run()?;
    /// assert!((frame.values("ln_z")?[0] - 7.0 * 2_f64.ln()).abs() < 1e-12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ln_z_methods(&self) -> LnZMethods {
        LnZMethods {
            rbm: self.clone(),
            data: None,
            steps: 100_000,
            seed: Seed::default(),
            deadline: None,
        }
    }
}

/// What one method says.
struct Row {
    method: &'static str,
    kind: &'static str,
    ln_z: Option<f64>,
    error: Option<f64>,
    note: String,
    seconds: f64,
}

impl LnZMethods {
    setters! { "Rbm::binary(4, 3)?.ln_z_methods().steps(5_000)":
        /// About so many steps of block Gibbs sampling of a machine in all for each method; default 100 000, at least 16 for each run or rung.
        steps;
        /// The seed; default 0.
        seed;
        /// A limit in seconds for all methods together, of which each has an equal part; what was cut is not `converged`. Default none.
        deadline;
    }

    /// Starts annealing and tempering from independent units with the means of these data, one example a row; default from the layers without their
    /// couplings.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let data = array![[1.0, 0.0], [1.0, 1.0]];
    /// let frame = Rbm::binary(2, 3)?.ln_z_methods().data(&data).steps(5_000).run()?;
    /// assert!(frame.values("deviation")?[1].abs() < 0.1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn data(&self, data: &Array2<f64>) -> Self {
        Self { data: Some(Arc::new(data.clone())), ..self.clone() }
    }

    /// Runs all methods: one row each.
    ///
    /// `method`: exact ([`Rbm::ln_z`], up to 2²⁴ states of the smaller layer), annealed_forward and annealed_reverse ([`Rbm::ln_z_annealed`];
    /// backwards from exact samples where there are any, else from those of tempering), bennett and thermodynamic_integration ([`RbmTempered::ln_z`],
    /// on a ladder of about 50 % exchanges).
    ///
    /// Columns: `method`; `kind` (exact, stochastic lower bound, stochastic upper bound, estimate); `ln_z`, `ln_z_err` (missing where there is none);
    /// `exact`, where there is one, and `deviation`, ln_z − exact; `converged`; `seconds`; `note`, why a method failed or is not converged. Converged
    /// means: not cut short; annealing's weights [can be trusted](crate::rbm::AnnealedLnZ::run), and its two directions lie within 4 errors of each
    /// other; R̂ of the energies of tempering's chains is at most 1.1.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let frame = Rbm::spin(4, 3)?.ln_z_methods().steps(5_000).run()?;
    /// assert!(frame.values("converged")?.iter().all(|converged| *converged == 1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the machine is not [normalisable](Rbm::is_normalizable); if `steps` is below 1 or the deadline is not a finite number above 0; if data have
    /// no rows, another number of columns or values that the units do not take.
    pub fn run(&self) -> Result<DataFrame> {
        count("steps", self.steps, 1)?;
        self.rbm.require_normalizable()?;
        let whole = Deadline::new(self.deadline)?;
        if let Some(data) = &self.data {
            self.rbm.visible.allows_all("data", data)?;
        }
        // The next of the methods left may take its part of the time left.
        let part = |methods: f64| {
            self.deadline.map(|_| (whole.left().as_secs_f64() / methods).max(f64::MIN_POSITIVE))
        };
        let mut rows = Vec::new();
        let started = Instant::now();
        let exact = self.rbm.exact();
        let exact = part(4.0).map_or(exact.clone(), |seconds| exact.deadline(seconds));
        let listed = self.rbm.visible.states().min(self.rbm.hidden.states());
        // Two Gaussian layers have a closed form.
        if (listed <= MOST_STATES || listed.is_infinite())
            && let Ok(ln_z) = exact.ln_z()
        {
            rows.push(Row {
                method: "exact",
                kind: "exact",
                ln_z: Some(ln_z),
                error: None,
                note: String::new(),
                seconds: started.elapsed().as_secs_f64(),
            });
        }
        let started = Instant::now();
        let tempered = self.tempered(part(3.0));
        let table = tempered
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|tempered| tempered.ln_z().map_err(|error| error.to_string()));
        let seconds = started.elapsed().as_secs_f64();
        rows.push(self.annealed(true, None, part(2.0)));
        let samples = if can_be_exact(&self.rbm) {
            None
        } else {
            tempered.as_ref().ok().map(RbmTempered::visible)
        };
        rows.push(self.annealed(false, samples, part(1.0)));
        doubt_what_disagrees(&mut rows);
        for (method, column) in
            [("bennett", "ln_z"), ("thermodynamic_integration", "ln_z_integrated")]
        {
            rows.push(match &table {
                Ok(table) => tempered_row(method, column, table, seconds)?,
                Err(note) => Row::failed(method, "estimate", note.clone(), seconds),
            });
        }
        frame(&rows)
    }

    fn tempered(&self, seconds: Option<f64>) -> Result<RbmTempered> {
        let mut settings = self.rbm.tempering([0.0, 1.0]).chains(CHAINS).seed(self.seed.child(0));
        if let Some(data) = &self.data {
            settings = settings.data(data);
        }
        let ladder = settings.ladder_for_acceptance(RATE)?;
        // Half as many steps before measuring.
        let each = self.steps / (CHAINS * ladder.len() as i64);
        let steps = (2 * each / 3).max(16);
        settings = settings.ladder(ladder).steps(steps).thermalization(steps / 2);
        settings = settings.thinning((steps * CHAINS / RUNS).max(1));
        if let Some(seconds) = seconds {
            settings = settings.deadline(seconds);
        }
        settings.run()
    }

    fn annealed(&self, forward: bool, samples: Option<Array2<f64>>, seconds: Option<f64>) -> Row {
        let started = Instant::now();
        let mut settings = self
            .rbm
            .ln_z_annealed()
            .runs(RUNS)
            .steps((self.steps / RUNS).max(16))
            .seed(self.seed.child(1 + u64::from(forward)));
        settings = if forward { settings.reverse(false) } else { settings.without_forward() };
        if let Some(data) = &self.data {
            settings = settings.data(data);
        }
        let from_tempering = samples.is_some();
        if let Some(samples) = samples {
            settings = settings.samples(&samples);
        }
        if let Some(seconds) = seconds {
            settings = settings.deadline(seconds);
        }
        let (method, kind) = if forward {
            ("annealed_forward", "stochastic lower bound")
        } else if from_tempering {
            ("annealed_reverse", "estimate")
        } else {
            ("annealed_reverse", "stochastic upper bound")
        };
        let row = settings.run().and_then(|frame| {
            Ok((numbers(&frame, "ln_z")?[0], numbers(&frame, "ln_z_err")?[0], text(&frame, "note")))
        });
        let seconds = started.elapsed().as_secs_f64();
        match row {
            Ok((ln_z, error, note)) => {
                Row { method, kind, ln_z: Some(ln_z), error: Some(error), note, seconds }
            }
            Err(error) => Row::failed(method, kind, error.to_string(), seconds),
        }
    }
}

impl Row {
    fn failed(method: &'static str, kind: &'static str, note: String, seconds: f64) -> Self {
        Self { method, kind, ln_z: None, error: None, note, seconds }
    }
}

/// The first text of a column.
fn text(frame: &DataFrame, name: &str) -> String {
    let first = find(frame, name).and_then(|column| column.str().ok()?.get(0));
    first.unwrap_or_default().to_owned()
}

fn tempered_row(
    method: &'static str,
    column: &str,
    table: &DataFrame,
    seconds: f64,
) -> Result<Row> {
    let last = |name: &str| -> Result<f64> {
        Ok(numbers(table, name)?.last().copied().unwrap_or(f64::NAN))
    };
    let r_hat = last("r_hat")?;
    let note = match () {
        () if last("complete")? != 1.0 => "The deadline passed before the end.".to_owned(),
        () if r_hat.is_nan() => "There were too few steps to tell.".to_owned(),
        () if r_hat > MAX_R_HAT => format!("The chains disagree, R̂ = {r_hat:.2}."),
        () => String::new(),
    };
    let (ln_z, error) = (last(column)?, last(&format!("{column}_err"))?);
    Ok(Row { method, kind: "estimate", ln_z: Some(ln_z), error: Some(error), note, seconds })
}

/// The bounds of annealed importance sampling have to meet.
fn doubt_what_disagrees(rows: &mut [Row]) {
    let found: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| row.method != "exact")
        .filter_map(|row| Some((row.ln_z?, row.error?)))
        .collect();
    let [(first, first_error), (second, second_error)] = found[..] else { return };
    let apart = APART * first_error.hypot(second_error) + 1e-9 * (1.0 + first.abs());
    if !((first - second).abs() <= apart) {
        let doubtful = rows.iter_mut().filter(|row| row.method != "exact" && row.note.is_empty());
        doubtful.for_each(|row| "The other direction disagrees.".clone_into(&mut row.note));
    }
}

fn frame(rows: &[Row]) -> Result<DataFrame> {
    let exact = rows.iter().find(|row| row.method == "exact").and_then(|row| row.ln_z);
    let deviation = |row: &Row| Some(row.ln_z? - exact?);
    Ok(df!(
        "method" => rows.iter().map(|row| row.method).collect::<Vec<_>>(),
        "kind" => rows.iter().map(|row| row.kind).collect::<Vec<_>>(),
        "ln_z" => rows.iter().map(|row| row.ln_z).collect::<Vec<_>>(),
        "ln_z_err" => rows.iter().map(|row| row.error).collect::<Vec<_>>(),
        "exact" => vec![exact; rows.len()],
        "deviation" => rows.iter().map(deviation).collect::<Vec<_>>(),
        "converged" => rows.iter().map(|row| row.note.is_empty()).collect::<Vec<_>>(),
        "seconds" => rows.iter().map(|row| row.seconds).collect::<Vec<_>>(),
        "note" => rows.iter().map(|row| row.note.as_str()).collect::<Vec<_>>(),
    )?)
}

impl fmt::Debug for LnZMethods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rbm, steps, .. } = self;
        write!(f, "LnZMethods({rbm:?}, {steps} steps)")
    }
}

//! A slice that has been evaluated, and its figures.

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::landscape::slice::evaluate::Evaluated;
use crate::plot::{Figure, Plot};
use crate::polars::df;
use crate::polars::prelude::*;

/// Losses along a line or over a plane; see [`Objective::line`](crate::landscape::Objective::line) and [`Objective::plane`](crate::landscape::Objective::plane).
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let parabola = Objective::exact(1, |x| x[0] * x[0])?;
/// let slice: LossSlice = parabola.line(&array![1.0], &array![1.0]).over([-1.0, 1.0]).run()?;
/// assert_eq!((slice.frame.values("loss")?, slice.origin.values("loss")?), (vec![0.0, 4.0], vec![1.0]));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LossSlice {
    /// A row for each point and objective: `alpha`, `beta` (of a plane), `set` (the objective's name), `loss`, `log_loss` (log₁₀ L, missing where L ≤ 0), `accuracy` if asked
    /// for, `complete`.
    pub frame: DataFrame,
    /// The origin, a row for each objective: `set`, `loss`, `log_loss`, and `accuracy` if asked for.
    pub origin: DataFrame,
    /// Whether all points were reached: false if a deadline stopped the run.
    pub complete: bool,
    sets: Vec<String>,
    planar: bool,
    square: bool,
}

impl LossSlice {
    pub(super) fn new(
        sets: &[String],
        alpha: &[f64],
        beta: Option<&[f64]>,
        evaluated: &Evaluated,
        origin: &Evaluated,
    ) -> Result<Self> {
        let (count, columns) = (sets.len(), alpha.len());
        let rows = evaluated.points * count;
        let alphas: Vec<f64> = (0..rows).map(|row| alpha[row / count % columns]).collect();
        let mut frame = df!("alpha" => alphas)?;
        if let Some(beta) = beta {
            let betas: Vec<f64> = (0..rows).map(|row| beta[row / count / columns]).collect();
            frame.with_column(Column::new("beta".into(), betas))?;
        }
        let values = quantities(sets, evaluated)?;
        for column in values.columns() {
            frame.with_column(column.clone())?;
        }
        frame.with_column(Column::new("complete".into(), vec![evaluated.complete; rows]))?;
        Ok(Self {
            frame,
            origin: quantities(sets, origin)?,
            complete: evaluated.complete,
            sets: sets.to_vec(),
            planar: beta.is_some(),
            square: beta == Some(alpha),
        })
    }

    /// The part of one objective, such as "test".
    ///
    /// # Errors
    /// If there is none of this name.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = Objective::saddle(1, 1)?.line(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0]).run()?;
    /// assert!(slice.of("training").is_ok() && slice.of("trainng").is_err());
    /// # Ok(()) }
    /// ```
    pub fn of(&self, set: &str) -> Result<Self> {
        let (frame, origin) = (rows_of(&self.frame, set)?, rows_of(&self.origin, set)?);
        Ok(Self { frame, origin, sets: vec![set.to_string()], ..self.clone() })
    }

    /// The quantity along a line: `loss`, `log_loss` or `accuracy`, a line for each objective.
    ///
    /// # Errors
    /// If the slice is a plane, or has no such column.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = Objective::saddle(1, 1)?.line(&array![0.0, 0.0, 1.0], &array![1.0, 0.0, 0.0]).run()?;
    /// assert!(slice.curve("loss")?.svg()?.contains("loss L"));
    /// # Ok(()) }
    /// ```
    pub fn curve(&self, quantity: &str) -> Result<Figure> {
        if self.planar {
            return Err(Error::Unsupported {
                what: "A curve".to_string(),
                why: "this slice is a plane".to_string(),
                advice: "Take `heatmap`, `contour` or `surface`, or a slice by `line`.".to_string(),
            });
        }
        let mut figure: Option<Figure> = None;
        for set in &self.sets {
            let line = self.of(set)?.frame.line("alpha", quantity)?.label(set);
            figure = Some(figure.map_or(line.clone(), |figure| figure.with(line)));
        }
        let figure = figure.ok_or_else(|| Error::Figure("the slice has no objective".into()))?;
        Ok(figure.x_label("distance α along the direction").y_label(label(quantity)))
    }

    /// Colours for the quantity over a plane, a panel for each objective with the same range of colours.
    ///
    /// # Errors
    /// If the slice is a line, or has no such column.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = Objective::saddle(1, 1)?.plane(&array![0.0, 0.0, 1.0], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).run()?;
    /// assert!(slice.heatmap("loss")?.svg()?.contains("loss L"));
    /// # Ok(()) }
    /// ```
    pub fn heatmap(&self, quantity: &str) -> Result<Figure> {
        self.panels(quantity, |frame| frame.heatmap("alpha", "beta", quantity))
    }

    /// Colours and about so many lines of equal values over a plane, a panel for each objective. Paths go on top of a slice of one objective:
    /// `slice.contour("loss", 12)?.with(path.line("alpha", "beta")?)`.
    ///
    /// # Errors
    /// If the slice is a line, or has no such column.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = Objective::saddle(1, 1)?.plane(&array![0.0, 0.0, 1.0], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).run()?;
    /// assert!(slice.contour("loss", 10)?.title("A saddle").svg()?.contains("β"));
    /// # Ok(()) }
    /// ```
    pub fn contour(&self, quantity: &str, levels: usize) -> Result<Figure> {
        self.panels(quantity, |frame| {
            let lines = frame.contour("alpha", "beta", quantity, levels)?.color("white");
            Ok(frame.heatmap("alpha", "beta", quantity)?.with(lines))
        })
    }

    /// The quantity as height over a plane, a panel for each objective.
    ///
    /// # Errors
    /// If the slice is a line, or has no such column.
    ///
    /// ```
    /// # use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let slice = Objective::saddle(1, 1)?.plane(&array![0.0, 0.0, 1.0], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).run()?;
    /// assert!(slice.surface("loss")?.view(45.0, 35.0).svg()?.contains("loss L"));
    /// # Ok(()) }
    /// ```
    pub fn surface(&self, quantity: &str) -> Result<Figure> {
        self.panels(quantity, |frame| frame.surface("alpha", "beta", quantity))
    }

    fn panels(
        &self,
        quantity: &str,
        draw: impl Fn(&DataFrame) -> Result<Figure>,
    ) -> Result<Figure> {
        if !self.planar {
            return Err(Error::Unsupported {
                what: "A picture of a plane".to_string(),
                why: "this slice is a line".to_string(),
                advice: "Take `curve`, or a slice by `plane`.".to_string(),
            });
        }
        let values = self.frame.values(quantity)?;
        let finite = || values.iter().copied().filter(|x| x.is_finite());
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let mut panels = Vec::new();
        for set in &self.sets {
            let mut figure = draw(&self.of(set)?.frame)?;
            figure = figure.x_label("α").y_label("β").color_bar(label(quantity));
            if low < high {
                figure = figure.color_range(low, high);
            }
            if self.square {
                figure = figure.equal_axes();
            }
            panels.push(if self.sets.len() > 1 { figure.title(set) } else { figure });
        }
        match panels.len() {
            1 => Ok(panels.remove(0)),
            several => Ok(Figure::grid(several.min(3), panels)),
        }
    }
}

/// The rows of one objective, by the column `set`.
pub(in crate::landscape) fn rows_of(frame: &DataFrame, set: &str) -> Result<DataFrame> {
    let names = frame.column("set")?.str()?;
    if names.iter().any(|name| name == Some(set)) {
        let mask: BooleanChunked = names.iter().map(|name| Some(name == Some(set))).collect();
        return Ok(frame.filter(&mask)?);
    }
    let mut known: Vec<&str> = names.iter().flatten().collect();
    known.sort_unstable();
    known.dedup();
    Err(Error::argument("set", set, format!("one of {}", known.join(", "))))
}

/// `set`, `loss`, `log_loss`, `accuracy` of what was evaluated.
fn quantities(sets: &[String], evaluated: &Evaluated) -> Result<DataFrame> {
    let names: Vec<&str> =
        (0..evaluated.losses.len()).map(|row| sets[row % sets.len()].as_str()).collect();
    let defined = |x: f64| (!x.is_nan()).then_some(x);
    let loss: Vec<Option<f64>> = evaluated.losses.iter().map(|x| defined(*x)).collect();
    let log = |x: &f64| (*x > 0.0).then(|| x.log10());
    let log_loss: Vec<Option<f64>> = evaluated.losses.iter().map(log).collect();
    let mut frame = df!("set" => names, "loss" => loss, "log_loss" => log_loss)?;
    if !evaluated.accuracies.is_empty() {
        frame.with_column(Column::new("accuracy".into(), evaluated.accuracies.clone()))?;
    }
    Ok(frame)
}

fn label(quantity: &str) -> &str {
    match quantity {
        "loss" => "loss L",
        "log_loss" => "log₁₀ L",
        other => other,
    }
}

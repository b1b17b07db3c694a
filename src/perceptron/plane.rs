//! Perceptrons of two inputs as pictures.

use crate::error::{Error, Result, require_finite};
use crate::grid::linspace;
use crate::perceptron::examples::Examples;
use crate::perceptron::model::Perceptron;
use crate::plot::{Figure, Plot};
use crate::polars::df;
use crate::polars::prelude::DataFrame;

impl Perceptron {
    /// The fields on a square grid of the plane: columns `x_1`, `x_2`, `field` (w·x + b) and `class` (±1), a row for each of
    /// `points` × `points` places.
    ///
    /// # Errors
    /// [`Error::Unsupported`] unless there are two inputs; [`Error::Argument`] for ends that are not finite or not in order, and for fewer than 2 or more than
    /// 2,000 points.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let perceptron = Perceptron::new(array![1.0, -2.0], 0.5)?;
    /// let figure = perceptron.decision_grid((-2.0, 2.0), (-2.0, 2.0), 41)?.contour("x_1", "x_2", "field", 7)?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn decision_grid(&self, x: (f64, f64), y: (f64, f64), points: usize) -> Result<DataFrame> {
        self.require_plane()?;
        require_interval("x", x)?;
        require_interval("y", y)?;
        if !(2..=2000).contains(&points) {
            return Err(Error::argument("points", points, "between 2 and 2000"));
        }
        let (across, up) = (linspace(x.0, x.1, points), linspace(y.0, y.1, points));
        let pairs: Vec<(f64, f64)> =
            up.iter().flat_map(|&y| across.iter().map(move |&x| (x, y))).collect();
        let field = |&(x, y): &(f64, f64)| self.weights[0] * x + self.weights[1] * y + self.bias;
        let fields: Vec<f64> = pairs.iter().map(field).collect();
        Ok(df!(
            "x_1" => pairs.iter().map(|p| p.0).collect::<Vec<_>>(),
            "x_2" => pairs.iter().map(|p| p.1).collect::<Vec<_>>(),
            "class" => fields.iter().map(|f| if *f >= 0.0 { 1 } else { -1 }).collect::<Vec<i32>>(),
            "field" => fields,
        )?)
    }

    /// The ends of the part of the decision boundary w·x + b = 0 that is inside a rectangle: columns `x_1`, `x_2`, two rows, or none
    /// if the boundary passes outside.
    ///
    /// # Errors
    /// As for [`decision_grid`](Self::decision_grid).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let ends = Perceptron::new(array![1.0, 1.0], 0.0)?.boundary((-1.0, 1.0), (-2.0, 2.0))?;
    /// assert_eq!(ends.values("x_2")?, [1.0, -1.0]);
    /// # Ok(()) }
    /// ```
    pub fn boundary(&self, x: (f64, f64), y: (f64, f64)) -> Result<DataFrame> {
        self.require_plane()?;
        require_interval("x", x)?;
        require_interval("y", y)?;
        let (a, b, c) = (self.weights[0], self.weights[1], self.bias);
        let mut ends: Vec<(f64, f64)> = Vec::new();
        if b != 0.0 {
            ends.extend([x.0, x.1].map(|x| (x, -(a * x + c) / b)));
        }
        if a != 0.0 {
            ends.extend([y.0, y.1].map(|y| (-(b * y + c) / a, y)));
        }
        ends.retain(|p| (x.0..=x.1).contains(&p.0) && (y.0..=y.1).contains(&p.1));
        // A corner is found twice.
        ends.sort_by(|p, q| p.0.total_cmp(&q.0).then(q.1.total_cmp(&p.1)));
        ends.dedup();
        let ends = if ends.len() > 2 { vec![ends[0], ends[ends.len() - 1]] } else { ends };
        Ok(df!(
            "x_1" => ends.iter().map(|p| p.0).collect::<Vec<_>>(),
            "x_2" => ends.iter().map(|p| p.1).collect::<Vec<_>>(),
        )?)
    }

    /// A picture of examples of two inputs, and of the decision boundary between them.
    ///
    /// # Errors
    /// [`Error::Unsupported`] unless there are two inputs; [`Error::Shape`] if the examples have another number.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let examples = Examples::blobs(40, 6.0, 1)?;
    /// let figure = examples.train(LearningRule::MaxStability).run()?.perceptron.decision(&examples)?;
    /// # figure.svg()?;
    /// # Ok(()) }
    /// ```
    pub fn decision(&self, examples: &Examples) -> Result<Figure> {
        self.require_plane()?;
        self.fields(examples.inputs())?;
        let range = |k: usize| {
            let column = examples.inputs().column(k);
            let low = column.iter().copied().fold(f64::INFINITY, f64::min);
            let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let room = 0.15 * (high - low) + f64::MIN_POSITIVE.max(1e-3 * high.abs().max(1e-3));
            (low - room, high + room)
        };
        let (x, y) = (range(0), range(1));
        let mut layers = Vec::new();
        for (label, name, color) in [(1, "y = +1", 0), (-1, "y = −1", 1)] {
            let chosen = examples.labels().iter().zip(examples.inputs().outer_iter());
            let (x, y): (Vec<f64>, Vec<f64>) =
                chosen.filter(|(y, _)| **y == label).map(|(_, row)| (row[0], row[1])).unzip();
            if !x.is_empty() {
                let points = df!("x_1" => x, "x_2" => y)?;
                layers.push(points.scatter("x_1", "x_2")?.color(color).label(name));
            }
        }
        let line = self.boundary(x, y)?;
        if line.height() == 2 {
            layers.push(line.line("x_1", "x_2")?.color("black").label("boundary"));
        }
        let joined = layers.into_iter().reduce(|all, layer| all.with(layer));
        let figure = joined.ok_or_else(|| Error::Figure("there are no examples".to_string()))?;
        Ok(figure.x_range(x.0, x.1).y_range(y.0, y.1).x_label("x₁").y_label("x₂"))
    }

    fn require_plane(&self) -> Result<()> {
        if self.weights.len() == 2 {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: "A picture in the plane".to_string(),
            why: format!("the perceptron has {} inputs, not 2", self.weights.len()),
            advice: "Train one on two of the inputs.".to_string(),
        })
    }
}

fn require_interval(name: &'static str, (low, high): (f64, f64)) -> Result<()> {
    require_finite(name, low)?;
    require_finite(name, high)?;
    if !(low < high) {
        return Err(Error::argument(name, format!("({low}, {high})"), "a lower and a higher end"));
    }
    Ok(())
}

//! The figure: layers and how they should look.

use std::borrow::Borrow;

use super::axes::{drawable, extent};
use super::layer::{Kind, Layer, Series};
use super::palette::Colormap;
use super::style::{Fault, Legend, Style};
use crate::error::{Error, Result, require_finite};
use crate::ndarray::Array2;

#[derive(Clone, Debug)]
pub(super) enum Content {
    Axes(Vec<Layer>),
    Grid { columns: usize, panels: Vec<Figure> },
}

/// A figure: data and style, drawn when it is shown or saved.
///
/// Figures come from DataFrames through the trait [`Plot`](super::Plot), or from the constructors here, and
/// are styled by chained setters, each of which returns a new figure and leaves the old one as it was. A setter of a
/// value that cannot be drawn makes the drawing fail, with a sentence. In a notebook the last expression of a cell shows itself, as SVG and as a text sketch.
///
/// Size: 640 × 420 pixels unless [`size`](Figure::size) says otherwise; 400 × 320 for each panel of a grid.
///
/// ```
/// use statmech::prelude::*;
/// use statmech::polars::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let scan = df!["temperature" => [1.0, 2.0, 3.0], "energy" => [-1.99, -1.75, -0.82]]?;
/// let figure = scan.line("temperature", "energy")?.title("Square lattice").vline(2.269, "T_c");
/// assert!(figure.svg()?.starts_with("<svg"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a setter returns a changed copy and leaves the original as it was"]
pub struct Figure {
    pub(super) content: Content,
    pub(super) style: Style,
    pub(super) fault: Option<Fault>,
    /// The first of the layers that were added last: setters of lines and markers apply to these.
    newest: usize,
}

impl Figure {
    pub(super) fn of_layers(layers: Vec<Layer>) -> Self {
        Self { content: Content::Axes(layers), style: Style::default(), fault: None, newest: 0 }
    }

    /// A function's graph from `from` to `to`, through 401 equidistant points.
    ///
    /// Points where `f` is not finite interrupt the line.
    ///
    /// # Errors
    /// If an end is not finite, the ends agree, or `f` is finite nowhere.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let tanh = Figure::curve("tanh", -3.0, 3.0, f64::tanh)?.x_label("field h").y_label("m");
    /// assert!(Figure::curve("ln", -2.0, -1.0, f64::ln).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn curve(label: &str, from: f64, to: f64, f: impl Fn(f64) -> f64) -> Result<Self> {
        const POINTS: usize = 401;
        require_finite("from", from)?;
        require_finite("to", to)?;
        if from == to || !drawable(from) || !drawable(to) {
            return Err(Error::argument("to", to, format!("another number than `from` = {from}")));
        }
        let at = |i: usize| {
            let part = i as f64 / (POINTS - 1) as f64;
            from * (1.0 - part) + to * part
        };
        let x: Vec<f64> = (0..POINTS).map(at).collect();
        let y: Vec<f64> = x.iter().map(|x| f(*x)).collect();
        if extent(y.iter().copied()).is_none() {
            return Err(Error::Figure(format!("`{label}` is finite nowhere from {from} to {to}")));
        }
        let series = Series { x, y, err: None, joined: true, marked: false };
        Ok(Self::of_layers(vec![Layer::labelled(Kind::Series(series), label)]))
    }

    /// A picture of an array: one square per entry, the first row on top, the first column left.
    ///
    /// The default colours are those of ink, white for the smallest and black for the largest entry, so that
    /// spins +1 are black; see [`colormap`](Figure::colormap) and [`color_bar`](Figure::color_bar).
    ///
    /// # Errors
    /// If the array has no finite entry.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let spins = statmech::ndarray::array![[1i8, -1], [-1, 1]];
    /// let figure = Figure::image(&spins)?.title("2×2 spins").size(200, 200);
    /// # figure.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn image<T: Copy + Into<f64>>(values: &Array2<T>) -> Result<Self> {
        let values: Array2<f64> = values.mapv(Into::into);
        if extent(values.iter().copied()).is_none() {
            return Err(Error::Figure("the image has no finite entry".into()));
        }
        Ok(Self::of_layers(vec![Layer::new(Kind::Image(values))]))
    }

    /// Panels side by side, in rows of `columns` figures.
    ///
    /// Panels may be given by value or by reference; a cell that keeps them in variables gives references, since evcxr
    /// shows no picture of an expression that uses a variable up.
    ///
    /// The grid's [`title`](Figure::title) and [`size`](Figure::size) are those of the whole; other setters
    /// apply to every panel.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sine = Figure::curve("sin x", 0.0, 6.3, f64::sin)?;
    /// let cosine = Figure::curve("cos x", 0.0, 6.3, f64::cos)?;
    /// let both = Figure::grid(2, [sine, cosine]).title("Two curves");
    /// # both.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn grid(columns: usize, figures: impl IntoIterator<Item = impl Borrow<Self>>) -> Self {
        let panels: Vec<Self> = figures.into_iter().map(|figure| figure.borrow().clone()).collect();
        let mut grid = Self::of_layers(Vec::new());
        grid.fault = panels.iter().find_map(|panel| panel.fault.clone());
        grid.require(columns > 0, "columns", columns, "at least 1");
        grid.require(!panels.is_empty(), "figures", "an empty list", "at least one figure");
        grid.content = Content::Grid { columns: columns.clamp(1, panels.len().max(1)), panels };
        grid
    }

    /// This figure with the layers of another one on top; its own title and axes stay.
    ///
    /// Each series without a colour of its own takes the next one of the palette.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let both = Figure::curve("sin x", 0.0, 6.3, f64::sin)?.with(Figure::curve("cos x", 0.0, 6.3, f64::cos)?);
    /// # both.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with(&self, other: impl Borrow<Self>) -> Self {
        let (mut new, other) = (self.clone(), other.borrow().clone());
        let fault = new.fault.take().or(other.fault);
        if let (Content::Axes(layers), Content::Axes(more)) = (&mut new.content, other.content) {
            new.newest = layers.len() + other.newest;
            layers.extend(more);
            let (style, more) = (&mut new.style, other.style);
            style.title = style.title.take().or(more.title);
            style.x.label = style.x.label.take().or(more.x.label);
            style.y.label = style.y.label.take().or(more.y.label);
            style.color_label = style.color_label.take().or(more.color_label);
            style.colormap = style.colormap.or(more.colormap);
            new.fault = fault;
        } else {
            new.fault = fault;
            new.require(false, "other", "a grid", "a figure of one panel, put over another one");
        }
        new
    }

    /// Writes a title over the figure (none by default).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.title("A free spin at T = 1");
    /// assert!(curve.svg()?.contains("A free spin"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn title(&self, title: &str) -> Self {
        let mut new = self.clone();
        new.style.title = Some(title.to_string());
        new
    }

    /// Sets the size in pixels, width and height, from 80 × 60 to 4000 × 4000; default 640 × 420.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.size(400, 300);
    /// assert!(curve.svg()?.contains("width=\"400\""));
    /// # Ok(())
    /// # }
    /// ```
    pub fn size(&self, width: u32, height: u32) -> Self {
        let mut new = self.clone();
        let allowed = (80..=4000).contains(&width) && (60..=4000).contains(&height);
        let given = format!("{width} × {height}");
        new.require(allowed, "size", given, "between 80 × 60 and 4000 × 4000 pixels");
        new.style.size = Some((width, height));
        new
    }

    /// Places the legend; default [`Legend::Auto`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let curve = Figure::curve("m(h)", -3.0, 3.0, f64::tanh)?.legend(Legend::Hidden);
    /// # curve.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn legend(&self, legend: Legend) -> Self {
        self.clone().styled(|style| style.legend = legend)
    }

    /// Chooses the colours of heat maps, contours, surfaces and images; see [`Colormap`].
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let spins = Figure::image(&array![[1.0, -1.0], [-1.0, 1.0]])?.colormap(Colormap::Viridis);
    /// # spins.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn colormap(&self, colormap: Colormap) -> Self {
        self.clone().styled(|style| style.colormap = Some(colormap))
    }

    /// Adds a colour bar with this label to an image, or renames the one of a heat map.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let image = Figure::image(&array![[0.1, 0.7], [0.4, 0.2]])?.color_bar("overlap");
    /// assert!(image.svg()?.contains("overlap"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn color_bar(&self, label: &str) -> Self {
        self.clone().styled(|style| style.color_label = Some(label.to_string()))
    }

    /// Sets the values at the two ends of the colours (by default the smallest and the largest), so that
    /// several pictures can be compared.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let image = Figure::image(&array![[0.1, 0.7], [0.4, 0.2]])?.color_range(0.0, 1.0);
    /// # image.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn color_range(&self, low: f64, high: f64) -> Self {
        let mut new = self.clone();
        new.require_range("color_range", low, high);
        new.styled(|style| style.color_range = Some((low, high)))
    }

    /// Turns a surface: azimuth and elevation of the eye in degrees (by default 235 and 30).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let frame = df!("x" => [0.0, 1.0, 0.0, 1.0], "y" => [0.0, 0.0, 1.0, 1.0], "loss" => [0.0, 1.0, 1.0, 2.0])?;
    /// let turned = frame.surface("x", "y", "loss")?.view(45.0, 20.0);
    /// # turned.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn view(&self, azimuth: f64, elevation: f64) -> Self {
        let mut new = self.clone();
        let allowed = azimuth.is_finite() && elevation.abs() <= 90.0;
        let given = format!("{azimuth}, {elevation}");
        new.require(allowed, "view", given, "a finite azimuth and an elevation within ±90 degrees");
        new.styled(|style| style.view = Some((azimuth, elevation)))
    }

    /// The layers of the last call that drew data, rules aside.
    pub(super) fn newest_layers(&mut self) -> &mut [Layer] {
        match &mut self.content {
            Content::Axes(layers) => {
                let rules =
                    layers.iter().rev().take_while(|l| matches!(l.kind, Kind::Rule(_))).count();
                let end = layers.len() - rules;
                let start = self.newest.min(end);
                &mut layers[start..end]
            }
            Content::Grid { .. } => &mut [],
        }
    }

    pub(super) fn styled(mut self, set: impl Fn(&mut Style)) -> Self {
        self.set_style(&set);
        self
    }

    fn set_style(&mut self, set: &dyn Fn(&mut Style)) {
        set(&mut self.style);
        if let Content::Grid { panels, .. } = &mut self.content {
            for panel in panels {
                panel.set_style(set);
            }
        }
    }

    pub(super) fn require_range(&mut self, name: &'static str, low: f64, high: f64) {
        let allowed = drawable(low) && drawable(high) && low < high;
        self.require(
            allowed,
            name,
            format!("{low} to {high}"),
            "two finite numbers in ascending order",
        );
    }

    pub(super) fn require(
        &mut self,
        holds: bool,
        name: &'static str,
        given: impl ToString,
        allowed: &'static str,
    ) {
        if !holds && self.fault.is_none() {
            self.fault = Some(Fault { name, given: given.to_string(), allowed });
        }
    }

    /// Refuses a figure one of whose settings cannot be drawn.
    pub(super) fn check(&self) -> Result<()> {
        match &self.fault {
            Some(fault) => Err(Error::argument(fault.name, &fault.given, fault.allowed)),
            None => Ok(()),
        }
    }
}

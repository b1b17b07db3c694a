//! One pair of axes: what goes where on the sheet.

use super::axes::{Axis, drawable, extent};
use super::canvas::{Point, Rect};
use super::font::text_width;
use super::layer::{Kind, Layer};
use super::legend::LegendBox;
use super::palette::{Color, Colormap, INK, Rgb};
use super::style::{Legend, Style};
use crate::error::{Error, Result};

pub(super) const TITLE_SIZE: f64 = 15.0;
pub(super) const LABEL_SIZE: f64 = 13.0;
pub(super) const TICK_SIZE: f64 = 12.0;
pub(super) const TICK_LENGTH: f64 = 5.0;
/// Room for one line of labels over the frame.
pub(super) const NOTE_HEIGHT: f64 = 17.0;
const COLOR_BAR_GAP: f64 = 16.0;
/// Room right of a surface for the numbers of its nearest axis.
const SURFACE_NUMBERS: f64 = 42.0;
pub(super) const BAND_OPACITY: f64 = 0.25;
pub(super) const COLOR_BAR_WIDTH: f64 = 14.0;

/// A colour bar: a frame of its own with a scale along y.
pub(super) struct ColorBar {
    pub rect: Rect,
    pub axis: Axis,
    pub label: String,
}

/// A vertical reference line's label with its place over the frame.
pub(super) struct Note {
    pub text: String,
    pub x: f64,
    pub row: usize,
}

/// The layout of one pair of axes.
pub(super) struct Panel<'a> {
    pub layers: &'a [Layer],
    pub style: &'a Style,
    /// One colour for each layer.
    pub colors: Vec<Rgb>,
    pub outer: Rect,
    pub frame: Rect,
    pub x: Axis,
    pub y: Axis,
    /// Names of bars, in the order of their places.
    pub names: Vec<String>,
    pub names_upward: bool,
    pub colormap: Colormap,
    pub scale: (f64, f64),
    pub color_bar: Option<ColorBar>,
    pub notes: Vec<Note>,
    pub legend: Option<LegendBox>,
}

impl<'a> Panel<'a> {
    pub fn new(layers: &'a [Layer], style: &'a Style, outer: Rect) -> Result<Self> {
        if !layers.iter().any(|layer| !matches!(layer.kind, Kind::Rule(_))) {
            return Err(Error::Figure("it holds no data".to_string()));
        }
        let names = bar_names(layers);
        let count = ((outer.width() / 75.0) as usize, (outer.height() / 45.0) as usize);
        let x = axis(layers, style, &names, true, count.0.clamp(2, 9))?;
        let y = axis(layers, style, &[], false, count.1.clamp(2, 8))?;
        let colormap = style.colormap.unwrap_or_else(|| default_colormap(layers));
        let values = layers.iter().find_map(|layer| layer.kind.colored_values());
        let range = values.and_then(|z| extent(z.iter().copied()));
        let scale = match (style.color_range, range) {
            (Some(range), _) => range,
            (None, Some((low, high))) => colormap.scale(low, high),
            (None, None) => (0.0, 1.0),
        };
        let mut panel = Self {
            layers,
            style,
            colors: colors(layers)?,
            outer,
            frame: outer,
            x,
            y,
            names,
            names_upward: false,
            colormap,
            scale,
            color_bar: None,
            notes: Vec::new(),
            legend: None,
        };
        let legend = LegendBox::measure(&panel)?;
        let beside = style.legend == Legend::Right;
        panel.arrange(legend.as_ref().filter(|_| beside).map_or(0.0, |l| l.width + 14.0))?;
        if let Some(mut legend) = legend {
            // Beside the frame only if enough of it is left.
            let room = panel.frame.width() - legend.width - 14.0 > 0.45 * outer.width();
            if !beside && !legend.settle(&panel) && room {
                panel.arrange(legend.width + 14.0)?;
                legend.settle_beside(&panel);
            } else if beside {
                legend.settle_beside(&panel);
            }
            panel.legend = Some(legend);
        }
        Ok(panel)
    }

    pub fn has(&self, wanted: fn(&Kind) -> bool) -> bool {
        self.layers.iter().any(|layer| wanted(&layer.kind))
    }

    /// Images and graphs alone need no axes.
    pub fn is_bare(&self) -> bool {
        let bare = |kind: &Kind| matches!(kind, Kind::Image(_) | Kind::Graph(_));
        self.layers.iter().all(|layer| bare(&layer.kind) || matches!(layer.kind, Kind::Rule(_)))
    }

    /// So many shapes that an SVG had better hold a picture of them.
    pub fn is_dense(&self) -> bool {
        let shapes: usize = self
            .layers
            .iter()
            .map(|layer| match &layer.kind {
                Kind::Series(s) if s.marked => s.x.len() * if s.err.is_some() { 3 } else { 1 },
                Kind::Surface(field) => field.z.len() * 2,
                Kind::Contour(field, levels) => (field.z.len() * levels) / 200,
                Kind::Bars(bars) => bars.heights.len(),
                Kind::Histogram(histogram) => histogram.counts.len(),
                Kind::Graph(graph) => graph.edges.len() + 2 * graph.nodes.len(),
                _ => 0,
            })
            .sum();
        shapes > 900
    }

    /// The point on the sheet for a pair of values; none for what has no place.
    pub fn place(&self, x: f64, y: f64) -> Option<Point> {
        Some((self.place_x(x)?, self.place_y(y)?))
    }

    pub fn place_x(&self, x: f64) -> Option<f64> {
        self.x.place(x).map(|part| self.frame.left + part * self.frame.width())
    }

    pub fn place_y(&self, y: f64) -> Option<f64> {
        self.y.place(y).map(|part| self.frame.bottom - part * self.frame.height())
    }

    /// How much higher than a line of numbers the names under the bars are.
    fn names_height(&self) -> Result<f64> {
        if !self.names_upward {
            return Ok(0.0);
        }
        Ok((widest(&self.x)? - TICK_SIZE).min(self.outer.height() * 0.4))
    }

    /// The room that ticks and their numbers take, left of the frame and under it.
    pub fn numbers(&self) -> Result<(f64, f64)> {
        let below = TICK_LENGTH + TICK_SIZE + 3.0 + self.names_height()?;
        Ok((TICK_LENGTH + 4.0 + widest(&self.y)?, below))
    }

    /// How much of what lies behind a layer's areas they cover.
    pub fn opacity(&self, layer: &Layer) -> f64 {
        let histograms =
            self.layers.iter().filter(|l| matches!(l.kind, Kind::Histogram(_))).count();
        match layer.kind {
            Kind::Band(_) => BAND_OPACITY,
            Kind::Histogram(_) if histograms > 1 => 0.55,
            _ => 1.0,
        }
    }

    pub fn x_label(&self) -> &str {
        self.style.x.label.as_deref().unwrap_or("")
    }

    pub fn y_label(&self) -> &str {
        self.style.y.label.as_deref().unwrap_or("")
    }

    /// Chooses the frame so that everything around it fits; `beside` is kept free on the right.
    fn arrange(&mut self, beside: f64) -> Result<()> {
        let axes = !self.is_bare();
        let surface = self.has(|kind| matches!(kind, Kind::Surface(_)));
        let label_height = |label: &str| if label.is_empty() { 0.0 } else { LABEL_SIZE + 9.0 };
        let mut margin = Rect { left: 10.0, top: 12.0, right: 14.0, bottom: 10.0 };
        if self.style.title.is_some() {
            margin.top += TITLE_SIZE + 9.0;
        }
        if surface {
            (margin.left, margin.right, margin.bottom) = (66.0, 14.0 + SURFACE_NUMBERS, 48.0);
        } else if axes {
            let numbers = self.numbers()?;
            margin.left = 8.0 + label_height(self.y_label()) + numbers.0;
            margin.bottom = 10.0 + label_height(self.x_label()) + numbers.1;
            // Half of the last number may stand out over the end of the axis.
            if let Some(last) = self.x.ticks.last().filter(|_| self.names.is_empty()) {
                let half = text_width(&last.text, TICK_SIZE)? / 2.0;
                margin.right = margin.right.max(half - 0.03 * self.outer.width() + 10.0);
            }
        } else {
            margin.left += label_height(self.y_label());
            margin.bottom += label_height(self.x_label());
        }
        margin.right += beside + self.rule_labels_width()?;
        margin.right += self.color_bar_width()?;
        self.frame = self.inside(margin);
        if !self.names.is_empty() {
            let slot = self.frame.width() / (self.names.len() as f64 + 0.2);
            let widest = widest(&self.x)?;
            self.names_upward = widest + 6.0 > slot;
            if self.names_upward {
                margin.bottom += self.names_height()?;
                self.frame = self.inside(margin);
            }
        } else if axes && !surface {
            self.thin_ticks()?;
        }
        self.place_notes()?;
        if let Some(rows) = self.notes.iter().map(|note| note.row + 1).max() {
            margin.top += rows as f64 * NOTE_HEIGHT - 4.0;
            self.frame = self.inside(margin);
        }
        if self.style.equal || self.has(|kind| matches!(kind, Kind::Image(_) | Kind::Graph(_))) {
            self.equalize();
        }
        self.place_color_bar();
        Ok(())
    }

    /// The sheet without the margins, but never less than a spot.
    fn inside(&self, margin: Rect) -> Rect {
        let left = self.outer.left + margin.left.min(self.outer.width() * 0.6);
        let top = self.outer.top + margin.top.min(self.outer.height() * 0.6);
        Rect {
            left,
            top,
            right: (self.outer.right - margin.right).max(left + 10.0),
            bottom: (self.outer.bottom - margin.bottom).max(top + 10.0),
        }
    }

    /// Takes fewer ticks along x until their numbers stand apart.
    fn thin_ticks(&mut self) -> Result<()> {
        for count in (1..self.x.ticks.len()).rev() {
            let room = self.frame.width() / (self.x.ticks.len().max(2) - 1) as f64;
            if widest(&self.x)? + 12.0 < room {
                break;
            }
            self.x = Axis::exactly(self.x.low, self.x.high, self.x.log, count);
        }
        Ok(())
    }

    fn rule_labels_width(&self) -> Result<f64> {
        let mut widest = 0.0f64;
        for layer in self.layers {
            if let Kind::Rule(rule) = &layer.kind
                && !rule.vertical
                && !rule.label.is_empty()
            {
                widest = widest.max(text_width(&rule.label, TICK_SIZE)?);
            }
        }
        Ok(widest)
    }

    /// Labels of vertical lines stand over the frame, in further rows where they would overlap.
    fn place_notes(&mut self) -> Result<()> {
        self.notes.clear();
        let mut ends: Vec<f64> = Vec::new();
        let mut rules: Vec<(f64, &str)> = Vec::new();
        for layer in self.layers {
            if let Kind::Rule(rule) = &layer.kind
                && rule.vertical
                && !rule.label.is_empty()
                && let Some(x) = self.place_x(rule.at)
                && x >= self.frame.left - 0.5
                && x <= self.frame.right + 0.5
            {
                rules.push((x, &rule.label));
            }
        }
        rules.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (x, text) in rules {
            let half = text_width(text, TICK_SIZE)? / 2.0;
            let (low, high) = (self.outer.left + half + 3.0, self.outer.right - half - 3.0);
            let x = x.min(high).max(low);
            let row = ends.iter().position(|end| x - half > end + 6.0).unwrap_or(ends.len());
            if row == ends.len() {
                ends.push(0.0);
            }
            ends[row] = x + half;
            self.notes.push(Note { text: text.to_string(), x, row });
        }
        Ok(())
    }

    /// Shrinks the frame so that one unit is as long along x as along y.
    fn equalize(&mut self) {
        let (width, height) = (self.x.high - self.x.low, self.y.high - self.y.low);
        let unit = (self.frame.width() / width).min(self.frame.height() / height);
        if !(unit.is_finite() && unit > 0.0) || self.x.log || self.y.log {
            return;
        }
        let (half_width, half_height) = (unit * width / 2.0, unit * height / 2.0);
        let (x, y) = self.frame.center();
        if half_width < 1.0 || half_height < 1.0 {
            return;
        }
        self.frame = Rect {
            left: x - half_width,
            right: x + half_width,
            top: y - half_height,
            bottom: y + half_height,
        };
    }

    fn color_bar_label(&self) -> Option<String> {
        if let Some(label) = &self.style.color_label {
            return self
                .layers
                .iter()
                .any(|l| l.kind.colored_values().is_some())
                .then(|| label.clone());
        }
        self.layers.iter().find_map(|layer| match &layer.kind {
            Kind::HeatMap(field) => Some(field.name.clone()),
            // Lines of one colour of their own say nothing of the scale.
            Kind::Contour(field, _) if layer.color.is_none() => Some(field.name.clone()),
            _ => None,
        })
    }

    fn color_axis(&self) -> Axis {
        let count = (self.outer.height() / 60.0) as usize;
        Axis::exactly(self.scale.0, self.scale.1, false, count.clamp(2, 6))
    }

    fn color_bar_width(&self) -> Result<f64> {
        let Some(label) = self.color_bar_label() else { return Ok(0.0) };
        let label = if label.is_empty() { 0.0 } else { LABEL_SIZE + 8.0 };
        let ticks = widest(&self.color_axis())?;
        Ok(COLOR_BAR_GAP + COLOR_BAR_WIDTH + TICK_LENGTH + 4.0 + ticks + label)
    }

    fn place_color_bar(&mut self) {
        let surface = self.has(|kind| matches!(kind, Kind::Surface(_)));
        let numbers = if surface { SURFACE_NUMBERS } else { 0.0 };
        let left = self.frame.right + numbers + COLOR_BAR_GAP;
        let rect = Rect { left, right: left + COLOR_BAR_WIDTH, ..self.frame };
        let axis = self.color_axis();
        self.color_bar = self.color_bar_label().map(|label| ColorBar { rect, axis, label });
    }
}

/// The width of the longest number of an axis.
fn widest(axis: &Axis) -> Result<f64> {
    axis.ticks
        .iter()
        .try_fold(0.0, |widest, tick| Ok(f64::max(widest, text_width(&tick.text, TICK_SIZE)?)))
}

fn default_colormap(layers: &[Layer]) -> Colormap {
    if layers.iter().any(|layer| matches!(layer.kind, Kind::Image(_))) {
        Colormap::Grey
    } else {
        Colormap::Viridis
    }
}

fn bar_names(layers: &[Layer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for layer in layers {
        if let Kind::Bars(bars) = &layer.kind {
            for name in &bars.names {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
    }
    names
}

/// One colour for each layer: its own, or the next of the palette for a series.
///
/// A band takes the colour of the curve that follows it.
fn colors(layers: &[Layer]) -> Result<Vec<Rgb>> {
    let mut next = 0;
    let mut colors = Vec::with_capacity(layers.len());
    for (i, layer) in layers.iter().enumerate() {
        let color = match &layer.color {
            Some(color) => color.rgb()?,
            None if layer.is_series() => Color::Palette(next).rgb()?,
            None => INK,
        };
        let lends = matches!(layer.kind, Kind::Band(_))
            && layers.get(i + 1).is_some_and(|l| matches!(l.kind, Kind::Series(_)));
        if layer.is_series() && layer.color.is_none() && !lends {
            next += 1;
        }
        colors.push(color);
    }
    Ok(colors)
}

/// The axis that holds the data of all layers, or the range that was set.
fn axis(
    layers: &[Layer],
    style: &Style,
    names: &[String],
    along_x: bool,
    count: usize,
) -> Result<Axis> {
    let axis_style = if along_x { &style.x } else { &style.y };
    if !names.is_empty() {
        return Ok(Axis::of_names(names));
    }
    let log = axis_style.log;
    if let Some((low, high)) = axis_style.range {
        if log && low <= 0.0 {
            let name = if along_x { "x_range" } else { "y_range" };
            return Err(Error::argument(
                name,
                format!("{low} to {high}"),
                "above zero on a logarithmic axis",
            ));
        }
        return Ok(Axis::exactly(low, high, log, count));
    }
    let values = |layer: &Layer| {
        if along_x { layer.kind.x_values(log) } else { layer.kind.y_values(log) }
    };
    let fits = |v: &f64| drawable(*v) && (!log || *v > 0.0);
    let data = extent(layers.iter().flat_map(values).filter(fits)).ok_or_else(|| {
        Error::Figure(if log {
            "a logarithmic axis needs data above zero".to_string()
        } else {
            "it holds no finite data".to_string()
        })
    })?;
    Axis::around(data, log, padding(layers, along_x, log, data.0), count)
}

/// Free room before and after the data, in parts of their span.
fn padding(layers: &[Layer], along_x: bool, log: bool, low: f64) -> (f64, f64) {
    let has = |wanted: fn(&Kind) -> bool| layers.iter().any(|layer| wanted(&layer.kind));
    if has(|k| {
        matches!(k, Kind::HeatMap(_) | Kind::Image(_) | Kind::Contour(..) | Kind::Surface(_))
    }) {
        return (0.0, 0.0);
    }
    if has(|k| matches!(k, Kind::Graph(_))) {
        // Edges from a node to itself stand above it.
        let loops = has(|k| matches!(k, Kind::Graph(graph) if graph.has_loops()));
        return (0.1, if loops && !along_x { 0.2 } else { 0.1 });
    }
    if has(|k| matches!(k, Kind::Bars(_) | Kind::Histogram(_))) {
        return match (along_x, log) {
            (true, _) => (0.02, 0.02),
            (false, true) => (0.0, 0.06),
            (false, false) => (if low < 0.0 { 0.06 } else { 0.0 }, 0.06),
        };
    }
    if along_x { (0.03, 0.03) } else { (0.06, 0.06) }
}

//! A figure in plain text: the twin that terminals show.

use super::axes::{Axis, short};
use super::canvas::{Point, Rect};
use super::draw::bar_rects;
use super::figure::{Content, Figure};
use super::layer::{Field, Kind, Layer};
use super::panel::Panel;
use crate::error::Result;
use crate::ndarray::Array2;

const WIDTH: usize = 72;
const HEIGHT: usize = 20;
/// From nothing to full.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// One mark for each series, where there are several.
const MARKS: [char; 8] = ['•', '×', '+', 'o', '*', '#', '@', '%'];

impl Figure {
    /// The figure as text of at most 72 × 20 characters (for each row of a grid): title, picture, ranges, legend.
    ///
    /// # Errors
    /// If a setting or the data cannot be drawn.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let sketch = Figure::curve("m", -3.0, 3.0, f64::tanh)?.title("Mean field").sketch()?;
    /// assert!(sketch.starts_with("Mean field") && sketch.lines().count() <= 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sketch(&self) -> Result<String> {
        Ok(sketch(self, WIDTH)?.join("\n"))
    }
}

fn sketch(figure: &Figure, width: usize) -> Result<Vec<String>> {
    figure.check()?;
    match &figure.content {
        Content::Axes(layers) => {
            // Any sheet will do: only the axes and the places within the frame are read.
            let sheet = Rect { left: 0.0, top: 0.0, right: 640.0, bottom: 420.0 };
            Ok(sketch_panel(&Panel::new(layers, &figure.style, sheet)?, width))
        }
        Content::Grid { columns, panels } => {
            // Panels that would be too narrow to read go below each other.
            let columns = (*columns).min(width / 24).max(1);
            let room = width / columns - 2 * usize::from(columns > 1);
            let mut lines: Vec<String> = figure.style.title.iter().map(|t| cut(t, width)).collect();
            for row in panels.chunks(columns) {
                let blocks =
                    row.iter().map(|panel| sketch(panel, room)).collect::<Result<Vec<_>>>()?;
                let height = blocks.iter().map(Vec::len).max().unwrap_or(0);
                for i in 0..height {
                    let cells = blocks.iter().map(|block| {
                        let line = block.get(i).map_or("", String::as_str);
                        format!("{line}{}", " ".repeat(room.saturating_sub(line.chars().count())))
                    });
                    lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_string());
                }
            }
            Ok(lines)
        }
    }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn sketch_panel(panel: &Panel<'_>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = panel.style.title.iter().map(|t| cut(t, width)).collect();
    let notes = notes(panel, width);
    let height = HEIGHT.saturating_sub(lines.len() + notes.len() + 3).max(4);
    let image = panel.layers.iter().find_map(|layer| match &layer.kind {
        Kind::Image(values) => Some(values),
        _ => None,
    });
    if let Some(values) = image {
        lines.extend(shaded(values, false, panel.scale, width, height));
    } else {
        let field = panel.layers.iter().find_map(|layer| match &layer.kind {
            Kind::HeatMap(field) | Kind::Surface(field) | Kind::Contour(field, _) => Some(field),
            _ => None,
        });
        lines.push(cut(
            &format!(
                "{} from {} to {}",
                named(panel.y_label(), "y"),
                short(panel.y.low),
                short(panel.y.high)
            ),
            width,
        ));
        lines.extend(match field {
            Some(Field { z, .. }) => shaded(z, true, panel.scale, width, height),
            None => plotted(panel, width, height),
        });
        lines.push(cut(&x_line(panel), width));
    }
    lines.extend(notes);
    lines
}

fn named<'a>(label: &'a str, other: &'a str) -> &'a str {
    if label.is_empty() { other } else { label }
}

fn x_line(panel: &Panel<'_>) -> String {
    let label = named(panel.x_label(), "x");
    if panel.names.is_empty() {
        let Axis { low, high, .. } = panel.x;
        format!("{label} from {} to {}", short(low), short(high))
    } else {
        format!("{label}: {}", panel.names.join(", "))
    }
}

/// Colour scale, reference lines and legend, in words.
fn notes(panel: &Panel<'_>, width: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if panel.layers.iter().any(|layer| layer.kind.colored_values().is_some()) {
        let (low, high) = panel.scale;
        let name = panel.color_bar.as_ref().map_or("shade", |bar| named(&bar.label, "shade"));
        notes.push(format!("{name} from {} (blank) to {} (full)", short(low), short(high)));
    }
    let rules: Vec<String> = panel
        .layers
        .iter()
        .filter_map(|layer| match &layer.kind {
            Kind::Rule(rule) => {
                let axis = if rule.vertical { "x" } else { "y" };
                Some(format!("{} at {axis} = {}", named(&rule.label, "line"), short(rule.at)))
            }
            _ => None,
        })
        .collect();
    if !rules.is_empty() {
        notes.push(rules.join(", "));
    }
    let series: Vec<&Layer> = panel.layers.iter().filter(|layer| layer.is_series()).collect();
    if series.len() > 1 {
        let entry = |(i, layer): (usize, &&Layer)| {
            format!("{} {}", MARKS[i % MARKS.len()], layer.label.as_deref().unwrap_or("unnamed"))
        };
        notes.push(series.iter().enumerate().map(entry).collect::<Vec<_>>().join("   "));
    }
    notes.into_iter().map(|note| cut(&note, width)).collect()
}

/// Shades for an array, two characters to a square where there is room.
fn shaded(
    values: &Array2<f64>,
    upward: bool,
    (low, high): (f64, f64),
    width: usize,
    height: usize,
) -> Vec<String> {
    let (rows, columns) = values.dim();
    let tall = rows.min(height);
    // A character is about twice as high as wide.
    let wide = (2 * columns * tall / rows.max(1)).clamp(1, width);
    let shade = |value: f64| {
        let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
        if part.is_finite() { SHADES[(part * 4.0).round() as usize] } else { '?' }
    };
    let line = |r: usize| {
        let row = r * rows / tall;
        let row = if upward { rows - 1 - row } else { row };
        let text: String = (0..wide).map(|c| shade(values[[row, c * columns / wide]])).collect();
        format!("▏{text}▕")
    };
    if wide + 2 > width {
        return (0..tall).map(|r| line(r).chars().skip(1).take(width).collect()).collect();
    }
    (0..tall).map(line).collect()
}

/// A sheet of characters, drawn in dots of which 2 × 4 make a braille character.
struct Dots {
    width: usize,
    height: usize,
    cells: Vec<u8>,
    marks: Vec<Option<char>>,
}

impl Dots {
    /// Sets the dot at parts of the width and of the height from the top.
    fn set(&mut self, x: f64, y: f64, mark: Option<char>) {
        if !((-1e-6..=1.0 + 1e-6).contains(&x) && (-1e-6..=1.0 + 1e-6).contains(&y)) {
            return;
        }
        let at = |part: f64, n: usize| ((part * n as f64).max(0.0) as usize).min(n - 1);
        let (column, row) = (at(x, self.width * 2), at(y, self.height * 4));
        let cell = row / 4 * self.width + column / 2;
        if mark.is_some() {
            self.marks[cell] = mark;
        }
        // The order of the dots in Unicode's braille patterns, U+2800.
        let bit = [[0, 3], [1, 4], [2, 5], [6, 7]][row % 4][column % 2];
        self.cells[cell] |= 1 << bit;
    }

    fn line(&mut self, from: Point, to: Point, mark: Option<char>) {
        let steps = ((to.0 - from.0).abs() * self.width as f64 * 2.0)
            .max((to.1 - from.1).abs() * self.height as f64 * 4.0)
            .clamp(1.0, 2000.0) as usize;
        for i in 0..=steps {
            let part = i as f64 / steps as f64;
            self.set(from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1), mark);
        }
    }

    fn lines(&self) -> Vec<String> {
        let cell = |i: usize| match (self.marks[i], self.cells[i]) {
            (Some(mark), _) => mark,
            (None, 0) => ' ',
            (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
        };
        let line = |row: usize| {
            let text: String = (row * self.width..(row + 1) * self.width).map(cell).collect();
            format!("│{}", text.trim_end())
        };
        (0..self.height).map(line).collect()
    }
}

fn plotted(panel: &Panel<'_>, width: usize, height: usize) -> Vec<String> {
    let width = width.saturating_sub(1).max(4);
    let cells = width * height;
    let mut dots = Dots { width, height, cells: vec![0; cells], marks: vec![None; cells] };
    let frame = panel.frame;
    let part = |(x, y): Point| ((x - frame.left) / frame.width(), (y - frame.top) / frame.height());
    let several = panel.layers.iter().filter(|layer| layer.is_series()).count() > 1;
    let mut series = 0;
    for layer in panel.layers {
        let mark = (several && layer.is_series()).then(|| MARKS[series % MARKS.len()]);
        series += usize::from(layer.is_series());
        match &layer.kind {
            Kind::Series(data) => {
                let places: Vec<_> = data
                    .x
                    .iter()
                    .zip(&data.y)
                    .map(|(x, y)| panel.place(*x, *y).map(part))
                    .collect();
                for (x, y) in places.iter().flatten() {
                    dots.set(*x, *y, mark);
                }
                for pair in places.windows(2).filter(|_| data.joined) {
                    if let [Some(from), Some(to)] = pair {
                        dots.line(*from, *to, mark);
                    }
                }
            }
            Kind::Band(band) => {
                for ((x, low), high) in band.x.iter().zip(&band.lower).zip(&band.upper) {
                    if let (Some(from), Some(to)) = (panel.place(*x, *low), panel.place(*x, *high))
                    {
                        dots.line(part(from), part(to), mark);
                    }
                }
            }
            Kind::Bars(_) | Kind::Histogram(_) => {
                for (rect, _) in bar_rects(panel, layer) {
                    let (left, top) = part((rect.left, rect.top));
                    let (right, bottom) = part((rect.right, rect.bottom));
                    let columns = ((right - left) * width as f64 * 2.0 - 1.0).max(1.0) as usize;
                    for i in 0..columns {
                        let x = left + (right - left) * (i as f64 + 0.5) / columns as f64;
                        dots.line((x, top), (x, bottom), mark);
                    }
                }
            }
            Kind::Graph(graph) => {
                let places: Vec<_> =
                    graph.nodes.iter().map(|node| panel.place(node.0, node.1).map(part)).collect();
                for (a, b) in &graph.edges {
                    if let (Some(from), Some(to)) = (places[*a], places[*b]) {
                        dots.line(from, to, None);
                    }
                }
                for (i, (x, y)) in places.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))) {
                    let label = graph.labels.get(i).and_then(|label| label.chars().next());
                    dots.set(x, y, label.or(Some('●')));
                }
            }
            _ => {}
        }
    }
    dots.lines()
}

//! What a figure holds: the data of each kind of layer.

use super::graph::Graph;
use super::palette::Color;
use crate::ndarray::Array2;

/// One thing drawn in a pair of axes.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub kind: Kind,
    pub label: Option<String>,
    pub color: Option<Color>,
    pub dashed: bool,
    /// Radius of the markers in pixels.
    pub marker_size: f64,
}

impl Layer {
    pub fn new(kind: Kind) -> Self {
        Self { kind, label: None, color: None, dashed: false, marker_size: 3.0 }
    }

    pub fn labelled(kind: Kind, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..Self::new(kind) }
    }

    /// Whether the layer takes a colour from the palette and a line in the legend.
    pub fn is_series(&self) -> bool {
        matches!(self.kind, Kind::Series(_) | Kind::Band(_) | Kind::Bars(_) | Kind::Histogram(_))
    }
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Series(Series),
    Band(Band),
    Bars(Bars),
    Histogram(Histogram),
    HeatMap(Field),
    Contour(Field, usize),
    Surface(Field),
    Image(Array2<f64>),
    Graph(Graph),
    Rule(Rule),
}

/// Points, joined or marked or both, with or without error bars.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub err: Option<Vec<f64>>,
    pub joined: bool,
    pub marked: bool,
}

/// The area between two curves.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub x: Vec<f64>,
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
}

/// Bars from zero, beside those of other layers at the same place.
#[derive(Clone, Debug)]
pub(super) struct Bars {
    /// Centres; unused where the bars have names.
    pub x: Vec<f64>,
    pub names: Vec<String>,
    pub heights: Vec<f64>,
    pub err: Option<Vec<f64>>,
    /// The room of one group of bars, in units of x.
    pub width: f64,
}

/// Counts between edges (one more edge than counts).
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    pub edges: Vec<f64>,
    pub counts: Vec<f64>,
}

/// Values over a rectangular grid: `z[[row, column]]` at `(x[column], y[row])`, both ascending.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub z: Array2<f64>,
    pub name: String,
}

/// A reference line.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub vertical: bool,
    pub at: f64,
    pub label: String,
}

impl Histogram {
    /// Counts values in `bins` equal intervals from the smallest to the largest, which belongs to the last.
    pub fn count(values: &[f64], bins: usize, (low, high): (f64, f64)) -> Self {
        let (low, high) = super::axes::widened(low, high);
        let width = (high - low) / bins as f64;
        let mut counts = vec![0.0; bins];
        for value in values {
            let bin = (((value - low) / width).max(0.0) as usize).min(bins - 1);
            counts[bin] += 1.0;
        }
        let edges = (0..=bins).map(|i| low + (high - low) * i as f64 / bins as f64).collect();
        Self { edges, counts }
    }
}

impl Field {
    /// Edges between the cells, midway between neighbours.
    pub fn edges(values: &[f64], log: bool) -> Vec<f64> {
        let there = |v: f64| if log { v.log10() } else { v };
        let back = |v: f64| if log { 10f64.powf(v) } else { v };
        let places: Vec<f64> = values.iter().map(|v| there(*v)).collect();
        let n = places.len();
        if n < 2 {
            return places.iter().flat_map(|v| [back(v - 0.5), back(v + 0.5)]).collect();
        }
        let mut edges = vec![back(places[0] - (places[1] - places[0]) / 2.0)];
        edges.extend(places.windows(2).map(|pair| back(f64::midpoint(pair[0], pair[1]))));
        edges.push(back(places[n - 1] + (places[n - 1] - places[n - 2]) / 2.0));
        edges
    }
}

impl Kind {
    /// All numbers along x that an axis should hold.
    pub fn x_values(&self, log: bool) -> Vec<f64> {
        match self {
            Self::Series(s) => s.x.clone(),
            Self::Band(band) => band.x.clone(),
            Self::Bars(bars) => {
                bars.x.iter().flat_map(|x| [x - bars.width / 2.0, x + bars.width / 2.0]).collect()
            }
            Self::Histogram(histogram) => histogram.edges.clone(),
            Self::HeatMap(field) => Field::edges(&field.x, log),
            Self::Contour(field, _) | Self::Surface(field) => field.x.clone(),
            Self::Image(values) => vec![0.0, values.ncols() as f64],
            Self::Graph(graph) => graph.nodes.iter().map(|node| node.0).collect(),
            Self::Rule(rule) if rule.vertical => vec![rule.at],
            Self::Rule(_) => Vec::new(),
        }
    }

    /// All numbers along y that an axis should hold.
    pub fn y_values(&self, log: bool) -> Vec<f64> {
        match self {
            Self::Series(s) => match &s.err {
                Some(err) => {
                    let ends = s.y.iter().zip(err).flat_map(|(y, e)| {
                        let e = if e.is_finite() { e.abs() } else { 0.0 };
                        [y - e, *y, y + e]
                    });
                    ends.collect()
                }
                None => s.y.clone(),
            },
            Self::Band(band) => band.lower.iter().chain(&band.upper).copied().collect(),
            Self::Bars(bars) => {
                let errors = bars.err.iter().flatten().chain(std::iter::repeat(&0.0));
                let ends = bars.heights.iter().zip(errors).flat_map(|(h, e)| {
                    let e = if e.is_finite() { e.abs() } else { 0.0 };
                    [h - e, *h, h + e]
                });
                // The lowest bar of a logarithmic axis stands on it, too.
                let positive = bars.heights.iter().copied().filter(|h| *h > 0.0);
                let foot = if log { 0.5 * positive.fold(f64::INFINITY, f64::min) } else { 0.0 };
                ends.chain([foot]).collect()
            }
            Self::Histogram(histogram) => {
                let counts = histogram.counts.iter().copied();
                // A logarithmic axis starts under a single count.
                if log { counts.chain([0.7]).collect() } else { counts.chain([0.0]).collect() }
            }
            Self::HeatMap(field) => Field::edges(&field.y, log),
            Self::Contour(field, _) | Self::Surface(field) => field.y.clone(),
            Self::Image(values) => vec![0.0, values.nrows() as f64],
            Self::Graph(graph) => graph.nodes.iter().map(|node| node.1).collect(),
            Self::Rule(rule) if !rule.vertical => vec![rule.at],
            Self::Rule(_) => Vec::new(),
        }
    }

    /// The values that a colour stands for.
    pub fn colored_values(&self) -> Option<&Array2<f64>> {
        match self {
            Self::HeatMap(field) | Self::Contour(field, _) | Self::Surface(field) => Some(&field.z),
            Self::Image(values) => Some(values),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_each_value_once() {
        let values = [0.0, 0.1, 0.9, 1.0, 1.9, 2.0, 4.0];
        let histogram = Histogram::count(&values, 4, (0.0, 4.0));
        assert_eq!(histogram.edges, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(histogram.counts, [3.0, 2.0, 1.0, 1.0]);
        let constant = Histogram::count(&[2.0; 5], 3, (2.0, 2.0));
        assert_eq!(constant.counts, [0.0, 5.0, 0.0]);
    }
}

//! Graphs: nodes, edges, weights, labels.

use super::canvas::{Align, Canvas, Paint, Point, Target, TextStyle};
use super::font::text_width;
use super::palette::{BLACK, Colormap, GREY, INK, Rgb, WHITE, mix};
use crate::error::{Error, Result};

/// How far two arrows between the same nodes bend away from each other, in parts of their length.
const BOW: f64 = 0.12;

/// A graph with places for its nodes.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub nodes: Vec<(f64, f64)>,
    pub edges: Vec<(usize, usize)>,
    pub weights: Vec<f64>,
    pub edge_labels: Vec<String>,
    pub labels: Vec<String>,
    pub values: Vec<f64>,
    pub directed: bool,
}

impl Graph {
    pub fn new(nodes: &[(f64, f64)], edges: &[(usize, usize)]) -> Result<Self> {
        if nodes.is_empty() {
            return Err(Error::Figure("a graph needs at least one node".to_string()));
        }
        if let Some(node) = nodes.iter().position(|p| !p.0.is_finite() || !p.1.is_finite()) {
            return Err(Error::Figure(format!("node {node} of the graph has no finite position")));
        }
        if let Some((a, b)) = edges.iter().find(|(a, b)| *a.max(b) >= nodes.len()) {
            return Err(Error::Figure(format!(
                "the edge {a}–{b} names a node beyond the last one, {}",
                nodes.len() - 1
            )));
        }
        Ok(Self {
            nodes: nodes.to_vec(),
            edges: edges.to_vec(),
            weights: Vec::new(),
            edge_labels: Vec::new(),
            labels: Vec::new(),
            values: Vec::new(),
            directed: false,
        })
    }

    /// Whether an edge leads from a node to itself.
    pub fn has_loops(&self) -> bool {
        self.edges.iter().any(|(a, b)| a == b)
    }

    /// A radius that holds the labels and leaves room between the closest nodes.
    fn radius(&self, places: &[Point]) -> Result<f64> {
        let mut room = f64::INFINITY;
        // All pairs only where they are few; a large graph has small nodes anyway.
        for (i, a) in places.iter().enumerate().take(300) {
            for b in &places[..i] {
                room = room.min((a.0 - b.0).hypot(a.1 - b.1));
            }
        }
        let mut wanted = if places.len() > 60 { 3.0 } else { 7.0 };
        for label in &self.labels {
            wanted = f64::max(wanted, text_width(label, 12.0)? / 2.0 + 5.0);
        }
        // Arrows need room to be seen between their ends.
        let most = if self.labels.is_empty() || self.directed { 0.35 } else { 0.48 };
        Ok(f64::min(wanted, (room * most).max(1.5)).min(60.0))
    }

    fn edge_look(&self, edge: usize, largest: f64) -> (f64, Rgb) {
        match self.weights.get(edge) {
            Some(weight) if weight.is_finite() && largest > 0.0 => {
                let part = weight / largest;
                let strong = if part < 0.0 { [33, 102, 172] } else { [178, 24, 43] };
                (0.6 + 3.4 * part.abs(), mix([205, 205, 205], strong, part.abs().sqrt()))
            }
            _ => (1.2, GREY),
        }
    }

    /// Draws the graph with its nodes at the given places, in pixels.
    pub fn draw<T: Target>(&self, canvas: &mut Canvas<T>, places: &[Point]) -> Result<()> {
        let radius = self.radius(places)?;
        let largest =
            super::axes::extent(self.weights.iter().map(|w| w.abs())).map_or(0.0, |e| e.1);
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        let strength = |edge: usize| self.weights.get(edge).map_or(0.0, |w| w.abs());
        order.sort_by(|a, b| strength(*a).total_cmp(&strength(*b)));
        for edge in order {
            let (a, b) = self.edges[edge];
            let (width, color) = self.edge_look(edge, largest);
            let label = self.edge_labels.get(edge).map_or("", String::as_str);
            if a == b {
                draw_loop(canvas, places[a], radius, width, color, self.directed)?;
                let above = places[a].1 - radius - 1.6 * loop_size(radius) - 8.0;
                edge_label(canvas, label, (places[a].0, above))?;
            } else {
                // Arrows both ways between two nodes would hide each other.
                let bent = self.directed && self.edges.contains(&(b, a));
                let look = (width, color);
                draw_edge(canvas, places[a], places[b], radius, look, self.directed, bent)?;
                edge_label(canvas, label, beside(places[a], places[b], bent))?;
            }
        }
        let bound = super::axes::extent(self.values.iter().map(|v| v.abs()))
            .map_or(1.0, |e| 1.25 * e.1.clamp(1e-300, 1e306));
        for (node, place) in places.iter().enumerate() {
            let fill = match self.values.get(node) {
                Some(value) => Colormap::Diverging.color(*value, (-bound, bound)),
                None if self.labels.is_empty() => [0, 114, 178],
                None => WHITE,
            };
            canvas.circle(*place, radius + 1.2, INK)?;
            canvas.circle(*place, radius, fill)?;
            if let Some(label) = self.labels.get(node) {
                let dark = fill.iter().map(|part| u32::from(*part)).sum::<u32>() < 330;
                let style = TextStyle::new(12.0, Align::Middle, if dark { WHITE } else { BLACK });
                canvas.text(label, (place.0, place.1 + 4.3), style)?;
            }
        }
        Ok(())
    }
}

fn draw_edge<T: Target>(
    canvas: &mut Canvas<T>,
    from: Point,
    to: Point,
    radius: f64,
    (width, color): (f64, Rgb),
    directed: bool,
    bent: bool,
) -> Result<()> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length < 1e-6 {
        return Ok(());
    }
    let bow = if bent { BOW } else { 0.0 };
    let control = (
        f64::midpoint(from.0, to.0) - dy * bow * 2.0,
        f64::midpoint(from.1, to.1) + dx * bow * 2.0,
    );
    let at = |t: f64| {
        let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        (a * from.0 + b * control.0 + c * to.0, a * from.1 + b * control.1 + c * to.1)
    };
    if !directed {
        return canvas.line(&[from, to], width, color);
    }
    let head = 7.0 + width;
    let tip = 1.0 - (radius + 1.5) / length;
    let neck = 1.0 - (radius + 1.5 + head * 0.8) / length;
    let steps = if bent { 16 } else { 1 };
    let path: Vec<Point> =
        (0..=steps).map(|i| at(neck * f64::from(i) / f64::from(steps))).collect();
    canvas.line(&path, width, color)?;
    arrow(canvas, at(neck), at(tip), head, color)
}

/// The place of an edge's label: beside its middle, on the side to which it bends.
fn beside(from: Point, to: Point, bent: bool) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let off = 10.0 + if bent { BOW * length } else { 0.0 };
    let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    (x - dy / length * off, y + dx / length * off)
}

fn edge_label<T: Target>(canvas: &mut Canvas<T>, label: &str, at: Point) -> Result<()> {
    if label.is_empty() {
        return Ok(());
    }
    canvas.text(label, (at.0, at.1 + 4.0), TextStyle::new(11.0, Align::Middle, INK))
}

/// A triangle with its tip at `to`.
fn arrow<T: Target>(
    canvas: &mut Canvas<T>,
    from: Point,
    to: Point,
    size: f64,
    color: Rgb,
) -> Result<()> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length * size, dy / length * size);
    let wing = |side: f64| (to.0 - ux - side * uy * 0.45, to.1 - uy + side * ux * 0.45);
    canvas.polygon(&[to, wing(1.0), wing(-1.0)], Paint::solid(color))
}

/// Half the height of an edge from a node to itself.
fn loop_size(radius: f64) -> f64 {
    (radius + 5.0).min(14.0)
}

fn draw_loop<T: Target>(
    canvas: &mut Canvas<T>,
    at: Point,
    radius: f64,
    width: f64,
    color: Rgb,
    directed: bool,
) -> Result<()> {
    let size = loop_size(radius);
    let center = (at.0, at.1 - radius - size * 0.6);
    let path: Vec<Point> = (0..=24)
        .map(|i| {
            let turn = f64::from(i) / 24.0 * std::f64::consts::TAU;
            (center.0 + size * 0.8 * turn.sin(), center.1 + size * turn.cos())
        })
        .collect();
    canvas.line(&path, width, color)?;
    if directed {
        arrow(canvas, path[19], path[21], 7.0 + width, color)?;
    }
    Ok(())
}

//! Drawings of circuits.

use crate::error::Result;
use crate::neuron::circuit::Wiring;
use crate::plot::Figure;

/// Distance of layers, where units of one layer are 1 apart.
const LAYER: f64 = 1.7;
/// Nodes nearer than this to an edge that passes are hard to tell from its end.
const CLEARANCE: f64 = 0.3;

type Place = (f64, f64);

/// Inputs on the left, units by layers or in a circle.
pub(super) fn circuit(wiring: &Wiring) -> Result<Figure> {
    let inputs = wiring.inputs.len();
    let mut edges: Vec<(usize, usize)> = Vec::new();
    let mut weights: Vec<f64> = Vec::new();
    let strongest = wiring
        .neurons
        .iter()
        .flat_map(|n| n.weights().iter())
        .fold(1.0, |a: f64, w| a.max(w.abs()));
    for (unit, (neuron, sources)) in wiring.neurons.iter().zip(&wiring.sources).enumerate() {
        for (i, &source) in sources.iter().enumerate() {
            edges.push((source, inputs + unit));
            let forbids = neuron.inhibitory().contains(&i);
            weights.push(if forbids { -strongest } else { neuron.weights()[i] });
        }
    }
    let places = match wiring.layers() {
        Some(layers) => {
            let layer: Vec<usize> =
                std::iter::repeat_n(0, inputs).chain(layers.layer.iter().copied()).collect();
            side_by_side(&layer, &edges)
        }
        None => around(inputs, wiring.units.len()),
    };
    let thresholds = wiring.neurons.iter().map(crate::neuron::unit::Neuron::threshold);
    let units = wiring.units.iter().zip(thresholds);
    // A unit whose name is its condition already needs no second one.
    let label = |(name, threshold): (&String, f64)| {
        if name.contains('≥') { name.clone() } else { format!("{name} ≥{threshold}") }
    };
    let labels: Vec<String> = wiring.inputs.iter().cloned().chain(units.map(label)).collect();
    Ok(Figure::graph(&places, &edges)?.directed().edge_weights(&weights).node_labels(labels))
}

/// Each layer in a column, moved up or down by a part of the distance of units so that edges from far layers pass by its nodes.
fn side_by_side(layer: &[usize], edges: &[(usize, usize)]) -> Vec<Place> {
    let depth = layer.iter().copied().max().unwrap_or(0);
    let members: Vec<Vec<usize>> =
        (0..=depth).map(|d| (0..layer.len()).filter(|&node| layer[node] == d).collect()).collect();
    let mut places = vec![(0.0, 0.0); layer.len()];
    let arrange = |d: usize, shift: f64, places: &mut Vec<Place>| {
        let middle = (members[d].len() as f64 - 1.0) / 2.0;
        for (k, &node) in members[d].iter().enumerate() {
            places[node] = (d as f64 * LAYER, middle - k as f64 + shift);
        }
    };
    for d in 0..=depth {
        arrange(d, 0.0, &mut places);
    }
    // Circuits too large to read are left as they are.
    if edges.len() * layer.len() > 20_000 {
        return places;
    }
    for d in 1..=depth {
        let mut best = (usize::MAX, 0.0);
        for shift in [0.0, 0.35, -0.35, 0.6, -0.6, 0.9, -0.9] {
            arrange(d, shift, &mut places);
            let hidden = crowded(&places, edges);
            if hidden < best.0 {
                best = (hidden, shift);
            }
        }
        arrange(d, best.1, &mut places);
    }
    places
}

/// How often an edge passes close by a node that is not its end.
fn crowded(places: &[Place], edges: &[(usize, usize)]) -> usize {
    let close = |&(a, b): &(usize, usize)| {
        let (from, to) = (places[a], places[b]);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        let near = |node: &usize| {
            let (x, y) = (places[*node].0 - from.0, places[*node].1 - from.1);
            let along = (x * dx + y * dy) / (length * length);
            (0.0..1.0).contains(&along) && (x * dy - y * dx).abs() / length < CLEARANCE
        };
        (0..places.len()).filter(|node| *node != a && *node != b).filter(near).count()
    };
    edges.iter().map(close).sum()
}

/// Units in a circle, clockwise from the top, and inputs in a column beside it.
fn around(inputs: usize, units: usize) -> Vec<Place> {
    let radius =
        if units == 1 { 0.0 } else { f64::max(1.0, units as f64 * 1.3 / std::f64::consts::TAU) };
    let column = (0..inputs).map(|k| (-radius - LAYER, (inputs as f64 - 1.0) / 2.0 - k as f64));
    let circle = (0..units).map(|k| {
        let turn = k as f64 / units as f64 * std::f64::consts::TAU;
        (radius * turn.sin(), radius * turn.cos())
    });
    column.chain(circle).collect()
}

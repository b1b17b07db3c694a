//! Drawings of state graphs.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use crate::error::{Error, Result};
use crate::neuron::automaton::Cycles;
use crate::neuron::bits;
use crate::plot::Figure;

/// The distance of states that follow on each other.
const STEP: f64 = 1.0;

type Place = (f64, f64);

/// Refuses state graphs too large to read.
pub(super) fn require_drawable(width: usize, most: usize) -> Result<()> {
    if width <= most {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "A drawing of the state graph".to_owned(),
        needs: format!("2^{width} states or inputs"),
        limit: format!("the 2^{most} that can be read"),
        advice: "Take the tables `transitions` and `attractors`.".to_owned(),
    })
}

/// Each cycle a ring with the trees that lead to it around, the largest basins first.
pub(super) fn cycles(next: &[usize], cycles: &Cycles, width: usize) -> Result<Figure> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for (state, &follower) in next.iter().enumerate() {
        if cycles.transient[state] > 0 {
            before[follower].push(state);
        }
    }
    let mut places = vec![(0.0, 0.0); next.len()];
    let radii: Vec<f64> =
        cycles.states.iter().map(|cycle| flower(cycle, &before, &mut places)).collect();
    let centers = shelves(&radii);
    for (state, place) in places.iter_mut().enumerate() {
        let center = centers[cycles.of[state]];
        *place = (place.0 + center.0, place.1 + center.1);
    }
    let edges: Vec<(usize, usize)> = next.iter().copied().enumerate().collect();
    let on_cycle: Vec<f64> =
        cycles.transient.iter().map(|&t| f64::from(u8::from(t == 0))).collect();
    let labels = (0..next.len()).map(|state| bits::text(state, width));
    let graph = Figure::graph(&places, &edges)?.directed().node_values(&on_cycle);
    Ok(if width <= 5 { graph.node_labels(labels) } else { graph })
}

/// Places a cycle around the origin and its trees outside, each in a sector as wide as its leaves; returns the radius of the whole.
fn flower(cycle: &[usize], before: &[Vec<usize>], places: &mut [Place]) -> f64 {
    let total: usize = cycle.iter().map(|&state| leaves(state, before)).sum();
    let inner = if cycle.len() == 1 { 0.0 } else { f64::max(0.6, cycle.len() as f64 / TAU * STEP) };
    // The first ring of leaves gives each its room.
    let ring = f64::max(STEP, total as f64 / TAU * STEP - inner);
    let mut outer = inner;
    let mut from = 0.0;
    for &state in cycle {
        let part = leaves(state, before) as f64 / total as f64;
        let middle = (from + part / 2.0) * TAU;
        places[state] = (inner * middle.sin(), inner * middle.cos());
        outer = f64::max(outer, branch(state, (from, part), inner, ring, before, places));
        from += part;
    }
    outer
}

/// Places the states that lead to `root` in its sector (start and width as parts of a turn), ring by ring; returns the outermost radius.
fn branch(
    root: usize,
    sector: (f64, f64),
    inner: f64,
    ring: f64,
    before: &[Vec<usize>],
    places: &mut [Place],
) -> f64 {
    let mut outer = inner;
    let mut stack = vec![(root, sector, inner)];
    while let Some((state, (mut from, width), radius)) = stack.pop() {
        outer = outer.max(radius);
        let total: usize = before[state].iter().map(|&child| leaves(child, before)).sum();
        for &child in &before[state] {
            let part = width * leaves(child, before) as f64 / total as f64;
            let out = radius + if radius == inner { ring } else { STEP };
            let middle = (from + part / 2.0) * TAU;
            places[child] = (out * middle.sin(), out * middle.cos());
            stack.push((child, (from, part), out));
            from += part;
        }
    }
    outer
}

/// The number of states at the ends of the tree that leads to a state, at least 1.
fn leaves(root: usize, before: &[Vec<usize>]) -> usize {
    let mut count = 0;
    let mut stack = vec![root];
    while let Some(state) = stack.pop() {
        if before[state].is_empty() {
            count += 1;
        }
        stack.extend(&before[state]);
    }
    count
}

/// Centres for circles of these radii, in rows of about one and a half times the height of the whole.
fn shelves(radii: &[f64]) -> Vec<Place> {
    let side = |radius: f64| 2.0 * radius + 1.6;
    let area: f64 = radii.iter().map(|&r| side(r) * side(r)).sum();
    let widest = radii.iter().map(|&r| side(r)).fold(0.0, f64::max);
    let limit = f64::max((1.5 * area).sqrt() * 1.1, widest);
    let mut centers = Vec::with_capacity(radii.len());
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0_f64);
    for &radius in radii {
        let own = side(radius);
        if x > 0.0 && x + own > limit {
            y -= height;
            (x, height) = (0.0, 0.0);
        }
        centers.push((x + own / 2.0, y - own / 2.0));
        x += own;
        height = height.max(own);
    }
    centers
}

/// States in a circle, with one arrow for all inputs that lead from one to another.
pub(super) fn all_inputs(maps: &[Vec<usize>], width: usize, inputs: usize) -> Result<Figure> {
    let states = 1_usize << width;
    let mut arrows: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for state in 0..states {
        for (x, map) in maps.iter().enumerate() {
            arrows.entry((state, map[state])).or_default().push(bits::text(x, inputs));
        }
    }
    let place = |state: usize| {
        let turn = state as f64 / states as f64 * TAU;
        // Two states stand side by side, more go round from the top.
        if states == 2 { (state as f64 * 2.0, 0.0) } else { (turn.sin(), turn.cos()) }
    };
    let places: Vec<Place> = (0..states).map(place).collect();
    let edges: Vec<(usize, usize)> = arrows.keys().copied().collect();
    let labels: Vec<String> = arrows.into_values().map(|inputs| inputs.join(", ")).collect();
    let graph = Figure::graph(&places, &edges)?.directed().edge_labels(labels);
    Ok(graph.node_labels((0..states).map(|state| bits::text(state, width))))
}

//! Rates between neighbouring cells, and how they move a distribution.

use crate::error::{Error, Result};
use crate::numeric::vector::{add_scaled, scale};
use crate::phase_space::grid::{Edge, Grid};

/// Jumps in one round of the series, whose first weight e^−400 is still a number.
const ROUND: f64 = 400.0;

/// Jumps times cells of a run at most: an hour.
const MOST: f64 = 3e12;

/// A Markov process of jumps between neighbouring cells.
#[derive(Clone, Debug)]
pub(super) struct Generator {
    pub edges: Vec<Edge>,
    /// Rates along each edge and against it.
    pub forth: Vec<f64>,
    pub back: Vec<f64>,
    /// The rate at which each cell is left.
    pub exit: Vec<f64>,
}

/// x/(eˣ − 1), which is 1 at 0.
pub(super) fn bernoulli(x: f64) -> f64 {
    if x.abs() < 1e-8 { 1.0 - 0.5 * x } else { x / x.exp_m1() }
}

impl Generator {
    /// The rates D/h² · B(±u) of an edge across which the drift F lowers the exponent by u = −F h/D (Scharfetter and Gummel, IEEE Trans. Electron Devices 16, 64 (1969)).
    pub fn new(grid: &Grid, diffusion: &[f64], exponent: impl Fn(Edge) -> f64) -> Result<Self> {
        let edges = grid.edges();
        let (mut forth, mut back) = (Vec::new(), Vec::new());
        let mut exit = vec![0.0; grid.len()];
        for edge in &edges {
            let width = grid.width(edge.axis);
            let (pace, u) = (diffusion[edge.axis] / (width * width), exponent(*edge));
            let (up, down) = (pace * bernoulli(u), pace * bernoulli(-u));
            if !(up.is_finite() && down.is_finite()) {
                return Err(Error::argument(
                    "drift",
                    format!("one whose exponent between two cells is {u}"),
                    "finite on the whole grid",
                ));
            }
            exit[edge.first] += up;
            exit[edge.second] += down;
            forth.push(up);
            back.push(down);
        }
        Ok(Self { edges, forth, back, exit })
    }

    /// The fastest rate.
    pub fn pace(&self) -> f64 {
        self.exit.iter().copied().fold(0.0, f64::max)
    }

    /// The rounds that a time takes, each no longer than the series allows.
    pub fn rounds(&self, time: f64) -> Result<usize> {
        let jumps = self.pace() * time;
        if !(jumps * self.exit.len() as f64 <= MOST) {
            return Err(Error::TooLarge {
                what: "This time on this grid".to_string(),
                needs: format!("{jumps:.1e} jumps of {} cells", self.exit.len()),
                limit: format!("{MOST:.0e} in all"),
                advice: "Take fewer cells, a smaller interval (steep slopes make fast jumps), or a shorter time.".to_string(),
            });
        }
        Ok((jumps / ROUND).ceil().max(1.0) as usize)
    }

    /// The distribution after a time of one round: Σ_k Poisson(k) Pᵏ p, each term of which is positive (A. Jensen, Skand. Aktuarietidskr. 36, 87 (1953)).
    pub fn advance(&self, p: &mut [f64], time: f64) {
        let pace = self.pace();
        let jumps = pace * time;
        let stay: Vec<f64> = self.exit.iter().map(|exit| (1.0 - exit / pace).max(0.0)).collect();
        let mut weight = (-jumps).exp();
        let mut whole = weight;
        let mut term = p.to_vec();
        let mut next = term.clone();
        scale(p, weight);
        let mut k = 0.0;
        // Past the mean the weights fall faster than a geometric series.
        while k < jumps || weight > 1e-18 * whole {
            k += 1.0;
            weight *= jumps / k;
            whole += weight;
            for ((x, old), stay) in next.iter_mut().zip(&term).zip(&stay) {
                *x = old * stay;
            }
            for (k, edge) in self.edges.iter().enumerate() {
                next[edge.second] += term[edge.first] * (self.forth[k] / pace);
                next[edge.first] += term[edge.second] * (self.back[k] / pace);
            }
            std::mem::swap(&mut term, &mut next);
            add_scaled(p, weight, &term);
        }
        scale(p, 1.0 / whole);
    }

    /// The probability that flows along each edge per unit time.
    pub fn flows(&self, p: &[f64]) -> Vec<f64> {
        let rates = self.edges.iter().zip(self.forth.iter().zip(&self.back));
        rates.map(|(edge, (up, down))| p[edge.first] * up - p[edge.second] * down).collect()
    }

    /// Σ J ln(p_i r_ij/(p_j r_ji)) over edges: the rate of entropy production in nats.
    pub fn entropy_production(&self, p: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (k, edge) in self.edges.iter().enumerate() {
            let (up, down) = (p[edge.first] * self.forth[k], p[edge.second] * self.back[k]);
            // Where nothing can have come to yet nothing flows worth counting.
            if up > 0.0 && down > 0.0 {
                sum += (up - down) * (up / down).ln();
            }
        }
        sum
    }
}

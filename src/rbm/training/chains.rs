//! Chains that live on between updates, at one temperature or at several.

use crate::error::Result;
use crate::rand::Rng;
use crate::random::Seed;
use crate::rbm::batch::{BatchUnits, Direction, Real, Weights, pass};
use crate::rbm::layer::Layer;

/// States of all chains, rung by rung, the last of which is the machine itself; within a rung one chain a row.
#[derive(Clone, Debug)]
pub(super) struct Chains<F: Real> {
    /// Inverse temperatures from 0 to 1.
    betas: Vec<f64>,
    pub count: usize,
    /// Whether all of the energy is divided by the temperature, or the coupling alone: units without bounds need their precision at each.
    whole_energy: bool,
    pub hidden: Vec<F>,
    visible: Vec<F>,
    /// Exchanges tried and done in this epoch.
    pub tried: u64,
    pub done: u64,
}

/// The two layers at all temperatures.
struct Rungs<F: Real> {
    visible: Vec<BatchUnits<F>>,
    hidden: Vec<BatchUnits<F>>,
}

impl<F: Real> Chains<F> {
    /// Chains with these hidden states, one a row, at each of so many temperatures.
    pub fn new(rungs: usize, count: usize, start: &[F], layers: (&Layer, &Layer)) -> Self {
        let top = rungs.saturating_sub(1).max(1) as f64;
        let betas: Vec<f64> =
            if rungs == 1 { vec![1.0] } else { (0..rungs).map(|r| r as f64 / top).collect() };
        let n = layers.0.len();
        Self {
            betas,
            count,
            whole_energy: layers.0.units().is_discrete() && layers.1.units().is_discrete(),
            hidden: start.repeat(rungs),
            visible: vec![F::default(); rungs * count * n],
            tried: 0,
            done: 0,
        }
    }

    /// Visible states of the machine itself.
    pub fn visible(&self) -> &[F] {
        let rungs = self.betas.len().max(1);
        &self.visible[self.visible.len() / rungs * (rungs - 1)..]
    }

    /// Visible states at all temperatures.
    pub fn all_visible(&self) -> &[F] {
        &self.visible
    }

    /// Puts states of a former run in place, as many as there are.
    pub fn restore(&mut self, hidden: Vec<F>, visible: Vec<F>) {
        (self.hidden, self.visible) = (hidden, visible);
    }

    /// Hidden states of the machine itself, for the step that the caller does together with the data's.
    pub fn top_hidden(&mut self) -> &mut [F] {
        let rungs = self.betas.len().max(1);
        let place = self.hidden.len() / rungs * (rungs - 1);
        &mut self.hidden[place..]
    }

    /// So many Gibbs steps but for the last draw of hidden states at temperature 1, and an exchange after each draw of visible ones.
    pub fn advance(
        &mut self,
        weights: Weights<'_, F>,
        layers: (&BatchUnits<F>, &BatchUnits<F>),
        steps: usize,
        seed: Seed,
    ) -> Result<()> {
        let rungs = self.rungs(layers)?;
        for step in 0..steps {
            let seed = seed.child(step as u64);
            self.draw(weights, Direction::ToVisible, &rungs, seed.child(0), self.betas.len());
            if self.betas.len() > 1 {
                self.exchange(weights, layers, step, seed.child(1));
            }
            let last = step + 1 == steps;
            let drawn = self.betas.len() - usize::from(last);
            self.draw(weights, Direction::ToHidden, &rungs, seed.child(2), drawn);
        }
        Ok(())
    }

    fn rungs(&self, (visible, hidden): (&BatchUnits<F>, &BatchUnits<F>)) -> Result<Rungs<F>> {
        let scaled = |units: &BatchUnits<F>| {
            let at = |&beta: &f64| {
                if self.whole_energy && beta < 1.0 {
                    Ok(BatchUnits::new(&units.layer.scaled(beta)?))
                } else {
                    Ok(units.clone())
                }
            };
            self.betas.iter().map(at).collect::<Result<Vec<_>>>()
        };
        Ok(Rungs { visible: scaled(visible)?, hidden: scaled(hidden)? })
    }

    /// Draws one layer from the other at the first so many temperatures.
    fn draw(
        &mut self,
        weights: Weights<'_, F>,
        direction: Direction,
        rungs: &Rungs<F>,
        seed: Seed,
        count: usize,
    ) {
        let (visible, hidden) = (self.count * weights.n, self.count * weights.m);
        let states =
            self.visible.chunks_exact_mut(visible).zip(self.hidden.chunks_exact_mut(hidden));
        for (r, (visible, hidden)) in states.enumerate().take(count) {
            let (from, to, units) = match direction {
                Direction::ToHidden => (&*visible, hidden, &rungs.hidden[r]),
                Direction::ToVisible => (&*hidden, visible, &rungs.visible[r]),
            };
            let mut means = vec![F::default(); to.len()];
            let seed = seed.child(r as u64);
            let weights = Weights { coupling: self.betas[r], ..weights };
            pass(weights, direction, from, units, seed, &mut means, to);
        }
    }

    /// Tries to exchange the states of every second pair of neighbouring temperatures, chain by chain.
    fn exchange(
        &mut self,
        weights: Weights<'_, F>,
        (visible, hidden): (&BatchUnits<F>, &BatchUnits<F>),
        step: usize,
        seed: Seed,
    ) {
        let (n, m) = (weights.n, weights.m);
        let energies = self.energies(weights, (&visible.layer, &hidden.layer));
        let mut choices = seed.generator();
        // Even and odd pairs by turns, over updates of a single step, too.
        let first = if step > 0 { step % 2 } else { usize::from(choices.random::<bool>()) };
        for lower in (first..self.betas.len() - 1).step_by(2) {
            for chain in 0..self.count {
                let (a, b) = (lower * self.count + chain, (lower + 1) * self.count + chain);
                let gain =
                    (self.betas[lower + 1] - self.betas[lower]) * (energies[b] - energies[a]);
                self.tried += 1;
                if gain >= 0.0 || choices.random::<f64>() < gain.exp() {
                    self.done += 1;
                    swap_rows(&mut self.visible, a, b, n);
                    swap_rows(&mut self.hidden, a, b, m);
                }
            }
        }
    }

    /// The part of each state's energy that the temperature divides.
    fn energies(&self, weights: Weights<'_, F>, (visible, hidden): (&Layer, &Layer)) -> Vec<f64> {
        let (n, m) = (weights.n, weights.m);
        let mut inputs = vec![F::default(); self.hidden.len()];
        crate::rbm::batch::hidden_inputs(weights, &self.visible, &mut inputs);
        let wide = |row: &[F]| row.iter().map(|x| x.wide()).collect::<Vec<f64>>();
        let states = self.visible.chunks_exact(n).zip(self.hidden.chunks_exact(m));
        let energy = |((v, h), input): ((&[F], &[F]), &[F])| {
            let coupling = F::dot(input, h).wide();
            if self.whole_energy {
                visible.energy(&wide(v)) + hidden.energy(&wide(h)) - coupling
            } else {
                -coupling
            }
        };
        states.zip(inputs.chunks_exact(m)).map(energy).collect()
    }
}

fn swap_rows<F>(rows: &mut [F], a: usize, b: usize, length: usize) {
    let (low, high) = rows.split_at_mut(b * length);
    low[a * length..(a + 1) * length].swap_with_slice(&mut high[..length]);
}

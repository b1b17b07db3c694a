//! The states of a discrete layer, counted: the last site changes fastest.

use crate::rbm::layer::Layer;
use crate::rbm::units::Units;

impl Layer {
    /// Values of one site: 2 or q; none for continuous units.
    pub(super) fn options(&self) -> Option<usize> {
        match self.units {
            Units::Binary | Units::Spin => Some(2),
            Units::Potts { colors } => Some(colors),
            Units::Gaussian | Units::Relu => None,
        }
    }

    /// The number of states, infinite for continuous units.
    pub(super) fn states(&self) -> f64 {
        self.options().map_or(f64::INFINITY, |q| (q as f64).powf(self.sites() as f64))
    }

    /// Adds the inputs that a site with this value gives to the other layer; `rows` has those of each column.
    pub(super) fn add_inputs<'a>(
        &self,
        site: usize,
        option: usize,
        row: impl Fn(usize) -> &'a [f64],
        out: &mut [f64],
    ) {
        let (column, factor) = match self.units {
            Units::Potts { colors } => (site * colors + option, 1.0),
            Units::Spin => (site, 2.0 * option as f64 - 1.0),
            _ => (site, option as f64),
        };
        out.iter_mut().zip(row(column)).for_each(|(out, w)| *out += factor * w);
    }

    /// b·x of a site with this value.
    pub(super) fn field_term(&self, site: usize, option: usize) -> f64 {
        match self.units {
            Units::Potts { colors } => self.b[site * colors + option],
            Units::Spin => self.b[site] * (2.0 * option as f64 - 1.0),
            _ => self.b[site] * option as f64,
        }
    }

    /// The state of this index, below the number of states.
    pub(super) fn write_state(&self, index: u64, out: &mut [f64]) {
        let q = self.options().unwrap_or(1) as u64;
        let mut rest = index;
        for site in (0..self.sites()).rev() {
            let option = rest % q;
            rest /= q;
            match self.units {
                Units::Potts { colors } => {
                    let site = &mut out[site * colors..(site + 1) * colors];
                    site.fill(0.0);
                    site[option as usize] = 1.0;
                }
                Units::Spin => out[site] = 2.0 * option as f64 - 1.0,
                _ => out[site] = option as f64,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_counted_with_the_last_site_fastest() {
        let mut state = [0.0; 3];
        Layer::spin(3).unwrap().write_state(5, &mut state);
        assert_eq!(state, [1.0, -1.0, 1.0]);
        let layer = Layer::potts(2, 3).unwrap();
        let mut state = [0.5; 6];
        layer.write_state(7, &mut state);
        assert_eq!(state, [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(layer.states(), 9.0);
        assert!(Layer::gaussian(1).unwrap().states().is_infinite());
    }
}

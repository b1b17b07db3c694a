//! A line of machines from two independent layers to a given one.

use crate::error::Result;
use crate::ndarray::{Array2, Axis};
use crate::rbm::initial::independent;
use crate::rbm::{Layer, Rbm, Units};

/// Machines with E_λ = (1 − λ) E_0 + λ E, where E_0 = U_v + U_h − δ_v·v − δ_h·h has no couplings: the inputs of the visible units are
/// λ W h + (1 − λ) δ_v, those of the hidden units λ v W + (1 − λ) δ_h, and nothing else changes along the line.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub rbm: Rbm,
    pub visible_shift: Vec<f64>,
    pub hidden_shift: Vec<f64>,
}

impl Path {
    /// From base layers with the machine's own fields: λ scales the couplings.
    pub fn of_coupling(rbm: &Rbm) -> Self {
        let (n, m) = (rbm.visible.len(), rbm.hidden.len());
        Self { rbm: rbm.clone(), visible_shift: vec![0.0; n], hidden_shift: vec![0.0; m] }
    }

    /// From base layers without fields: λ scales couplings and fields, and is an inverse temperature where the units are discrete.
    pub fn of_energy(rbm: &Rbm) -> Self {
        let minus = |layer: &Layer| layer.b.iter().map(|b| -b).collect();
        let (visible_shift, hidden_shift) = (minus(&rbm.visible), minus(&rbm.hidden));
        Self { rbm: rbm.clone(), visible_shift, hidden_shift }
    }

    /// From a visible base layer with the data's means, and a hidden one with the inputs that these means give: at the data's means, the inputs of
    /// hidden units are then the same all along the line.
    pub fn of_data(rbm: &Rbm, data: &Array2<f64>) -> Result<Self> {
        rbm.visible.allows_all("data", data)?;
        let visible_shift = shift_to_means(&rbm.visible, data)?;
        let mut means = vec![0.0; rbm.visible.len()];
        rbm.visible.mean(&visible_shift, &mut means);
        let mut hidden_shift = vec![0.0; rbm.hidden.len()];
        rbm.hidden_inputs_into(&means, &mut hidden_shift);
        Ok(Self { rbm: rbm.clone(), visible_shift, hidden_shift })
    }

    /// Numbers of visible and of hidden columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.visible_shift.len(), self.hidden_shift.len())
    }

    /// ln Z at λ = 0.
    pub fn ln_z_base(&self) -> f64 {
        self.rbm.visible.log_partition(&self.visible_shift)
            + self.rbm.hidden.log_partition(&self.hidden_shift)
    }
}

/// The inputs at which the units of a layer by themselves have the data's means.
fn shift_to_means(layer: &Layer, data: &Array2<f64>) -> Result<Vec<f64>> {
    let n = data.nrows() as f64;
    let sums = data.sum_axis(Axis(0));
    let means = sums.iter().map(|sum| sum / n);
    let wanted: Vec<f64> = match layer.units {
        Units::Gaussian => means.zip(&layer.gamma).map(|(mean, gamma)| mean * gamma).collect(),
        Units::Relu => return Ok(relu_inputs(layer, &means.collect::<Vec<_>>())),
        _ => independent(layer, data)?.b,
    };
    Ok(wanted.iter().zip(&layer.b).map(|(wanted, b)| wanted - b).collect())
}

/// By bisection, since the mean of a unit grows with its input; a mean of 0 counts as a small one.
fn relu_inputs(layer: &Layer, means: &[f64]) -> Vec<f64> {
    const LEAST: f64 = 0.02;
    let reach: Vec<f64> = means
        .iter()
        .zip(layer.b.iter().zip(&layer.gamma))
        .map(|(mean, (b, gamma))| b.abs() + mean * gamma + 2.0 * gamma.sqrt() / LEAST)
        .collect();
    let (mut low, mut high): (Vec<f64>, Vec<f64>) =
        reach.iter().map(|reach| (-reach, *reach)).unzip();
    let (mut middle, mut found) = (vec![0.0; means.len()], vec![0.0; means.len()]);
    for _ in 0..60 {
        for (middle, (low, high)) in middle.iter_mut().zip(low.iter().zip(&high)) {
            *middle = 0.5 * (low + high);
        }
        layer.mean(&middle, &mut found);
        for i in 0..means.len() {
            let wanted = means[i].max(LEAST / layer.gamma[i].sqrt());
            let side = if found[i] < wanted { &mut low[i] } else { &mut high[i] };
            *side = middle[i];
        }
    }
    middle
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ndarray::array;

    #[test]
    fn base_layers_have_the_means_of_the_data() -> Result<()> {
        let check = |layer: Layer, data: Array2<f64>| -> Result<()> {
            let rbm = Rbm::new(layer, Layer::spin(1)?)?;
            let path = Path::of_data(&rbm, &data)?;
            let mut means = vec![0.0; rbm.visible.len()];
            rbm.visible.mean(&path.visible_shift, &mut means);
            let n = data.nrows() as f64;
            for (mean, column) in means.iter().zip(data.columns()) {
                // Discrete units lean towards all values by half an example each.
                assert!((mean - column.sum() / n).abs() < 1.01 / (n + 1.0), "{mean} {column}");
                if !rbm.visible.units().is_discrete() {
                    assert!((mean - column.sum() / n).abs() < 1e-9, "{mean} {column}");
                }
            }
            Ok(())
        };
        let fields = array![1.5, -0.5];
        check(Layer::binary(2)?.fields(&fields)?, array![[0.0, 1.0], [1.0, 1.0], [0.0, 1.0]])?;
        check(Layer::spin(2)?.fields(&fields)?, array![[-1.0, 1.0], [1.0, 1.0], [-1.0, 1.0]])?;
        let precisions = array![0.5, 4.0];
        let data = array![[0.25, 1.5], [7.0, 3.0]];
        check(Layer::gaussian(2)?.fields(&fields)?.precisions(&precisions)?, data.clone())?;
        check(Layer::relu(2)?.fields(&fields)?.precisions(&precisions)?, data)
    }

    #[test]
    fn a_column_of_zeros_keeps_relu_fields_finite() -> Result<()> {
        let rbm = Rbm::new(Layer::relu(1)?, Layer::spin(1)?)?;
        let path = Path::of_data(&rbm, &array![[0.0], [0.0]])?;
        assert!(path.visible_shift[0] < -10.0 && path.visible_shift[0] > -1e3);
        Ok(())
    }
}

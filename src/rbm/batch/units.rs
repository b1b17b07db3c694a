//! A layer as batches need it.

use crate::rbm::Units;
use crate::rbm::batch::logistic::TwoValued;
use crate::rbm::batch::real::{Real, converted};
use crate::rbm::layer::Layer;

/// A layer at an inverse temperature, with its fields in the batch's precision.
#[derive(Clone, Debug)]
pub(in crate::rbm) struct BatchUnits<F: Real> {
    /// Its energy is the whole one.
    pub layer: Layer,
    pub fields: Vec<F>,
    /// For units with two values, which have loops of their own.
    pub two_valued: Option<TwoValued>,
}

impl<F: Real> BatchUnits<F> {
    pub fn new(layer: &Layer) -> Self {
        let two_valued = match layer.units() {
            Units::Binary => Some(TwoValued { slope: 1.0, low: 0.0, span: 1.0 }),
            Units::Spin => Some(TwoValued { slope: 2.0, low: -1.0, span: 2.0 }),
            _ => None,
        };
        let fields = converted(layer.b());
        Self { layer: layer.clone(), fields, two_valued }
    }
}

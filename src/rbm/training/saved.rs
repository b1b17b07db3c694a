//! Where learning stands, in a file.

use std::path::Path;

use crate::error::Result;
use crate::file::{Reader, Writer};
use crate::ndarray::{Array1, ArrayView2};
use crate::rbm::Rbm;
use crate::rbm::batch::{Real, converted};
use crate::rbm::layer::Layer;
use crate::rbm::training::engine::Engine;
use crate::rbm::training::offsets::Offsets;
use crate::rbm::training::record::Record;
use crate::rbm::training::trainer::{RbmTrainer, either};

const KIND: [u8; 4] = *b"rbmt";
const VERSION: u32 = 1;

pub(super) fn save(trainer: &RbmTrainer, path: &Path) -> Result<()> {
    let mut writer = Writer::default();
    writer.text(&signature(trainer));
    writer.f64(trainer.seconds);
    either!(&trainer.engine, engine => write_engine(&mut writer, engine));
    writer.u64(trainer.records.len() as u64);
    for record in &trainer.records {
        writer.u64(record.epoch as u64);
        writer.u64(record.updates as u64);
        record.values().into_iter().for_each(|value| writer.option(value));
    }
    let best = trainer.watch.as_ref().and_then(|watch| watch.best.as_ref());
    writer.option(best.map(|(score, _)| *score));
    if let (Some(watch), Some((_, rbm))) = (&trainer.watch, best) {
        writer.u64(watch.since as u64);
        writer.f64s(rbm.weight_slice());
        write_layer(&mut writer, &rbm.visible);
        write_layer(&mut writer, &rbm.hidden);
    }
    writer.save(path, KIND, VERSION)
}

/// Puts a trainer that has not begun where the file says.
pub(super) fn load(trainer: &mut RbmTrainer, path: &Path) -> Result<()> {
    let mut reader = Reader::open(path, KIND, VERSION, "training of a machine")?;
    let (found, expected) = (reader.text()?, signature(trainer));
    if found != expected {
        return Err(reader.refuse(format!(
            "it belongs to another training: it holds {found}, and the settings here are {expected}"
        )));
    }
    trainer.seconds = reader.f64()?;
    either!(&mut trainer.engine, engine => read_engine(&mut reader, engine)?);
    let bytes = 16 + Record::width();
    for _ in 0..reader.length(bytes)? {
        let (epoch, updates) = (reader.u64()? as usize, reader.u64()? as usize);
        let values: Vec<Option<f64>> =
            (0..Record::width()).map(|_| reader.option()).collect::<Result<_>>()?;
        trainer.records.push(Record::with_values(epoch, updates, &values));
    }
    if let Some(score) = reader.option()? {
        let since = reader.u64()? as usize;
        let rbm = read_rbm(&mut reader, &trainer.settings.rbm)?;
        if let Some(watch) = &mut trainer.watch {
            (watch.best, watch.since) = (Some((score, rbm)), since);
        }
    }
    reader.end()
}

/// What has to be the same for the numbers to go on as they would have: all but the schedule and the regularisation.
fn signature(trainer: &RbmTrainer) -> String {
    let data = &trainer.settings.data;
    // FNV-1a over the numbers' bits.
    let sum = data.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, x| {
        (hash ^ x.to_bits()).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let precision = if trainer.settings.double { "double" } else { "single" };
    either!(&trainer.engine, engine => format!(
        "{:?} by {} in {precision} precision with batches of {}, {} chains and seed {}, on {} examples with checksum {sum:016x}",
        trainer.settings.rbm,
        engine.plan.method.name(),
        engine.plan.batch,
        engine.chains.count,
        engine.plan.seed.number(),
        data.nrows(),
    ))
}

fn write_engine<F: Real>(writer: &mut Writer, engine: &Engine<F>) {
    let mut list = |x: &[F]| writer.f64s(&x.iter().map(|x| x.wide()).collect::<Vec<_>>());
    list(&engine.weights);
    list(&engine.velocity);
    list(&engine.chains.hidden);
    list(engine.chains.all_visible());
    write_layer(writer, &engine.visible.layer);
    write_layer(writer, &engine.hidden.layer);
    writer.f64s(&engine.field_velocity.0);
    writer.f64s(&engine.field_velocity.1);
    writer.f64s(&engine.hidden_offsets.mean);
    writer.f64s(&engine.hidden_offsets.variance);
    for count in [engine.updates as u64, engine.chains.tried, engine.chains.done] {
        writer.u64(count);
    }
    writer.f64(engine.squares);
}

fn read_engine<F: Real>(reader: &mut Reader, engine: &mut Engine<F>) -> Result<()> {
    let (n, m) = engine.shape();
    let (hidden, visible) = (engine.chains.hidden.len(), engine.chains.all_visible().len());
    engine.weights = converted(list(reader, n * m)?);
    engine.velocity = converted(list(reader, n * m)?);
    let states = (converted(list(reader, hidden)?), converted(list(reader, visible)?));
    engine.chains.restore(states.0, states.1);
    engine.visible.layer = read_layer(reader, &engine.visible.layer)?;
    engine.hidden.layer = read_layer(reader, &engine.hidden.layer)?;
    engine.visible.fields = converted(engine.visible.layer.b.iter().copied());
    engine.hidden.fields = converted(engine.hidden.layer.b.iter().copied());
    engine.field_velocity = (list(reader, n)?, list(reader, m)?);
    let (mean, variance) = (list(reader, m)?, list(reader, m)?);
    engine.hidden_offsets = Offsets::new(engine.plan.coordinates, mean, variance);
    engine.updates = reader.u64()? as usize;
    (engine.chains.tried, engine.chains.done) = (reader.u64()?, reader.u64()?);
    engine.squares = reader.f64()?;
    Ok(())
}

fn list(reader: &mut Reader, length: usize) -> Result<Vec<f64>> {
    let values = reader.f64s()?;
    if values.len() == length {
        return Ok(values);
    }
    Err(reader.refuse(format!("it has {} numbers where {length} belong", values.len())))
}

fn write_layer(writer: &mut Writer, layer: &Layer) {
    writer.f64s(&layer.b);
    writer.f64s(&layer.gamma);
}

/// The same units with the fields and precisions of the file.
fn read_layer(reader: &mut Reader, units: &Layer) -> Result<Layer> {
    let layer = units.fields(&Array1::from(list(reader, units.b.len())?))?;
    let precisions = list(reader, units.gamma.len())?;
    if precisions.is_empty() { Ok(layer) } else { layer.precisions(&Array1::from(precisions)) }
}

fn read_rbm(reader: &mut Reader, like: &Rbm) -> Result<Rbm> {
    let (n, m) = (like.visible.len(), like.hidden.len());
    let weights = list(reader, n * m)?;
    let visible = read_layer(reader, &like.visible)?;
    let hidden = read_layer(reader, &like.hidden)?;
    let weights = ArrayView2::from_shape((n, m), &weights)
        .map_err(|_| reader.refuse("its weights have another shape"))?;
    Rbm::new(visible, hidden)?.weights(&weights.to_owned())
}

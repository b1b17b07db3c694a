//! Simulations and series to files and back.
//!
//! Both are containers of [`crate::file`]. A simulation (kind `simu`, version 1) holds: the model's name, its shape (length and sides as u64), its
//! couplings (the number of spins; the bonds as u32 pairs, after their number; whether all couplings are one number, and that, or else all of them) and
//! its fields (likewise); temperature, names of update and order, seed, whether it starts at random, the deadline if any; the four words of the
//! generator, the spins as bits; and whether moves were made ready and what they have learnt. A series (kind `seri`, version 1) holds temperature, number
//! of spins, whether it is complete, whether the model is without a field, energies and magnetizations per spin.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result, require_positive};
use crate::file::{Reader, Writer};
use crate::random::{Generator, Seed, resumed, state};
use crate::sample::series::TimeSeries;
use crate::sample::settings::{SiteOrder, Start, Update};
use crate::sample::simulation::{Moves, Simulation};
use crate::spin::{Couplings, PairModel};

const SIMULATION: [u8; 4] = *b"simu";
const SERIES: [u8; 4] = *b"seri";
const VERSION: u32 = 1;

impl Simulation {
    /// Saves the whole simulation: model, settings, spins, the state of the random numbers and what the moves have learnt.
    ///
    /// What [`load`](Self::load) gives back goes on exactly as this simulation would. A spin takes one bit, a bond 8 bytes (16 if the
    /// couplings differ). The file is written whole or not at all; it ends with a checksum.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let mut simulation = Ising::square(8)?.simulation(2.0)?.seed(1);
    /// simulation.advance(100)?;
    /// let path = std::env::temp_dir().join("statmech-simulation.bin");
    /// simulation.save(&path)?;
    /// let mut again = Simulation::load(&path)?;
    /// assert_eq!(again.measure(20)?, simulation.measure(20)?);
    /// # std::fs::remove_file(path).ok();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut out = Writer::default();
        write_model(&mut out, &self.model);
        out.f64(self.temperature);
        out.text(self.update.name());
        out.text(self.order.name());
        out.u64(self.seed.number());
        out.bool(self.start == Start::Random);
        out.option(self.deadline);
        write_generator(&mut out, &self.generator)?;
        out.spins(&self.configuration());
        out.bool(self.moves.is_some());
        match &self.moves {
            Some(Moves::Local(updates)) => updates.save(&mut out),
            Some(Moves::Cluster(updates)) => updates.save(&mut out),
            Some(Moves::Packed(updates)) => updates.save(&mut out)?,
            // What they know is in the spins.
            Some(Moves::SwendsenWang(_)) | None => {}
        }
        out.save(path.as_ref(), SIMULATION, VERSION)
    }

    /// Loads a simulation that was [saved](Self::save).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let path = std::env::temp_dir().join("statmech-simulation-to-load.bin");
    /// let mut simulation = Ising::square(8)?.simulation(2.0)?.seed(1);
    /// simulation.advance(10)?;
    /// simulation.save(&path)?;
    /// assert_eq!(Simulation::load(&path)?.spins(), simulation.spins());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read, is not such a file, is of another version, or was cut or changed.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let mut from = Reader::open(path.as_ref(), SIMULATION, VERSION, "simulation")?;
        let model = read_model(&mut from)?;
        let mut simulation = Self::new(Arc::new(model), from.f64()?)?;
        simulation.update = named(&mut from, &Update::ALL, Update::name)?;
        simulation.order = named(&mut from, &SiteOrder::ALL, SiteOrder::name)?;
        simulation.seed = Seed::new(from.u64()?);
        simulation.start = if from.bool()? { Start::Random } else { Start::Up };
        simulation.deadline = from.option()?;
        let generator = read_generator(&mut from)?;
        let spins = from.spins()?;
        if spins.len() != simulation.unpacked.len() {
            return Err(from.refuse("it has another number of spins than its model"));
        }
        simulation.unpacked = spins;
        if from.bool()? {
            let mut moves = simulation.new_moves()?;
            match &mut moves {
                Moves::Local(updates) => updates.load(&mut from)?,
                Moves::Cluster(updates) => updates.load(&mut from)?,
                Moves::Packed(updates) => updates.load(&mut from)?,
                Moves::SwendsenWang(_) => {}
            }
            simulation.moves = Some(moves);
        }
        // Last, since making packed moves draws from it.
        simulation.generator = generator;
        from.end()?;
        Ok(simulation)
    }
}

impl TimeSeries {
    /// Saves the series, 16 bytes a sweep. The file is written whole or not at all; it ends with a checksum.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// use statmech::prelude::*;
    /// let series = Ising::square(8)?.simulation(2.0)?.measure(100)?;
    /// let path = std::env::temp_dir().join("statmech-series.bin");
    /// series.save(&path)?;
    /// assert_eq!(TimeSeries::load(&path)?, series);
    /// # std::fs::remove_file(path).ok();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written, or energies and magnetizations differ in number.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.check()?;
        let mut out = Writer::default();
        out.f64(self.temperature);
        out.u64(self.n_spins as u64);
        out.bool(self.complete);
        out.bool(self.symmetric);
        out.f64s(&self.energy);
        out.f64s(&self.magnetization);
        out.save(path.as_ref(), SERIES, VERSION)
    }

    /// Loads a series that was [saved](Self::save).
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let path = std::env::temp_dir().join("statmech-series-to-load.bin");
    /// let series = Ising::square(8)?.simulation(2.0)?.measure(100)?;
    /// series.save(&path)?;
    /// assert_eq!(TimeSeries::load(&path)?.energy, series.energy);
    /// assert!(TimeSeries::load("no such file").is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read, is not such a file, is of another version, or was cut or changed.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let mut from = Reader::open(path.as_ref(), SERIES, VERSION, "series")?;
        let series = Self {
            temperature: require_positive("temperature", from.f64()?)?,
            n_spins: from.u64()? as usize,
            complete: from.bool()?,
            symmetric: from.bool()?,
            energy: from.f64s()?,
            magnetization: from.f64s()?,
        };
        from.end()?;
        series.check()?;
        Ok(series)
    }
}

pub(super) fn write_generator(out: &mut Writer, generator: &Generator) -> Result<()> {
    let words = state(generator).ok_or_else(|| Error::Unsupported {
        what: "Saving a simulation".to_owned(),
        why: "the state of the random number generator cannot be read".to_owned(),
        advice: "Use the version of rand_xoshiro that this crate was tested with.".to_owned(),
    })?;
    for word in words {
        out.u64(word);
    }
    Ok(())
}

pub(super) fn read_generator(from: &mut Reader) -> Result<Generator> {
    let words = [from.u64()?, from.u64()?, from.u64()?, from.u64()?];
    resumed(words).ok_or_else(|| from.refuse("its random number generator is empty"))
}

fn write_model(out: &mut Writer, model: &PairModel) {
    out.text(&model.name());
    let shape = model.shape();
    out.u64(shape.len() as u64);
    for &side in &shape {
        out.u64(side as u64);
    }
    let bonds = model.couplings().bonds();
    out.u64(model.n_spins() as u64);
    out.u64(bonds.len() as u64);
    for &(i, j, _) in &bonds {
        out.u32(i as u32);
        out.u32(j as u32);
    }
    let values: Vec<f64> = bonds.iter().map(|bond| bond.2).collect();
    write_alike(out, &values);
    write_alike(out, model.fields());
}

/// Numbers that are often all the same: one of them then.
fn write_alike(out: &mut Writer, values: &[f64]) {
    let alike = values.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits());
    out.bool(alike);
    match values.first() {
        Some(&value) if alike => out.f64(value),
        Some(_) => out.f64s(values),
        None => out.f64(0.0),
    }
}

fn read_model(from: &mut Reader) -> Result<PairModel> {
    let name = from.text()?;
    let sides = from.length(8)?;
    let shape = (0..sides).map(|_| from.u64().map(|side| side as usize)).collect::<Result<_>>()?;
    let spins = from.u64()? as usize;
    let count = from.length(8)?;
    let pairs = (0..count)
        .map(|_| Ok((from.u32()? as usize, from.u32()? as usize)))
        .collect::<Result<Vec<_>>>()?;
    let values = read_alike(from, count)?;
    let bonds: Vec<_> =
        pairs.into_iter().zip(values).map(|((i, j), value)| (i, j, value)).collect();
    let couplings = Couplings::from_bonds(spins, &bonds)?;
    let fields = read_alike(from, spins)?;
    PairModel::new(name, shape, couplings, fields)
}

fn read_alike(from: &mut Reader, count: usize) -> Result<Vec<f64>> {
    if from.bool()? {
        return Ok(vec![from.f64()?; count]);
    }
    let values = from.f64s()?;
    if values.len() == count {
        return Ok(values);
    }
    Err(from.refuse("its couplings or fields do not fit its bonds or spins"))
}

/// One of some settings by its name.
fn named<T: Copy>(from: &mut Reader, all: &[T], name: fn(T) -> &'static str) -> Result<T> {
    let found = from.text()?;
    let setting = all.iter().copied().find(|&setting| name(setting) == found);
    setting.ok_or_else(|| from.refuse(format!("its setting `{found}` is unknown")))
}

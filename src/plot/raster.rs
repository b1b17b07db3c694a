//! RGB pictures: enlarging, shrinking, and PNG.

use crate::error::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A picture of 8-bit RGB pixels, row by row from the top.
#[derive(Clone, Debug)]
pub(super) struct Raster {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
    /// Whether what lies behind shows through white pixels.
    pub clear_white: bool,
}

impl Raster {
    pub fn white(width: usize, height: usize) -> Self {
        Self { width, height, rgb: vec![255; width * height * 3], clear_white: false }
    }

    pub fn from_fn(width: usize, height: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let rgb = (0..width * height).flat_map(|i| color(i % width, i / width)).collect();
        Self { width, height, rgb, clear_white: false }
    }

    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// The same picture with another number of pixels, each a copy of the nearest old one.
    pub fn stretched(&self, width: usize, height: usize) -> Self {
        let copy = Self::from_fn(width, height, |x, y| {
            self.pixel(x * self.width / width, y * self.height / height)
        });
        Self { clear_white: self.clear_white, ..copy }
    }

    /// Averages blocks of `factor` × `factor` pixels, which smooths the edges of what was drawn.
    pub fn shrunk(&self, factor: usize) -> Self {
        let count = factor * factor;
        Self::from_fn(self.width / factor, self.height / factor, |x, y| {
            let mut sum = [0usize; 3];
            for i in 0..count {
                let color = self.pixel(x * factor + i % factor, y * factor + i / factor);
                for (total, part) in sum.iter_mut().zip(color) {
                    *total += usize::from(part);
                }
            }
            sum.map(|total| ((total + count / 2) / count) as u8)
        })
    }

    /// For a picture over others: white is clear, and 52 steps to each colour keep it small.
    pub fn into_overlay(mut self) -> Self {
        for part in &mut self.rgb {
            *part = ((u16::from(*part) + 2) / 5 * 5) as u8;
        }
        Self { clear_white: true, ..self }
    }

    pub fn png(&self) -> Result<Vec<u8>> {
        let failed = |error: png::EncodingError| Error::Figure(error.to_string());
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        if self.clear_white {
            // One transparent colour, in 16 bits for each part.
            encoder.set_trns(vec![0, 255, 0, 255, 0, 255]);
        }
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.rgb).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }

    /// The picture as a `data:` address that an SVG can hold.
    pub fn data_uri(&self) -> Result<String> {
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(self.png()?)))
    }
}

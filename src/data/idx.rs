//! The IDX format of MNIST: a magic number, the sizes, and bytes.

use std::fs;
use std::io::{Error as IoError, ErrorKind, Read};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::data::Images;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2};

/// The most bytes that a file may unpack to: ten times the training images of MNIST.
const LIMIT: u64 = 500 << 20;

/// Images and labels of two files.
pub(super) fn read(images: &Path, labels: &Path) -> Result<Images> {
    let (sizes, levels) = content(images, 3)?;
    let (label_sizes, numbers) = content(labels, 1)?;
    let (count, height, width) = (sizes[0], sizes[1], sizes[2]);
    if label_sizes[0] != count {
        return Err(wrong(
            labels,
            format!("it holds {} labels for {count} images", label_sizes[0]),
        ));
    }
    let levels = Array2::from_shape_vec((count, height * width), levels)
        .map_err(|e| wrong(images, e.to_string()))?;
    let labels: Array1<usize> = numbers.iter().map(|&label| usize::from(label)).collect();
    Images::new(levels, u8::MAX, labels, (height, width))
}

/// The sizes and the bytes of a file of this many dimensions.
fn content(path: &Path, dimensions: usize) -> Result<(Vec<usize>, Vec<u8>)> {
    let bytes = unpacked(path)?;
    let header = 4 + 4 * dimensions;
    // Two zeros, 8 for unsigned bytes, and the number of dimensions.
    let magic = [0, 0, 8, dimensions as u8];
    if bytes.len() < header || bytes[..4] != magic {
        return Err(wrong(
            path,
            format!("it is no IDX file of bytes in {dimensions} dimension(s)"),
        ));
    }
    let sizes: Vec<usize> = bytes[4..header]
        .chunks_exact(4)
        .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
        .collect();
    let length = sizes.iter().try_fold(1_usize, |length, &size| length.checked_mul(size));
    if length != Some(bytes.len() - header) {
        return Err(wrong(
            path,
            format!("its header says {sizes:?}, but {} bytes follow", bytes.len() - header),
        ));
    }
    Ok((sizes, bytes[header..].to_vec()))
}

/// A file's bytes, decompressed if they start as gzip does.
fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::File { path: path.to_path_buf(), action: "read", source };
    let bytes = fs::read(path).map_err(failed)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    GzDecoder::new(bytes.as_slice()).take(LIMIT).read_to_end(&mut plain).map_err(failed)?;
    if plain.len() as u64 == LIMIT {
        return Err(wrong(path, format!("it unpacks to more than {} MiB", LIMIT >> 20)));
    }
    Ok(plain)
}

fn wrong(path: &Path, why: String) -> Error {
    let source = IoError::new(ErrorKind::InvalidData, why);
    Error::File { path: path.to_path_buf(), action: "read", source }
}

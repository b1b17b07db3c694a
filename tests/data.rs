//! Data sets: what is known of them, and files that are not what they should be.

#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "common/says.rs"]
mod says;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use says::assert_says;
use statmech::prelude::*;

/// The published numbers of images per digit of the UCI test set (its file optdigits.names).
const UCI_COUNTS: [usize; 10] = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];

#[test]
fn the_embedded_digits_are_the_published_test_set() -> statmech::Result<()> {
    let images = digits()?;
    let counts: Vec<usize> = (0..10).map(|digit| images.labelled(digit).count()).collect();
    assert_eq!(counts, UCI_COUNTS);
    assert_eq!(images.pixels().iter().copied().fold(0.0, f64::max), 1.0);
    assert_eq!(images.take(3).labels().to_vec(), [0, 1, 2]);
    Ok(())
}

#[test]
fn parts_of_a_set_keep_image_and_label_together() -> statmech::Result<()> {
    let images = digits()?;
    let picked = images.select(&[5, 3])?;
    assert_eq!(picked.image(1)?, images.image(3)?);
    assert_eq!(picked.labels()[1], images.labels()[3]);
    assert_eq!(images.take(10).count() + images.skip(10).count(), images.count());
    assert_eq!(images.one_of_each().labels().to_vec(), (0..10).collect::<Vec<_>>());
    assert_eq!(images.take(usize::MAX), images);
    Ok(())
}

#[test]
fn half_grey_is_ink() -> statmech::Result<()> {
    let images = Images::new(array![[7, 8, 9, 16]], 16, array![0], (1, 4))?;
    assert_eq!(images.binarized(), array![[-1, 1, 1, 1]]);
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("statmech-data-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn idx_files_are_read_plain_and_refused_when_damaged() -> statmech::Result<()> {
    let folder = folder("idx");
    let (images, labels) = (folder.join("images"), folder.join("labels"));
    let header: Vec<u8> = [[0, 0, 8, 3], [0, 0, 0, 2], [0, 0, 0, 1], [0, 0, 0, 2]].concat();
    fs::write(&images, [header.as_slice(), &[0, 255, 255, 0]].concat()).unwrap();
    fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 2, 4, 9]).unwrap();
    let read = Images::from_idx(&images, &labels)?;
    assert_eq!(read.pixels(), array![[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(read.labels().to_vec(), [4, 9]);

    fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 3, 4, 9, 1]).unwrap();
    let error = Images::from_idx(&images, &labels).unwrap_err().to_string();
    assert!(error.contains("3 labels for 2 images"), "{error}");
    fs::write(&images, [header.as_slice(), &[0, 255]].concat()).unwrap();
    let error = Images::from_idx(&images, &labels).unwrap_err().to_string();
    assert!(error.contains("2 bytes follow"), "{error}");
    fs::write(&images, "not an image").unwrap();
    assert!(Images::from_idx(&images, &labels).is_err());
    assert!(Images::from_idx(folder.join("none"), &labels).is_err());

    // A compressed file that was cut in half.
    let mut cut = fs::File::create(&images).unwrap();
    cut.write_all(&include_bytes!("../data/digits-8x8.csv.gz")[..1000]).unwrap();
    assert!(Images::from_idx(&images, &labels).is_err());
    fs::remove_dir_all(&folder).unwrap();
    Ok(())
}

#[test]
fn impossible_sets_are_refused_in_sentences() {
    assert_says(Images::new(Array2::zeros((0, 4)), 16, array![], (2, 2)), &["at least one image"]);
    assert_says(Images::new(array![[1, 2, 3]], 16, array![0], (2, 2)), &["2·2 pixels"]);
    assert_says(
        Images::new(array![[1, 2, 3, 4]], 16, array![0, 1], (2, 2)),
        &["one for each of the 1 images"],
    );
    assert_says(Images::new(array![[1, 2, 3, 4]], 3, array![0], (2, 2)), &["white at 3"]);
    assert_says(Images::new(array![[0, 0, 0, 0]], 0, array![0], (2, 2)), &["white at 0"]);
    assert_says(Images::new(array![[0]], 16, array![0], (usize::MAX, 2)), &["pixels"]);
    let images = digits().unwrap();
    assert_says(images.image(1797), &["below 1797"]);
    assert_says(images.select(&[0, 5000]), &["5000"]);
}

#[test]
fn splits_are_random_parts_of_the_whole() -> statmech::Result<()> {
    let images = digits()?;
    let (training, test) = images.split(1_000, 3)?;
    assert_eq!((training.count(), test.count()), (1_000, 797));
    let mut counts = vec![0; 10];
    for label in training.labels().iter().chain(test.labels()) {
        counts[*label] += 1;
    }
    assert_eq!(counts, UCI_COUNTS);
    // About as many of each digit as there should be: five standard deviations.
    for (digit, whole) in UCI_COUNTS.iter().enumerate() {
        let share = training.labelled(digit).count() as f64 - *whole as f64 * 1_000.0 / 1_797.0;
        assert!(share.abs() < 5.0 * (*whole as f64 * 0.25).sqrt(), "{digit}: {share}");
    }
    assert_eq!(images.split(1_000, 3)?, (training.clone(), test));
    assert_ne!(images.split(1_000, 4)?.0, training);
    assert_says(images.split(0, 1), &["`training`", "between 1 and 1796"]);
    assert_says(images.split(1_797, 1), &["`training`", "between 1 and 1796"]);
    assert_eq!(images.binary(), images.binarized().mapv(|s| f64::from((s + 1) / 2)));
    Ok(())
}

#[test]
fn mosaics_hold_every_picture_in_its_place() -> statmech::Result<()> {
    let pictures = Array2::from_shape_fn((5, 6), |(k, pixel)| (10 * k + pixel) as f64);
    let whole = mosaic(&pictures, (2, 3), 2)?;
    assert_eq!(whole.dim(), (8, 7));
    // The fourth picture: second row, second column.
    assert_eq!(whole.slice(s![3..5, 4..7]), array![[30.0, 31.0, 32.0], [33.0, 34.0, 35.0]]);
    assert_eq!(whole.iter().filter(|value| value.is_nan()).count(), 8 * 7 - 30);
    assert_eq!(mosaic(&pictures, (2, 3), 100)?.dim(), (2, 19));
    assert_says(mosaic(&pictures, (2, 2), 1), &["pictures", "2·2", "(5, 6)"]);
    assert_says(mosaic(&pictures, (2, 3), 0), &["`columns`"]);
    assert_says(mosaic(&Array2::zeros((0, 6)), (2, 3), 1), &["`pictures`"]);
    Ok(())
}

//! Grey images with labels.

use std::path::Path;

use crate::data::idx;
use crate::error::{Error, Result};
use crate::ndarray::{Array1, Array2, ArrayView2, Axis};
use crate::rand::seq::SliceRandom;
use crate::random::Seed;

/// Labelled grey images of one size, kept as the whole levels they were published with.
///
/// Rows are images, columns pixels, line by line from the top left. What takes a part of the set gives a new set, so that calls chain.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// let patterns = digits()?.one_of_each().binarized();
/// assert_eq!(patterns.dim(), (10, 64));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    levels: Array2<u8>,
    white: u8,
    labels: Array1<usize>,
    height: usize,
    width: usize,
}

impl Images {
    /// Images from levels 0 to `white` (a row each, `height`·`width` columns) and their labels.
    ///
    /// # Errors
    /// [`Error::Shape`] if the numbers of rows, labels or pixels disagree; [`Error::Argument`] if a level lies above `white`, or there is no image.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let images = Images::new(array![[0, 16, 16, 0]], 16, array![7], (2, 2))?;
    /// assert_eq!(images.binarized(), array![[-1, 1, 1, -1]]);
    /// # Ok(()) }
    /// ```
    pub fn new(
        levels: Array2<u8>,
        white: u8,
        labels: Array1<usize>,
        (height, width): (usize, usize),
    ) -> Result<Self> {
        let (count, pixels) = levels.dim();
        if count == 0 || pixels == 0 {
            return Err(Error::argument(
                "levels",
                format!("{count} images of {pixels} pixels"),
                "at least one image of at least one pixel",
            ));
        }
        if height.checked_mul(width) != Some(pixels) {
            return Err(Error::Shape {
                what: "`levels`",
                expected: format!("images × {height}·{width} pixels"),
                given: format!("{count} × {pixels}"),
            });
        }
        if labels.len() != count {
            return Err(Error::Shape {
                what: "`labels`",
                expected: format!("one for each of the {count} images"),
                given: labels.len().to_string(),
            });
        }
        match levels.iter().max() {
            Some(&most) if white == 0 || most > white => Err(Error::argument(
                "levels",
                format!("a level of {most} with white at {white}"),
                "between 0 and `white`, which is at least 1",
            )),
            _ => Ok(Self { levels, white, labels, height, width }),
        }
    }

    /// Images and labels of two files in the IDX format of MNIST, compressed with gzip or not.
    ///
    /// # Errors
    /// [`Error::File`] if a file cannot be read, or is not what its name says: cut off, of another kind, or of another length than the other one.
    ///
    /// ```no_run
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let fashion = Images::from_idx("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")?;
    /// # Ok(()) }
    /// ```
    pub fn from_idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Self> {
        idx::read(images.as_ref(), labels.as_ref())
    }

    /// How many images there are.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.count(), 1797);
    /// # Ok(()) }
    /// ```
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Height and width in pixels.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.shape(), (8, 8));
    /// # Ok(()) }
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// The digit (or class) that each image shows, counted from 0; one for each image.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.take(4).labels(), array![0, 1, 2, 3]);
    /// # Ok(()) }
    /// ```
    pub fn labels(&self) -> &Array1<usize> {
        &self.labels
    }

    /// Grey levels from 0 (ground) to 1 (ink), an image a row.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let grey = digits()?.pixels();
    /// assert_eq!(grey.dim(), (1797, 64));
    /// assert!(grey.iter().all(|&x| (0.0..=1.0).contains(&x)));
    /// # Ok(()) }
    /// ```
    pub fn pixels(&self) -> Array2<f64> {
        let white = f64::from(self.white);
        self.levels.mapv(|level| f64::from(level) / white)
    }

    /// Patterns of ±1, an image a row: +1 where a pixel is at least half as bright as the brightest level.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let patterns = digits()?.take(2).binarized();
    /// assert!(patterns.iter().all(|&s| s == 1 || s == -1));
    /// # Ok(()) }
    /// ```
    pub fn binarized(&self) -> Array2<i8> {
        self.levels.mapv(|level| if 2 * u16::from(level) >= u16::from(self.white) { 1 } else { -1 })
    }

    /// Images as numbers 0 and 1, an image a row: 1 where a pixel is at least half as bright as the brightest level.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let images = Images::new(array![[0, 16, 16, 0]], 16, array![7], (2, 2))?;
    /// assert_eq!(images.binary(), array![[0.0, 1.0, 1.0, 0.0]]);
    /// # Ok(()) }
    /// ```
    pub fn binary(&self) -> Array2<f64> {
        self.binarized().mapv(|spin| if spin > 0 { 1.0 } else { 0.0 })
    }

    /// One image as a picture, height × width grey levels from 0 to 1, for [`Figure::image`](crate::plot::Figure::image).
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no image `index`.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let picture = digits()?.image(0)?;
    /// assert_eq!(picture.dim(), (8, 8));
    /// # Ok(()) }
    /// ```
    pub fn image(&self, index: usize) -> Result<Array2<f64>> {
        if index >= self.count() {
            return Err(Error::argument(
                "index",
                index,
                format!("below {}, the number of images", self.count()),
            ));
        }
        let white = f64::from(self.white);
        let picture: ArrayView2<'_, u8> = self
            .levels
            .row(index)
            .into_shape_with_order((self.height, self.width))
            .map_err(|e| Error::argument("index", e, "that of a whole image"))?;
        Ok(picture.mapv(|level| f64::from(level) / white))
    }

    /// The first `count` images, or all if there are fewer.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.take(10).count(), 10);
    /// # Ok(()) }
    /// ```
    pub fn take(&self, count: usize) -> Self {
        self.of(&(0..count.min(self.count())).collect::<Vec<_>>())
    }

    /// What [`take`](Self::take) leaves out.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (training, test) = (digits()?.take(1500), digits()?.skip(1500));
    /// assert_eq!(test.count(), 297);
    /// # Ok(()) }
    /// ```
    pub fn skip(&self, count: usize) -> Self {
        self.of(&(count.min(self.count())..self.count()).collect::<Vec<_>>())
    }

    /// The same images in a random order.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.shuffled(1).count(), 1797);
    /// # Ok(()) }
    /// ```
    pub fn shuffled(&self, seed: impl Into<Seed>) -> Self {
        let mut order: Vec<usize> = (0..self.count()).collect();
        order.shuffle(&mut seed.into().generator());
        self.of(&order)
    }

    /// Two sets, drawn at random: `training` images to learn from, and all others to test on.
    ///
    /// # Errors
    /// [`Error::Argument`] if either set would be empty.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let (training, test) = digits()?.split(1_200, 1)?;
    /// assert_eq!((training.count(), test.count()), (1_200, 597));
    /// # Ok(()) }
    /// ```
    pub fn split(&self, training: usize, seed: impl Into<Seed>) -> Result<(Self, Self)> {
        if training == 0 || training >= self.count() {
            let allowed =
                format!("between 1 and {}, so that neither set is empty", self.count() - 1);
            return Err(Error::argument("training", training, allowed));
        }
        let shuffled = self.shuffled(seed);
        Ok((shuffled.take(training), shuffled.skip(training)))
    }

    /// The images at these positions, in this order.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no image at one of them.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let pair = digits()?.select(&[3, 1])?;
    /// assert_eq!(pair.labels(), array![3, 1]);
    /// # Ok(()) }
    /// ```
    pub fn select(&self, positions: &[usize]) -> Result<Self> {
        match positions.iter().find(|&&k| k >= self.count()) {
            Some(k) => Err(Error::argument(
                "positions",
                k,
                format!("below {}, the number of images", self.count()),
            )),
            None => Ok(self.of(positions)),
        }
    }

    /// The images of one label.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// assert_eq!(digits()?.labelled(8).count(), 174);
    /// # Ok(()) }
    /// ```
    pub fn labelled(&self, label: usize) -> Self {
        self.of(&(0..self.count()).filter(|&k| self.labels[k] == label).collect::<Vec<_>>())
    }

    /// The first image of each label, in the labels' order.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let ten = digits()?.one_of_each();
    /// assert_eq!(ten.labels().to_vec(), (0..10).collect::<Vec<_>>());
    /// # Ok(()) }
    /// ```
    pub fn one_of_each(&self) -> Self {
        let mut first: Vec<usize> = (0..self.count()).collect();
        first.sort_by_key(|&k| (self.labels[k], k));
        first.dedup_by_key(|k| self.labels[*k]);
        self.of(&first)
    }

    fn of(&self, positions: &[usize]) -> Self {
        Self {
            levels: self.levels.select(Axis(0), positions),
            labels: self.labels.select(Axis(0), positions),
            ..*self
        }
    }
}

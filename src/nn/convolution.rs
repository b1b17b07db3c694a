//! Filters over images, as products with the matrix of all windows.

use crate::nn::matrix::{Factor, multiply};
use crate::nn::real::Real;
use crate::rayon::prelude::*;

/// Examples whose gradients are added up one after the other, whatever the number of threads.
const EXAMPLES: usize = 16;

/// Sides of images: channels, height, width; an image is channel by channel, and row by row in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Shape {
    pub fn area(self) -> usize {
        self.height * self.width
    }

    pub fn count(self) -> usize {
        self.channels * self.area()
    }
}

/// Square filters `[filters, channels, side, side]` moved by the stride over images with a border of zeros.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    pub input: Shape,
    pub filters: usize,
    pub side: usize,
    pub stride: usize,
    pub border: usize,
}

impl Convolution {
    /// The shape of what comes out.
    pub fn output(&self) -> Shape {
        let places = |side: usize| (side + 2 * self.border - self.side) / self.stride + 1;
        let (height, width) = (places(self.input.height), places(self.input.width));
        Shape { channels: self.filters, height, width }
    }

    pub fn weights(&self) -> usize {
        self.filters * self.window()
    }

    pub fn inputs(&self) -> usize {
        self.input.count()
    }

    pub fn outputs(&self) -> usize {
        self.output().count()
    }

    /// Numbers in one window.
    fn window(&self) -> usize {
        self.input.channels * self.side * self.side
    }

    /// Calls `visit` with each place in the matrix of windows (a window's number a row, an output place a column) and the pixel there.
    fn visit(&self, mut visit: impl FnMut(usize, usize)) {
        let (input, output) = (self.input, self.output());
        let mut row = 0;
        for channel in 0..input.channels {
            for (dy, dx) in (0..self.side).flat_map(|dy| (0..self.side).map(move |dx| (dy, dx))) {
                for y in 0..output.height {
                    let Some(py) = (y * self.stride + dy).checked_sub(self.border) else {
                        continue;
                    };
                    if py >= input.height {
                        continue;
                    }
                    let line = (channel * input.height + py) * input.width;
                    let place = row * output.area() + y * output.width;
                    for x in 0..output.width {
                        match (x * self.stride + dx).checked_sub(self.border) {
                            Some(px) if px < input.width => visit(place + x, line + px),
                            _ => {}
                        }
                    }
                }
                row += 1;
            }
        }
    }

    fn gather<R: Real>(&self, image: &[R], windows: &mut [R]) {
        windows.fill(R::ZERO);
        self.visit(|place, pixel| windows[place] = image[pixel]);
    }

    fn buffer<R: Real>(&self) -> Vec<R> {
        vec![R::ZERO; self.window() * self.output().area()]
    }

    pub fn add_forward<R: Real>(&self, w: &[R], images: &[R], z: &mut [R]) {
        let (window, area) = (self.window(), self.output().area());
        let examples =
            z.par_chunks_exact_mut(self.outputs()).zip(images.par_chunks_exact(self.inputs()));
        examples.for_each_init(
            || self.buffer(),
            |windows, (z, image)| {
                self.gather(image, windows);
                let factor = Factor::new(w, self.filters, window);
                multiply(z, true, factor, Factor::new(windows, window, area));
            },
        );
    }

    pub fn add_backward<R: Real>(&self, w: &[R], delta: &[R], g: &mut [R]) {
        let (window, area) = (self.window(), self.output().area());
        let examples =
            g.par_chunks_exact_mut(self.inputs()).zip(delta.par_chunks_exact(self.outputs()));
        examples.for_each_init(
            || self.buffer(),
            |windows, (g, delta)| {
                let factor = Factor::new(w, self.filters, window).t();
                multiply(windows, false, factor, Factor::new(delta, self.filters, area));
                self.visit(|place, pixel| g[pixel] += windows[place]);
            },
        );
    }

    pub fn add_gradient<R: Real>(
        &self,
        delta: &[R],
        images: &[R],
        weights: &mut [R],
        biases: Option<&mut [R]>,
    ) {
        let (window, area) = (self.window(), self.output().area());
        let groups = delta
            .par_chunks(EXAMPLES * self.outputs())
            .zip(images.par_chunks(EXAMPLES * self.inputs()));
        let sums: Vec<(Vec<R>, Vec<R>)> = groups
            .map(|(deltas, images)| {
                let mut windows = self.buffer();
                let mut sum = vec![R::ZERO; self.weights()];
                let mut shifts = vec![R::ZERO; self.filters];
                let pairs =
                    deltas.chunks_exact(self.outputs()).zip(images.chunks_exact(self.inputs()));
                for (delta, image) in pairs {
                    self.gather(image, &mut windows);
                    let delta_factor = Factor::new(delta, self.filters, area);
                    multiply(&mut sum, true, delta_factor, Factor::new(&windows, window, area).t());
                    for (shift, channel) in shifts.iter_mut().zip(delta.chunks_exact(area)) {
                        *shift += R::total(channel);
                    }
                }
                (sum, shifts)
            })
            .collect();
        for (sum, _) in &sums {
            weights.iter_mut().zip(sum).for_each(|(weight, sum)| *weight += *sum);
        }
        if let Some(biases) = biases {
            for (_, shifts) in &sums {
                biases.iter_mut().zip(shifts).for_each(|(bias, shift)| *bias += *shift);
            }
        }
    }
}

/// The mean over squares of so many pixels; what does not fill a square at the right and lower border is left out.
#[derive(Clone, Debug)]
pub(crate) struct AveragePool {
    pub input: Shape,
    pub height: usize,
    pub width: usize,
}

impl AveragePool {
    pub fn output(&self) -> Shape {
        let (height, width) = (self.input.height / self.height, self.input.width / self.width);
        Shape { channels: self.input.channels, height, width }
    }

    /// Calls `visit` with each output and the pixels that it averages.
    fn visit(&self, mut visit: impl FnMut(usize, usize)) {
        let output = self.output();
        for channel in 0..output.channels {
            for y in 0..output.height * self.height {
                for x in 0..output.width * self.width {
                    let place = (channel * output.height + y / self.height) * output.width;
                    let pixel = (channel * self.input.height + y) * self.input.width + x;
                    visit(place + x / self.width, pixel);
                }
            }
        }
    }

    fn share<R: Real>(&self) -> R {
        R::of(1.0 / (self.height * self.width) as f64)
    }

    pub fn forward<R: Real>(&self, images: &[R], out: &mut [R]) {
        let share = self.share::<R>();
        let (inputs, outputs) = (self.input.count(), self.output().count());
        out.par_chunks_exact_mut(outputs).zip(images.par_chunks_exact(inputs)).for_each(
            |(out, image)| {
                self.visit(|place, pixel| out[place] += image[pixel]);
                for x in out {
                    *x *= share;
                }
            },
        );
    }

    pub fn backward<R: Real>(&self, g: &[R], out: &mut [R]) {
        let share = self.share::<R>();
        let (inputs, outputs) = (self.input.count(), self.output().count());
        out.par_chunks_exact_mut(inputs).zip(g.par_chunks_exact(outputs)).for_each(|(out, g)| {
            self.visit(|place, pixel| out[pixel] = share * g[place]);
        });
    }
}

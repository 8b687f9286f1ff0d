//! Making pictures smaller: each new pixel is the mean of the area it covers, on white.

use image::{ColorType, RgbImage};

use super::PhotoFault;
use super::decode::Decoded;

/// Rows of pixels in whatever form they were unpacked.
pub struct Pixels<'a> {
    pub width: u32,
    pub height: u32,
    pub color: ColorType,
    pub bytes: &'a [u8],
}

impl<'a> From<&'a Decoded> for Pixels<'a> {
    fn from(from: &'a Decoded) -> Self {
        Self { width: from.width, height: from.height, color: from.color, bytes: &from.bytes }
    }
}

impl<'a> From<&'a RgbImage> for Pixels<'a> {
    fn from(from: &'a RgbImage) -> Self {
        let (width, height) = from.dimensions();
        Self { width, height, color: ColorType::Rgb8, bytes: from.as_raw() }
    }
}

/// The part of a line that a new pixel covers: old pixels `from..to`, of the first and last only a
/// share.
struct Span {
    from: usize,
    to: usize,
    first: f32,
    last: f32,
}

fn spans(old: u32, new: u32) -> Vec<Span> {
    let (old, step) = (f64::from(old), f64::from(old) / f64::from(new));
    let span = |i: u32| {
        let (from, to) = (f64::from(i) * step, (f64::from(i + 1) * step).min(old));
        let (first, last) = (1.0 - from.fract(), 1.0 - (to.ceil() - to));
        Span { from: from as usize, to: to.ceil() as usize, first: first as f32, last: last as f32 }
    };
    (0..new).map(span).collect()
}

/// Width and height such that the longer side is at most `longest`; never greater than before.
pub fn fitting(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let side = width.max(height);
    if side <= longest {
        return (width, height);
    }
    let scaled = |length: u32| {
        let length =
            (u64::from(length) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
        (length as u32).max(1)
    };
    (scaled(width), scaled(height))
}

/// Shrinks to at most `longest` pixels a side, in plain colours on white.
pub fn shrink(old: &Pixels<'_>, longest: u32) -> Result<RgbImage, PhotoFault> {
    let (width, height) = fitting(old.width, old.height, longest);
    let (columns, rows) = (spans(old.width, width), spans(old.height, height));
    let area = (old.width as f32 / width as f32) * (old.height as f32 / height as f32);
    let stride = old.width as usize * old.color.bytes_per_pixel() as usize;
    let mut line = vec![0; old.width as usize * 3];
    let mut sums = vec![0_f32; width as usize * 3];
    let mut new = Vec::with_capacity(sums.len() * height as usize);
    for row in &rows {
        sums.fill(0.0);
        for y in row.from..row.to {
            let share = share(row, y);
            on_white(old.color, &old.bytes[y * stride..(y + 1) * stride], &mut line)?;
            for (sum, column) in sums.chunks_exact_mut(3).zip(&columns) {
                add(&line[column.from * 3..column.to * 3], column, share, sum);
            }
        }
        new.extend(sums.iter().map(|sum| (sum / area + 0.5) as u8));
    }
    RgbImage::from_raw(width, height, new).ok_or(PhotoFault::Damaged)
}

fn share(span: &Span, at: usize) -> f32 {
    let before = if at == span.from { 1.0 - span.first } else { 0.0 };
    let after = if at + 1 == span.to { 1.0 - span.last } else { 0.0 };
    1.0 - before - after
}

/// Adds a stretch of a line to the sums of a pixel: all of it, less what is not covered at its ends.
#[inline]
fn add(stretch: &[u8], span: &Span, share: f32, sums: &mut [f32]) {
    let mut whole = [0_u32; 3];
    for pixel in stretch.chunks_exact(3) {
        for (sum, &value) in whole.iter_mut().zip(pixel) {
            *sum += u32::from(value);
        }
    }
    let end = stretch.len() - 3;
    for (i, sum) in sums.iter_mut().enumerate() {
        let (first, last) = (f32::from(stretch[i]), f32::from(stretch[end + i]));
        let covered = whole[i] as f32 - (1.0 - span.first) * first - (1.0 - span.last) * last;
        *sum += covered * share;
    }
}

/// A line of pixels as red, green and blue; what can be seen through shows white.
fn on_white(color: ColorType, from: &[u8], to: &mut [u8]) -> Result<(), PhotoFault> {
    // Of two bytes, the greater: the other cannot be seen.
    let high = |pair: &[u8]| (u16::from_ne_bytes([pair[0], pair[1]]) >> 8) as u8;
    let size = color.bytes_per_pixel() as usize;
    let pixels = to.chunks_exact_mut(3).zip(from.chunks_exact(size));
    match color {
        ColorType::Rgb8 => to.copy_from_slice(from),
        ColorType::L8 => pixels.for_each(|(to, from)| to.fill(from[0])),
        ColorType::La8 => pixels.for_each(|(to, from)| to.fill(seen(from[0], from[1]))),
        ColorType::Rgba8 => pixels.for_each(|(to, from)| {
            to.iter_mut().zip(from).for_each(|(to, &value)| *to = seen(value, from[3]));
        }),
        ColorType::L16 => pixels.for_each(|(to, from)| to.fill(high(from))),
        ColorType::La16 => {
            pixels.for_each(|(to, from)| to.fill(seen(high(from), high(&from[2..]))));
        }
        ColorType::Rgb16 => pixels.for_each(|(to, from)| {
            to.iter_mut().zip(from.chunks_exact(2)).for_each(|(to, from)| *to = high(from));
        }),
        ColorType::Rgba16 => pixels.for_each(|(to, from)| {
            let alpha = high(&from[6..]);
            let values = from.chunks_exact(2).map(high);
            to.iter_mut().zip(values).for_each(|(to, value)| *to = seen(value, alpha));
        }),
        _ => return Err(PhotoFault::Unsupported),
    }
    Ok(())
}

/// A value seen through `alpha` before white.
fn seen(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The obvious way: each new pixel looks at every old one.
    fn slow(old: &RgbImage, width: u32, height: u32) -> RgbImage {
        let (w, h) = old.dimensions();
        let cover = |i: u32, n: u32, x: u32, of: u32| {
            let step = f64::from(of) / f64::from(n);
            let (from, to) = (f64::from(i) * step, f64::from(i + 1) * step);
            (to.min(f64::from(x + 1)) - from.max(f64::from(x))).max(0.0)
        };
        RgbImage::from_fn(width, height, |x, y| {
            let mut sums = [0.0; 3];
            let mut area = 0.0;
            for (ox, oy, pixel) in old.enumerate_pixels() {
                let covered = cover(x, width, ox, w) * cover(y, height, oy, h);
                area += covered;
                sums.iter_mut().zip(pixel.0).for_each(|(s, v)| *s += f64::from(v) * covered);
            }
            image::Rgb(sums.map(|sum| (sum / area).round() as u8))
        })
    }

    #[test]
    fn every_pixel_is_the_mean_of_its_area() {
        for (w, h, longest) in
            [(37, 23, 10), (23, 37, 36), (40, 20, 10), (7, 5, 7), (100, 1, 9), (3, 50, 8)]
        {
            let old = RgbImage::from_fn(w, h, |x, y| {
                image::Rgb([
                    (x * 53 + y * 29) as u8,
                    (x * y * 7) as u8,
                    ((x * 91) ^ (y * 17)) as u8,
                ])
            });
            let new = shrink(&Pixels::from(&old), longest).unwrap();
            let (nw, nh) = fitting(w, h, longest);
            assert_eq!(new.dimensions(), (nw, nh));
            for (ours, theirs) in new.as_raw().iter().zip(slow(&old, nw, nh).as_raw()) {
                assert!(ours.abs_diff(*theirs) <= 1, "{w}x{h} to {nw}x{nh}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn the_longer_side_fits() {
        assert_eq!(fitting(4032, 3024, 1600), (1600, 1200));
        assert_eq!(fitting(3024, 4032, 1600), (1200, 1600));
        assert_eq!(fitting(320, 200, 320), (320, 200), "never larger");
        assert_eq!(fitting(16_000, 1, 320), (320, 1));
    }
}

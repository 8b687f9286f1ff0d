//! Times the opening of photos: `photo [FILE...]`. Without files, of pictures made here: what a phone
//! takes, and the worst that is let in. Prints for each the milliseconds of a processor (best of five;
//! others on the machine do not count) and the most memory in megabytes.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use yike_app::photos::prepare;

#[path = "../../yike-streets/examples/shared/peak.rs"]
mod peak;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    for file in &files {
        measure(file, &std::fs::read(file)?)?;
    }
    if files.is_empty() {
        let phone = textured(4_000, 3_000);
        let mut webp = Cursor::new(Vec::new());
        DynamicImage::from(phone.clone()).write_to(&mut webp, ImageFormat::WebP)?;
        measure("12 MP JPEG", &jpeg(&phone)?)?;
        measure("12 MP WebP", webp.get_ref())?;
        measure("2 MP JPEG", &jpeg(&textured(1_600, 1_200))?)?;
        let large = textured(8_000, 5_000);
        measure("40 MP JPEG", &jpeg(&large)?)?;
        let flat = DynamicImage::from(RgbImage::from_pixel(10_000, 6_000, Rgb([9, 99, 199])));
        let mut png = Cursor::new(Vec::new());
        flat.into_rgba8().write_to(&mut png, ImageFormat::Png)?;
        measure("60 MP PNG", png.get_ref())?;
    }
    Ok(())
}

/// Waves and noise, so that packing it is as hard as packing a photo.
fn textured(width: u32, height: u32) -> RgbImage {
    let mut noise = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let wave = |k: f32| (x as f32 * k).sin() * (y as f32 * k * 0.7).cos() * 90.0 + 128.0;
        Rgb([0.01, 0.023, 0.005].map(|k| (wave(k) + (noise % 24) as f32 - 12.0) as u8))
    })
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(picture)?;
    Ok(file)
}

/// Milliseconds this thread has had a processor.
fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = text.split(' ').next().ok_or("no time is told")?.parse()?;
    Ok(nanos / 1e6)
}

fn measure(what: &str, file: &[u8]) -> Result<(), Box<dyn Error>> {
    // From here on the most memory is counted anew.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let before = peak::peak_mb();
    let mut best = f64::INFINITY;
    let mut made = (0, 0);
    for _ in 0..5 {
        let start = cpu_ms()?;
        let photo = prepare(file)?;
        best = best.min(cpu_ms()? - start);
        made = (photo.full.jpeg.len() / 1000, photo.small.jpeg.len() / 1000);
    }
    let (kb, mb) = (file.len() / 1000, peak::peak_mb() - before);
    println!("{what} ({kb} kB): {best:.0} ms, {mb} MB; full {} kB, small {} kB", made.0, made.1);
    Ok(())
}

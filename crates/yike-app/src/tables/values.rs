//! Values out of cells, or what is wrong with them.

use super::Cell;
use super::errors::Problem;

/// Text of a cell, trimmed; numbers as they are written.
pub(super) fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Cell::Number(n) => n.to_string(),
        _ => String::new(),
    }
}

/// A number, or nothing where the cell is empty.
pub(super) fn number(cell: Cell<'_>) -> Result<Option<f64>, Problem> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Number(n) if n.is_finite() => Ok(Some(n)),
        Cell::Number(_) => Err(Problem::NotANumber),
        Cell::Date => Err(Problem::Date),
        Cell::Error => Err(Problem::CellError),
        Cell::Formula => Err(Problem::Formula),
        Cell::Text(text) => {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            if text.starts_with('#') {
                return Err(Problem::CellError);
            }
            if text.starts_with('=') {
                return Err(Problem::Formula);
            }
            // `1,234` and full-width digits are how people write numbers.
            let plain: String = text.chars().map(half_width).filter(|c| *c != ',').collect();
            let grouped = text.contains(',') && !is_grouped(text);
            match plain.parse::<f64>() {
                Ok(n) if n.is_finite() && !grouped => Ok(Some(n)),
                _ => Err(Problem::NotANumber),
            }
        }
    }
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '．' => '.',
        '－' => '-',
        '，' => ',',
        _ => c,
    }
}

/// Whether commas stand between groups of three digits.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let whole = |g: &str| g.split('.').next().unwrap_or_default().len();
    (1..=4).contains(&first.len()) && groups.all(|g| whole(g) == 3)
}

/// A whole number from 0 to `most`, or nothing where the cell is empty.
pub(super) fn count(cell: Cell<'_>, most: u32) -> Result<Option<u32>, Problem> {
    let Some(n) = number(cell)? else { return Ok(None) };
    if n < 0.0 {
        Err(Problem::Negative)
    } else if n.fract() != 0.0 {
        Err(Problem::NotWhole)
    } else if n > f64::from(most) {
        Err(Problem::TooLarge(u64::from(most)))
    } else {
        Ok(Some(n as u32))
    }
}

/// What is wrong with a position in degrees, if anything: which of the two values, and how.
pub(super) fn check_position(lon: f64, lat: f64) -> Result<(), (&'static str, Problem)> {
    if lat.abs() > 90.0 && lat.abs() <= 180.0 && lon.abs() <= 90.0 {
        return Err(("lat", Problem::Swapped));
    }
    if lon.is_nan() || lon.abs() > 180.0 {
        return Err(("lon", Problem::OutOfRange));
    }
    if lat.is_nan() || lat.abs() > 90.0 {
        return Err(("lat", Problem::OutOfRange));
    }
    if lon == 0.0 && lat == 0.0 {
        return Err(("lon", Problem::Nowhere));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let n = |text| number(Cell::Text(text));
        assert_eq!(n(" 1,234 "), Ok(Some(1234.0)));
        assert_eq!(n("１２３"), Ok(Some(123.0)));
        assert_eq!(n(""), Ok(None));
        assert_eq!(n("12,5"), Err(Problem::NotANumber));
        assert_eq!(n("约120"), Err(Problem::NotANumber));
        assert_eq!(n("=A1+1"), Err(Problem::Formula));
        assert_eq!(n("#REF!"), Err(Problem::CellError));
        assert_eq!(n("nan"), Err(Problem::NotANumber));
        assert_eq!(number(Cell::Date), Err(Problem::Date));
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        let c = |text| count(Cell::Text(text), 1000);
        assert_eq!(c("12.0"), Ok(Some(12)));
        assert_eq!(c("-1"), Err(Problem::Negative));
        assert_eq!(c("2.5"), Err(Problem::NotWhole));
        assert_eq!(c("1001"), Err(Problem::TooLarge(1000)));
    }

    #[test]
    fn positions_are_checked() {
        assert!(check_position(120.1, 30.2).is_ok());
        assert_eq!(check_position(30.2, 120.1), Err(("lat", Problem::Swapped)));
        assert_eq!(check_position(12015.0, 30.2), Err(("lon", Problem::OutOfRange)));
        assert_eq!(check_position(0.0, 0.0), Err(("lon", Problem::Nowhere)));
        assert_eq!(check_position(f64::NAN, 1.0), Err(("lon", Problem::OutOfRange)));
    }
}

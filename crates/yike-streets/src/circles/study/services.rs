//! What a study looks for: the categories asked for, and for each item of the standard the
//! facilities that may meet it.

use std::collections::BTreeSet;

use super::{ItemAnswer, Service, StudyError};
use crate::circles::standard::Standard;
use crate::facilities::{Category, Facilities, MAX_CATEGORIES};

/// The services of a study and the facilities in them.
pub(super) struct Services {
    pub list: Vec<Service>,
    /// The facilities with one bit for each service.
    pub facilities: Facilities,
    pub items: Vec<ItemAnswer>,
    /// The standard without items nobody asked for.
    pub standard: Standard,
    pub left_out: Vec<String>,
}

impl Services {
    /// `asked`: category codes; `None` takes all the standard names and all that occur. `minutes` is the
    /// widest band, the measure where the standard names none of what was asked.
    pub fn new(
        facilities: &Facilities,
        standard: &Standard,
        asked: Option<&[String]>,
        minutes: u16,
    ) -> Result<Self, StudyError> {
        let known = &facilities.categories;
        if let Some(codes) = asked {
            check_known(codes, known)?;
        }
        let (mut standard, left_out) = without_unasked(standard, asked);
        if standard.items.is_empty() {
            // The standard says nothing of what was asked: the question itself is the measure.
            let categories: Vec<&Category> =
                known.iter().filter(|c| asked.is_some_and(|a| a.contains(&c.code))).collect();
            standard = Standard::of_categories(&categories, minutes);
        }
        standard.check_categories(known)?;
        let wanted = wanted(facilities, &standard, asked);
        let mut services = Self {
            list: Vec::new(),
            facilities: Facilities { of: Vec::new().into(), ..facilities.clone() },
            items: Vec::new(),
            standard,
            left_out,
        };
        let mut of = vec![0u128; facilities.len()];
        for c in wanted {
            let category = &known[c];
            services.add(&mut of, category, true, |members| members >> c & 1 == 1, facilities)?;
        }
        services.answer_items(&mut of, facilities)?;
        services.facilities.categories = services
            .list
            .iter()
            .map(|s| Category { code: s.code.clone(), zh: s.zh.clone(), en: s.en.clone() })
            .collect();
        services.facilities.of = of.into();
        Ok(services)
    }

    fn add(
        &mut self,
        of: &mut [u128],
        named: &Category,
        category: bool,
        serves: impl Fn(u128) -> bool,
        facilities: &Facilities,
    ) -> Result<u32, StudyError> {
        let s = self.list.len();
        if s >= MAX_CATEGORIES {
            return Err(StudyError::TooManyServices);
        }
        let mut count = 0;
        for (bits, members) in of.iter_mut().zip(facilities.of.iter()) {
            if serves(*members) {
                *bits |= 1 << s;
                count += 1;
            }
        }
        let Category { code, zh, en } = named.clone();
        self.list.push(Service { code, zh, en, facilities: count, category });
        Ok(s as u32)
    }

    /// Finds or makes the service that answers each item. An item that is just one category shares
    /// that category's service.
    fn answer_items(&mut self, of: &mut [u128], facilities: &Facilities) -> Result<(), StudyError> {
        let standard = self.standard.clone();
        for item in &standard.items {
            let mask = mask_of(&facilities.categories, item.any_of.iter().map(String::as_str));
            let excluded = mask_of(&facilities.categories, standard.excluded(item).into_iter());
            let serves = |members: u128| members & mask != 0 && members & excluded == 0;
            let same = (0..self.list.len()).find(|&s| {
                of.iter()
                    .zip(facilities.of.iter())
                    .all(|(bits, m)| (bits >> s & 1 == 1) == serves(*m))
                    && (self.list[s].facilities > 0 || item.any_of.contains(&self.list[s].code))
            });
            let service = if let Some(s) = same {
                s as u32
            } else {
                let named =
                    Category { code: item.code.clone(), zh: item.zh.clone(), en: item.en.clone() };
                self.add(of, &named, false, serves, facilities)?
            };
            let in_data = self.list[service as usize].facilities > 0;
            self.items.push(ItemAnswer { service, in_data });
        }
        Ok(())
    }
}

fn check_known(codes: &[String], known: &[Category]) -> Result<(), StudyError> {
    let unknown: Vec<String> =
        codes.iter().filter(|c| !known.iter().any(|k| k.code == **c)).cloned().collect();
    if unknown.is_empty() && !codes.is_empty() {
        return Ok(());
    }
    let known = known.iter().map(|k| k.code.as_str()).collect::<Vec<_>>().join(", ");
    Err(StudyError::UnknownCategories { unknown, known })
}

fn without_unasked(standard: &Standard, asked: Option<&[String]>) -> (Standard, Vec<String>) {
    let mut standard = standard.clone();
    let Some(asked) = asked else { return (standard, Vec::new()) };
    let wanted = |any_of: &[String]| any_of.iter().any(|c| asked.contains(c));
    let left_out = standard.items.iter().filter(|i| !wanted(&i.any_of));
    let left_out = left_out.map(|i| i.code.clone()).collect();
    standard.items.retain(|i| wanted(&i.any_of));
    standard.ratios.retain(|r| wanted(&r.any_of));
    (standard, left_out)
}

/// Categories to study, by number.
fn wanted(facilities: &Facilities, standard: &Standard, asked: Option<&[String]>) -> Vec<usize> {
    let present = facilities.of.iter().fold(0u128, |all, of| all | of);
    let named: BTreeSet<&str> =
        standard.items.iter().flat_map(|i| i.any_of.iter().map(String::as_str)).collect();
    let categories = facilities.categories.iter().enumerate();
    let wanted = categories.filter(|(c, category)| match asked {
        Some(codes) => codes.contains(&category.code),
        None => present >> c & 1 == 1 || named.contains(category.code.as_str()),
    });
    wanted.map(|(c, _)| c).collect()
}

/// The bits of some category codes.
pub(super) fn mask_of<'a>(known: &[Category], codes: impl Iterator<Item = &'a str>) -> u128 {
    codes
        .filter_map(|code| known.iter().position(|k| k.code == code))
        .fold(0, |mask, c| mask | 1 << c)
}

//! Shops and small services along streets and in courtyards, by the number of people around.

use crate::names;
use crate::needs::SERVICES;
use crate::plan::Use;
use crate::plane::{Pt, to_coord};
use crate::sheet::{Facility, Tags, tags};
use crate::yard::Yard;

/// A kind of shop.
struct Shop {
    /// People for one.
    people: f64,
    /// Ending of its name, Chinese and English; no name where empty.
    ending: (&'static str, &'static str),
    tags: fn() -> Tags,
}

const fn shop(people: f64, zh: &'static str, en: &'static str, tags: fn() -> Tags) -> Shop {
    Shop { people, ending: (zh, en), tags }
}

/// On streets.
const FRONTS: [Shop; 22] = [
    shop(
        820.0,
        "便利店",
        "Convenience",
        || tags! {"shop": "convenience", "opening_hours": "07:00-23:00"},
    ),
    shop(
        5_200.0,
        "二十四便利店",
        "24 h Store",
        || tags! {"shop": "convenience", "opening_hours": "24/7"},
    ),
    shop(
        5_000.0,
        "超市",
        "Supermarket",
        || tags! {"shop": "supermarket", "opening_hours": "08:00-22:00"},
    ),
    shop(2_100.0, "水果店", "Fruit", || tags! {"shop": "greengrocer"}),
    shop(
        1_700.0,
        "早餐店",
        "Breakfast",
        || tags! {"amenity": "fast_food", "cuisine": "breakfast", "opening_hours": "05:30-10:30"},
    ),
    shop(520.0, "饭店", "Restaurant", || tags! {"amenity": "restaurant", "cuisine": "chinese"}),
    shop(3_400.0, "茶馆", "Tea House", || tags! {"amenity": "cafe"}),
    shop(3_000.0, "药店", "Pharmacy", || tags! {"amenity": "pharmacy", "dispensing": "yes"}),
    shop(1_400.0, "理发店", "Hairdresser", || tags! {"shop": "hairdresser"}),
    shop(3_600.0, "洗衣店", "Laundry", || tags! {"shop": "laundry"}),
    shop(
        6_500.0,
        "银行",
        "Bank",
        || tags! {"amenity": "bank", "opening_hours": "Mo-Sa 09:00-17:00"},
    ),
    shop(24_000.0, "邮政所", "Post Office", || tags! {"amenity": "post_office"}),
    shop(7_500.0, "图文店", "Copy Shop", || tags! {"shop": "copyshop"}),
    shop(5_500.0, "修理铺", "Repairs", || tags! {"shop": "repair"}),
    shop(7_500.0, "营业厅", "Telecom", || tags! {"shop": "mobile_phone"}),
    shop(14_000.0, "书店", "Books", || tags! {"shop": "books"}),
    shop(9_500.0, "宠物店", "Pets", || tags! {"shop": "pet"}),
    shop(8_500.0, "健身房", "Gym", || tags! {"leisure": "fitness_centre"}),
    shop(9_000.0, "家政服务", "Home Services", || tags! {"shop": "household_services"}),
    shop(4_600.0, "", "", || tags! {"amenity": "toilets"}),
    shop(26_000.0, "派出所", "Police Station", || tags! {"amenity": "police"}),
    shop(
        30_000.0,
        "图书馆",
        "Library",
        || tags! {"amenity": "library", "opening_hours": "Tu-Su 09:00-20:30"},
    ),
];

/// In courtyards.
const COURTS: [Shop; 4] = [
    shop(1_300.0, "", "", || tags! {"amenity": "parcel_locker"}),
    shop(900.0, "", "", || tags! {"amenity": "waste_disposal"}),
    shop(2_200.0, "", "", || tags! {"leisure": "fitness_station"}),
    shop(2_600.0, "", "", || tags! {"leisure": "playground"}),
];

/// Opens shops, then the services of the plan.
pub(crate) fn open(yard: &mut Yard<'_>) {
    open_services(yard);
    let visitors = match yard.cell.usage {
        Use::Core => 3_600.0,
        Use::Station => 1_700.0,
        Use::OldTown => 700.0,
        Use::Industry => 500.0,
        _ => 0.0,
    };
    let people = f64::from(yard.cell.people);
    let mut number = yard.index * 512;
    for shop in &FRONTS {
        let count = ((people + visitors) / shop.people + yard.rng.unit()) as usize;
        for _ in 0..count.min(yard.fronts.len()) {
            let k = yard.rng.below(yard.fronts.len());
            let at = yard.fronts.swap_remove(k);
            number += 1;
            put(yard, at, shop, number);
        }
    }
    for shop in &COURTS {
        let count = (people / shop.people + yard.rng.unit()) as usize;
        for _ in 0..count.min(yard.courts.len()) {
            let k = yard.rng.below(yard.courts.len());
            let (at, ..) = yard.courts.swap_remove(k);
            put(yard, at, shop, 0);
        }
    }
}

fn put(yard: &mut Yard<'_>, at: Pt, shop: &Shop, number: usize) {
    let mut tags = (shop.tags)();
    if !shop.ending.0.is_empty() {
        let (zh, en) = names::of_place(yard.plan.seed, number, shop.ending);
        tags.extend(tags! {"name": zh, "name:en": en});
    }
    yard.sheet.poi(at, tags);
}

/// The services the plan asks for: rows of `facilities.xlsx`, in courtyards or along streets.
fn open_services(yard: &mut Yard<'_>) {
    for (n, kind) in SERVICES.into_iter().enumerate() {
        if yard.cell.civic & kind.bit() == 0 {
            continue;
        }
        let inside = !yard.courts.is_empty() && (yard.fronts.is_empty() || yard.rng.chance(0.6));
        let (at, gated) = if inside {
            let k = yard.rng.below(yard.courts.len());
            let (at, _, gated) = yard.courts.swap_remove(k);
            (at, gated)
        } else if yard.fronts.is_empty() {
            continue;
        } else {
            let k = yard.rng.below(yard.fronts.len());
            (yard.fronts.swap_remove(k), false)
        };
        let (hours, (least, most)) = kind.service();
        let capacity = least + yard.rng.below((most - least) as usize + 1) as u32;
        let name = names::of_place(yard.plan.seed, yard.index * 16 + n, kind.ending()).0;
        yard.sheet.facilities.push(Facility { kind, at: to_coord(at), name, hours, capacity });
        if gated {
            yard.saw(
                "facility-in-the-courtyard",
                at,
                None,
                "A service inside a gated estate: its neighbours outside must find the open gate.",
            );
        }
        yard.saw_border(at);
    }
}

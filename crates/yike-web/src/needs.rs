//! Which need a category answers: how a resident's list is grouped.
//!
//! Order is the order of the page. A category that stands nowhere here (a district's own) comes under
//! "everything else".

/// Needs with the codes of their categories.
const NEEDS: [(&str, &[&str]); 7] = [
    (
        "care",
        &[
            "health_station",
            "health_centre",
            "hospital",
            "pharmacy",
            "healthcare",
            "canteen",
            "elder_day_care",
            "elder_home_service",
            "nursing_home",
            "care_home",
        ],
    ),
    (
        "children",
        &[
            "nursery",
            "childcare",
            "kindergarten",
            "primary_school",
            "junior_school",
            "senior_school",
            "school",
            "growth_station",
            "playground",
        ],
    ),
    (
        "shops",
        &[
            "market",
            "fresh_shop",
            "supermarket",
            "convenience",
            "fruit_shop",
            "shop_24h",
            "community_shops",
            "breakfast",
            "restaurant",
            "cafe",
            "mall",
            "bookshop",
            "pet_service",
        ],
    ),
    (
        "services",
        &[
            "community_station",
            "subdistrict_centre",
            "party_centre",
            "police",
            "property_office",
            "post",
            "bank",
            "telecom",
            "parcel",
            "hairdresser",
            "laundry",
            "repairs",
            "home_services",
            "photo_copy",
            "public_toilet",
            "waste_point",
            "recycling",
            "rest_station",
        ],
    ),
    (
        "play",
        &[
            "park",
            "park_small",
            "park_medium",
            "park_large",
            "fitness_ground",
            "fitness_items",
            "ball_court",
            "sports_ground_medium",
            "sports_ground_large",
            "sports_hall",
            "gym",
        ],
    ),
    ("culture", &["culture_station", "culture_centre", "library"]),
    ("transport", &["bus_stop", "metro_station", "parking_bike", "parking_car", "charging"]),
];

/// Codes of all needs, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    NEEDS.iter().map(|(code, _)| *code).chain(["other"])
}

/// The need a category answers, and its place within it.
pub fn of(category: &str) -> (&'static str, usize) {
    NEEDS
        .iter()
        .find_map(|(need, codes)| Some((*need, codes.iter().position(|c| *c == category)?)))
        .unwrap_or(("other", 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_category_answers_two_needs() {
        let mut all: Vec<&str> =
            NEEDS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        all.sort_unstable();
        let before = all.len();
        all.dedup();
        assert_eq!(all.len(), before);
        assert_eq!(of("canteen").0, "care");
        assert_eq!(of("a_districts_own"), ("other", 0));
    }
}

//! What a neighbourhood needs and what it gets: civic buildings and services by number of people
//! (GB 50180-2018 and the Hangzhou rule as a measure), with gaps, because cities have gaps.

use crate::areas::Areas;
use crate::plan::{Cell, Plan, Use};
use crate::rng::Rng;

/// Civic buildings and services placed by plan. The first ten need land of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    PrimarySchool,
    JuniorSchool,
    Hospital,
    Sports,
    Kindergarten,
    HealthCentre,
    Market,
    Culture,
    CareHome,
    PocketPark,
    CommunityStation,
    PartyCentre,
    Canteen,
    DayCare,
    Childcare,
    GrowthStation,
    HealthStation,
    HomeCare,
    RestStation,
    SubdistrictCentre,
}

/// The services that stand in `facilities.xlsx` and not on the street map.
pub(crate) const SERVICES: [Kind; 10] = [
    Kind::CommunityStation,
    Kind::PartyCentre,
    Kind::Canteen,
    Kind::DayCare,
    Kind::Childcare,
    Kind::GrowthStation,
    Kind::HealthStation,
    Kind::HomeCare,
    Kind::RestStation,
    Kind::SubdistrictCentre,
];

/// Kinds that take a whole block, then those that share one.
pub(crate) const BIG: [Kind; 4] =
    [Kind::PrimarySchool, Kind::JuniorSchool, Kind::Hospital, Kind::Sports];
/// See [`BIG`].
pub(crate) const SMALL: [Kind; 6] = [
    Kind::Kindergarten,
    Kind::HealthCentre,
    Kind::Market,
    Kind::Culture,
    Kind::CareHome,
    Kind::PocketPark,
];

impl Kind {
    pub(crate) fn bit(self) -> u32 {
        1 << self as u8
    }

    /// The category's Chinese name, as in the category table of the streets crate.
    pub(crate) fn zh(self) -> &'static str {
        match self {
            Self::PrimarySchool => "小学",
            Self::JuniorSchool => "初中",
            Self::Hospital => "医院",
            Self::Sports => "体育馆（场）或全民健身中心",
            Self::Kindergarten => "幼儿园",
            Self::HealthCentre => "卫生服务中心（社区医院）",
            Self::Market => "菜市场或生鲜超市",
            Self::Culture => "文化活动中心",
            Self::CareHome => "养老院",
            Self::PocketPark => "游园（0.4公顷以上）",
            Self::CommunityStation => "社区服务站",
            Self::PartyCentre => "党群服务中心",
            Self::Canteen => "社区（老年）食堂",
            Self::DayCare => "老年人日间照料中心",
            Self::Childcare => "托育机构",
            Self::GrowthStation => "婴幼儿成长驿站",
            Self::HealthStation => "社区卫生服务站",
            Self::HomeCare => "居家养老服务中心",
            Self::RestStation => "劳动者驿站",
            Self::SubdistrictCentre => "街道服务中心",
        }
    }

    /// What the name of one ends in, Chinese and English.
    pub(crate) fn ending(self) -> (&'static str, &'static str) {
        match self {
            Self::PrimarySchool => ("小学", "Primary School"),
            Self::JuniorSchool => ("初级中学", "Junior Middle School"),
            Self::Hospital => ("医院", "Hospital"),
            Self::Sports => ("全民健身中心", "Sports Centre"),
            Self::Kindergarten => ("幼儿园", "Kindergarten"),
            Self::HealthCentre => ("社区卫生服务中心", "Community Health Centre"),
            Self::Market => ("农贸市场", "Market"),
            Self::Culture => ("文化活动中心", "Culture Centre"),
            Self::CareHome => ("颐养院", "Care Home"),
            Self::PocketPark => ("游园", "Pocket Park"),
            Self::CommunityStation => ("社区服务站", "Community Station"),
            Self::PartyCentre => ("党群服务中心", "Party-Service Centre"),
            Self::Canteen => ("老年食堂", "Community Canteen"),
            Self::DayCare => ("日间照料中心", "Elder Day Care"),
            Self::Childcare => ("托育园", "Childcare"),
            Self::GrowthStation => ("婴幼儿成长驿站", "Early Growth Station"),
            Self::HealthStation => ("社区卫生服务站", "Health Station"),
            Self::HomeCare => ("居家养老服务中心", "Home-Care Centre"),
            Self::RestStation => ("劳动者驿站", "Rest Station"),
            Self::SubdistrictCentre => ("街道便民服务中心", "Subdistrict Service Centre"),
        }
    }

    /// Opening hours, and the range its capacity is drawn from.
    pub(crate) fn service(self) -> (&'static str, (u32, u32)) {
        match self {
            Self::Canteen => ("06:30-08:30,10:30-12:30,16:30-18:00", (60, 220)),
            Self::DayCare => ("Mo-Sa 08:00-17:00", (15, 45)),
            Self::Childcare => ("Mo-Fr 07:30-18:00", (30, 110)),
            Self::GrowthStation => ("Tu-Su 09:00-17:00", (12, 30)),
            Self::HealthStation => ("Mo-Sa 08:00-17:00", (40, 120)),
            Self::HomeCare => ("Mo-Su 08:30-17:30", (30, 90)),
            Self::RestStation => ("00:00-24:00", (8, 24)),
            Self::PartyCentre => ("Mo-Su 08:30-20:00", (80, 300)),
            Self::SubdistrictCentre => ("Mo-Fr 08:30-12:00,13:30-17:30", (100, 400)),
            _ => ("Mo-Fr 08:30-17:30,Sa 09:00-12:00", (30, 120)),
        }
    }
}

/// People for one building with land of its own; one for each subdistrict where `None`.
const RATIOS: [(Kind, Option<f64>); 9] = [
    (Kind::Kindergarten, Some(6_400.0)),
    (Kind::PrimarySchool, Some(17_500.0)),
    (Kind::JuniorSchool, Some(46_000.0)),
    (Kind::Market, Some(12_500.0)),
    (Kind::CareHome, Some(42_000.0)),
    (Kind::Sports, Some(55_000.0)),
    (Kind::Hospital, Some(130_000.0)),
    (Kind::HealthCentre, None),
    (Kind::Culture, None),
];

/// Share of communities that have a service, before luck.
const SHARES: [(Kind, f64); 9] = [
    (Kind::PartyCentre, 0.7),
    (Kind::Canteen, 0.5),
    (Kind::DayCare, 0.55),
    (Kind::Childcare, 0.45),
    (Kind::GrowthStation, 0.35),
    (Kind::HealthStation, 0.55),
    (Kind::HomeCare, 0.35),
    (Kind::RestStation, 0.35),
    (Kind::PocketPark, 0.6),
];

/// Tells every cell which civic buildings and services it must house.
pub(crate) fn assign(plan: &mut Plan, areas: &Areas) {
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); areas.communities.len()];
    for (index, cell) in plan.cells.iter().enumerate() {
        if cell.usage.is_land() && cell.usage != Use::Lake && cell.people > 400 {
            cells[cell.community as usize].push(index);
        }
    }
    // Debts start part-way, so that the first of each kind does not wait for a full measure.
    let mut debts = RATIOS.map(|(_, ratio)| if ratio.is_some() { 0.6 } else { 0.0 });
    let mut subdistrict = None;
    for (community, cells) in cells.iter_mut().enumerate() {
        let Some(people) = nonzero(plan, cells) else { continue };
        let mut rng = Rng::new(plan.seed, 40, community as u64);
        let fresh = subdistrict != areas.communities[community].parent;
        subdistrict = areas.communities[community].parent;
        cells.sort_by_key(|&c| (std::cmp::Reverse(plan.cells[c].people), c));
        for ((kind, ratio), debt) in RATIOS.into_iter().zip(&mut debts) {
            *debt += ratio.map_or(f64::from(u8::from(fresh)), |r| people / r * rng.range(0.6, 1.4));
            while *debt >= 1.0 && house(plan, cells, kind, &mut rng) {
                *debt -= 1.0;
            }
        }
        if fresh {
            house(plan, cells, Kind::SubdistrictCentre, &mut rng);
        }
        share_services(plan, cells, people, &mut rng);
    }
}

fn nonzero(plan: &Plan, cells: &[usize]) -> Option<f64> {
    let people: u32 = cells.iter().map(|&c| plan.cells[c].people).sum();
    (people > 0).then_some(f64::from(people))
}

/// The bits of some kinds.
fn bits(kinds: &[Kind]) -> u32 {
    kinds.iter().fold(0, |all, kind| all | kind.bit())
}

/// Whether a cell can spare the land: one big ground and two small ones, at most.
fn has_room(cell: &Cell, kind: Kind) -> bool {
    let held = |of: &[Kind]| (cell.civic & bits(of)).count_ones();
    let land = BIG.contains(&kind) || SMALL.contains(&kind);
    if cell.civic & kind.bit() != 0 || (land && matches!(cell.usage, Use::Core | Use::Station)) {
        return false;
    }
    if BIG.contains(&kind) { held(&BIG) == 0 } else { !SMALL.contains(&kind) || held(&SMALL) < 2 }
}

/// The cell of the community with the fewest demands on its land takes it; whether one could.
fn house(plan: &mut Plan, cells: &[usize], kind: Kind, rng: &mut Rng) -> bool {
    let load = |c: usize| {
        plan.cells[c].civic.count_ones() * 4 + u32::from(plan.cells[c].usage == Use::Core) * 6
    };
    let start = rng.below(cells.len());
    let order = (0..cells.len()).map(|k| cells[(start + k) % cells.len()]);
    let best = order.filter(|&c| has_room(&plan.cells[c], kind)).min_by_key(|&c| load(c));
    if let Some(cell) = best {
        plan.cells[cell].civic |= kind.bit();
    }
    best.is_some()
}

fn share_services(plan: &mut Plan, cells: &[usize], people: f64, rng: &mut Rng) {
    // A fifth of the communities were left behind, a quarter are shown to visitors.
    let luck = match rng.unit() {
        x if x < 0.22 => 0.15,
        x if x > 0.75 => 1.7,
        _ => 1.0,
    };
    for round in 0..(1.0 + people / 7_000.0) as u32 {
        if round == 0 {
            house(plan, cells, Kind::CommunityStation, rng);
        }
        for (kind, share) in SHARES {
            if rng.chance(share * luck) {
                house(plan, cells, kind, rng);
            }
        }
    }
}

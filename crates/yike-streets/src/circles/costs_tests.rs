//! What profiles pay, rule by rule.

use proptest::prelude::*;

use super::*;
use crate::circles::profile::{Profiles, builtin};
use crate::circles::twin::network;
use crate::column::Texts;
use crate::network::StreetClass;

/// Time of one stretch of 100 m with these traits; none if it cannot be walked.
fn stretch(profile: &str, traits: u32) -> Option<u32> {
    let network = network(&[0, 0], &[(0, 1, 1000, StreetClass::Path as u32 | traits)]);
    let costs = Costs::new(&network, builtin().get(profile).unwrap(), None);
    costs.walkable(0).then_some(costs.edge_ds[0])
}

/// Seconds lost at a node with these traits; none if it cannot be passed.
fn wait_s(profile: &str, traits: u16) -> Option<u32> {
    let network = network(&[traits, 0], &[(0, 1, 1000, 12)]);
    let wait = Costs::new(&network, builtin().get(profile).unwrap(), None).node_wait_ds[0];
    (wait < UNREACHED).then_some(wait / 10)
}

#[test]
fn plain_ground_takes_the_speed_of_the_profile() {
    let times: Vec<_> = ["norm", "adult", "elder", "frail", "child", "pram", "wheelchair"]
        .map(|p| stretch(p, 0).unwrap())
        .to_vec();
    // 100 m at 1.0, 1.2, 0.9, 0.75 (and 30 s of rest), 0.85, 0.9, 0.67 m/s.
    assert_eq!(times, [1000, 833, 1111, 1633, 1176, 1111, 1493]);
}

#[test]
fn steps_slow_elders_and_stop_wheels_unless_there_is_a_ramp() {
    use EdgeTrait as T;
    assert_eq!(stretch("norm", T::STEPS), Some(1000));
    assert_eq!(stretch("elder", T::STEPS), Some(2222));
    assert_eq!(stretch("elder", T::STEPS | T::RAMP_WHEELCHAIR), Some(2222), "walks the steps");
    assert_eq!(stretch("pram", T::STEPS), None);
    assert_eq!(stretch("pram", T::STEPS | T::RAMP_PRAM), Some(1333));
    assert_eq!(stretch("pram", T::STEPS | T::RAMP_WHEELCHAIR), Some(1333));
    assert_eq!(stretch("wheelchair", T::STEPS | T::RAMP_PRAM), None);
    assert_eq!(stretch("wheelchair", T::STEPS | T::RAMP_WHEELCHAIR), Some(2239));
    assert_eq!(stretch("wheelchair", T::STEPS | T::WHEELCHAIR_YES), None, "steps stay steps");
}

#[test]
fn wheels_mind_width_slope_and_surface_unless_mapped_as_fit() {
    use EdgeTrait as T;
    for (profile, traits, expected) in [
        ("adult", T::TIGHT | T::ROUGH | T::WHEELCHAIR_NO, Some(833)),
        ("adult", T::STEEP, Some(1000)),
        ("pram", T::TIGHT, None),
        ("pram", T::NARROW, Some(1111)),
        ("wheelchair", T::NARROW, None),
        ("wheelchair", T::NARROW | T::WHEELCHAIR_YES, Some(1493)),
        ("wheelchair", T::STEEP, None),
        ("wheelchair", T::SLOPED, Some(1940)),
        ("wheelchair", T::ROUGH | T::SLOPED, Some(2239)),
        ("wheelchair", T::WHEELCHAIR_NO, None),
        ("wheelchair", T::WHEELCHAIR_NO | T::WHEELCHAIR_YES, None),
    ] {
        assert_eq!(stretch(profile, traits), expected, "{profile} {traits:#x}");
    }
}

#[test]
fn signals_kerbs_gates_and_locks() {
    use NodeTrait as T;
    for (profile, traits, expected) in [
        ("norm", T::SIGNALS, Some(0)),
        ("adult", T::SIGNALS | T::CROSSING, Some(30)),
        ("adult", T::KERB_RAISED, Some(0)),
        ("frail", T::KERB_RAISED | T::SIGNALS, Some(33)),
        ("pram", T::KERB_RAISED, Some(5)),
        ("wheelchair", T::KERB_RAISED, None),
        ("adult", T::NO_WHEELS | T::GATE, Some(0)),
        ("pram", T::NO_WHEELS, None),
        ("wheelchair", T::NO_WHEELS, None),
        ("adult", T::LOCKED, None),
        ("wheelchair", T::LIFT, Some(30)),
    ] {
        assert_eq!(wait_s(profile, traits), expected, "{profile} {traits:#b}");
    }
}

#[test]
fn gates_close_at_their_hours_and_unread_hours_are_told() {
    let mut network = network(&[NodeTrait::GATE, 0, 0], &[(0, 1, 100, 12), (1, 2, 100, 12)]);
    network.hours = Texts::pack(["", "06:00-22:00", "sunrise-sunset"]);
    network.node_hours = vec![1, 0, 2].into();
    network.edge_hours = vec![0, 1].into();
    let at = |time: Option<&str>| {
        let time = time.map(|t| WeekTime::parse(t).unwrap());
        Costs::new(&network, builtin().get("adult").unwrap(), time)
    };
    let shut = |c: &Costs| (c.node_wait_ds[0] >= UNREACHED, !c.walkable(0), !c.walkable(1));
    assert_eq!(shut(&at(None)), (false, false, false), "without a time all is open");
    assert!(at(None).unread_hours.is_empty());
    assert_eq!(shut(&at(Some("21:59"))), (false, false, false));
    let night = at(Some("22:30"));
    assert_eq!(shut(&night), (true, false, true));
    assert_eq!(night.node_wait_ds[2], 0, "hours that cannot be read count as open");
    assert_eq!(night.unread_hours, [2]);
}

proptest! {
    #[test]
    fn parts_of_an_edge_add_up_and_rise(
        dm in 1u32..200_000,
        speed in 50u32..5000,
        positions in prop::collection::vec(0.0..=1.0, 1..20),
    ) {
        let text = format!(
            "[[profile]]\ncode = \"a\"\nzh = \"a\"\nen = \"a\"\nsource = \"a\"\nspeed_mm_s = {speed}\n"
        );
        let network = network(&[0, 0], &[(0, 1, dm, 12)]);
        let costs = Costs::new(&network, Profiles::from_toml(&text).unwrap().get("a").unwrap(), None);
        let exact = f64::from(dm) * 1000.0 / f64::from(speed);
        let whole = costs.edge_ds[0];
        prop_assert!((f64::from(whole) - exact).abs() <= 0.51 + exact * 1e-5 || whole == 1);
        let mut positions: Vec<u32> =
            positions.iter().map(|p: &f64| (p * f64::from(dm)) as u32).collect();
        positions.extend([0, dm]);
        positions.sort_unstable();
        let parts: Vec<_> = positions.iter().map(|p| costs.split(0, *p, dm)).collect();
        prop_assert!(parts.iter().all(|(a, b)| a + b == whole));
        prop_assert!(parts.is_sorted_by_key(|p| p.0));
        prop_assert_eq!((parts[0].0, parts[parts.len() - 1].1), (0, 0));
    }
}

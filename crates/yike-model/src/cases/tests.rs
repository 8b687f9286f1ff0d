//! The loop played through, and random lives of cases with the guarantees checked after every step.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::access::{Sight, may, may_bring, sight};
use super::apply::CLOCKS;
use super::row::CaseRow;
use super::*;
use crate::calendar::WorkCalendar;
use crate::digest::Digest;
use crate::hooks::Topic;
use crate::id::{CaseId, DistrictId, PersonId, PlaceId, ProgramId, WordsId};
use crate::people::{Actor, Posting, Right, Rights, Role};
use crate::places::PlaceKind;
use crate::refusal::Refusal;
use crate::spine::{By, Doer, Effect, Subject as _, act};
use crate::time::Timestamp;

const CATALOGUE: &str = r#"
[[category]]
code = "stair_light"
zh = "楼道灯不亮"
en = "Stair light out"
group = "stairwell"
kind = "component"
tier = "stairwell"
handler = "property_manager"
normal = "3wd"
urgent = "24h"
urgent_tier = "estate"

[[category]]
code = "burst_pipe"
zh = "水管爆裂"
en = "Burst pipe"
group = "utilities"
kind = "event"
tier = "estate"
handler = "property_manager"
normal = "1wd"
urgent = "2h"
urgent_tier = "subdistrict"
may_be_urgent = true

[[category]]
code = "manager_complaint"
zh = "投诉物业"
en = "Complaint about the manager"
group = "property"
kind = "service"
tier = "community"
handler = "residents_committee"
normal = "10wd"
urgent = "10wd"
urgent_tier = "community"
private = true
about = ["property_manager"]

[[category]]
code = "fire"
zh = "火灾"
en = "Fire"
group = "safety"
kind = "event"
tier = "district"
handler = "district_office"
normal = "1h"
urgent = "1h"
urgent_tier = "district"
emergency = "119"
"#;

#[derive(serde::Deserialize)]
struct File {
    category: Vec<Category>,
}

pub fn rules() -> Rulebook {
    let file: File = toml::from_str(CATALOGUE).unwrap();
    Rulebook {
        version: 1,
        catalogue: Catalogue::new(file.category).unwrap(),
        ladder: Ladder::default(),
        calendar: WorkCalendar::china(),
        templates: Vec::new(),
        roster: Vec::new(),
    }
}

fn place(n: u8) -> PlaceId {
    PlaceId::new(Timestamp::FIRST, [n; 10])
}

fn district() -> DistrictId {
    "990001".parse().unwrap()
}

fn path() -> Path {
    let kinds = PlaceKind::ALL.into_iter().zip(1..);
    Path::new(kinds.map(|(kind, n)| (kind, place(n))).collect()).unwrap()
}

fn unit(role: Role) -> Unit {
    path().unit(role).unwrap()
}

fn person(n: u8) -> PersonId {
    PersonId::new(Timestamp::FIRST, [n; 10])
}

fn words(n: u8) -> Words {
    Words { id: WordsId::new(Timestamp::FIRST, [n; 10]), digest: Digest::of(&[n]) }
}

/// A moment of 2026 in Hangzhou: month, day, hour, minute.
fn at(month: i8, day: i8, hour: i8, minute: i8) -> Timestamp {
    let local = jiff::civil::date(2026, month, day).at(hour, minute, 0, 0);
    let zone = jiff::tz::Offset::from_hours(8).unwrap();
    Timestamp::from_millis(zone.to_timestamp(local).unwrap().as_millisecond()).unwrap()
}

fn report(category: &str) -> Report {
    Report {
        id: CaseId::new(Timestamp::FIRST, [9; 10]),
        category: category.into(),
        urgent: false,
        open: true,
        source: Source::Resident,
        path: path(),
        shared: Some(Shared::Stairs),
        floor: Some(3),
        point: None,
        reporter: Some(person(1)),
        words: Some(words(1)),
        photos: Vec::new(),
        households: 1,
        unmanned: Vec::new(),
        done: None,
    }
}

/// A staff member with one post.
fn staff(role: Role) -> Actor {
    let posting = Posting { role, district: district(), place: Some(unit(role).place) };
    Actor::Person { id: person(100 + role as u8), postings: vec![posting] }
}

fn checker() -> Actor {
    let posting = Posting { role: Role::Checker, district: district(), place: Some(place(1)) };
    Actor::Person { id: person(99), postings: vec![posting] }
}

fn reporter() -> Actor {
    Actor::Person { id: person(1), postings: Vec::new() }
}

/// A case on its way, with the clock that goes with it.
struct Play {
    rules: Rulebook,
    case: Case,
    clocks: BTreeMap<&'static str, Timestamp>,
    now: Timestamp,
    log: Vec<&'static str>,
    /// What other programs were told.
    told: Vec<&'static str>,
}

impl Play {
    fn begin(report: Report, now: Timestamp) -> Self {
        let rules = rules();
        let deed = CaseDeed::plain(Do::Report(Box::new(report)));
        let outcome = act::<Case>(None, deed, By::SYSTEM, now, &rules).unwrap().unwrap();
        let mut play = Self {
            rules,
            case: outcome.state.clone(),
            clocks: BTreeMap::new(),
            now,
            log: Vec::new(),
            told: Vec::new(),
        };
        play.take(outcome);
        play
    }

    fn take(&mut self, outcome: crate::spine::Outcome<Case>) {
        self.tell(&outcome);
        self.log.extend(outcome.events.iter().map(CaseEvent::name));
        for effect in outcome.effects {
            match effect {
                Effect::SetDeadline { name, due } => self.clocks.insert(name, due),
                Effect::ClearDeadline { name } => self.clocks.remove(name),
                Effect::Notice(_) => None,
            };
        }
        self.case = outcome.state;
        self.holds();
    }

    /// What goes out about a step: public facts only, and of a private case at most its withdrawal.
    fn tell(&mut self, outcome: &crate::spine::Outcome<Case>) {
        let before = (!self.log.is_empty()).then_some(&self.case);
        let (case, estate) = (&outcome.state, unit(Role::EstateCommissioner).place);
        for event in public_events(before, &outcome.events, case) {
            let hidden = case.filing.private;
            assert_eq!(hidden, event.topic == Topic::CaseWithdrawn, "{:?}", event.topic);
            assert_eq!(hidden, event.facts.is_none());
            let Some(facts) = event.facts else { continue };
            assert_eq!(facts.place, Some(estate), "no finer than the estate");
            let text = serde_json::to_string(&facts).unwrap();
            assert_eq!(text.matches("\":").count(), 4, "{text}");
            self.told.push(event.topic.verb());
        }
    }

    /// The first guarantee, after every step: one owner, and a running clock or a visible reason.
    fn holds(&self) {
        let case = &self.case;
        let running: BTreeMap<_, _> =
            CLOCKS.into_iter().filter_map(|name| Some((name, case.clock(name)?))).collect();
        assert_eq!(self.clocks, running, "the clock is as the case says: {:?}", self.log);
        if case.is_open() {
            assert!(case.filing.spot.path.passes(case.owner), "{:?}", case.owner);
            assert!(!case.filing.about.contains(&case.owner.role), "{:?}", case.owner);
            assert!(!running.is_empty(), "{} without a clock: {:?}", case.stage_code(), self.log);
            assert_eq!(case.next().is_some(), !running.is_empty());
        } else {
            assert!(running.is_empty(), "{running:?}");
        }
        let row = CaseRow::of(case);
        assert_eq!(row.live, case.is_open());
        let text = serde_json::to_string(case).unwrap();
        assert_eq!(&serde_json::from_str::<Case>(&text).unwrap(), case, "it comes back from JSON");
    }

    fn by(&mut self, actor: &Actor, what: Do) -> Result<(), Refusal> {
        let pass = may(actor, &self.case, &what)?;
        let deed = CaseDeed { unit: pass.unit, what };
        let outcome = act(Some(&self.case), deed, pass.by, self.now, &self.rules)?;
        if let Some(outcome) = outcome {
            self.take(outcome);
        }
        Ok(())
    }

    #[track_caller]
    fn does(&mut self, role: Role, what: Do) {
        self.by(&staff(role), what).unwrap();
    }

    #[track_caller]
    fn refuses(&mut self, actor: &Actor, what: Do) -> String {
        let before = self.case.clone();
        let refusal = self.by(actor, what).unwrap_err();
        assert_eq!(self.case, before);
        refusal.to_string()
    }

    /// Moves the clock, firing what falls due on the way, one by one in order.
    fn until(&mut self, then: Timestamp) {
        while let Some((name, due)) =
            self.clocks.iter().map(|(n, d)| (*n, *d)).min_by_key(|(n, d)| (*d, *n))
            && due <= then
        {
            self.now = self.now.max(due);
            self.fire(name);
        }
        self.now = then;
    }

    fn fire(&mut self, name: &'static str) {
        self.clocks.remove(name);
        let deed = Case::on_deadline(name).unwrap();
        let outcome = act(Some(&self.case), deed, By::SYSTEM, self.now, &self.rules).unwrap();
        if let Some(outcome) = outcome {
            self.take(outcome);
        }
        self.holds();
    }

    fn tier(&self) -> Tier {
        self.case.tier()
    }
}

#[test]
fn a_stair_light_is_solved_in_the_stairwell() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 19, 0));
    assert_eq!(play.case.owner, unit(Role::StairwellVolunteer));
    assert_eq!(play.case.tier_until, Some(at(11, 25, 19, 0)), "24 hours");
    play.does(Role::StairwellVolunteer, Do::Accept);
    assert_eq!(play.case.due, Some(at(11, 27, 18, 0)), "3 working days, from the next morning");
    play.now = at(11, 25, 9, 0);
    play.does(Role::StairwellVolunteer, Do::FeedBack(words(2)));
    assert_eq!(play.case.owner, unit(Role::EstateCommissioner), "who checks");
    play.by(&reporter(), Do::Confirm).unwrap();
    play.by(&reporter(), Do::Rate(Rating { solved: true, satisfied: true })).unwrap();
    let row = CaseRow::of(&play.case);
    assert_eq!(
        (row.stage, row.how, row.tier, row.top),
        ("closed", "confirmed", "stairwell", "stairwell")
    );
    assert_eq!((row.on_time, row.solved), (Some(true), Some(true)));
    assert_eq!(play.log, ["reported", "filed", "accepted", "fed_back", "closed", "rated"]);
    assert_eq!(play.told, ["reported", "filed", "dispatched", "closed"]);
}

#[test]
fn what_nobody_touches_climbs_to_the_district_and_stays_in_sight() {
    let mut play = Play::begin(report("stair_light"), at(11, 23, 9, 0));
    let mut seen = vec![(play.now, play.tier())];
    while play.tier() < Tier::District {
        play.until(play.now.plus(Duration::from_mins(30)));
        if seen.last().map(|(_, tier)| *tier) != Some(play.tier()) {
            seen.push((play.now, play.tier()));
        }
    }
    let expected = [
        (at(11, 23, 9, 0), Tier::Stairwell),
        (at(11, 24, 9, 0), Tier::Estate),     // 24 hours
        (at(11, 26, 9, 0), Tier::Community),  // 2 working days
        (at(12, 1, 9, 0), Tier::Subdistrict), // 3 working days over a weekend
        (at(12, 4, 9, 0), Tier::District),    // the deadline of the category
    ];
    assert_eq!(seen, expected);
    let climbs = play.log.iter().filter(|name| **name == "climbed").count();
    assert_eq!(climbs, 4, "each once");
    play.until(at(12, 31, 9, 0));
    assert_eq!(play.tier(), Tier::District);
    assert!(play.log.iter().filter(|name| **name == "reminded").count() > 10, "pressed on");
}

#[test]
fn after_a_week_off_a_case_climbs_one_step_and_gets_its_time() {
    let mut play = Play::begin(report("stair_light"), at(11, 2, 9, 0));
    play.now = at(11, 9, 9, 0);
    play.fire("remind");
    play.fire("tier");
    assert_eq!(play.tier(), Tier::Estate, "one step, not all");
    assert_eq!(play.case.tier_until, Some(at(11, 11, 9, 0)), "with its full time from now");
}

#[test]
fn a_burst_pipe_in_the_night_jumps_the_tiers() {
    let urgent = Report { urgent: true, ..report("burst_pipe") };
    let mut play = Play::begin(urgent, at(11, 24, 23, 10));
    assert_eq!(play.case.owner, unit(Role::SubdistrictOffice), "no step on the way");
    assert_eq!(play.case.tier_until, Some(at(11, 25, 1, 10)), "two hours round the clock");
    assert!(play.case.remind.is_some_and(|when| when < at(11, 25, 1, 10)), "reminded in the night");
    play.does(
        Role::SubdistrictOffice,
        Do::Dispatch { to: unit(Role::PropertyManager), named: false },
    );
    assert_eq!(
        play.case.owner,
        unit(Role::SubdistrictOffice),
        "first receiver answers until it is taken"
    );
    play.does(Role::PropertyManager, Do::Accept);
    assert_eq!(play.case.owner, unit(Role::PropertyManager));
    play.does(Role::PropertyManager, Do::FeedBack(words(3)));
    let manager = staff(Role::PropertyManager);
    assert!(play.refuses(&manager, Do::Check { holds: true, words: None }).contains("may not"));
    play.does(Role::ResidentsCommittee, Do::Check { holds: true, words: None });
    assert_eq!(CaseRow::of(&play.case).tier, "estate");
}

#[test]
fn one_that_may_not_be_urgent_is_not() {
    let play = Play::begin(Report { urgent: true, ..report("stair_light") }, at(11, 24, 9, 0));
    assert!(!play.case.filing.urgent);
}

#[test]
fn what_goes_to_no_post_goes_to_the_next() {
    let unmanned = vec![Tier::Stairwell, Tier::Estate];
    let play = Play::begin(Report { unmanned, ..report("stair_light") }, at(11, 24, 9, 0));
    assert_eq!(play.case.owner, unit(Role::ResidentsCommittee));
    let unmanned = Tier::ALL.to_vec();
    let play = Play::begin(Report { unmanned, ..report("stair_light") }, at(11, 24, 9, 0));
    assert_eq!(play.case.owner, unit(Role::DistrictOffice), "never lost");
}

#[test]
fn three_households_make_it_jump() {
    let play = Play::begin(Report { households: 3, ..report("stair_light") }, at(11, 24, 9, 0));
    assert_eq!(play.tier(), Tier::Community);
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.by(&reporter(), Do::Join { households: 2 }).unwrap();
    assert_eq!(play.tier(), Tier::Stairwell);
    play.by(&reporter(), Do::Join { households: 3 }).unwrap();
    assert_eq!(play.tier(), Tier::Community);
    assert_eq!(play.log.last(), Some(&"climbed"));
}

#[test]
fn not_fixed_goes_back_to_the_handler_and_up_after_three_times() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.does(Role::StairwellVolunteer, Do::Accept);
    for round in 1..=3 {
        play.does(Role::StairwellVolunteer, Do::FeedBack(words(2)));
        play.by(&reporter(), Do::Deny(Some(words(3)))).unwrap();
        assert_eq!(play.case.tallies.failed, round);
        if round < 3 {
            assert_eq!(play.case.owner, unit(Role::StairwellVolunteer), "not at square one");
            assert_eq!(play.case.tier_until, Some(at(11, 25, 9, 0)), "a short deadline");
        }
    }
    assert_eq!(play.tier(), Tier::Estate);
    assert_eq!(play.told[3..], ["climbed"], "what was not closed is not reopened");
}

#[test]
fn closed_is_not_fixed_until_its_reporter_says_so() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.does(Role::StairwellVolunteer, Do::Accept);
    play.does(Role::StairwellVolunteer, Do::FeedBack(words(2)));
    play.does(Role::EstateCommissioner, Do::Check { holds: true, words: None });
    assert_eq!(play.case.stage_code(), "closed");
    play.now = at(11, 30, 9, 0);
    play.by(&reporter(), Do::Deny(None)).unwrap();
    assert_eq!(
        (play.case.stage_code(), play.case.owner.role),
        ("handling", Role::StairwellVolunteer)
    );
    play.does(Role::StairwellVolunteer, Do::FeedBack(words(2)));
    play.by(&reporter(), Do::Confirm).unwrap();
    play.now = at(12, 20, 9, 0);
    assert_eq!(play.told[3..], ["closed", "reopened", "closed"]);
    let late = play.refuses(&reporter(), Do::Deny(None));
    assert!(late.contains("report it anew"), "{late}");
}

#[test]
fn a_rejection_can_be_appealed_once() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.does(Role::StairwellVolunteer, Do::Reject(words(2)));
    play.by(&reporter(), Do::Appeal(words(3))).unwrap();
    assert_eq!((play.case.stage_code(), play.tier()), ("reported", Tier::Estate));
    play.does(Role::EstateCommissioner, Do::Reject(words(4)));
    let again = play.refuses(&reporter(), Do::Appeal(words(5)));
    assert_eq!(again, "too many appeals: at most 1");
    assert_eq!(play.told, ["reported", "rejected", "reopened", "rejected"]);
}

#[test]
fn a_return_is_asked_for_and_a_named_unit_keeps_it() {
    let mut play = Play::begin(Report { urgent: true, ..report("burst_pipe") }, at(11, 24, 9, 0));
    let manager = unit(Role::PropertyManager);
    let dispatch = |named| Do::Dispatch { to: manager, named };
    let office = staff(Role::SubdistrictOffice);
    assert!(play.refuses(&office, dispatch(true)).contains("only when one has declined"));
    play.by(&office, dispatch(false)).unwrap();
    play.does(Role::PropertyManager, Do::Decline(words(2)));
    assert_eq!((play.case.owner, play.case.tallies.returned), (unit(Role::SubdistrictOffice), 1));
    play.by(&office, dispatch(true)).unwrap();
    let named = play.refuses(&staff(Role::PropertyManager), Do::Decline(words(3)));
    assert!(named.contains("cannot return it"), "{named}");
    play.does(Role::PropertyManager, Do::Accept);
    let ask = Do::Ask { ask: Ask::Return, words: words(4) };
    assert!(play.refuses(&staff(Role::PropertyManager), ask).contains("cannot return it"));
}

#[test]
fn more_time_is_asked_of_a_higher_tier_and_never_too_late() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.does(Role::StairwellVolunteer, Do::Accept);
    let ask = || Do::Ask { ask: Ask::Extension { span: "1wd".parse().unwrap() }, words: words(2) };
    play.does(Role::StairwellVolunteer, ask());
    let own = Do::Answer { granted: true, words: None };
    assert!(play.refuses(&staff(Role::StairwellVolunteer), own.clone()).contains("may not"));
    play.does(Role::EstateCommissioner, own.clone());
    assert_eq!(play.case.due, Some(at(11, 30, 9, 0)), "one working day more, over a weekend");
    play.does(Role::StairwellVolunteer, ask());
    assert!(play.refuses(&staff(Role::EstateCommissioner), own.clone()).contains("may not"));
    play.does(Role::ResidentsCommittee, own);
    let third = play.refuses(&staff(Role::StairwellVolunteer), ask());
    assert_eq!(third, "too many extensions: at most 2");

    let mut play = Play::begin(Report { urgent: true, ..report("burst_pipe") }, at(11, 24, 9, 0));
    play.does(Role::SubdistrictOffice, Do::Accept);
    play.now = at(11, 24, 12, 0);
    assert!(play.refuses(&staff(Role::SubdistrictOffice), ask()).contains("deadline is over"));
}

#[test]
fn shelved_loses_no_time_and_comes_back_by_itself() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    play.does(Role::StairwellVolunteer, Do::HandUp(words(2)));
    play.does(Role::EstateCommissioner, Do::Accept);
    play.now = at(11, 24, 10, 0);
    let due = play.case.due.unwrap();
    let left = play.rules.calendar.working_between(play.now, due);
    let review = at(12, 28, 9, 0);
    play.does(Role::EstateCommissioner, Do::Ask { ask: Ask::Shelving { review }, words: words(3) });
    play.does(Role::ResidentsCommittee, Do::Answer { granted: true, words: None });
    assert_eq!(play.case.stage_code(), "shelved");
    play.until(at(12, 28, 9, 0));
    assert_eq!(play.case.stage_code(), "handling");
    let now = play.rules.calendar.working_between(play.now, play.case.due.unwrap());
    assert_eq!(now, left);
    assert_eq!(play.told[4..], ["shelved", "resumed"], "{:?}", play.told);
}

#[test]
fn what_becomes_private_is_withdrawn_and_imported_history_is_no_news() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    let outcome = |case: &Case, category: &str| {
        let what = Do::Reclassify { category: category.into(), urgent: false };
        let deed = CaseDeed { unit: Some(case.owner), what };
        act(Some(case), deed, By::SYSTEM, at(11, 24, 9, 0), &rules()).unwrap().unwrap()
    };
    let hidden = outcome(&play.case, "manager_complaint");
    let told = public_events(Some(&play.case), &hidden.events, &hidden.state);
    let withdrawn = PublicEvent { topic: Topic::CaseWithdrawn, nth: 0, facts: None };
    assert_eq!(told, [withdrawn]);
    let shown = outcome(&hidden.state, "stair_light");
    assert_eq!(public_events(Some(&hidden.state), &shown.events, &shown.state), []);
    play = Play::begin(Report { source: Source::Import, ..report("stair_light") }, play.now);
    play.does(Role::StairwellVolunteer, Do::Accept);
    assert_eq!(play.told.len(), 0);
}

/// Programs bring what their key permits, see what is public or, with the right to read, what reporters
/// see, and do nothing to a case.
#[test]
fn programs_bring_and_read_by_their_rights() {
    let program = |right: Option<Right>, district| Actor::Program {
        id: ProgramId::new(Timestamp::FIRST, [8; 10]),
        district,
        rights: Rights::new(right),
    };
    let key = |right| program(Some(right), district());
    for source in Source::ALL {
        let fits = |actor: &Actor| may_bring(actor, source, &district()).is_ok();
        assert!(fits(&Actor::System), "{source:?}");
        assert_eq!(fits(&key(Right::Handover)), source == Source::Hotline);
        assert_eq!(fits(&key(Right::Open311Write)), source == Source::Open311);
        assert!(!fits(&key(Right::ReadCases)) && !fits(&program(None, district())));
        assert!(!fits(&program(Some(Right::Handover), "990002".parse().unwrap())), "elsewhere");
        assert_eq!(fits(&Actor::Anonymous), source == Source::Resident);
        let on_duty = matches!(source, Source::Counter | Source::Patrol);
        assert_eq!(fits(&staff(Role::GridWorker)), on_duty || source == Source::Resident);
        assert_eq!(fits(&checker()), source == Source::Resident);
    }
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    assert_eq!(sight(&key(Right::ReadCases), &play.case), Sight::Own);
    assert_eq!(sight(&key(Right::Handover), &play.case), Sight::Public);
    for what in [Do::Confirm, Do::Accept, Do::Join { households: 9 }] {
        let refused = play.refuses(&key(Right::ReadCases), what);
        assert!(refused.starts_with("another program may not"), "{refused}");
    }
    play = Play::begin(report("manager_complaint"), at(11, 24, 9, 0));
    assert_eq!(sight(&key(Right::ReadCases), &play.case), Sight::Nothing, "private");
}

#[test]
fn several_parties_work_and_one_leads() {
    let mut play = Play::begin(report("burst_pipe"), at(11, 24, 9, 0));
    play.does(Role::EstateCommissioner, Do::Accept);
    play.does(
        Role::EstateCommissioner,
        Do::AddTask { to: unit(Role::PropertyManager), words: words(2) },
    );
    play.does(
        Role::EstateCommissioner,
        Do::AddTask { to: unit(Role::OwnersCommittee), words: words(3) },
    );
    let early = play.refuses(&staff(Role::EstateCommissioner), Do::FeedBack(words(4)));
    assert!(early.contains("still open"), "{early}");
    let answer = |number, done| Do::AnswerTask { number, done, words: words(5) };
    assert!(play.refuses(&staff(Role::OwnersCommittee), answer(1, true)).contains("may not"));
    assert!(play.refuses(&staff(Role::EstateCommissioner), answer(1, true)).contains("may not"));
    play.does(Role::PropertyManager, answer(1, true));
    play.does(Role::EstateCommissioner, answer(2, false));
    play.does(Role::EstateCommissioner, Do::FeedBack(words(4)));
}

#[test]
fn an_emergency_is_only_handed_over() {
    let play = Play::begin(report("fire"), at(11, 24, 9, 0));
    let row = CaseRow::of(&play.case);
    assert_eq!((row.stage, row.how, row.dispatched), ("closed", "handed_over", None));
}

#[test]
fn the_finder_on_duty_handles_on_the_spot_and_nobody_else() {
    let rules = rules();
    let done = Report { done: Some(words(2)), ..report("stair_light") };
    let deed = CaseDeed::plain(Do::Report(Box::new(done.clone())));
    assert!(act::<Case>(None, deed, By::SYSTEM, at(11, 24, 9, 0), &rules).is_err());
    let play = Play::begin(Report { source: Source::Patrol, ..done }, at(11, 24, 9, 0));
    assert_eq!(CaseRow::of(&play.case).how, "on_the_spot");
}

#[test]
fn what_is_complained_of_neither_sees_nor_gets_the_complaint() {
    let mut play = Play::begin(report("manager_complaint"), at(11, 24, 9, 0));
    assert_eq!(sight(&staff(Role::PropertyManager), &play.case), Sight::Nothing);
    assert_eq!(sight(&staff(Role::GridWorker), &play.case), Sight::Nothing, "private");
    assert_eq!(sight(&Actor::Anonymous, &play.case), Sight::Nothing);
    assert_eq!(sight(&staff(Role::ResidentsCommittee), &play.case), Sight::Full);
    assert_eq!(sight(&staff(Role::SubdistrictOffice), &play.case), Sight::Full);
    assert_eq!(sight(&reporter(), &play.case), Sight::Own);
    let to = Do::Dispatch { to: unit(Role::PropertyManager), named: false };
    let refused = play.refuses(&staff(Role::ResidentsCommittee), to);
    assert!(refused.contains("complained of"), "{refused}");
    let hidden = play.refuses(&staff(Role::PropertyManager), Do::Accept);
    assert_eq!(hidden, "there is no case with this id", "not even that it is there");
}

#[test]
fn neighbours_and_uninvolved_parties_see_what_is_public_only() {
    let play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    for role in [Role::PropertyManager, Role::OwnersCommittee] {
        assert_eq!(sight(&staff(role), &play.case), Sight::Public, "{role}");
    }
    let neighbour = Actor::Person { id: person(2), postings: Vec::new() };
    assert_eq!(sight(&neighbour, &play.case), Sight::Public);
    let posting = Posting { role: Role::GridWorker, district: district(), place: Some(place(50)) };
    let elsewhere = Actor::Person { id: person(3), postings: vec![posting] };
    assert_eq!(sight(&elsewhere, &play.case), Sight::Public, "another grid");
}

#[test]
fn who_handled_it_does_not_check_it_even_in_another_role() {
    let mut play = Play::begin(report("stair_light"), at(11, 24, 9, 0));
    let both = |role: Role| Posting { role, district: district(), place: Some(unit(role).place) };
    let postings = vec![both(Role::StairwellVolunteer), both(Role::EstateCommissioner)];
    let two_hats = Actor::Person { id: person(60), postings };
    play.by(&two_hats, Do::Accept).unwrap();
    play.by(&two_hats, Do::FeedBack(words(2))).unwrap();
    let refused = play.refuses(&two_hats, Do::Check { holds: true, words: None });
    assert!(refused.contains("does not check it"), "{refused}");
    play.by(&checker(), Do::Check { holds: true, words: None }).unwrap();
    assert_eq!(play.case.stage_code(), "closed");
}

/// A step of a random life.
#[derive(Clone, Debug)]
enum Step {
    Wait(u32),
    Staff(u8, u8),
    Reporter(u8),
}

const ROLES: [Role; 9] = [
    Role::StairwellVolunteer,
    Role::GridWorker,
    Role::EstateCommissioner,
    Role::PropertyManager,
    Role::OwnersCommittee,
    Role::ResidentsCommittee,
    Role::SubdistrictOffice,
    Role::DistrictOffice,
    Role::Checker,
];

fn staff_deed(n: u8, now: Timestamp) -> Do {
    let to = unit(ROLES[usize::from(n) % 8]);
    let review = now.plus(Duration::from_hours(24 * u64::from(n)));
    match n % 23 {
        0 => Do::File,
        1 => Do::Reject(words(n)),
        2..=4 => Do::Dispatch { to, named: n.is_multiple_of(2) },
        5..=8 => Do::Accept,
        9 => Do::Decline(words(n)),
        10 => Do::HandUp(words(n)),
        11 => Do::Ask { ask: Ask::Extension { span: "2wd".parse().unwrap() }, words: words(n) },
        12 => Do::Ask { ask: Ask::Shelving { review }, words: words(n) },
        13 => Do::Ask { ask: Ask::Return, words: words(n) },
        14 | 15 => Do::Answer { granted: !n.is_multiple_of(3), words: None },
        16 => Do::AddTask { to, words: words(n) },
        17 => Do::AnswerTask { number: 1, done: n.is_multiple_of(2), words: words(n) },
        18 | 19 => Do::FeedBack(words(n)),
        20 => Do::Check { holds: n.is_multiple_of(2), words: None },
        21 => Do::Reclassify {
            category: ["stair_light", "burst_pipe", "manager_complaint"][usize::from(n) % 3].into(),
            urgent: n.is_multiple_of(2),
        },
        _ => Do::Resume,
    }
}

fn reporter_deed(n: u8) -> Do {
    match n % 7 {
        0 | 1 => Do::Confirm,
        2 | 3 => Do::Deny(None),
        4 => Do::Rate(Rating { solved: n.is_multiple_of(2), satisfied: n.is_multiple_of(3) }),
        5 => Do::Appeal(words(n)),
        _ => Do::Join { households: u16::from(n % 5) },
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (1_u32..4_000).prop_map(Step::Wait),
        4 => (any::<u8>(), any::<u8>()).prop_map(|(role, deed)| Step::Staff(role, deed)),
        1 => any::<u8>().prop_map(Step::Reporter),
    ]
}

proptest! {
    /// Whatever anybody does and however long nobody does anything: `Play::take` checks the guarantees
    /// after every step, and the events fold again to the same case.
    #[test]
    fn random_lives(category in 0_usize..3, urgent: bool, steps in prop::collection::vec(step(), 1..120)) {
        let code = ["stair_light", "burst_pipe", "manager_complaint"][category];
        let mut play = Play::begin(Report { urgent, ..report(code) }, at(1, 5, 9, 0));
        for step in steps {
            match step {
                Step::Wait(minutes) => {
                    play.until(play.now.plus(Duration::from_mins(u64::from(minutes))));
                }
                Step::Staff(role, deed) => {
                    let role = ROLES[usize::from(role) % ROLES.len()];
                    let actor = if role == Role::Checker { checker() } else { staff(role) };
                    let _ = play.by(&actor, staff_deed(deed, play.now));
                }
                Step::Reporter(deed) => drop(play.by(&reporter(), reporter_deed(deed))),
            }
            let case = &play.case;
            if let Stage::Closed { by, how: How::Checked, .. } = case.stage {
                prop_assert!(by != Doer::System, "the handler is a person");
            }
            prop_assert!(case.tallies.extensions <= play.rules.ladder.extensions);
            prop_assert!(case.appeals <= 1);
        }
    }
}

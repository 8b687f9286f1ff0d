//! Cases in the database: their rows, rules and words, and the numbers of boards.

use std::time::Duration;

use yike_model::cases::rates::{Counts, Rate};
use yike_model::cases::{Case, CaseDeed, Do, Path, Report, Rulebook, Source, Tier, Unit};
use yike_model::id::{PhotoId, WordsId};
use yike_model::places::PlaceKind;
use yike_model::spine::{By, Doer};
use yike_model::{CaseId, Digest, PersonId, PlaceId, Timestamp};
use yike_store::{Alike, ListAsk, NewWords, Period, Scope, StoreError, Tx};

use crate::world::{at, district, nth};

fn place(n: u8) -> PlaceId {
    PlaceId::new(Timestamp::FIRST, [n; 10])
}

fn path() -> Path {
    let kinds = PlaceKind::ALL.into_iter().zip(1..);
    Path::new(kinds.map(|(kind, n)| (kind, place(n))).collect()).unwrap()
}

fn report(n: u16, category: &str, source: Source) -> Report {
    Report {
        id: nth(n),
        category: category.into(),
        urgent: false,
        open: false,
        source,
        path: path(),
        shared: None,
        floor: None,
        point: None,
        reporter: Some(PersonId::new(Timestamp::FIRST, [1; 10])),
        words: None,
        photos: Vec::new(),
        households: 1,
        unmanned: Vec::new(),
        done: None,
    }
}

async fn deed(
    tx: &mut Tx,
    id: CaseId,
    unit: Option<Unit>,
    what: Do,
    now: Timestamp,
) -> Result<Case, StoreError> {
    let deed = CaseDeed { unit, what };
    tx.act::<Case>(&district(), id, deed, By::SYSTEM, now).await.map(|acted| acted.state)
}

fn words(n: u16, body: &str) -> NewWords {
    NewWords { id: WordsId::new(at(0), [n as u8; 10]), body: body.into(), salt: "00".into() }
}

/// Reports a case and works it off by its owner: taken up at once, done after `hours`.
async fn whole(tx: &mut Tx, report: Report, hours: Option<i64>) -> Result<Case, StoreError> {
    let id = report.id;
    let case = deed(tx, id, None, Do::Report(Box::new(report)), at(0)).await?;
    let owner = Some(case.owner);
    let case = deed(tx, id, owner, Do::Accept, at(0)).await?;
    let Some(hours) = hours else { return Ok(case) };
    let reference = words(40_000, "好了").reference();
    deed(tx, id, owner, Do::FeedBack(reference), at(hours * 3_600)).await?;
    deed(tx, id, None, Do::Confirm, at(hours * 3_600)).await
}

yike_store::on_both! {
    /// A case and its row, deadlines and rules; verified, and made again from the ledger.
    async fn a_case_and_its_row(db) {
        let case = db.store.write(async |tx: &mut Tx| {
            whole(tx, report(1, "stair_light", Source::Resident), None).await
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let owned = ListAsk { scope: Scope::Owned(case.owner), after: None, limit: 10 };
        let lines = reader.list_cases(&district(), &owned).await.unwrap();
        assert_eq!((lines.len(), lines[0].stage.as_str(), lines[0].tier), (1, "handling", Tier::Stairwell));
        assert_eq!(lines[0].place, Some(place(7)), "the entrance");
        let number = lines[0].number.clone();
        assert_eq!(reader.case_by_number(&district(), &number).await.unwrap(), Some(nth(1)));
        let waiting = ListAsk { scope: Scope::Waiting(case.owner), after: None, limit: 10 };
        assert_eq!(reader.list_cases(&district(), &waiting).await.unwrap(), []);
        for kind in [PlaceKind::Estate, PlaceKind::Community, PlaceKind::Subdistrict, PlaceKind::District] {
            let there = Scope::At(kind, path().at(kind).unwrap());
            let ask = ListAsk { scope: there, after: None, limit: 10 };
            assert_eq!(reader.list_cases(&district(), &ask).await.unwrap().len(), 1, "{kind}");
        }
        let similar = reader.similar_cases(&district(), (PlaceKind::Estate, place(5)), "stair_light", 5).await;
        assert_eq!(similar.unwrap().len(), 1);
        assert_eq!(reader.deadlines(&district(), nth::<CaseId>(1)).await.unwrap().len(), 2, "due, tier: a reminder would fall into the night");
        drop(reader);
        assert!(db.store.verify().await.unwrap().holds());
        db.meddle("update cases set late = 1").await;
        let verified = db.store.verify().await.unwrap();
        assert_eq!(verified.differences[0].about, "row", "{verified:?}");
        db.store.rebuild().await.unwrap();
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// The clock drives a case up to the district by itself, each step once.
    async fn the_clock_lets_it_climb(db) {
        db.store.write(async |tx: &mut Tx| {
            deed(tx, nth(1), None, Do::Report(Box::new(report(1, "stair_light", Source::Resident))), at(0)).await
        }).await.unwrap();
        let mut tiers = Vec::new();
        for hours in 0..24 * 30 {
            let now = at(hours * 3_600);
            db.store.fire_due(now, 100).await.unwrap();
            let mut reader = db.store.read().await.unwrap();
            let case = reader.subject::<Case>(&district(), nth::<CaseId>(1)).await.unwrap().unwrap().state;
            if tiers.last() != Some(&case.tier()) {
                tiers.push(case.tier());
            }
        }
        assert_eq!(tiers, Tier::ALL);
        assert!(db.store.verify().await.unwrap().holds());
    }

    /// A district's own rules are a new version; a case keeps the one it was filed under.
    async fn a_case_keeps_its_rules(db) {
        db.store.write(async |tx: &mut Tx| {
            deed(tx, nth(1), None, Do::Report(Box::new(report(1, "stair_light", Source::Resident))), at(0)).await
        }).await.unwrap();
        let mut longer = Rulebook::neutral();
        longer.version = 2;
        for rung in longer.ladder.tiers.values_mut() {
            rung.normal = Some("200h".parse().unwrap());
        }
        let made = db.store.write(async move |tx: &mut Tx| {
            tx.make_rules(&district(), &longer, ("longer", Doer::System), at(1)).await?;
            tx.make_rules(&district(), &longer, ("again", Doer::System), at(2)).await
        }).await;
        assert!(made.is_err(), "version 2 is there: all of it was undone");
        let mut longer = Rulebook::neutral();
        longer.version = 2;
        longer.ladder.tiers.get_mut(&Tier::Stairwell).unwrap().normal = Some("200h".parse().unwrap());
        db.store.write(async move |tx: &mut Tx| {
            tx.make_rules(&district(), &longer, ("longer", Doer::System), at(1)).await
        }).await.unwrap();
        let cases = db.store.write(async |tx: &mut Tx| {
            let new = report(2, "stair_light", Source::Resident);
            let new = deed(tx, nth(2), None, Do::Report(Box::new(new)), at(10)).await?;
            let old = deed(tx, nth(1), None, Do::Remark { words: None, photos: vec![PhotoId::new(at(0), [9; 10])], shown: true }, at(10)).await?;
            Ok((old, new))
        }).await.unwrap();
        assert_eq!((cases.0.filing.rules, cases.1.filing.rules), (1, 2));
        let span = |case: &Case| case.tier_until.unwrap().since(case.reported);
        assert_eq!(span(&cases.0), Duration::from_hours(24));
        assert_eq!(span(&cases.1), Duration::from_hours(200));
        let versions = db.store.read().await.unwrap().rules_versions(&district()).await.unwrap();
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
    }

    /// Words are found by pairs of letters, and gone when they are forgotten.
    async fn words_are_found(db) {
        db.store.write(async |tx: &mut Tx| {
            for (n, text) in [(1, "三号楼楼道灯不亮了"), (2, "电梯停在三楼"), (3, "Lamp broken")] {
                tx.keep_words(&district(), nth(n), &words(100 + n, text), true, at(0)).await?;
            }
            Ok(())
        }).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        let mut found = async |typed: &str| reader.search_cases(&district(), typed, 10).await.unwrap();
        assert_eq!(found("楼道灯").await, [nth::<CaseId>(1)]);
        assert_eq!(found("电梯 三楼").await, [nth::<CaseId>(2)]);
        assert_eq!(found("lamp").await, [nth::<CaseId>(3)]);
        assert_eq!(found("没有").await, []);
        assert_eq!(found("").await, []);
        let all = reader.words_of(&district(), nth::<CaseId>(1)).await.unwrap();
        assert_eq!(all.values().collect::<Vec<_>>(), ["三号楼楼道灯不亮了"]);
        drop(reader);
        db.store.write(async |tx: &mut Tx| tx.forget_words(&district(), nth(1)).await).await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.search_cases(&district(), "楼道灯", 10).await.unwrap(), []);
    }

    /// Households are counted once each, and only for some days.
    async fn households_are_counted_once(db) {
        let count = async |since| {
            let alike = Alike { place: place(6), category: "stair_light" };
            db.store.read().await.unwrap().households(&district(), alike, since).await.unwrap()
        };
        db.store.write(async |tx: &mut Tx| {
            let alike = Alike { place: place(6), category: "stair_light" };
            for (n, home, when) in [(1, b"a", 0), (2, b"a", 5), (3, b"b", 9)] {
                let by = (&Digest::of(home), nth::<CaseId>(n));
                tx.note_household(&district(), alike, by, at(when)).await?;
            }
            Ok(())
        }).await.unwrap();
        assert_eq!((count(at(0)).await, count(at(6)).await), (2, 1));
        db.store.write(async |tx: &mut Tx| tx.forget_households(&district(), at(6)).await).await.unwrap();
        assert_eq!(count(at(0)).await, 1);
    }

    /// The month that was published, made of cases and counted by the statement of boards: 911 of 972 due
    /// closed, 737 on time; events 902 of 956, components 9 of 16; 953 of 996 from one source.
    async fn the_published_month_is_reproduced(db) {
        // Late ones: the deadline of these categories is a few working days, eighty days are too long.
        let late = 80 * 24;
        let mut plan = Vec::new();
        for (category, closed, due) in [("rubble", 902, 956), ("stair_light", 9, 16)] {
            for n in 0..due {
                plan.push((category, (n < closed).then_some(())));
            }
        }
        let mut on_time = 737;
        let mut planned = Vec::new();
        for (n, (category, closed)) in (0_u16..).zip(plan) {
            let hours = closed.map(|()| {
                on_time -= 1;
                if on_time >= 0 { 1 } else { late }
            });
            let source = if n < 953 { Source::Patrol } else { Source::Hotline };
            planned.push((n + 1, category, source, hours));
        }
        // Filed, not dispatched: 24 more from the other source are in the base of sources only.
        let more: Vec<u16> = (2_000..2_024).collect();
        for part in planned.chunks(100) {
            let part = part.to_vec();
            db.store.write(async move |tx: &mut Tx| {
                for (n, category, source, hours) in part.clone() {
                    let with = Report { unmanned: vec![], ..report(n, category, source) };
                    whole(tx, with, hours).await?;
                }
                Ok(())
            }).await.unwrap();
        }
        db.store.write(async move |tx: &mut Tx| {
            for n in more.clone() {
                let with = report(n, "rubble", Source::Hotline);
                let case = deed(tx, nth(n), None, Do::Report(Box::new(with)), at(0)).await?;
                deed(tx, nth(n), Some(case.owner), Do::File, at(0)).await?;
            }
            Ok(())
        }).await.unwrap();
        let period = Period { from: at(-1), to: at(3_600 * 24 * 60) };
        let mut reader = db.store.read().await.unwrap();
        let cells = reader.case_counts(&district(), None, period).await.unwrap();
        let sum = |keep: &dyn Fn(&yike_store::Cell) -> bool| {
            let mut all = Counts::default();
            cells.iter().filter(|cell| keep(cell)).for_each(|cell| all += cell.counts);
            all
        };
        let all = sum(&|_| true);
        assert_eq!(all.closure(), Rate::new(911, 972));
        assert_eq!(all.on_time_closure(), Rate::new(737, 972));
        assert_eq!(all.closure().to_string(), "93.72 %");
        assert_eq!(all.on_time_closure().to_string(), "75.82 %");
        assert_eq!(sum(&|cell| cell.class == "event").closure(), Rate::new(902, 956));
        assert_eq!(sum(&|cell| cell.class == "component").closure(), Rate::new(9, 16));
        let patrol = sum(&|cell| cell.source == "patrol");
        let rate = Rate::new(patrol.filed, all.filed);
        assert_eq!((rate, rate.to_string()), (Rate::new(953, 996), "95.68 %".to_owned()));
        // And every area that holds all of them says the same.
        for kind in [PlaceKind::Subdistrict, PlaceKind::Community, PlaceKind::Estate] {
            let area = Some((kind, path().at(kind).unwrap()));
            assert_eq!(reader.case_counts(&district(), area, period).await.unwrap(), cells, "{kind}");
        }
        let elsewhere = Some((PlaceKind::Estate, place(99)));
        assert_eq!(reader.case_counts(&district(), elsewhere, period).await.unwrap(), []);
        let live = reader.live_counts(&district(), None).await.unwrap();
        assert_eq!(live.iter().map(|cell| cell.open).sum::<u64>(), 972 - 911 + 24);
    }
}

//! The inbox: whole pages, filters, counts that are true, and what stands in a line.

use std::collections::BTreeSet;
use std::time::Duration;

use yike_app::cases::{Inbox, InboxAsk, NewReport, Wish, With};
use yike_model::cases::Tier;
use yike_model::people::{Actor, Role};

use crate::cases::{refusal, report, resident, staff, text, with, world};
use crate::support::World;

/// Reports so many cases of a category from different people.
async fn reported(world: &World, category: &str, count: u8) -> Vec<String> {
    let mut numbers = Vec::new();
    for n in 0..count {
        // Not the same household again and again: that would make a case jump.
        let new = NewReport { room: None, ..report(world, category, "灯不亮") };
        numbers.push(world.app.report_case(&resident(n), new).await.unwrap().number.to_string());
        world.clock.advance(Duration::from_mins(1));
    }
    numbers
}

async fn inbox(world: &World, actor: &Actor, ask: InboxAsk) -> Inbox {
    world.app.inbox(actor, &ask).await.unwrap()
}

fn numbers(inbox: &Inbox) -> Vec<String> {
    inbox.lines.iter().map(|line| line.line.number.clone()).collect()
}

fn counted(inbox: &Inbox) -> u64 {
    inbox.counts.iter().flatten().map(|cell| cell.count).sum()
}

yike_store::on_both! {
    /// Every case stands on exactly one page, and the counts above the list say how many there are.
    async fn pages_are_whole(db) {
        let world = world(db).await;
        let all: BTreeSet<String> = reported(&world, "stair_door", 120).await.into_iter().collect();
        let manager = staff(Role::EstateCommissioner);
        let mut ask = InboxAsk { all: true, ..InboxAsk::default() };
        let mut seen = BTreeSet::new();
        for _ in 0..5 {
            let page = inbox(&world, &manager, ask.clone()).await;
            assert_eq!(counted(&page), 120);
            for number in numbers(&page) {
                assert!(seen.insert(number), "it stands on two pages");
            }
            ask.after = page.more;
            if page.more.is_none() { break }
        }
        assert_eq!(seen, all);
    }

    /// A filter is asked of all cases, not of one page of them.
    async fn a_filter_finds_what_stands_far_down(db) {
        let world = world(db).await;
        let numbers_ = reported(&world, "stair_light", 2).await;
        let volunteer = staff(Role::StairwellVolunteer);
        let last = &numbers_[1];
        world.app.work_case(&volunteer, last, Wish::Accept, With::default()).await.unwrap();
        let ask = InboxAsk { stage: "handling".into(), ..InboxAsk::default() };
        let page = inbox(&world, &volunteer, ask).await;
        assert_eq!((numbers(&page), counted(&page)), (vec![last.clone()], 2), "counts are before filters");
        let none = InboxAsk { tier: Some(Tier::District), ..InboxAsk::default() };
        assert!(inbox(&world, &volunteer, none).await.lines.is_empty());
        let late = InboxAsk { late: true, ..InboxAsk::default() };
        assert!(inbox(&world, &volunteer, late).await.lines.is_empty());
    }

    /// A line says what it takes to decide: what, where, in whose words, who has it, and what it was made on.
    async fn a_line_says_what_it_takes(db) {
        let world = world(db).await;
        let number = reported(&world, "stair_light", 1).await.remove(0);
        let volunteer = staff(Role::StairwellVolunteer);
        let page = inbox(&world, &volunteer, InboxAsk::default()).await;
        let line = &page.lines[0];
        assert_eq!(line.category[0], "楼道灯不亮");
        assert_eq!(line.words.as_deref(), Some("灯不亮"));
        let places: Vec<_> = line.places.iter().map(|place| place.name.as_str()).collect();
        assert_eq!(places, ["柳岸新村", "1幢", "1单元"]);
        assert_eq!(line.owner.as_ref().map(|place| place.name.as_str()), Some("1单元"));
        let seen = Some(line.seq);
        let done = With { seen, ..With::default() };
        world.app.work_case(&volunteer, &number, Wish::Accept, done.clone()).await.unwrap();
        let stale = world.app.work_case(&volunteer, &number, Wish::FeedBack, With { seen, ..with("好了") }).await;
        assert_eq!(refusal(stale).code(), "stale");
    }

    /// A checker's own is what waits for a check; whoever has no post has no inbox; a manager sees only what
    /// he has to do with, and is not told how much there is beside it.
    async fn each_sees_his_own(db) {
        let world = world(db).await;
        let number = reported(&world, "stair_light", 1).await.remove(0);
        let (volunteer, checker) = (staff(Role::StairwellVolunteer), staff(Role::Checker));
        assert!(inbox(&world, &checker, InboxAsk::default()).await.lines.is_empty());
        world.app.work_case(&volunteer, &number, Wish::Accept, With::default()).await.unwrap();
        world.app.work_case(&volunteer, &number, Wish::FeedBack, with("换好了")).await.unwrap();
        assert_eq!(numbers(&inbox(&world, &checker, InboxAsk::default()).await), [number]);
        let nobody = inbox(&world, &resident(1), InboxAsk::default()).await;
        assert!(nobody.lines.is_empty() && !nobody.post);
        let manager = inbox(&world, &staff(Role::PropertyManager), InboxAsk { all: true, ..InboxAsk::default() }).await;
        assert!(manager.lines.is_empty() && manager.counts.is_none() && manager.post);
    }

    /// A remark that is sent twice, as forms are that were kept while there was no network, is made once; and
    /// it is added though the case changed meanwhile.
    async fn a_remark_sent_twice_is_made_once(db) {
        let world = world(db).await;
        let number = reported(&world, "stair_light", 1).await.remove(0);
        let volunteer = staff(Role::StairwellVolunteer);
        let once = Some(world.app.new_draft());
        let remark = With { once, ..with("看过了，缺一个灯座") };
        world.app.work_case(&volunteer, &number, Wish::Accept, With::default()).await.unwrap();
        let shown = Wish::Remark { shown: true };
        let first = world.app.work_case(&volunteer, &number, shown.clone(), remark.clone()).await.unwrap();
        let again = world.app.work_case(&volunteer, &number, shown.clone(), remark.clone()).await.unwrap();
        assert_eq!(first.seq, again.seq);
        let stranger = world.app.work_case(&resident(77), &number, shown, remark).await;
        assert_eq!(refusal(stranger).code(), "not_permitted", "once is no way round permission");
        let said = world.app.case(&volunteer, &number).await.unwrap().history;
        let said = said.iter().filter(|h| h.words.as_deref() == Some(text("看过了，缺一个灯座").as_str()));
        assert_eq!(said.count(), 1);
    }
}

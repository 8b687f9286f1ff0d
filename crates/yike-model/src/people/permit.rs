//! The one table of what each role may do. Deny by default; the app asks it in one place, for pages,
//! JSON, tiles, feeds and exports alike.

use crate::id::{DistrictId, PlaceId};
use crate::people::{Actor, Role};
use crate::refusal::Refusal;
use crate::spine::By;

/// Everything that can be done or seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Search and see places, their paths and boundaries.
    SeePlaces,
    /// See the base map.
    SeeMap,
    /// Ask what a point or home reaches on foot.
    AskNearby,
    /// Ask which standards, profiles and categories there are.
    SeeStandards,
    /// See the list of data sets, their dates and sources.
    SeeDatasets,
    /// See studies: totals per area, the map of a cell, comparisons, downloads of totals.
    SeeStudies,
    /// See and download a study home by home.
    SeeStudyHomes,
    /// Ask for a study.
    StartStudy,
    /// Withdraw a study.
    WithdrawStudy,
    /// See jobs and their progress.
    SeeJobs,
    /// Cancel a job.
    CancelJob,
    /// Try an import without writing anything; see imports and their row errors.
    CheckImport,
    /// Apply an import.
    ApplyImport,
    /// Make sign-in links, end sessions.
    ManageAccess,
    /// Read the audit.
    SeeAudit,
    /// See the public board of a place: counts and rates of cases.
    SeeBoard,
    /// See the rules cases go by: catalogue, ladder, calendar, duties.
    SeeRules,
    /// Report something.
    ReportCase,
    /// See a case; how much of it, its own rules say.
    SeeCase,
    /// Do something to a case; what, its own rules say.
    WorkCase,
    /// See the cases that wait for oneself.
    SeeInbox,
    /// See who reported a case one handles.
    SeeReporter,
    /// Change the rules cases go by.
    KeepRules,
    /// Let time pass in a demo district.
    PassDemoTime,
    /// Sign out, see one's own session.
    OwnSession,
    /// Ask for a code on one's phone and prove it, or go on without one, as a resident.
    AskPhoneCode,
    /// See and delete what is stored about oneself.
    OwnData,
}

impl Deed {
    /// All deeds.
    pub const ALL: [Self; 27] = [
        Self::SeePlaces,
        Self::SeeMap,
        Self::AskNearby,
        Self::SeeStandards,
        Self::SeeDatasets,
        Self::SeeStudies,
        Self::SeeStudyHomes,
        Self::StartStudy,
        Self::WithdrawStudy,
        Self::SeeJobs,
        Self::CancelJob,
        Self::CheckImport,
        Self::ApplyImport,
        Self::ManageAccess,
        Self::SeeAudit,
        Self::SeeBoard,
        Self::SeeRules,
        Self::ReportCase,
        Self::SeeCase,
        Self::WorkCase,
        Self::SeeInbox,
        Self::SeeReporter,
        Self::KeepRules,
        Self::OwnSession,
        Self::AskPhoneCode,
        Self::OwnData,
        Self::PassDemoTime,
    ];

    /// The word for it in the audit and in messages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SeePlaces => "see_places",
            Self::SeeMap => "see_map",
            Self::AskNearby => "ask_nearby",
            Self::SeeStandards => "see_standards",
            Self::SeeDatasets => "see_datasets",
            Self::SeeStudies => "see_studies",
            Self::SeeStudyHomes => "see_study_homes",
            Self::StartStudy => "start_study",
            Self::WithdrawStudy => "withdraw_study",
            Self::SeeJobs => "see_jobs",
            Self::CancelJob => "cancel_job",
            Self::CheckImport => "check_import",
            Self::ApplyImport => "apply_import",
            Self::ManageAccess => "manage_access",
            Self::SeeAudit => "see_audit",
            Self::SeeBoard => "see_board",
            Self::SeeRules => "see_rules",
            Self::ReportCase => "report_case",
            Self::SeeCase => "see_case",
            Self::WorkCase => "work_case",
            Self::SeeInbox => "see_inbox",
            Self::SeeReporter => "see_reporter",
            Self::KeepRules => "keep_rules",
            Self::PassDemoTime => "pass_demo_time",
            Self::OwnSession => "own_session",
            Self::AskPhoneCode => "ask_phone_code",
            Self::OwnData => "own_data",
        }
    }
}

/// Who may do a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Anybody,
    /// Anybody who is signed in, in whichever role.
    SignedIn,
    /// Those with one of these roles at the place or above it.
    Roles(&'static [Role]),
}

/// The rule for a deed.
pub const fn rule(deed: Deed) -> Who {
    use Role::{Administrator, Auditor, Planner};
    match deed {
        Deed::SeePlaces
        | Deed::SeeMap
        | Deed::AskNearby
        | Deed::SeeStandards
        | Deed::SeeDatasets
        | Deed::SeeStudies
        | Deed::SeeBoard
        | Deed::SeeRules
        | Deed::ReportCase
        | Deed::SeeCase
        | Deed::PassDemoTime
        | Deed::AskPhoneCode => Who::Anybody,
        Deed::OwnSession | Deed::WorkCase | Deed::SeeInbox | Deed::SeeReporter | Deed::OwnData => {
            Who::SignedIn
        }
        Deed::SeeStudyHomes
        | Deed::StartStudy
        | Deed::WithdrawStudy
        | Deed::SeeJobs
        | Deed::CancelJob
        | Deed::CheckImport => Who::Roles(&[Planner, Administrator]),
        Deed::ApplyImport | Deed::ManageAccess | Deed::KeepRules => Who::Roles(&[Administrator]),
        Deed::SeeAudit => Who::Roles(&[Auditor]),
    }
}

/// Where a deed is to be done: the district, and the places from the district down to the place it
/// concerns (all of them, so that a role anywhere above counts). An empty path is the district itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// The district.
    pub district: DistrictId,
    /// Ids of the places from the top down.
    pub path: Vec<PlaceId>,
}

impl Where {
    /// The district as a whole.
    pub const fn district(district: DistrictId) -> Self {
        Self { district, path: Vec::new() }
    }
}

/// Permits a deed, and says in which role it is done, or refuses it.
pub fn permitted(actor: &Actor, deed: Deed, place: &Where) -> Result<By, Refusal> {
    let doer = actor.doer();
    let role = match (actor, rule(deed)) {
        (Actor::System, _) | (_, Who::Anybody) | (Actor::Person { .. }, Who::SignedIn) => Ok(None),
        (Actor::Person { postings, .. }, Who::Roles(roles)) => postings
            .iter()
            .filter(|p| p.district == place.district && roles.contains(&p.role))
            .find(|p| p.place.is_none_or(|at| place.path.contains(&at)))
            .map(|p| Some(p.role))
            .ok_or(()),
        (Actor::Anonymous | Actor::Program { .. }, Who::SignedIn | Who::Roles(_)) => Err(()),
    };
    role.map(|role| By { doer, role })
        .map_err(|()| Refusal::NotPermitted { actor: describe(actor), deed: deed.code() })
}

/// The actor by kind and roles, for messages.
fn describe(actor: &Actor) -> String {
    match actor {
        Actor::Anonymous => "someone who is not signed in".into(),
        Actor::Program { .. } => "another program".into(),
        Actor::System => "the system".into(),
        Actor::Person { postings, .. } => {
            let mut roles: Vec<_> = postings.iter().map(|p| p.role).collect();
            roles.sort_unstable();
            roles.dedup();
            match roles.as_slice() {
                [] => "a person without a role".into(),
                roles => roles.iter().map(|r| r.code()).collect::<Vec<_>>().join(", "),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{PersonId, ProgramId};
    use crate::people::{Posting, Right, Rights};
    use crate::time::Timestamp;

    fn place(n: u8) -> PlaceId {
        PlaceId::new(Timestamp::FIRST, [n; 10])
    }

    fn here() -> Where {
        Where { district: "330105".parse().unwrap(), path: vec![place(1), place(2), place(3)] }
    }

    fn person(role: Role, district: &str, at: Option<PlaceId>) -> Actor {
        let posting = Posting { role, district: district.parse().unwrap(), place: at };
        Actor::Person { id: PersonId::new(Timestamp::FIRST, [9; 10]), postings: vec![posting] }
    }

    fn may(actor: &Actor, deed: Deed) -> bool {
        permitted(actor, deed, &here()).is_ok()
    }

    /// The whole table, so that a change of a rule is seen in review.
    #[test]
    fn table() {
        let mut lines = String::new();
        let everybody = Role::ALL.map(Role::code).join(" ");
        for deed in Deed::ALL {
            let mut line = format!("{}:", deed.code());
            if may(&Actor::Anonymous, deed) {
                line += " anonymous";
            }
            for role in Role::ALL {
                if may(&person(role, "330105", None), deed) {
                    line = line + " " + role.code();
                }
            }
            lines = lines + &line.replace(&everybody, "every role") + "\n";
        }
        assert_eq!(
            lines,
            "\
see_places: anonymous every role
see_map: anonymous every role
ask_nearby: anonymous every role
see_standards: anonymous every role
see_datasets: anonymous every role
see_studies: anonymous every role
see_study_homes: planner administrator
start_study: planner administrator
withdraw_study: planner administrator
see_jobs: planner administrator
cancel_job: planner administrator
check_import: planner administrator
apply_import: administrator
manage_access: administrator
see_audit: auditor
see_board: anonymous every role
see_rules: anonymous every role
report_case: anonymous every role
see_case: anonymous every role
work_case: every role
see_inbox: every role
see_reporter: every role
keep_rules: administrator
own_session: every role
ask_phone_code: anonymous every role
own_data: every role
pass_demo_time: anonymous every role
"
        );
    }

    #[test]
    fn a_role_holds_at_its_place_and_below_only() {
        let deed = Deed::StartStudy;
        assert!(may(&person(Role::Planner, "330105", Some(place(2))), deed), "above");
        assert!(may(&person(Role::Planner, "330105", Some(place(3))), deed), "at it");
        assert!(!may(&person(Role::Planner, "330105", Some(place(4))), deed), "beside or below");
        assert!(!may(&person(Role::Planner, "330106", None), deed), "another district");
        assert!(may(&Actor::System, deed));
    }

    /// Whatever a key permits, it makes nobody an officer: beyond what anybody may, each right is asked
    /// for by name.
    #[test]
    fn a_program_may_what_anybody_may() {
        let program = Actor::Program {
            id: ProgramId::new(Timestamp::FIRST, [9; 10]),
            district: "330105".parse().unwrap(),
            rights: Rights::new(Right::ALL),
        };
        for deed in Deed::ALL {
            assert_eq!(may(&program, deed), may(&Actor::Anonymous, deed), "{}", deed.code());
        }
        let refusal = permitted(&program, Deed::SeeAudit, &here()).unwrap_err();
        assert_eq!(refusal.to_string(), "another program may not see_audit here");
    }

    #[test]
    fn the_role_that_permits_is_written_down() {
        let by = permitted(&person(Role::Planner, "330105", None), Deed::StartStudy, &here());
        assert_eq!(by.unwrap().role, Some(Role::Planner));
        let refusal = permitted(&Actor::Anonymous, Deed::StartStudy, &here()).unwrap_err();
        assert_eq!(refusal.to_string(), "someone who is not signed in may not start_study here");
    }
}

nav-inbox = Inbox
when-day-1 = Monday
when-day-2 = Tuesday
when-day-3 = Wednesday
when-day-4 = Thursday
when-day-5 = Friday
when-day-6 = Saturday
when-day-7 = Sunday
when-on-day = { $day } { $time }
left-minutes = { $n } min left
left-hours = { $n } h left
left-days = { $n } days left
over-minutes = { $n } min over
over-hours = { $n } h over
over-days = { $n } days over
span-h =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
span-wh =
    { $n ->
        [one] { $n } working hour
       *[other] { $n } working hours
    }
span-wd =
    { $n ->
        [one] { $n } working day
       *[other] { $n } working days
    }
span-unit-h = hours
span-unit-wh = working hours
span-unit-wd = working days

light-late = Late
light-soon = Soon
light-on-time = On time
light-waiting = Paused
mark-urgent = urgent
mark-private = not public
mark-households = { $n } households
then-offer = to be taken up
then-due = to be done
then-climb = or it goes one tier up
then-press = or it is pressed for again
then-check = to be checked
then-shelf = to be looked at again

inbox-title = Inbox
inbox-mine =
    { $n ->
        [one] One case waits for you
       *[other] { $n } cases wait for you
    }
inbox-mine-none = Nothing waits for you
inbox-all =
    { $n ->
        [one] One case is open at your places
       *[other] { $n } cases are open at your places
    }
inbox-all-none = Nothing is open at your places
inbox-none-told = What comes in will stand here.
inbox-late =
    { $n ->
        [one] One of them is late. The most pressing come first.
       *[other] { $n } of them are late. The most pressing come first.
    }
inbox-late-none = None is late. What is due next comes first.
inbox-involved = Cases at your places that you have to do with
inbox-involved-told = Only those that passed through your hands; other people's cases are not shown here.
inbox-no-post = This page is for those who work on cases
inbox-no-post-told = Your account looks after no place, so nothing waits for you. If it should, ask the administrator.
inbox-found =
    { $n ->
        [one] One case found
       *[other] { $n } cases found
    }
inbox-found-none-told = Try another word, or the number of the case, such as 261124-7KQ2M.
inbox-filters = Filters
inbox-view-mine = Waiting for me
inbox-view-all = All at my places
inbox-tiers-all = All tiers
inbox-only-late = ■ Late
inbox-stage = Stage
inbox-stages-all = Every stage
inbox-search = Find a case
inbox-search-hint = Number, or words in it
inbox-search-button = Find
inbox-clear = Clear filters
inbox-filtered-none = Nothing is left with these filters. Take some away.
inbox-pick = Choose
inbox-pick-one = Choose { $number }
inbox-clock = Time
inbox-what = What
inbox-where = Where
inbox-state = Stage
inbox-owner = Who has it
inbox-next = What you do next
inbox-pages = Pages
inbox-first = ‹ From the start
inbox-more = More ›
inbox-keys = Keys: j next, k previous, Enter open, x choose, e act, Esc close
next-answer-extension = Answer: more time?
next-answer-shelving = Answer: put off?
next-answer-return = Answer: take back?
next-accept = Take it, or say it is not yours
next-check = Check it
next-wait-offer = Wait until it is taken
next-decide = Take, dispatch or reject
next-take = Take or dispatch
next-wait-answer = Wait for the answer
next-wait-tasks = Wait for the other parties
next-feed-back = Say when it is done
next-shelf = Look again on the day
next-nothing = Nothing

bulk-title = Chosen
bulk-what = All of them
bulk-dispatch = Dispatch: { $who } of each place
bulk-why = Reason (needed to hand up)
bulk-go = Do it
bulk-done =
    { $n ->
        [one] One case done
       *[other] { $n } cases done
    }
bulk-refused =
    { $n ->
        [one] One was not done; the reason stands below, and it is as it was.
       *[other] { $n } were not done; the reasons stand below, and they are as they were.
    }
bulk-none = No case was chosen
bulk-nothing = Nothing was changed.
bulk-no-what = It was not said what to do
bulk-came = What came of it
bulk-one-done = Done
bulk-one-refused = Not done
pane-label = The chosen case
pane-wrong = This case could not be fetched. The line may be down, or the case has just changed. Follow its name to open the whole page.

case-to-inbox = Back to the inbox
case-owner = with { $who }
case-said = What was reported
case-photo = Photo of this case
case-tasks = Other parties
case-actions = What you can do
case-course = What happened
case-facts = More
case-linked = The same case has another number:
case-lost = What you wrote is not lost. Here it is:
case-fresh = new
case-stale =
    { $n ->
        [one] Something happened since you opened this page. What you wrote is still below: look first, then decide.
       *[other] { $n } things happened since you opened this page. What you wrote is still below: look first, then decide.
    }
case-urgent = Urgent.
case-private = Not public: on no board, and not for neighbours.
case-offered = Held out to { $who }, who should take it by { $when }.
case-named = { $who } was named for it and has to take it by { $when }.
case-asked-extension = { $who } was asked for more time and has not answered yet.
case-asked-shelving = { $who } was asked to put it off and has not answered yet.
case-asked-return = { $who } was asked to take it back and has not answered yet.
case-checking = Done, says { $who }; it waits for the check. Whoever handled it does not check it.
case-reporter-ask = Show who reported it
case-reporter-told = Only where the work needs it. Each look is noted, and the audit shows it.
case-reporter-unknown = No phone was left; all that is known is which device reported it. To reach them, add a remark they can see.
case-reporter-phone = Phone of who reported it:
task-open = open
task-done = done
task-dropped = dropped
fact-number = Number
fact-reported = Reported
fact-source = Came in by
fact-group = Kind
fact-due = Deadline
fact-households = Reported by
fact-households-n = { $n } households lately
fact-failed = Failed its check
fact-times =
    { $n ->
        [one] once
       *[other] { $n } times
    }
fact-rules = Rules it goes by

do-accept = Take it
do-feed-back = Say it is done
do-check = Check it
do-file = File it
do-reject = Reject it
do-dispatch = Dispatch it
do-decline = Not my duty
do-hand-up = Hand it up
do-extend = Ask for more time
do-shelve = Ask to put it off
do-return = Ask to give it back
do-answer = Answer
do-resume = Go on with it
do-add-task = Ask another party to help
do-answer-task = Your part is over
do-verify = Seen on the spot
do-contact = Reporter was spoken to
do-reclassify = Change its category
do-press = Press for it
do-merge = Merge it with another
do-remark = Add a remark
do-confirm = It is fixed
do-deny = It is not fixed
do-rate = Say how it was
do-appeal = Appeal
do-told-accept = From now on it is yours, and its clock runs.
do-told-feed-back = Then the tier above or the reporter checks it; if it fails, it comes back.
do-told-check = If it is so, it is closed; if not, it goes back.
do-told-file = It counts as a case; nobody has been given it yet.
do-told-reject = The reporter sees why, and can appeal.
do-told-dispatch = Until it is taken up, it stays yours.
do-told-decline = It goes back to who dispatched it, to be dispatched again.
do-told-hand-up = It goes to the tier above, which need not agree.
do-told-extend = Counts once the tier above agrees; cannot be asked for after the deadline.
do-told-shelve = Only where season or conditions prevent the work. Once agreed, the clock stands still and the reason is public.
do-told-return = Counts once the tier above agrees; until then it stays yours.
do-told-answer = They wait for your answer.
do-told-answer-extension = Asked for: { $span } more.
do-told-answer-shelving = Asked for: put off until { $day }.
do-told-answer-return = Asked for: take this case back.
do-told-resume = Without waiting for the day; the time that was left runs on.
do-told-add-task = You still lead; it can be fed back once every party has answered.
do-told-answer-task = Whoever leads will see it.
do-told-verify = Noted before it is filed: it is really so.
do-told-contact = Noted; it counts for the response rate.
do-told-reclassify = The deadline follows the new category.
do-told-press = Whoever has it now sees what you write.
do-told-merge = The other case stands for this one, both show it, and both reporters know.
do-told-remark = At any time; the clock does not change.
do-told-confirm = If you say it is fixed, it is over.
do-told-deny = It goes back to who handled it; no need to report it again.
do-told-rate = Used for the rates of solved and satisfied only.
do-told-appeal = The tier above looks at it again.
do-text-why = Why
do-text-done = What was done
do-text-seen = What you saw
do-text-task = What they are to do
do-text-ended = What was done, or why not
do-text-remark = Write something
do-text-denied = What is not fixed
do-hint-own = The reporter sees this.
do-hint-public = This is public: no names, phones or door numbers.
do-hint-choose = No names or phones.
do-hint-staff = Only for those who work on it.
do-to = To whom
do-named = Name them: they cannot decline
do-length = How long (at most { $most })
do-length-unit = Unit
do-day = When to look again
do-category = Category
do-urgent = Urgent
do-which-task = Which part
do-task = Part { $n }: { $who }
do-number = Number of the other case
do-solved = Is it solved?
do-satisfied = Are you satisfied?
do-yes = Yes
do-no = No
do-template = Words often used
do-template-none = Your own words
do-template-fill = Fill in
do-photo = Photos (if you like; at most 6, place and other data are removed)
do-shown = The reporter sees it, too
button-check-yes = It is so: close
button-check-no = It is not: back
button-answer-yes = Agree
button-answer-no = Do not agree
button-task-yes = Done
button-task-no = Dropped
template-no-time = the next days

did-accept = Noted: it is yours.
did-feed-back = Noted: it waits for its check.
did-check = The check is noted.
did-file = Filed.
did-reject = Rejected; the reporter sees why.
did-dispatch = Dispatched; it waits to be taken up.
did-decline = Given back, to be dispatched again.
did-hand-up = Handed to the tier above.
did-extend = Asked for more time; the answer is awaited.
did-shelve = Asked to put it off; the answer is awaited.
did-return = Asked to give it back; the answer is awaited.
did-answer = Answered.
did-resume = It goes on.
did-add-task = The other party was asked.
did-answer-task = Noted.
did-verify = Noted: seen on the spot.
did-contact = Noted: the reporter was spoken to.
did-reclassify = The category was changed.
did-press = Pressed for.
did-merge = Merged.
did-remark = Added.
did-confirm = Thank you. It is over.
did-deny = It goes back to be mended.
did-rate = Thank you, noted.
did-appeal = The tier above will look at it again.

no-not-yours = This is not yours to do now, or needs another post. Nothing was changed.
no-case = There is no case with this number, or you may not see it. Nothing was changed.
no-already = A question about it waits for its answer already. Nothing was changed.
no-state = It is “{ $state }” now, and this cannot be done to it. Nothing was changed.
no-state-other = in another state
no-other = It was not done: { $why }
no-stale = It changed since you looked. Nothing was done: look once more.
no-limit = Too many: at most { $n }. Nothing was changed.
no-text = Write a few words: why, or what was done.
no-text-long = You wrote { $n } characters; at most { $limit } are taken. Make it shorter.
no-text-control = There are invisible control characters in the text: delete them and try again.
no-review = Choose a day to come, within the longest time the rules allow.
no-extension = That is too long, or the deadline is over already.
no-unit = It was named for you and cannot be given back.
no-to = It cannot go there: they have it already, or do not look after this place or kind.
no-named = Only a subdistrict or the district names a unit, and only after one has declined.
no-tasks = Another party has not answered yet: wait for them, or drop their part.
no-check = Whoever handled it does not check it: somebody else has to.
no-deny = It was closed long ago: please report it again.
no-remark = Write something, or add a photo.
no-into = It cannot be merged like this: it is the same case, or stands for others already. Try it the other way round.
no-place = This place is not in the district, or not clear.
no-source = Your post cannot report it like this.
no-draft = This form is too old: open a new one and copy what you wrote.
no-verdict = Press one of the buttons.
no-task = Choose a part.
no-number = This is not the number of a case: it looks like 261124-7KQ2M.
no-span = This is not a length of time: write a whole number.

site-name = Yike
skip = Skip to the content
nav-label = Main
nav-nearby = Nearby
nav-coverage = Who lacks what
nav-work = Data and jobs
nav-about = Sources and method
view-elder = Larger view
view-plain = Standard view
view-larger = Even larger
view-smaller = A little smaller
language-other = 中文
sign-in = Staff sign-in
sign-out = Sign out
demo-label = Please note
demo-note = The streets, people and places here are invented for demonstration. This is no real district.
demo-now = It is { $when }. Let time pass:
demo-hour = 1 hour
demo-day = 1 day
demo-week = 1 week
foot-phone = Rather not do this online? Call 12345 or ask at your community's service centre.
foot-label = About this site
foot-staff-label = For staff

minutes = { $n } min
metres = { $n } m
kilometres = { $n } km
unit-m = m
unit-km = km

profile-norm = Planning norm
profile-adult = Adult
profile-elder = Older person
profile-frail = Frail older person
profile-child = With a small child
profile-pram = With a pram
profile-wheelchair = Wheelchair

need-care = Health and old age
need-children = School and children
need-shops = Food and shopping
need-services = Errands and repairs
need-play = Parks and sport
need-culture = Culture
need-transport = Getting about
need-other = Everything else

map-words = Zoom in|Zoom out|North up|Where I am|Walk from here|Use two fingers to move the map|Hold Ctrl and scroll to zoom the map
map-credit = Map data { $who }
map-credit-dated = Map data { $who }, { $date }

band-within = Within { $minutes } minutes on foot ({ $who })
legend-home-gap = Homes out of reach
legend-share = { $from }% to { $to }% of people go without

state-waiting = Waiting
state-running = Working
state-done = Done
state-failed = Did not work
state-cancelled = Cancelled
state-checked = Checked
state-applied = Imported
state-rejected = Errors, nothing imported
state-withdrawn = Withdrawn

when-today = today { $time }
when-yesterday = yesterday { $time }

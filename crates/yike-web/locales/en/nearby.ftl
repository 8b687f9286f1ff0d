front-title = A quarter of an hour from your door: what can you reach?
front-lead = Give an estate, a building or a street. See the schools, markets, clinics and parks within 5, 10 and 15 minutes on foot, and what is missing.
front-examples = For example:
front-map = Under “Nearby” you can pick a place on the map.
front-numbers = This district in numbers
front-number-lacking = people cannot reach this within { $minutes } minutes at the pace of this walker ({ $who }): { $what }
front-number-people = people in { $homes } homes, each counted from its own door
front-number-facilities = places to go, by way of the real streets, bridges, stairs and gates
front-number-link = See where they live
front-number-about = Where the data comes from

ask-label = Estate, building, street, or pinyin initials
ask-placeholder = Such as { $initials }, for { $name }
ask-placeholder-none = An estate, a building or a street
ask-button = Look
locate = Where I am
locate-denied = Your browser did not give a position. Type the name of a place, or tap on the map.

find-title = Where does the walk start?
find-lead = Type a name, or simply tap on the map.
find-none = Nothing found for “{ $asked }”.
find-none-help = Try it another way: only the estate, only the street, or pinyin initials. Or tap on the map below.
find-count = { $n ->
    [one] One place found
   *[other] { $n } places found
  }
find-map = Pick it on the map
find-map-note = One tap, and the walk starts there. With the keyboard: arrow keys move the map, Enter takes its middle.

nearby-title = On foot from { $place }
nearby-point = On foot from this point on the map
nearby-here = On foot from where you are
nearby-other-place = Choose another place
nearby-edge = The map data ends not far from here. There may be places beyond its edge that we do not count.

choose-who = Who is walking?
choose-minutes = For how long?
choose-time = Leaving at what time?
choose-time-button = Use this time
choose-time-hint = Left empty, gates count as open. At night some estates lock theirs.
choose-minutes-n = { $n } min

missing-title = { $n ->
    [one] One thing is missing here
   *[other] { $n } things are missing here
  }
missing-none = Nothing that ought to be here is missing
missing-told = Services that should be near by { $standard }
missing-limit-metres = due within { $n } m
missing-limit-minutes = due within { $n } min
missing-nearest = The nearest is { $minutes } away ({ $metres })
missing-nowhere = None within 45 minutes either
unknown-title = { $n ->
    [one] One more is nowhere in the map data of this district
   *[other] { $n } more are nowhere in the map data of this district
  }
unknown-told = They may not exist, or the map may not show them yet, so we do not call them missing:
list-comma = {", "}
reach-none = Nothing on the map is within { $minutes } minutes.
more-places = { $n ->
    [one] One more within reach
   *[other] { $n } more within reach
  }
unnamed = (no name)

how-title = How this is worked out
how-profile = { $who }: walking at { $speed } metres a second.
how-streets = Along real streets: over canals by bridge, over roads at crossings, never through a wall. Waiting at lights and climbing stairs are counted.
how-standard = What ought to be there follows { $standard }.
how-date = Map data: { $who }, { $date }.
how-date-unknown = Map data: { $who }, date unknown.
how-snap = The walk starts on the nearest street, about { $metres } from the point you chose.
counts-label = Kinds of services within so many minutes
counts-kinds = { $n }
lacking-all = Missing here ({ $n }): { $names }
lacking-more = { $n } things are missing, among them { $names }
missing-more = { $n } more that are missing
need-tally = { $n ->
    [one] one kind, nearest { $minutes }
   *[other] { $n } kinds, nearest { $minutes }
  }
reach-title = Within { $minutes } minutes
trail-label = Where it lies
place-walk = What one reaches on foot from here
place-people = { $n } people live in { $place }
place-lacks = What most of them lack:
place-lack = { $what }: { $n } people cannot reach one in { $minutes } minutes
place-lacks-none = Of what the standard asks for, nobody was found to lack anything.
place-told = Pace: { $who }. By { $standard }, data of { $date }. Figures go down to communities; numbers below 10 people are not written out.
place-table = See the whole table
place-one-district = District
place-one-subdistrict = Subdistrict
place-one-community = Community
place-one-grid = Grid
place-one-estate = Estate
place-one-building = Building
place-one-entrance = Entrance

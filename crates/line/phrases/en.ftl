### Fixed phrases of the line, English.
###
### Numbers, places, times and names never stand in a phrase: they stand beside it or come in by a
### placeable. Every table has the same phrases with the same placeables. What a person has read is
### never called approved, and nothing names a target, a weapon, a purpose or a cargo.

## Kinds of message

kind-test = Line test
kind-test-answer = Answer to line test
kind-open = Opening of an exchange
kind-amend = Amendment
kind-withdraw = Withdrawal
kind-answer = Answer
kind-statement = Statement
kind-offer = Offer of a commitment
kind-sign = Signature of a commitment
kind-progress = Report on a milestone
kind-acknowledge = Acknowledgement, not agreement
kind-end = End of the exchange
kind-receipt = Machine receipt
kind-dispute = Read-back differs
kind-suspend = Suspension of the line
kind-resume = Resumption of the line
kind-hand-over = Hand-over of the watch
kind-propose-terms = Proposal of times
kind-propose-key = Proposal of a key
kind-accept-key = Acceptance of a key
kind-propose-certificate = Proposal of a certificate
kind-accept-certificate = Acceptance of a certificate
kind-checkpoint = Checkpoint of the record
kind-name-witness = Naming of a witness
kind-dismiss-witness = Dismissal of a witness
lane-ordinary = ordinary lane
lane-urgent = urgent lane

## What an exchange was opened as

matter-notice = Notice
matter-request = Request
matter-question = Question
matter-report = Incident report
matter-distress = DISTRESS

## What it is about

topic-flights = Flights
topic-uncrewed-flights = Flights without a pilot on board
topic-closed-area = Closed area
topic-exercise-area = Area of an exercise
topic-falling-objects = Falling or rising objects
topic-search-and-rescue = Search and rescue
topic-medical = Flight for the sick or injured
topic-fire-fighting = Fire fighting from the air
topic-relief = Relief flight
topic-conflict = Conflict between planned flights
topic-unknown-flight = Unknown flight
topic-close-approach = Dangerous proximity of flights
topic-stray = Flight outside its volumes
topic-lost-control = Flight with lost link or lost navigation
topic-emergency = Flight in emergency
topic-accident = Aircraft came down
topic-line = The line itself

## Actions that are asked or promised; how much stands beside them

action-delay = Fly later
action-earlier = Fly earlier
action-higher = Fly higher
action-lower = Fly lower
action-left = Fly further to the left
action-right = Fly further to the right
action-stay-clear = Stay clear of the volumes
action-stay-within = Stay within the volumes
action-identify = Say whose flight it is
action-inform = Say what is intended
action-assist = Help those in danger

## Answers. Only the first is consent

answer-agreed = Agreed
answer-declined = Declined
answer-counter = Counter-proposal
answer-stand-by = Stand by, no answer yet
answer-not-ours = Not of the answering side
answer-cannot-say = Cannot say, no reason given
answer-referred-up = Referred up, no answer yet

## What shows that a milestone was reached, and what became of it

evidence-report = Word of the side that promised
evidence-published-plan = Published plan
evidence-observation = Observation by the other side
evidence-track = Recorded track
outcome-reached = Reached
outcome-missed = Missed

## Places

reference-ellipsoid = above the reference ellipsoid
reference-sea-level = above mean sea level
reference-ground = above the ground
reference-pressure = above the level of standard pressure
shape-circle = Circle
shape-polygon = Polygon

## The two ends, and the line between them

side-us = This side
side-them = Other side
line-open = Open
line-suspended-by-us = Suspended by this side
line-suspended-by-them = Suspended by the other side
line-silent = Silent
line-unknown = Not known

## Where an exchange stands

exchange-drafted = Draft, not sent
exchange-released = Sent, delivery not known
exchange-delivered = Delivered
exchange-delivered-not-compared = Delivered, read-back not compared yet
exchange-read-back = Read back by the machine, same data
exchange-acknowledged = Acknowledged, not agreed
exchange-discussed = In discussion, nothing agreed
exchange-answered = Answered, see the answer
exchange-agreed = Agreed, last version
exchange-in-force = In force, signed by both sides
exchange-amended = Amended after the last answer
exchange-withdrawn = Withdrawn
exchange-ended = Ended
exchange-disputed = Disputed, read-back differs, not understood

## How a commitment stands

commitment-offered = Offered, not in force
commitment-agreed = Signed by both sides, not in force yet
commitment-in-force = In force
commitment-due = Milestone due, nothing said
commitment-kept = Kept
commitment-broken = Broken
commitment-lapsed = Lapsed
commitment-ended = Ended before its time

## Alarms: what happened, and what to do

level-advisory = ADVISORY
level-caution = CAUTION
level-warning = WARNING
alarm-distress-waits = Distress waits: answer at once
alarm-line-silent = Line silent: reach the other side by other means
alarm-not-delivered = Message not delivered: reach the other side by other means
alarm-not-taken = Other desk refuses an entry of ours, nothing behind it passes: call them
alarm-read-back-differs = Read-back differs: correct it by voice
alarm-answer-late = No answer in time: call the other side
alarm-telephone = Notice not acknowledged: use the telephone
alarm-our-answer-late = Answer of this side is late: answer now
alarm-answer-wanted = Other side waits for an answer: answer
alarm-test-overdue = Line test overdue: test the line
alarm-test-waits = Line test waits: read the text and answer
alarm-notice-short = Notice shorter than agreed: check the flights concerned
alarm-milestone-due = Milestone due, nothing said: say or ask what became of it
alarm-commitment-broken = Commitment broken: call the other side
alarm-clocks-apart = Clocks further apart than agreed: check the clock
alarm-peer-fault = Other side broke a rule of the line: look at the record
alarm-touches-our-flights = Flights of this side are touched: check them and answer

## Texts of the human test: neutral, without a meaning for flights, and far apart by voice

test-bread = Number { $number }. Bread lies on the table
test-lamp = Number { $number }. The lamp stands in the corner
test-spoon = Number { $number }. The spoon is made of wood
test-book = Number { $number }. The book has many pages
test-apple = Number { $number }. The apple is sweet
test-chair = Number { $number }. The chair is next to the window
test-blanket = Number { $number }. The blanket is soft
test-ribbon = Number { $number }. The ribbon is long
test-teapot = Number { $number }. There is tea in the teapot
test-honey = Number { $number }. There is honey in the jar
test-mirror = Number { $number }. The mirror hangs near the door
test-violin = Number { $number }. The violin lies in its case

## Words that must never be taken for others

word-exercise = EXERCISE, NOT REAL
word-acknowledged-not-agreed = Acknowledged, not agreed
word-not-known = Not known
word-silence = Silence is not consent
word-machine-receipt = Stored by a machine, not the answer of a person
word-overdue = Overdue

## Labels of a message

label-message = Message
label-said-by = Sender
label-said-to = Addressee
label-exchange = Exchange
label-refers-to = Refers to message
label-topic = About
label-from = From
label-until = Until
label-flight = Flight
label-flight-of = Flight of { $party }
label-action-asked = Asked action
label-action-promised = Promised action
label-amount = By how much
label-volume = Volume { $number }
label-centre = Centre
label-radius = Radius
label-corner = Corner { $number }
label-lower = Lower limit
label-upper = Upper limit
word-open-downwards = No lower limit
word-open-upwards = No upper limit
label-own-words-of = Own words of { $party }
label-answer = Answer
label-answer-by = Answer expected by
label-covers = Answer covers
label-referred-to = Referred to
label-test-text = Test text
label-stored-at = Stored at
label-held-by = Data as held by { $party }
label-difference = Difference in
label-sent = As sent
label-stored = As stored
label-apart = Apart
label-on-watch = Role on watch
label-key = Key
label-fingerprint = Fingerprint of the certificate
label-note = Text

## Labels of a commitment

label-commitment = Commitment
label-promised-by = Promised by
label-offered-by = Offered by
label-milestone = Milestone { $number }
label-deadline = Deadline
label-evidence = Shown by
word-both-must-sign = In force only when both sides have signed
word-both-signed = Signed by both sides
word-one-signed = Signed by one side, not in force
word-contested = Statements of the two sides differ
word-milestone-due = Deadline passed, nothing said

## Labels of an exchange

label-matter = Kind
label-opened-by = Opened by
label-opened-at = Opened at
label-state = State
label-earlier-messages = Earlier messages, not shown
label-counter-by = Counter-proposal by
label-turn = Next to speak
label-waits-for = Waits for
label-receipt-due = Delivery due by
label-answer-due = Answer due by
label-notice-given = Notice given
label-notice-agreed = Agreed minimum of notice
word-before-start = before the start
word-after-start = after the start
word-notice-short = Notice shorter than agreed
label-number = Number
label-sent-at = Sent at
label-delivered-at = Delivered at
label-read-back = Read-back
word-read-back-same = Compared, same data
label-read-at = Read by a person at

## Labels of the line

label-line = Line
label-line-with = Line with
label-as-of = As of
label-messages-from = Direction from { $party }
word-direction-carries = Carries
word-direction-silent = Silent
label-heard-at = Last proved at
label-suspended-by = Suspended by
word-suspended-still-carries = Distress and line tests still pass
label-clocks-apart = Clock of { $party } ahead by
label-round-trip = Round trip
label-outbox = Messages not delivered yet
label-not-taken = Refused by the other desk, its reason
label-test-answered-by = Line test last answered by { $party } at
label-test-age = Age of the last good line test
word-test-overdue = Line test overdue
label-watch-of = Role on watch at { $party }
label-since = Since
label-fault = Rule broken by the other side
word-fault-no-effect = Kept in the record, without effect
label-key-of = Key proposed by { $party }
label-certificate-of = Certificate proposed by { $party }, its fingerprint
label-proposed-at = Proposed at
label-accepted-at = Accepted by the other side at

## Labels of the agreed times

label-terms = Times
word-terms-agreed = Agreed by both sides
word-terms-default = Defaults, not agreed by both sides
word-both-must-propose = In force only when both sides propose the same
label-receipt-within = Delivery within
label-answer-within = Answer within
label-notice-least = Least notice
label-telephone-after = Telephone after
label-test-every = Line test at least every
label-clocks-may-differ = Clocks may differ by

## Witnesses: third parties whom both sides name

subject-tests = Line tests
subject-notices = Notices
subject-requests = Requests
subject-questions = Questions
subject-reports = Incident reports
subject-distress = Distress
subject-commitments = Commitments
subject-line-itself = The line itself
witness-proposed-by-us = Named by this side only, reads nothing
witness-proposed-by-them = Named by the other side only, reads nothing
witness-named-differently = Named by both sides, but not alike, reads nothing
witness-in-force = Named alike by both sides, reads
witness-dismissed = Dismissed, reads nothing more
label-witness = Witness
label-witness-desk = Desk of the witness
label-witness-reads = What the witness reads
label-witness-from = Only what was said from
label-witness-named-by = Named by
word-both-must-name = In force only when both sides name the witness alike
word-witness-reads-no-more = The witness reads nothing more
word-withheld = Withheld from the witness, only its hash was given

## Labels of an alarm

label-due = Due
label-time-left = Time left
label-overdue-by = Overdue by
label-shelved-until = Shelved until
label-shelved-by = Shelved by
label-reason = Reason

# The interface in English. The keys are those of fr.ftl; a test holds it.

## The frame of every page
skip-to-content = Skip to content
og-locale = en_GB
nav-main = Main
nav-footer = Footer
nav-pages = Pages
nav-calendar = Calendar
nav-network = Who does what
nav-subscribe = Subscribe
follow-from-mastodon = Follow this calendar from Mastodon:
footer-ics = The calendar on your phone (ICS)
footer-accessibility = Accessibility: partially compliant
footer-staff = Staff area
back-to-calendar = Back to the calendar
page-description = Digital workshops and cafés: the dates, the places, the numbers to call.
title-of = { $title } — { $node }
and = and
phone-call = Call

## Days and hours
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date-today = Today
date-tomorrow = Tomorrow
date-day = { $weekday } { $number } { $month }
date-hours = from { $start } to { $end }
date-at = at { $start }
date-until = to { $end }
date-span = from { $start } to { $day }, { $end }
date-near = { $near }, { $day }
every-day = every day
every-week = every { $singles }
every-other-week = every other { $day }
every-n-weeks = on { $days }, every { $weeks } weeks
every-month-day = on day { $day } of each month
every-month-rank = the { $ranks } { $day } of the month
every-month-ranks = the { $ranks } { $day } of the month
rank-1 = first
rank-2 = second
rank-3 = third
rank-4 = fourth
rank--1 = last

## Facts in few words
level-all = all levels
level-range = { $from } { $to }
level-from-eloigne = from first steps
level-from-debutant = from beginner
level-from-intermediaire = from intermediate
level-from-avance = from advanced
level-to-debutant = to beginner
level-to-intermediaire = to intermediate
level-to-avance = to advanced
level-to-autonome = to independent
registration-sans-inscription = no booking
registration-inscription-conseillee = booking advised
registration-inscription-obligatoire = booking required
registration-sur-rendez-vous = by appointment
registration-avec-ou-sans-rendez-vous = with or without an appointment
registration-sur-orientation = referral by a professional
come-sans-inscription = no booking, just come
come-inscription-conseillee = booking advised, call before you come
come-inscription-obligatoire = booking required, call to book
come-sur-rendez-vous = by appointment, call to make one
come-avec-ou-sans-rendez-vous = with or without an appointment
come-sur-orientation = a professional signs you up (social worker, reception…)
come-unknown = ask before you come
come-cancelled = do not come: this session will not take place
come-postponed = do not come yet: the new date will be announced here
come-full = full, call to ask for the next date
status-rescheduled = Rescheduled
status-moved-online = Online
status-postponed = Postponed
status-full = Full
status-cancelled = Cancelled
notice-rescheduled = New date
notice-moved-online = This session takes place online
notice-postponed = Postponed, the date is not known yet
notice-full = Full
notice-cancelled = Cancelled
note-reminder = It is tomorrow:
note-change = There is news: here are the day, hour and place as they are now.
note-called-off = Do not set out:
notice-with-detail = { $word } — { $detail }
fact-languages = also in { $languages }
fact-online = online
fact-online-too = on site or online
fact-phone = Phone: { $phone }
published-by = Published by { $name }
relayed-by = { $name }, relayed by { $relays }

## The calendar
calendar-title = Digital workshops and cafés near you
calendar-lead = Come as you are: a phone call is enough.
day-count = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
  }
filter-change = change
filter-everything = All coming sessions
filter-q = A word
filter-city = Near (town or postcode)
filter-theme = Need
filter-theme-any = All needs
filter-theme-skills = Learning and managing
filter-theme-procedures = Administrative procedures
filter-level = Level
filter-level-any = All levels
filter-when = When
filter-when-any = Coming
filter-when-today = Today
filter-when-week = This week
filter-when-weekend = This weekend
filter-when-month = This month
filter-from = From
filter-more = More choices
filter-type = Kind of session
filter-type-any = All kinds
filter-audience = For whom
filter-audience-any = Everyone
filter-language = Spoken language
filter-language-any = All languages
filter-accessibility = Accessible for
filter-accessibility-any = Not specified
filter-price = Price
filter-price-any = All prices
filter-format = How
filter-format-any = Alone or in a group
filter-mode = Where
filter-mode-any = On site or online
mode-offline = On site
mode-online = Online
mode-mixed = On site and online
format-individuel = one to one
format-collectif = in a group
format-mixte = in a group, everyone at their own pace
format-autonomie = free access
format-distance = remotely
filter-show = Show sessions
filter-reset = Clear all
filter-near = Near { $place }
filter-since = from { $day }
filter-word = “{ $word }”
filter-centre = published by { $name }
filter-level-short = level: { $level }
pages-first = Back to the start
pages-next = Show more
empty-heading = No session found — { $choice }
empty-heading-all = No session is announced for now
empty-advice = Try fewer choices, a neighbouring town or a later date.
empty-advice-all = Sessions will appear here as soon as a centre publishes one.
empty-phone = You can also ask { $name }:
empty-all = Show all coming sessions

## An event
come = How to come
come-when = When
come-where = Where
come-map = Show on a map
come-online = Online
come-online-link = Connect
come-question = Call
come-mail = Write
come-site = On the web
come-register-on = Book on { $host }
come-capacity = { $count ->
    [one] { $count } place
   *[other] { $count } places
  }
come-waiting-list = There is a waiting list.
come-prescription = A professional can also send you there.
about-heading = Good to know
about-themes = Topics
about-audiences = For whom
about-ages = Age
about-ages-from = from { $min }
about-ages-to = up to { $max }
about-ages-range = from { $min } to { $max }
about-format = How
about-languages = Languages
about-accessibility = Accessible for
about-accommodations = Welcome
about-support = Support
about-equipment = Equipment
about-equipment-provided = provided: { $things }
about-equipment-provided-any = provided
about-equipment-own = you may bring your own
about-equipment-bring = bring your own
about-organisers = With
dates-other = All dates
dates-more = { $count ->
    [one] and { $count } more date
   *[other] and { $count } more dates
  }
course-once = A course of { $count } sessions: one booking for all.
course-each = A course of { $count } sessions: you may come to one only.
event-add = Add to my calendar
event-sms = Send as a text message
event-moved = New time: it was { $day } { $hours }.
event-updated = Updated on { $day }.
taken-from = { $name } (taken from its agenda)
event-origin = See the announcement on { $host }.
credits = Where this comes from
credits-publisher = Published by
credits-twins = Also published by
credits-relays = Relayed by
twin-why = Same place, same hour, same title: one workshop, announced by partners.
twin-why-named = Same place, same hour, a similar title, and one names the other as a partner: one workshop.
twin-off = announces it as cancelled
twin-on = announces it as taking place
twin-here = Read that announcement.
twin-apart = Two different workshops? The staff can tell them apart.
called-off-by = Cancelled according to { $names }: call before you come.

## A centre, the network
centre-kind-centre = Centre
centre-kind-network = Network
centre-follow = Follow from Mastodon
centre-feeds = Subscribe
centre-feed-ics = Phone calendar (ICS)
centre-feed-atom = News feed (Atom)
centre-next = Next sessions
centre-website = The site { $host }
centre-none = No session is announced for now. A phone call will tell you more.
centre-all = Show more
network-title = The network
network-lead = The centres and networks whose sessions this calendar gathers.
network-here = Centres
network-networks = Networks
network-followed = Followed elsewhere
network-count = { $count ->
    [one] { $count } organisation
   *[other] { $count } organisations
  }
network-sessions = Show their sessions
network-none = No centre is listed here yet.

## The directory
directory-title = Who does what
directory-lead = What each structure really offers, going by the sessions it announces. Call before you refer somebody.
directory-count = { $count ->
    [one] { $count } structure
   *[other] { $count } structures
  }
directory-printed = Printed on { $day }.
directory-network = The network: who publishes, who is followed
directory-more = { $count ->
    [one] and { $count } more
   *[other] and { $count } more
  }
directory-types = Offers
directory-themes = For
directory-levels = Levels
directory-audiences = Audiences
directory-come = To come
directory-languages = Languages
directory-accessibility = Accessible
directory-next = Next session
directory-no-session = No session announced for now.
directory-sessions = { $count ->
    [one] { $count } session ahead
   *[other] { $count } sessions ahead
  }
directory-sessions-chosen = { $count ->
    [one] { $count } session ahead for this choice
   *[other] { $count } sessions ahead for this choice
  }
directory-all = All structures on one page
directory-csv = For a spreadsheet (CSV, national schema)
directory-json = For a program (JSON)
directory-none = No structure announces a session for this choice
directory-none-advice = Try another theme, another level or a town nearby.
directory-everyone = Show all structures
network-directory = Who does what: the directory of structures and what they offer

## Freshness
fresh-up-to-date = Up to date on { $day }.
fresh-unread = Followed, not read yet.
fresh-silent = Not heard from since { $day }.
fresh-aged = { $name } has not been heard from since { $day }: call before you come.

## Subscribing
subscribe-title = Subscribe to the calendar
subscribe-lead = The sessions come to you, without an account and without leaving an address.
subscribe-phone = In your phone’s calendar
subscribe-phone-how = Sessions are added to your calendar and updated by themselves: a cancellation shows there too.
subscribe-phone-button = Add the calendar to my phone
subscribe-phone-copy = If nothing happens, copy this address into your calendar, “Subscribe to a calendar”:
subscribe-filter = To receive one town or one need only, make your choice in the calendar first: the same choices work in the address (for instance ?city=Roubaix).
subscribe-mastodon = From Mastodon, Mobilizon and the fediverse
subscribe-mastodon-how = Search for one of these addresses in your app, then choose “Follow”:
subscribe-atom = In a feed reader
subscribe-atom-how = The address of the feed is:
subscribe-data = For another site or a spreadsheet
subscribe-data-how = The same sessions, free to reuse:

## Accessibility (RGAA)
a11y-title = Accessibility
a11y-commitment = { $node } undertakes to make this site accessible, in accordance with article 47 of French law no. 2005-102 of 11 February 2005.
a11y-state = State of compliance
a11y-state-words = This site partially complies with the French accessibility standard (RGAA), version 4.1.2.
a11y-gaps = What does not comply yet
a11y-gap-audit = no full audit has been carried out by an outside person yet; the pages are checked by automatic tools;
a11y-gap-remote = texts from other sites keep the structure their authors gave them;
a11y-gap-photos = descriptions of photos depend on the people who publish them.
a11y-done = What is there for you
a11y-done-words = The site can be read without JavaScript, by keyboard, with a screen reader, enlarged to 200 %, in dark mode and on paper. No information rests on colour alone.
a11y-contact = A difficulty?
a11y-contact-words = If a page resists you, say so: you will be given the information another way, by phone if need be. { $contact }
a11y-contact-node = Contact: { $contact }
a11y-contact-none = Call the centre whose session you are looking for.
a11y-remedy = Remedy
a11y-remedy-words = If no solution is offered to you, you can write to the French Defender of Rights (defenseurdesdroits.fr, or 09 69 39 00 00, free of charge).

## Messages
error-gone = This event was deleted
error-gone-lead = The centre that announced it has withdrawn it.
error-not-found = This page does not exist
error-not-found-lead = The address may be incomplete, or the session was long ago.
error-bad-request = One of the choices does not fit
error-bad-request-lead = Correct it in the address, or start again from the calendar.
error-server = Something went wrong
error-server-lead = The fault lies with this site, not with you. Try again in a moment.
error-request = This request could not be read
error-request-lead = Go back and try another way.
error-forbidden = Your account does not allow this
error-forbidden-lead = Ask somebody who administers this site.
error-foreign-form = This form does not come from this site
error-foreign-form-lead = To be safe, nothing was done. Open the page on this site and try again.
error-too-many = Too many attempts
error-too-many-lead = Wait a minute, then try again.
error-unavailable = The site is busy
error-unavailable-lead = Try again in a moment.
error-full = Nothing was stored
error-full-lead = The disk of this site is full. Tell whoever looks after it, then try again.

## The desk
desk-title = Staff pages
desk-signed-in = You are
desk-sign-out = Sign out
desk-sign-in = Sign in
desk-email = E-mail address
desk-password = Password
desk-no-account = No account, or password lost? Ask the person who runs this site.
desk-wrong-password = The address or the password is not right.
desk-too-many = Too many attempts. Wait a minute, then try again.
desk-centres = Choose another centre
desk-public-page = See the public page
desk-new = Announce an event
desk-coming = Coming
desk-over = Past
desk-nothing = Nothing is announced for now.
desk-no-centre = There is no centre on this site. The person who runs it adds one with this command:
desk-edit = Change
desk-copy = Copy
desk-cancel = Cancel
desk-postpone = Postpone
desk-delete = Delete
desk-back = Back to my events
desk-keep = Change nothing
desk-wrong = To put right
desk-detail = Why, in a few words (optional)
desk-detail-hint = These words are shown on the page. For instance: “Facilitator away, new date in January”.
desk-unsaid = Not said
desk-as-planned = As planned
desk-first-steps = First steps
desk-course-once = Once for all sessions
desk-course-each = Session by session
desk-error-date = A date is expected, such as 24/11/2026.
desk-error-time = A time is expected, such as 9:30.
desk-error-until = Say until when it repeats.
desk-told-several = The centre’s followers will be told.
desk-form-new-title = Announce an event
desk-form-new-title-wrong = To put right: announce an event
desk-form-new-button = Publish
desk-form-edit-title = Change an event
desk-form-edit-title-wrong = To put right: change an event
desk-form-edit-button = Save
desk-done-publish = It is published.
desk-done-revise = It is saved.
desk-done-cancel = It is cancelled. The page says so.
desk-done-postpone = It is postponed. Once the new date is known, change the event.
desk-done-delete = It is deleted.
desk-confirm-cancel-title = Cancel this event?
desk-confirm-cancel-what = The event stays visible, struck through, with the word “Cancelled”: those who meant to come can see it.
desk-confirm-cancel-series = All its dates are cancelled. For one date only, change the event instead and add the date to “Except these days”.
desk-confirm-cancel-button = Cancel the event
desk-confirm-postpone-title = Postpone this event?
desk-confirm-postpone-what = The event stays visible with the word “Postponed”, without a new date for now.
desk-confirm-postpone-series = All its dates are postponed.
desk-confirm-postpone-button = Postpone the event
desk-confirm-delete-title = Delete this event?
desk-confirm-delete-what = It disappears from this site and from those that took it up. This cannot be undone. If people meant to come, cancel it instead.
desk-confirm-delete-series = All its dates disappear.
desk-confirm-delete-button = Delete the event
desk-repeat-once = Once
desk-repeat-daily = Every day
desk-repeat-weekly = Every week
desk-repeat-fortnightly = Every other week
desk-repeat-monthly = Every month, the same day (the first Saturday…)
desk-repeat-monthly-last = Every month, the last one (the last Saturday…)
desk-repeat-other = Otherwise, as it is now
desk-section-repeat = It repeats
desk-section-words = Say more: summary, description, themes, picture
desk-section-people = For whom: audiences, languages, accessibility
desk-section-means = How: format, online, equipment
desk-section-terms = Price, places, registration
desk-section-others = Exact place, partners, course
desk-section-standing = Where it stands: full, moved…
desk-field-centre = Who organises it
desk-field-title = Title
desk-field-type = Type
desk-field-date = Date
desk-field-start-time = Start
desk-field-end-time = End
desk-field-place-name = Place
desk-field-place-address = Address
desk-field-place-postcode = Postcode
desk-field-place-city = Town
desk-field-place-complement = Floor, entrance, landmark
desk-field-place-itinerant = It is a stop of a bus, caravan or bike
desk-field-level-min = Level, from
desk-field-level-max = Level, up to
desk-field-registration-mode = To come
desk-field-contact-phone = Telephone
desk-field-contact-email = E-mail for questions
desk-field-repeat = Repetition
desk-field-until = Until
desk-field-days = Which days of the week
desk-field-except = Except these days
desk-field-summary = Summary
desk-field-description = Description
desk-field-themes = Themes
desk-field-image-url = Address of the picture
desk-field-image-alt = What the picture shows
desk-field-tags = Keywords
desk-field-audiences = Audiences
desk-field-age-min = Age, from
desk-field-age-max = Age, up to
desk-field-languages = Languages spoken
desk-field-accessibility = Accessible to people with
desk-field-accommodations = Arrangements
desk-field-special-support = Special support
desk-field-format = Alone or in a group
desk-field-mode = On site or online
desk-field-online-url = Address of the video call
desk-field-equipment-provided = Equipment is provided
desk-field-equipment-types = Equipment
desk-field-equipment-bring-own = People may bring their own device
desk-field-services = Services
desk-field-price = Price
desk-field-price-detail = Details of the price
desk-field-registration-capacity = Number of places
desk-field-registration-waiting-list = There is a waiting list
desk-field-registration-phone = Telephone for registering, if another one
desk-field-registration-email = E-mail for registering
desk-field-registration-url = Page for registering
desk-field-registration-access = How to do it
desk-field-open-to-prescription = Professionals may send people
desk-field-co-organisers = Partners
desk-field-course-sessions = Course: number of sessions
desk-field-course-registration = Course: one registers
desk-field-timezone = Time zone
desk-field-status = Where it stands
desk-field-status-detail = Why, in a few words
desk-hint-title = What people do there, in everyday words. At most 140 characters.
desk-hint-contact-phone = The one where a person answers.
desk-hint-days = For “every week” and “every other week”. Nothing ticked: the day of the date.
desk-hint-until = Last day of the series.
desk-hint-except = A date a line, such as 22/12/2026.
desk-hint-summary = One or two sentences, at most 200 characters.
desk-hint-description = Leave an empty line between paragraphs.
desk-hint-image-alt = For those who do not see it.
desk-hint-tags = One a line.
desk-hint-audiences = Nothing ticked: for everyone.
desk-hint-accommodations = One a line, such as “induction loop”.
desk-hint-co-organisers = A name a line.
desk-followers = { $count ->
    [0] No follower for now
    [one] { $count } follower
   *[other] { $count } followers
}
desk-told = { $count ->
    [0] Nobody follows for now: only the calendar changes.
    [one] { $count } follower will be told.
   *[other] { $count } followers will be told.
}

## What waits for other servers
desk-merges-title = Doubles
desk-merges-lead = When two partners announce the same workshop, the calendar shows it once, with both names. If they are two workshops, tell them apart: they stay so, with all their dates.
desk-merges-merged = Shown as one workshop
desk-merges-none = No doubles among the coming sessions.
desk-merges-apart = Told apart by the staff
desk-merges-all = Show all doubles
desk-merges-dates = { $count ->
    [one] and { $count } other date
   *[other] and { $count } other dates
}
desk-merges-separate = These are two different workshops
desk-merges-join = This is the same workshop
desk-merges-separated = Noted: each is shown by itself.
desk-merges-joined = Noted: they are shown as one if they are still alike.
desk-sending-title = Deliveries
desk-sending-lead = What this site still has to send to the servers that follow its calendars. It is sent by itself: there is nothing to do here while all is well.
desk-sending-none = Nothing waits: every server has what was meant for it.
desk-sending-since = Since
desk-sending-success = Last one received
desk-sending-success-never = None so far
desk-sending-error = Last error
desk-sending-next = Next attempt
desk-sending-now = At once
desk-sending-retry = Try again now
desk-sending-give-up = Give up
desk-sending-more = More servers
desk-sending-give-up-title = Give up these deliveries?
desk-sending-give-up-lost = This server will not get these announcements, and its readers may never see them. This cannot be undone.
desk-sending-give-up-stays = Nothing changes on this site. What is announced next is sent to it as usual.
desk-sending-give-up-button = Give up these deliveries
desk-sending-back = Back to the deliveries
desk-sending-why-refused = This server refuses what we send.
desk-sending-why-busy = This server is overloaded and asks us to wait.
desk-sending-why-broken = This server is out of order.
desk-sending-why-name = The address of this server no longer exists, or does not answer for now.
desk-sending-why-connect = This server is off or cannot be reached.
desk-sending-why-slow = This server takes too long to answer.
desk-sending-why-address = This server gives an address to which this site sends nothing.
desk-sending-why-other = The last delivery did not succeed.
desk-done-retry = A new attempt begins.
desk-done-give-up = These deliveries are given up.
desk-sending-waiting = { $count ->
    [0] Nothing waits
    [one] { $count } delivery waits
   *[other] { $count } deliveries wait
}

## The network, as the staff sees it
desk-network-title = Network
desk-network-lead = The calendars that this site follows: their workshops arrive by themselves, with their name and a link to their page.
desk-network-target = Whom to follow?
desk-network-target-hint = An account such as @agenda@centre.example, the address of a page, a domain name, or the address of an iCalendar agenda (.ics).
desk-network-look = See who it is
desk-network-followed = Whom this site follows
desk-network-none = Nobody for now.
desk-network-own = The networks of this site
desk-network-by = Followed by:
desk-network-problem = At the last reading:
desk-problem-too-long = Its programme is too long: the end is not read.
desk-problem-later = Not everything could be asked for at once: the reading goes on in a few minutes.
desk-problem-day = More than 200 sessions on one day: the others are left out.
desk-problem-full = It has 10,000 events here already: new ones are left out.
desk-problem-rules = { $count ->
    [one] An event that repeats too often is left out.
   *[other] { $count } events that repeat too often are left out.
  }
desk-problem-out-of-time = { $count ->
    [one] An event at an impossible or too distant date is left out.
   *[other] { $count } events at impossible or too distant dates are left out.
  }
desk-problem-unreadable = { $count ->
    [one] An event that cannot be read is left out.
   *[other] { $count } events that cannot be read are left out.
  }
desk-problem-list = The list of its events is badly made: it may not have been read to its end.
desk-problem-truncated = The file is not whole: what is missing stays as it was.
desk-problem-no-answer = A server did not answer.
desk-problem-nothing-there = There is no programme at its address.
desk-problem-refused = Its server refused to answer.
desk-problem-too-large = The answer is too large to be read.
desk-problem-answer = The answer cannot be read.
desk-problem-other = Another difficulty: { $word }.
desk-network-unfollow = Stop following
desk-network-unfollow-title = Stop following this calendar?
desk-network-unfollow-lost = Its workshops leave the calendar, unless another calendar that is followed announces them too. It can be followed again later.
desk-network-preview-title = Is this the one?
desk-network-back = Back to the network
desk-network-already = Followed already by:
desk-network-as = Follow as
desk-network-as-hint = A network announces to its followers what its members publish. A centre, or this site, only shows it in its calendar.
desk-network-as-site = This site
desk-network-follow = Follow
desk-network-since = Publishes since { $day }
desk-network-upcoming = { $count ->
    [0] Nothing to come for now
    [one] { $count } event to come
   *[other] { $count } events to come
}
desk-network-upcoming-or-more = { $count ->
    [one] At least { $count } event to come
   *[other] At least { $count } events to come
}
desk-standing-asked = Asked on { $day }; no answer yet.
desk-standing-followed = Followed. Up to date on { $day }.
desk-standing-refused = Refused on { $day }.
desk-standing-silent = Not heard from since { $day }: what is shown may have changed.
desk-standing-muted = Muted by a decision of the staff: nothing of it is read. Last heard from on { $day }.
desk-standing-muted-unread = Muted by a decision of the staff: nothing of it is read.
desk-standing-gone = Gone since { $day }.
desk-network-done-follow = The request is on its way. The workshops arrive as soon as it is accepted.
desk-network-done-unfollow = Noted: this calendar is not followed any more.
peer-kind-group = Calendar
peer-kind-person = Person
peer-kind-server = Server
peer-kind-source = iCalendar agenda, read regularly
desk-followers-title = Followers
desk-followers-lead = These accounts receive what the centres of this site publish. Their names are shown here only.
desk-followers-waiting = Requests that wait
desk-followers-accept = Accept
desk-followers-refuse = Refuse
desk-followers-agendas = Calendars and networks
desk-followers-people = People
desk-followers-none = Nobody for now.
desk-followers-of = Follows:
desk-followers-remove = Remove
desk-followers-count = { $count ->
    [0] Nobody
    [one] { $count } person
   *[other] { $count } people
}
desk-followers-mode = Who may follow
desk-followers-mode-open = Everybody: what we publish is public
desk-followers-mode-approval = The staff says yes or no to each request
desk-followers-mode-allow-list = Only the list below
desk-followers-allowed = Always accepted
desk-followers-allowed-hint = A domain name or the address of an account a line.
desk-followers-save = Save
desk-followers-done-accept = It is accepted.
desk-followers-done-refuse = It is refused.
desk-followers-done-remove = This account does not follow us any more.
desk-followers-done-mode = It is saved. Who follows already stays.
desk-blocks-title = Blocks
desk-blocks-lead = What comes from a blocked server or account does not get in, and nothing is sent to it. Muting only hides its events.
desk-blocks-target = Server or account
desk-blocks-target-hint = A domain name (with its subdomains), the address of an account, or @name@server.
desk-blocks-severity = What to do?
desk-blocks-block = Block: nothing is exchanged
desk-blocks-mute = Mute: its events are not shown
desk-blocks-note = Why (for the staff)
desk-blocks-add = Save
desk-blocks-list = Blocked and muted
desk-blocks-none = Nobody.
desk-blocks-is-block = Blocked
desk-blocks-is-mute = Muted
desk-blocks-configured = Blocked. Set in the configuration of the site: it is lifted there.
desk-blocks-lift = Lift
desk-blocks-export = Download the list (CSV)
desk-blocks-import = Take over a list
desk-blocks-import-hint = Paste a CSV of Mastodon, or one domain name a line.
desk-blocks-import-button = Take over this list
desk-blocks-done-add = It is saved.
desk-blocks-done-lift = It is lifted. Follows that were cut do not come back by themselves.
desk-blocks-imported = { $count ->
    [0] Nothing in this list could be read.
    [one] { $count } line taken over.
   *[other] { $count } lines taken over.
}
desk-blocks-unread = Lines not understood: { $lines }.
desk-announcing-title = What { $name } announces
desk-announcing-lead = This network announces to its followers, once, what its members publish. Each event keeps the name of who organises it and the link to its page.
desk-announcing-waiting = Waiting for your word
desk-announcing-none = Nothing waits.
desk-announcing-approve = Announce
desk-announcing-refuse = Do not announce
desk-announcing-decided = Already decided
desk-announcing-decided-lead = A decision can be changed as long as the date is not past.
desk-announcing-decided-show = Show the decisions
desk-announcing-last = Only the last { $count } are shown.
desk-announcing-approved = Announced
desk-announcing-refused = Not announced
desk-announcing-members = Members
desk-announcing-no-members = No members. Add a centre of this site, or follow a calendar as the network.
desk-announcing-here = Centre of this site
desk-announcing-trusted = Trusted: announced without your word
desk-announcing-trust = Trust
desk-announcing-distrust = Do not trust any more
desk-announcing-remove = Remove from the network
desk-announcing-add = Add a centre of this site
desk-announcing-add-button = Add
desk-announcing-rule = What is announced
desk-announcing-save = Save
desk-announcing-not-a-code = “{ $code }” is no such code.
desk-field-postcodes = Postcodes
desk-hint-postcodes = Whole or their beginning, with blanks between: 59100 62. Empty: everywhere.
desk-field-insee = INSEE codes of towns
desk-hint-insee = Whole or their beginning: 59512 2A. Empty: everywhere. Who writes no INSEE code is known by the department alone (59); for a town, add its postcode.
desk-field-online = Announce what takes place online only, too
desk-field-approval = Ask me before announcing, except for trusted members
desk-announcing-done-rule = It is saved. Followers are told of what changes.
desk-announcing-done-member = It is saved.
desk-announcing-done-decision = Noted.

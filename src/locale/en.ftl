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
event-updated = Updated on { $day }.
event-origin = See the announcement on { $host }.

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
network-title = Who does what
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

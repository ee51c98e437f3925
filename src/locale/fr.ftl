# The interface in French. No-break spaces (U+00A0) stand before « : ; ! ? » and inside guillemets; a test looks.
# Words of codes (types, themes, audiences…) are in src/domain/vocabulary, not here.

## The frame of every page
skip-to-content = Aller au contenu
og-locale = fr_FR
nav-main = Principale
nav-footer = Pied de page
nav-pages = Pages
nav-calendar = Agenda
nav-network = Qui fait quoi
nav-subscribe = S’abonner
follow-from-mastodon = Suivre cet agenda depuis Mastodon :
footer-ics = L’agenda dans votre téléphone (ICS)
footer-accessibility = Accessibilité : partiellement conforme
footer-staff = Espace des équipes
back-to-calendar = Retour à l’agenda
page-description = Ateliers et cafés numériques : les dates, les lieux, les numéros à appeler.
title-of = { $title } — { $node }
and = et
phone-call = Appeler le

## Days and hours
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
date-today = Aujourd’hui
date-tomorrow = Demain
date-day = { $weekday } { $number } { $month }
date-hours = de { $start } à { $end }
date-at = à { $start }
date-until = à { $end }
date-span = de { $start } au { $day }, { $end }
date-near = { $near }, { $day }
every-day = tous les jours
every-week = tous les { $days }
every-other-week = un { $day } sur deux
every-n-weeks = les { $days }, toutes les { $weeks } semaines
every-month-day = le { $day } de chaque mois
every-month-rank = le { $ranks } { $day } du mois
every-month-ranks = les { $ranks } { $day } du mois
rank-1 = premier
rank-2 = deuxième
rank-3 = troisième
rank-4 = quatrième
rank--1 = dernier

## Facts in few words
level-all = tous niveaux
level-range = { $from } { $to }
level-from-eloigne = des premiers pas
level-from-debutant = de débutant
level-from-intermediaire = d’intermédiaire
level-from-avance = d’avancé
level-to-debutant = à débutant
level-to-intermediaire = à intermédiaire
level-to-avance = à avancé
level-to-autonome = à autonome
registration-sans-inscription = sans inscription
registration-inscription-conseillee = inscription conseillée
registration-inscription-obligatoire = sur inscription
registration-sur-rendez-vous = sur rendez-vous
registration-avec-ou-sans-rendez-vous = avec ou sans rendez-vous
registration-sur-orientation = sur orientation d’un professionnel
come-sans-inscription = sans inscription, présentez-vous
come-inscription-conseillee = inscription conseillée, appelez avant de venir
come-inscription-obligatoire = sur inscription, appelez pour réserver
come-sur-rendez-vous = sur rendez-vous, appelez pour le prendre
come-avec-ou-sans-rendez-vous = avec ou sans rendez-vous
come-sur-orientation = un professionnel vous inscrit (travailleur social, accueil…)
come-unknown = renseignez-vous avant de venir
come-cancelled = ne venez pas : cette séance n’aura pas lieu
come-postponed = ne venez pas encore : la nouvelle date sera annoncée ici
come-full = complet, appelez pour connaître la prochaine date
status-rescheduled = Déplacé
status-moved-online = En ligne
status-postponed = Reporté
status-full = Complet
status-cancelled = Annulé
notice-rescheduled = Nouvelle date
notice-moved-online = Cette séance se passe en ligne
notice-postponed = Reporté, la date n’est pas encore connue
notice-full = Complet
notice-cancelled = Annulé
notice-with-detail = { $word } — { $detail }
fact-languages = aussi en { $languages }
fact-online = en ligne
fact-online-too = sur place ou en ligne
fact-phone = Téléphone : { $phone }
published-by = Publié par { $name }
relayed-by = { $name }, repris par { $relays }

## The calendar
calendar-title = Ateliers et cafés numériques, près de chez vous
calendar-lead = Venez comme vous êtes : un appel suffit.
day-count = { $count ->
    [one] { $count } séance
   *[other] { $count } séances
  }
filter-change = changer
filter-everything = Toutes les séances à venir
filter-q = Un mot
filter-city = Près de (ville ou code postal)
filter-theme = Besoin
filter-theme-any = Tous les besoins
filter-theme-skills = Apprendre et se débrouiller
filter-theme-procedures = Faire une démarche
filter-level = Niveau
filter-level-any = Tous les niveaux
filter-when = Quand
filter-when-any = À venir
filter-when-today = Aujourd’hui
filter-when-week = Cette semaine
filter-when-weekend = Ce week-end
filter-when-month = Ce mois-ci
filter-from = À partir du
filter-more = Plus de choix
filter-type = Type de séance
filter-type-any = Tous les types
filter-audience = Pour qui
filter-audience-any = Tout le monde
filter-language = Langue parlée
filter-language-any = Toutes les langues
filter-accessibility = Accessible pour
filter-accessibility-any = Sans précision
filter-price = Prix
filter-price-any = Tous les prix
filter-format = Comment
filter-format-any = Seul ou en groupe
filter-mode = Où
filter-mode-any = Sur place ou en ligne
mode-offline = Sur place
mode-online = En ligne
mode-mixed = Sur place et en ligne
format-individuel = seul à seul avec un animateur
format-collectif = en groupe
format-mixte = en groupe, chacun à son rythme
format-autonomie = en accès libre
format-distance = à distance
filter-show = Voir les séances
filter-reset = Tout effacer
filter-near = Près de { $place }
filter-since = à partir du { $day }
filter-word = « { $word } »
filter-centre = publié par { $name }
filter-level-short = niveau { $level }
pages-first = Revenir au début
pages-next = Voir la suite
empty-heading = Aucune séance trouvée — { $choice }
empty-heading-all = Aucune séance n’est annoncée pour le moment
empty-advice = Essayez avec moins de choix, une ville voisine ou une date plus lointaine.
empty-advice-all = Les séances apparaîtront ici dès qu’un centre en publiera.
empty-phone = Vous pouvez aussi demander à { $name } :
empty-all = Voir toutes les séances à venir

## An event
come = Pour venir
come-when = Quand
come-where = Où
come-map = Voir sur une carte
come-online = En ligne
come-online-link = Se connecter
come-question = Appeler
come-mail = Écrire
come-site = Sur internet
come-register-on = S’inscrire sur { $host }
come-capacity = { $count ->
    [one] { $count } place
   *[other] { $count } places
  }
come-waiting-list = Liste d’attente ouverte.
come-prescription = Un professionnel peut aussi vous y envoyer.
about-heading = Bon à savoir
about-themes = On y parle de
about-audiences = Pour qui
about-ages = Âge
about-ages-from = à partir de { $min } ans
about-ages-to = jusqu’à { $max } ans
about-ages-range = de { $min } à { $max } ans
about-format = Comment
about-languages = Langues
about-accessibility = Accessible pour
about-accommodations = Accueil
about-support = Accompagnement
about-equipment = Matériel
about-equipment-provided = prêté sur place : { $things }
about-equipment-provided-any = prêté sur place
about-equipment-own = vous pouvez apporter le vôtre
about-equipment-bring = apportez le vôtre
about-organisers = Avec
dates-other = Toutes les dates
dates-more = { $count ->
    [one] et { $count } autre date ensuite
   *[other] et { $count } autres dates ensuite
  }
course-once = Un parcours de { $count } séances : on s’inscrit une fois pour toutes.
course-each = Un parcours de { $count } séances : on peut venir à une seule.
event-add = Ajouter à mon agenda
event-sms = Envoyer par SMS
event-updated = Mis à jour le { $day }.
event-origin = Voir l’annonce sur { $host }.

## A centre, the network
centre-kind-centre = Centre
centre-kind-network = Réseau
centre-follow = Suivre depuis Mastodon
centre-feeds = S’abonner
centre-feed-ics = Agenda du téléphone (ICS)
centre-feed-atom = Fil d’actualité (Atom)
centre-next = Prochaines séances
centre-website = Le site { $host }
centre-none = Aucune séance n’est annoncée pour le moment. Un appel vous en dira plus.
centre-all = Voir la suite
network-title = Qui fait quoi
network-lead = Les centres et réseaux dont cet agenda réunit les séances.
network-here = Centres
network-networks = Réseaux
network-followed = Suivis ailleurs
network-count = { $count ->
    [one] { $count } structure
   *[other] { $count } structures
  }
network-sessions = Voir ses séances
network-none = Aucun centre n’est encore inscrit ici.

## Subscribing
subscribe-title = S’abonner à l’agenda
subscribe-lead = Les séances viennent à vous, sans compte et sans courriel à laisser.
subscribe-phone = Dans l’agenda de votre téléphone
subscribe-phone-how = Les séances s’ajoutent à votre agenda et se mettent à jour seules : une annulation s’y voit aussi.
subscribe-phone-button = Ajouter l’agenda à mon téléphone
subscribe-phone-copy = Si rien ne se passe, copiez cette adresse dans votre agenda, « S’abonner à un calendrier » :
subscribe-filter = Pour ne recevoir qu’une ville ou qu’un besoin, faites d’abord votre choix dans l’agenda : les mêmes choix valent dans l’adresse (par exemple ?city=Roubaix).
subscribe-mastodon = Depuis Mastodon, Mobilizon et le fédivers
subscribe-mastodon-how = Cherchez l’une de ces adresses dans votre application, puis choisissez « Suivre » :
subscribe-atom = Dans un lecteur de flux
subscribe-atom-how = L’adresse du flux est :
subscribe-data = Pour un autre site ou un tableur
subscribe-data-how = Les mêmes séances, à réutiliser librement :

## Accessibility (RGAA)
a11y-title = Accessibilité
a11y-commitment = { $node } s’engage à rendre ce site accessible, conformément à l’article 47 de la loi n° 2005-102 du 11 février 2005.
a11y-state = État de conformité
a11y-state-words = Ce site est partiellement conforme au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.2.
a11y-gaps = Ce qui n’est pas encore conforme
a11y-gap-audit = aucun audit complet n’a encore été mené par une personne extérieure ; les pages sont contrôlées par des outils automatiques ;
a11y-gap-remote = les textes venus d’autres sites gardent la structure que leurs auteurs leur ont donnée ;
a11y-gap-photos = les descriptions des photos dépendent des personnes qui les publient.
a11y-done = Ce qui est prévu pour vous
a11y-done-words = Le site se lit sans JavaScript, au clavier, avec un lecteur d’écran, agrandi à 200 %, en mode sombre et sur papier. Aucune information ne repose sur la seule couleur.
a11y-contact = Une difficulté ?
a11y-contact-words = Si une page vous résiste, dites-le : on vous donnera l’information autrement, par téléphone s’il le faut. { $contact }
a11y-contact-node = Contact : { $contact }
a11y-contact-none = Appelez le centre dont vous cherchez une séance.
a11y-remedy = Voie de recours
a11y-remedy-words = Si aucune solution ne vous est proposée, vous pouvez écrire au Défenseur des droits (defenseurdesdroits.fr, ou 09 69 39 00 00, gratuit).

## Messages
error-gone = Cet événement a été supprimé
error-gone-lead = Le centre qui l’annonçait l’a retiré.
error-not-found = Cette page n’existe pas
error-not-found-lead = L’adresse est peut-être incomplète, ou la séance est passée depuis longtemps.
error-bad-request = Un des choix ne va pas
error-bad-request-lead = Corrigez-le dans l’adresse, ou repartez de l’agenda.
error-server = Quelque chose n’a pas marché
error-server-lead = La faute vient de ce site, pas de vous. Réessayez dans un instant.
error-request = Cette demande n’a pas pu être lue
error-request-lead = Revenez en arrière et essayez autrement.
error-forbidden = Votre compte ne le permet pas
error-forbidden-lead = Demandez à une personne qui administre ce site.
error-foreign-form = Ce formulaire ne vient pas de ce site
error-foreign-form-lead = Par prudence, rien n’a été fait. Ouvrez la page sur ce site et recommencez.
error-too-many = Trop d’essais
error-too-many-lead = Attendez une minute, puis réessayez.
error-unavailable = Le site est occupé
error-unavailable-lead = Réessayez dans un instant.

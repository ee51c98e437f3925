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
note-reminder = C’est demain :
note-change = Du nouveau : voici le jour, l’heure et le lieu à jour.
note-called-off = Ne vous déplacez pas :
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
event-moved = Horaire changé : c’était { $day } { $hours }.
event-updated = Mis à jour le { $day }.
taken-from = { $name } (repris de son agenda)
event-origin = Voir l’annonce sur { $host }.
credits = D’où vient cette annonce
credits-publisher = Publiée par
credits-twins = Publiée aussi par
credits-relays = Reprise par
twin-why = Même lieu, même heure, même titre : un seul atelier, annoncé par des partenaires.
twin-why-named = Même lieu, même heure, titre proche, et l’un cite l’autre comme partenaire : un seul atelier.
twin-off = l’annonce annulé
twin-on = l’annonce maintenu
twin-here = Lire cette annonce.
twin-apart = Ce sont deux ateliers différents ? L’équipe peut les séparer.
called-off-by = Annulé selon { $names } : appelez avant de venir.

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
network-title = Le réseau
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

## The directory
directory-title = Qui fait quoi
directory-lead = Ce que chaque structure propose vraiment, d’après les séances qu’elle annonce. Appelez avant d’orienter quelqu’un.
directory-count = { $count ->
    [one] { $count } structure
   *[other] { $count } structures
  }
directory-printed = Imprimé le { $day }.
directory-network = Le réseau : qui publie, qui est suivi
directory-more = { $count ->
    [one] et { $count } autre
   *[other] et { $count } autres
  }
directory-types = Propose
directory-themes = Pour
directory-levels = Niveaux
directory-audiences = Publics
directory-come = Pour venir
directory-languages = Langues
directory-accessibility = Accessible
directory-next = Prochaine séance
directory-no-session = Aucune séance annoncée pour le moment.
directory-sessions = { $count ->
    [one] { $count } séance à venir
   *[other] { $count } séances à venir
  }
directory-sessions-chosen = { $count ->
    [one] { $count } séance à venir pour ce choix
   *[other] { $count } séances à venir pour ce choix
  }
directory-all = Toutes les structures sur une page
directory-csv = Pour un tableur (CSV, schéma national)
directory-json = Pour un programme (JSON)
directory-none = Aucune structure n’annonce de séance pour ce choix
directory-none-advice = Essayez un autre thème, un autre niveau ou une ville voisine.
directory-everyone = Voir toutes les structures
network-directory = Qui fait quoi : l’annuaire des structures et de ce qu’elles proposent

## Freshness
fresh-up-to-date = À jour le { $day }.
fresh-unread = Suivi, pas encore lu.
fresh-silent = Sans nouvelles depuis le { $day }.
fresh-aged = Sans nouvelles de { $name } depuis le { $day } : appelez avant de venir.

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
error-full = Rien n’a été enregistré
error-full-lead = Le disque du site est plein. Prévenez la personne qui s’en occupe, puis réessayez.

## The desk
desk-title = Espace des équipes
desk-signed-in = Vous êtes
desk-sign-out = Se déconnecter
desk-sign-in = Se connecter
desk-email = Adresse électronique
desk-password = Mot de passe
desk-no-account = Pas de compte, ou mot de passe perdu ? Demandez à la personne qui administre ce site.
desk-wrong-password = L’adresse ou le mot de passe n’est pas le bon.
desk-too-many = Trop d’essais. Attendez une minute, puis recommencez.
desk-centres = Choisir un autre centre
desk-public-page = Voir la page publique
desk-new = Annoncer un événement
desk-coming = À venir
desk-over = Passés
desk-nothing = Rien d’annoncé pour le moment.
desk-no-centre = Aucun centre sur ce site. La personne qui l’administre en crée un par cette commande :
desk-edit = Modifier
desk-copy = Dupliquer
desk-cancel = Annuler
desk-postpone = Reporter
desk-delete = Supprimer
desk-back = Retour à mes événements
desk-keep = Ne rien changer
desk-wrong = À corriger
desk-detail = En quelques mots, pourquoi (facultatif)
desk-detail-hint = Ces mots s’affichent sur la page. Par exemple : « Animatrice absente, nouvelle date en janvier ».
desk-unsaid = Non précisé
desk-as-planned = Comme prévu
desk-first-steps = Premiers pas
desk-course-once = Une fois pour toutes les séances
desk-course-each = Séance par séance
desk-error-date = Date attendue, par exemple 24/11/2026.
desk-error-time = Heure attendue, par exemple 9 h 30.
desk-error-until = Dites jusqu’à quand cela se répète.
desk-told-several = Les abonnés du centre seront prévenus.
desk-form-new-title = Annoncer un événement
desk-form-new-title-wrong = À corriger : annoncer un événement
desk-form-new-button = Publier
desk-form-edit-title = Modifier un événement
desk-form-edit-title-wrong = À corriger : modifier un événement
desk-form-edit-button = Enregistrer
desk-done-publish = C’est publié.
desk-done-revise = C’est enregistré.
desk-done-cancel = C’est annulé. La page le dit.
desk-done-postpone = C’est reporté. Quand la nouvelle date est connue, modifiez l’événement.
desk-done-delete = C’est supprimé.
desk-confirm-cancel-title = Annuler cet événement ?
desk-confirm-cancel-what = L’événement reste visible, barré, avec le mot « Annulé » : ceux qui comptaient venir le voient.
desk-confirm-cancel-series = Toutes ses dates sont annulées. Pour une seule date, modifiez plutôt l’événement et ajoutez la date à « Sauf ces jours ».
desk-confirm-cancel-button = Annuler l’événement
desk-confirm-postpone-title = Reporter cet événement ?
desk-confirm-postpone-what = L’événement reste visible avec le mot « Reporté », sans nouvelle date pour le moment.
desk-confirm-postpone-series = Toutes ses dates sont reportées.
desk-confirm-postpone-button = Reporter l’événement
desk-confirm-delete-title = Supprimer cet événement ?
desk-confirm-delete-what = Il disparaît de ce site et des sites qui l’ont repris. On ne peut pas revenir en arrière. Si des personnes comptaient venir, annulez-le plutôt.
desk-confirm-delete-series = Toutes ses dates disparaissent.
desk-confirm-delete-button = Supprimer l’événement
desk-repeat-once = Une seule fois
desk-repeat-daily = Tous les jours
desk-repeat-weekly = Chaque semaine
desk-repeat-fortnightly = Une semaine sur deux
desk-repeat-monthly = Chaque mois, le même jour (le 1er samedi…)
desk-repeat-monthly-last = Chaque mois, le dernier (le dernier samedi…)
desk-repeat-other = Autrement, comme à présent
desk-section-repeat = Cela se répète
desk-section-words = En dire plus : résumé, description, thèmes, photo
desk-section-people = Pour qui : publics, langues, accessibilité
desk-section-means = Comment : format, en ligne, matériel
desk-section-terms = Prix, places, inscription
desk-section-others = Lieu précis, partenaires, parcours
desk-section-standing = Où il en est : complet, déplacé…
desk-field-centre = Qui l’organise
desk-field-title = Titre
desk-field-type = Type
desk-field-date = Date
desk-field-start-time = Début
desk-field-end-time = Fin
desk-field-place-name = Lieu
desk-field-place-address = Adresse
desk-field-place-postcode = Code postal
desk-field-place-city = Commune
desk-field-place-complement = Étage, entrée, repère
desk-field-place-itinerant = C’est un arrêt de bus, de caravane ou de triporteur
desk-field-level-min = Niveau, à partir de
desk-field-level-max = Niveau, jusqu’à
desk-field-registration-mode = Pour venir
desk-field-contact-phone = Téléphone
desk-field-contact-email = Courriel pour se renseigner
desk-field-repeat = Répétition
desk-field-until = Jusqu’au
desk-field-days = Quels jours de la semaine
desk-field-except = Sauf ces jours
desk-field-summary = Résumé
desk-field-description = Description
desk-field-themes = Thèmes
desk-field-image-url = Adresse de la photo
desk-field-image-alt = Ce que montre la photo
desk-field-tags = Mots-clés
desk-field-audiences = Publics
desk-field-age-min = Âge, à partir de
desk-field-age-max = Âge, jusqu’à
desk-field-languages = Langues parlées
desk-field-accessibility = Accessible aux personnes concernées par
desk-field-accommodations = Aménagements
desk-field-special-support = Accompagnement particulier
desk-field-format = Seul ou en groupe
desk-field-mode = Sur place ou en ligne
desk-field-online-url = Adresse de la visioconférence
desk-field-equipment-provided = Le matériel est fourni
desk-field-equipment-types = Matériel
desk-field-equipment-bring-own = On peut apporter son appareil
desk-field-services = Services
desk-field-price = Prix
desk-field-price-detail = Précisions sur le prix
desk-field-registration-capacity = Nombre de places
desk-field-registration-waiting-list = Il y a une liste d’attente
desk-field-registration-phone = Téléphone pour s’inscrire, s’il est différent
desk-field-registration-email = Courriel pour s’inscrire
desk-field-registration-url = Page pour s’inscrire
desk-field-registration-access = Comment faire
desk-field-open-to-prescription = Des professionnels peuvent y envoyer des personnes
desk-field-co-organisers = Partenaires
desk-field-course-sessions = Parcours : nombre de séances
desk-field-course-registration = Parcours : on s’inscrit
desk-field-timezone = Fuseau horaire
desk-field-status = Où il en est
desk-field-status-detail = Pourquoi, en quelques mots
desk-hint-title = Ce qu’on y fait, en mots de tous les jours. 140 caractères au plus.
desk-hint-contact-phone = Celui où une personne répond.
desk-hint-days = Pour « chaque semaine » et « une semaine sur deux ». Rien de coché : le jour de la date.
desk-hint-until = Dernier jour de la série.
desk-hint-except = Une date par ligne, par exemple 22/12/2026.
desk-hint-summary = Une ou deux phrases, 200 caractères au plus.
desk-hint-description = Laissez une ligne vide entre deux paragraphes.
desk-hint-image-alt = Pour celles et ceux qui ne la voient pas.
desk-hint-tags = Un par ligne.
desk-hint-audiences = Rien de coché : pour tout le monde.
desk-hint-accommodations = Un par ligne, par exemple « boucle magnétique ».
desk-hint-co-organisers = Un nom par ligne.
desk-followers = { $count ->
    [0] Aucun abonné pour le moment
    [one] { $count } abonné
   *[other] { $count } abonnés
}
desk-told = { $count ->
    [0] Personne n’est abonné pour le moment : seul l’agenda change.
    [one] { $count } abonné sera prévenu.
   *[other] { $count } abonnés seront prévenus.
}

## What waits for other servers
desk-merges-title = Doublons
desk-merges-lead = Quand deux partenaires annoncent le même atelier, l’agenda le montre une seule fois, avec les deux noms. Si ce sont deux ateliers, séparez-les : ils le resteront, à toutes leurs dates.
desk-merges-merged = Montrés comme un seul atelier
desk-merges-none = Aucun doublon parmi les séances à venir.
desk-merges-apart = Séparés par l’équipe
desk-merges-all = Voir tous les doublons
desk-merges-dates = { $count ->
    [one] et { $count } autre date
   *[other] et { $count } autres dates
}
desk-merges-separate = Ce sont deux ateliers différents
desk-merges-join = C’est le même atelier
desk-merges-separated = C’est noté : chacun est montré à part.
desk-merges-joined = C’est noté : ils sont montrés ensemble s’ils se ressemblent encore.
desk-sending-title = Envois
desk-sending-lead = Ce que ce site doit encore envoyer aux serveurs qui suivent ses agendas. Les envois se font seuls : rien à faire ici quand tout va bien.
desk-sending-none = Rien n’attend : tous les serveurs ont reçu ce qui leur était destiné.
desk-sending-since = Depuis
desk-sending-success = Dernier envoi reçu
desk-sending-success-never = Aucun pour le moment
desk-sending-error = Dernière erreur
desk-sending-next = Prochain essai
desk-sending-now = Tout de suite
desk-sending-retry = Réessayer maintenant
desk-sending-give-up = Abandonner
desk-sending-more = Serveurs suivants
desk-sending-give-up-title = Abandonner ces envois ?
desk-sending-give-up-lost = Ce serveur ne recevra pas ces annonces, et ses lecteurs ne les verront peut-être jamais. On ne peut pas revenir en arrière.
desk-sending-give-up-stays = Rien ne change sur ce site. Les prochaines annonces lui seront envoyées comme d’habitude.
desk-sending-give-up-button = Abandonner ces envois
desk-sending-back = Retour aux envois
desk-sending-why-refused = Ce serveur refuse nos envois.
desk-sending-why-busy = Ce serveur est débordé et demande d’attendre.
desk-sending-why-broken = Ce serveur est en panne.
desk-sending-why-name = L’adresse de ce serveur n’existe plus, ou ne répond pas pour le moment.
desk-sending-why-connect = Ce serveur est éteint ou injoignable.
desk-sending-why-slow = Ce serveur met trop de temps à répondre.
desk-sending-why-address = Ce serveur donne une adresse où ce site n’envoie rien.
desk-sending-why-other = Le dernier envoi n’a pas abouti.
desk-done-retry = Un nouvel essai commence.
desk-done-give-up = Ces envois sont abandonnés.
desk-sending-waiting = { $count ->
    [0] Rien n’attend
    [one] { $count } envoi en attente
   *[other] { $count } envois en attente
}

## The network, as the staff sees it
desk-network-title = Réseau
desk-network-lead = Les agendas que ce site suit : leurs ateliers arrivent seuls dans le calendrier, avec leur nom et un lien vers leur page.
desk-network-target = Qui suivre ?
desk-network-target-hint = Un compte comme @agenda@centre.example, l’adresse d’une page, un nom de domaine, ou l’adresse d’un agenda iCalendar (.ics).
desk-network-look = Voir qui c’est
desk-network-followed = Qui ce site suit
desk-network-none = Personne pour le moment.
desk-network-own = Les réseaux de ce site
desk-network-by = Suivi par :
desk-network-problem = À la dernière lecture :
desk-problem-too-long = Son programme est trop long : la fin n’en est pas lue.
desk-problem-later = Tout n’a pas pu être demandé d’un coup : la lecture reprend dans quelques minutes.
desk-problem-day = Plus de 200 séances le même jour : les suivantes sont laissées de côté.
desk-problem-full = Il a déjà 10 000 ateliers ici : les nouveaux sont laissés de côté.
desk-problem-rules = { $count ->
    [one] Un atelier qui revient trop souvent est laissé de côté.
   *[other] { $count } ateliers qui reviennent trop souvent sont laissés de côté.
  }
desk-problem-out-of-time = { $count ->
    [one] Un atelier à une date impossible ou trop lointaine est laissé de côté.
   *[other] { $count } ateliers à une date impossible ou trop lointaine sont laissés de côté.
  }
desk-problem-unreadable = { $count ->
    [one] Un atelier illisible est laissé de côté.
   *[other] { $count } ateliers illisibles sont laissés de côté.
  }
desk-problem-list = La liste de ses ateliers est mal faite : elle n’est peut-être pas lue jusqu’au bout.
desk-problem-truncated = Le fichier n’est pas entier : ce qui manque reste tel qu’il était.
desk-problem-no-answer = Un serveur n’a pas répondu.
desk-problem-nothing-there = À son adresse, il n’y a pas de programme.
desk-problem-refused = Son serveur a refusé de répondre.
desk-problem-too-large = La réponse est trop grande pour être lue.
desk-problem-answer = La réponse ne peut pas être lue.
desk-problem-other = Autre difficulté : { $word }.
desk-network-unfollow = Ne plus suivre
desk-network-unfollow-title = Ne plus suivre cet agenda ?
desk-network-unfollow-lost = Ses ateliers quittent le calendrier, sauf ceux qu’un autre agenda suivi annonce aussi. On peut le suivre de nouveau plus tard.
desk-network-preview-title = Est-ce bien lui ?
desk-network-back = Retour au réseau
desk-network-already = Déjà suivi par :
desk-network-as = Suivre au nom de
desk-network-as-hint = Un réseau annonce à ses abonnés ce que publient ses membres. Un centre, ou ce site, le montre seulement dans son calendrier.
desk-network-as-site = Ce site
desk-network-follow = Suivre
desk-network-since = Publie depuis le { $day }
desk-network-upcoming = { $count ->
    [0] Rien à venir pour le moment
    [one] { $count } événement à venir
   *[other] { $count } événements à venir
}
desk-network-upcoming-or-more = { $count ->
    [one] Au moins { $count } événement à venir
   *[other] Au moins { $count } événements à venir
}
desk-standing-asked = Demandé le { $day } ; pas encore de réponse.
desk-standing-followed = Suivi. À jour le { $day }.
desk-standing-refused = Refusé le { $day }.
desk-standing-silent = Sans nouvelles depuis le { $day } : ce qui est affiché a pu changer.
desk-standing-muted = Ignoré par une décision de l’équipe : rien n’en est lu. Dernières nouvelles le { $day }.
desk-standing-muted-unread = Ignoré par une décision de l’équipe : rien n’en est lu.
desk-standing-gone = Disparu le { $day }.
desk-network-done-follow = La demande est partie. Les ateliers arrivent dès qu’elle est acceptée.
desk-network-done-unfollow = C’est noté : cet agenda n’est plus suivi.
peer-kind-group = Agenda
peer-kind-person = Personne
peer-kind-server = Serveur
peer-kind-source = Agenda iCalendar, relu régulièrement
desk-followers-title = Qui nous suit
desk-followers-lead = Ces comptes reçoivent ce que publient les centres de ce site. Leur nom n’est montré qu’ici.
desk-followers-waiting = Demandes en attente
desk-followers-accept = Accepter
desk-followers-refuse = Refuser
desk-followers-agendas = Agendas et réseaux
desk-followers-people = Personnes
desk-followers-none = Personne pour le moment.
desk-followers-of = Suit :
desk-followers-remove = Retirer
desk-followers-count = { $count ->
    [0] Personne
    [one] { $count } personne
   *[other] { $count } personnes
}
desk-followers-mode = Qui peut suivre
desk-followers-mode-open = Tout le monde : ce que nous publions est public
desk-followers-mode-approval = L’équipe dit oui ou non à chaque demande
desk-followers-mode-allow-list = Seulement la liste ci-dessous
desk-followers-allowed = Toujours acceptés
desk-followers-allowed-hint = Un nom de domaine ou l’adresse d’un compte par ligne.
desk-followers-save = Enregistrer
desk-followers-done-accept = C’est accepté.
desk-followers-done-refuse = C’est refusé.
desk-followers-done-remove = Ce compte ne nous suit plus.
desk-followers-done-mode = C’est enregistré. Qui nous suit déjà reste.
desk-blocks-title = Blocages
desk-blocks-lead = Ce qui vient d’un serveur ou d’un compte bloqué n’entre pas, et rien ne lui est envoyé. Masquer cache seulement ses événements.
desk-blocks-target = Serveur ou compte
desk-blocks-target-hint = Un nom de domaine (ses sous-domaines compris), l’adresse d’un compte, ou @nom@serveur.
desk-blocks-severity = Que faire ?
desk-blocks-block = Bloquer : plus aucun échange
desk-blocks-mute = Masquer : ses événements ne sont pas montrés
desk-blocks-note = Pourquoi (pour l’équipe)
desk-blocks-add = Enregistrer
desk-blocks-list = Bloqués et masqués
desk-blocks-none = Personne.
desk-blocks-is-block = Bloqué
desk-blocks-is-mute = Masqué
desk-blocks-configured = Bloqué. Fixé dans la configuration du site : se lève là-bas.
desk-blocks-lift = Lever
desk-blocks-export = Télécharger la liste (CSV)
desk-blocks-import = Reprendre une liste
desk-blocks-import-hint = Collez un CSV de Mastodon, ou un nom de domaine par ligne.
desk-blocks-import-button = Reprendre cette liste
desk-blocks-done-add = C’est enregistré.
desk-blocks-done-lift = C’est levé. Les abonnements coupés ne reviennent pas seuls.
desk-blocks-imported = { $count ->
    [0] Rien de lisible dans cette liste.
    [one] { $count } ligne reprise.
   *[other] { $count } lignes reprises.
}
desk-blocks-unread = Lignes non comprises : { $lines }.
desk-announcing-title = Ce qu’annonce { $name }
desk-announcing-lead = Ce réseau annonce à ses abonnés, une seule fois, ce que publient ses membres. Chaque événement garde le nom de qui l’organise et le lien vers sa page.
desk-announcing-waiting = En attente de votre accord
desk-announcing-none = Rien n’attend.
desk-announcing-approve = Annoncer
desk-announcing-refuse = Ne pas annoncer
desk-announcing-decided = Déjà décidé
desk-announcing-decided-lead = Une décision peut être changée tant que la date n’est pas passée.
desk-announcing-decided-show = Voir les décisions
desk-announcing-last = Seules les { $count } dernières sont affichées.
desk-announcing-approved = Annoncé
desk-announcing-refused = Pas annoncé
desk-announcing-members = Membres
desk-announcing-no-members = Aucun membre. Ajoutez un centre de ce site, ou suivez un agenda au nom du réseau.
desk-announcing-here = Centre de ce site
desk-announcing-trusted = De confiance : annoncé sans accord préalable
desk-announcing-trust = Faire confiance
desk-announcing-distrust = Ne plus faire confiance
desk-announcing-remove = Retirer du réseau
desk-announcing-add = Ajouter un centre de ce site
desk-announcing-add-button = Ajouter
desk-announcing-rule = Ce qui est annoncé
desk-announcing-save = Enregistrer
desk-announcing-not-a-code = « { $code } » n’est pas un tel code.
desk-field-postcodes = Codes postaux
desk-hint-postcodes = Entiers ou leur début, séparés par des espaces : 59100 62. Vide : partout.
desk-field-insee = Codes INSEE des communes
desk-hint-insee = Entiers ou leur début : 59512 2A. Vide : partout. Qui n’écrit pas de code INSEE n’est reconnu que par son département (59) ; pour une commune, ajoutez son code postal.
desk-field-online = Annoncer aussi ce qui se passe seulement en ligne
desk-field-approval = Demander mon accord avant d’annoncer, sauf pour les membres de confiance
desk-announcing-done-rule = C’est enregistré. Les abonnés sont prévenus de ce qui change.
desk-announcing-done-member = C’est enregistré.
desk-announcing-done-decision = C’est noté.

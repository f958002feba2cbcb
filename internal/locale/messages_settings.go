package locale

var settingsMessages = []message{
	{"settings.look", "Look and language", "Apparence et langue", "Weergave en taal", "Darstellung und Sprache"},
	{"settings.look-about", "These choices are kept in this browser and count before you sign in, too.", "Ces choix sont conservés dans ce navigateur et valent aussi avant la connexion.", "Deze keuzes blijven in deze browser en gelden ook voordat u zich aanmeldt.", "Diese Wahl bleibt in diesem Browser und gilt auch vor der Anmeldung."},
	{"settings.sessions", "Sessions", "Sessions", "Sessies", "Sitzungen"},
	{"sessions.title", "Sessions", "Sessions", "Sessies", "Sitzungen"},
	{"sessions.browsers", "Browsers", "Navigateurs", "Browsers", "Browser"},
	{"sessions.about", "You are signed in with these browsers. If you do not know one of them, sign it out.", "Vous êtes connecté avec ces navigateurs. Si l’un d’eux vous est inconnu, déconnectez-le.", "U bent met deze browsers aangemeld. Kent u er een niet, meld die dan af.", "Mit diesen Browsern sind Sie angemeldet. Wenn Sie einen nicht kennen, melden Sie ihn ab."},
	{"sessions.here", "this browser", "ce navigateur", "deze browser", "dieser Browser"},
	{"sessions.details", "Details", "Détails", "Details", "Einzelheiten"},
	{"sessions.address", "Address", "Adresse", "Adres", "Adresse"},
	{"sessions.since", "Signed in", "Connecté", "Aangemeld", "Angemeldet"},
	{"sessions.seen", "Last used", "Dernière utilisation", "Laatst gebruikt", "Zuletzt benutzt"},
	{"sessions.end-others", "Sign out all others", "Déconnecter tous les autres", "Alle andere afmelden", "Alle anderen abmelden"},
	{"sessions.end-all", "Sign out everywhere", "Se déconnecter partout", "Overal afmelden", "Überall abmelden"},
	{"sessions.lost", "Signing out another browser ends its session here. The sign-in service may still know that device: if it is lost, end its sessions there too, or change your password.", "Déconnecter un autre navigateur met fin à sa session ici. Le service de connexion peut encore reconnaître cet appareil : s’il est perdu, mettez fin à ses sessions là aussi, ou changez votre mot de passe.", "Een andere browser afmelden beëindigt zijn sessie hier. De aanmelddienst kan dat toestel nog kennen: is het verloren, beëindig dan ook daar zijn sessies of wijzig uw wachtwoord.", "Einen anderen Browser abzumelden beendet seine Sitzung hier. Der Anmeldedienst kennt das Gerät vielleicht noch: Ist es verloren, beenden Sie auch dort seine Sitzungen oder ändern Sie Ihr Passwort."},
	{"sessions.done", "{0} browser was signed out.|{0} browsers were signed out.", "{0} navigateur a été déconnecté.|{0} navigateurs ont été déconnectés.", "{0} browser is afgemeld.|{0} browsers zijn afgemeld.", "{0} Browser wurde abgemeldet.|{0} Browser wurden abgemeldet."},
	{"sessions.done-none", "There was nothing to sign out: that session had ended already.", "Il n’y avait rien à déconnecter : cette session était déjà terminée.", "Er was niets af te melden: die sessie was al beëindigd.", "Es gab nichts abzumelden: Diese Sitzung war schon beendet."},
	{"device.name", "{0} on {1}", "{0} sous {1}", "{0} op {1}", "{0} unter {1}"},
	{"device.system", "Browser on {0}", "Navigateur sous {0}", "Browser op {0}", "Browser unter {0}"},
	{"device.unknown", "Unknown browser", "Navigateur inconnu", "Onbekende browser", "Unbekannter Browser"},
}

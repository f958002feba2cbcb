package locale

var exportMessages = []message{
	{"export.begin", "Begin ({0})", "Début ({0})", "Begin ({0})", "Beginn ({0})"},
	{"export.end", "End", "Fin", "Einde", "Ende"},
	{"export.offset", "Clock", "Heure légale", "Klok", "Uhrzeit"},
	{"export.state", "State", "État", "Toestand", "Zustand"},
	{"export.complete", "complete", "complet", "volledig", "vollständig"},
	{"export.no-data", "no data", "pas de données", "geen gegevens", "keine Daten"},
	{"export.partly", "missing: {0}", "manque : {0}", "ontbreekt: {0}", "fehlt: {0}"},
	{"export.what", "Contents", "Contenu", "Inhoud", "Inhalt"},
	{"export.completeness", "Completeness", "Complétude", "Volledigheid", "Vollständigkeit"},
	{"export.completeness-is", "{0} ({1} of {2} values)", "{0} ({1} valeurs sur {2})", "{0} ({1} van {2} waarden)", "{0} ({1} von {2} Werten)"},
	{"export.made", "Made", "Créé le", "Gemaakt op", "Erstellt am"},
	{"export.by", "Made by", "Créé par", "Gemaakt door", "Erstellt von"},
	{"export.address", "Address", "Adresse", "Adres", "Adresse"},
	{"export.sheet-data", "Data", "Données", "Gegevens", "Daten"},
	{"export.sheet-about", "About", "À propos", "Over", "Über"},
}

package locale

var screenMessages = []message{
	{"screen.no-boards", "None of this screen’s dashboards is there any more. Choose others for it.", "Aucun des tableaux de bord de cet écran n’existe encore. Choisissez-en d’autres.", "Geen van de dashboards van dit scherm bestaat nog. Kies andere.", "Keines der Dashboards dieses Bildschirms gibt es noch. Wählen Sie andere."},
}

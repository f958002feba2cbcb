//go:build !nodemo

package locale

var tourMessages = []message{
	{"notice.demo", "Demo: invented data, published passwords", "Démo : données inventées, mots de passe publics", "Demo: verzonnen gegevens, openbare wachtwoorden", "Demo: erfundene Daten, öffentliche Passwörter"},
}

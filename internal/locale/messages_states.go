package locale

// stateMessages say what is peculiar about values: their states, and what hardly is true.
var stateMessages = []message{
	{"states.late", "{0} value came late, {1} – {2}: it was not there at {3}.|{0} values came late, {1} – {2}: they were not there at {3}.", "{0} valeur est arrivée en retard, {1} – {2} : elle manquait encore à {3}.|{0} valeurs sont arrivées en retard, {1} – {2} : elles manquaient encore à {3}.", "{0} waarde kwam te laat, {1} – {2}: ze was er om {3} nog niet.|{0} waarden kwamen te laat, {1} – {2}: ze waren er om {3} nog niet.", "{0} Wert kam verspätet, {1} – {2}: Um {3} war er noch nicht da.|{0} Werte kamen verspätet, {1} – {2}: Um {3} waren sie noch nicht da."},
	{"states.late-sum", "Totals shown before lack {0}.", "Les totaux affichés avant n’ont pas ces {0}.", "Eerder getoonde totalen missen {0}.", "Früher gezeigten Summen fehlen {0}."},
	{"states.late-name", "came late", "arrivé en retard", "kwam te laat", "kam verspätet"},
	{"states.future", "The newest values are from the future, by {0}: the clock of the meter is ahead.", "Les valeurs les plus récentes sont datées de {0} dans le futur : l’horloge du compteur avance.", "De nieuwste waarden liggen {0} in de toekomst: de klok van de meter loopt voor.", "Die neuesten Werte liegen {0} in der Zukunft: Die Uhr des Zählers geht vor."},
	{"states.still", "Same value {0} h: {1}, {2} – {3}. The meter may be stuck.", "Même valeur {0} h : {1}, {2} – {3}. Le compteur est peut-être bloqué.", "Zelfde waarde {0} u: {1}, {2} – {3}. De meter zit misschien vast.", "Gleicher Wert {0} Std.: {1}, {2} – {3}. Der Zähler hängt vielleicht."},
	{"states.calculated", "Calculated values: drawn dotted.", "Valeurs calculées : en pointillé.", "Berekende waarden: gestippeld.", "Berechnete Werte: gepunktet."},
	{"states.spike", "{0}, {1}, stands so far out that the axis ends before it.", "{0}, {1}, est si loin des autres que l’axe s’arrête avant.", "{0}, {1}, ligt zo ver weg dat de as eerder eindigt.", "{0}, {1}, liegt so weit draußen, dass die Achse vorher endet."},
	{"states.left-out", "Left out: the value of {0}.", "Omise : la valeur de {0}.", "Weggelaten: de waarde van {0}.", "Weggelassen: der Wert von {0}."},
	{"explain.compared", "{0}; {1} points came", "{0} ; {1} points arrivés", "{0}; {1} punten gekomen", "{0}; {1} Punkte kamen"},
	{"states.leave-out", "Leave it out", "L’omettre", "Weglaten", "Weglassen"},
	{"states.bring-back", "Show it again", "L’afficher à nouveau", "Weer tonen", "Wieder zeigen"},
}

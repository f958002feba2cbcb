package energy

// places are the sites of the demo: real towns with the positions of their centres, invented names and streets.
func places() []Site {
	return []Site{
		{1, 204481, 101, "Kouter Offices", "Offices", buildingType, "Kouter 12", "9000", "Gent", 51.0500, 3.7250, 9200, 0,
			inland, officeHours, furnishOffice},
		{2, 204482, 101, "Basisschool De Linde", "Primary school", buildingType, "Lindestraat 4", "3500", "Hasselt", 50.9307, 5.3325, 4100, 0,
			inland, schoolHours, furnishSchool},
		{3, 204483, 101, "Supermarkt Marktplein", "Supermarket", buildingType, "Marktplein 1", "2000", "Antwerpen", 51.2205, 4.4003, 2600, 0,
			inland, shopHours, furnishShop},
		{4, 204484, 101, "PV roof Logistics Park", "PV plant", industryType, "Bedrijvenlaan 30", "1930", "Zaventem", 50.8838, 4.4726, 19000, 0,
			inland, officeHours, furnishPlant},
		{5, 204485, 101, "Parking EV Kanaal", "Charging park", industryType, "Kanaalkaai 7", "1000", "Brussel", 50.8571, 4.3440, 3800, 0,
			inland, parkingHours, furnishParking},
		{6, 204486, 101, "Cold store Meuse", "Cold storage", industryType, "Quai du Halage 18", "4000", "Liège", 50.6451, 5.5734, 6400, 0,
			inland, officeHours, furnishColdStore},
		{7, 204487, 101, "District heating Nord", "District heating", industryType, "Rue du Nord 55", "6000", "Charleroi", 50.4108, 4.4446, 2100, 0,
			inland, flatHours, furnishHeating},
		{8, 204488, 101, "Hospital Sint-Jan wing", "Hospital", buildingType, "Ruddershove 3", "8000", "Brugge", 51.2093, 3.2247, 31000, 0,
			coast, hospitalHours, furnishHospital},
		{9, 204489, 101, "Swimming pool Salzinnes", "Swimming pool", buildingType, "Rue de la Piscine 2", "5000", "Namur", 50.4674, 4.8720, 3300, 0,
			inland, poolHours, furnishPool},
		{10, 204490, 101, "Harbour wind and battery", "Wind and storage", industryType, "Havenplein 9", "8400", "Oostende", 51.2300, 2.9200, 900, 0,
			coast, always, furnishHarbour},
		{11, 204491, 101, "Data hall Initialis", "Data centre", industryType, "Boulevard Initialis 20", "7000", "Mons", 50.4542, 3.9523, 1500, 0,
			inland, always, furnishDataHall},
		{12, 204492, 101, "Flats Les Tilleuls", "Apartments", buildingType, "Avenue des Tilleuls 40", "6700", "Arlon", 49.6833, 5.8167, 5200, 0,
			ardennes, flatHours, furnishFlats},
		{13, 204601, 102, "Meuse Services head office", "Offices", buildingType, "Rue de Bruxelles 8", "5000", "Namur", 50.4669, 4.8625, 2400, 0,
			inland, officeHours, furnishSmallOffice},
		{14, 204602, 102, "Depot Sambre", "Workshop", industryType, "Rue de la Sambre 21", "6000", "Charleroi", 50.4039, 4.4360, 3100, 0,
			inland, shopHours, furnishSmallOffice},
		{15, 204603, 102, "Atelier Ardenne", "Workshop", industryType, "Route d'Arlon 90", "6600", "Bastogne", 50.0042, 5.7153, 1800, 0,
			ardennes, officeHours, furnishSmallOffice},
	}
}

func always(*moment) float64 { return 1 }

// officeHours are 7 to 19 on working days, a base of 18 %, and quiet weeks around New Year.
func officeHours(m *moment) float64 {
	if !m.day.working() || m.day.quiet() {
		return 0.18
	}
	return 0.18 + 0.82*plateau(m.hour, 7, 19, 1.2)
}

// schoolHours end at noon on Wednesdays; holidays are the Flemish ones.
func schoolHours(m *moment) float64 {
	if m.day.weekend() || m.day.flemish {
		return 0.12
	}
	end := 16.0
	if m.day.weekday == 3 {
		end = 12.5
	}
	return 0.12 + 0.88*plateau(m.hour, 8, end, 0.7)
}

// shopHours are 8 to 20 from Monday to Saturday, with bakers at work before.
func shopHours(m *moment) float64 {
	if m.day.weekday == 0 || m.day.holiday {
		return 0.3
	}
	return 0.3 + 0.62*plateau(m.hour, 7.5, 20, 0.5) + 0.08*bump(m.hour, 7.5, 1.2)
}

// parkingHours have two humps, 9 to 11 and 18 to 23; on working days the evening begins with a rush.
func parkingHours(m *moment) float64 {
	use := 0.04 + 0.6*bump(m.hour, 10, 1.5) + 0.7*plateau(m.hour, 17.8, 23, 1) + 0.3*bump(m.hour, 24, 4)
	if !m.day.working() {
		return 0.6 * use
	}
	return min(1, use+0.45*bump(m.hour, 18.62, 0.38))
}

// hospitalHours never fall below 72 %.
func hospitalHours(m *moment) float64 {
	return 0.72 + 0.25*plateau(m.hour, 6.5, 20, 2) + 0.03*bump(m.hour, 5.5, 0.5)
}

// poolHours are longer in the holidays of the French community.
func poolHours(m *moment) float64 {
	switch {
	case m.day.holiday:
		return 0.2
	case m.day.french || m.day.weekend():
		return 0.2 + 0.8*plateau(m.hour, 9, 20, 0.8)
	}
	return 0.2 + 0.5*plateau(m.hour, 8, 16, 0.8) + 0.25*plateau(m.hour, 16, 21.5, 0.8)
}

// flatHours are mornings and evenings.
func flatHours(m *moment) float64 {
	return 0.25 + 0.35*bump(m.hour, 7.3, 1.5) + 0.6*bump(m.hour, 19.5, 2.6) + 0.1*plateau(m.hour, 8, 22, 1)
}

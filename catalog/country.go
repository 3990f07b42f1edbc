package catalog

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"vigie/catalog/wording"
)

// Groups of countries that documents name instead of listing them. Membership is that of 24 November 2026.
var countryGroups = map[string][]string{
	"EU":   {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"},
	"EEA":  {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"},
	"EFTA": {"CH", "IS", "LI", "NO"},
}

// World stands for every country in a list of markets.
const World = "WORLD"

// EEA lists the countries of the European Economic Area, sorted.
func EEA() []string { return append([]string(nil), countryGroups["EEA"]...) }

// EU lists the member states of the European Union, sorted.
func EU() []string { return append([]string(nil), countryGroups["EU"]...) }

// CountryGroup expands EU, EEA or EFTA; the second result is false for any other word.
func CountryGroup(code string) ([]string, bool) {
	g, ok := countryGroups[code]
	return g, ok
}

// IsCountry reports whether code is a current ISO 3166-1 alpha-2 code, or XK for Kosovo, which has none and which
// the European institutions write so. SU, YU, EU or UK are not.
func IsCountry(code string) bool {
	if len(code) != 2 || code == "ZZ" || code == "XA" || code == "XB" {
		return false
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.String() == code && r.IsCountry() && r.Canonicalize() == r && r.ISO3() != "ZZZ" && !notCountry[code]
}

// commonCodes are those that people and the European institutions write for the standard's.
var commonCodes = map[string]string{"UK": "GB", "EL": "GR"}

// notCountry holds codes that the CLDR takes for countries and the standard does not: former, reserved or grouping.
var notCountry = map[string]bool{"AC": true, "CP": true, "DG": true, "FQ": true, "PC": true, "TA": true, "AN": true, "BU": true, "CS": true, "DD": true, "FX": true, "NT": true, "SU": true, "TP": true, "YD": true, "YU": true, "ZR": true, "QO": true, "EU": true, "UN": true, "EZ": true}

var regionNames = map[wording.Lang]display.Namer{
	wording.EN: display.Regions(language.English),
	wording.FR: display.Regions(language.French),
}

// CountryName names a country in both languages; a code that is none comes back as it is.
func CountryName(code string) wording.Text {
	if code == World {
		return wording.Textf("worldwide", "monde entier")
	}
	r, err := language.ParseRegion(code)
	if err != nil {
		return wording.Same(code)
	}
	return wording.Text{EN: regionNames[wording.EN].Name(r), FR: regionNames[wording.FR].Name(r)}
}

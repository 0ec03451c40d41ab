"""The towns that the sandbox knows: where the demo's people live, and from where segments measure distances."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A town with what a profile's location needs."""

    city: str
    region: str
    country: str
    zip: str
    timezone: str
    latitude: float
    longitude: float
    locale: str
    calling: str

    @property
    def country_code(self) -> str:
        """Of ISO 3166."""
        return self.locale[-2:]


PLACES: tuple[Place, ...] = (
    Place("Berlin", "Berlin", "Germany", "10115", "Europe/Berlin", 52.53, 13.38, "de-DE", "49"),
    Place("Hamburg", "Hamburg", "Germany", "20095", "Europe/Berlin", 53.55, 10.0, "de-DE", "49"),
    Place("Munich", "Bavaria", "Germany", "80331", "Europe/Berlin", 48.14, 11.57, "de-DE", "49"),
    Place("Leipzig", "Saxony", "Germany", "04103", "Europe/Berlin", 51.34, 12.38, "de-DE", "49"),
    Place("Vienna", "Vienna", "Austria", "1070", "Europe/Vienna", 48.2, 16.35, "de-AT", "43"),
    Place("Graz", "Styria", "Austria", "8010", "Europe/Vienna", 47.07, 15.44, "de-AT", "43"),
    Place("Innsbruck", "Tyrol", "Austria", "6020", "Europe/Vienna", 47.27, 11.4, "de-AT", "43"),
    Place("Zurich", "Zurich", "Switzerland", "8001", "Europe/Zurich", 47.37, 8.54, "de-CH", "41"),
    Place("Copenhagen", "Capital Region", "Denmark", "1050", "Europe/Copenhagen", 55.68, 12.57, "da-DK", "45"),
    Place("Oslo", "Oslo", "Norway", "0150", "Europe/Oslo", 59.91, 10.75, "nb-NO", "47"),
    Place("Stockholm", "Stockholm", "Sweden", "111 20", "Europe/Stockholm", 59.33, 18.07, "sv-SE", "46"),
    Place("Amsterdam", "North Holland", "Netherlands", "1012", "Europe/Amsterdam", 52.37, 4.9, "nl-NL", "31"),
    Place("Ghent", "East Flanders", "Belgium", "9000", "Europe/Brussels", 51.05, 3.72, "nl-BE", "32"),
    Place("Paris", "Ile-de-France", "France", "75003", "Europe/Paris", 48.86, 2.36, "fr-FR", "33"),
    Place("Lyon", "Auvergne-Rhone-Alpes", "France", "69001", "Europe/Paris", 45.77, 4.83, "fr-FR", "33"),
    Place("Milan", "Lombardy", "Italy", "20121", "Europe/Rome", 45.47, 9.19, "it-IT", "39"),
    Place("Prague", "Prague", "Czechia", "110 00", "Europe/Prague", 50.09, 14.42, "cs-CZ", "420"),
    Place("Krakow", "Lesser Poland", "Poland", "31-042", "Europe/Warsaw", 50.06, 19.94, "pl-PL", "48"),
    Place("Dublin", "Leinster", "Ireland", "D02", "Europe/Dublin", 53.34, -6.26, "en-IE", "353"),
    Place("London", "England", "United Kingdom", "E1 6AN", "Europe/London", 51.52, -0.07, "en-GB", "44"),
    Place("Edinburgh", "Scotland", "United Kingdom", "EH1 1YZ", "Europe/London", 55.95, -3.19, "en-GB", "44"),
    Place("Portland", "Oregon", "United States", "97205", "America/Los_Angeles", 45.52, -122.68, "en-US", "1"),
    Place("Boulder", "Colorado", "United States", "80302", "America/Denver", 40.02, -105.28, "en-US", "1"),
    Place("Boston", "Massachusetts", "United States", "02108", "America/New_York", 42.36, -71.06, "en-US", "1"),
    Place("Seattle", "Washington", "United States", "98101", "America/Los_Angeles", 47.61, -122.33, "en-US", "1"),
)

"""Names of months in the languages that dates come in: a name without its dot -> 1 to 12.

Sources: Unicode CLDR 45, `dates/calendars/gregorian/months` (wide and abbreviated), shortened forms that people write.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
january jan januar jänner enero ene janvier janv janeiro gennaio gen januari januar января янв январь styczeń stycznia
february feb februar feber febrero février févr fév fevereiro fev febbraio februari февраля фев февраль lutego luty
march mar märz mrz marz marzo mars março marco maart mrt mart марта мар март marca marzec
april apr abril abr avril avr aprile апреля апр апрель kwietnia kwiecień
may mai mayo maio maggio mag mei maj мая май maja
june jun juni junio juin junho giugno giu июня июн июнь czerwca czerwiec
july jul juli julio juillet juil julho luglio lug июля июл июль lipca lipiec
august aug agosto ago août aout augustus augusti августа авг август sierpnia sierpień
september sep sept septiembre septembre setembro set settembre сентября сен сент сентябрь września wrzesień
october oct oktober okt octubre octobre outubro out ottobre ott октября окт октябрь października październik
november nov noviembre novembre novembro ноября ноя ноябрь listopada listopad
december dec dezember dez diciembre dic décembre déc decembre dezembro dicembre декабря дек декабрь grudnia grudzień
"""
MONTHS: Final[dict[str, int]] = {
    name: number for number, line in enumerate(_NAMES.strip().splitlines(), 1) for name in line.split()
}

"""The promotions that the operator sells under, and who of its staff may give what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Promotion:
    """Terms of one promotion. ``value``: hundredths of a percent, or cents a month; ``cap`` cents a month; ``months``:
    how long it lasts from the grant on (0: for good); ``stands_alone``: it tolerates no other discount beside it;
    ``sold_until``: the first day on which it was no longer granted."""

    code: str
    name: str
    is_percentage: bool
    value: int
    cap: int | None = None
    months: int = 0
    stands_alone: bool = False
    sold_until: date | None = None


PROMOTIONS = (
    Promotion("TREUE10", "Treuebonus 10 %", True, 1000),
    Promotion("AKTION15", "Aktion 15 %", True, 1500),
    Promotion("KOMBI20", "Kombivorteil 20 %", True, 2000),
    Promotion("START50", "Startvorteil 50 %", True, 5000),
    Promotion("RABATT2", "Rabatt 2 Euro", False, 200),
    Promotion("RABATT3", "Rabatt 3 Euro", False, 300),
    Promotion("RABATT5", "Rabatt 5 Euro", False, 500),
    Promotion("HALB5", "Halber Preis, höchstens 5 Euro", True, 5000, cap=500),
    Promotion("WILLKOMMEN6", "Willkommen: 20 % für sechs Monate", True, 2000, months=6),
    Promotion("EXKLUSIV15", "Exklusiv 15 %, allein", True, 1500, stands_alone=True),
    Promotion("JUBEL25", "Jubiläum 25 %", True, 2500, months=12, sold_until=date(2019, 1, 1)),
)
PROMOTION = {promotion.code: promotion for promotion in PROMOTIONS}

AGENT, SUPERVISOR, MANAGER = "agent", "supervisor", "manager"
# Login, name and grade of those who may post and grant by hand.
STAFF = (
    ("s.kaya", "Selin Kaya", AGENT),
    ("agent17", "Service Team 17", AGENT),
    ("l.brandt", "Lars Brandt", AGENT),
    ("m.petersen", "Maren Petersen", SUPERVISOR),
    ("t.vogel", "Tobias Vogel", SUPERVISOR),
    ("k.nowak", "Katja Nowak", MANAGER),
)

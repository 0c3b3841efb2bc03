"""The tables of moves as the README prints them: what the code and every test of a move are compared with."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parent.parent.parent / "README.md"

# What a word in the column "Who" means for the players of these tests. `pengisi` is a verifikator who entered data.
PLAYERS = {
    "operator": {"operator"},
    "verifikator": {"verifikator", "koordinator", "pengisi"},
    "koordinator": {"koordinator"},
    "pimpinan": {"pimpinan"},
}


@dataclass(frozen=True)
class Line:
    """Where a move leads ("" when the state stays) and which players may make it."""

    ke: str
    siapa: frozenset[str]


def moves_of(noun: str) -> dict[tuple[str, str], Line]:
    """(state, move) -> line, from the section "The moves of a <noun>"."""
    section = re.split(rf"^## The moves of an? {noun}$", README.read_text(), flags=re.MULTILINE)[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    table, who = {}, ""
    for dari, gerak, ke, siapa, *_ in rows[2:]:
        who = who if siapa == "the same" else siapa
        table[dari, gerak] = Line("" if ke == "(stays)" else ke, frozenset(_players(who)))
    return table


def _players(who: str) -> set[str]:
    players = set().union(*(PLAYERS[word] for word in re.findall("|".join(PLAYERS), who)))
    return players - {"pengisi"} if "who entered none of the data" in who else players


ISIAN = moves_of("isian")
PERIODE = moves_of("period")

"""The first page and the table of contents."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.bank.bank import chapter_title
from app.store import courses, drafts, progress
from app.web.deps import Rooms, RoomsDep, Who, WhoDep
from app.web.views import Card, Standing, Unsent, card


@dataclass(frozen=True)
class ChapterView:
    title: str
    cards: list[Card]


router = APIRouter(include_in_schema=False)


@router.get("/")
def home(rooms: RoomsDep, who: WhoDep) -> Response:
    return rooms.pages.page("home.html", "home", who=who, **contents(rooms, who))


@router.get("/questions")
def questions(rooms: RoomsDep, who: WhoDep) -> Response:
    return rooms.pages.page("questions.html", "questions", who=who, **contents(rooms, who))


def contents(rooms: Rooms, who: Who) -> dict[str, Any]:
    with rooms.database.read() as connection:
        standing = progress.of(connection, who.learner)
        unsent = drafts.unsent(connection, who.learner)
        due = courses.due_for(connection, who.learner) if who.account else {}
    shelf = rooms.bank.shelf
    cards = [card(question, standing, unsent) for question in shelf.questions]
    return {
        "questions": cards,
        "due": due,
        "chapters": [
            ChapterView(chapter_title(name), list(rows))
            for name, rows in groupby(cards, key=lambda one: shelf.chapter(one.slug))
        ],
        "total": len(cards),
        "done": sum(card.state == "done" for card in cards),
        "started": sum(card.state in ("tried", "draft") for card in cards),
        "next": next((card for card in cards if card.state != "done"), None),
        "resume": resume(cards, standing, unsent),
    }


def resume(cards: list[Card], standing: Standing, unsent: Unsent) -> Card | None:
    """What the visitor worked at last and has not done."""
    worked = [(progress.worked, place[0]) for place, progress in standing.items()]
    worked += [(saved, place[0]) for place, saved in unsent.items()]
    open_cards = {card.slug: card for card in cards if card.state != "done"}
    return next((open_cards[slug] for _, slug in sorted(worked, reverse=True) if slug in open_cards), None)

"""Everybody's grades in one of four forms, as pieces of a file that are made while they are sent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.bank.question import Question
from app.exchange.cells import csv_lines
from app.exchange.grades import Column, Student, canvas, long, wide
from app.exchange.xapi import statements
from app.store import courses, exports
from app.store.courses import Course
from app.store.db import Connection, Database
from app.store.exports import Naming

FORMS = {  # what each is for, and the end of its file's name
    "long": ("one line an attempt, with nbgrader’s column names", "csv"),
    "wide": ("one line a student, one column a question", "csv"),
    "canvas": ("for the gradebook of Canvas: students with an account", "csv"),
    "xapi": ("statements for a learning record store, one JSON object a line", "jsonl"),
}


@dataclass(frozen=True)
class Asked:
    """Which grades: of all, or of the members of a class as it names them."""

    questions: Sequence[Question]
    site: str  # the address of this questionnaire, without a slash at its end
    section: str = "selfgrad"
    learners: Collection[str] | None = None
    naming: Naming = exports.student
    due: Mapping[str, datetime] = field(default_factory=dict)


def pieces(form: str, database: Database, asked: Asked) -> Iterator[str]:
    """`form` is a key of FORMS. Raises CannotRead."""
    if form == "long":
        yield from csv_lines(long(exports.attempts(database, asked.learners, asked.naming), asked.due))
    elif form == "xapi":
        titles = {question.id: question.title for question in asked.questions}
        yield from statements(exports.attempts(database, asked.learners, asked.naming), asked.site, titles)
    else:
        standings = exports.standings(database, asked.learners, asked.naming)
        columns = [_column(question) for question in asked.questions]
        yield from csv_lines(wide(standings, columns) if form == "wide" else canvas(standings, columns, asked.section))


def _column(question: Question) -> Column:
    title = f"{question.number:02} {question.title}"
    return Column(question.id, title, tuple(part.id for part in question.parts))


def of_all(connection: Connection, questions: Sequence[Question], site: str) -> Asked:
    """Who is in any class without a name has none here either: attempts of the two lists could be laid side by side."""
    nameless = courses.nameless(connection)

    def naming(learner: str, name: str | None) -> Student:
        return exports.student(learner, None if learner in nameless else name)

    return Asked(questions, site, naming=naming)


def of_class(connection: Connection, course: Course, questions: Sequence[Question], site: str) -> Asked:
    """Its members as they wish to be shown: of who is anonymous there not even the account's name leaves."""
    members = {one.learner: one for one in courses.members(connection, course.id)}

    def naming(learner: str, name: str | None) -> Student:
        one = members[learner]
        if one.anonymous or name is None:
            return Student(one.shown.replace(" ", "-"), one.shown, named=False)
        return Student(name, one.shown)

    return Asked(questions, site, course.title, list(members), naming, courses.due(connection, course.id))

"""Where the discussion begins that hangs below a questionnaire: what other people said is no answer.

A forum leaves traces when a page is saved or copied: dates, numbers of likes, names, "Reply". The first trace after
questions have begun, and with few questions after it, ends the questionnaire. Without traces, after the last question,
thanks and greetings do, and headings that announce something else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
CLOCK = r"(?:,? *(?:at )?\d{1,2}:\d\d(?::\d\d)? ?(?:[ap]m)?)?"
YEAR = r"(?:\d{4}|['’]\d\d)"
DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {MONTH},? {YEAR}|{MONTH} {YEAR}|\d{{4}}-\d\d-\d\d(?:T)?){CLOCK}"
)
COUNT = r"\d[\d.,]*k?"
TRACES = re.compile(
    rf"(?:posted |edited |last edited |created |on )?{DATE}(?: ?(?:#|post )?\d+)?"
    rf"|@?[\w.-]{{2,30}}(?: \([^()]{{1,60}}\))?,? +(?:(?:said|wrote|replied|posted),? *)?(?:on )?{DATE}:?(?: ?#?\d+)?"
    rf"|{COUNT} (?:likes?|replies|reply|hearts?|views?|users?|posts?)"
    r"|reply|like|share|bookmark|flag|copy link|solved"
    r"|\d+ (?:minute|hour|day|week|month|year)s? (?:later|ago)|(?:post )?#\d{1,4}"
    r"|suggested topics?|related topics?|new (?:& unread|and unread) topics?|powered by discourse.*|reply to topic"
    r"|topic +(?:\| *)?replies.*|log in|sign up|home categories.*|(?:\d+ )?(?:comments?|repl(?:y|ies)):?"
    r"|\[quote=[^\]]*\]|last edited by .{1,60}|there (?:is|are) \d+ (?:new|unread).*|@?[\w.-]{2,30} (?:wrote|said):",
    re.IGNORECASE,
)
SAYS = re.compile(
    r"(?:hi|hello|hey|thanks?|thank you|thx|cheers|great|awesome|nice|amazing|excellent) (?!\w+ly\b)"
    r"(?=(?:.{0,60}[!@]|everyone|all\b|there\b|for\b|you\b|a lot|so much|work\b|job\b|post\b|stuff\b|one\b|guys\b|@))"
    r"|(?:hi|hello|hey|thanks|thank you|thx)[,!. ]|@[\w.-]{2,30}[,:!]? +[A-Za-z]|(?:edit|update|ps|p\.s\.) ?:"
    r"|(?:i|there)(?: am|'m|’m)?(?: think| believe| guess| noticed| found| had| have| is| seems)? .{0,80}"
    r"(?:\b(?:answer|solution) (?:to|of|for) (?:question|#|number|q)|\bquestion \d|\btypo\b)"
    r"|(?:for|in|about|regarding) (?:the )?(?:question|q|answer) ?#?\d+"
    r"|please (?:feel free|correct|let me know|reply|edit)|feel free to\b|hope this helps",
    re.IGNORECASE,
)
HEADS = re.compile(
    r"(?:#{1,6} *|\*\*)?(?:discussions?|comments?|repl(?:y|ies)|further (?:research|reading)|credits|contributors?"
    r"|acknowledge?ments?|see also|related|resources|references|exercises|notes)(?:\*\*)? *:?(?:\*\*)?",
    re.IGNORECASE,
)
NAME = re.compile(r"@?[A-Za-z0-9][\w.-]*(?: [A-Z(][\w.()-]*){0,3}")
EMPHASIS = re.compile(r"^[#*_~ ]+|[*_~ ]+$")
LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
LONGEST = 300
LATE = 0.34  # as much of the questions may stand after a trace that ends them: others quote them


@dataclass(frozen=True)
class End:
    """The first line that is left out, from 0, and why."""

    at: int
    why: str


def bare(line: str) -> str:
    """The line as it is read, without emphasis and addresses; of a long one only its beginning."""
    line = line[:LONGEST]
    return EMPHASIS.sub("", LINK.sub(r"\1", line.strip()).replace("**", ""))


def by_trace(lines: Sequence[str], inside: Sequence[bool], asking: Sequence[int]) -> End | None:
    """`asking`: where lines are that could be questions."""
    for at, line in enumerate(lines):
        before = sum(place < at for place in asking)
        if before < 2 or inside[at] or not line.strip() or len(line) > 120:
            continue
        if len(asking) - before > LATE * before:
            continue
        if TRACES.fullmatch(bare(line)):
            last = max(place for place in asking if place < at)
            return End(max(_names_above(lines, at), last + 1), bare(line))
    return None


def _names_above(lines: Sequence[str], at: int) -> int:
    """A post begins with who wrote it, on one or two lines above its date."""
    start = at
    if not re.search(DATE, lines[at], re.IGNORECASE):
        return start
    for place in range(at - 1, max(at - 4, -1), -1):
        name = bare(lines[place])
        if not name:
            continue
        if len(name) > 40 or not NAME.fullmatch(name):
            break
        start = place
    return start


def by_words(lines: Sequence[str], inside: Sequence[bool], questions: Sequence[int]) -> End | None:
    """Where somebody speaks, or a heading announces something else; after most questions, and below an answer.
    `questions`: where they begin."""
    first = next(place for place in range(len(questions)) if len(questions) - place - 1 <= LATE * (place + 1))
    begun = set(questions)
    answered = False
    for at in range(questions[first], len(lines)):
        line = bare(lines[at])
        if at in begun or inside[at] or not line:
            answered = at not in begun and (answered or inside[at])
            continue
        new = not lines[at - 1].strip()
        heading = HEADS.fullmatch(lines[at].strip()) and (at > questions[-1] or line != lines[at].strip())
        if new and (heading or answered and SAYS.match(line)):
            return End(at, line)
        answered = True
    return None

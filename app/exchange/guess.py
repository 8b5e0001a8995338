"""What a question without a form seems to want: a kind of part, a title, an address, points of a good answer."""

import ast
import builtins
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.exchange.numbered import asks
from app.exchange.questionnaire import Found

WRITES = re.compile(
    r"\b(?:write|create|make|implement|build|define)\b(?!.*\bpseudo).{0,120}?"
    r"\b(?:functions?|tensors?|arrays?|list comprehensions?|comprehensions?|class|program|loops?|dataset|dataloader|"
    r"module|code|script|dictionary|matrix)\b",
    re.IGNORECASE | re.DOTALL,
)
CREATES_ONE = re.compile(r"\b(?:write|create|make) one(?: now)? (?:that|which|for|in|to)\b", re.IGNORECASE)
COUNTS = re.compile(r"^(?:how many|how much|what number|what is the (?:number|size|rank|value)\b)", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.,\[-])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w\]]|\.\d)")
STOP = set(
    "a an the is are was were do does did what why how when which who of to in on at by for and or with it its this "
    "that these those we you your our be been can could should would will as from into there their they if i".split()
)
TITLE = 120
SLUG = 64
MOST = 20_000  # characters of an answer that are looked at
ALIKE = 0.3  # sentences that share so much of their words make the same point
EXPLAINS = 3  # at most so many sentences are proposed as points


@dataclass(frozen=True)
class Guess:
    kind: str  # "code", "number" or "prose"
    why: str
    value: str = ""  # of a number
    solution: str = ""
    function: str = ""
    parameters: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def guess(found: Found) -> Guess:
    if WRITES.search(found.question) or (CREATES_ONE.search(found.question) and found.answer.programs):
        return _code(found)
    numbers = NUMBER.findall(_first_sentence(found.answer.text))
    if COUNTS.match(found.question) and len(set(numbers)) == 1:
        return Guess("number", "it asks how many, and its answer has one number", value=numbers[0].replace(",", ""))
    return Guess("prose", "")


def _code(found: Found) -> Guess:
    """A function's first block is the solution; where names are made, all blocks are, for one goes on from another."""
    why = "it asks for code to be written"
    trees = [ast.parse(program) for program in found.answer.programs]
    for program, tree in zip(found.answer.programs, trees, strict=True):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                given = tuple(argument.arg for argument in [*node.args.posonlyargs, *node.args.args])
                return Guess("code", why, solution=program, function=node.name, parameters=given)
    if not trees:
        return Guess("code", why)
    program = "\n".join(found.answer.programs)
    body = ast.parse(program).body
    names = [
        name.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]
    last = body[-1] if body else None
    if not names and isinstance(last, ast.Expr):
        before = program.split("\n")[: last.lineno - 1]
        program = "\n".join([*before, f"result = {ast.get_source_segment(program, last)}"])
        names = ["result"]
    return Guess("code", why, solution=program, variables=tuple(dict.fromkeys(names)))


def not_defined(programs: Sequence[str]) -> list[str]:
    """Names that the code uses and nothing in it makes, in their order; it cannot run with them."""
    nodes = [node for program in programs for node in ast.walk(ast.parse(program))]
    made = set(dir(builtins)) | {"__name__", "__file__"}
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            made.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    if "*" in made:
        return []
    used = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return [name for name in dict.fromkeys(used) if name not in made]


def plain(markdown: str) -> str:
    """Markdown as one line of words."""
    text = re.sub(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)", r"\1", markdown)
    text = re.sub(r"\*\*|__|~~|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|\\(?=[_*#.\[\]()])", "", text)
    return " ".join(text.split())


def asking(question: str) -> str:
    """The sentence that asks, in plain words: what leads up to it says little."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z`“\"(])", question)
    return plain(next((one for one in sentences if asks(one)), question))


def title(question: str) -> str:
    text = asking(question)
    if len(text) <= TITLE:
        return text
    first = re.match(r".{10,119}?[?.](?= )", text)
    return first[0] if first else text[: TITLE - 1].rsplit(" ", 1)[0] + "…"


def slug(question: str, taken: set[str], number: int) -> str:
    """Six words that say something, joined by dashes; another number behind them where that is taken."""
    ascii_text = unicodedata.normalize("NFKD", asking(question)).encode("ascii", "ignore").decode("ascii").lower()
    words = re.findall(r"[a-z0-9]+", ascii_text.replace("'", ""))
    telling = [word for word in words if word not in STOP] or words
    made = "-".join(telling[:6])[:50].strip("-") or f"question-{number:02}"
    unique, count = made, 2
    while unique in taken:
        unique, count = f"{made}-{count}", count + 1
    taken.add(unique)
    return unique[:SLUG]


def points(answer: str) -> list[str]:
    """Sentences of the answer that could be what a good answer says; none if it has fewer than two."""
    words = re.sub(r"(?ms)^ *(`{3,}|~{3,}).*?^ *\1 *$", " ", answer[:MOST])
    words = re.sub(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)|^ *>.*$|^ *\|.*$|^#+ .*$", " ", words, flags=re.MULTILINE)
    words = re.sub(r"^ *(?:[-*+]|\d+[.)]) +", "\n", words, flags=re.MULTILINE)
    made: list[str] = []
    for paragraph in re.split(r"\n\s*\n", words):
        made += [plain(one) for one in re.split(r"(?<=[.!?])\s+(?=[A-Z`*\"“(])", paragraph)]
    good = [one for one in made if _says_something(one)]
    chosen: list[str] = []
    for one in dict.fromkeys(good):
        if all(_shared(one, other) < ALIKE for other in chosen):
            chosen.append(one)
    return chosen[:EXPLAINS] if len(chosen) > 1 else []


def _says_something(sentence: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\$[^$]*\$", " ", sentence))
    return len(words) >= 8 and len(sentence) <= 400 and sentence.endswith((".", "!", ")", '"', "”"))


def _shared(one: str, other: str) -> float:
    """How much of the shorter sentence's telling words are in the other, 0 to 1."""
    first, second = (set(re.findall(r"[a-z0-9_]{2,}", text.lower())) - STOP for text in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))


def _first_sentence(answer: str) -> str:
    return re.split(r"(?<=[.!?])\s|\n\s*\n", answer.strip(), maxsplit=1)[0] if answer.strip() else ""


def parameters_told(given: Sequence[str]) -> str:
    return ", ".join(given) if given else "nothing"

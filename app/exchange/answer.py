"""An answer's lines as tidy Markdown: code between fences, without prompts, and what it printed too.

Code comes between fences, indented, behind the prompts of a notebook or of Python, or bare, as a browser copies
it. What Python can read is marked `python`; what it printed, and what it cannot read, is marked `text`.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.exchange.numbered import FENCE

Kind = Literal["words", "python", "text"]
PYTHON = {"python", "py", "python3", "python2", "ipython", "ipython3", "pycon", "jupyter"}
IN = re.compile(r"^ *(?:>>> ?)?In ?\[[ \d*]*\] ?:? ?(.*)$")
OUT = re.compile(r"^ *Out ?\[[ \d*]*\] ?:? ?(.*)$")
MORE = re.compile(r"^ *\.{3}:? ?(.*)$")
PROMPT = re.compile(r"^ *>>>(?: (.*)|)$")
LIST = re.compile(r"^ *(?:[-*+•]|\d{1,3}[.)]|[a-z]\)) +\S")
CODE = re.compile(
    r"(?:from [\w.]+ )?import [\w.*]+|(?:async )?def \w+\s*\(|class \w+\s*[(:]|@\w+\.\w[\w.]*(?:\(.*\))?$"
    r"|return\b(?! (?:the|a|an|to)\b)"
    r"|(?:for .+ in .+|while .+|if .+|elif .+|else|try|except.*|finally|with .+) ?:(?:\s|$)|pass$|raise \w+|assert .+"
    r"|[A-Za-z_][\w.\[\]'\", :()-]{0,80}\s*(?:[-+*/@%|&]|//|\*\*)?=(?!=)\s*\S"
    r"|[A-Za-z_][\w.]*\(.*\)[\w.()\[\],: ]*$|[A-Za-z_][\w.]*\[.+\]$|\[.+ for .+ in .+\]|print\b.*\(|[%!]\w+"
    r"|\(.{1,80}\)\.\w+\(.*\)$"
)
BULLET = re.compile(r"^( *)[•◦▪‣·] +", re.MULTILINE)
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "´": "'", "−": "-", "–": "-", "×": "*"})
PRINTED = re.compile(r"(?:tensor|array|torch\.Size|\[|\(|\{|<|-?\d|True|False|None|'|\")")
HEADER = re.compile(
    r"(import|from|def|async|class|return|for|while|if|elif|else|try|except|finally|with|pass|raise|assert)\b"
)
BEFORE = {
    "elif": "if x: pass\n", "else": "if x: pass\n", "except": "try: pass\n", "finally": "try: pass\n",
}  # fmt: skip
LONGEST = 1_000  # characters in a line of code
WORDY = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}")


@dataclass
class Piece:
    kind: Kind
    lines: list[str] = field(default_factory=list)
    info: str = ""  # of a fence in another language

    @property
    def code(self) -> str:
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True)
class Answer:
    """`looks`: what somebody should look at, a sentence each. `programs`: its Python, block by block."""

    text: str
    looks: tuple[str, ...]
    programs: tuple[str, ...]


def tidy(lines: Sequence[str]) -> Answer:
    looks: list[str] = []
    pieces = _settled(_joined(_pieces(_dedented(lines))), looks)
    if any("![" in line for piece in pieces if piece.kind == "words" for line in piece.lines):
        looks.append("a picture is named here, which must be put into static/ or told in words")
    text = "\n\n".join(shown for piece in pieces if (shown := _shown(piece)))
    return Answer(text, tuple(dict.fromkeys(looks)), tuple(piece.code for piece in pieces if piece.kind == "python"))


def parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _dedented(lines: Sequence[str]) -> list[str]:
    """Answers within a list are indented with it; what is only indented, and no code, need not be."""
    depths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    least = min(depths, default=0)
    return [line[least:] for line in lines]


def _pieces(lines: Sequence[str]) -> list[Piece]:
    made: list[Piece] = []
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if opening and "`" not in opening[2]:
            at = _fence(lines, at, opening[1], opening[2].strip(), made)
        elif IN.match(lines[at]) or OUT.match(lines[at]) or PROMPT.match(lines[at]):
            end = at
            while end < len(lines) and not _ends_prompted(lines, end):
                end += 1
            made += prompted(lines[at:end])
            at = end
        elif not lines[at].strip():
            made.append(Piece("words", [""]))
            at += 1
        else:
            end = at + 1
            while end < len(lines) and lines[end].strip() and not _begins_code(lines[end]):
                end += 1
            made += _paragraph(list(lines[at:end]), made)
            at = end
    return made


def _begins_code(line: str) -> bool:
    return bool(FENCE.match(line) or IN.match(line) or OUT.match(line) or PROMPT.match(line))


def _ends_prompted(lines: Sequence[str], at: int) -> bool:
    """After prompts code and output go on until a blank line that no code or output follows."""
    if FENCE.match(lines[at]):
        return True
    if lines[at].strip():
        return False
    after = next((line for line in lines[at + 1 :] if line.strip()), "")
    return not (_begins_code(after) and not FENCE.match(after) or _looks_like_code(after) or PRINTED.match(after))


def _fence(lines: Sequence[str], at: int, fence: str, info: str, made: list[Piece]) -> int:
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines):
        closing = FENCE.match(lines[end])
        if closing and closing[1][0] == fence[0] and len(closing[1]) >= len(fence) and not closing[2].strip():
            break
        end += 1
    body = [line[indent:] if not line[:indent].strip() else line for line in lines[at + 1 : end]]
    language = info.split()[0].lower().strip("{}.") if info else ""
    if any(IN.match(line) or OUT.match(line) or PROMPT.match(line) for line in body):
        made += prompted(body)
    elif language in PYTHON or (not language or language == "auto") and any(map(_looks_like_code, body)):
        made.append(Piece("python", body))
    else:
        made.append(Piece("text", body, "" if language in ("", "auto") else language))
    return end + 1


def prompted(lines: Sequence[str]) -> list[Piece]:
    """A notebook's cells or a session of Python: code without its prompts, and what it printed."""
    made: list[Piece] = []
    session = False  # after >>> a line without a prompt is output; after In [ ]: it is code
    for line in lines:
        code = PROMPT.match(line)
        if code or (found := IN.match(line)):
            session = bool(code)
            text = (code[1] if code else found[1] if found else "") or ""
            if not made or made[-1].kind != "python" or not session:
                made.append(Piece("python"))
            made[-1].lines += [text] if text or session else []
        elif found := OUT.match(line):
            session = False
            made.append(Piece("text", [found[1]] if found[1] else []))
        elif (more := MORE.match(line)) and made and made[-1].kind == "python":
            made[-1].lines.append(more[1])
        elif session and made and made[-1].kind == "python" and line.strip():
            made.append(Piece("text", [line]))
        elif made:
            made[-1].lines.append(line)
        else:
            made.append(Piece("python" if _looks_like_code(line) else "text", [line]))
    return made


def _paragraph(lines: list[str], before: Sequence[Piece]) -> list[Piece]:
    """Lines up to a blank one: words, or bare code, or words and then code."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    if indent >= 2 and _bare_code(before):
        return [Piece("python", lines, "bare")]
    if LIST.match(lines[0]) or indent >= 2 and _in_list(before):
        return [Piece("words", lines)]
    if indent >= 3:
        lines = [line[indent:] if not line[:indent].strip() else line.lstrip() for line in lines]
    made: list[Piece] = []
    for at, line in enumerate(lines):
        kind = _kind(line, lines[at + 1] if at + 1 < len(lines) else "", made)
        if made and made[-1].kind == kind:
            made[-1].lines.append(line)
        else:
            made.append(Piece(kind, [line], "bare" if kind != "words" else ""))
    return made


def _kind(line: str, below: str, made: Sequence[Piece]) -> Kind:
    """What a line is, that no fence and no prompt marks, after what stands before it in its paragraph."""
    inside = bool(made) and made[-1].kind == "python"
    if _looks_like_code(line) or inside and line.startswith((" ", ")", "]", "}", "#")):
        return "python"
    if line.startswith("@") and below.startswith(("def ", "class ", "@")):
        return "python"
    if inside and PRINTED.match(line) and not WORDY.search(line):
        return "text"
    if made and made[-1].kind == "text" and (line.startswith(" ") or PRINTED.match(line)):
        return "text"
    return "words"


def _bare_code(before: Sequence[Piece]) -> bool:
    last = next((piece for piece in reversed(before) if piece.code.strip()), None)
    return last is not None and last.kind == "python" and last.info == "bare"


def _in_list(before: Sequence[Piece]) -> bool:
    """The lines above belong to a list, so what is indented belongs to it too."""
    for piece in reversed(before):
        lines = [line for line in piece.lines if line.strip()]
        if piece.kind != "words":
            return False
        if lines:
            return bool(LIST.match(lines[0]) or lines[0].startswith("  "))
    return False


def _looks_like_code(line: str) -> bool:
    """A line of Python by itself, or one that others go on from. Words that Python could read too are words."""
    stripped = re.sub(r"\s+#\s.*$", "", line.strip().translate(STRAIGHT))
    if len(stripped) > LONGEST or not CODE.match(stripped):
        return False
    if stripped.startswith(("%", "!", "@")) or stripped == "try:":
        return True
    if found := HEADER.match(stripped):
        before = BEFORE.get(found[1], "")
        return parses(f"{before}{stripped}{' pass' if stripped.endswith(':') else ''}")
    if WORDY.search(re.sub(r"([\"']).*?\1", "", stripped)):
        return False
    return parses(stripped) or "=" in stripped and stripped.endswith(("(", "[", "{", ",", "\\"))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Bare code that only a blank line parts is one block."""
    made: list[Piece] = []
    blanks: list[Piece] = []
    for piece in pieces:
        if piece.kind == "words" and not piece.code.strip():
            blanks.append(piece)
            continue
        last = made[-1] if made else None
        if last and last.info == piece.info == "bare" and last.kind == piece.kind == "python":
            last.lines += ["", *piece.lines]
        else:
            made += [*blanks, piece]
        blanks = []
    return made


def _settled(pieces: Sequence[Piece], looks: list[str]) -> list[Piece]:
    made: list[Piece] = []
    for piece in pieces:
        if piece.kind == "python":
            piece = _python(piece, looks)
        elif piece.kind == "text":
            piece = Piece("text", _unindented(piece.code).split("\n"), piece.info)
        made.append(piece)
    return made


def _python(piece: Piece, looks: list[str]) -> Piece:
    code = _unindented(piece.code)
    for attempt in (code, code.translate(STRAIGHT)):
        if parses(attempt):
            if piece.info == "bare":
                looks.append("lines that stood between the words were taken for code")
            return Piece("python", attempt.split("\n"))
    if piece.info == "bare" and len(piece.lines) == 1:
        return Piece("words", piece.lines)
    looks.append("code that Python cannot read is marked `text`")
    return Piece("text", code.split("\n"))


def _unindented(code: str) -> str:
    lines = code.split("\n")
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[least:] for line in lines)


def _shown(piece: Piece) -> str:
    if not piece.code.strip():
        return ""
    if piece.kind == "words":
        return BULLET.sub(r"\1- ", piece.code)
    longest = max((len(run) for run in re.findall("`{3,}", piece.code)), default=2)
    fence = "`" * (longest + 1)
    info = "python" if piece.kind == "python" else piece.info if piece.info not in ("", "bare") else "text"
    return f"{fence}{info}\n{piece.code}\n{fence}"

"""Facts about a source's syntax: what is written in it where it can be reached.

Runs inside the jail as an ordinary job (see app/grading/rules.py), because parsing hostile source can be slow or end
the process. Standard library only, and no import of ours: the jail has none of our files.
"""

import ast
from collections.abc import Iterator

# Whoever writes these can hide from any reader of the source what runs: names by themselves, names anywhere, modules.
DYNAMIC = {"eval", "exec", "compile", "globals", "locals", "vars", "setattr", "delattr"}
DYNAMIC_ANYWHERE = {
    "__import__", "__dict__", "__code__", "__globals__", "__builtins__", "__closure__", "__class__", "__setattr__",
    "__getattribute__", "__subclasses__", "_getframe", "f_globals", "f_locals", "import_module",
}  # fmt: skip
DYNAMIC_MODULES = {
    "__main__", "builtins", "code", "codeop", "ctypes", "gc", "importlib", "inspect", "marshal", "pickle", "runpy"
}  # fmt: skip
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
BY_NAME = {"getattr", "attrgetter", "methodcaller", "hasattr"}
NAMED_AT = {"getattr": slice(1, 2), "attrgetter": slice(None), "methodcaller": slice(1)}  # where a name is handed over


def truth(node: ast.expr) -> bool | None:
    """Whether a test is always true or always false; None where that depends."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = truth(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None if any(isinstance(item, ast.Starred) for item in node.elts) else bool(node.elts)
    if isinstance(node, ast.Dict):
        return bool(node.keys)
    if isinstance(node, ast.BoolOp):
        return _truth_of_several([truth(value) for value in node.values], isinstance(node.op, ast.And))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _truth_of_comparison(node.left, node.ops[0], node.comparators[0])
    return False if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" else None


def _truth_of_several(values: list[bool | None], conjunction: bool) -> bool | None:
    if any(value is (not conjunction) for value in values):
        return not conjunction
    return None if None in values else conjunction


def _truth_of_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
    if isinstance(left, ast.Name) and left.id == "__name__":  # an answer runs as the main program
        left = ast.Constant("__main__")
    if not (isinstance(left, ast.Constant) and isinstance(right, ast.Constant)):
        return None
    a, b = left.value, right.value
    try:
        if isinstance(operator, ast.Eq | ast.Is):
            return bool(a == b)
        if isinstance(operator, ast.NotEq | ast.IsNot):
            return bool(a != b)
        if isinstance(operator, ast.Lt | ast.LtE):
            return bool(a < b or (a == b and isinstance(operator, ast.LtE)))  # type: ignore[operator]
        if isinstance(operator, ast.Gt | ast.GtE):
            return bool(a > b or (a == b and isinstance(operator, ast.GtE)))  # type: ignore[operator]
    except TypeError:
        return None
    return None


def living(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that is not in a branch that is never taken or behind a return."""
    yield node
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        decided = truth(node.test)
        yield from living(node.test)
        if decided is not False:
            yield from _branch(node.body)
        if decided is not True or isinstance(node, ast.While):
            yield from _branch(node.orelse)
        return
    for _, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from _branch(value)
        elif isinstance(value, ast.AST):
            yield from living(value)


def _branch(body: object) -> Iterator[ast.AST]:
    nodes = body if isinstance(body, list) else [body]
    for node in nodes:
        if isinstance(node, ast.AST):
            yield from living(node)
        if isinstance(node, ENDS):
            return


def line_of(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def hidden(tree: ast.AST) -> tuple[str, int] | None:
    """The first name by which code could be run or put in place unseen, and its line. Not covered: a library's own
    things under another name (`T = torch.Tensor`), and whatever a call gives (`type(x)`)."""
    called: set[ast.AST] = set()
    imported = _imported(tree)
    for node in living(tree):
        if isinstance(node, ast.Call):
            called.add(node.func)
        name = _hides(node, called) or _replaces(node, imported)
        if name:
            return name, line_of(node)
    return None


def _hides(node: ast.AST, called: set[ast.AST]) -> str:
    if isinstance(node, ast.Name) and node.id in DYNAMIC:
        return node.id
    if isinstance(node, ast.Attribute) and node.attr == "modules" and node not in called:  # of sys
        return node.attr
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or "", *(f"sys.{alias.name}" for alias in node.names if node.module == "sys")]
    for module in modules:
        if module.split(".")[0] in DYNAMIC_MODULES or module == "sys.modules":
            return module
    if isinstance(node, ast.Call) and _called(node) in NAMED_AT:
        names = node.args[NAMED_AT[_called(node)]]
        if not all(isinstance(name, ast.Constant) for name in names):  # made while the program runs
            return _called(node)
    return next((name for name in names_in(node) if name in DYNAMIC_ANYWHERE), "")


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _imported(tree: ast.AST) -> set[str]:
    """The names that imports give, and nothing else does."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names} - own_names(tree)


def _replaces(node: ast.AST, imported: set[str]) -> str:
    """Something of a library's that gets another value: `torch.Tensor.detach = …`."""
    if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
        return ""
    names = [node.attr]
    inner: ast.AST = node.value
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name) or inner.id not in imported:
        return ""
    return ".".join([inner.id, *reversed(names)])


def names_in(node: ast.AST) -> Iterator[str]:
    """The names that this one node mentions."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield from node.name.split(".")
    elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
        yield "@"
    elif isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")
    elif isinstance(node, ast.Call):
        if _called(node) in BY_NAME:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def own_names(tree: ast.AST) -> set[str]:
    """Names that the source gives to things of its own, such as a helper called `dot`; a mere other name for what was
    called so before (`dot = dot`) is none."""
    own: set[str] = set()
    passed_on: set[str] = set()
    for node in ast.walk(tree):
        values: list[ast.expr | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, ast.arguments):
            values = [*node.defaults, *node.kw_defaults]
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            values = list(node.value.elts) if isinstance(node.value, ast.Tuple | ast.List) else [node.value]
        passed_on |= {value.id for value in values if isinstance(value, ast.Name)}
    return own - passed_on


def avoided(tree: ast.AST, what: str) -> tuple[str, int] | None:
    """Where something that a rule forbids is written: the words for it and its line, or None."""
    last = what.split(".")[-1]
    own = last in own_names(tree)
    for node in living(tree):
        if what == "loop" and isinstance(node, LOOPS):
            return "while" if isinstance(node, ast.While) else "for", line_of(node)
        if what == "comprehension" and isinstance(node, COMPREHENSIONS):
            return "generator" if isinstance(node, ast.GeneratorExp) else "comprehension", line_of(node)
        if isinstance(node, ast.Name) and own:
            continue
        if what not in ("loop", "comprehension") and last in names_in(node):
            return last, line_of(node)
    return None

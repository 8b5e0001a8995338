"""What a call gives: the part of the little interpreter that follows helpers, methods and built-in functions.

Runs inside the jail, between rules_values.py and rules_flow.py.
"""

import ast
from abc import abstractmethod

from app.grading.rules_syntax import DYNAMIC, DYNAMIC_ANYWHERE
from app.grading.rules_values import Definition, Expressions, Made, Scope, TooComplex, Values, join

MAX_CALLS = 40
UNPACKED = 8  # arguments that a starred one of unknown length stands for
MORE = "**"
GROW = {"append", "extend", "insert", "__setitem__", "__iadd__", "appendleft", "heappush", "insort"}
SHRINK = {"pop", "remove", "clear", "__delitem__"}
COPIES = {"list", "sorted", "tuple", "reversed", "iter", "copy", "deepcopy", "islice", "__copy__", "__iter__"}
LAZY = {"map": "map", "filter": "filter", "starmap": "map", "filterfalse": "filter", "reduce": "reduce"}
INNER = {"next", "max", "min", "choice"}  # gives an item of what it gets
SUMS = {"add", "concat", "iadd", "iconcat", "__add__", "chain"}
PURE = {
    "len", "print", "sum", "any", "all", "abs", "str", "repr", "isinstance", "type", "id", "bool", "int", "float",
    "set", "sort", "reverse", "index", "count", "dict", "round", "divmod", "hash", "format",
}  # fmt: skip
LISTS = ("comprehension", "empty", "literal", "loop", "append", "changed", "argument", "dict")


class Calls(Expressions):
    @abstractmethod
    def run_body(self, definition: Definition, scope: Scope) -> Values:
        """What the body of a function returns."""

    def of_Call(self, node: ast.Call, scope: Scope) -> Values:
        args: list[Values] = []
        for argument in node.args:
            args += self.arguments(argument, scope)
        named = {keyword.arg or MORE: self.value(keyword.value, scope) for keyword in node.keywords}
        if isinstance(node.func, ast.Attribute):
            made = self.method(node.func, args, scope)
            if made is not None:
                return made
        targets = self.value(node.func, scope)
        return join(*(self.call(target, args, node, named) for target in targets))

    def arguments(self, node: ast.expr, scope: Scope) -> list[Values]:
        """The values of one argument; of a starred one, those of the items, as far as they are known."""
        values = self.value(node, scope)
        if not isinstance(node, ast.Starred):
            return [values]
        if len(values) == 1 and values[0].keys:
            return list(values[0].keys.values())
        return [self.items_of(values)] * UNPACKED

    def method(self, node: ast.Attribute, args: list[Values], scope: Scope) -> Values | None:
        """A call of a list's own method, where the object may be a list; None for any other method."""
        values, name = self.value(node.value, scope), node.attr
        if any(made.how == "builtin list" for made in values) and args:  # list.append(result, x)
            values, args = args[0], args[1:]
        lists = tuple(made for made in values if made.how in LISTS)
        if not lists:
            return None
        if name in GROW:
            for made in lists:
                self.grow(made, join(*args), node, whole=name in ("extend", "__iadd__"))
            return lists if name == "__iadd__" else (Made("none", node),)
        if name in SHRINK:
            inside = self.items_of(lists)
            for made in lists:
                self.spoil(made, node, "changed")
            return inside
        if name == "get" or name == "setdefault":
            return self.items_of(lists)
        if name in COPIES:
            return self.copies(lists, node)
        if name == "__add__" and args:
            return self.added(lists, args[0], node)
        return (Made("value", node),) if name in PURE else None

    def of_Attribute(self, node: ast.Attribute, scope: Scope) -> Values:
        values = self.value(node.value, scope)
        known = self.attributes.get(node.attr, ())
        if node.attr in GROW and not known:  # `add = result.append`, called later
            for made in values:
                self.spoil(made, node, "append")
        if known:
            return join(*(self.bind(made, values, node) for made in known))
        return (Made(f"builtin {node.attr}", node),)

    def bind(self, made: Made, values: Values, node: ast.AST) -> Values:
        """An attribute as seen from an object: a method knows its object, a property is called."""
        if made.function is None or isinstance(made.function, ast.Lambda):
            return (made,)
        marks = {getattr(mark, "id", getattr(mark, "attr", "")) for mark in made.function.decorator_list}
        from_class = values and all(one.how == "class" for one in values)
        bound = Made("function", made.function)
        bound.function, bound.scope = made.function, made.scope
        if "staticmethod" not in marks and ("classmethod" in marks or not from_class):
            bound.bound = (values,)
        return self.call(bound, [], node, {}) if marks & {"property", "cached_property"} else (bound,)

    def call(self, target: Made, args: list[Values], node: ast.AST, named: dict[str, Values]) -> Values:
        if target.function is not None and target.scope is not None:
            return self.run(target.function, target.scope, [*target.bound, *args], named)
        if target.how in ("class", "instance"):
            return self.call_object(target, args, node, named)
        for argument in join(*args, *named.values()):  # a function given to another may be called there
            if argument.function is not None and target.how != "builtin partial":
                self.call(argument, [], node, {})
        if target.how.startswith("builtin "):
            return self.built_in(target.how.removeprefix("builtin "), args, node)
        return self.unknown(args, node)

    def call_object(self, target: Made, args: list[Values], node: ast.AST, named: dict[str, Values]) -> Values:
        made = target if target.how == "instance" else Made("instance", node)
        methods = self.attributes.get("__call__" if target.how == "instance" else "__init__", ())
        returned = [self.call(each, [(made,), *args], node, named) for each in methods]
        return join(*returned) if target.how == "instance" and methods else (made,)

    def run(self, node: Definition, above: Scope, args: list[Values], named: dict[str, Values]) -> Values:
        self.step()
        if node in self.stack:  # a call of itself adds no way of its own
            return ()
        if len(self.stack) >= MAX_CALLS:
            raise TooComplex
        scope = Scope(above)
        self.take_arguments(node.args, scope, args, named)
        loops = self.loops
        if not self.stack:  # a loop of the program around the whole call makes nothing inside it
            self.loops = []
        self.stack.append(node)
        returned = self.run_body(node, scope)
        self.stack.pop()
        self.loops = loops
        return (Made("generator", node),) if is_generator(node) else returned

    def take_arguments(self, wanted: ast.arguments, scope: Scope, args: list[Values], named: dict[str, Values]) -> None:
        names = [*wanted.posonlyargs, *wanted.args]
        above = scope.above or scope
        first = len(names) - len(wanted.defaults)
        for place, name in enumerate(names):
            default = self.value(wanted.defaults[place - first], above) if place >= first else ()
            default = join(default, self.items_of(named.get(MORE, ())))
            given = args[place] if place < len(args) else named.get(name.arg, default)
            scope.names[name.arg] = given or (Made("argument", name),)
        for name, node in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True):
            default = join(self.value(node, above), self.items_of(named.get(MORE, ())))
            scope.names[name.arg] = named.get(name.arg) or default or (Made("argument", name),)
        if wanted.vararg is not None:
            rest = Made("argument", wanted.vararg, join(*args[len(names) :]))
            rest.keys = dict(enumerate(args[len(names) :]))
            scope.names[wanted.vararg.arg] = (rest,)
        if wanted.kwarg is not None:
            others = Made("dict", wanted.kwarg, join(*named.values()))
            others.keys.update(named)
            scope.names[wanted.kwarg.arg] = (others,)

    def built_in(self, name: str, args: list[Values], node: ast.AST) -> Values:
        first = args[0] if args else ()
        if name in DYNAMIC or name in DYNAMIC_ANYWHERE:
            return (Made("hidden", node),)
        if name in COPIES:
            return self.copies(first, node) if args else (Made("empty", node),)
        if name in LAZY:
            return (Made(LAZY[name], node),)
        if name in SUMS:
            made = self.copies(first, node)
            for more in args[1:]:
                made = self.added(made, more, node)
            return made
        if name in INNER:
            return self.items_of(first)
        if name in ("zip", "enumerate"):
            zipped = Made("zip", node)
            zipped.columns = list(args) if name == "zip" else [(Made("range", node),), first]
            return (zipped,)
        if name == "partial":
            return tuple(self.partly(made, args[1:]) for made in first) or (Made("unclear", node),)
        if name in GROW:  # heapq.heappush(result, x)
            for filled in first:
                self.spoil(filled, node, "append")
        if name == "range" or name in PURE:
            return (Made("range" if name == "range" else "value", node),)
        return self.unknown(args, node)

    def partly(self, made: Made, args: list[Values]) -> Made:
        bound = Made(made.how, made.function)
        bound.function, bound.scope, bound.bound = made.function, made.scope, (*made.bound, *args)
        return bound

    def unknown(self, args: list[Values], node: ast.AST) -> Values:
        """Nothing is known of the function, so it may fill any list that it is given."""
        for made in join(*args):
            if made.how == "empty":
                self.spoil(made, node, "unclear")
        return (Made("unclear", node),)


def is_generator(node: Definition) -> bool:
    """The function's own body has a `yield`."""
    waiting: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while waiting:
        here = waiting.pop()
        if isinstance(here, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(here))
    return False

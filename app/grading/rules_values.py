"""Where a value comes from: the part of the little interpreter that follows expressions.

A list is followed as an object, since a loop may change it under another name. Runs inside the jail; calls are in
rules_calls.py, statements in rules_flow.py, which also says what is covered.
"""

import ast
from collections.abc import Iterable
from typing import Any

from app.grading.rules_syntax import truth

MAX_STEPS = 60_000
GOOD = ("comprehension", "empty", "none")
KNOWN = (*GOOD, "literal", "dict", "zip")
COPIED = {"zip": "copy", "range": "copy", "item": "copy"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class TooComplex(Exception):
    """More steps than any honest answer needs."""


class Made:
    """A value: how it was made and in which line, and what is known of its inside."""

    def __init__(self, how: str, node: ast.AST | None = None, items: "Values" = (), loop: str = "") -> None:
        self.how = how
        self.line: int = getattr(node, "lineno", 0)
        self.loop = loop  # "for" or "while", when a loop made it
        self.items = items
        self.keys: dict[object, Values] = {}  # by index or key, where that is known
        self.columns: list[Values] = []  # of zip and enumerate: the lists that an item's positions come from
        self.source: Made | None = None  # of an item: the list it was taken from
        self.function: Definition | None = None
        self.scope: Scope | None = None
        self.bound: tuple[Values, ...] = ()


Values = tuple[Made, ...]


class Scope:
    """Names of a function, a class body or the module; a branch works on a copy of `names`."""

    def __init__(self, above: "Scope | None" = None, is_class: bool = False, is_comprehension: bool = False) -> None:
        self.names: dict[str, Values] = {}
        self.above = above
        self.is_class = is_class
        self.is_comprehension = is_comprehension
        self.elsewhere: dict[str, Scope] = {}  # global and nonlocal names

    def home(self) -> "Scope":
        return self if self.above is None else self.above.home()

    def get(self, name: str) -> Values | None:
        scope: Scope | None = self.elsewhere.get(name, self)
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.above
            while scope is not None and scope.is_class:
                scope = scope.above
        return None

    def set(self, name: str, values: Values) -> None:
        there = self.elsewhere.get(name)
        if there is None:
            self.names[name] = values
        else:
            there.names[name] = join(there.names.get(name, ()), values)


def join(*several: Iterable[Made]) -> Values:
    return tuple(dict.fromkeys(made for values in several for made in values))


def item_of(made: Made) -> Made:
    item = Made("item")
    item.source, item.line = made, made.line
    return item


class Expressions:
    """Values of expressions, and names bound to them."""

    def __init__(self) -> None:
        self.module = Scope()
        self.attributes: dict[str, Values] = {}
        self.loops: list[tuple[str, int]] = []
        self.stack: list[Definition] = []
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooComplex

    def value(self, node: ast.expr | None, scope: Scope) -> Values:
        self.step()
        if node is None:
            return ()
        see = getattr(self, f"of_{type(node).__name__}", self.of_other)
        values: Values = see(node, scope)
        return values

    def of_other(self, node: ast.expr, scope: Scope) -> Values:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, scope)
        return (Made("value", node),)

    def of_Constant(self, node: ast.Constant, _: Scope) -> Values:
        return (Made("none" if node.value is None else "value", node),)

    def of_Name(self, node: ast.Name, scope: Scope) -> Values:
        found = scope.get(node.id)
        return (Made(f"builtin {node.id}", node),) if found is None else found

    def of_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> Values:
        values = self.value(node.value, scope)
        while scope.is_comprehension and scope.above is not None:
            scope = scope.above
        scope.set(node.target.id, values)
        return values

    def of_Lambda(self, node: ast.Lambda, scope: Scope) -> Values:
        return (self.function(node, scope),)

    def of_Starred(self, node: ast.Starred, scope: Scope) -> Values:
        return self.value(node.value, scope)

    def of_IfExp(self, node: ast.IfExp, scope: Scope) -> Values:
        self.value(node.test, scope)
        decided = truth(node.test)
        first = self.value(node.body, scope) if decided is not False else ()
        return join(first, self.value(node.orelse, scope) if decided is not True else ())

    def of_BoolOp(self, node: ast.BoolOp, scope: Scope) -> Values:
        """`a or b` is one of the two; `a and b` is b, or an `a` that is false and so holds nothing."""
        values: Values = ()
        for each in node.values:
            made = self.value(each, scope)
            if isinstance(node.op, ast.And):
                values = made
                if truth(each) is False:
                    return made
            elif truth(each) is not False:
                values = join(values, made)
                if truth(each) is True:
                    break
        return values

    def of_Tuple(self, node: ast.Tuple | ast.List, scope: Scope) -> Values:
        values = [self.value(item, scope) for item in node.elts]
        if not values:
            return (Made("empty", node),)
        if all(isinstance(item, ast.Starred) for item in node.elts):  # [*one, *two] is one + two
            made = self.copies(values[0], node)
            for more in values[1:]:
                made = self.added(made, more, node)
            return made
        literal = Made("literal", node, join(*values))
        if not any(isinstance(item, ast.Starred) for item in node.elts):
            literal.keys = dict(enumerate(values))
        return (literal,)

    of_List = of_Tuple

    def of_Dict(self, node: ast.Dict, scope: Scope) -> Values:
        made = Made("dict", node)
        for key, item in zip(node.keys, node.values, strict=True):
            values = self.value(item, scope)
            made.items = join(made.items, values)
            if isinstance(key, ast.Constant):
                made.keys[key.value] = values
        return (made,)

    def of_Subscript(self, node: ast.Subscript, scope: Scope) -> Values:
        values = self.value(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return self.copies(values, node)
        places = self.value(node.slice, scope)
        index = -1 if ast.unparse(node.slice) == "-1" else getattr(node.slice, "value", None)
        if index is None and not any(place.source and place.source.how == "range" for place in places):
            return join(*(made.items or (Made("value", node),) for made in values))  # looked up, not walked through
        return join(*(self.at(made, index) for made in values))

    def at(self, made: Made, index: Any) -> Values:
        """What stands at an index (None: at each in turn)."""
        if isinstance(index, int) and index < 0:
            index += len(made.keys)
        if index is not None and index in made.keys:
            return made.keys[index]
        columns = made.source.columns if made.source else []
        if isinstance(index, int) and index < len(columns):
            return self.items_of(columns[index])
        return self.items_of((made,))

    def items_of(self, values: Values) -> Values:
        """What a loop over the values meets. An item of a list that no comprehension made remembers its list."""
        return join(*(made.items if made.items and made.how in KNOWN else self._items(made) for made in values))

    def _items(self, made: Made) -> Values:
        return (*made.items, item_of(made))

    def assign(self, target: ast.expr, values: Values, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.set(target.id, values)
        elif isinstance(target, ast.Attribute):
            self.value(target.value, scope)
            self.attributes[target.attr] = join(self.attributes.get(target.attr, ()), values)
        elif isinstance(target, ast.Subscript):
            key = getattr(target.slice, "value", None)
            for made in self.value(target.value, scope):
                self.spoil(made, target, "changed")
                made.items = join(made.items, values)
                made.keys[key] = join(made.keys.get(key, ()), values)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, self.copies(values, target), scope)
        elif isinstance(target, ast.Tuple | ast.List):
            for place, each in enumerate(target.elts):
                starred = isinstance(each, ast.Starred)
                self.assign(each, values if starred else join(*(self.at(made, place) for made in values)), scope)

    def function(self, node: Definition, scope: Scope) -> Made:
        made = Made("function", node)
        made.function, made.scope = node, scope
        return made

    # sums, copies, changes

    def of_BinOp(self, node: ast.BinOp, scope: Scope) -> Values:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if isinstance(node.op, ast.Add):
            return self.added(left, right, node)
        if isinstance(node.op, ast.Mult):
            lists = [made for made in (*left, *right) if made.how in (*GOOD, "literal", "loop", "generator")]
            return self.copies(tuple(lists), node) if lists else (Made("value", node),)
        return (Made("value", node),)

    def added(self, left: Values, right: Values, node: ast.AST) -> Values:
        """One list behind another. Round after round in a loop, the loop makes the list."""
        if self.loops:
            return (self.by_loop(),)
        bad = next((made for made in (*left, *right) if made.how not in GOOD), None)
        if bad is not None:
            return self.copies((bad,), node)
        made = any(made.how == "comprehension" for made in (*left, *right))
        return (Made("comprehension" if made else "empty", node),)

    def by_loop(self) -> Made:
        made = Made("loop")
        made.loop, made.line = self.loops[-1]
        return made

    def copies(self, values: Iterable[Made], node: ast.AST, argument: str = "argument") -> Values:
        """Lists with the same items: each counts as made the way the first was; `argument` is for an argument's."""
        copied = []
        for made in values:
            copy = Made(COPIED.get(made.how, made.how), node, made.items, made.loop)
            if made.how == "argument":
                copy.how = argument
            copy.line = made.line or copy.line
            copy.keys, copy.columns, copy.source = made.keys, made.columns, made.source
            copied.append(copy)
        return tuple(copied)

    def spoil(self, made: Made, node: ast.AST, how: str) -> None:
        """Something changed a list: from now on, for all its names, that is what made it."""
        if made.how in GOOD or made.how == "literal":
            made.loop, made.line = self.loops[-1] if self.loops else ("", getattr(node, "lineno", 0))
            made.how = "loop" if self.loops else how

    def grow(self, made: Made, more: Values, node: ast.AST, whole: bool) -> None:
        """`+=` and `extend` with a comprehension's list (`whole`), outside of loops, leave it made by one."""
        made.items, made.keys = join(made.items, self.items_of(more) if whole else more), {}
        if self.loops or not whole or any(one.how not in GOOD for one in more):
            bad = next((one.how for one in more if one.how not in (*GOOD, "item")), "append")
            self.spoil(made, node, bad if whole else "append")
        elif made.how == "empty" and any(one.how == "comprehension" for one in more):
            made.how = "comprehension"

    # comprehensions

    def of_ListComp(self, node: ast.ListComp, scope: Scope) -> Values:
        inner, filters = self.clauses(node.generators, scope)
        if filters is False:
            return (Made("empty", node),)
        items = self.value(node.elt, inner)
        bad = [made.source for made in items if made.source is not None and made.source.how not in (*GOOD, "item")]
        as_it_was = all(made.source is not None or any(made in one.items for one in bad) for made in items)
        if bad and filters is None and as_it_was:
            if len(node.generators) == 1 or all(made.how != "argument" for made in bad):
                return self.copies(bad[:1], node, "copy")
        return (Made("comprehension", node, items),)

    def clauses(self, generators: list[ast.comprehension], scope: Scope) -> tuple[Scope, bool | None]:
        """The names inside, and what the filters do: None nothing, True something, False they let nothing through."""
        inner = Scope(scope, is_comprehension=True)
        filters: bool | None = None
        for clause in generators:
            self.assign(clause.target, self.items_of(self.value(clause.iter, inner)), inner)
            for test in clause.ifs:
                self.value(test, inner)
                decided = truth(test)
                if decided is False:
                    return inner, False
                filters = filters if decided else True
        return inner, filters

    def of_GeneratorExp(self, node: ast.GeneratorExp | ast.SetComp, scope: Scope) -> Values:
        inner, _ = self.clauses(node.generators, scope)
        items = self.value(node.elt, inner)
        return (Made("generator" if isinstance(node, ast.GeneratorExp) else "set", node, items),)

    of_SetComp = of_GeneratorExp

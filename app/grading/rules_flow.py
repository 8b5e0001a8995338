"""How a function's returned value is made: a small interpreter that follows lists instead of numbers.

It walks the program as Python would, both ways round each branch, and keeps for every name the objects it may stand
for. An object remembers how it was made, and whether something changed it afterwards; what is returned in the end must
come from a list comprehension on every way. Runs inside the jail behind rules_syntax, rules_values and rules_calls; the
facts it tells are reasons, and app/grading/rules.py turns them into sentences.

Covered: names, branches, loops, closures, helpers, methods, attributes, slices, copies, sums of lists. Not covered:
what a class does in special methods beyond __init__ and __call__, and code made at run time (`hidden` finds that).
"""

import ast

from app.grading.rules_calls import Calls
from app.grading.rules_syntax import truth
from app.grading.rules_values import GOOD, Definition, Made, Scope, Values, join

State = dict[str, Values]


class Frame:
    """One run of a function: what it returned, and the states at each `break` of its loops."""

    def __init__(self) -> None:
        self.returned: Values = ()
        self.breaks: list[list[State]] = []


def merged(*states: State) -> State:
    names = dict.fromkeys(name for state in states for name in state)
    return {name: join(*(state.get(name, ()) for state in states)) for name in names}


def how_made(tree: ast.Module, function: str) -> tuple[str, int, str]:
    """Why the returned value of `function` is not a comprehension's: (reason, line, loop); reason "" when it is."""
    flow = Flow()
    flow.block(tree.body, flow.module, Frame())
    targets = flow.module.names.get(function)
    if not targets:
        return "missing", 0, ""
    returned = join(*(flow.call(target, [], tree, {}) for target in targets))
    bad = next((made for made in returned if made.how not in GOOD), None)
    if bad is not None:
        return bad.how, bad.line, bad.loop
    made = any(made.how == "comprehension" for made in returned)
    return ("", 0, "") if made else ("nothing", 0, "")


class Flow(Calls):
    def run_body(self, definition: Definition, scope: Scope) -> Values:
        if isinstance(definition, ast.Lambda):
            return self.value(definition.body, scope)
        frame = Frame()
        self.block(definition.body, scope, frame)
        return frame.returned

    def block(self, body: list[ast.stmt], scope: Scope, frame: Frame) -> bool:
        """Run statements; False when the end of the block is never reached."""
        for statement in body:
            self.step()
            run = getattr(self, f"do_{type(statement).__name__}", self.do_other)
            if run(statement, scope, frame) is False:
                return False
        return True

    def do_other(self, node: ast.stmt, scope: Scope, _: Frame) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child, scope)

    def do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, _: Frame) -> None:
        values: Values = (self.function(node, scope),)
        for decorator in reversed(node.decorator_list):
            own = [made for made in self.value(decorator, scope) if made.function is not None or made.how == "class"]
            if own:  # any other decorator (cache, wraps, no_grad) leaves the function as it is
                values = join(*(self.call(made, [values], node, {}) for made in own))
        scope.set(node.name, values)

    do_AsyncFunctionDef = do_FunctionDef

    def do_ClassDef(self, node: ast.ClassDef, scope: Scope, frame: Frame) -> None:
        inside = Scope(scope, is_class=True)
        self.block(node.body, inside, frame)
        for name, values in inside.names.items():
            self.attributes[name] = join(self.attributes.get(name, ()), values)
        scope.set(node.name, (Made("class", node),))

    def do_Return(self, node: ast.Return, scope: Scope, frame: Frame) -> bool:
        frame.returned = join(frame.returned, self.value(node.value, scope))
        return False

    def do_Raise(self, node: ast.Raise, scope: Scope, frame: Frame) -> bool:
        self.do_other(node, scope, frame)
        return False

    def do_Break(self, _: ast.Break, scope: Scope, frame: Frame) -> bool:
        if frame.breaks:
            frame.breaks[-1].append(dict(scope.names))
        return False

    def do_Continue(self, *_: object) -> bool:
        return False

    def do_Assign(self, node: ast.Assign, scope: Scope, _: Frame) -> None:
        values = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, values, scope)

    def do_AnnAssign(self, node: ast.AnnAssign, scope: Scope, _: Frame) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)

    def do_AugAssign(self, node: ast.AugAssign, scope: Scope, _: Frame) -> None:
        """`+=` changes the list itself, so every other name of it sees that too."""
        before, added = self.value(node.target, scope), self.value(node.value, scope)
        if not isinstance(node.op, ast.Add):
            self.assign(node.target, (Made("value", node),), scope)
        for made in before:
            self.grow(made, added, node, whole=True)

    def do_Delete(self, node: ast.Delete, scope: Scope, _: Frame) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                for made in self.value(target.value, scope):
                    self.spoil(made, node, "changed")

    def do_Global(self, node: ast.Global, scope: Scope, _: Frame) -> None:
        scope.elsewhere.update(dict.fromkeys(node.names, scope.home()))

    def do_Nonlocal(self, node: ast.Nonlocal, scope: Scope, _: Frame) -> None:
        for name in node.names:
            above = scope.above
            while above is not None and name not in above.names:
                above = above.above
            scope.elsewhere[name] = above or scope.home()

    def do_Import(self, node: ast.Import | ast.ImportFrom, scope: Scope, _: Frame) -> None:
        for alias in node.names:
            name = alias.name if isinstance(node, ast.ImportFrom) else "module"
            scope.set((alias.asname or alias.name).split(".")[0], (Made(f"builtin {name}", node),))

    do_ImportFrom = do_Import

    def do_If(self, node: ast.If, scope: Scope, frame: Frame) -> bool:
        self.value(node.test, scope)
        decided = truth(node.test)
        branches = [node.body] * (decided is not False) + [node.orelse] * (decided is not True)
        return self.either(branches, scope, frame)

    def either(self, branches: list[list[ast.stmt]], scope: Scope, frame: Frame) -> bool:
        """Run each branch from the present state; go on from all that reach their end."""
        before = scope.names
        after: list[State] = []
        for branch in branches:
            scope.names = dict(before)
            if self.block(branch, scope, frame):
                after.append(scope.names)
        scope.names = merged(*after) if after else before
        return bool(after)

    def do_Match(self, node: ast.Match, scope: Scope, frame: Frame) -> bool:
        self.value(node.subject, scope)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchAs | ast.MatchStar) and pattern.name:
                    scope.set(pattern.name, (Made("unclear", node),))
        last = node.cases[-1]
        every = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
        return self.either([case.body for case in node.cases] + [[]] * (not every), scope, frame)

    def do_While(self, node: ast.While, scope: Scope, frame: Frame) -> bool:
        self.value(node.test, scope)
        decided = truth(node.test)
        if decided is False:
            return self.block(node.orelse, scope, frame)
        return self.loop(node, "while", scope, frame, endless=decided is True)

    def do_For(self, node: ast.For | ast.AsyncFor, scope: Scope, frame: Frame) -> bool:
        before = dict(scope.names)
        self.assign(node.target, self.items_of(self.value(node.iter, scope)), scope)
        scope.names = merged(before, scope.names)
        return self.loop(node, "for", scope, frame, endless=False)

    do_AsyncFor = do_For

    def loop(
        self, node: ast.For | ast.AsyncFor | ast.While, kind: str, scope: Scope, frame: Frame, *, endless: bool
    ) -> bool:
        """Twice round is enough for every name to meet what an earlier round put into it."""
        frame.breaks.append([])
        self.loops.append((kind, node.lineno))
        for _ in range(2):
            before = dict(scope.names)
            self.block(node.body, scope, frame)
            scope.names = merged(before, scope.names)
        self.loops.pop()
        ends = frame.breaks.pop()
        goes_on = not endless and self.block(node.orelse, scope, frame)
        scope.names = merged(scope.names, *ends)
        return goes_on or bool(ends)

    def do_Try(self, node: ast.Try, scope: Scope, frame: Frame) -> bool:
        before = dict(scope.names)
        through = self.block(node.body, scope, frame)
        torn = merged(before, scope.names)
        through = through and self.block(node.orelse, scope, frame)
        after = [scope.names] if through else []
        for handler in node.handlers:
            scope.names = dict(torn)
            if handler.name:
                scope.set(handler.name, (Made("unclear", handler),))
            if self.block(handler.body, scope, frame):
                after.append(scope.names)
        scope.names = merged(*after) if after else torn
        return self.block(node.finalbody, scope, frame) and bool(after)

    do_TryStar = do_Try

    def do_With(self, node: ast.With | ast.AsyncWith, scope: Scope, frame: Frame) -> bool:
        """A context may swallow an exception, and then what comes after its block is reached."""
        swallows = False
        for item in node.items:
            values = self.value(item.context_expr, scope)
            called = {getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(item.context_expr)}
            swallows |= "suppress" in called or any(made.how in ("instance", "generator") for made in values)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, (Made("unclear", node),), scope)
        before = dict(scope.names)
        through = self.block(node.body, scope, frame)
        scope.names = merged(before, scope.names) if swallows else scope.names
        return through or swallows

    do_AsyncWith = do_With

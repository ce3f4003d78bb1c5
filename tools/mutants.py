"""Changes the rules in one small place at a time, and sees whether any test of the rules notices.

A mutant is one comparison turned, one number off by one, one `and` for an `or`, one condition that always or never
holds, one statement or answer left out. Each runs in a process of its own against the tests that walk over its line.
One that no test notices is printed, for a person to judge: either it is the same program in other words, or a test is
missing. What the tests of the life of a conversation alone prove is printed, too (`--tests tests/rules tests/life`).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.machinery
import io
import os
import pickle
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import dateparser  # noqa: F401  what a test would import is imported once, ahead of every mutant
import holidays  # noqa: F401
import hypothesis
import phonenumbers  # noqa: F401
import pytest

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "tui_inbox" / "rules"
TESTS = ("tests/rules",)
SECONDS = 60
"""Of processor time that a mutant may take; one that takes more is noticed."""
EXAMPLES = 60
"""That a property plays against a mutant."""

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """The *number*th place of *module* that can be changed."""

    module: str
    number: int
    line: int
    what: str
    inside: bool
    """Whether a function must be called for it; else to import the module is enough."""


def path_of(module: str) -> Path:
    return RULES / f"{module}.py"


class Changer(ast.NodeTransformer):
    """Changes the *at*th place of a module; with -1 none, and `places` says all there are."""

    def __init__(self, at: int = -1) -> None:
        self.at = at
        self.places: list[tuple[int, str, bool]] = []
        self.deep = 0

    def place(self, node: ast.AST, changed: ast.AST) -> bool:
        """Note that *node* could become *changed*; return whether it shall."""
        number = len(self.places)
        if self.at in (-1, number):
            before, after = (" ".join(ast.unparse(one).split())[:90] for one in (node, changed))
            self.places.append((getattr(node, "lineno", 0), f"{before}  ->  {after}", self.deep > 0))
        else:
            self.places.append((0, "", False))
        return number == self.at

    def among(self, node: Any, *changed: ast.AST) -> Any:
        """Return *node*, or the one of *changed* that is wanted, its children untouched."""
        for one in changed:
            ast.copy_location(one, node)
            ast.fix_missing_locations(one)
            if self.place(node, one):
                return one
        return self.generic_visit(node)

    # --- passed over: what is declared, not decided --------------------------------------------------------

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_arg(self, node: ast.arg) -> Any:
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.args = self.visit(node.args)
        self.deep += 1
        node.body = [self.visit(one) for one in node.body]
        self.deep -= 1
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.body = [self.visit(one) for one in node.body]
        return node

    # --- changed ------------------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> Any:
        found = []
        for index, op in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[index] = TURNED[type(op)]()
            found.append(other)
        return self.among(node, *found)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        return self.among(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return self.among(node, node.operand) if isinstance(node.op, ast.Not | ast.USub) else self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        match node.op:
            case ast.Add():
                return self.among(node, ast.BinOp(node.left, ast.Sub(), node.right))
            case ast.Sub():
                return self.among(node, ast.BinOp(node.left, ast.Add(), node.right))
            case ast.Mult() | ast.FloorDiv() | ast.Mod():
                return self.among(node, node.left)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> Any:
        match node.value:
            case bool():
                return self.among(node, ast.Constant(not node.value))
            case int() | float():
                return self.among(node, ast.Constant(node.value + 1))
        return node

    def visit_If(self, node: ast.If) -> Any:
        return self.tested(node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self.tested(node)

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        for index, test in enumerate(node.ifs):
            always = ast.copy_location(ast.Constant(True), test)
            if self.place(test, always):
                node.ifs[index] = always
                return node
        return self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> Any:
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            return node
        return self.among(node, ast.Return(ast.Constant(None)))

    def visit_Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
            return self.among(node, ast.Pass())
        return node  # a docstring

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        return self.among(node, ast.Pass())

    def visit_Raise(self, node: ast.Raise) -> Any:
        return self.among(node, ast.Pass())

    def visit_Continue(self, node: ast.Continue) -> Any:
        return self.among(node, ast.Pass())

    def visit_Break(self, node: ast.Break) -> Any:
        return self.among(node, ast.Pass())

    def visit_Call(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Name(id=name) if name == "assert_never":
                return node
            case ast.Name(id=name) if name in SWAPPED:
                return self.among(node, ast.Call(ast.Name(SWAPPED[name], ast.Load()), node.args, node.keywords))
        return self.generic_visit(node)

    def tested(self, node: Any) -> Any:
        for value in (True, False):
            always = ast.copy_location(ast.Constant(value), node.test)
            if self.place(node.test, always):
                node.test = always
                return node
        return self.generic_visit(node)


def mutants_of(module: str) -> list[Mutant]:
    changer = Changer()
    changer.visit(ast.parse(path_of(module).read_text()))
    return [Mutant(module, number, *place) for number, place in enumerate(changer.places)]


class Mutating(importlib.machinery.SourceFileLoader):
    """Loads one module of the rules changed."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(f"tui_inbox.rules.{mutant.module}", str(path_of(mutant.module)))
        self.mutant = mutant

    def get_code(self, fullname: str) -> Any:
        tree = Changer(self.mutant.number).visit(ast.parse(path_of(self.mutant.module).read_text()))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        return importlib.machinery.ModuleSpec(name, self, origin=self.path) if name == self.name else None


class Walked:
    """A plugin of pytest that notes which test walks over which lines of the rules."""

    def __init__(self) -> None:
        self.tests: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.slow: dict[str, float] = {}
        self.failed: set[str] = set()
        self._test = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._test = item.nodeid
        began = time.process_time()
        sys.settrace(self._called)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.slow[item.nodeid] = time.process_time() - began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:  # it measures, and being watched takes long
            self.failed.add(report.nodeid)

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        path = frame.f_code.co_filename
        return self._stepped if path.startswith(str(RULES)) else None

    def _stepped(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            self.tests[Path(frame.f_code.co_filename).stem, frame.f_lineno].add(self._test)
        return self._stepped


def prepare() -> None:
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        max_examples=EXAMPLES,
        database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"


def play(tests: list[str], *plugins: object) -> int:
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no", "--timeout=0", *tests]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(words, plugins=[*plugins]))


def in_a_process(work: Any) -> int:
    """Return how *work* ended: its code, or less than nothing for a signal."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def lives(mutant: Mutant, tests: list[str]) -> bool:
    """Return whether none of *tests* notices *mutant*."""

    def work() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        sys.meta_path.insert(0, Mutating(mutant))  # type: ignore[arg-type]
        return play(["-x", *tests])

    return in_a_process(work) == 0


def walked(folders: list[str]) -> Walked:
    """Return who walks where, found in a process of its own: this one must not import the rules."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            noted = Walked()
            play(folders, noted)
            with os.fdopen(writing, "wb") as out:
                pickle.dump((dict(noted.tests), noted.slow, noted.failed), out)
        finally:
            os._exit(0)
    os.close(writing)
    found = Walked()
    with os.fdopen(reading, "rb") as told:
        tests, found.slow, found.failed = pickle.load(told)
    os.waitpid(child, 0)
    found.tests.update(tests)
    return found


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("modules", nargs="*", help="of tui_inbox/rules, without .py (all of them)")
    words.add_argument("--every", type=int, default=1, help="play one mutant of so many (1)")
    words.add_argument("--seed", type=int, default=0, help="which (0)")
    words.add_argument("--tests", nargs="*", default=list(TESTS))
    said = words.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    prepare()
    noted = walked(said.tests)
    everyone = sorted(noted.slow.keys() - noted.failed, key=lambda test: noted.slow[test])
    counts: Counter[str] = Counter()
    for module in said.modules or sorted(path.stem for path in RULES.glob("[a-z]*.py")):
        chosen = mutants_of(module)
        picked = random.Random(f"{module} {said.seed}").sample(chosen, -(-len(chosen) // said.every))
        anyhow = set().union(*(tests for (where, _), tests in noted.tests.items() if where == module))
        alive = 0
        for mutant in sorted(picked, key=lambda one: one.number):
            tests = noted.tests.get((module, mutant.line)) or set()
            tests = tests if mutant.inside else anyhow
            ordered = [test for test in everyone if test in tests]
            if not ordered or lives(mutant, ordered):
                alive += 1
                print(f"{module}.py:{mutant.line}: {mutant.what}", "" if tests else "(no test walks there)", flush=True)
        counts["alive"] += alive
        counts["played"] += len(picked)
        print(f"-- {module}: {len(picked)} of {len(chosen)} played, {alive} live", flush=True)
    print(f"-- {counts['played']} played, {counts['alive']} live")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The shape of the program in figures: how long its files are, how large its classes, which imports go in circles.

    .venv/bin/python tools/shape.py

prints them. `tests/test_shape.py` holds them to the limits that stand there.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "tui_inbox"


@dataclass(frozen=True)
class Shape:
    """Every module of a package: its dotted name, and the file that it is."""

    files: dict[str, Path]

    @classmethod
    def of(cls, root: Path = ROOT, package: str = PACKAGE) -> Shape:
        """Return the shape of *package*, which lies in the folder *root*."""
        files = {}
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            files[name.removesuffix(".__init__")] = path
        return cls(files)

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        return {name: ast.parse(path.read_bytes()) for name, path in self.files.items()}

    @cached_property
    def lines(self) -> dict[str, int]:
        """Module -> lines of its file, longest first."""
        found = {name: len(path.read_bytes().splitlines()) for name, path in self.files.items()}
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    @property
    def median(self) -> float:
        """Lines of the file in the middle."""
        return statistics.median(self.lines.values())

    @cached_property
    def methods(self) -> dict[str, int]:
        """Class, with its module -> methods written in it, most first; two overloads of a method are one."""
        found = {}
        for module, tree in self.trees.items():
            for one in ast.walk(tree):
                if isinstance(one, ast.ClassDef):
                    names = {part.name for part in one.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
                    found[f"{module}.{one.name}"] = len(names)
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Module -> modules of the package that it imports: at its top, or later within a function.

        What is imported for the type checker alone is never run, and a package's own parts are not its users."""
        return {module: set(self._imported(module, tree)) - {module} for module, tree in self.trees.items()}

    def _imported(self, module: str, tree: ast.AST) -> Iterator[str]:
        for one in ast.iter_child_nodes(tree):
            match one:
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    for other in one.orelse:
                        yield from self._imported(module, other)
                case ast.Import():
                    yield from (part.name for part in one.names if part.name in self.files)
                case ast.ImportFrom(module=str(source), level=0):
                    for part in one.names:
                        whole = f"{source}.{part.name}"
                        if whole in self.files:
                            yield whole
                        elif source in self.files:
                            yield source
                case _:
                    yield from self._imported(module, one)

    @cached_property
    def circles(self) -> list[list[str]]:
        """Modules that import one another in a circle, each circle sorted (Tarjan's strongly connected components)."""
        found: list[list[str]] = []
        number: dict[str, int] = {}
        lowest: dict[str, int] = {}
        stack: list[str] = []

        def visit(module: str) -> None:
            number[module] = lowest[module] = len(number)
            stack.append(module)
            for other in sorted(self.imports[module]):
                if other not in number:
                    visit(other)
                    lowest[module] = min(lowest[module], lowest[other])
                elif other in stack:
                    lowest[module] = min(lowest[module], number[other])
            if lowest[module] == number[module]:
                at = stack.index(module)
                circle = stack[at:]
                del stack[at:]
                if len(circle) > 1:
                    found.append(sorted(circle))

        for module in self.files:
            if module not in number:
                visit(module)
        return found


def main() -> None:
    shape = Shape.of()
    print(f"{len(shape.files)} files, {sum(shape.lines.values()):,} lines; median {shape.median:g} lines a file")
    print("\nlongest files")
    for name, count in list(shape.lines.items())[:12]:
        print(f"  {count:4} {name}")
    print("\nlargest classes, by the methods written in them")
    for name, count in list(shape.methods.items())[:8]:
        print(f"  {count:4} {name}")
    print(f"\ncircles of imports, deferred ones included: {len(shape.circles)}")
    for circle in shape.circles:
        print(f"  {', '.join(circle)}")


if __name__ == "__main__":
    main()

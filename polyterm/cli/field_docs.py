"""What a model's fields mean, in the words that stand below them in its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The line below each field; none for a field without one, or where there is no source."""
    lines = (_own_docs(owner) for owner in reversed(model.__mro__) if issubclass(owner, BaseModel))
    return {name: words for own in lines for name, words in own.items()}


@cache
def _own_docs(model: type[BaseModel]) -> dict[str, str]:
    if model is BaseModel:
        return {}
    try:
        source = inspect.getsource(model)
    except OSError:
        return {}
    return dict(_read(ast.parse(source)))


def _read(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for made in ast.walk(tree):
        if isinstance(made, ast.ClassDef):
            for field, below in pairwise(made.body):
                match field, below:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(words))),
                    ):
                        yield name, " ".join(words.split())
                    case _:
                        pass

"""Evaluates the formulas of findings (core.fct_leakage_step.formula) in decimal arithmetic.

A formula is arithmetic over names: + - * / and brackets, whole numbers and the functions below. Anything else is
refused, so that a formula from a lake can do nothing but calculate.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

from concord.errors import ConcordError

# Enough for any sum of money times any quantity, and the same everywhere.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)
_OPERATORS: dict[type[ast.AST], Callable[..., Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


def half_up(value: Decimal, digits: int | Decimal = 0) -> Decimal:
    """Rounded half away from zero, as a bill is."""
    with localcontext(_CONTEXT):
        return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)


_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "round": half_up,
    "ceil": lambda value: value.to_integral_value(rounding=ROUND_CEILING),
    "min": min,
    "max": max,
}


def evaluate(formula: str, factors: Mapping[str, Decimal]) -> Decimal:
    """The value of a formula for its factors.

    Raises ConcordError for a name without a factor, a division by zero, or anything that is not arithmetic.
    """
    try:
        tree = ast.parse(formula, mode="eval")
        with localcontext(_CONTEXT):
            return _value(tree.body, factors)
    except (SyntaxError, InvalidOperation, ZeroDivisionError, TypeError, RecursionError) as error:
        raise ConcordError(f"the formula '{formula}' can't be evaluated: {error}") from error


def _value(node: ast.AST, factors: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return Decimal(number)
        case ast.Name(id=name):
            if name not in factors:
                raise ConcordError(f"the formula names '{name}', and no factor is called so")
            return factors[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_value(left, factors), _value(right, factors))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_value(operand, factors))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_value(argument, factors) for argument in arguments))
    raise ConcordError(f"'{ast.unparse(node)}' is no arithmetic")

"""An artifact's network as a numpy function of raw cells, for explainers that know nothing of Tenure.

A row has one float64 a field, in schema order: the number, or the code of the category (its position, as the schema lists
it; a flag's no is 0 and yes 1; the number of categories is OTHER); NaN is missing. Written from the description of the
format in ARCHITECTURE.md, apart from the code that ships, so that the two check each other.
"""

import ast
import json
import pathlib
import struct

import numpy as np


class Model:
    """`model(rows)` gives the logits of rows `[n, fields]`; `background` is `[rows, fields]`."""

    def __init__(self, path):
        content = pathlib.Path(path).read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        header = json.loads(content[8 : 8 + length])
        data = content[8 + length :]
        self.document = json.loads(header.pop("__metadata__")["tenure"])
        self.fields = self.document["schema"]["fields"]
        tensors = {}
        for name, tensor in header.items():
            start, end = tensor["data_offsets"]
            tensors[name] = np.frombuffer(data[start:end], "<f4").reshape(tensor["shape"])
        self.tensors = tensors
        self.inputs = list(self._inputs())
        self.background = np.array([row["cells"] for row in self.document["background"]["rows"]], float)

    def _inputs(self):
        fields = {field["name"]: index for index, field in enumerate(self.fields)}
        derived = {one["name"]: one["formula"] for one in self.document["schema"].get("derived", [])}
        first = 0
        for one in self.document["encoder"]["inputs"]:
            name = one["name"]
            knots = np.array(one.get("knots", []), np.float32)
            field = fields.get(name)
            if len(knots) > 0:
                rows = len(knots) + 1
            else:
                rows = len(self.categories(self.fields[field])) + 2
            yield {"field": field, "formula": derived.get(name), "knots": knots, "first": first, "rows": rows}
            first += rows

    @staticmethod
    def categories(field):
        return [field["negative"], field["positive"]] if field["kind"] == "flag" else field["categories"]

    def row(self, record):
        """The cells of a record whose values are sound."""
        return [self._cell(field, record[field["name"]]) for field in self.fields]

    def _cell(self, field, value):
        missing = {"", *(token.strip() for token in field.get("missing", []))}
        if value is None or (isinstance(value, str) and value.strip() in missing):
            return np.nan
        if field["kind"] == "number":
            return float(value)
        categories = self.categories(field)
        text = value.strip() if isinstance(value, str) else format(value, "g")
        return float(categories.index(text)) if text in categories else float(len(categories))

    def __call__(self, rows):
        rows = np.asarray(rows, np.float64)
        positions = [self._position(one, rows) for one in self.inputs]
        hidden, logits = self.first_layer(*(np.array(part).T for part in zip(*positions)))
        layer = 0
        hidden = np.maximum(hidden, 0)
        while f"layers.{layer}.weight" in self.tensors:
            hidden = hidden @ self.tensors[f"layers.{layer}.weight"] + self.tensors[f"layers.{layer}.bias"]
            hidden = np.maximum(hidden, 0)
            layer += 1
        return (logits + hidden @ self.tensors["output"]).astype(np.float64)

    def first_layer(self, at, fraction):
        """Sums of the hidden units and of the direct shares, from table rows and fractions `[rows, inputs]`."""
        table, direct = self.tensors["table"], self.tensors["direct"]
        hidden = np.tile(self.tensors["bias"], (len(at), 1))
        logits = np.full(len(at), self.tensors["output_bias"][0], np.float32)
        for here, share in zip(at.T, fraction.T):
            follows = np.minimum(here + 1, len(table) - 1)
            logits += direct[here] + (direct[follows] - direct[here]) * share
            if hidden.shape[1] > 0:
                hidden += table[here] + (table[follows] - table[here]) * share[:, None]
        return hidden, logits

    def _position(self, one, rows):
        """Table row and fraction of the way to the next one."""
        knots, first = one["knots"], one["first"]
        values = rows[:, one["field"]] if one["formula"] is None else self._derived(one["formula"], rows)
        known = np.isfinite(values)
        if len(knots) == 0:
            categories = one["rows"] - 2
            code = np.where(known, np.minimum(values, categories), categories + 1)
            return first + code.astype(np.int64), np.zeros(len(rows), np.float32)
        value = np.clip(np.where(known, values, 0).astype(np.float32), knots[0], knots[-1])
        knot = np.searchsorted(knots[1:], value, side="right")
        low, high = knots[knot], knots[np.minimum(knot + 1, len(knots) - 1)]
        fraction = np.where(high > low, (value - low) / np.where(high > low, high - low, 1), 0).astype(np.float32)
        return first + np.where(known, knot, len(knots)), np.where(known, fraction, 0).astype(np.float32)

    def _derived(self, formula, rows):
        """Formulas without texts and functions of many arguments are Python too, once names are columns."""
        columns = {field["name"]: rows[:, index] for index, field in enumerate(self.fields)}
        tree = Vectors().visit(ast.parse(formula.replace("if(", "if_("), mode="eval"))
        with np.errstate(all="ignore"):
            code = compile(ast.fix_missing_locations(tree), "formula", "eval")
            return np.asarray(eval(code, {"__builtins__": {}, **FUNCTIONS}, columns), np.float64)


def if_(condition, value, other=np.nan):
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, value, other))


def truth(condition, *read):
    """1 or 0, and missing where one of the operands is."""
    return np.where(np.isnan(sum(read)), np.nan, condition)


FUNCTIONS = {
    "min": np.minimum,
    "max": np.maximum,
    "if_": if_,
    "not_": lambda a: truth(np.equal(a, 0), a),
    "at_least": lambda a, b: truth(np.greater_equal(a, b), a, b),
    "more": lambda a, b: truth(np.greater(a, b), a, b),
}


class Vectors(ast.NodeTransformer):
    """Puts functions of columns where Python has operators of one value."""

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return call("not_", node.operand) if isinstance(node.op, ast.Not) else node

    def visit_Compare(self, node):
        self.generic_visit(node)
        left, right = node.left, node.comparators[0]
        operators = {ast.GtE: ("at_least", left, right), ast.LtE: ("at_least", right, left)}
        operators |= {ast.Gt: ("more", left, right), ast.Lt: ("more", right, left)}
        return call(*operators[type(node.ops[0])])


def call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])

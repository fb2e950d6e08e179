"""The compiled LSTM cell: all steps of one direction for a batch of reviews, as machine code by Numba.

Import this only where Numba may be missing or slow to start: `model.serving.compiled_lstm` does, and falls back.

One *tile* is the work on a few rows (reviews) and as many units as fit a vector register, at one step: the product of
the previous states with the recurrent weights, the four gates, the new cell and state, and the running maximum and sum
for the pooling. It stays in registers from the first to the last, which a matrix product followed by a loop over the
gates cannot, and it is written in LLVM's vectors because Numba's own vectoriser neither keeps a block of sums in
registers nor uses 512 bits. LLVM splits wider vectors than the machine has, so it runs anywhere.

The gates (Hochreiter & Schmidhuber 1997; Gers et al. 2000), with e_x = exp(-x), cost two divisions instead of five:
    c' = (c (1 + e_i) (1 + e_2g) + (1 - e_2g) (1 + e_f)) / ((1 + e_i) (1 + e_2g) (1 + e_f))     = f c + i tanh g
    h' = (1 - e_2c') / ((1 + e_2c') (1 + e_o))                                                  = o tanh c'
Pre-activations come scaled by -log2 e (the cell's by twice that), see `SCALE`, so that each e_x is a power of two.
"""

from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from model.machine_code import compiled

LOG2_E = float(np.log2(np.e))
# Of the gates i, f, c, o in Keras' order.
SCALE = np.asarray([-LOG2_E, -LOG2_E, -2 * LOG2_E, -LOG2_E], dtype=np.float32)
GATES = 4
# Degree 6 leaves an error of 2e-9, far below float32's own; the fit is at Chebyshev nodes, so near the best possible.
_DEGREE = 6
# 2**40 is as good as infinite for 1 / (1 + x) in float32, and the product of three of them does not overflow.
_MOST, _LEAST = 40.0, -100.0
# Adding 1.5 x 2**23 rounds a float32 to an integer, which then stands in its lowest bits.
_ROUND = 12_582_912.0
# Floats of a cache line.
_LINE = 16


def shape_for_this_machine() -> tuple[int, int]:
    """Floats of one vector register, and rows of a tile such that its sums leave room for weights in the registers."""
    try:
        features = binding.get_host_cpu_features()
    except RuntimeError:
        return 4, 2
    if features.get("avx512f"):
        return 16, 6
    if features.get("avx"):
        return 8, 3
    return (4, 6) if features.get("neon") else (4, 3)


def _power_of_two() -> list[float]:
    """Coefficients, lowest first, of a polynomial for 2**x on -0.5..0.5."""
    nodes = np.cos(np.pi * (np.arange(200) + 0.5) / 200) / 2
    fitted = np.polynomial.Chebyshev.fit(nodes, 2.0**nodes, _DEGREE, domain=[-0.5, 0.5])
    return [float(value) for value in fitted.convert(kind=np.polynomial.Polynomial).coef]


class _Vectors:
    """LLVM instructions on vectors of `lanes` float32."""

    def __init__(self, builder: Any, lanes: int) -> None:
        self.builder, self.lanes = builder, lanes
        self.type = ir.VectorType(ir.FloatType(), lanes)
        self.integers = ir.VectorType(ir.IntType(32), lanes)

    def all(self, value: float) -> Any:
        return ir.Constant(self.type, [float(np.float32(value))] * self.lanes)

    def load(self, pointer: Any) -> Any:
        loaded = self.builder.load(self.builder.bitcast(pointer, self.type.as_pointer()))
        loaded.align = 4
        return loaded

    def store(self, value: Any, pointer: Any) -> None:
        self.builder.store(value, self.builder.bitcast(pointer, self.type.as_pointer())).align = 4

    def fetch(self, pointer: Any) -> None:
        """Has the floats of the four gates from here on brought into the cache."""
        build, flag = self.builder, ir.IntType(32)
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        prefetch = build.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        for number in range(0, GATES * self.lanes, _LINE):
            place = build.bitcast(build.gep(pointer, [ir.Constant(ir.IntType(64), number)]), byte)
            # For reading, to be kept as near as can be, data.
            build.call(prefetch, [place, flag(0), flag(3), flag(1)])

    def spread(self, value: Any) -> Any:
        """One float32 in every lane."""
        nothing = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(first, nothing, ir.Constant(self.integers, [0] * self.lanes))

    def multiply_add(self, x: Any, y: Any, z: Any) -> Any:
        """x y + z, fused where the machine can."""
        product = self.builder.fmul(x, y, flags=("contract",))
        return self.builder.fadd(product, z, flags=("contract",))

    def maximum(self, x: Any, y: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered(">", x, y), x, y)

    def minimum(self, x: Any, y: Any) -> Any:
        return self.builder.select(self.builder.fcmp_ordered("<", x, y), x, y)

    def power_of_two(self, x: Any) -> Any:
        """2**x for x limited to -100..40: a polynomial for the fraction, the integer into the exponent's bits."""
        build = self.builder
        x = self.maximum(self.minimum(x, self.all(_MOST)), self.all(_LEAST))
        shifted = build.fadd(x, self.all(_ROUND))
        fraction = build.fsub(x, build.fsub(shifted, self.all(_ROUND)))
        *rest, value = map(self.all, _power_of_two())
        for coefficient in reversed(rest):
            value = self.multiply_add(value, fraction, coefficient)
        exponent = build.shl(build.bitcast(shifted, self.integers), ir.Constant(self.integers, [23] * self.lanes))
        return build.bitcast(build.add(build.bitcast(value, self.integers), exponent), self.type)


def _four(on: _Vectors, pointer: Any) -> list[Any]:
    """Emits the loading of the four gates' vectors, which lie one after the other."""
    offsets = [ir.Constant(ir.IntType(64), gate * on.lanes) for gate in range(GATES)]
    return [on.load(on.builder.gep(pointer, [offset])) for offset in offsets]


def _sums(on: _Vectors, rows: int, starts: list[list[Any]], inputs: list[Any], panel: Any, size: Any) -> list[Any]:
    """Emits the loop over the `size` values of each of the `inputs`: `starts` [rows][gates] + inputs x weights."""
    build, entry = on.builder, on.builder.block
    integer = ir.IntType(64)
    loop, done = build.append_basic_block("units"), build.append_basic_block("gates")
    build.branch(loop)
    build.position_at_end(loop)
    unit = build.phi(integer)
    sums = [[build.phi(on.type) for _ in range(GATES)] for _ in range(rows)]
    weights = build.gep(panel, [build.mul(unit, ir.Constant(integer, GATES * on.lanes))])
    loaded = _four(on, weights)
    grown = []
    for row in range(rows):
        state = on.spread(build.load(build.gep(inputs[row], [unit])))
        grown.append([on.multiply_add(state, loaded[gate], sums[row][gate]) for gate in range(GATES)])
    following = build.add(unit, ir.Constant(integer, 1))
    for value, start, next_value in [
        (unit, ir.Constant(integer, 0), following),
        *((sums[r][g], starts[r][g], grown[r][g]) for r in range(rows) for g in range(GATES)),
    ]:
        value.add_incoming(start, entry)
        value.add_incoming(next_value, loop)
    build.cbranch(build.icmp_signed("<", following, size), loop, done)
    build.position_at_end(done)
    return grown


def _gates(on: _Vectors, sums: list[Any], before: Any) -> tuple[Any, Any]:
    """Emits the four gates: (new cell, new state) from the scaled pre-activations and the cell before."""
    build, one = on.builder, on.all(1.0)
    e_i, e_f, e_g, e_o = map(on.power_of_two, sums)
    input_and_new = build.fmul(build.fadd(one, e_i), build.fadd(one, e_g))
    forget = build.fadd(one, e_f)
    top = on.multiply_add(before, input_and_new, build.fmul(build.fsub(one, e_g), forget))
    cell = build.fdiv(top, build.fmul(input_and_new, forget))
    e_c = on.power_of_two(build.fmul(cell, on.all(-2 * LOG2_E)))
    bottom = build.fmul(build.fadd(one, e_c), build.fadd(one, e_o))
    return cell, build.fdiv(build.fsub(one, e_c), bottom)


def tile(lanes: int, rows: int) -> Any:
    """A Numba intrinsic for `rows` rows and `lanes` units.

    Takes states before and after, cells, maxima and sums (float32 [batch, width] each), the weights of these units
    (float32 [units, gates, lanes]), each row's address of its word's folded vector (int64 [batch + rows]), the first
    row, the first unit, the first unit that these hear, how many they hear from there on (at least one), and the width.
    The words of the following tile are fetched ahead: most lie outside the cache, and all else waits for them.
    """

    @intrinsic
    def step(
        context: Any,
        states: Any,
        after: Any,
        cells: Any,
        highest: Any,
        total: Any,
        panel: Any,
        words: Any,
        row: Any,
        column: Any,
        heard: Any,
        number: Any,
        width: Any,
    ) -> Any:
        taken = (states, after, cells, highest, total, panel, words, row, column, heard, number, width)

        def emit(target: Any, build: Any, signature: Any, given: Any) -> Any:
            on = _Vectors(build, lanes)
            arrays = [target.make_array(signature.args[n])(target, build, given[n]).data for n in range(7)]
            states, after, cells, highest, total, panel, words = arrays
            row, column, heard, size, width = given[7:]
            numbers = [build.add(row, ir.Constant(ir.IntType(64), number)) for number in range(rows)]
            begin = build.mul(column, ir.Constant(ir.IntType(64), GATES))

            def folded(number: Any) -> Any:
                word = build.inttoptr(build.load(build.gep(words, [number])), ir.FloatType().as_pointer())
                return build.gep(word, [begin])

            starts = [_four(on, folded(number)) for number in numbers]
            for number in numbers:
                on.fetch(folded(build.add(number, ir.Constant(ir.IntType(64), rows))))
            first = [build.mul(number, width) for number in numbers]
            inputs = [build.gep(states, [build.add(place, heard)]) for place in first]
            panel = build.gep(panel, [build.mul(heard, ir.Constant(ir.IntType(64), GATES * lanes))])
            sums = _sums(on, rows, starts, inputs, panel, size)
            for place, gates in zip(first, sums, strict=True):
                place = build.add(place, column)
                cell, state = _gates(on, gates, on.load(build.gep(cells, [place])))
                on.store(cell, build.gep(cells, [place]))
                on.store(state, build.gep(after, [place]))
                at = build.gep(highest, [place])
                on.store(on.maximum(state, on.load(at)), at)
                at = build.gep(total, [place])
                on.store(build.fadd(on.load(at), state), at)
            return target.get_dummy_value()

        return types.void(*taken), emit

    return step


def product(lanes: int, rows: int) -> Any:
    """A Numba intrinsic for the input product of `rows` words and `lanes` units.

    Takes the word vectors (float32 [words, dimensions]), the input weights of these units (float32 [dimensions, gates,
    lanes]), their biases and the result (float32 [gates x width], [words, gates x width]), the first row, the first
    unit, the number of dimensions and gates x width.
    """

    @intrinsic
    def fold(
        context: Any, vectors: Any, panel: Any, bias: Any, folded: Any, row: Any, column: Any, size: Any, width: Any
    ) -> Any:
        taken = (vectors, panel, bias, folded, row, column, size, width)

        def emit(target: Any, build: Any, signature: Any, given: Any) -> Any:
            on = _Vectors(build, lanes)
            arrays = [target.make_array(signature.args[n])(target, build, given[n]).data for n in range(4)]
            vectors, panel, bias, folded = arrays
            row, column, size, width = given[4:]
            numbers = [build.add(row, ir.Constant(ir.IntType(64), number)) for number in range(rows)]
            first = build.mul(column, ir.Constant(ir.IntType(64), GATES))
            start = _four(on, build.gep(bias, [first]))
            inputs = [build.gep(vectors, [build.mul(number, size)]) for number in numbers]
            sums = _sums(on, rows, [start] * rows, inputs, panel, size)
            for number, gates in zip(numbers, sums, strict=True):
                place = build.gep(folded, [build.add(build.mul(number, width), first)])
                for gate, value in enumerate(gates):
                    on.store(value, build.gep(place, [ir.Constant(ir.IntType(64), gate * lanes)]))
            return target.get_dummy_value()

        return types.void(*taken), emit

    return fold


LANES, ROWS = shape_for_this_machine()
# Globals and not a closure: Numba finds a function with a closure in its cache only in the same process.
_many, _single = tile(LANES, ROWS), tile(LANES, 1)
_fold_many, _fold_single = product(LANES, ROWS), product(LANES, 1)


def _fold(vectors: Any, weights: Any, bias: Any, folded: Any) -> None:
    """Fills `folded` (float32 [words, gates x width]) with vectors x weights + bias.

    A library's product would start threads of its own in every process and in each of our threads.
    vectors float32 [words, dimensions], weights float32 [width / LANES, dimensions, gates, LANES], bias as `folded`.
    """
    words, size = vectors.shape
    width = folded.shape[1]
    tiled = words - words % ROWS
    for block in range(len(weights)):
        column, panel = block * LANES, weights[block]
        for row in range(0, tiled, ROWS):
            _fold_many(vectors, panel, bias, folded, row, column, size, width)
        for row in range(tiled, words):
            _fold_single(vectors, panel, bias, folded, row, column, size, width)


def heard(weights: NDArray[np.float32]) -> NDArray[np.int64]:
    """For each block of `weights` ([width / LANES, units, gates, LANES]) the first unit that any of its units hears and
    how many it is from there to the last (int64 [width / LANES, 2]); one unit where they hear none.

    Units in groups (`model.serving.unit_groups`) hear only their own: the product with all the zeros beside those is
    left out.
    """
    found = np.zeros((len(weights), 2), dtype=np.int64)
    for block, any_weight in enumerate((weights != 0).any(axis=(2, 3))):
        units = np.flatnonzero(any_weight)
        found[block] = (units[0], units[-1] + 1 - units[0]) if len(units) else (0, 1)
    return found


def _direction(
    common: Any,
    rare: Any,
    ids: Any,
    starts: Any,
    lengths: Any,
    backward: Any,
    weights: Any,
    heard: Any,
    highest: Any,
    total: Any,
) -> None:
    """Reads a batch of reviews in one direction; adds up each one's states in `total`, raises `highest` to them.

    common float32 [words, gates x width] and rare (the words after them): folded vectors; ids int32 [tokens]:
    their rows; starts, lengths int64 [batch]: where each review lies in `ids`, the longest first, none empty;
    weights float32 [width / LANES, units, gates, LANES] and `heard` of them; highest, total float32 [batch, width].
    """
    batch, width = highest.shape
    states, after = np.zeros((batch, width), np.float32), np.zeros((batch, width), np.float32)
    cells = np.zeros((batch, width), np.float32)
    # The last tile fetches words after the last row: any address will do.
    words = np.zeros(batch + ROWS, np.int64)
    running = batch
    for step in range(lengths[0]):
        while lengths[running - 1] <= step:
            running -= 1
        for row in range(running):
            word = ids[starts[row] + (lengths[row] - 1 - step if backward else step)]
            if word < len(common):
                words[row] = common.ctypes.data + word * common.strides[0]
            else:
                words[row] = rare.ctypes.data + (word - len(common)) * rare.strides[0]
        tiled = running - running % ROWS
        for block in range(len(weights)):
            column, panel, first, number = block * LANES, weights[block], heard[block, 0], heard[block, 1]
            if step == 0:  # every state is 0, and adds nothing: of a clause's dozen steps that is one spared
                number = 1
            for row in range(0, tiled, ROWS):
                _many(states, after, cells, highest, total, panel, words, row, column, first, number, width)
            for row in range(tiled, running):
                _single(states, after, cells, highest, total, panel, words, row, column, first, number, width)
        states, after = after, states


def _add_product(rows: Any, kernel: Any, sums: Any) -> None:
    """Adds rows x kernel (float64 [batch, k], [k, n]) to `sums` (float64 [batch, n]), each row's in the same order."""
    tiled = len(kernel) - len(kernel) % 4
    for row in range(len(rows)):
        # Four at a time, one after the other, so that a sum is loaded and stored a quarter as often.
        for number in range(0, tiled, 4):
            for column in range(kernel.shape[1]):
                total = sums[row, column] + rows[row, number] * kernel[number, column]
                total += rows[row, number + 1] * kernel[number + 1, column]
                total += rows[row, number + 2] * kernel[number + 2, column]
                sums[row, column] = total + rows[row, number + 3] * kernel[number + 3, column]
        for number in range(tiled, len(kernel)):
            for column in range(kernel.shape[1]):
                sums[row, column] += rows[row, number] * kernel[number, column]


direction = compiled(_direction)
fold = compiled(_fold)
add_product = compiled(_add_product)

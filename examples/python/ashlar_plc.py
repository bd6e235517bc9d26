"""Ashlar's exact costs, masks and force-directed placement in Python: a client and an environment in one file.

It needs the standard library alone. If numpy is installed, masks and places are arrays. If gymnasium is installed, the
environment has its spaces and can be registered there.

    from ashlar_plc import MacroPlacementEnv

    with MacroPlacementEnv("netlist.pb.txt", "initial.plc") as env:
        observation, info = env.reset(seed=1)
        done = False
        while not done:
            action = policy(observation["mask"])      # a cell whose mask is 1
            observation, reward, terminated, truncated, info = env.step(action)
            done = terminated or truncated
        print(info["wirelength_cost"], info["density_cost"], info["congestion_cost"])

`PlacementCost` is the client alone. It has the calls of Circuit Training's client of the same name, in snake case:
`cost.get_node_mask(13)`, `cost.place_node("A", 4)`, `cost.get_cost()`. docs/circuit-training.md lists them.

From a shell, random episodes:

    python3 ashlar_plc.py netlist.pb.txt initial.plc --episodes 3 --program "npx ashlar-plc"
"""

import argparse
import gzip
import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import time

try:
    import numpy
except ImportError:
    numpy = None
try:
    import gymnasium
except ImportError:
    gymnasium = None

START_SECONDS = 60
"""How long the program may take to connect."""

_PIECE = 1 << 20
_CLOSERS = {b"[": b"]", b"{": b"}", b'"': b'"'}


class PlacementCostError(ValueError):
    """What the program answers to a wrong call: its message names the call and what was expected."""


class PlacementCost:
    """One process of ashlar-plc with a netlist of its own. Use it in a `with` block, or call `close`.

    Lengths are micrometres, places are centres, and cells are numbered from the lower left, row by row. A node is given
    by its index in the netlist file or by its name.
    """

    def __init__(self, netlist_file, program="ashlar-plc", spacing=(0.0, 0.0)):
        """Starts `program` (a command line, or a list of words) on a netlist, or on parts separated by commas.

        `spacing` is the least distance of two hard macros in x and in y.
        """
        words = shlex.split(program) if isinstance(program, str) else list(program)
        self._connection = None
        self._process = None
        # The name of a socket may not be longer than about 100 bytes, so it is not put beside the netlist.
        folder = tempfile.mkdtemp(prefix="ashlar-")
        try:
            address = os.path.join(folder, "socket")
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(address)
                listener.listen(1)
                listener.settimeout(0.1)
                self._process = subprocess.Popen(
                    words
                    + [
                        f"--pipe_address={address}",
                        f"--netlist_file={netlist_file}",
                        f"--macro_macro_x_spacing={spacing[0]}",
                        f"--macro_macro_y_spacing={spacing[1]}",
                    ]
                )
                self._connection = self._accept(listener)
        except BaseException:
            self.close()
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _accept(self, listener):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                connection, _ = listener.accept()
                connection.settimeout(None)
                return connection
            except socket.timeout:
                if self._process.poll() is not None:
                    break
        raise OSError("the program did not connect; its message is on standard error")

    def call(self, name, *args):
        """Makes a call by its name on the wire, such as `GetNodeMask`. Raises `PlacementCostError` for a wrong one."""
        if self._connection is None:
            raise OSError("closed")
        self._connection.sendall(json.dumps({"name": name, "args": args}, default=_plain).encode())
        received = bytearray()
        while True:
            piece = self._connection.recv(_PIECE)
            if not piece:
                raise OSError("the program has ended")
            received += piece
            closer = _CLOSERS.get(bytes(received[:1]))
            if closer is not None and received[-1:] != closer:
                continue  # spares an attempt at a part of a long list
            try:
                reply = json.loads(received)
            except ValueError:  # JSON or UTF-8 that is not whole
                continue  # a long reply comes in pieces
            return _value(reply)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        call = name.replace("_", " ").title().replace(" ", "")
        return lambda *args: self.call(call, *args)

    def close(self):
        """Ends the program. It ends by itself, too, when this process does."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_process", None) is not None:
            self.close()


def _plain(value):
    """Numbers and arrays of other libraries, such as numpy's, as Python has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__fspath__"):
        return os.fspath(value)
    raise TypeError(f"{value!r} cannot be an argument")


def _value(reply):
    if isinstance(reply, dict):
        if reply.get("ok") is False:
            raise PlacementCostError(reply["message"])
        if "__tuple__" in reply:
            return tuple(reply["items"])
    if isinstance(reply, list) and reply and isinstance(reply[0], dict):
        return [tuple(item["items"]) for item in reply]
    return reply


_NUMBER = r"([-+0-9.eE]+)"


def read_header(plc_file):
    """What the comments of a placement file say: a dict with those of canvas, grid, routes, used, smoothing it has."""
    fields = {
        "grid": rf"Columns\s*:\s*{_NUMBER}\s+Rows\s*:\s*{_NUMBER}",
        "canvas": rf"Width\s*:\s*{_NUMBER}\s+Height\s*:\s*{_NUMBER}",
        "routes": rf"Routes per micron, hor\s*:\s*{_NUMBER}\s+ver\s*:\s*{_NUMBER}",
        "used": rf"Routes used by macros, hor\s*:\s*{_NUMBER}\s+ver\s*:\s*{_NUMBER}",
        "smoothing": rf"Smoothing factor\s*:\s*{_NUMBER}",
        "blockage": rf"Blockage\s*:\s*{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}",
    }
    header = {"blockages": []}
    opened = gzip.open if os.fspath(plc_file).endswith(".gz") else open
    with opened(plc_file, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                continue
            for name, pattern in fields.items():
                match = re.match(pattern, line[1:].strip())
                if match is None:
                    continue
                numbers = [float(number) for number in match.groups()]
                if name == "blockage":
                    header["blockages"].append(numbers)
                else:
                    header[name] = numbers
    return header


def open_block(netlist_file, plc_file, **options):
    """A `PlacementCost` with the frame and the places of a placement file. Ports are fixed. Options: see the class."""
    cost = PlacementCost(netlist_file, **options)
    try:
        header = read_header(plc_file)
        cost.set_canvas_boundary_check(False)
        for blockage in header["blockages"]:
            cost.create_blockage(*blockage)
        if "canvas" in header:
            cost.set_canvas_size(*header["canvas"])
        if "grid" in header:
            cost.set_placement_grid(*(int(count) for count in header["grid"]))
        if "routes" in header:
            cost.set_routes_per_micron(*header["routes"])
        if "used" in header:
            cost.set_macro_routing_allocation(*header["used"])
        if "smoothing" in header:
            cost.set_congestion_smooth_range(*header["smoothing"])
        cost.make_soft_macros_square()
        cost.restore_placement(os.fspath(plc_file))
        for node in range(cost.num_nodes()):
            if cost.get_node_type(node) == "PORT":
                cost.fix_node_coord(node)
    except BaseException:
        cost.close()
        raise
    return cost


def place_soft_macros(cost):
    """The force-directed placement of soft macros around the hard ones, by Circuit Training's released schedule."""
    step = max(cost.get_canvas_width_height()) / 100
    cost.optimize_stdcells(
        False, True, False, False, False, 1.0, [100] * 3, [step] * 3, [100, 1e-3, 1e-5], [0, 1e6, 1e7]
    )


class _Discrete:
    """Stands in for gymnasium.spaces.Discrete where that is not installed."""

    def __init__(self, n):
        self.n = n

    def contains(self, action):
        return 0 <= int(action) < self.n


class MacroPlacementEnv(gymnasium.Env if gymnasium else object):
    """Places the hard macros of a block one by one, largest first, as Gymnasium's environments are played.

    An action is a grid cell, on whose centre the current macro goes; its mask must be 1. The reward is 0 until the last
    macro. Then the soft macros are placed, and it is minus the weighted sum of wirelength, density and congestion cost.
    An episode in which a macro has no cell left ends early with `dead_end_reward`. If even the first one has none, `reset` says
    so: its mask is 0 everywhere, and its info is `{"dead_end": True}`.

    An observation is a dict:

    - `mask`: per grid cell, 1 where the current macro may go;
    - `node`: the position of the current macro in `order`, the number of macros at the end;
    - `size`: its width and height as shares of the canvas;
    - `x`, `y`, `placed`: per macro of `macros` (hard and soft), its place as a share of the canvas, and whether it has one.
    """

    metadata = {"render_modes": []}

    def __init__(
        self, netlist_file, plc_file, weights=(1.0, 0.5, 0.5), dead_end_reward=-4.0, place_cells=True, **options
    ):
        """`weights` are those of wirelength, density and congestion; other options are those of `PlacementCost`."""
        self.cost = open_block(netlist_file, plc_file, **options)
        self.weights = weights
        self.dead_end_reward = dead_end_reward
        self.place_cells = place_cells
        self.canvas = self.cost.get_canvas_width_height()
        self.columns, self.rows = self.cost.get_grid_num_columns_rows()
        self.macros = self.cost.get_macro_indices()
        sizes = {node: self.cost.get_node_width_height(node) for node in self.macros}
        movable = [
            node
            for node in self.macros
            if not self.cost.is_node_soft_macro(node) and not self.cost.is_node_fixed(node)
        ]
        if not movable:
            self.cost.close()
            raise ValueError(f"{netlist_file}: no hard macro may move, so there is nothing to place")
        # A stable sort: macros of one size stay in the order of the file.
        self.order = sorted(movable, key=lambda node: -sizes[node][0] * sizes[node][1])
        self._sizes = sizes
        self._position = {node: i for i, node in enumerate(self.macros)}
        cells = self.columns * self.rows
        if gymnasium:
            box = gymnasium.spaces.Box
            count = len(self.macros)
            self.action_space = gymnasium.spaces.Discrete(cells)
            self.observation_space = gymnasium.spaces.Dict(
                {
                    "mask": box(0, 1, (cells,), dtype=numpy.int8),
                    "node": gymnasium.spaces.Discrete(len(self.order) + 1),
                    "size": box(0, 1, (2,), dtype=numpy.float32),
                    "x": box(-numpy.inf, numpy.inf, (count,), dtype=numpy.float32),
                    "y": box(-numpy.inf, numpy.inf, (count,), dtype=numpy.float32),
                    "placed": box(0, 1, (count,), dtype=numpy.int8),
                }
            )
        else:
            self.action_space = _Discrete(cells)
        self._next = len(self.order)
        self._mask = []

    def reset(self, *, seed=None, options=None):
        """Takes all macros but fixed ones off the canvas. Returns the first observation and a dict, empty but for a dead end."""
        if gymnasium:
            super().reset(seed=seed)
        self.cost.unplace_all_nodes()
        self._x = [0.0] * len(self.macros)
        self._y = [0.0] * len(self.macros)
        self._placed = [0] * len(self.macros)
        for node in self.macros:
            if self.cost.is_node_placed(node):
                self._set_place(node)
        self._next = 0
        self._mask = self._current_mask()
        return self._observation(), {} if any(self._mask) else {"dead_end": True}

    def step(self, action):
        """Puts the current macro on a cell. Returns observation, reward, terminated, truncated and info.

        Raises `ValueError` for a cell whose mask is 0, and after the end of an episode. After the last macro, `info` has
        the three costs.
        """
        action = int(action)
        if self._next >= len(self.order) or not any(self._mask):
            raise ValueError("the episode has ended, or no cell is free: call reset")
        if not (0 <= action < len(self._mask) and self._mask[action]):
            raise ValueError(f"macro {self.order[self._next]} may not go to cell {action}")
        node = self.order[self._next]
        self.cost.place_node(node, action)
        self._set_place(node)
        self._next += 1
        if self._next == len(self.order):
            self._mask = [0] * len(self._mask)
            reward, info = self._final()
            return self._observation(), reward, True, False, info
        self._mask = self._current_mask()
        if any(self._mask):
            return self._observation(), 0.0, False, False, {}
        return self._observation(), self.dead_end_reward, True, False, {"dead_end": True}

    def action_masks(self):
        """The current mask, under the name by which libraries of masked policies ask for it."""
        return self._array(self._mask, "int8")

    def close(self):
        """Ends the program behind it."""
        self.cost.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _current_mask(self):
        return self.cost.get_node_mask(self.order[self._next])

    def _set_place(self, node):
        x, y = self.cost.get_node_location(node)
        i = self._position[node]
        self._x[i], self._y[i], self._placed[i] = x / self.canvas[0], y / self.canvas[1], 1

    def _final(self):
        if self.place_cells:
            place_soft_macros(self.cost)
            for node in self.macros:
                if self.cost.is_node_soft_macro(node):
                    self._set_place(node)
        info = {
            "wirelength_cost": self.cost.get_cost(),
            "density_cost": self.cost.get_density_cost(),
            "congestion_cost": self.cost.get_congestion_cost(),
        }
        return -sum(weight * cost for weight, cost in zip(self.weights, info.values())), info

    def _observation(self):
        is_over = self._next >= len(self.order)
        size = (0.0, 0.0) if is_over else self._sizes[self.order[self._next]]
        return {
            "mask": self._array(self._mask, "int8"),
            "node": self._next,
            "size": self._array([size[0] / self.canvas[0], size[1] / self.canvas[1]], "float32"),
            "x": self._array(self._x, "float32"),
            "y": self._array(self._y, "float32"),
            "placed": self._array(self._placed, "int8"),
        }

    @staticmethod
    def _array(values, dtype):
        return numpy.array(values, dtype=dtype) if numpy else list(values)


def main():
    parser = argparse.ArgumentParser(description="Plays random episodes and prints their costs.")
    parser.add_argument("netlist")
    parser.add_argument("placement")
    parser.add_argument("--episodes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default="ashlar-plc")
    options = parser.parse_args()
    try:
        play(options)
    except (OSError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


def play(options):
    """Random episodes with the options of the command line."""
    chance = random.Random(options.seed)
    with MacroPlacementEnv(options.netlist, options.placement, program=options.program) as env:
        for episode in range(options.episodes):
            start = time.perf_counter()
            observation, info = env.reset()
            reward = env.dead_end_reward
            done = "dead_end" in info
            while not done:
                cells = [cell for cell, bit in enumerate(observation["mask"]) if bit]
                observation, reward, terminated, truncated, info = env.step(chance.choice(cells))
                done = terminated or truncated
            result = {"episode": episode, "reward": reward, **info}
            print(json.dumps({**result, "seconds": round(time.perf_counter() - start, 3)}))


if __name__ == "__main__":
    main()

"""Tests of ashlar_plc.py with the standard library alone.

    ASHLAR_PLC="node dist/cli/plc.js" python3 examples/python/test_ashlar_plc.py NETLIST PLACEMENT

The facts about the protocol are those that Circuit Training's own tests assert, in other words and on another block.
"""

import array
import glob
import gzip
import os
import random
import sys
import tempfile
import unittest

from ashlar_plc import MacroPlacementEnv, PlacementCost, PlacementCostError, open_block, place_soft_macros, read_header

PROGRAM = os.environ.get("ASHLAR_PLC", "ashlar-plc")
NETLIST, PLACEMENT = sys.argv[1:3]


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.cost = open_block(NETLIST, PLACEMENT, program=PROGRAM)
        self.macros = self.cost.get_macro_indices()
        self.hard = next(node for node in self.macros if not self.cost.is_node_soft_macro(node))
        self.soft = next(node for node in self.macros if self.cost.is_node_soft_macro(node))
        # The placement file may have places of ports alone.
        for node in self.macros:
            if not self.cost.is_node_soft_macro(node) and not self.cost.is_node_placed(node):
                self.cost.place_node(node, self.cost.get_node_mask(node).index(1))
        place_soft_macros(self.cost)

    def tearDown(self):
        self.cost.close()

    def test_types_are_pythons(self):
        cost = self.cost
        self.assertIsInstance(cost.get_cost(), float)
        self.assertIsInstance(cost.get_canvas_width_height(), tuple)
        self.assertIsInstance(cost.get_canvas_width_height()[0], float)
        self.assertIsInstance(cost.get_grid_num_columns_rows()[0], int)
        self.assertIs(cost.set_placement_grid(*cost.get_grid_num_columns_rows()), True)
        self.assertIsNone(cost.set_routes_per_micron(1.0, 2.0))
        self.assertEqual(cost.get_routes_per_micron(), (1.0, 2.0))
        self.assertIsNone(cost.set_macro_routing_allocation(3.0, 4.0))
        self.assertEqual(cost.get_macro_routing_allocation(), (3.0, 4.0))
        cost.set_congestion_smooth_range(5.0)
        self.assertEqual(cost.get_congestion_smooth_range(), 5)
        cost.set_project_name("project")
        self.assertEqual(cost.get_project_name(), "project")
        self.assertEqual(cost.get_source_filename(), NETLIST)
        self.assertEqual(cost.get_fake_nets(), [])
        cost.add_fake_net(0.1, [1, 2])
        self.assertEqual(cost.get_fake_nets(), [(0.1, [1, 2])])
        self.assertEqual(cost.get_blockages(), [])
        self.assertEqual(cost.get_node_locations([self.hard]), [cost.get_node_location(self.hard)])

    def test_the_frame_is_the_placement_files(self):
        header = read_header(PLACEMENT)
        self.assertEqual(list(self.cost.get_canvas_width_height()), header["canvas"])
        self.assertEqual(list(self.cost.get_grid_num_columns_rows()), header["grid"])
        self.assertTrue(all(self.cost.is_node_placed(node) for node in self.macros))

    def test_a_node_is_placed_by_index_or_name(self):
        cost, node = self.cost, self.hard
        name = cost.get_node_name(node)
        self.assertTrue(cost.unplace_node(node))
        self.assertFalse(cost.is_node_placed(node))
        mask = cost.get_node_mask(name)
        self.assertEqual(len(mask), cost.get_grid_num_columns_rows()[0] * cost.get_grid_num_columns_rows()[1])
        cell = mask.index(1) if 1 in mask else 0
        self.assertTrue(cost.place_node(name, cell))
        self.assertEqual(cost.get_grid_cell_of_node(node), cell)
        self.assertTrue(cost.update_node_coords(node, 50.0, 50.0))
        self.assertTrue(cost.update_node_coords(node, 50.0, 50.0, True))
        self.assertEqual(cost.get_node_location(name), (50.0, 50.0))
        self.assertTrue(cost.update_macro_orientation(node, "S"))
        self.assertEqual(cost.get_macro_orientation(node), "S")
        self.assertTrue(cost.fix_node_coord(node))
        self.assertTrue(cost.is_node_fixed(node))
        cost.unplace_all_nodes()
        self.assertTrue(cost.is_node_placed(node))
        self.assertFalse(cost.is_node_placed(self.soft))
        self.assertTrue(cost.unfix_node_coord(node))
        self.assertEqual(cost.get_ref_node_id(node), -1)

    def test_arguments_may_be_numbers_of_other_libraries(self):
        nodes = array.array("i", self.macros)
        self.assertEqual(self.cost.get_node_locations(nodes), self.cost.get_node_locations(self.macros))
        with self.assertRaisesRegex(TypeError, "cannot be an argument"):
            self.cost.get_node_name(object())
        self.assertEqual(self.cost.get_node_index(self.cost.get_node_name(self.hard)), self.hard)

    def test_costs_do_not_depend_on_the_way_to_a_placement(self):
        cost, chance = self.cost, random.Random(1)
        before = (cost.get_cost(), cost.get_density_cost(), cost.get_congestion_cost())
        places = {node: cost.get_node_location(node) for node in self.macros}
        for _ in range(40):
            node = chance.choice(self.macros)
            cost.update_node_coords(node, chance.uniform(0, 100), chance.uniform(0, 100))
            cost.get_congestion_cost()
        self.assertNotEqual((cost.get_cost(), cost.get_density_cost(), cost.get_congestion_cost()), before)
        for node, place in places.items():
            cost.update_node_coords(node, *place)
        self.assertEqual((cost.get_cost(), cost.get_density_cost(), cost.get_congestion_cost()), before)

    def test_a_placement_is_saved_and_restored(self):
        cost = self.cost
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "saved.plc")
            self.assertTrue(cost.save_placement(file, "one\ntwo"))
            with open(file, encoding="utf-8") as lines:
                self.assertEqual(next(lines), "# one\n")
            x, y = cost.get_node_location(self.hard)
            cost.unplace_all_nodes()
            self.assertTrue(cost.restore_placement(file))
            place = cost.get_node_location(self.hard)
            self.assertAlmostEqual(place[0], x, delta=1e-5 * max(1, abs(x)))
            self.assertAlmostEqual(place[1], y, delta=1e-5 * max(1, abs(y)))
            self.assertTrue(cost.save_placement_pnr(os.path.join(folder, "a.tcl"), "", "", "innovus", "project"))

    def test_forces_move_soft_macros_alone(self):
        cost = self.cost
        cost.update_node_coords(self.soft, 1.0, 2.0)
        hard, soft = cost.get_node_location(self.hard), cost.get_node_location(self.soft)
        place_soft_macros(cost)
        self.assertEqual(cost.get_node_location(self.hard), hard)
        self.assertNotEqual(cost.get_node_location(self.soft), soft)

    def test_wrong_calls_are_errors(self):
        with self.assertRaisesRegex(PlacementCostError, "no such call"):
            self.cost.make_coffee()
        with self.assertRaisesRegex(PlacementCostError, "an index from 0"):
            self.cost.is_node_fixed(10**9)
        with self.assertRaisesRegex(PlacementCostError, "NaN or Infinity"):
            self.cost.update_node_coords(self.hard, float("nan"), 0.0)
        self.assertGreater(self.cost.get_cost(), 0.0)


class EndTest(unittest.TestCase):
    def test_a_program_that_does_not_start_is_an_error(self):
        with self.assertRaises(OSError):
            PlacementCost(NETLIST, program=[sys.executable, "-c", "pass"])

    def test_a_netlist_that_is_not_there_is_told_at_the_first_call(self):
        with PlacementCost(NETLIST + "-not", program=PROGRAM) as cost:
            with self.assertRaisesRegex(PlacementCostError, "no such file"):
                cost.get_cost()

    def test_a_killed_program_is_an_error_and_nothing_is_left(self):
        before = set(glob.glob(os.path.join(tempfile.gettempdir(), "ashlar-*", "socket")))
        with PlacementCost(NETLIST, program=PROGRAM) as cost:
            cost.num_nodes()
            cost._process.kill()
            with self.assertRaises(OSError):
                cost.num_nodes()
        self.assertLessEqual(set(glob.glob(os.path.join(tempfile.gettempdir(), "ashlar-*", "socket"))), before)


class EnvironmentTest(unittest.TestCase):
    def test_an_episode(self):
        chance = random.Random(2)
        with MacroPlacementEnv(NETLIST, PLACEMENT, program=PROGRAM) as env:
            self.assertTrue(env.action_space.contains(0))
            self.assertFalse(env.action_space.contains(env.columns * env.rows))
            rewards = []
            for _ in range(2):
                observation, info = env.reset(seed=3)
                self.assertEqual(info, {})
                self.assertEqual(sum(observation["placed"]), 0)
                steps, done = 0, False
                while not done:
                    self.assertEqual(observation["node"], steps)
                    self.assertEqual(list(env.action_masks()), list(observation["mask"]))
                    cells = [cell for cell, bit in enumerate(observation["mask"]) if bit]
                    observation, reward, done, truncated, info = env.step(chance.choice(cells))
                    self.assertFalse(truncated)
                    steps += 1
                    if not done:
                        self.assertEqual(reward, 0.0)
                rewards.append(reward)
                if "dead_end" in info:
                    self.assertEqual(reward, -4.0)
                    continue
                self.assertEqual(steps, len(env.order))
                self.assertEqual(sum(observation["placed"]), len(env.macros))
                expected = info["wirelength_cost"] + 0.5 * info["density_cost"] + 0.5 * info["congestion_cost"]
                self.assertAlmostEqual(-reward, expected)
            self.assertNotEqual(rewards[0], rewards[1])
            with self.assertRaisesRegex(ValueError, "call reset"):
                env.step(0)

    def changed(self, folder, change):
        """A copy of the placement with changed lines, saved with all macros placed."""
        file = os.path.join(folder, "changed.plc")
        with open_block(NETLIST, PLACEMENT, program=PROGRAM) as cost:
            macros = set(cost.get_macro_indices())
            for node in macros:
                cost.update_node_coords(node, 50.0, 50.0)
            cost.save_placement(file, "")
        opened = gzip.open if PLACEMENT.endswith(".gz") else open
        with opened(PLACEMENT, "rt", encoding="utf-8") as lines:
            header = [line for line in lines if line.startswith("#")]
        with open(file, encoding="utf-8") as lines:
            places = [line for line in lines if not line.startswith("#")]
        with open(file, "w", encoding="utf-8") as out:
            out.writelines(change(header, places, macros))
        return file

    def test_a_block_in_which_nothing_may_move_is_an_error(self):
        def fix(header, places, macros):
            fixed = [line[:-2] + "1\n" if int(line.split()[0]) in macros else line for line in places]
            return header + fixed

        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(ValueError, "no hard macro may move"):
                MacroPlacementEnv(NETLIST, self.changed(folder, fix), program=PROGRAM)

    def test_no_room_for_the_first_macro_is_a_dead_end(self):
        def block(header, places, macros):
            return ["# Blockage : 0.0 0.0 1000000.0 1000000.0 1.0\n"] + header + places

        with tempfile.TemporaryDirectory() as folder:
            with MacroPlacementEnv(NETLIST, self.changed(folder, block), program=PROGRAM) as env:
                observation, info = env.reset()
                self.assertEqual(sum(observation["mask"]), 0)
                self.assertEqual(info, {"dead_end": True})
                with self.assertRaisesRegex(ValueError, "no cell is free"):
                    env.step(0)

    def test_an_action_whose_mask_is_0_is_refused(self):
        with MacroPlacementEnv(NETLIST, PLACEMENT, program=PROGRAM) as env:
            observation, _ = env.reset()
            taken = list(observation["mask"]).index(0)
            with self.assertRaisesRegex(ValueError, "may not go to cell"):
                env.step(taken)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

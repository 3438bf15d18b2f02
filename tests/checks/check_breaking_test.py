"""Shows that tools/check_breaking holds the API to the newest release, and to nothing else."""

import unittest

from proto_tree import ProtoTree, SERVICE

ADDITION = """
// The office that asked for a hold.
message Office {
  // The name.
  string name = 1;
}
"""


class CheckBreakingTest(unittest.TestCase):

    def setUp(self):
        self.tree = ProtoTree(self)
        self.tree.git("init", "--quiet")
        self.tree.write_proto(SERVICE)

    def check(self):
        result = self.tree.run("check_breaking")
        return result.returncode, result.stdout + result.stderr

    def test_before_the_first_commit_and_release_everything_may_change(self):
        self.assertEqual(self.check(), (0, "check_breaking: no release yet\n"))

        self.tree.commit()
        self.tree.write_proto(SERVICE.replace("string name = 1", "bytes name = 1"))

        self.assertEqual(self.check(), (0, "check_breaking: no release yet\n"))

    def test_an_addition_passes(self):
        self.tree.commit(tag="v0.1.0")
        self.tree.write_proto(SERVICE + ADDITION)

        status, output = self.check()

        self.assertEqual(status, 0, output)
        self.assertIn("v0.1.0", output)

    def test_a_changed_type_and_a_lost_method_are_refused(self):
        self.tree.commit(tag="v0.1.0")
        changes = {
            SERVICE.replace("string name = 1", "bytes name = 1"): "changed type",
            SERVICE.replace("  rpc LiftHold(LiftHoldRequest) returns (Hold);\n", ""): "LiftHold",
        }
        for changed, message in changes.items():
            with self.subTest(message=message):
                self.tree.write_proto(changed)

                status, output = self.check()

                self.assertNotEqual(status, 0)
                self.assertIn(message, output)

    def test_the_newest_release_decides_and_not_an_older_one(self):
        self.tree.commit(tag="v0.1.0")
        self.tree.write_proto(SERVICE + ADDITION)
        self.tree.commit(tag="v0.2.0")
        self.tree.write_proto(SERVICE)

        status, output = self.check()

        self.assertNotEqual(status, 0)
        self.assertIn("Office", output)


if __name__ == "__main__":
    unittest.main()

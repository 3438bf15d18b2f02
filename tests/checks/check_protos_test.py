"""Shows that tools/check_protos refuses what buf.yaml forbids, and only that."""

import unittest

from proto_tree import ProtoTree, SERVICE


class CheckProtosTest(unittest.TestCase):

    def setUp(self):
        self.tree = ProtoTree(self)

    def check(self, proto):
        self.tree.write_proto(proto)
        return self.tree.run("check_protos")

    def test_methods_that_return_the_resource_itself_pass(self):
        result = self.check(SERVICE)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_an_element_without_a_comment_is_refused(self):
        result = self.check(SERVICE.replace("  // The name.\n", ""))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("should have a non-empty comment", result.stdout)

    def test_a_request_message_named_otherwise_is_refused(self):
        result = self.check(SERVICE.replace("GetHoldRequest", "HoldQuery"))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("GetHoldRequest", result.stdout)

    def test_a_file_in_another_format_is_refused(self):
        result = self.check(SERVICE.replace("string name = 1;", "string  name=1;"))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("+  string name = 1;", result.stdout)


if __name__ == "__main__":
    unittest.main()

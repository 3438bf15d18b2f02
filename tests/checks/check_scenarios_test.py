"""The README's table says which scenario plays which edge case of the law."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def played():
    """Returns the rows that the scenario files call for."""
    rows = {}
    for path in sorted((ROOT / "tests/scenarios").glob("*.textproto")):
        for case in re.findall(r"^cases: (\d+)|\bcases: (\d+)", path.read_text()):
            rows.setdefault(int(case[0] or case[1]), set()).add(path.stem)
    return {case: sorted(files) for case, files in rows.items()}


def told():
    """Returns the rows of the README's table."""
    rows = {}
    for line in (ROOT / "README.md").read_text().splitlines():
        row = re.fullmatch(r"\| (\d+) \| ((?:`[a-z0-9-]+`(?:, )?)+) \|", line)
        if row:
            rows[int(row.group(1))] = re.findall(r"`([a-z0-9-]+)`", row.group(2))
    return rows


class ScenarioTableTest(unittest.TestCase):
    def test_table_is_what_the_files_say(self):
        self.assertEqual(told(), played())

    def test_every_case_of_the_law_is_played(self):
        self.assertEqual(sorted(played()), list(range(1, 46)))


if __name__ == "__main__":
    unittest.main()

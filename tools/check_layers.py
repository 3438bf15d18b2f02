#!/usr/bin/env python3
"""Checks the rules of the source tree that no compiler checks.

    tools/check_layers.py [ROOT]

ROOT is the repository by default. Prints `path:line: what is wrong` for each violation and ends
with 1 when there is one. The rules, which tests/checks/check_layers_test.py shows at work:

  layers       an include points down only, and every directory belongs to a known layer
  full paths   a quoted include is written from include/, src/, tests/ or tools/
  database     only store/sqlite, and the sample shop for its own, include SQLiteCpp or sqlite3.h
  gRPC         only rpc, server, the gRPC transport of delivery, and tools include gRPC
  clock        only src/base/*clock*.cc reads the wall clock
  personal     nothing in include/ or src/ prints a message past the redactor
  guards       a header's include guard is DSR_<PATH>_H_: its path, less include/dsr/ or src/
"""

import pathlib
import re
import sys

# What each layer may include besides itself and the generated messages. `store` and `delivery api`
# are the contracts under include/dsr, which know nothing of their implementations.
_CORE = {"base", "workflow", "store", "delivery api"}
_EDGES = {"rpc", "scheduler", "delivery"}
ALLOWED = {
    "base": set(),
    "workflow": {"base"},
    "store": {"base"},
    "delivery api": {"base"},
    "store/sqlite": {"base", "store"},
    "app": _CORE,
    "scheduler": _CORE | {"app"},
    "delivery": _CORE | {"app"},
    "rpc": _CORE | {"app"},
    "server": _CORE | _EDGES | {"app", "store/sqlite"},
    "dsrctl": _CORE | _EDGES | {"app", "store/sqlite"},
    "fill_store": _CORE | {"app", "store/sqlite", "dsrctl"},
    # Stands for somebody else's system: a client of the API, with our base library at most.
    "sample_shop": {"base"},
}

CONTRACT_LAYERS = {"base": "base", "workflow": "workflow", "store": "store",
                   "delivery": "delivery api"}
SOURCE_LAYERS = {"base", "workflow", "store", "app", "scheduler", "delivery", "rpc", "server"}
TOOL_LAYERS = {"dsrctl", "fill_store", "sample_shop"}
GRPC_LAYERS = {"rpc", "server"} | TOOL_LAYERS
# The sample shop is another company's system with a database of its own, which is not dsrd's.
DATABASE_LAYERS = {"store/sqlite", "sample_shop"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
GRPC_HEADER = re.compile(r"^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$")
DATABASE_HEADER = re.compile(r"^SQLiteCpp/|^sqlite3(ext)?\.h$")
WALL_CLOCK = re.compile(
    r"\b(absl::Now|absl::GetCurrentTimeNanos|std::time|gettimeofday|timespec_get)\s*\("
    r"|\bsystem_clock::now\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)|\bCLOCK_REALTIME\b")
DEBUG_STRING = re.compile(r"\b(Short|Utf8|Unredacted)?DebugString\s*\(")


def layer_of(path):
    """Returns the layer of a file, None where layers do not apply, "?" for an unknown place.

    `path` is relative to the repository.
    """
    parts = path.split("/")
    if path.startswith("include/"):
        known = len(parts) > 3 and parts[1] == "dsr"
        return CONTRACT_LAYERS.get(parts[2], "?") if known else "?"
    if path.startswith("src/"):
        if parts[1:3] == ["store", "sqlite"]:
            return "store/sqlite"
        return parts[1] if len(parts) > 2 and parts[1] in SOURCE_LAYERS else "?"
    if path.startswith("tools/"):
        return parts[1] if len(parts) > 2 and parts[1] in TOOL_LAYERS else None
    return None


def layer_of_include(name):
    """Returns the layer that a quoted include reaches, None for generated and foreign headers."""
    if name.endswith(".pb.h"):
        return None
    parts = name.split("/")
    if parts[0] == "dsr" and len(parts) > 2:
        return layer_of("include/" + name)
    if parts[0] in SOURCE_LAYERS and len(parts) > 1:
        return layer_of("src/" + name)
    if parts[0] in TOOL_LAYERS and len(parts) > 1:
        return parts[0]
    return None


def without_comments(text, blank_strings):
    """Returns `text` with comments, and string contents if asked, blanked out; lines stay lines."""
    token = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\s\\]{0,16})\(.*?\)(?P=d)"'
        r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'", re.DOTALL)

    def blank(match):
        found = match.group()
        if not found.startswith("/") and not blank_strings:
            return found
        return re.sub(r"[^\n]", " ", found)

    return token.sub(blank, text)


def expected_guard(path):
    """Returns the include guard for a header at `path`, relative to the repository."""
    inner = re.sub(r"^include/dsr/|^src/", "", path)
    return "DSR_" + re.sub(r"[^A-Za-z0-9]", "_", inner).upper() + "_"


class Checker:
    """Collects the violations of one tree."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.violations = []
        self.guards = {}

    def report(self, path, line, what):
        self.violations.append(f"{path}:{line}: {what}")

    def check_tree(self):
        """Checks every C++ file and returns how many there were."""
        count = 0
        for top in ("include", "src", "tests", "tools"):
            for file in sorted((self.root / top).rglob("*")):
                if file.suffix in (".h", ".cc") and file.is_file():
                    self.check_file(file.relative_to(self.root).as_posix(),
                                    file.read_text(encoding="utf-8"))
                    count += 1
        return count

    def check_file(self, path, text):
        layer = layer_of(path)
        if layer == "?":
            self.report(path, 1, "directory belongs to no layer of this check; add it to its tables")
        for number, line in enumerate(without_comments(text, False).split("\n"), 1):
            include = INCLUDE.match(line)
            if include:
                self.check_include(path, number, layer, include.group(2), include.group(1) == '"')
        for number, line in enumerate(without_comments(text, True).split("\n"), 1):
            self.check_line(path, number, line)
        if path.endswith(".h"):
            self.check_guard(path, text)

    def check_include(self, path, number, layer, name, quoted):
        if quoted and (name.startswith(".") or (self.root / path).parent.joinpath(name).exists()
                       and not any((self.root / top / name).exists()
                                   for top in ("include", "src", "tests", "tools"))):
            self.report(path, number, f'include "{name}" by its full path')
        if path.startswith("tests/"):
            return  # Tests look at every layer; what they link is the build's business.
        if name.startswith(("tests/", "testing/")):
            self.report(path, number, f"only tests include {name}")
        if GRPC_HEADER.search(name) and not self.may_see_grpc(path, layer):
            self.report(path, number, f"{layer or path} must not see gRPC: {name}")
        if DATABASE_HEADER.search(name) and layer not in DATABASE_LAYERS:
            self.report(path, number, f"only store/sqlite sees the database library: {name}")
        target = layer_of_include(name)
        if layer in ALLOWED and target not in {None, layer} | ALLOWED[layer]:
            self.report(path, number, f"{layer} must not include {target}: {name}")

    @staticmethod
    def may_see_grpc(path, layer):
        if layer == "delivery":
            return "grpc" in path.rsplit("/", 1)[1]
        return layer in GRPC_LAYERS

    def check_line(self, path, number, line):
        # tests/bench measures real time, and tools are clients that date what they send.
        exempt = path.startswith(("tests/bench/", "tools/")) or re.match(
            r"src/base/[^/]*clock[^/]*\.cc$", path)
        if not exempt and WALL_CLOCK.search(line):
            self.report(path, number, "reads the wall clock; take a Clock instead")
        if path.startswith(("include/", "src/")) and DEBUG_STRING.search(line):
            self.report(path, number, "prints a message past the redactor; use Redact")

    def check_guard(self, path, text):
        guard = expected_guard(path)
        code = [line.strip() for line in without_comments(text, True).split("\n") if line.strip()]
        if code[:2] != [f"#ifndef {guard}", f"#define {guard}"] or code[-1] != "#endif":
            self.report(path, 1, f"include guard must be {guard}")
        elif not text.rstrip().endswith(f"#endif  // {guard}"):
            self.report(path, text.rstrip().count("\n") + 1, f"must end with #endif  // {guard}")
        if guard in self.guards:
            self.report(path, 1, f"has the include guard of {self.guards[guard]}: rename one")
        self.guards.setdefault(guard, path)


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent
    checker = Checker(root)
    count = checker.check_tree()
    for violation in checker.violations:
        print(violation)
    if count == 0:
        print(f"check_layers: no C++ file under {root}", file=sys.stderr)
        return 1
    print(f"check_layers: {count} files, {len(checker.violations)} violations")
    return 1 if checker.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

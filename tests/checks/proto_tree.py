"""A temporary repository with this one's proto checks and one made-up API."""

import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

SERVICE = """\
syntax = "proto3";

package dsr.v1;

// Legal holds.
service HoldService {
  // Returns one hold.
  rpc GetHold(GetHoldRequest) returns (Hold);
  // Ends one hold.
  rpc LiftHold(LiftHoldRequest) returns (Hold);
}

// A legal hold.
message Hold {
  // The name.
  string name = 1;
}

// Asks for one hold.
message GetHoldRequest {
  // Required. The hold.
  string name = 1;
}

// Ends one hold.
message LiftHoldRequest {
  // Required. The hold.
  string name = 1;
}
"""


class ProtoTree:
    """Lives as long as the test case that is given to it."""

    def __init__(self, test):
        directory = tempfile.TemporaryDirectory()
        test.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        (self.root / "tools").mkdir()
        for name in ("buf", "check_protos", "check_breaking"):
            shutil.copy(ROOT / "tools" / name, self.root / "tools" / name)
        shutil.copy(ROOT / "buf.yaml", self.root)

    def write_proto(self, text, name="hold_service.proto"):
        file = self.root / "proto" / "dsr" / "v1" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, tool):
        return subprocess.run([self.root / "tools" / tool], capture_output=True, text=True,
                              check=False)

    def git(self, *arguments):
        subprocess.run(["git", "-C", self.root, "-c", "user.name=Test", "-c",
                        "user.email=test@example.com", "-c", "commit.gpgsign=false", *arguments],
                       capture_output=True, check=True)

    def commit(self, tag=None):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A state of the API.")
        if tag:
            self.git("tag", "--no-sign", tag)

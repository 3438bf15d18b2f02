"""Shows each rule of tools/check_layers.py catching a violation in a made-up tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"


def header(guard, body=""):
    return f"// A header.\n#ifndef {guard}\n#define {guard}\n{body}\n#endif  // {guard}\n"


class CheckLayersTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def write(self, path, text=""):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_check(self):
        return subprocess.run([sys.executable, "-B", CHECK, self.root], capture_output=True,
                              text=True, check=False)

    def assert_passes(self, path, text):
        self.write(path, text)
        result = self.run_check()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def assert_fails(self, path, text, line, message):
        self.write(path, text)
        result = self.run_check()
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(f"{path}:{line}: ", result.stdout)
        self.assertIn(message, result.stdout)
        self.assertIn("1 violations", result.stdout)

    # Layers

    def test_includes_that_point_down_pass(self):
        self.write("src/base/file.cc", '#include "dsr/base/file.h"\n#include "dsr/v1/request.pb.h"\n')
        self.write("src/workflow/engine.cc", '#include "dsr/base/clock.h"\n')
        self.write("src/store/sqlite/tables.cc", '#include "dsr/store/store.h"\n')
        self.write("src/app/executor.cc", '#include "dsr/delivery/signer.h"\n')
        self.write("src/delivery/dispatcher.cc", '#include "app/executor.h"\n')
        self.write("tools/dsrctl/main.cc", '#include "rpc/auth.h"\n')
        self.assert_passes("src/server/environment.cc", '#include "store/sqlite/sqlite_store.h"\n')

    def test_no_layer_includes_one_that_is_not_below_it(self):
        for path, include in [
            ("src/base/file.cc", "dsr/workflow/engine.h"),
            ("include/dsr/workflow/engine.inc.cc", "dsr/store/store.h"),
            ("src/workflow/engine.cc", "dsr/store/store.h"),
            ("src/workflow/engine.cc", "app/executor.h"),
            ("src/store/sqlite/tables.cc", "dsr/workflow/engine.h"),
            ("src/app/executor.cc", "store/sqlite/sqlite_store.h"),
            ("src/app/executor.cc", "delivery/dispatcher.h"),
            ("src/app/executor.cc", "rpc/auth.h"),
            ("src/rpc/auth.cc", "scheduler/scheduler.h"),
            ("src/rpc/auth.cc", "server/environment.h"),
            ("src/scheduler/scheduler.cc", "delivery/dispatcher.h"),
            ("tools/dsrctl/main.cc", "server/environment.h"),
            ("tools/sample_shop/main.cc", "app/executor.h"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_fails(path, f'\n#include "{include}"\n', 2, "must not include")
                self.write(path)

    def test_a_directory_of_no_layer_is_refused(self):
        for path in ("src/helpers/strings.cc", "src/main.cc", "include/dsr/rpc/auth.inc.cc",
                     "include/other/base/a.cc"):
            with self.subTest(path=path):
                self.assert_fails(path, "", 1, "belongs to no layer")
                (self.root / path).unlink()

    def test_only_tests_include_test_code(self):
        self.write("tests/unit/app/executor_test.cc",
                   '#include "testing/temp_dir.h"\n#include "store/sqlite/sqlite_store.h"\n')
        self.assert_fails("src/app/executor.cc", '#include "testing/temp_dir.h"\n', 1, "only tests")

    def test_an_include_relative_to_its_file_is_refused(self):
        self.write("src/app/executor.h", header("DSR_APP_EXECUTOR_H_"))
        self.assert_fails("src/app/executor.cc", '#include "executor.h"\n', 1, "by its full path")
        self.assert_fails("src/app/executor.cc", '#include "../app/executor.h"\n', 1,
                          "by its full path")
        self.assert_passes("src/app/executor.cc", '#include "app/executor.h"\n')

    # Libraries

    def test_only_the_sqlite_store_sees_the_database_library(self):
        self.write("src/store/sqlite/tables.cc",
                   "#include <SQLiteCpp/Database.h>\n#include <sqlite3.h>\n")
        self.write("tools/sample_shop/database.cc", "#include <sqlite3.h>\n")
        for include in ("<SQLiteCpp/Statement.h>", "<sqlite3.h>", '"sqlite3.h"'):
            for path in ("src/app/executor.cc", "tools/dsrctl/main.cc"):
                with self.subTest(path=path, include=include):
                    self.assert_fails(path, f"#include {include}\n", 1, "only store/sqlite")
                    self.write(path)

    def test_only_the_outer_layers_see_grpc(self):
        for path in ("src/rpc/auth.cc", "src/server/main.cc", "src/delivery/grpc_transport.cc",
                     "tools/dsrctl/main.cc", "tools/sample_shop/main.cc"):
            self.write(path, "#include <grpcpp/grpcpp.h>\n")
        for include in ("<grpcpp/grpcpp.h>", "<grpc/grpc.h>", '"dsr/v1/notice_receiver.grpc.pb.h"'):
            for path in ("src/workflow/engine.cc", "src/app/executor.cc", "src/base/errors.cc",
                         "src/delivery/webhook_transport.cc"):
                with self.subTest(path=path, include=include):
                    self.assert_fails(path, f"#include {include}\n", 1, "must not see gRPC")
                    self.write(path)

    # Clock and personal data

    def test_only_the_system_clock_reads_the_wall_clock(self):
        self.write("src/base/system_clock.cc", "auto t = absl::Now();\n")
        self.write("tests/bench/throughput.cc", "auto t = absl::Now();\n")
        self.write("tools/sample_shop/main.cc", "auto t = absl::Now();\n")
        for call in ("absl::Now()", "std::chrono::system_clock::now()", "std::time(nullptr)",
                     "time(NULL)", "gettimeofday(&t, nullptr)"):
            for path in ("src/app/executor.cc", "src/app/clock.cc", "tests/unit/app/a_test.cc"):
                with self.subTest(path=path, call=call):
                    self.assert_fails(path, f"\n\nauto now = {call};\n", 3, "wall clock")
                    self.write(path)

    def test_no_message_is_printed_past_the_redactor(self):
        self.write("tests/unit/app/a_test.cc", "auto text = request.DebugString();\n")
        for call in ("request.DebugString()", "request.ShortDebugString()",
                     "request->Utf8DebugString ()"):
            with self.subTest(call=call):
                self.assert_fails("src/app/executor.cc", f"auto text = {call};\n", 1, "redactor")

    def test_comments_and_strings_are_not_code(self):
        self.assert_passes("src/app/executor.cc", "\n".join([
            "// Unlike absl::Now(), this is steady.",
            "/* request.DebugString()",
            '#include "rpc/auth.h"',
            "*/",
            'auto text = "absl::Now() \\" // DebugString(";',
            'auto raw = R"x(absl::Now()")x";',
            "",
        ]))

    def test_code_after_a_string_or_a_digit_separator_is_code(self):
        self.assert_fails("src/app/executor.cc", 'int n = 1\'000; f("//", \'"\', absl::Now());\n', 1,
                          "wall clock")

    # Include guards

    def test_guards_named_for_their_path_pass(self):
        self.write("include/dsr/base/clock.h", header("DSR_BASE_CLOCK_H_"))
        self.write("src/store/sqlite/tables.h", header("DSR_STORE_SQLITE_TABLES_H_"))
        self.write("tools/dsrctl/flags.h", header("DSR_TOOLS_DSRCTL_FLAGS_H_"))
        self.assert_passes("tests/testing/temp_dir.h", header("DSR_TESTS_TESTING_TEMP_DIR_H_"))

    def test_a_guard_of_another_name_or_shape_is_refused(self):
        path, guard = "include/dsr/base/clock.h", "DSR_BASE_CLOCK_H_"
        for text in (header("DSR_CLOCK_H_"), "#pragma once\n", "// Nothing.\n",
                     header(guard).replace("#define", "#undef"), "int early;\n" + header(guard)):
            with self.subTest(text=text):
                self.assert_fails(path, text, 1, f"must be {guard}")

    def test_a_guard_is_named_again_at_its_end(self):
        text = header("DSR_BASE_CLOCK_H_").replace("#endif  // DSR_BASE_CLOCK_H_", "#endif")
        self.assert_fails("include/dsr/base/clock.h", text, 5, "must end with #endif")

    def test_two_headers_with_one_guard_are_refused(self):
        self.write("include/dsr/base/clock.h", header("DSR_BASE_CLOCK_H_"))
        self.assert_fails("src/base/clock.h", header("DSR_BASE_CLOCK_H_"), 1,
                          "has the include guard of include/dsr/base/clock.h")

    def test_a_tree_without_sources_fails(self):
        self.assertEqual(self.run_check().returncode, 1)


if __name__ == "__main__":
    unittest.main()

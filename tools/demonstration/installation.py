"""dsrd and the sample shop as processes, with their files in one folder."""

import json
import os
import signal
import subprocess
import time

from console import Failed, expect


def wait_for(what, question, seconds=30):
    """Asks until the answer is true; returns it."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"waited {seconds} s in vain for: {what}")
        time.sleep(0.05)


class Refused(Exception):
    """A call was refused; `reason` is the machine-readable one."""

    def __init__(self, code, error):
        super().__init__(f"exit code {code}: {error.strip()}")
        self.code = code
        self.reason = ""
        for line in error.splitlines():
            try:
                self.reason = json.loads(line).get("reason", "")
            except (ValueError, AttributeError):
                continue


class Installation:
    def __init__(self, build, source, data_dir):
        self.source = source
        self.data_dir = data_dir
        self.dsrd_bin = os.path.join(build, "src/server/dsrd")
        self.dsrctl_bin = os.path.join(build, "tools/dsrctl/dsrctl")
        self.shop_bin = os.path.join(build, "tools/sample_shop/sample_shop")
        self.server_dir = os.path.join(data_dir, "dsrd")
        self.dev_dir = os.path.join(self.server_dir, "dev")
        self.shop_db = os.path.join(data_dir, "shop.db")
        self.recipients_db = os.path.join(data_dir, "recipients.db")
        self.port_file = os.path.join(data_dir, "dsrd.port")
        self.shop_port_file = os.path.join(data_dir, "shop.port")
        self.address = "127.0.0.1:0"
        self.dsrd = None
        self.shop = None
        for path in (self.dsrd_bin, self.dsrctl_bin, self.shop_bin):
            expect(os.access(path, os.X_OK), f"{path} is not there; build it first")

    # --- Processes ---------------------------------------------------------------------------------------------------

    def _spawn(self, name, arguments):
        log = open(os.path.join(self.data_dir, f"{name}.log"), "ab")
        return subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_server(self, *flags):
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        self.dsrd = self._spawn("dsrd", [
            self.dsrd_bin, "--dev", "--data-dir", self.server_dir, "--definitions",
            os.path.join(self.source, "workflows"), "--listen", self.address, "--port-file", self.port_file, *flags])

        def port():
            if self.dsrd.poll() is not None:
                raise Failed(f"dsrd ended with {self.dsrd.returncode}; see {self.data_dir}/dsrd.log")
            return os.path.exists(self.port_file) and open(self.port_file).read().strip()

        self.address = "127.0.0.1:" + wait_for("dsrd's port", port)
        wait_for("dsrd to serve", lambda: self.try_call("operator-1", "admin", "status") is not None)

    def refuse_to_start(self, *flags):
        """Starts dsrd without --dev; it must refuse with a usage error."""
        result = subprocess.run([self.dsrd_bin, "--data-dir", self.server_dir, *flags], capture_output=True, text=True,
                                timeout=30)
        expect(result.returncode in (2, 78) and "--dev" in result.stderr, f"dsrd {' '.join(flags)} without --dev is refused")

    def kill_server(self):
        self.dsrd.send_signal(signal.SIGKILL)
        self.dsrd.wait()

    def stop_server(self):
        self.dsrd.send_signal(signal.SIGTERM)
        expect(self.dsrd.wait(60) == 0, "dsrd ends with 0 on SIGTERM")

    def start_shop(self, offset="0d"):
        if os.path.exists(self.shop_port_file):
            os.unlink(self.shop_port_file)
        self.shop = self._spawn("shop", [
            self.shop_bin, "serve", "--db", self.shop_db, "--recipients-db", self.recipients_db, "--server",
            self.address, "--token-dir", self.path("tokens"), "--secret-dir", self.path("secrets"),
            "--http-port-file", self.shop_port_file, "--time-offset", offset])
        port = wait_for("the shop's port",
                        lambda: os.path.exists(self.shop_port_file) and open(self.shop_port_file).read().strip())
        return f"http://127.0.0.1:{port}"

    def stop_shop(self):
        self.shop.send_signal(signal.SIGTERM)
        self.shop.wait(30)

    def stop_all(self):
        for process in (self.shop, self.dsrd):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()

    def path(self, name):
        return os.path.join(self.dev_dir, name)

    # --- Calls -------------------------------------------------------------------------------------------------------

    def run(self, principal, *arguments, stdin="", output="json"):
        """Runs dsrctl as `principal`; returns what it printed. Personal data goes through `stdin` only."""
        result = subprocess.run(
            [self.dsrctl_bin, "--server", self.address, "--token-file", self.path(f"tokens/{principal}.token"), "-o",
             output, *arguments], input=stdin, capture_output=True, text=True, timeout=90)
        if result.returncode not in (0, 8):
            raise Refused(result.returncode, result.stderr)
        return result.stdout

    def call(self, principal, *arguments, stdin=""):
        text = self.run(principal, *arguments, stdin=stdin)
        return json.loads(text) if text.strip() else {}

    def try_call(self, principal, *arguments, stdin=""):
        try:
            return self.call(principal, *arguments, stdin=stdin)
        except Refused:
            return None

    def refused(self, reason, principal, *arguments, stdin=""):
        """Makes a call that must be refused for `reason`."""
        try:
            self.call(principal, *arguments, stdin=stdin)
        except Refused as refusal:
            expect(refusal.reason == reason, f"{' '.join(arguments[:2])} refused for {reason}, not: {refusal}")
            return refusal
        raise Failed(f"{' '.join(arguments[:2])} was not refused; it should be for {reason}")

    def shop_tool(self, *arguments):
        result = subprocess.run([self.shop_bin, *arguments], capture_output=True, text=True, timeout=300)
        expect(result.returncode == 0, f"sample_shop {arguments[0]}: {result.stderr.strip()}")
        return result.stdout

    def look(self, account):
        """What the shop's and the recipients' own databases hold about an account."""
        return json.loads(self.shop_tool("show", "--db", self.shop_db, "--recipients-db", self.recipients_db,
                                         "--account", account, "-o", "json"))

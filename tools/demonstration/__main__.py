"""The demonstration that tools/quickstart runs: dsrd and a sample shop, nine stories, checked in the shop's databases."""

import argparse
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import console  # noqa: E402
import restarts  # noqa: E402
import stories  # noqa: E402
from installation import Installation, Refused  # noqa: E402

SEED = "20261123"


def parse():
    parser = argparse.ArgumentParser(prog="tools/quickstart", description=__doc__)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="leave dsrd and the shop running")
    parser.add_argument("--data-dir", help="where files go; must be empty or missing")
    return parser.parse_args()


def prepare(arguments):
    data_dir = os.path.abspath(arguments.data_dir) if arguments.data_dir else tempfile.mkdtemp(prefix="dsrd-demo-")
    os.makedirs(data_dir, exist_ok=True)
    console.expect(not os.listdir(data_dir), f"{data_dir} is not empty; name another --data-dir")
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return Installation(os.path.abspath(arguments.build), source, data_dir)


def start(dsrd):
    console.story(0, "Start dsrd on an embedded SQLite file, and the sample shop")
    dsrd.shop_tool("generate", "--db", dsrd.shop_db, "--recipients-db", dsrd.recipients_db, "--seed", SEED)
    console.step(f"sample shop generated from seed {SEED}")
    dsrd.start_server()
    console.step(f"dsrd serves on {dsrd.address}")
    restarts.register(dsrd, dsrd.start_shop())
    console.step("five data systems, four recipients and all disclosures registered; workers lease tasks")


def main():
    arguments = parse()
    dsrd = None
    try:
        dsrd = prepare(arguments)
        start(dsrd)
        people = json.loads(dsrd.shop_tool("personas", "-o", "json"))
        for story in (stories.access, stories.copy, stories.correction, stories.deletion, stories.cancellation,
                      stories.decision, stories.impostor, restarts.killed, restarts.overdue):
            story(dsrd, people)
    except (console.Failed, Refused) as problem:
        console.fail(str(problem))
        if dsrd is not None:
            print(f"quickstart: logs and databases are in {dsrd.data_dir}", file=sys.stderr)
        return 1
    finally:
        if dsrd is not None and not arguments.keep:
            dsrd.stop_all()
    print(f"\nDone: {console.steps} steps, every one checked. Files: {dsrd.data_dir}")
    if arguments.keep:
        print(f"dsrd (process {dsrd.dsrd.pid}) serves on {dsrd.address}, the shop is process {dsrd.shop.pid}. Try:\n"
              f"  export DSRCTL_SERVER={dsrd.address} DSRCTL_TOKEN_FILE={dsrd.path('tokens/caseworker-1.token')}\n"
              f"  {os.path.relpath(dsrd.dsrctl_bin)} queue\n"
              f"Stop them with: kill {dsrd.shop.pid} {dsrd.dsrd.pid}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

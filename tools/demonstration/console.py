"""What the demonstration prints: one line a step, with time and id."""

import sys
import time

_begin = time.monotonic()
steps = 0


class Failed(Exception):
    """A step did not do what it should."""


def story(number, title):
    print(f"\n{number}. {title}", flush=True)


def step(text, resource=""):
    global steps
    steps += 1
    name = f"  [{resource}]" if resource else ""
    print(f"  {time.monotonic() - _begin:7.2f} s  {text}{name}", flush=True)


def show(text):
    for line in text.rstrip().splitlines():
        print(f"      {line}", flush=True)


def expect(condition, text):
    """Ends the demonstration, naming `text`, unless `condition` holds."""
    if not condition:
        raise Failed(text)


def fail(text):
    print(f"\nquickstart: FAILED: {text}", file=sys.stderr, flush=True)

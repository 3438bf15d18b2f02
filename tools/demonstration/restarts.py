"""The stories that restart dsrd: a SIGKILL in the middle, and the 15th day."""

import datetime

from console import expect, show, step, story
from installation import wait_for
from cases import Case


def killed(dsrd, people):
    story(8, "The server is killed in the middle")
    case = Case(dsrd, "access", people["access"]["account"])
    case.verify()
    case.do("caseworker-1", "assess")
    dsrd.kill_server()
    step("SIGKILL right after the work was accepted", case.name)
    dsrd.start_server()
    # A task whose lease was lost with the server comes back when that lease ends.
    case.until("ready", seconds=120)
    case.do("caseworker-1", "respond")
    case.mail("response-access")
    step("started again: everything went on where it was, and is answered", case.name)
    log = dsrd.call("auditor-1", "audit", "verify")
    expect(log.get("intact"), "the audit log verifies")
    step(f"audit log verified: {log['size']} leaves", "")


def overdue(dsrd, people):
    story(9, "Nobody answers for 15 days")
    received = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    case = Case(dsrd, "copy", people["overdue"]["account"], receivedTime=received.strftime("%Y-%m-%dT%H:%M:%SZ"))
    step("the company received it yesterday, so its days run from then", case.name)
    case.verify()
    dsrd.stop_shop()
    dsrd.stop_server()
    dsrd.refuse_to_start("--time-offset=15d")
    step("--time-offset without --dev refused", "")
    dsrd.start_server("--time-offset=15d")
    register(dsrd, dsrd.start_shop(offset="15d"))
    step("dsrd and the shop restarted with --time-offset=15d", "")

    def is_breached():
        request = case.get()
        return request if request.get("breached") else None
    breached = wait_for("the breach", is_breached)
    expect(breached["escalationLevel"] == 3, "breached requests are escalated")
    kinds = [event["kind"] for event in _events(dsrd, case)]
    expect(kinds.count("request_escalated") == 3, "reminded, escalated, breached: three levels, each once")
    expect(kinds.count("request_breached") == 1, "breached once")
    case.mail("breached")
    step(f"reminder, escalation, breach at {breached['breachTime']}; the requester is told", case.name)
    show(dsrd.run("auditor-1", "request", "timeline", case.name, output="table"))
    show(dsrd.run("auditor-1", "queue", output="table"))
    show(dsrd.run("auditor-1", "report", "sla", output="table"))


def _events(dsrd, case):
    answer = dsrd.call("auditor-1", "request", "history", case.name)
    return answer if isinstance(answer, list) else answer.get("events", [])


def register(dsrd, url):
    dsrd.shop_tool("register", "--server", dsrd.address, "--token-dir", dsrd.path("tokens"), "--secret-dir",
                   dsrd.path("secrets"), "--db", dsrd.shop_db, "--recipients-url", url)

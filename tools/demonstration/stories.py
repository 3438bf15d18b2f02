"""The stories that need no restart: the six request types, and an identity check that fails."""

import csv
import hashlib
import io
import json
import os
import re
import zipfile

from console import expect, show, step, story
from cases import Case


def access(dsrd, people):
    story(1, "Access: what do you hold about me?")
    case = Case(dsrd, "access", people["access"]["account"])
    case.start_code()
    code = case.code()
    wrong = "000000" if code != "000000" else "000001"
    case.refuse_code(wrong, "CODE_WRONG")
    step("wrong code refused: CODE_WRONG", case.verification)
    case.submit(code)
    step("right code accepted", case.verification)
    case.do("caseworker-1", "assess")
    ready = case.until("ready")
    systems = {outcome["system"] for outcome in ready["outcomes"]}
    expect(len(systems) == 5, "five systems report")
    records = sum(int(outcome.get("records", 0)) for outcome in ready["outcomes"])
    step(f"collected {records} records from {len(systems)} systems", case.name)
    case.do("caseworker-1", "respond")
    answer = case.mail("response-access")
    recipients = [title for title in ("payment", "logistics", "overseas", "ad") if title in answer.lower()]
    expect(recipients, "the answer names the recipients")
    page = _download(dsrd, case, answer, "access.html")
    step(f"answered; page of {len(page)} bytes downloaded through its one-time grant, recipients named", case.name)
    return case


def _grant(answer):
    return re.search(r"grant: (\w{26})", answer, re.IGNORECASE).group(1)


def _download(dsrd, case, answer, file_name):
    path = os.path.join(dsrd.data_dir, file_name)
    dsrd.run("intake-tool", "request", "download", case.name, "--grant-file", "-", "--to", path, stdin=_grant(answer))
    with open(path, "rb") as file:
        return file.read()


def copy(dsrd, people):
    story(2, "Copy: give me my data as a file")
    case = Case(dsrd, "copy", people["copy"]["account"])
    case.verify()
    case.do("caseworker-1", "assess")
    case.until("ready")
    case.do("caseworker-1", "respond")
    answer = case.mail("response-copy")
    package = _download(dsrd, case, answer, "copy.zip")
    told = case.get()["package"]["sha256"]
    expect(hashlib.sha256(package).hexdigest() == told, "the package has the SHA-256 that was told")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        parts = manifest["parts"]
        for part in parts:
            content = archive.read(part["name"])
            expect(hashlib.sha256(content).hexdigest() == part["sha256"], f"{part['name']} has its SHA-256")
        rows = len(list(csv.reader(io.StringIO(archive.read("orders.csv").decode())))) - 1
    expect("index.html" in names, "the package has an index page")
    step(f"package of {len(names)} files downloaded; {len(parts)} checksums verified; orders.csv has {rows} rows",
         case.name)
    dsrd.refused("GRANT_INVALID", "intake-tool", "request", "download", case.name, "--grant-file", "-", "--to",
                 os.path.join(dsrd.data_dir, "again.zip"), stdin=_grant(answer))
    step("second use of the grant refused: GRANT_INVALID", case.name)
    return case


def correction(dsrd, people):
    story(3, "Correction: two fields right, one rejected")
    person = people["correction"]
    fields = [{"category": c["category"], "field": c["field"], "presentValue": c["present_value"],
               "proposedValue": c["proposed_value"]} for c in person["corrections"]]
    fields.append({"category": "account", "field": "name", "proposedValue": "Somebody Else"})
    case = Case(dsrd, "correction", person["account"], correction={"fields": fields})
    case.verify()
    for index in (0, 1):
        case.do("caseworker-1", "decide-field", "--index", str(index), "--decision", "accepted")
    case.do("caseworker-1", "decide-field", "--index", "2", "--decision", "rejected", "--reason-file", "-",
            stdin="No document shows another name.")
    step("two fields accepted, one rejected with a reason", case.name)
    case.do("caseworker-1", "assess")
    case.until("ready")
    case.do("caseworker-1", "respond")
    case.mail("response-correction")
    held = dsrd.look(person["account"])
    expect(held["fields"]["phone"] == person["corrections"][0]["proposed_value"], "the shop has the new phone number")
    expect(any(person["corrections"][1]["proposed_value"] in address for address in held["fields"]["addresses"]),
           "the shop has the new address")
    expect(held["fields"]["name"] == person["name"], "the rejected name is not applied")
    step("the shop's own rows have the new values, and the old name", case.name)
    notices = case.notices()
    case.until_told(**{name.replace("-", "_"): "COMPLETED" for name in notices})
    case.until("closed")
    return case


def deletion(dsrd, people):
    story(4, "Deletion: erase, restrict what a law keeps, tell everyone")
    account = people["deletion"]["account"]
    before = dsrd.look(account)
    case = Case(dsrd, "deletion", account, deletion={"ground": "DELETION_GROUND_PURPOSE_ENDED"})
    case.verify()
    case.do("caseworker-1", "assess")
    case.until("planned")
    for item in case.get()["plan"]["items"]:
        if item["category"] in ("browsing", "orders"):
            rule = f" ({item['law']})" if item.get("law") else ""
            action = item["action"].removeprefix("RETENTION_ACTION_").lower().replace("_", " ")
            step(f"plan for {item['category']}: {action}{rule}", case.name)
    case.do("caseworker-1", "confirm-plan")
    answered = case.until("answered")
    orders = next(o for o in answered["outcomes"] if o["category"] == "orders")
    expect(orders["disposition"] == "DISPOSITION_RESTRICTED", "younger orders are restricted")
    until = orders["retainedUntil"]
    step(f"answered {answered['response']['outcome'].removeprefix('OUTCOME_').lower()}: {orders['records']} old orders "
         f"erased, {orders['retainedRecords']} restricted until {until['year']}-{until['month']:02}-{until['day']:02}",
         case.name)
    case.until_told(payment="OBJECTED", ad_partner="EXEMPT", logistics="COMPLETED", overseas_seller="COMPLETED")
    after = dsrd.look(account)
    expect(after["categories"]["browsing"] == {"live": 0, "restricted": 0}, "the shop's browsing rows are gone")
    expect(after["categories"]["orders"]["live"] == 0 and after["categories"]["orders"]["restricted"] > 0,
           "the shop's orders are erased or restricted")
    rows = {name: (before["recipients"][name]["rows"], entry["rows"]) for name, entry in after["recipients"].items()}
    expect(rows["logistics"][0] > 0 and rows["logistics"][1] == 0, "the logistics company's rows are gone")
    expect(rows["payment"][1] == rows["payment"][0] > 0, "the payment company keeps its rows, by its own law")
    expect(rows["ad-partner"][1] == rows["ad-partner"][0] > 0, "the ad partner keeps its rows, by its authorisation")
    step("looked into the databases: " + ", ".join(f"{n} {a}->{b}" for n, (a, b) in sorted(rows.items())) +
         f", orders {before['categories']['orders']['live']}->0 live", case.name)
    return case


def cancellation(dsrd, people):
    story(5, "Account cancellation: blocked, resolved, closed")
    account = people["cancellation"]["account"]
    case = Case(dsrd, "account-cancellation", account)
    case.verify()
    case.do("caseworker-1", "assess")
    blocked = case.until("blocked")
    kinds = sorted({blocker["kind"] for blocker in blocked["blockers"] if not blocker.get("resolved")})
    case.mail("blocked")
    step(f"blocked by {', '.join(kinds)}; the person is told", case.name)
    dsrd.shop_tool("clear-blockers", "--db", dsrd.shop_db, "--account", account)
    case.do("caseworker-1", "resolve-blockers")
    case.until("planned")
    step("the person finished the order; checked again; nothing blocks", case.name)
    case.do("caseworker-1", "confirm-plan")
    case.until("answered")
    case.until_told(**{n.replace("-", "_"): "OBJECTED" if n == "payment" else "COMPLETED"
                       for n, notice in case.notices().items() if notice["state"] != "STATE_EXEMPT"})
    held = dsrd.look(account)
    expect(held["state"] == "closed" and not held["tracked"], "the shop's account is closed and collection stopped")
    expect(all(c["live"] == 0 for name, c in held["categories"].items()), "nothing live is left in the shop")
    step("looked into the shop: account closed, collection stopped, nothing live left", case.name)
    return case


def decision(dsrd, people):
    story(6, "Automated decision: a person looks again")
    person = people["decision"]
    case = Case(dsrd, "automated-decision-complaint", person["account"],
                decisionComplaint={"decisionId": person["decision"], "effect": "I was refused a credit line."})
    case.verify()
    case.do("caseworker-1", "assess")
    fetched = case.until("reviewing")
    step(f"decision record fetched; decided by {fetched['review']['decidedBy']}", case.name)
    dsrd.refused("ROLE_MISSING", "caseworker-1", "request", "review", case.name, "--outcome", "upheld",
                 "--explanation-file", "-", stdin="No.")
    case.do("reviewer-1", "review", "--outcome", "overturned", "--explanation-file", "-",
            stdin="The model counted a returned order as a debt; without it the line is granted.")
    case.until("ready")
    case.do("caseworker-1", "respond")
    answer = case.mail("response-decision")
    expect("without it the line is granted" in answer, "the answer explains")
    in_force = dsrd.look(person["account"])["decisions"][person["decision"]]["result_in_force"]
    expect(in_force == "approved", "the shop's decision in force is changed")
    step(f"overturned by reviewer-1 with an explanation; in force at the shop: {in_force}", case.name)
    return case


def impostor(dsrd, people):
    story(7, "A deletion by somebody else")
    account = people["impostor"]["account"]
    before = dsrd.look(account)
    case = Case(dsrd, "deletion", account, deletion={"ground": "DELETION_GROUND_NO_CONSENT"})
    for action in ("assess", "confirm-plan", "respond"):
        dsrd.refused("ACTION_NOT_ALLOWED", "caseworker-1", "request", action, case.name)
    step("attempts to skip verification refused: ACTION_NOT_ALLOWED", case.name)
    case.start_code()
    code = case.code()
    wrong = [f"{n:06}" for n in range(6) if f"{n:06}" != code][:5]
    for guess in wrong[:4]:
        case.refuse_code(guess, "CODE_WRONG")
    case.refuse_code(wrong[4], "ATTEMPTS_EXHAUSTED")
    ended = case.until("closed")
    expect(ended["response"]["outcome"] == "OUTCOME_NOT_VERIFIED", "answered as not verified")
    case.mail("not-verified")
    expect(dsrd.look(account) == before, "nothing in the shop or at recipients is touched")
    step("five wrong codes: answered as not verified and ended; nothing touched anywhere", case.name)
    unknown = Case(dsrd, "access", people["unknown"]["account"])
    unknown.start_code()
    step("an account that does not exist looks just the same so far", unknown.name)
    return case


def history(dsrd, case):
    show(dsrd.run("auditor-1", "request", "history", case.name, output="table"))

"""Steps that several stories share: file, verify, wait for a state, read the mail."""

import email
import email.policy
import json
import os
import re

from console import expect, step
from installation import wait_for


def short(name):
    return name.split("/")[1][-8:] if name.startswith("requests/") else name


class Case:
    """One request on its way, as the people who handle it see it."""

    def __init__(self, installation, request_type, account, **details):
        self.dsrd = installation
        body = {"subjectAccount": account, "channel": "app", "language": "en",
                "requester": {"relation": "RELATION_SUBJECT", "replyTo": {"channel": "email",
                                                                          "address": "requester@example.com"}}}
        body.update(details)
        filed = self.dsrd.call("intake-tool", "request", "create", "--file", "-", "--type", request_type,
                               stdin=json.dumps(body))
        self.name = filed["name"]
        self.account = account
        step(f"{request_type}: filed, due {filed['dueTime']}", self.name)

    def get(self, principal="caseworker-1", view="basic"):
        return self.dsrd.call(principal, "request", "get", self.name, "--view", view)

    def do(self, principal, action, *arguments, stdin=""):
        return self.dsrd.call(principal, "request", action, self.name, *arguments, stdin=stdin)

    def until(self, state, seconds=30):
        def there():
            request = self.get()
            return request if request["state"] == state else None
        return wait_for(f"{self.name} to be {state}", there, seconds)

    def mail(self, template, count=1):
        """The text of the latest message made from `template`, read from the spool folder."""
        def sent():
            answer = self.dsrd.call("officer-1", "message", "list", self.name)
            messages = answer if isinstance(answer, list) else answer.get("messages", [])
            found = [m for m in messages if m["template"] == template and m["state"] == "STATE_SENT"]
            return found if len(found) >= count else None
        message = wait_for(f"the message {template} of {self.name}", sent)[-1]
        path = os.path.join(self.dsrd.path("spool"), message["name"].split("/")[-1] + ".eml")
        with open(path, "rb") as file:
            mail = email.message_from_binary_file(file, policy=email.policy.default)
        return mail.get_body(preferencelist=("plain",)).get_content()

    def start_code(self):
        self.verification = self.dsrd.call("intake-tool", "verification", "start", self.name, "--method",
                                           "one-time-code")["name"]

    def code(self):
        return re.search(r"\b(\d{6})\b", self.mail("verification-code")).group(1)

    def submit(self, code):
        return self.dsrd.call("intake-tool", "verification", "submit", self.verification, "--code-file", "-",
                              stdin=code)

    def refuse_code(self, code, reason):
        return self.dsrd.refused(reason, "intake-tool", "verification", "submit", self.verification, "--code-file",
                                 "-", stdin=code)

    def verify(self):
        self.start_code()
        passed = self.submit(self.code())
        expect(passed["state"] == "STATE_PASSED", "the right code passes")
        step("one-time code sent to the contact point on file, right code accepted", self.name)

    def notices(self):
        answer = self.dsrd.call("caseworker-1", "notice", "list", self.name)
        notices = answer if isinstance(answer, list) else answer.get("notices", [])
        return {notice["recipient"].split("/")[1]: notice for notice in notices}

    def until_told(self, **states):
        """Waits until each recipient's notice has its state, such as payment=\"OBJECTED\"."""
        def told():
            notices = self.notices()
            names = {name.replace("_", "-"): "STATE_" + state for name, state in states.items()}
            return notices if all(notices.get(n, {}).get("state") == s for n, s in names.items()) else None
        notices = wait_for(f"the recipients' answers for {self.name}", told)
        for name, notice in sorted(notices.items()):
            why = notice.get("objection", {}).get("law") or notice.get("exemption", {}).get("proof") or \
                f"{notice.get('records', 0)} records"
            step(f"recipient {name}: {notice['state'].removeprefix('STATE_').lower()} ({why})", notice["name"])
        return notices

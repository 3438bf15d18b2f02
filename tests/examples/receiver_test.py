"""Shows that an example for recipients does what tools/examples/README.md says.

    receiver_test.py COMMAND...

COMMAND starts the example, less its own arguments. What is sent is signed here, and what comes back
is checked here, by code of its own.
"""

import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET = bytes(range(32))
OLD_SECRET = bytes(range(100, 124))
SENDER_SEED = b"TESTSIGNINGKEYDONOTUSETHISFORANY"
RECEIPT_SEED = bytes(range(64, 96))
RECIPIENT = "recipients/parcel"
NOTICE = "requests/r1/notices/n1"

COMMAND = []


def b64(data):
    return base64.b64encode(data).decode()


def public_bytes(seed):
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def v1(secret, signed):
    return "v1," + b64(hmac.new(secret, signed, hashlib.sha256).digest())


def v1a(seed, signed):
    return "v1a," + b64(Ed25519PrivateKey.from_private_bytes(seed).sign(signed))


def notice(kind="delete", **data):
    """Returns a body as dsrd writes it."""
    data = {"notice": NOTICE, "instruction": False, "categories": ["orders", "profile"],
            "subject_references": ["u-17", "u-18"], **data}
    return json.dumps({"type": f"dsr.notice.{kind}", "timestamp": "2026-03-01T00:00:00Z",
                       "data": data}, separators=(",", ":")).encode()


class ReceiverTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("secrets", f"whsec_{b64(SECRET)}\n")
        self.write("receipt-key", f"whsk_{b64(RECEIPT_SEED)}\n")
        self.write_database({
            "u-17": [{"category": "orders", "n": 1}, {"category": "orders", "n": 2},
                     {"category": "invoices", "n": 3}],
            "u-18": [{"category": "profile", "n": 4}],
            "u-99": [{"category": "orders", "n": 5}]})
        self.process = None

    def tearDown(self):
        self.stop()

    # The receiver

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def write_database(self, database):
        self.write("database", json.dumps(database))

    def database(self):
        return json.loads((self.folder / "database").read_text(encoding="utf-8"))

    def command(self, with_receipts=False):
        files = [self.folder / name for name in ("secrets", "database", "answers")]
        key = [self.folder / "receipt-key"] if with_receipts else []
        return [*COMMAND, "0", *files, RECIPIENT, *key]

    def start(self, **options):
        self.process = subprocess.Popen(self.command(**options), stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        """Kills it: what it must remember, it has written by then."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    # The sender

    def post(self, body, headers):
        """Returns status, content type and body of the reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/hook", body, {"content-type": "application/json", **headers})
            reply = connection.getresponse()
            return reply.status, reply.getheader("content-type"), reply.read()
        finally:
            connection.close()

    def send(self, body, webhook_id="n1", age=0, sign=lambda signed: v1(SECRET, signed)):
        sent = str(int(time.time()) - age)
        signature = sign(f"{webhook_id}.{sent}.".encode() + body)
        return self.post(body, {"webhook-id": webhook_id, "webhook-timestamp": sent,
                                "webhook-signature": signature})

    def answer(self, body, **options):
        """Returns the NoticeAnswer of a reply that has one."""
        status, content_type, reply = self.send(body, **options)
        self.assertEqual((status, content_type), (200, "application/json"))
        return json.loads(reply)

    # What it takes

    def test_completes_a_deletion_and_counts_the_records(self):
        self.start()

        self.assertEqual(self.answer(notice()), {"completed": {"records": "3"}})
        self.assertEqual([record for records in self.database().values() for record in records],
                         [{"category": "invoices", "n": 3}, {"category": "orders", "n": 5}])

    def test_completes_with_none_where_it_holds_nothing(self):
        self.start()
        before = self.database()

        body = notice(subject_references=["u-1", "u-2"])
        self.assertEqual(self.answer(body), {"completed": {"records": "0"}})
        self.assertEqual(self.database(), before)

    def test_takes_a_signature_of_a_public_key(self):
        self.write("secrets", f"whpk_{b64(public_bytes(SENDER_SEED))}\n")
        self.start()

        self.assertEqual(self.send(notice(), sign=lambda signed: v1(SECRET, signed))[0], 401)
        self.assertEqual(self.send(notice(), sign=lambda signed: v1a(RECEIPT_SEED, signed))[0], 401)
        self.answer(notice(), sign=lambda signed: v1a(SENDER_SEED, signed))

    def test_takes_a_list_of_signatures_of_which_one_fits(self):
        self.start()

        self.answer(notice(), sign=lambda signed: " ".join(
            [v1(OLD_SECRET, signed), "v2,AAAA", v1a(SENDER_SEED, signed), v1(SECRET, signed)]))

    def test_takes_either_key_while_the_sender_changes_it(self):
        self.write("secrets", f"whsec_{b64(SECRET)}\nwhsec_{b64(OLD_SECRET)}\n"
                              f"whpk_{b64(public_bytes(SENDER_SEED))}\n")
        self.start()

        self.answer(notice(), webhook_id="n1", sign=lambda signed: v1(SECRET, signed))
        self.answer(notice(), webhook_id="n2", sign=lambda signed: v1(OLD_SECRET, signed))
        self.answer(notice(), webhook_id="n3", sign=lambda signed: v1a(SENDER_SEED, signed))

    def test_takes_a_secret_without_padding(self):
        self.write("secrets", f"whsec_{b64(SECRET).rstrip('=')}\n")
        self.start()

        self.answer(notice())

    def test_checks_the_bytes_that_came(self):
        self.start()

        odd = notice().replace(b'","data"', b'" ,\n\t"data"') + b"\n"
        self.answer(odd)

    def test_takes_a_clock_that_is_minutes_off(self):
        self.start()

        self.answer(notice(), webhook_id="n1", age=240)
        self.answer(notice(), webhook_id="n2", age=-240)

    # What it refuses

    def assert_refused(self, *reply):
        self.assertEqual(reply[0], 401)
        self.assertEqual(reply[2], b"")

    def test_refuses_a_signature_that_does_not_fit_and_does_nothing(self):
        self.start()
        before = self.database()

        for sign in (lambda signed: v1(OLD_SECRET, signed), lambda signed: v1(SECRET, signed + b" "),
                     lambda signed: v1(SECRET, signed).replace("v1,", "v2,"),
                     lambda signed: v1(SECRET, signed).replace("v1,", "v1a,"),
                     lambda signed: v1(SECRET, signed)[:-8], lambda signed: v1(b"", signed),
                     lambda signed: "v1,", lambda signed: "v1a,", lambda signed: "v1",
                     lambda signed: "v1,***", lambda signed: ",", lambda signed: "",
                     lambda signed: v1a(SENDER_SEED, signed)):
            self.assert_refused(*self.send(notice(), sign=sign))
        self.assertEqual(self.database(), before)

    def test_refuses_one_that_is_old_or_from_the_future(self):
        self.start()

        self.assert_refused(*self.send(notice(), age=400))
        self.assert_refused(*self.send(notice(), age=-400))

    def test_refuses_one_without_a_header_or_with_a_time_that_is_none(self):
        self.start()
        sent = str(int(time.time()))
        headers = {"webhook-id": "n1", "webhook-timestamp": sent,
                   "webhook-signature": v1(SECRET, f"n1.{sent}.".encode() + notice())}

        for name in headers:
            left = {other: value for other, value in headers.items() if other != name}
            self.assert_refused(*self.post(notice(), left))
        for wrong in ("soon", "", "-1", "9" * 400):
            signature = v1(SECRET, f"n1.{wrong}.".encode() + notice())
            self.assert_refused(*self.post(notice(), {**headers, "webhook-timestamp": wrong,
                                                      "webhook-signature": signature}))
        self.assertEqual(self.post(notice(), headers)[0], 200)

    def test_says_of_a_signed_body_that_is_no_notice_that_it_is_not_understood(self):
        self.start()

        self.assertEqual(self.send(b"{")[0], 400)
        self.assertEqual(self.send(b"")[0], 400)

    def test_starts_with_no_secret_that_everybody_knows(self):
        for secret in ("", "whsec_\n", "whsec_QUJD\n", "secret\n"):
            self.write("secrets", secret)
            result = subprocess.run(self.command(), capture_output=True, timeout=60, check=False)
            self.assertNotEqual(result.returncode, 0, secret)
            self.assertEqual(result.stdout, b"")

    # What it answers

    def test_answers_a_test_with_nothing_and_does_nothing(self):
        self.start()
        before = self.database()

        status, content_type, reply = self.send(notice("test"))

        self.assertEqual((status, content_type, reply), (204, None, b""))
        self.assertEqual(self.database(), before)
        self.assertEqual(self.answer(notice()), {"completed": {"records": "3"}})

    def test_gives_the_same_answer_to_an_id_that_comes_again(self):
        self.start(with_receipts=True)

        first = self.answer(notice())
        self.assertEqual(first["completed"]["records"], "3")
        self.assertEqual(self.answer(notice(), age=60), first)
        self.assertEqual(self.answer(notice(), webhook_id="n2")["completed"]["records"], "0")

    def test_leaves_alone_what_came_after_its_answer(self):
        self.start()
        first = self.answer(notice())
        self.write_database({"u-17": [{"category": "orders", "n": 6}]})

        self.assertEqual(self.answer(notice()), first)
        self.assertEqual(self.database(), {"u-17": [{"category": "orders", "n": 6}]})

    def test_knows_its_answers_after_a_crash(self):
        self.start(with_receipts=True)
        first = self.answer(notice())
        self.stop()
        self.start(with_receipts=True)

        self.assertEqual(self.answer(notice()), first)

    def test_finishes_after_a_crash_what_it_had_counted(self):
        before = self.database()
        self.start()
        first = self.answer(notice())
        self.stop()
        answers = json.loads((self.folder / "answers").read_text(encoding="utf-8"))
        answers["n1"]["done"] = False
        self.write("answers", json.dumps(answers))
        self.write_database(before)
        self.start()

        self.assertEqual(self.answer(notice()), first)
        self.assertEqual(self.database()["u-18"], [])

    def test_stops_processing_and_goes_on_with_it(self):
        self.start()

        done = {"completed": {"records": "0"}}
        self.assertEqual(self.answer(notice("stop-processing"), webhook_id="n1"), done)
        self.assertEqual([record.get("stopped") for record in self.database()["u-17"]],
                         [True, True, None])
        self.assertEqual(self.answer(notice("resume-processing"), webhook_id="n2"), done)
        self.assertEqual([record.get("stopped") for record in self.database()["u-17"]],
                         [False, False, None])

    def test_only_acknowledges_what_a_person_has_to_do(self):
        self.start(with_receipts=True)
        before = self.database()

        for number, body in enumerate((notice("correct"), notice("something-new"),
                                       notice(onward_recipients=["recipients/carrier"]))):
            for _ in range(2):
                self.assertEqual(self.answer(body, webhook_id=f"n{number}"), {"acknowledged": {}})
        self.assertEqual(self.database(), before)

    # Its receipt

    def test_signs_what_it_has_done_when_it_has_a_key(self):
        self.start(with_receipts=True)

        completed = self.answer(notice())["completed"]

        receipt = completed["receipt"]
        self.assertEqual(set(receipt), {"signTime", "key", "signature"})
        self.assertEqual(receipt["key"], f"whpk_{b64(public_bytes(RECEIPT_SEED))}")
        signed_at = time.mktime(time.strptime(receipt["signTime"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertLess(abs(signed_at - time.mktime(time.gmtime())), 300)
        lines = ["dsr-receipt-v1", f"notice: {NOTICE}", f"recipient: {RECIPIENT}",
                 "answer: completed", f"records: {completed['records']}",
                 f"time: {receipt['signTime']}"]
        Ed25519PublicKey.from_public_bytes(public_bytes(RECEIPT_SEED)).verify(
            base64.b64decode(receipt["signature"], validate=True),
            "".join(line + "\n" for line in lines).encode())


if __name__ == "__main__":
    COMMAND = sys.argv[1:]
    sys.argv[1:] = []
    unittest.main()

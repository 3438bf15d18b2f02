#!/usr/bin/env python3
"""Takes notices from dsrd, does what they say, and answers in the reply. README.md has the rules.

    receiver.py PORT SECRETS DATABASE ANSWERS RECIPIENT [RECEIPT_KEY]

PORT         at 127.0.0.1, behind the proxy that has your certificate; 0 for any, which is printed
SECRETS      file with a line for each key of the sender: whsec_... (shared) or whpk_... (public)
DATABASE     file, your data: {"reference": [{"category": "orders", ...}, ...], ...}
ANSWERS      file, made when missing: what was answered to which webhook-id; outlives a restart
RECIPIENT    who you are for the sender: recipients/...
RECEIPT_KEY  file with whsk_..., the seed of the key with which you sign what you have done
"""
import base64, hmac, http.server, json, os, sys, threading, time
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

def decode(key):
    text = key.strip().split("_", 1)[1]
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)

port, secrets, DATABASE, ANSWERS, RECIPIENT, *receipt_key = sys.argv[1:]
keys = open(secrets).read().split()  # more than one while the sender changes its key
SHARED = [decode(key) for key in keys if key.startswith("whsec_")]
PUBLIC = [ed25519.Ed25519PublicKey.from_public_bytes(decode(key)) for key in keys if key.startswith("whpk_")]
if not keys or len(SHARED) + len(PUBLIC) < len(keys) or any(len(key) < 24 for key in SHARED):
    sys.exit("SECRETS has something else than keys")
SEAL = ed25519.Ed25519PrivateKey.from_private_bytes(decode(open(receipt_key[0]).read())) if receipt_key else None
LOCK = threading.Lock()

def fits(version, signature, signed):
    if version == "v1":  # compare_digest takes as long wherever the two differ
        return any([hmac.compare_digest(hmac.digest(key, signed, "sha256"), signature) for key in SHARED])
    for key in PUBLIC if version == "v1a" else ():  # any other version is from the future
        try: return key.verify(signature, signed) is None
        except InvalidSignature: pass
    return False

def is_from_sender(headers, body):  # the bytes as they came: parsed and written again they differ
    webhook_id, sent, items = (headers.get("webhook-" + name, "") for name in ("id", "timestamp", "signature"))
    try:
        if not webhook_id or abs(int(time.time()) - int(sent)) > 300: return False  # somebody kept an old one
        signed = f"{webhook_id}.{sent}.".encode() + body
        pairs = [item.split(",") for item in items.split()]  # one that fits is enough
        return any([fits(version, base64.b64decode(text), signed) for version, text in pairs])
    except ValueError: return False

def load(path): return json.load(open(path)) if os.path.exists(path) else {}

def save(path, value):  # all of it or nothing, should the power fail
    with open(path + ".new", "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)

def completed(notice, records):
    answer, now = {"records": str(records)}, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    if SEAL:  # these lines in this order, each with its line feed
        text = (f"dsr-receipt-v1\nnotice: {notice}\nrecipient: {RECIPIENT}\n"
                f"answer: completed\nrecords: {records}\ntime: {now}\n")
        public = SEAL.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        answer["receipt"] = {"signTime": now, "key": "whpk_" + base64.b64encode(public).decode(),
                             "signature": base64.b64encode(SEAL.sign(text.encode())).decode()}
    return {"completed": answer}

def carry_out(webhook_id, kind, data):
    answers, database = load(ANSWERS), load(DATABASE)
    found = [(reference, record) for reference in set(data["subject_references"])
             for record in database.get(reference, []) if record["category"] in data["categories"]]
    if webhook_id not in answers:  # it comes again when our reply was lost, and gets the same one
        # "correct" brings no values: fetch them by NoticeService.GetNotice(data["notice"]), which has
        # `corrections`, and report by CompleteNotice. Onward recipients are told by a person of yours.
        can = kind in ("delete", "stop-processing", "resume-processing") and not data.get("onward_recipients")
        count = len(found) if kind == "delete" else 0
        answer = completed(data["notice"], count) if can else {"acknowledged": {}}
        answers[webhook_id] = {"answer": answer, "done": not can}
        save(ANSWERS, answers)  # first of all: after a crash, what is deleted could not be counted
    if not answers[webhook_id]["done"]:
        for reference, record in found:
            if kind == "delete": database[reference].remove(record)
            else: record["stopped"] = kind == "stop-processing"
        save(DATABASE, database)
        answers[webhook_id]["done"] = True
        save(ANSWERS, answers)
    return answers[webhook_id]["answer"]

class Receiver(http.server.BaseHTTPRequestHandler):
    timeout = 10  # seconds; the sender waits for 20

    def do_POST(self):
        size = self.headers.get("content-length", "")
        body = self.rfile.read(int(size)) if size.isdecimal() and len(size) < 6 else b""  # notices are small
        if not is_from_sender(self.headers, body): return self.reply(401)
        try:
            message = json.loads(body)
            kind = message["type"].removeprefix("dsr.notice.")
            if kind == "test": return self.reply(204)
            with LOCK: answer = carry_out(self.headers["webhook-id"], kind, message["data"])
        except (ValueError, KeyError, TypeError): return self.reply(400)
        self.reply(200, answer)

    def reply(self, status, answer=None):
        body = json.dumps(answer).encode() if answer else b""
        self.send_response(status)
        if answer: self.send_header("content-type", "application/json")
        if status != 204: self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments): pass  # what a notice says is personal data, and no matter for a log

server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
print(server.server_port, flush=True)
server.serve_forever()

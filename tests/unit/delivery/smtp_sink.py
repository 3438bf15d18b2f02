"""A mail server for tests: takes mail on a free port of this machine and writes it into a folder.

    smtp_sink.py FOLDER [--tls PEM] [--login NAME:PASSWORD]

Prints the port, then serves until its standard input ends. Mail number n is FOLDER/n.json with the
members `from`, `to`, `login` and `text`, written before the mail is acknowledged, and FOLDER/n.eml the
mail byte for byte; and, as a reader of mail understands it: `subject`, `types` and `charsets` of its
bodies in their order, `plain` and `html`, and `shown`, what the element `main` of the HTML (all of it where there is none) shows as lines of
text, in the form of `plain`. Recipients whose address begins with `refuse-NNN` are refused with the
status NNN.
"""

import argparse
import email
import email.policy
import html.parser
import json
import logging
import pathlib
import re
import ssl
import sys
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Reading(html.parser.HTMLParser):
    """Collects what HTML shows, with the signs that plain text has for paragraphs and lists."""

    def __init__(self):
        super().__init__()
        self.lines = []
        self.line = None
        self.in_element = False

    def handle_starttag(self, tag, attrs):
        if tag == "main":
            self.lines = []
        elif tag == "p":
            self.line = ""
        elif tag == "li":
            self.line, self.in_element = "- ", True
        elif tag == "br":
            self.lines.append(self.line)
            self.line = "  " if self.in_element else ""

    def handle_endtag(self, tag):
        if tag in ("p", "li"):
            self.lines.append(self.line)
            self.line, self.in_element = None, False
        elif tag == "main":
            self.shown = list(self.lines)

    def handle_data(self, data):
        if self.line is not None:
            self.line += data.strip("\n")


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    bodies = [part for part in mail.walk() if not part.is_multipart()]
    reading = {"subject": mail["Subject"], "types": [part.get_content_type() for part in bodies],
               "charsets": [part.get_content_charset() for part in bodies]}
    for part in bodies:
        if part.get_content_maintype() != "text":
            continue
        text = part.get_payload(decode=True).decode(part.get_content_charset()).replace("\r\n", "\n")
        reading["html" if part.get_content_subtype() == "html" else "plain"] = text
    if "html" in reading:
        parser = Reading()
        parser.feed(reading["html"])
        reading["shown"] = "\n".join(getattr(parser, "shown", parser.lines)) + "\n"
    return reading


class Sink:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = re.match(r"refuse-(\d{3})", address)
        if refusal:
            return f"{refusal[1]} not taken"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server, session, envelope):
        (self.folder / f"{self.count}.eml").write_bytes(envelope.content)
        login = session.auth_data.login.decode() if session.auth_data else ""
        (self.folder / f"{self.count}.json").write_text(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "login": login,
            "text": envelope.content.decode(),
            **read(envelope.content),
        }, ensure_ascii=False))
        self.count += 1
        return "250 taken"


def main():
    # Clients that end the conversation are part of the tests.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tls")
    parser.add_argument("--login")
    arguments = parser.parse_args()
    settings = {}
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.tls)
        settings.update(tls_context=context, require_starttls=True)
    if arguments.login:
        name, password = arguments.login.encode().split(b":")

        def authenticate(server, session, envelope, mechanism, data):
            is_known = data.login == name and data.password == password
            return AuthResult(success=is_known, handled=False, auth_data=data)

        settings.update(auth_required=True, authenticator=authenticate)
    controller = FreePortController(Sink(arguments.folder), hostname="127.0.0.1", port=0,
                                    **settings)
    controller.start()
    print(controller.server.sockets[0].getsockname()[1], flush=True)
    sys.stdin.read()
    controller.stop()


class FreePortController(Controller):
    # The library's own check connects to the port it was given, which is not the one it got.
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


if __name__ == "__main__":
    main()

"""A recipient with TLS for tests: answers every POST with 204 on a free port of this machine.

    https_stub.py CERTIFICATE

CERTIFICATE is a PEM file of key and certificate. Prints the port, then the path of each POST and the
port of the peer, and `end` when its standard input has ended.
"""

import http.server
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        print(self.path, self.client_address[1], flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        pass  # A client that does not trust the certificate ends the handshake.


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    sys.stdin.read()
    server.shutdown()
    print("end", flush=True)


if __name__ == "__main__":
    main()

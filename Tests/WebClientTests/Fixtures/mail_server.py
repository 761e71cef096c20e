"""A real SMTP server for tests: PORT FOLDER [CERT KEY [implicit]].

Messages land in FOLDER as 1.eml, 2.eml, ... with the envelope in X- headers. Recipients choose the answer: reject@ is
refused for good, later@ for now, slow@ never. With CERT and KEY it offers STARTTLS and requires it, and the login
user/secret; with "implicit" it speaks TLS from the first byte.
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("reject@"):
            return "550-5.1.1 nobody here\r\n550 5.1.1 of this name"
        if address.startswith("later@"):
            return "451 4.7.1 come back later"
        if address.startswith("slow@"):
            await asyncio.sleep(600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        head = "X-Hello: %s\r\nX-From: %s\r\nX-To: %s\r\nX-TLS: %s\r\n" % (
            session.host_name, envelope.mail_from, ",".join(envelope.rcpt_tos), session.ssl is not None)
        path = os.path.join(self.folder, "%d.eml" % self.count)
        with open(path + ".tmp", "wb") as file:
            file.write(head.encode() + envelope.original_content)
        os.rename(path + ".tmp", path)
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    good = data.login == b"user" and data.password == b"secret"
    return AuthResult(success=good, handled=good)


async def main():
    port, folder, *tls = sys.argv[1:]
    handler = Handler(folder)
    options = {}
    implicit = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls[:2])
        if tls[2:]:
            implicit = context
    if tls and not implicit:
        options = dict(tls_context=context, require_starttls=True, authenticator=login, auth_required=True)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="mail.test", **options), "127.0.0.1", int(port), ssl=implicit)
    await server.serve_forever()


asyncio.run(main())

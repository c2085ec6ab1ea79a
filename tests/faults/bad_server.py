"""A mail server that misbehaves, by the name of the reader it is given a mail for, or with everybody."""

import asyncio
import logging
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.web import free_port

REFUSES = {"busy": "421 too busy", "full": "450 mailbox full", "nobody": "550 no such mailbox"}
FOR_EVER = 3600  # seconds
LONG_YES = "250 OK " + "and so on " * 40  # at one byte a second more than any worker waits


class Readers:
    """Takes a mail and says yes, unless the reader's name says what goes wrong."""

    def __init__(self):
        self.taken = []  # (reader, Message-ID), in the order they came

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        name = address.partition("@")[0]
        if refusal := REFUSES.get(name):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as above
        name = envelope.rcpt_tos[0].partition("@")[0]
        self.taken.append((name, message_from_bytes(envelope.content)["Message-ID"]))
        if name == "drops":
            server.transport.abort()
        if name == "hangs":
            await asyncio.sleep(FOR_EVER)
        if name == "drips":
            server.drips = True
            return LONG_YES
        return "250 OK"


class BadServer(SMTP):
    """``hangs``: it takes a connection and says nothing. ``drips``: it says everything one byte a second."""

    def __init__(self, handler, *, hangs=False, drips=False):
        super().__init__(handler, hostname="bad.example.com", ident="bad", data_size_limit=None)
        self.hangs, self.drips = hangs, drips

    async def push(self, status):
        if self.hangs:
            await asyncio.sleep(FOR_EVER)
        if self.drips:
            await self._drip(f"{status}\r\n".encode())
        else:
            await super().push(status)

    async def _drip(self, reply):
        for byte in reply:
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(1)


class BadController(Controller):
    """``wrong``: what it does to everybody that connects from now on, by the names of BadServer."""

    wrong: dict = {}

    def factory(self):
        return BadServer(self.handler, **self.wrong)


@contextmanager
def bad_server(port=None, **wrong):
    """A misbehaving mail server in a thread of this process; gives its controller."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # its own talk
    controller = BadController(Readers(), hostname="127.0.0.1", port=port or free_port())
    controller.start()
    controller.wrong = wrong  # the controller tries its own port first
    try:
        yield controller
    finally:
        controller.stop()

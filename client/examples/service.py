#!/usr/bin/env python3
"""A single active instance in Python, with nothing but pyzmq and msgpack.

Usage: service.py RUN_DIR ELECTION
"""

import os
import sys
import time

import msgpack
import zmq

socket = zmq.Context().socket(zmq.DEALER)
socket.connect(f"ipc://{sys.argv[1]}/control.sock")


def say(kind, **fields):
    socket.send(msgpack.packb({"v": 1, "type": kind, **fields}))


def now_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


token, valid_until_ns, next_alive = 0, 0, time.monotonic() + 1
say("campaign", election=sys.argv[2])
while True:
    if time.monotonic() >= next_alive:
        say("alive")
        next_alive = time.monotonic() + 1
    if socket.poll(50):
        heard = msgpack.unpackb(socket.recv())
        kind = heard["type"]
        if kind == "challenge":
            say("answer", nonce=heard["nonce"])
        elif kind == "granted" or kind == "extended" and heard["token"] == token:
            if heard["clock_ns"] <= now_ns():
                token, valid_until_ns = heard["token"], heard["valid_until_ns"]
        elif kind == "revoke":
            token = 0  # Whatever is being done is done by now: there is one thread.
            say("revoked", token=heard["token"])
        elif kind == "refused":
            if heard["reason"] not in ("unknown", "leaving", "limit", "silent"):
                sys.exit(heard["text"])
            token = 0
            time.sleep(0.1)
            say("campaign", election=sys.argv[2])
    if token and now_ns() < valid_until_ns:
        print(token, os.getpid(), flush=True)  # The work, a short piece at a time, with its token.

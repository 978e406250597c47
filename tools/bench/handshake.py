#!/usr/bin/python3
"""Measures what it costs to connect to a node, in plain text and encrypted: processor time of both ends together, and
the time from the call until the first message has arrived. Both ends are in this process, on loopback.
"""

import argparse
import statistics
import threading
import time

import zmq


def admit_everybody(context, ready):
    """As the daemon does for each key, less the looking up."""
    with context.socket(zmq.REP) as socket:
        socket.bind("inproc://zeromq.zap.01")
        ready.set()
        try:
            while True:
                request = socket.recv_multipart()
                socket.send_multipart([b"1.0", request[1], b"200", b"OK", b"1", b""])
        except zmq.ContextTerminated:
            pass


def connect_once(context, listener, endpoint, keys):
    with context.socket(zmq.DEALER) as peer:
        peer.linger = 0
        if keys:
            peer.curve_serverkey, _ = keys[0]
            peer.curve_publickey, peer.curve_secretkey = keys[1]
        begin = time.perf_counter()
        peer.connect(endpoint)
        peer.send(b"hello")
        listener.recv_multipart()
        return time.perf_counter() - begin


def measure(connections, encrypted):
    context = zmq.Context()
    ready = threading.Event()
    threading.Thread(target=admit_everybody, args=(context, ready)).start()
    ready.wait()
    keys = [zmq.curve_keypair(), zmq.curve_keypair()] if encrypted else None
    with context.socket(zmq.ROUTER) as listener:
        if keys:
            listener.curve_server = True
            _, listener.curve_secretkey = keys[0]
            listener.zap_domain = b"mesh"
        endpoint = f"tcp://127.0.0.1:{listener.bind_to_random_port('tcp://127.0.0.1')}"
        begin = time.process_time()
        spans = [connect_once(context, listener, endpoint, keys) for _ in range(connections)]
        processor = (time.process_time() - begin) / connections
    context.term()
    return {"processor_ms": round(1000 * processor, 2), "first_message_ms": round(1000 * statistics.median(spans), 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=500)
    options = parser.parse_args()
    for name, encrypted in (("plain", False), ("encrypted", True)):
        print(name, measure(options.connections, encrypted))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A resource that checks tokens: a counter in a file that only the newest leader can move.

Usage: fenced_counter.py FILE TOKEN

Adds one, or refuses with exit status 1 if it has seen a higher token. The check and the write are one step, under one
lock: without that, they would be two, and a pause fits between them.
"""

import fcntl
import os
import sys


def add_one(path, token):
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        highest, value = map(int, (file.read() or "0 0").split())
        if token < highest:
            return f"refused: token {token} is older than {highest}"
        file.seek(0)
        file.write(f"{token} {value + 1}\n")
        file.truncate()
    return None


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    refused = add_one(sys.argv[1], int(sys.argv[2]))
    if refused:
        print(refused, file=sys.stderr)
        sys.exit(1)

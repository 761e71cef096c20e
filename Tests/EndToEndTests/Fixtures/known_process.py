"""A process whose numbers are known: threads, open files, memory, children. Prints `ready` and stays until it is killed.

    known_process.py KIND THREADS FILES MEGABYTES PATH

KIND is a word; some have a meaning: `parent` has two children, `zombie` has one that ended, `busy` computes and writes to PATH, and
`before` becomes `after` when it gets SIGUSR1, as a program that replaces its arguments.
"""

import os
import signal
import sys
import threading
import time

kind = sys.argv[1]
threads, files, megabytes = (int(word) for word in sys.argv[2:5])
signal.signal(signal.SIGTERM, signal.SIG_DFL)

memory = bytearray(megabytes << 20)
for place in range(0, len(memory), 4096):
    memory[place] = 1
kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(files)]
for _ in range(threads - 1):
    threading.Thread(target=signal.pause, daemon=True).start()
if kind == "parent":
    children = [os.posix_spawn("/bin/sleep", ["sleep", "600"], {}) for _ in range(2)]
if kind == "zombie":
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
if kind == "before":
    after = [sys.executable, sys.argv[0], "after"] + sys.argv[2:]
    signal.signal(signal.SIGUSR1, lambda number, frame: os.execv(sys.executable, after))
print("ready", flush=True)
while kind != "busy":
    signal.pause()
with open(sys.argv[5], "wb", buffering=0) as file:
    while True:
        file.seek(0)
        file.write(memory[:65536])
        sum(range(2000))
        time.sleep(0.001)

#!/usr/bin/env python3
"""A plugin of age in place of one for hardware, which no test has in its hand.

It speaks the protocol of https://c2sp.org/age-plugin as a real one does, over the same two state machines, and starts, asks and
answers at the same moments. It differs in what stands behind it: a key that follows from its own name, so that it protects nothing.
STANDIN says how it behaves: `pin`, `touch`, `choice`, `name`, `refuses`, `dies`, `silent`, `nonsense`, `twice`, `pq`; each start is
a line in ~/standin.log, with what it was given to see.
"""

import base64
import hashlib
import os
import sys

MODE = os.environ.get("STANDIN", "")
CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def data_of(text):
    """What a Bech32 text holds (BIP 173); its checksum is not ours to doubt."""
    words = [CHARSET.index(c) for c in text.lower().rsplit("1", 1)[1][:-6]]
    bits = "".join(f"{word:05b}" for word in words)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))


def b64(data):
    return base64.b64encode(data).decode().rstrip("=")


def unb64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def send(*words, body=b""):
    text = b64(body)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    sys.stdout.write("-> " + " ".join(words) + "\n" + "\n".join(lines) + "\n")
    sys.stdout.flush()


def receive():
    words = sys.stdin.readline().split()
    text = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        text += line
        if len(line) < 64:
            break
    return words[1:], unb64(text)


def ask(*words, body=b""):
    send(*words, body=body)
    return receive()


def told():
    """Everything until `done`."""
    messages = []
    while True:
        words, body = receive()
        if words[0] == "done":
            return messages
        messages.append((words, body))


def masked(key, data, nonce):
    return bytes(a ^ b for a, b in zip(data, hashlib.sha256(key + nonce).digest()))


def refuse(kind, text):
    ask("error", *kind, body=text.encode())
    send("done")
    sys.exit(0)


def person(kind):
    """What hardware would want of whoever sits before it."""
    if MODE == "pin":
        words, body = ask("request-secret", body=b"PIN of the stand-in")
        if words[0] != "ok" or body != b"1234":
            refuse(kind, "the PIN is wrong, 2 tries are left\x1b[2J")
    if MODE == "touch":
        ask("msg", body=b"touch the stand-in\x1b[2J")
    if MODE == "choice":
        words, _ = ask("confirm", b64(b"It is plugged in"), b64(b"Skip it"), body=b"Plug in the stand-in no. 7")
        if words != ["ok", "yes"]:
            refuse(kind, "it was not plugged in")
    if MODE == "name":
        words, body = ask("request-public", body=b"Which slot?")
        if body != b"9a":
            refuse(kind, "there is no such slot")


def misbehave():
    if MODE == "dies":
        sys.exit(7)
    if MODE == "nonsense":
        print("I am no plugin", flush=True)
        sys.stdin.read()
    if MODE == "refuses":
        refuse(["internal"], "no stand-in is plugged in")


def recipient():
    messages = told()
    misbehave()
    for words, body in messages:
        if words[0] == "wrap-file-key":
            file_key = body
    for words, _ in messages:
        if words[0] != "add-recipient":
            continue
        key, nonce = data_of(words[1]), os.urandom(16)
        if MODE == "pq":
            ask("labels", "postquantum")
        for _ in range(2 if MODE == "twice" else 1):
            ask("recipient-stanza", "0", "standin", b64(key[:4]), body=nonce + masked(key, file_key, nonce))
    send("done")


def identity():
    messages = told()
    misbehave()
    keys = [data_of(words[1]) for words, _ in messages if words[0] == "add-identity"]
    for words, body in messages:
        if words[0] == "recipient-stanza" and words[2] == "standin":
            for key in keys:
                if words[3] == b64(key[:4]):
                    person(["stanza", "0", "0"])
                    ask("file-key", "0", body=masked(key, body[16:], body[:16]))
                    send("done")
                    return
    send("done")


with open(os.path.expanduser("~/standin.log"), "a", encoding="utf-8") as log:
    ours = sorted(name for name in os.environ if name.startswith("NEXUS_ENV") or name in ("DATABASE_URL", "AGEDEBUG"))
    print(sys.argv[1], os.getcwd(), *ours, file=log)
{"--age-plugin=recipient-v1": recipient, "--age-plugin=identity-v1": identity}[sys.argv[1]]()

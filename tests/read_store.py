#!/usr/bin/env python3
"""Reads a store of nexus-env without nexus-env: Python's standard library and the age command are enough.

    read_store.py STORE IDENTITY        prints NAME=value, the value in hexadecimal, a line for each secret
"""
import base64, hmac, re, struct, subprocess, sys

def framed(*parts):
    return b"".join(struct.pack("<Q", len(part)) + part for part in parts)

def hkdf(salt, key, info, length):  # RFC 5869, one block
    return hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\1", "sha256")[:length]

def rounds(key, last):  # RFC 8439 section 2.3, without the final addition
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + last))
    def quarter(a, b, c, d):
        for x, y, z, left in (a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] ^= state[x]
            state[z] = (state[z] << left | state[z] >> 32 - left) & 0xFFFFFFFF
    for _ in range(10):
        for at in 0, 1, 2, 3:
            quarter(at, at + 4, at + 8, at + 12)
        for at in 0, 1, 2, 3:
            quarter(at, (at + 1) % 4 + 4, (at + 2) % 4 + 8, (at + 3) % 4 + 12)
    return state

def chacha20(key, nonce, counter):
    last = struct.pack("<I", counter) + nonce
    start = struct.unpack("<16I", b"expand 32-byte k" + key + last)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, rounds(key, last))))

def open_value(key, name, sealed):  # XChaCha20-Poly1305, draft-irtf-cfrg-xchacha-03
    nonce, body, tag = sealed[:24], sealed[24:-16], sealed[-16:]
    state = rounds(key, nonce[:16])
    key, nonce = struct.pack("<8I", *state[:4], *state[12:]), bytes(4) + nonce[16:]
    once = chacha20(key, nonce, 0)
    r, s = int.from_bytes(once[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(once[16:32], "little")
    text, total = b"".join(part + bytes(-len(part) % 16) for part in (name, body)), 0
    text += struct.pack("<QQ", len(name), len(body))
    for at in range(0, len(text), 16):
        total = (total + int.from_bytes(text[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    if not hmac.compare_digest(((total + s) % 2**128).to_bytes(16, "little"), tag):
        sys.exit(f"{name.decode()} does not open")
    stream = b"".join(chacha20(key, nonce, 1 + at) for at in range(len(body) // 64 + 1))
    return bytes(a ^ b for a, b in zip(body, stream)).rstrip(b"\0")[:-1]

def main(store, identity):
    later = ["written", "joined", "expires", "notes"]  # the first stores had none of these
    top, tables = {}, {name: [] for name in ["recipients", "secrets", "stale", *later]}
    table = None
    for line in open(store, encoding="utf-8"):
        if heading := re.fullmatch(r"\[(\w+)\]\n", line):
            table = tables[heading[1]]
        elif pair := re.fullmatch(r'([\w-]+) = "?([^"]*)"?\n', line):
            top.update([pair.groups()]) if table is None else table.append(pair.groups())
    wrapped = base64.b64decode(top["key"])
    data_key = subprocess.run(["age", "-d", "-i", identity], input=wrapped, stdout=subprocess.PIPE, check=True).stdout
    domain, environment = b"nexus-env/v" + top["version"].encode(), top["environment"].encode()
    salt = framed(domain, top["repository"].encode(), environment)
    secrets = [(name.encode(), base64.b64decode(value.removeprefix("v1:"))) for name, value in tables["secrets"]]
    text = framed(domain, environment) + struct.pack("<Q", int(top["revision"])) + framed(wrapped)
    def listed(pairs):
        bytes_of = lambda part: part if isinstance(part, bytes) else part.encode()
        return struct.pack("<Q", len(pairs)) + b"".join(framed(*map(bytes_of, pair)) for pair in pairs)
    text += listed(tables["recipients"]) + listed(secrets) + listed(tables["stale"])
    if "protected" in top:  # the first stores did not say it
        text += framed(b"protected", top["protected"].encode())
    for name in later:
        if tables[name]:
            text += framed(name.encode()) + listed(tables[name])
    seal = hmac.digest(hkdf(salt, data_key, b"seal", 32), text, "sha256")
    if not hmac.compare_digest(seal, base64.b64decode(top["seal"])):
        sys.exit("the seal does not hold")
    for name, sealed in secrets:
        print(f"{name.decode()}={open_value(hkdf(salt, data_key, b'value', 32), name, sealed).hex()}")

if __name__ == "__main__":
    main(*sys.argv[1:])

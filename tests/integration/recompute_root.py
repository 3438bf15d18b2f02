"""Computes the root of an exported audit log again, with nothing of dsrd: RFC 6962, section 2.1.

    recompute_root.py EXPORT.jsonl

Prints the root in base64; ends with 1 when it is not that of the signed checkpoint at the end.
"""
import base64
import hashlib
import json
import sys


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def main():
    with open(sys.argv[1], encoding="utf-8") as export:
        lines = [json.loads(line) for line in export]
    checkpoint = lines.pop()
    leaves = [bytes.fromhex(line["leafHash"]) for line in lines]
    root = base64.b64encode(root_of(leaves)).decode()
    print(root)
    signed = checkpoint["note"].split("\n")
    agrees = [str(len(leaves)), root] == signed[1:3] and root == checkpoint["root"]
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())

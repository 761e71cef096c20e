"""Reads expositions with Debian's python3-prometheus-client and prints what it made of each, as JSON by path.

An exposition that it refuses is null; else a list of [labels with __name__, bits of the value in hexadecimal, time in
milliseconds or null], in the order of its lines.
"""
import json
import struct
import sys

import prometheus_client.openmetrics.parser
import prometheus_client.parser


def samples(path):
    text = open(path, encoding="utf-8", newline="").read()
    module = prometheus_client.openmetrics.parser if path.endswith(".om") else prometheus_client.parser
    try:
        families = list(module.text_string_to_metric_families(text))
    except Exception:
        return None
    found = []
    for family in families:
        for sample in family.samples:
            value = float(sample.value)
            bits = "nan" if value != value else struct.pack(">d", value).hex()
            time = None if sample.timestamp is None else round(float(sample.timestamp) * 1000)
            found.append([dict(sample.labels, __name__=sample.name), bits, time])
    return found


json.dump({path: samples(path) for path in sys.argv[1:]}, sys.stdout)

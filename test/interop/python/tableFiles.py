"""Reads tables with pandas (CSV) and pyarrow (Parquet). In: files. Out, for each: its columns, each cell as text behind a letter
for its type: i integer, f float, s text, t milliseconds since 1970, b bytes in hex, o true or false; null."""

import datetime
import json
import sys

import pandas
import pyarrow.parquet


def cell(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return f"o{int(value)}"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return f"f{value!r}"
    if isinstance(value, datetime.datetime):
        return f"t{round(value.timestamp() * 1000)}"
    if isinstance(value, bytes):
        return f"b{value.hex()}"
    return f"s{value}"


def columns(path):
    if path.endswith(".csv"):
        frame = pandas.read_csv(path, float_precision="round_trip", low_memory=False)
        return {
            name: [None if missing else cell(value) for value, missing in zip(frame[name].tolist(), frame[name].isna())]
            for name in frame.columns
        }
    pandas.read_parquet(path)
    table = pyarrow.parquet.read_table(path)
    return {name: [cell(value) for value in table[name].to_pylist()] for name in table.column_names}


print(json.dumps({"tables": [columns(path) for path in json.load(sys.stdin)["files"]]}))

"""Reads Parquet and CSV files that Anneal wrote with pandas and pyarrow: readTables.py FILE... prints one JSON document,
for each file its rows, the types of its columns and what its numbers come to."""

import json
import math
import sys

import pandas
import pyarrow.parquet


def describe(path):
    if path.endswith(".csv"):
        frame = pandas.read_csv(path)
        schema = {name: str(kind) for name, kind in frame.dtypes.items()}
        groups = None
    else:
        file = pyarrow.parquet.ParquetFile(path)
        frame = file.read().to_pandas()
        schema = {field.name: str(field.type) for field in file.schema_arrow}
        groups = file.num_row_groups
    sums = {}
    for name in frame.select_dtypes("number").columns:
        total = float(frame[name].sum())
        sums[name] = total if math.isfinite(total) else str(total)
    nulls = {name: int(count) for name, count in frame.isna().sum().items()}
    return {"rows": len(frame), "rowGroups": groups, "types": schema, "sums": sums, "missing": nulls}


print(json.dumps({path: describe(path) for path in sys.argv[1:]}))

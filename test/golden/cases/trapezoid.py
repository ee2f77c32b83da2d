"""Golden tables of the family `trapezoid` (warm-up, plateau, cool-down), written to trapezoid.json beside this file.

Evaluated in exact rationals from the formulas below and rounded once to float64 (the cosine and the square root in 50
decimal digits); nothing is taken from the program that the tables check.

    python3 test/golden/cases/trapezoid.py

| family, type | parameters | definition |
|---|---|---|
| trapezoid `trapezoid` | lr a, lrStart b, lrEnd e, warmup, cooldown, shape, endpoint, unit, update | w, c = the lengths in steps (unit `step` 1, `epoch` K, `budget` T steps each, not rounded); F = T - c; x = n*floor(t/n), n the steps between updates. rise(x) = b + (a-b)*x/w if x < w else a. fall(x) = e + (a-e)*p(u) if x > F else a, u = min(1, (x-F)/D). lr[t] = min(rise(x), fall(x)). p: `linear` 1-u, `cosine` (1+cos(pi*u))/2, `1-sqrt` 1-sqrt(u). D = c (`exclusive`), c-1 (`inclusive`), n*floor((T-1)/n) - F (`lastUpdate`); D <= 0 gives u = 1 |

Off-by-ones, each in a case of its own:
1. Step 0 has lrStart: with the default 0 it moves nothing. The first step at or past w has the plateau rate.
2. The step AT F = T - c still has the plateau rate (u = 0 gives it too): a cool-down of c steps has c - 1 falling steps with
   `exclusive`, which is Haegele et al. 2024 (n > N - N_d), whose lrEnd would come at step N.
3. `inclusive` moves the end, not the beginning: the last step has lrEnd, the one at F still has the plateau rate.
4. With w + c > T the lines cross and the plateau rate is never used; with c > T the run begins in mid-cool-down.
5. Lengths that are no whole steps are not rounded: the corner lies between two steps.
6. A coarse update reads both lines at the position of the last update; without `lastUpdate` lrEnd is missed by more.
"""

import json
from decimal import Decimal, getcontext
from fractions import Fraction as F
from pathlib import Path

getcontext().prec = 50
PI = Decimal("3.14159265358979323846264338327950288419716939937510")


def cosine(x: Decimal) -> Decimal:
    term, total, n = Decimal(1), Decimal(1), 0
    while abs(term) > Decimal(10) ** -48:
        n += 2
        term *= -x * x / (n * (n - 1))
        total += term
    return total


def decimal(value: F) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def profile(shape: str, u: F) -> F:
    if shape == "linear":
        return 1 - u
    if shape == "cosine":
        return F((1 + cosine(PI * decimal(u))) / 2)
    return F(1 - decimal(u).sqrt())


def table(schedule: dict, total: int, per_epoch: int) -> list:
    unit = {"step": 1, "epoch": per_epoch, "budget": total}[schedule["unit"]]
    update = schedule.get("update", "step")
    n = 1 if update == "step" else per_epoch if update == "epoch" else update["every"]
    a, b, e = (F(str(schedule.get(name, 0))) for name in ("lr", "lrStart", "lrEnd"))
    w, c = F(str(schedule.get("warmup", 0))) * unit, F(str(schedule["cooldown"])) * unit
    corner = total - c
    end = {"exclusive": F(total), "inclusive": F(total - 1), "lastUpdate": F(n * ((total - 1) // n))}
    d = end[schedule.get("endpoint", "exclusive")] - corner
    rates = []
    for t in range(total):
        x = F(n * (t // n))
        rise = b + (a - b) * x / w if x < w else a
        u = min(F(1), (x - corner) / d) if d > 0 else F(1)
        fall = e + (a - e) * profile(schedule.get("shape", "linear"), u) if x > corner else a
        rates.append(float(min(rise, fall)))
    return rates


CASES = [
    ("linear", {"lr": 0.1, "warmup": 5, "cooldown": 10, "unit": "step"}, 40, 4),
    ("cosine", {"lr": 0.1, "warmup": 5, "cooldown": 10, "shape": "cosine", "unit": "step"}, 40, 4),
    ("1-sqrt", {"lr": 0.1, "warmup": 5, "cooldown": 10, "shape": "1-sqrt", "unit": "step"}, 40, 4),
    ("haegele-20-percent", {"lr": 0.001, "cooldown": 0.2, "shape": "1-sqrt", "unit": "budget"}, 500, 10),
    ("rates-of-its-own", {"lr": 0.3, "lrStart": 0.05, "lrEnd": 0.01, "warmup": 2, "cooldown": 3, "unit": "epoch"}, 77, 7),
    ("inclusive", {"lr": 0.1, "lrEnd": 0.02, "warmup": 3, "cooldown": 8, "endpoint": "inclusive", "unit": "step"}, 30, 5),
    ("inclusive-1-step", {"lr": 0.1, "cooldown": 1, "endpoint": "inclusive", "unit": "step"}, 9, 3),
    ("exclusive-1-step", {"lr": 0.1, "cooldown": 1, "unit": "step"}, 9, 3),
    ("no-cool-down", {"lr": 0.1, "lrStart": 0.01, "warmup": 4, "cooldown": 0, "unit": "step"}, 12, 3),
    ("no-warm-up", {"lr": 0.1, "cooldown": 12, "shape": "cosine", "unit": "step"}, 12, 3),
    ("lines-cross", {"lr": 0.1, "warmup": 8, "cooldown": 9, "unit": "step"}, 12, 3),
    ("longer-than-the-run", {"lr": 0.1, "cooldown": 30, "shape": "1-sqrt", "unit": "step"}, 20, 5),
    ("between-steps", {"lr": 0.1, "lrStart": 0.02, "warmup": 2.5, "cooldown": 6.25, "shape": "1-sqrt", "unit": "step"}, 25, 5),
    ("fractions", {"lr": 0.2, "lrEnd": 0.001, "warmup": 0.05, "cooldown": 0.35, "shape": "cosine", "unit": "budget"}, 133, 9),
    ("every-epoch", {"lr": 0.1, "warmup": 2, "cooldown": 4, "unit": "epoch", "update": "epoch"}, 60, 6),
    ("every-epoch-last-update", {"lr": 0.1, "lrEnd": 0.004, "warmup": 2, "cooldown": 4, "shape": "1-sqrt", "endpoint": "lastUpdate", "unit": "epoch", "update": "epoch"}, 61, 6),
    ("every-7-inclusive", {"lr": 0.1, "warmup": 10, "cooldown": 20, "shape": "cosine", "endpoint": "inclusive", "unit": "step", "update": {"every": 7}}, 64, 8),
    ("one-step", {"lr": 0.1, "lrStart": 0.03, "warmup": 1, "cooldown": 0, "unit": "step"}, 1, 1),
]

NOTE = "evaluated in exact rationals by trapezoid.py"
lines = [
    json.dumps(
        {
            "name": f"trapezoid/{number:02d}-{name}",
            "source": "formula",
            "schedule": {"kind": "trapezoid", **schedule},
            "totalSteps": total,
            "stepsPerEpoch": per_epoch,
            "rtol": 1e-9,
            "lr": table(schedule, total, per_epoch),
            "note": NOTE,
        }
    )
    for number, (name, schedule, total, per_epoch) in enumerate(CASES, 1)
]
Path(__file__).with_suffix(".json").write_text("[\n" + ",\n".join(lines) + "\n]\n")

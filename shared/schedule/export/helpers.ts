/**
 * Python functions that a file gets only where it calls them. They give what JavaScript's arithmetic gives where Python's
 * would raise or differ: infinity on overflow, NaN where there is no result, NaN out of max and min.
 */
export const helpers = {
  _snap_floor: `def _snap_floor(value: float) -> int:
    """The whole number below, or the nearest where it lies within rounding of it."""
    nearest = math.floor(value + 0.5)
    rounding = min(1e-3, 1e-9 * max(1.0, abs(value)))
    return nearest if abs(value - nearest) <= rounding else math.floor(value)`,
  _divide: `def _divide(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)`,
  _remainder: `def _remainder(a: float, b: float) -> float:
    return math.nan if b == 0.0 or math.isinf(a) else math.fmod(a, b)`,
  _power: `def _power(a: float, b: float) -> float:
    if b != b or (abs(a) == 1.0 and math.isinf(b)):
        return math.nan
    odd = math.isfinite(b) and math.fmod(b, 2.0) in (1.0, -1.0)
    if a == 0.0 and b < 0.0:
        return math.copysign(math.inf, a) if odd else math.inf
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and odd else math.inf
    except ValueError:
        return math.nan`,
  _exp: `def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf`,
  _log: `def _log(x: float) -> float:
    if x == 0.0:
        return -math.inf
    return math.nan if x < 0.0 else math.log(x)`,
  _sqrt: `def _sqrt(x: float) -> float:
    return math.nan if x < 0.0 else math.sqrt(x)`,
  _cos: `def _cos(x: float) -> float:
    return math.nan if math.isinf(x) else math.cos(x)`,
  _sin: `def _sin(x: float) -> float:
    return math.nan if math.isinf(x) else math.sin(x)`,
  _floor: `def _floor(x: float) -> float:
    return math.copysign(math.floor(x), x) if math.isfinite(x) else x`,
  _ceil: `def _ceil(x: float) -> float:
    return math.copysign(math.ceil(x), x) if math.isfinite(x) else x`,
  _round: `def _round(x: float) -> float:
    """Halves go up, as in Anneal's formulas; Python's round() sends them to the even number."""
    if not math.isfinite(x):
        return x
    below = math.floor(x)
    return math.copysign(below + 1 if x - below >= 0.5 else below, x)`,
  _is_true: `def _is_true(x: float) -> bool:
    return x == x and x != 0.0`,
  _max: `def _max(*values: float) -> float:
    return math.nan if any(v != v for v in values) else max(values, default=-math.inf)`,
  _min: `def _min(*values: float) -> float:
    return math.nan if any(v != v for v in values) else min(values, default=math.inf)`,
} as const

export type Helper = keyof typeof helpers

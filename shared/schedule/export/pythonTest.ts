import type { ExportTarget } from './exportSchedule.ts'

/** What a test reads: files beside it. */
export interface Tested {
  readonly code: string
  readonly values: string
  /** Whether the code has a momentum function. */
  readonly hasMomentum: boolean
  /** Whether a plateau policy is part of the schedule: its rates depend on the metric, not on the step alone. */
  readonly hasPolicy: boolean
}

/** A pytest file that compares the code with the values step by step, and the library's own where it is installed. */
export function pythonTest(target: Exclude<ExportTarget, 'tfjs'>, tested: Tested): string {
  const parts = [
    `"""Compares ${JSON.stringify(tested.code).slice(1, -1)} with the values that Anneal computed, step by step: run it with pytest.

The library is tried where it is installed."""`,
    `import csv
import importlib.util
import math
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parent`,
    `def _load():
    spec = importlib.util.spec_from_file_location("exported_schedule", FOLDER / ${JSON.stringify(tested.code)})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module`,
    `schedule = _load()
with open(FOLDER / ${JSON.stringify(tested.values)}, newline="") as file:
    ROWS = list(csv.DictReader(file))
RATES = [float(row["lr"]) for row in ROWS]
HIGHEST = max(RATES)`,
    `def test_every_step_is_listed():
    assert [int(row["step"]) for row in ROWS] == list(range(schedule.TOTAL_STEPS))`,
    `def test_rates():
    for step, rate in enumerate(RATES):
        found = schedule.learning_rate(step)
        assert math.isclose(found, rate, rel_tol=1e-9, abs_tol=1e-15 * HIGHEST), f"step {step}: {found}, not {rate}"`,
    tested.hasMomentum
      ? `def test_momentum():
    for step, row in enumerate(ROWS):
        found = schedule.momentum(step)
        if row["momentum"] == "":
            assert found is None, f"step {step}"
        else:
            assert math.isclose(found, float(row["momentum"]), rel_tol=1e-9, abs_tol=1e-15), f"step {step}: {found}"`
      : `def test_momentum_is_left_alone():
    assert all(row["momentum"] == "" for row in ROWS) and not hasattr(schedule, "momentum")`,
    ...(tested.hasPolicy ? [] : [libraryTest[target]]),
  ]
  return `${parts.join('\n\n\n')}\n`
}

const compare = (tolerance: string): string => `for step, rate in enumerate(RATES):
        assert math.isclose(float(found[step]), rate, ${tolerance}), f"step {step}: {found[step]}, not {rate}"`

/** The least normal number of float32 is 1.2e-38. */
const float32 = 'rel_tol=1e-6, abs_tol=1.2e-38'

const libraryTest = {
  pytorch: `def test_in_pytorch():
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    optimizer = torch.optim.SGD([weight], lr=123.0)
    scheduler = schedule.make_scheduler(optimizer)
    found = []
    for _ in ROWS:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    ${compare('rel_tol=1e-9, abs_tol=1e-15 * HIGHEST')}`,
  keras: `def test_in_keras():
    keras = pytest.importorskip("keras")
    found = keras.ops.convert_to_numpy(schedule.make_schedule()(keras.ops.arange(len(ROWS))))
    ${compare(float32)}`,
  optax: `def test_in_optax():
    pytest.importorskip("optax")
    jax = pytest.importorskip("jax")
    found = jax.jit(jax.vmap(schedule.make_schedule()))(jax.numpy.arange(len(ROWS)))
    ${compare(float32)}`,
} as const

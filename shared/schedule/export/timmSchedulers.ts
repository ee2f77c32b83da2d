import type { ScriptScheduler, Shape } from './scriptArguments.ts'

/*
 * timm's train.py (timm/scheduler): cosine and step, moved after every update (--sched-on-updates) or after every epoch, without
 * a warm-up, since its own cuts the cosine short.
 */

/** Both ways to move, with every argument that the schedule's own numbers suggest. */
export function timm({ totalSteps, stepsPerEpoch, highest, numbers }: Shape): ScriptScheduler[] {
  const epochs = totalSteps / stepsPerEpoch
  const lower = [...numbers.filter((number) => number > 0 && number < highest), 0]
  const flags = `--lr ${highest} --epochs ${epochs} --warmup-epochs 0`
  const moved = [
    { flag: '', at: (step: number) => Math.floor(step / stepsPerEpoch) / epochs },
    { flag: ' --sched-on-updates', at: (step: number) => step / totalSteps },
  ]
  if (!Number.isInteger(epochs)) return []
  return [
    ...moved.flatMap(({ flag, at }) =>
      lower.map((least) => ({
        text: `--sched cosine ${flags} --min-lr ${least}${flag}`,
        rate: (step: number) => least + 0.5 * (highest - least) * (1 + Math.cos(Math.PI * at(step))),
      })),
    ),
    ...numbers.flatMap((length) =>
      numbers
        .filter((rate) => rate > 0 && rate < 1)
        .map((decay) => ({
          text: `--sched step ${flags} --min-lr 0 --decay-epochs ${length} --decay-rate ${decay}`,
          rate: (step: number) => highest * decay ** Math.floor(Math.floor(step / stepsPerEpoch) / length),
        })),
    ),
  ]
}

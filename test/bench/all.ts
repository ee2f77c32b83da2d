import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

/*
 * Every benchmark, one after another; those whose promise is not kept are named at the end. The window's need the built
 * window. --only store,window-runs takes those whose names begin so. --device names the engine that those of training
 * steps measure, --batch and --model what they train, as they say themselves.
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    device: { type: 'string' },
    model: { type: 'string' },
    batch: { type: 'string' },
  },
})
/** Parts of others, and what takes most of an hour: asked for by name. */
const helpers = new Set([
  'findings.ts',
  'findingsClaims.ts',
  'findingsTables.ts',
  'all.ts',
  'benchModels.ts',
  'seedLab.ts',
  'seedMembers.ts',
  'store-support.ts',
  'store-snapshot-trainer.ts',
  'webgpuDispatches.ts',
  'windowBench.ts',
])
/** What is handed on to each. */
const taken: Readonly<Record<string, readonly ('device' | 'model' | 'batch')[]>> = {
  'train-step.ts': ['device', 'model', 'batch'],
  'step-table.ts': ['device', 'model', 'batch'],
  'pytorch-gpu.ts': ['model', 'batch'],
}
const chosen = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !helpers.has(name))
  .filter((name) => values.only?.split(',').some((start) => name.startsWith(start)) ?? true)
  .sort()

const broken: string[] = []
for (const name of chosen) {
  console.log(`\n${name}`)
  const args = (taken[name] ?? []).flatMap((option) => {
    const value = values[option]
    return value === undefined ? [] : [`--${option}`, value]
  })
  const file = path.join(import.meta.dirname, name)
  const { status } = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' })
  if (status !== 0) broken.push(name)
}
if (broken.length > 0) {
  console.log(`\nPromises not kept here: ${broken.join(', ')}`)
  process.exitCode = 1
}

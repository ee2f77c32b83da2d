import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

/*
 * Every benchmark, one after another; those whose promise is not kept are named at the end. The window's need the built
 * window. --only store,window-runs takes those whose names begin so; --device names the engine that train-step measures.
 */

const { values } = parseArgs({ options: { only: { type: 'string' }, device: { type: 'string' } } })
const helpers = new Set(['all.ts', 'seedLab.ts', 'store-support.ts', 'store-snapshot-trainer.ts'])
const chosen = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !helpers.has(name))
  .filter((name) => values.only?.split(',').some((start) => name.startsWith(start)) ?? true)
  .sort()

const broken: string[] = []
for (const name of chosen) {
  console.log(`\n${name}`)
  const args = name === 'train-step.ts' && values.device !== undefined ? ['--device', values.device] : []
  const file = path.join(import.meta.dirname, name)
  const { status } = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' })
  if (status !== 0) broken.push(name)
}
if (broken.length > 0) {
  console.log(`\nPromises not kept here: ${broken.join(', ')}`)
  process.exitCode = 1
}

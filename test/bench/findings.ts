/*
 * Trains the studies that come with Anneal and writes their tables in Markdown, with the time of each:
 *
 *   node test/bench/findings.ts --out findings [--only trunk,sgdr] [--slots 2] [--doc docs/findings.md]
 *
 * The folder gets a lab of its own (lab/), the JSON and the tables of each study, and findings.md with all of them. Begun
 * anew it goes on where it was: what has ended is only written again. --doc puts the tables into that file, below its mark.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { StudyPreset, StudySummary } from '../../shared/api/studies.ts'
import { openCore } from '../../src-main/core.ts'
import { studyReport } from '../../src-main/export/studyReport.ts'
import { studyPresets } from '../../src-main/studies/presets.ts'
import { findingsText } from './findingsTables.ts'

const main = fileURLToPath(new URL('../../src-main/cli/main.ts', import.meta.url))
/** The grid of profiles by sampling rates asks more of a machine than the others together: by name only. */
const unasked = ['profile-grid']

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string' },
    slots: { type: 'string', default: '2' },
    doc: { type: 'string' },
  },
})
if (values.out === undefined) throw new Error('Give --out FOLDER for what comes out.')
const folder = path.resolve(values.out)
const home = path.join(folder, 'lab')
mkdirSync(home, { recursive: true })

const only = values.only?.split(',')
const chosen = studyPresets().filter(({ id }) => only?.includes(id) ?? !unasked.includes(id))
const texts: string[] = []
for (const preset of chosen) {
  await train(preset)
  texts.push(await write(preset))
}
writeFileSync(path.join(folder, 'findings.md'), texts.join('\n'))
if (values.doc !== undefined) putTables(values.doc, texts.join('\n'))
console.log(`\nWrote ${path.join(folder, 'findings.md')}`)

/** Below the mark; what stands above it was written by a person. */
function putTables(file: string, tables: string): void {
  const mark = '<!-- tables: written by test/bench/findings.ts -->'
  const [above, below] = readFileSync(file, 'utf8').split(mark)
  if (below === undefined) throw new Error(`${file} has no line ${mark}`)
  writeFileSync(file, `${above}${mark}\n\n${tables.trimEnd()}\n`)
}

/** To its end; an interrupt pauses it, and ends this. */
async function train({ id, spec }: StudyPreset): Promise<void> {
  const known = await withCore((core) => studyOf(core.store.read.studies(), spec.name))
  if (known?.status === 'finished') return
  const args =
    known === undefined ? ['study', '--preset', id, '--slots', values.slots] : ['studies', 'resume', known.id]
  console.log(`\n$ anneal ${args.join(' ')}`)
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ANNEAL_HOME: home },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const hold = (): void => undefined
  process.on('SIGINT', hold)
  const [code] = await once(child, 'exit')
  process.off('SIGINT', hold)
  if (code !== 0) process.exit(typeof code === 'number' ? code : 1)
}

/** The study of a preset, as far as it came. */
function studyOf(studies: readonly StudySummary[], name: string | undefined): StudySummary | undefined {
  return studies.find((study) => study.name === name)
}

async function write(preset: StudyPreset): Promise<string> {
  return withCore(async (core) => {
    const summary = studyOf(core.store.read.studies(), preset.spec.name)
    if (summary === undefined) throw new Error(`The study of ${preset.id} was not stored.`)
    const change = core.store.read.study(summary.id)
    writeFileSync(path.join(folder, `${preset.id}.json`), JSON.stringify(await studyReport(change), null, 2))
    const machine = `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'a processor'}`
    const text = await findingsText(preset, change, machine, (runIds) =>
      core.ensembles.runsBySnapshots(runIds),
    )
    writeFileSync(path.join(folder, `${preset.id}.md`), text)
    console.log(`\n${text}`)
    return text
  })
}

async function withCore<T>(use: (core: ReturnType<typeof openCore>) => T | Promise<T>): Promise<T> {
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  try {
    return await use(core)
  } finally {
    await core.close()
  }
}

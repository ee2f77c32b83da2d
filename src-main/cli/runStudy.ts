import { z } from 'zod'
import type { StudyChange, StudyPlan } from '../../shared/api/studies.ts'
import type { StudySpec } from '../../shared/study/spec.ts'
import type { Core } from '../core.ts'
import { studyReport } from '../export/studyReport.ts'
import { attendStudy } from './attendStudy.ts'
import { type Cli, printJson, typed, withCore } from './context.ts'
import { placementNamed } from './placeText.ts'
import { describePlan, describeStudy } from './studyText.ts'

export const runStudyOptions = {
  dryRun: z.boolean().default(false),
  on: z.string().optional(),
  queue: z.boolean().default(false),
}

interface Chosen {
  readonly json: boolean
  readonly db?: string | undefined
  readonly dryRun: boolean
  readonly queue: boolean
  readonly on?: string | undefined
}

/** Launches a study and works on it to its end, or says what it would cost. */
export async function runStudy(cli: Cli, chosen: Chosen, spec: StudySpec): Promise<void> {
  await withCore(cli, chosen, async (core) => {
    const placement = placementNamed(core.store, chosen.on)
    const plan = await core.studies.plan(spec)
    if (chosen.dryRun) return tellPlan(cli, chosen.json, plan)
    const id = await core.studies.launch(spec, placement)
    if (chosen.queue) return tellQueued(cli, core, chosen.json, id)
    cli.terminal.err(`Study ${id}: ${describePlan(plan, cli.terminal.columns)}`)
    if (placement !== undefined)
      cli.terminal.err(
        `Its runs are offered to other machines while the app is open: ${typed(cli, 'serve')}\n`,
      )
    await attendAndReport(cli, core, chosen.json, id)
  })
}

/** Works on a stored study to its end and prints what came of it. */
export async function attendAndReport(cli: Cli, core: Core, json: boolean, id: string): Promise<void> {
  const { change, exitCode } = await attendStudy(cli, core, id)
  cli.setExitCode(exitCode)
  await tellStudy(cli, json, change)
  if (!json) cli.terminal.err(nextStep(cli, change))
}

export async function tellStudy(cli: Cli, json: boolean, change: StudyChange): Promise<void> {
  if (json) return printJson(cli, await studyReport(change))
  await cli.terminal.out(await describeStudy(change, cli.terminal.columns))
}

async function tellPlan(cli: Cli, json: boolean, plan: StudyPlan): Promise<void> {
  if (!json) return cli.terminal.out(describePlan(plan, cli.terminal.columns))
  const { cells, leftOut, runs, steps, seconds, bytes, spec } = plan
  return printJson(cli, {
    runs,
    steps,
    seconds,
    bytes,
    cells: cells.map(({ key: _, ...cell }) => cell),
    leftOut,
    spec,
  })
}

async function tellQueued(cli: Cli, core: Core, json: boolean, id: string): Promise<void> {
  const { study, cells } = core.store.read.study(id)
  await tellStudy(cli, json, { study, cells })
  cli.terminal.err(`Study ${id} goes on while the app is open: ${typed(cli, 'serve')}\n`)
}

function nextStep(cli: Cli, { study: { id, status, counts } }: StudyChange): string {
  if (status === 'paused' || status === 'cancelled')
    return `Go on with: ${typed(cli, `studies resume ${id}`)}\n`
  if (counts.other > 0) return `Train again what was stopped: ${typed(cli, `studies retry ${id}`)}\n`
  return `Next: ${typed(cli, `studies export ${id} --format csv --out ${id}.csv`)}\n`
}

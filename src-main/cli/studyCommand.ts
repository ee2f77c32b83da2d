import type { Command } from 'commander'
import type { StudyChange } from '../../shared/api/studies.ts'
import type { Core } from '../core.ts'
import { studyReport } from '../export/studyReport.ts'
import { addStore, type Cli, printJson, withStored } from './context.ts'
import { findStudy } from './findStudy.ts'
import { plural } from './format.ts'
import { attendAndReport } from './runStudy.ts'

/* What the commands about one stored study have in common. */

export const aboutStudy = (parent: Command, name: string): Command =>
  addStore(parent.command(name)).argument('<study>', 'name of the study, or its id or a beginning of it')

export function withStudy<T>(
  cli: Cli,
  options: { readonly db?: string | undefined },
  given: string,
  use: (core: Core, change: StudyChange) => Promise<T>,
): Promise<T> {
  return withStored(cli, options, (core) => use(core, findStudy(core.store.read, given)))
}

/** To its end in this process, or left to the open app. */
export async function goOn(
  cli: Cli,
  core: Core,
  { json, queue }: { readonly json: boolean; readonly queue: boolean },
  id: string,
): Promise<void> {
  if (queue) return tellChanged(cli, core, json, id)
  await attendAndReport(cli, core, json, id)
}

export async function tellChanged(cli: Cli, core: Core, json: boolean, id: string): Promise<void> {
  const { study, cells } = core.store.read.study(id)
  if (json) return printJson(cli, await studyReport({ study, cells }))
  const { queued, active } = study.counts
  cli.terminal.err(`Study ${id} is ${study.status}: ${plural(active, 'run')} under way, ${queued} waiting.\n`)
}

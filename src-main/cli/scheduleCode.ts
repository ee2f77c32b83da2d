import path from 'node:path'
import {
  type ExportTarget,
  parityFiles,
  type SchedulePlan,
  type ScheduleSpec,
} from '../../shared/schedule/index.ts'
import { type Cli, printJson } from './context.ts'
import { refuseToOverwrite, writeFileWhole } from './files.ts'
import { suggestWholeCycles } from './wholeCycles.ts'

interface CodeToTest {
  readonly spec: ScheduleSpec
  readonly plan: SchedulePlan
  /** For the user, on what was assumed. */
  readonly hint: string
  readonly summary: string
}

/** The code, its values and a test of the one against the other: none is written where one would replace a file unasked. */
export async function writeWithTest(
  cli: Cli,
  { code, out, force, json }: { code: ExportTarget; out: string; force: boolean; json: boolean },
  { spec, plan, hint, summary }: CodeToTest,
): Promise<void> {
  const folder = path.dirname(out)
  const files = parityFiles(spec, plan, code, path.basename(out)).map(({ name, chunks }) => ({
    file: path.join(folder, name),
    chunks,
  }))
  for (const { file } of files) refuseToOverwrite(file, force)
  const written = []
  for (const { file, chunks } of files) written.push(await writeFileWhole(file, chunks(), force))
  cli.terminal.err(hint + suggestWholeCycles(spec, plan))
  if (json) return printJson(cli, { ...written[0], format: code, summary, files: written })
  cli.terminal.err(`${summary}\nWrote ${written.map(({ file }) => file).join(', ')}.\n`)
}

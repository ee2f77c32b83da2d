import { stat } from 'node:fs/promises'
import type { ImportPredictions, PredictionForm } from '../../shared/api/outsidePredictions.ts'
import { UserError } from '../../shared/errors.ts'
import { findColumns } from './columns.ts'
import { interpret } from './form.ts'
import { MAX_VALUES, readLabels, readNumbers } from './labels.ts'

/** What one file gives. */
export interface ReadMember {
  readonly file: string
  readonly columns: readonly string[]
  readonly as: PredictionForm
  readonly classes: number
  readonly probs: Float32Array<ArrayBuffer>
  readonly warnings: readonly string[]
  /** Of the file itself, where it has some. */
  readonly labels: Uint16Array<ArrayBuffer> | undefined
}

/** Whether what the user named is a file, and no column of the files. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** Told after each file; what it throws ends the reading. */
export type OnFile = (done: number, total: number) => void

/** Reads file by file, in their order. @throws UserError where one cannot be read, or differs from the first in its shape */
export async function readMembers(
  { files, labels, as }: ImportPredictions,
  onFile: OnFile = () => undefined,
): Promise<ReadMember[]> {
  const column = labels !== undefined && !(await isFile(labels)) ? labels : undefined
  const members: ReadMember[] = []
  for (const path of files) {
    const member = await readMember(path, column, as)
    refuseOtherShape(member, members[0])
    members.push(member)
    onFile(members.length, files.length)
    if (members.length * member.probs.length > MAX_VALUES)
      throw new UserError(
        `While reading ${member.file}: ${members.length} such files have more than ${MAX_VALUES} numbers; import fewer at once.`,
      )
  }
  return members
}

async function readMember(
  path: string,
  column: string | undefined,
  as: PredictionForm | undefined,
): Promise<ReadMember> {
  const { table, names, width, labels } = await findColumns(path, column)
  const values = await readNumbers(table, names, width)
  const { file } = table
  return {
    file,
    columns: names,
    ...interpret({ values, width, file, as }),
    labels: labels && (await readLabels(labels.table, labels.name)),
  }
}

function refuseOtherShape(member: ReadMember, first: ReadMember | undefined): void {
  if (first === undefined) return
  const shapeOf = ({ probs, classes }: ReadMember): string => `${probs.length / classes} × ${classes}`
  if (shapeOf(member) !== shapeOf(first))
    throw new UserError(
      `While reading ${member.file}: it has ${shapeOf(member)} examples × classes, and ${first.file} has ${shapeOf(first)}; give predictions of the same examples.`,
    )
}

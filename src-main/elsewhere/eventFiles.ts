import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import { createEventTree, type EventRun } from './eventTree.ts'

/**
 * The runs under a path: a folder with event files is one, with its folders train, validation and test; each other folder
 * is one of its own.
 * @throws UserError when there is none
 */
export async function findEventRuns(given: string): Promise<EventRun[]> {
  const root = path.resolve(given)
  if (!existsSync(root))
    throw new UserError(`While importing event files: ${given} is not there; check the path.`)
  if (statSync(root).isFile()) {
    const folder = path.dirname(root)
    return [{ folder, name: path.basename(folder), files: [path.basename(root)] }]
  }
  const runs = (await createEventTree(root).look()).map(({ run }) => run)
  if (runs.length === 0)
    throw new UserError(
      `While importing event files: ${given} has no file with "tfevents" in its name, nor has any folder in it; give the folder that a SummaryWriter or TensorBoard callback writes to.`,
    )
  return runs
}

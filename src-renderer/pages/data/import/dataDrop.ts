import type { Dropped } from '../../../frame/drop/dropped.ts'
import { emptyDraft, importDraft } from './draft.ts'
import { dropJob, leaveDrop, sendFiles } from './dropJob.ts'
import { draftOfPaths } from './droppedDraft.ts'
import { importJob, openImportForm } from './importJob.ts'

/** Data of any format: the form opens with it. In a browser it is sent to the host first. */
export async function openDropped(dropped: Dropped, go: (to: '/data') => void): Promise<void> {
  if (importJob.get().state === 'running') {
    go('/data')
    dropJob.set({ state: 'refused', words: 'An import is running; drop the next data when it has ended.' })
    return
  }
  openImportForm()
  importJob.set({ state: 'idle' })
  go('/data')
  leaveDrop()
  const paths = dropped.paths ?? (await sentPaths(dropped))
  if (paths === undefined) return
  const found = draftOfPaths(paths)
  if ('refusal' in found) dropJob.set({ state: 'refused', words: found.refusal })
  else importDraft.set({ ...emptyDraft, ...found.draft })
}

/** Where the host keeps what was dropped; undefined where it did not get there. */
async function sentPaths(dropped: Dropped): Promise<readonly string[] | undefined> {
  const { tops } = dropped
  const shown = tops.filter(({ name }) => !name.startsWith('.'))
  const folder = await sendFiles(await dropped.files())
  if (folder === undefined) return undefined
  const separator = folder.includes('\\') ? '\\' : '/'
  const paths = shown.map(({ name }) => `${folder}${separator}${name}`)
  // Folders dropped side by side are the classes of one data set, unless they are its two parts.
  const areClasses =
    shown.length > 1 && shown.every(({ isFolder }) => isFolder) && 'refusal' in draftOfPaths(paths)
  return areClasses ? [folder] : paths
}

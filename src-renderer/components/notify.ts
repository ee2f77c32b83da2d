import { notifications } from '@mantine/notifications'
import { createElement } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import { isTraining } from '../../shared/run/kind.ts'
import { percent } from '../format/format.ts'
import { errorWords } from './errorWords.ts'
import { UndoMessage } from './UndoMessage.tsx'

/** Long enough to read the sentence and reach the button. */
const undoMilliseconds = 12_000

/** Says what was done and offers to take it back: "3 runs deleted". */
export function notifyUndo(message: string, undo: () => Promise<void>): void {
  const takeBack = () => {
    notifications.hide(id)
    undo().catch((error: unknown) => notifyError('It could not be undone', error))
  }
  const id = notifications.show({
    autoClose: undoMilliseconds,
    message: createElement(UndoMessage, { message, onUndo: takeBack }),
  })
}

/** @param title what could not be done: "The run could not be paused" */
export function notifyError(title: string, error: unknown): void {
  notifications.show({ title, message: errorWords(error), color: 'red', autoClose: 10_000, role: 'alert' })
}

/** What happened, where nothing is to be decided: "Copied". */
export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 4_000 })
}

/** That a run has come to its end, wherever one is in the window. */
export function notifyRunEnded(run: RunSummary): void {
  const { name, status, reason, best } = run
  const accuracy = best?.valAccuracy ?? best?.testAccuracy
  const result = isTraining(run) ? `best ${percent(accuracy)}` : 'What it suggests stands on its page.'
  const said = status === 'completed' ? result : (reason ?? 'It can be resumed.')
  notifications.show({
    title: `${name} ${status === 'interrupted' ? 'was interrupted' : status}`,
    message: said,
    color: status === 'completed' ? 'teal' : 'red',
    role: status === 'completed' ? 'status' : 'alert',
    autoClose: 10_000,
  })
}

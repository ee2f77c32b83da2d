import { wordsOf } from '../../shared/errors.ts'
import {
  type HostMessage,
  type TrainerInput,
  type TrainerOutput,
  trainerOutput,
} from '../../shared/run/messages.ts'
import { type ChildEnd, openChildChannel } from '../process/childChannel.ts'
import type { StartTrainer, TrainerEnd } from './trainerLink.ts'

/**
 * Trainers that are child processes of this host, and end with it.
 * @param folderOf where a data set lies on this machine; it rejects where that is not here
 * @param env what their environment has besides this process's own: which GPUs they see
 */
export function childTrainers(
  folderOf: (datasetId: string) => Promise<string>,
  env: Readonly<Record<string, string>> = {},
): StartTrainer {
  return (start, { onEvent, onAlive }) => {
    const listen = (message: TrainerOutput): void => {
      if (message.type === 'alive') onAlive()
      else onEvent(message)
    }
    const channel = openChildChannel('trainer/entry.ts', trainerOutput, listen, env)
    const send = (message: TrainerInput): void => channel.send(message)
    /** What is sent before the trainer knows where its data set lies. */
    const waiting: HostMessage[] = [start]
    let isReady = false
    let noDataset: string | undefined
    void folderOf(start.datasetId).then(
      (folder) => {
        send({ type: 'localDataset', datasetId: start.datasetId, folder })
        isReady = true
        for (const message of waiting) send(message)
      },
      (error: unknown) => {
        noDataset = wordsOf(error)
        channel.kill()
      },
    )
    return {
      place: { kind: 'process', pid: channel.pid },
      send(message) {
        if (isReady) send(message)
        else waiting.push(message)
      },
      end: channel.kill,
      ended: channel.ended.then((end) =>
        noDataset === undefined ? trainerEndOf(end) : { type: 'unstartable', why: noDataset },
      ),
    }
  }
}

/** What the end of its process says of a trainer. */
export function trainerEndOf({ code, signal, errorOutput, spawnError, protocolError }: ChildEnd): TrainerEnd {
  if (protocolError !== undefined) return { type: 'unreadable', rule: protocolError }
  if (signal !== null) return { type: 'killed', signal }
  if (code === null) return { type: 'unstartable', why: spawnError ?? '' }
  return { type: 'crashed', status: code, lastWords: lastWords(errorOutput) }
}

/** The error of a stack trace if there is one, else the last line. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const thrown = lines.findLast((line) => /^(\w*Error|FATAL ERROR)\b.*: /.test(line))
  return (thrown ?? lines.at(-1) ?? '').trim().slice(0, 300)
}

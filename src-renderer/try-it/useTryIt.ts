import { useEffect, useRef, useState } from 'react'
import {
  mostBytes,
  mostFiles,
  type PredictedRow,
  type Predictor,
  pieceBytes,
} from '../../shared/api/predictions.ts'
import { api } from '../client.ts'
import { base64 } from '../components/base64.ts'
import { counted } from '../format/format.ts'

/** A file to ask about, under the name that the answers bear. */
export interface Example {
  readonly name: string
  readonly content: Blob
}

export interface TryItState {
  readonly phase: 'idle' | 'sending' | 'answering' | 'done' | 'cancelled' | 'failed'
  readonly examples: readonly Example[]
  /** 0..1 of the phase. */
  readonly share: number
  readonly rows: readonly PredictedRow[]
  readonly unusable: readonly { readonly name: string; readonly why: string }[]
  readonly notes: readonly string[]
  readonly error: unknown
}

const nothing: TryItState = {
  phase: 'idle',
  examples: [],
  share: 0,
  rows: [],
  unusable: [],
  notes: [],
  error: undefined,
}

/** Sends examples to the host, and takes its answers as they come. */
export function useTryIt(predictor: Predictor) {
  const [state, setState] = useState(nothing)
  const end = useRef<() => void>(undefined)
  useEffect(() => () => end.current?.(), [])
  const ask = (examples: readonly Example[]): void => {
    end.current?.()
    const change = (more: Partial<TryItState>): void => setState((before) => ({ ...before, ...more }))
    const refusal = refusalOf(examples)
    setState({ ...nothing, examples, phase: refusal === undefined ? 'sending' : 'failed', error: refusal })
    if (refusal !== undefined) return
    let isOver = false
    end.current = () => {
      isOver = true
    }
    const fail = (error: unknown): void => {
      if (!isOver) change({ phase: 'failed', error })
    }
    const upload = crypto.randomUUID()
    send(
      upload,
      examples,
      (share) => change({ share }),
      () => isOver,
    )
      .then(() => {
        if (isOver) return
        change({ phase: 'answering', share: 0 })
        const subscription = api.predictions.answer.subscribe(
          { predictor, upload },
          {
            onData(step) {
              if (step.type === 'done') {
                subscription.unsubscribe()
                return change({ phase: 'done', share: 1, notes: step.notes })
              }
              setState((before) => ({
                ...before,
                share: step.done / Math.max(1, step.total),
                rows: [...before.rows, ...step.rows],
                unusable: [...before.unusable, ...step.unusable],
              }))
            },
            onError: fail,
          },
        )
        end.current = () => {
          isOver = true
          subscription.unsubscribe()
        }
      })
      .catch(fail)
  }
  const cancel = (): void => {
    end.current?.()
    setState((before) => ({ ...before, phase: 'cancelled' }))
  }
  return { state, ask, cancel }
}

async function send(
  upload: string,
  examples: readonly Example[],
  onShare: (share: number) => void,
  isOver: () => boolean,
): Promise<void> {
  const total = bytesOf(examples)
  let sent = 0
  for (const [file, { name, content }] of examples.entries()) {
    // An empty file is sent too: the host says what is wrong with it.
    for (let at = 0; at === 0 || at < content.size; at += pieceBytes) {
      if (isOver()) return
      const piece = content.slice(at, at + pieceBytes)
      await api.predictions.upload.mutate({ upload, file, name, content: await base64(piece) })
      sent += piece.size
      onShare(sent / Math.max(1, total))
    }
  }
}

const bytesOf = (examples: readonly Example[]): number =>
  examples.reduce((sum, { content }) => sum + content.size, 0)

function refusalOf(examples: readonly Example[]): Error | undefined {
  const isTooMany = examples.length > mostFiles
  if (!isTooMany && bytesOf(examples) <= mostBytes) return undefined
  const received = isTooMany
    ? counted(examples.length, 'file')
    : `${Math.ceil(bytesOf(examples) / 2 ** 20)} MiB`
  return new Error(
    `While taking the files: at most ${mostFiles} files of together ${mostBytes / 2 ** 20} MiB can be tried here (received ${received}); drop fewer, or use "anneal predict".`,
  )
}

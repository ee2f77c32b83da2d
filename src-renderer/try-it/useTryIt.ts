import { useEffect, useRef, useState } from 'react'
import type { AnswerExamples, PredictedRow, PredictionStep, Predictor } from '../../shared/api/predictions.ts'
import { api } from '../client.ts'
import { type Example, refusalOf } from './examples.ts'
import { send } from './send.ts'

export interface TryItState {
  readonly phase: 'idle' | 'sending' | 'answering' | 'done' | 'cancelled' | 'full' | 'failed'
  /** Those that were sent; none where the host was told a path. */
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

/** Probabilities that a page holds: 80 MB as numbers. */
const mostHeld = 10_000_000

/** Sends examples to the host, or tells it where they are, and takes its answers as they come. */
export function useTryIt(predictor: Predictor) {
  const [state, setState] = useState(nothing)
  const end = useRef<() => void>(undefined)
  useEffect(() => () => end.current?.(), [])
  const change = (more: Partial<TryItState>): void => setState((before) => ({ ...before, ...more }))
  /** @returns a function that ends what goes on under it */
  const begin = (): { isOver: () => boolean } => {
    end.current?.()
    let over = false
    end.current = () => {
      over = true
    }
    return { isOver: () => over }
  }
  const answer = (examples: AnswerExamples['examples']): void => {
    let held = 0
    const stop = end.current
    const subscription = api.predictions.answer.subscribe(
      { predictor, examples },
      {
        onData(step) {
          if (step.type === 'rows') {
            held += step.rows.length * (step.rows[0]?.probabilities.length ?? 0)
            setState((before) => withStep(before, step))
          }
          if (step.type === 'rows' && held <= mostHeld) return
          subscription.unsubscribe()
          change(step.type === 'done' ? { phase: 'done', share: 1, notes: step.notes } : { phase: 'full' })
        },
        onError: (error) => change({ phase: 'failed', error }),
      },
    )
    end.current = () => {
      stop?.()
      subscription.unsubscribe()
    }
  }
  return {
    state,
    /** Files of the machine with the window. */
    ask(examples: readonly Example[]): void {
      const { isOver } = begin()
      const refusal = refusalOf(examples)
      setState({ ...nothing, examples, phase: refusal === undefined ? 'sending' : 'failed', error: refusal })
      if (refusal !== undefined) return
      const upload = crypto.randomUUID()
      send(upload, examples, (share) => isOver() || change({ share }), isOver).then(
        () => {
          if (isOver()) return
          change({ phase: 'answering', share: 0 })
          answer({ type: 'upload', upload })
        },
        (error: unknown) => isOver() || change({ phase: 'failed', error }),
      )
    },
    /** A file or folder of the machine with the host. */
    askPath(path: string): void {
      begin()
      setState({ ...nothing, phase: 'answering' })
      answer({ type: 'path', path })
    },
    cancel(): void {
      end.current?.()
      change({ phase: 'cancelled' })
    },
  }
}

const withStep = (before: TryItState, step: PredictionStep & { readonly type: 'rows' }): TryItState => ({
  ...before,
  share: step.done / Math.max(1, step.total),
  rows: [...before.rows, ...step.rows],
  unusable: [...before.unusable, ...step.unusable],
})

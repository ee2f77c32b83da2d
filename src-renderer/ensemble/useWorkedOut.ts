import { startTransition, useEffect, useState } from 'react'
import type { Slices } from '../../shared/slices.ts'
import type { AnswerModel } from './answerModel.ts'

/** Milliseconds of work before the page has its turn: half a frame. */
const turn = 8

/** Of so many, the first look need not wait either. */
const mostAtOnce = 32

/**
 * The model as it was until the next one is painted and its curve and gains are worked out, a slice at a time: of hundreds of
 * members that takes seconds, and the page must answer in the meantime. Undefined before that of many is known once.
 */
export function useWorkedOut<T extends AnswerModel>(model: T): T | undefined {
  const [known, setKnown] = useState<T | undefined>(() =>
    model.candidates.length > mostAtOnce ? undefined : model,
  )
  useEffect(() => {
    let next: ReturnType<typeof setTimeout> | undefined
    const slices = slicesOf(model)
    const work = (): void => {
      const end = performance.now() + turn
      while (performance.now() < end) {
        if (!slices.next().done) continue
        startTransition(() => setKnown(() => model))
        return
      }
      next = setTimeout(work)
    }
    // The first is asked before the frame with the answer is painted, the second when it has been.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        next = setTimeout(work)
      })
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(next)
    }
  }, [model])
  return known
}

/** What each member adds is said of one part alone: validation, where there is any. */
function* slicesOf({ workbench: { validation, test }, choice }: AnswerModel): Slices<void> {
  if (validation) yield* validation.workOut(choice, true)
  if (test) yield* test.workOut(choice, validation === null)
}

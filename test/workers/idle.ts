import { createHttpsDesk } from '../../src-main/agent/httpsDesk.ts'
import { createOfferTaker, type OfferTaker } from '../../src-main/agent/offerTaker.ts'
import { about, attending } from '../src-main/workers/lab.ts'
import { joinOverHttps } from './agents.ts'
import type { WorkersLab } from './lab.ts'

/** Workers without work, of this process: each attends the host and waits for offers, as an agent does. */
export async function idleWorkers(lab: WorkersLab, count: number): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController()
  const takers: OfferTaker[] = []
  const loops: Promise<void>[] = []
  for (let i = 0; i < count; i++) {
    const joined = await joinOverHttps(lab.core, { name: `idle-${i}`, address: lab.address })
    const desk = createHttpsDesk(joined, () => 10_000)
    const attend = async (): Promise<void> => {
      let taker: OfferTaker | undefined
      for (let hurry = true; !closing.signal.aborted; hurry = false) {
        const asked = attending({ build: joined.build, about: { ...about, load: 0.1 }, hurry })
        const answer = await desk.attend(asked, closing.signal)
        if (answer.type === 'refused') throw new Error(answer.reason)
        if (taker === undefined) {
          taker = createOfferTaker({
            workerId: joined.id,
            pin: joined.pin,
            classes: { processor: 1 },
            timings: answer.timings,
            onOffer: async () => ({ type: 'done' }),
            log: () => undefined,
          })
          takers.push(taker)
        }
        taker.setAccess(answer.queue)
      }
    }
    loops.push(
      attend()
        .catch((error: unknown) => {
          if (!closing.signal.aborted) throw error
        })
        .finally(() => desk.close()),
    )
  }
  return {
    async close() {
      closing.abort()
      await Promise.all([...loops, ...takers.map((taker) => taker.close())])
    },
  }
}

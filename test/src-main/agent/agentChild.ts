import path from 'node:path'
import { z } from 'zod'
import { offer } from '../../../shared/worker/protocol.ts'
import { createAgent } from '../../../src-main/agent/agent.ts'
import { comparisonsFile } from '../../../src-main/agent/comparisonsFile.ts'
import { createHttpsDesk } from '../../../src-main/agent/httpsDesk.ts'
import type { OfferOutcome, OfferTaker, OfferTakerContext } from '../../../src-main/agent/offerTaker.ts'
import { createSlots } from '../../../src-main/agent/slots.ts'
import { readWorkerFile } from '../../../src-main/agent/workerFile.ts'

/*
 * An agent as `anneal worker` runs it, whose offers come from the test instead of a queue: those that it takes back are
 * offered again, as a queue does.
 */

const folder = z.string().parse(process.argv[2])
const build = z.string().parse(process.argv[3])
const file = readWorkerFile(folder)
if (!('host' in file)) throw new Error('the test gives an address')

const waiting: unknown[] = []
let isOpen = false
let take: (() => void) | undefined

function takeOffers({ onOffer }: Pick<OfferTakerContext, 'onOffer'>): OfferTaker {
  take = () => {
    while (isOpen && waiting.length > 0) {
      const given = offer.parse(waiting.shift())
      const again = (outcome: OfferOutcome): void => {
        if (outcome.type === 'done') return void process.send?.({ done: given.runId })
        setTimeout(() => {
          waiting.push(given)
          take?.()
        }, outcome.afterMs)
      }
      onOffer(given).then(again, () => again({ type: 'later', afterMs: 20 }))
    }
  }
  return {
    setAccess: () => undefined,
    setClasses: () => undefined,
    setOpen(next) {
      isOpen = next
      take?.()
    },
    close: async () => undefined,
  }
}

const desk = createHttpsDesk(file, () => 1000)
const agent = await createAgent(
  {
    folder,
    desk,
    slots: createSlots({
      processorSlots: 2,
      comparisons: comparisonsFile(path.join(folder, 'comparisons.json')),
    }),
    build,
    cacheBytes: 1e9,
    takeOffers,
    log: (line) => void process.stderr.write(`${line}\n`),
  },
  { checkpoint: 20_000, push: 20_000 },
)
process.on('message', (message) => {
  waiting.push(message)
  take?.()
})
for (const signal of ['SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => void agent.close(`${signal}.`))
const end = await agent.ended
process.stderr.write(`${JSON.stringify(end)}\n`)
desk.close()
process.exit(end.type === 'refused' ? 1 : 0)

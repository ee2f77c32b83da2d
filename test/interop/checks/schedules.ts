import { readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  type CompiledSchedule,
  compileSchedule,
  createPlateau,
  type ExportTarget,
  exportSchedule,
  rateUnderFeedback,
} from '../../../shared/schedule/index.ts'
import { type Check, greatestDifference, type Verdict } from '../check.ts'
import type { Environment } from '../environment.ts'
import { interopSchedules } from '../randomSpecs.ts'

const values = z.array(z.object({ rates: z.array(z.number()), momentum: z.array(z.number()).nullable() }))

/** What the scripts give where a schedule leaves the momentum alone. */
const own = 0.5

/** PyTorch, Keras and Optax run the exported code of every preset and of random schedules, and give our rates. */
export const exportedCode: Check = async (environment) => [
  ...(await judge(environment, { target: 'pytorch', by: 'torch', script: 'pytorchCode.py' })),
  ...(await judge(environment, { target: 'keras', by: 'keras', script: 'kerasCode.py' })),
  ...(await judge(environment, { target: 'optax', by: 'optax', script: 'optaxCode.py' })),
]

interface Library {
  readonly target: ExportTarget
  readonly by: string
  readonly script: string
}

async function judge(environment: Environment, { target, by, script }: Library): Promise<Verdict[]> {
  const cases = interopSchedules.flatMap(({ name, spec, plan }) => {
    const compiled = compileSchedule(spec, plan)
    // Keras and Optax have no plateau policy that counts epochs: the export refuses it.
    if (compiled.feedback !== undefined && target !== 'pytorch') return []
    const metrics = epochMetrics(Math.floor(plan.totalSteps / plan.stepsPerEpoch))
    const want = expected(compiled, plan.stepsPerEpoch, metrics)
    return [{ name, code: exportSchedule(spec, plan, target), steps: compiled.totalSteps, metrics, want }]
  })
  const asked = cases.map(({ want, ...given }) => given)
  const found = await environment.ask(script, asked, values)
  // Keras and Optax hold float32, where a number below 1e-45 is 0.
  const round = target === 'pytorch' ? (value: number) => value : Math.fround
  const [rates, momentum] = [new Differences(), new Differences()]
  cases.forEach(({ name, want }, index) => {
    const got = found[index]
    rates.add(name, (got?.rates ?? []).map(round), want.rates.map(round))
    if (want.momentum === undefined) return
    momentum.add(name, (got?.momentum ?? []).map(round), want.momentum.map(round))
  })
  return [
    { what: `code of ${cases.length} schedules, rates`, by, ...rates.result(), limit: 1e-6 },
    { what: `code of ${momentum.count} schedules, momentum`, by, ...momentum.result(), limit: 1e-6 },
  ]
}

/** The greatest relative difference over many schedules, and which schedule has it. */
class Differences {
  count = 0
  #values = 0
  #greatest = 0
  #where = ''

  add(name: string, got: readonly number[], want: readonly number[]): void {
    this.count += 1
    this.#values += want.length
    const difference = greatestDifference(got, want, true)
    if (difference <= this.#greatest) return
    this.#greatest = difference
    this.#where = name
  }

  result(): Pick<Verdict, 'compared' | 'difference'> {
    const worst = this.#greatest > 1e-6 ? `, worst in ${this.#where}` : ''
    return { compared: `${this.#values} steps, relative${worst}`, difference: this.#greatest }
  }
}

/** Losses that fall, stand and rise, so that a plateau policy waits, lowers the rate and cools down. */
const epochMetrics = (epochs: number): number[] =>
  Array.from({ length: epochs }, (_, epoch) => 1 + Math.cos(epoch / 9) / (1 + epoch / 40))

function expected(compiled: CompiledSchedule, stepsPerEpoch: number, metrics: readonly number[]) {
  const { feedback, totalSteps } = compiled
  const steps = Array.from({ length: totalSteps }, (_, step) => compiled.at(step))
  let plateau = feedback && createPlateau(feedback)
  const rates = steps.map(({ lr }, step) => {
    const rate = feedback && plateau ? rateUnderFeedback(lr, feedback, plateau.state) : lr
    if ((step + 1) % stepsPerEpoch === 0) {
      plateau = plateau?.observe(metrics[(step + 1) / stepsPerEpoch - 1] ?? null)
    }
    return rate
  })
  const moves = steps.some(({ momentum }) => momentum !== undefined)
  return { rates, momentum: moves ? steps.map(({ momentum }) => momentum ?? own) : undefined }
}

const textCases = z.array(
  z.looseObject({
    name: z.string(),
    code: z.string(),
    optimizer: z.looseObject({}),
    steps: z.int(),
    lr: z.array(z.number()),
    momentum: z.array(z.number()).optional(),
  }),
)

/** The version whose values the tables hold. */
const tabled = '2.6.'
/** Later versions take no `verbose`, and begin the later parts of a SequentialLR otherwise. */
const changedSince: ReadonlySet<string> = new Set(['000', '070', '071'])

/** PyTorch runs the scheduler texts of the golden tables, which Anneal reads to the same values without running them. */
export const pytorchTexts: Check = async (environment) => {
  const all = ['from_pytorch.json', 'from_pytorch_own.json'].flatMap((file) =>
    textCases.parse(JSON.parse(readFileSync(new URL(`../../golden/cases/${file}`, import.meta.url), 'utf8'))),
  )
  const isTabled = environment.versions.torch?.startsWith(tabled) === true
  const cases = all.filter(({ name }) => isTabled || !changedSince.has(name))
  const leftOut = all.length === cases.length ? '' : ` (${all.length - cases.length} changed since 2.6)`
  const found = await environment.ask(
    'pytorchSchedules.py',
    cases.map(({ code, optimizer, steps }) => ({ code, optimizer, steps })),
    z.array(
      z.object({
        lr: z.array(z.number()),
        momentum: z.array(z.number()).optional(),
        error: z.string().optional(),
      }),
    ),
  )
  const differences = new Differences()
  cases.forEach(({ code, lr, momentum }, index) => {
    const got = found[index]
    differences.add(code, got?.lr ?? [], lr)
    if (momentum !== undefined) differences.add(code, got?.momentum ?? [], momentum)
  })
  return [
    {
      what: `${cases.length} schedulers as text, read${leftOut}`,
      by: 'torch',
      ...differences.result(),
      limit: 1e-6,
    },
  ]
}

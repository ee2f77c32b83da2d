import type { RibbonData } from './types.ts'

/** Ribbons are drawn in a box of this size, which the page stretches; strokes keep their width. */
export const boxWidth = 1000
export const boxHeight = 100

export interface RibbonPaths {
  /** The curve of what is trained, and of what is to come. */
  readonly done: string
  readonly planned: string
  /** The same, closed down to the rate 0. */
  readonly doneArea: string
  readonly plannedArea: string
  /** Every second cycle, as one path of rectangles. */
  readonly bands: string
  /** Of `now`, in 0..boxWidth; undefined before the first step and after the last. */
  readonly now: number | undefined
}

export const xOf = (step: number, totalSteps: number): number =>
  totalSteps <= 1 ? 0 : (boxWidth * Math.min(Math.max(step, 0), totalSteps - 1)) / (totalSteps - 1)

/** The height of a rate in the box: 0 at the bottom, the highest rate a little below the top. */
export function yScale(rates: readonly number[]): (rate: number) => number {
  const top = rates.reduce((most, rate) => Math.max(most, rate), 0)
  return (rate) => (top > 0 ? boxHeight - (boxHeight * 0.96 * Math.max(rate, 0)) / top : boxHeight)
}

const fixed = (value: number): string => value.toFixed(1)

export function ribbonPaths(data: RibbonData): RibbonPaths {
  const { steps, rates, totalSteps, stepsDone } = data
  const y = yScale(rates)
  const at = (x: number, rate: number) => `${fixed(x)} ${fixed(y(rate))}`
  const points = steps.map((step, i) => ({ step, text: at(xOf(step, totalSteps), rates[i] ?? 0) }))
  // The rate of a plan of one step is that of all of it.
  if (totalSteps === 1) points.push({ step: 0, text: at(boxWidth, rates[0] ?? 0) })
  const cut = points.findIndex(({ step }) => step >= stepsDone)
  const split = cut === -1 ? points.length : cut
  // The two parts share a point, so that the line has no gap at "now".
  const done = points.slice(0, split)
  const planned = points.slice(Math.max(0, split - 1))
  return {
    done: stepsDone > 0 ? lineOf(done) : '',
    planned: split < points.length ? lineOf(planned) : '',
    doneArea: stepsDone > 0 ? areaOf(done) : '',
    plannedArea: split < points.length ? areaOf(planned) : '',
    bands: bandsOf(data),
    now: stepsDone > 0 && stepsDone < totalSteps ? xOf(stepsDone, totalSteps) : undefined,
  }
}

type PathPoint = { readonly text: string }

const lineOf = (points: readonly PathPoint[]): string =>
  points.length === 0 ? '' : `M${points.map(({ text }) => text).join('L')}`

function areaOf(points: readonly PathPoint[]): string {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return ''
  const x = ({ text }: PathPoint): string => text.slice(0, text.indexOf(' '))
  return `${lineOf(points)}L${x(last)} ${boxHeight}L${x(first)} ${boxHeight}Z`
}

/** Cycles narrower than this would shade everything alike. */
const narrowestBand = 3

function bandsOf({ cycles, totalSteps }: RibbonData): string {
  if (cycles.length < 2 || boxWidth / cycles.length < narrowestBand) return ''
  return cycles
    .filter(({ index }) => index % 2 === 1)
    .map(({ start, end }) => {
      const from = xOf(start, totalSteps)
      return `M${fixed(from)} 0H${fixed(xOf(end, totalSteps))}V${boxHeight}H${fixed(from)}Z`
    })
    .join('')
}

/** Zero-length strokes with round ends: dots that a stretched box leaves round. */
export function dotPath(data: RibbonData, states: readonly string[]): string {
  const y = yScale(data.rates)
  return data.dots
    .filter(({ state }) => states.includes(state))
    .map(({ step, rate }) => `M${fixed(xOf(step, data.totalSteps))} ${fixed(y(rate))}h0`)
    .join('')
}

import { rateText } from '../numberText.ts'
import type { RateTestSettings } from '../run/rateTest.ts'
import { hasFallen, noiseOf, risen, shapeOf } from './curveShape.ts'
import type { RateStopReason } from './rateStop.ts'
import { type KeptCurve, leastOf, type RateSuggestions } from './rateSuggestions.ts'
import { rateMarks } from './rateWords.ts'

/*
 * What makes the suggestions of a range test doubtful, said rather than guessed around. All but the last two are read off
 * the part of the smoothed loss from which the suggestions come.
 */

/**
 * tooFew: hardly any points were left. flat: the loss hardly falls. lateStart: it fell before the suggestions begin to look.
 * earlySpike: it rises before it falls. pastLeast: a suggestion lies where the loss rises already. cutShort: the highest rate
 * came before the loss rose. unfinished: it was ended by hand or broke off. notFinite: the loss was no number.
 */
export type RateWarningKind =
  | 'tooFew'
  | 'flat'
  | 'lateStart'
  | 'earlySpike'
  | 'pastLeast'
  | 'cutShort'
  | 'unfinished'
  | 'notFinite'

export interface RateWarning {
  readonly kind: RateWarningKind
  /** One sentence. */
  readonly text: string
}

export interface WarnedTest {
  readonly settings: RateTestSettings
  readonly kept: KeptCurve
  readonly suggestions: RateSuggestions
  /** Smoothed losses of all steps up to the stop. */
  readonly smoothed: ArrayLike<number>
  /** Losses by step as they were, up to the stop. */
  readonly raw: readonly number[]
  readonly lrs: ArrayLike<number>
  readonly stop: { readonly step: number; readonly why: RateStopReason } | null
  /** Whether no more points come. */
  readonly ended: boolean
}

/** Slide looks at sixteen. */
const fewest = 20
/** A rise before the least loss, as a part of the fall. */
const spike = 0.2

export function warningsOf(test: WarnedTest): RateWarning[] {
  const checks = [notFinite, unfinished, tooFew, flat, lateStart, earlySpike, pastLeast, cutShort]
  return checks.flatMap((check) => check(test) ?? [])
}

function tooFew(test: WarnedTest): RateWarning | undefined {
  const { kept, ended } = test
  if (!ended || kept.losses.length >= fewest) return undefined
  const points = `${kept.losses.length} ${kept.losses.length === 1 ? 'point is' : 'points are'}`
  return {
    kind: 'tooFew',
    text: `Only ${points} left after the first tenth and the last five are dropped, too few to tell a rate from noise${unfinished(test) === undefined ? ': take more steps, or a lower highest rate' : ''}.`,
  }
}

function flat(test: WarnedTest): RateWarning | undefined {
  const { kept } = test
  if (kept.losses.length < fewest || falls(test, kept.losses) || falls(test, test.smoothed)) return undefined
  const { first, fall } = shapeOf(kept.losses)
  return {
    kind: 'flat',
    text: `The loss hardly falls anywhere (from ${lossText(first)} to ${lossText(first - fall)}), so every suggestion is chance: widen the rates, take more steps, or see whether the model can learn this data.`,
  }
}

function falls({ raw, settings }: WarnedTest, losses: ArrayLike<number>): boolean {
  return hasFallen(Array.from(losses), noiseOf(raw, settings.smoothing))
}

function lateStart(test: WarnedTest): RateWarning | undefined {
  const { kept, smoothed, settings } = test
  if (kept.losses.length < fewest || !falls(test, smoothed)) return undefined
  if (shapeOf(Array.from(smoothed)).fall < 2 * shapeOf(kept.losses).fall) return undefined
  return {
    kind: 'lateStart',
    text: `Most of the fall lies in the first tenth of the steps, which the suggestions leave out: test again ${settings.ramp === 'linear' ? `up to a lower rate than ${rateText(settings.to)}, or with an exponential ramp` : `from a lower rate than ${rateText(settings.from)}`}.`,
  }
}

function earlySpike({ kept: { lrs, losses } }: WarnedTest): RateWarning | undefined {
  if (losses.length < fewest) return undefined
  const { least, fall } = shapeOf(losses)
  let low = Number.POSITIVE_INFINITY
  let at = -1
  let height = 0
  losses.slice(0, least).forEach((loss, i) => {
    low = Math.min(low, loss)
    if (loss - low <= height) return
    at = i
    height = loss - low
  })
  if (at === -1 || height <= spike * (fall + height)) return undefined
  return {
    kind: 'earlySpike',
    text: `The loss rises by ${lossText(height)} up to a rate of ${rateText(lrs[at] ?? 0)} before it falls to its least: what is steepest after it may be the spike falling back, so trust the valley more, or test again with another seed.`,
  }
}

function pastLeast(test: WarnedTest): RateWarning | undefined {
  const { kept, suggestions } = test
  const { lrs, losses } = kept
  const least = lrs[leastOf(losses)]
  if (losses.length < fewest || least === undefined || flat(test) !== undefined) return undefined
  const past = (['valley', 'steep', 'slide'] as const).filter((mark) => (suggestions[mark] ?? 0) > least)
  if (past.length === 0) return undefined
  const names = past.map((mark) => rateMarks[mark].label.toLowerCase())
  const subject = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return {
    kind: 'pastLeast',
    text: `The ${subject} ${names.length === 1 ? 'lies' : 'lie'} beyond the rate with the least loss, ${rateText(least)}, where the loss rises already: take the minimum or Smith's bounds, or begin the test at a lower rate.`,
  }
}

function cutShort({ kept: { losses }, settings, stop, ended, raw }: WarnedTest): RateWarning | undefined {
  if (!ended || stop !== null || raw.length < settings.steps || losses.length < fewest) return undefined
  const { fall, rise } = shapeOf(losses)
  if (rise > risen * fall) return undefined
  return {
    kind: 'cutShort',
    text: `The loss had not risen again at the highest rate, ${rateText(settings.to)}, so the minimum, the slide and the upper bound lie higher or are not to be seen: test again up to ${rateText(settings.to * 10)}.`,
  }
}

function unfinished({ settings, stop, ended, raw, lrs }: WarnedTest): RateWarning | undefined {
  if (!ended || stop !== null || raw.length >= settings.steps) return undefined
  const where =
    raw.length === 0 ? 'before its first step' : `at a rate of ${rateText(lrs[raw.length - 1] ?? 0)}`
  return {
    kind: 'unfinished',
    text: `The test was ended ${where}, of ${rateText(settings.to)}, so what it would have seen beyond is missing.`,
  }
}

function notFinite({ stop, lrs }: WarnedTest): RateWarning | undefined {
  if (stop?.why !== 'notFinite') return undefined
  return {
    kind: 'notFinite',
    text: `The loss was no number any more after step ${stop.step + 1}, at a rate of ${rateText(lrs[stop.step] ?? 0)}: the test ended there, and only what came before counts.`,
  }
}

const lossText = (loss: number): string => loss.toPrecision(3)

import { type RefObject, useMemo, useRef } from 'react'
import type { SeriesAnswer, Smoothing } from '../../../shared/api/series.ts'
import type { ChartSeries } from '../../charts/types.ts'
import { useOnScreen } from '../../charts/useOnScreen.ts'
import { count, percent } from '../../format/format.ts'
import { mostPoints } from './scene.ts'
import type { SeriesRequest, Views } from './seriesFeed.ts'
import type { Scene } from './useScene.ts'
import type { XMap } from './xMap.ts'

export const notSmoothed: Smoothing = { kind: 'none' }

export function useSeen(): readonly [RefObject<HTMLDivElement | null>, boolean] {
  const ref = useRef<HTMLDivElement>(null)
  return [ref, useOnScreen(ref)]
}

/** What one chart asks of its series over the scene's window: as stored, and smoothed where the user wants it. */
export function useRequests(
  { range }: Scene,
  series: readonly string[],
  smoothing: Smoothing = notSmoothed,
): readonly SeriesRequest[] {
  const names = series.join()
  return useMemo(() => {
    const request = { series: names.split(','), ...range, points: mostPoints }
    const raw: SeriesRequest = { ...request, slot: 'raw', smoothing: notSmoothed }
    return smoothing.kind === 'none' ? [raw] : [raw, { ...request, slot: 'smooth', smoothing }]
  }, [range, names, smoothing])
}

export const answerOf = (views: Views, slot: string, name: string): SeriesAnswer | undefined =>
  views.get(slot)?.find((answer) => answer.name === name)

export function lineOf(
  answer: SeriesAnswer | undefined,
  map: Pick<XMap, 'toX'>,
  look: Pick<ChartSeries, 'id' | 'label'> & Partial<ChartSeries>,
): ChartSeries {
  return { ...look, x: answer?.steps.map(map.toX) ?? [], y: answer?.values ?? [] }
}

/** The measured line of training: smoothed with what is stored pale behind it, or as stored. */
export function trainingLines(
  views: Views,
  name: string,
  smoothing: Smoothing,
  map: XMap,
  color: string,
): ChartSeries[] {
  const raw = lineOf(answerOf(views, 'raw', name), map, { id: 'train', label: 'train', color })
  if (smoothing.kind === 'none') return [raw]
  return [
    { ...raw, id: 'raw', label: 'train, as measured', faint: true },
    lineOf(answerOf(views, 'smooth', name), map, { id: 'train', label: 'train', color }),
  ]
}

/** A tick of an accuracy axis: a digit after the point only where it says something. */
export const roundPercent = (value: number): string =>
  percent(value, Number.isInteger(Number((100 * value).toFixed(3))) ? 0 : 1)

/** Steps that a smoothed value speaks for, about. */
export const stepsAveraged = (smoothing: Smoothing): number => {
  if (smoothing.kind === 'none') return 1
  return smoothing.kind === 'window' ? smoothing.steps : Math.round(1 / (1 - smoothing.weight))
}

/** "about 10 steps": what a smoothed value is the mean of. */
export function smoothingWords(smoothing: Smoothing): string {
  if (smoothing.kind === 'none') return 'as measured'
  const about = smoothing.kind === 'ema' ? 'about ' : ''
  return `${about}${count(stepsAveraged(smoothing))} steps`
}

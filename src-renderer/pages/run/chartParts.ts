import { type RefObject, useMemo, useRef } from 'react'
import { z } from 'zod'
import type { SeriesAnswer, Smoothing } from '../../../shared/api/series.ts'
import type { ChartAxis, ChartFrame, ChartSeries } from '../../charts/types.ts'
import { useOnScreen } from '../../charts/useOnScreen.ts'
import { count, loss } from '../../format/format.ts'
import { tickNumbers } from '../../format/numberList.ts'
import { inMeasure, type ScoreMeasure } from '../../format/scoreMeasure.ts'
import { trainLook } from './lineLooks.ts'
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
  { range }: Pick<Scene, 'range'>,
  series: readonly string[],
  smoothing: Smoothing = notSmoothed,
): readonly SeriesRequest[] {
  const names = JSON.stringify(series)
  return useMemo(() => {
    const request = { series: z.array(z.string()).parse(JSON.parse(names)), ...range, points: mostPoints }
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
  map: Pick<XMap, 'toX'>,
): ChartSeries[] {
  const raw = lineOf(answerOf(views, 'raw', name), map, trainLook)
  if (smoothing.kind === 'none') return [raw]
  const behind = { ...raw, id: 'raw', entry: trainLook.id, label: 'training, as measured', faint: true }
  return [behind, lineOf(answerOf(views, 'smooth', name), map, trainLook)]
}

/** A line of accuracies, told as the user prefers it. */
export const lineInMeasure = (line: ChartSeries, measure: ScoreMeasure): ChartSeries =>
  measure === 'accuracy' ? line : { ...line, y: line.y.map((value) => inMeasure(value, measure)) }

/* The axes of what is measured; `frame` as the page has it for all its charts. */

export const lossAxis = (frame: ChartFrame, scale: 'linear' | 'log' = 'linear'): ChartAxis => ({
  label: 'nats',
  unit: 'nats',
  format: loss,
  tick: tickNumbers,
  scale,
  frame,
})

export const scoreAxis = (frame: ChartFrame): ChartAxis => ({ label: '', share: true, frame })

export const speedAxis = (frame: ChartFrame): ChartAxis => ({
  label: 'examples/s',
  unit: 'examples/s',
  format: count,
  tick: tickNumbers,
  whole: true,
  frame,
})

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

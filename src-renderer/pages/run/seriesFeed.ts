import type { SeriesAnswer, Smoothing } from '../../../shared/api/series.ts'

/*
 * Views of a run's series, kept up to date as it trains: one question under way at a time, none for a view that cannot have
 * changed, and the last answer kept until the next is there. It knows neither React nor the network, so that its pace can
 * be tested by a clock.
 */

export interface SeriesRequest {
  /** What the view is for: its answer stands until the next one for the same slot, also when the window has moved. */
  readonly slot: string
  readonly series: readonly string[]
  /** Both included; the whole series when absent. */
  readonly fromStep?: number
  readonly toStep?: number
  readonly points: number
  readonly smoothing: Smoothing
}

/** How far the run is: steps done, and in which attempt, since a resumed run may train steps again. */
export interface Edge {
  readonly attempt: number
  readonly stepsDone: number
}

export type Views = ReadonlyMap<string, readonly SeriesAnswer[]>

export interface FeedState {
  /** By slot. */
  readonly views: Views
  /** Why the last question was not answered; undefined once one was. */
  readonly error: unknown
}

interface Io {
  readonly ask: (requests: readonly SeriesRequest[]) => Promise<readonly (readonly SeriesAnswer[])[]>
  readonly clock: () => number
  /** Calls back after that many milliseconds, unless the returned function is called before. */
  readonly later: (milliseconds: number, callback: () => void) => () => void
}

export interface SeriesFeed {
  /** Asks for what is not there or no longer right; nothing while `awake` is false. */
  want(requests: readonly SeriesRequest[], edge: Edge, awake: boolean): void
  subscribe(listener: () => void): () => void
  state(): FeedState
}

/** Between two questions about the same window: four a second. */
const leastInterval = 250
const retryAfter = 2_000

interface Held {
  readonly key: string
  readonly version: string
  readonly smoothing: string
  readonly answers: readonly SeriesAnswer[]
}

export function createSeriesFeed({ ask, clock, later }: Io): SeriesFeed {
  let wanted: readonly SeriesRequest[] = []
  let edge: Edge = { attempt: 0, stepsDone: 0 }
  let isAwake = false
  let isAsking = false
  let lastAsked = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | undefined
  let held: ReadonlyMap<string, Held> = new Map()
  let state: FeedState = { views: new Map(), error: undefined }
  const listeners = new Set<() => void>()

  const publish = (error: unknown): void => {
    state = { views: new Map([...held].map(([slot, { answers }]) => [slot, answers])), error }
    for (const listener of listeners) listener()
  }
  const wait = (milliseconds: number): void => {
    cancelTimer?.()
    cancelTimer = later(milliseconds, () => {
      cancelTimer = undefined
      look()
    })
  }
  const look = (): void => {
    if (isAsking || !isAwake) return
    const stale = wanted.filter((request) => {
      const there = held.get(request.slot)
      return there?.key !== keyOf(request) || there.version !== versionOf(request, edge)
    })
    if (stale.length === 0) return
    const isMoved = stale.some((request) => held.get(request.slot)?.key !== keyOf(request))
    const rest = lastAsked + (state.error === undefined ? leastInterval : retryAfter) - clock()
    if (rest > 0 && (!isMoved || state.error !== undefined)) wait(rest)
    else question(quickOnes(stale))
  }
  /** A smoothing that is new takes the host a while for a very long series: what it has at hand is not kept waiting for that. */
  const quickOnes = (stale: readonly SeriesRequest[]): readonly SeriesRequest[] => {
    const quick = stale.filter(
      ({ slot, smoothing }) => smoothing.kind === 'none' || held.get(slot)?.smoothing === nameOf(smoothing),
    )
    return quick.length > 0 ? quick : stale
  }
  const question = (requests: readonly SeriesRequest[]): void => {
    isAsking = true
    lastAsked = clock()
    const askedAt = edge
    ask(requests).then(
      (answers) => {
        isAsking = false
        const slots = new Set(wanted.map(({ slot }) => slot))
        const news = requests.map((request, i): [string, Held] => [
          request.slot,
          {
            key: keyOf(request),
            version: versionOf(request, askedAt),
            smoothing: nameOf(request.smoothing),
            answers: answers[i] ?? [],
          },
        ])
        held = new Map([...held, ...news].filter(([slot]) => slots.has(slot)))
        publish(undefined)
        look()
      },
      (error: unknown) => {
        isAsking = false
        publish(error)
        look()
      },
    )
  }

  return {
    want(requests, at, awake) {
      wanted = requests
      edge = at
      isAwake = awake
      if (!awake) {
        cancelTimer?.()
        cancelTimer = undefined
      }
      look()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
  }
}

const nameOf = (smoothing: Smoothing): string => JSON.stringify(smoothing)

const keyOf = ({ slot: _slot, ...request }: SeriesRequest): string => JSON.stringify(request)

/** Changes when the answer may: a window that is trained through stays as it is, however far the run goes on. */
function versionOf({ toStep, smoothing }: SeriesRequest, { attempt, stepsDone }: Edge): string {
  // A centred average looks ahead by half its length.
  const ahead = smoothing.kind === 'window' ? Math.ceil(smoothing.steps / 2) : 0
  const isOver = toStep !== undefined && toStep + ahead < stepsDone
  return isOver ? `${attempt}` : `${attempt}.${stepsDone}`
}

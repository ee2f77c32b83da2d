import { useDocumentVisibility } from '@mantine/hooks'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { api } from '../../client.ts'
import { createSeriesFeed, type Edge, type FeedState, type SeriesRequest } from './seriesFeed.ts'

/**
 * Views of a run's series by slot, live. Nothing is asked while the page is hidden or `isSeen` is false.
 * @param requests the same array for the same views
 */
export function useSeriesViews(
  runId: string,
  requests: readonly SeriesRequest[],
  { attempt, stepsDone }: Edge,
  isSeen: boolean,
): FeedState {
  const [feed] = useState(() =>
    createSeriesFeed({
      ask: (wanted) =>
        Promise.all(
          wanted.map(({ slot: _slot, series, ...view }) =>
            api.series.view.query({ runId, series: [...series], ...view }),
          ),
        ),
      clock: () => performance.now(),
      later: (milliseconds, callback) => {
        const timer = setTimeout(callback, milliseconds)
        return () => clearTimeout(timer)
      },
    }),
  )
  const isVisible = useDocumentVisibility() === 'visible'
  useEffect(() => {
    feed.want(requests, { attempt, stepsDone }, isVisible && isSeen)
  }, [feed, requests, attempt, stepsDone, isVisible, isSeen])
  // A chart that is gone asks no more.
  useEffect(() => () => feed.want([], { attempt: 0, stepsDone: 0 }, false), [feed])
  return useSyncExternalStore(feed.subscribe, feed.state)
}

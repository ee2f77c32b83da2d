import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, createWSClient, httpBatchLink, httpLink, splitLink, wsLink } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AppRouter } from '../shared/api/router.ts'
import { desktopPort } from './desktopPort.ts'
import { checkKey, HostSocket, hostFetch, socketAddress } from './hostKey.ts'
import { ipcLink } from './ipcLink.ts'

/** Queries are answered by the host in milliseconds; what they show is kept right by subscriptions, not by polling. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 5_000 } },
})

/** What takes the host a second or more: a batch is answered when all of it is, so these travel alone. */
const slow: ReadonlySet<string> = new Set([
  'lab.devices',
  'lab.deviceComparisons',
  'runs.estimate',
  'ensembles.averageWeights',
  'ensembles.saveWeightAverage',
])

/** In a browser: queries and mutations over HTTP, subscriptions over one WebSocket of the same origin. */
function browserLink() {
  const socket = createWSClient({ url: socketAddress, WebSocket: HostSocket, onClose: checkKey })
  return splitLink<AppRouter>({
    condition: ({ type }) => type === 'subscription',
    true: wsLink({ client: socket }),
    false: splitLink<AppRouter>({
      condition: ({ path }) => slow.has(path),
      // Queries travel as POST too: a model of the user's own, or the ids of thousands of runs, fit into no address.
      true: httpLink({ url: '/trpc', methodOverride: 'POST', fetch: hostFetch }),
      false: httpBatchLink({ url: '/trpc', methodOverride: 'POST', maxURLLength: 6_000, fetch: hostFetch }),
    }),
  })
}

/** In the desktop window everything goes over one port. */
const link = window.anneal === undefined ? browserLink() : ipcLink(desktopPort(window.anneal))

/** The host's procedures, called directly: `api.runs.resume.mutate({ id })`, `api.runs.watch.subscribe(...)`. */
export const api = createTRPCClient<AppRouter>({ links: [link] })

/** The same as options for TanStack Query: `useQuery(trpc.lab.about.queryOptions())`. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient })

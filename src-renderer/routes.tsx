import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { originKind } from '../shared/run/origin.ts'
import { choiceSearch } from './ensemble/choiceAddress.ts'
import { Frame } from './frame/Frame.tsx'
import { fetchFinder } from './frame/finder/Finder.tsx'
import { NotFound } from './frame/NotFound.tsx'
import { RouteError } from './frame/RouteError.tsx'
import { mistakesSearch } from './pages/mistakes/address.ts'

/*
 * The pages and what of their state lives in the address, so that a view can be reloaded, bookmarked and gone back to.
 * A malformed part of an address falls back to its default.
 */

/** Each page's code comes as it is needed, or before. */
const pages = {
  runs: () => import('./pages/runs/RunsPage.tsx'),
  newRun: () => import('./pages/new-run/NewRunPage.tsx'),
  run: () => import('./pages/run/RunPage.tsx'),
  compare: () => import('./pages/compare/ComparePage.tsx'),
  ensembles: () => import('./pages/ensembles/EnsemblesPage.tsx'),
  mistakes: () => import('./pages/mistakes/MistakesPage.tsx'),
  studies: () => import('./pages/studies/StudiesPage.tsx'),
  newStudy: () => import('./pages/studies/new/NewStudyPage.tsx'),
  study: () => import('./pages/studies/StudyPage.tsx'),
  data: () => import('./pages/data/DataPage.tsx'),
  workers: () => import('./pages/workers/WorkersPage.tsx'),
  sql: () => import('./pages/sql/SqlPage.tsx'),
  settings: () => import('./pages/settings/SettingsPage.tsx'),
}

/** Brings the code of all pages, so that none of them is waited for when it is opened. */
export async function fetchPages(): Promise<void> {
  // Where the host is lost, the page that is opened then says so.
  await Promise.allSettled([...Object.values(pages).map((fetch) => fetch()), fetchFinder()])
}

const root = createRootRoute({ component: Frame })

const runsSearch = z.object({
  /** The filter as typed, see pages/runs. */
  q: z.string().optional().catch(undefined),
  list: z.enum(['current', 'archived', 'deleted']).optional().catch(undefined),
  /** "-best,model": see pages/runs/view.ts. */
  sort: z.string().optional().catch(undefined),
})
const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: runsSearch,
  component: lazyRouteComponent(pages.runs, 'RunsPage'),
})

const newRunSearch = z.object({
  /** The run whose spec the form starts from. */
  from: z.string().optional().catch(undefined),
  /** What the new run takes of it besides the spec, and the steps done in the state taken: the last one when absent. */
  begin: originKind.optional().catch(undefined),
  step: z.int().min(1).optional().catch(undefined),
  /** The data set it starts with, by name or id. */
  data: z.string().optional().catch(undefined),
  /** The published schedule it starts with, by its id. */
  preset: z.string().optional().catch(undefined),
  /** Rates found for the run that it starts from, for its schedule. */
  high: z.number().positive().optional().catch(undefined),
  low: z.number().positive().optional().catch(undefined),
  /** Whether the panel that finds the rate is open, the range test it shows, and the snapshot that the next begins with. */
  find: z.boolean().optional().catch(undefined),
  test: z.string().optional().catch(undefined),
  snapshot: z.int().optional().catch(undefined),
})
const newRunRoute = createRoute({
  getParentRoute: () => root,
  path: '/new',
  validateSearch: newRunSearch,
  component: lazyRouteComponent(pages.newRun, 'NewRunPage'),
})

const runRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: z.object({
    /** The snapshot that is selected, by its id. */
    snapshot: z.int().optional().catch(undefined),
    /** Whether the ensemble is open, and what is chosen there. */
    ensemble: z.boolean().optional().catch(undefined),
    ...choiceSearch,
  }),
  component: lazyRouteComponent(pages.run, 'RunPage'),
})

const ids = z.array(z.string()).optional().catch(undefined)
const compareRoute = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: z.object({
    ids,
    baseline: z.string().optional().catch(undefined),
    /** See pages/compare. */
    x: z.enum(['step', 'epoch', 'time', 'part']).optional().catch(undefined),
    smooth: z.number().min(0).lt(1).optional().catch(undefined),
    hidden: ids,
    /** Places of the axis looked at. */
    zoom: z.tuple([z.number(), z.number()]).optional().catch(undefined),
    /** Settings that are the same in all runs, too. */
    all: z.boolean().optional().catch(undefined),
    /** Runs of other data sets, too. */
    others: z.boolean().optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.compare, 'ComparePage'),
})

const ensemblesRoute = createRoute({
  getParentRoute: () => root,
  path: '/ensembles',
  validateSearch: z.object({
    /** Runs whose snapshots are side by side. */
    runs: ids,
    /** A saved ensemble that is open. */
    open: z.int().optional().catch(undefined),
    ...choiceSearch,
  }),
  component: lazyRouteComponent(pages.ensembles, 'EnsemblesPage'),
})

const mistakesRoute = createRoute({
  getParentRoute: () => root,
  path: '/mistakes',
  validateSearch: mistakesSearch,
  component: lazyRouteComponent(pages.mistakes, 'MistakesPage'),
})

const studiesRoute = createRoute({
  getParentRoute: () => root,
  path: '/studies',
  component: lazyRouteComponent(pages.studies, 'StudiesPage'),
})

const newStudyRoute = createRoute({
  getParentRoute: () => root,
  path: '/studies/new',
  validateSearch: z.object({
    /** The run whose spec is the base. */
    from: z.string().optional().catch(undefined),
    /** The study whose spec the form starts with. */
    study: z.string().optional().catch(undefined),
    kind: z.enum(['sweep', 'budget', 'trunk']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.newStudy, 'NewStudyPage'),
})

const studyRoute = createRoute({
  getParentRoute: () => root,
  path: '/studies/$studyId',
  validateSearch: z.object({
    /** The setting whose curves are shown, as pages/studies/sweep names it. */
    setting: z.string().optional().catch(undefined),
    /** Of the table: "-validation" or "schedule.lrMax". */
    sort: z.string().optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.study, 'StudyPage'),
})

const dataRoute = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: z.object({
    /** The data set that is open, by its id. */
    open: z.string().optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.data, 'DataPage'),
})

const workersRoute = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  validateSearch: z.object({
    /** Whether the dialog that adds one is open. */
    add: z.literal(true).optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.workers, 'WorkersPage'),
})

const sqlRoute = createRoute({
  getParentRoute: () => root,
  path: '/sql',
  validateSearch: z.object({
    /** The statement. */
    q: z.string().max(20_000).optional().catch(undefined),
  }),
  component: lazyRouteComponent(pages.sql, 'SqlPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(pages.settings, 'SettingsPage'),
})

const routeTree = root.addChildren([
  runsRoute,
  newRunRoute,
  runRoute,
  compareRoute,
  ensemblesRoute,
  mistakesRoute,
  studiesRoute,
  newStudyRoute,
  studyRoute,
  dataRoute,
  workersRoute,
  sqlRoute,
  settingsRoute,
])

export const appRouter = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
  scrollToTopSelectors: ['#page'],
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof appRouter
  }
}

import { UserError } from '../../shared/errors.ts'
import type { Core } from '../core.ts'
import { averagedModel, ensembleAnswers, ensembleModels } from './files/ensembles.ts'
import { predictions } from './files/predictions.ts'
import { runDownload, runTable } from './files/runs.ts'
import { examplePictures, samples } from './files/samples.ts'
import { snapshotDownload } from './files/snapshots.ts'
import { sqlParquet } from './files/sql.ts'
import { studyTable } from './files/studies.ts'
import { plainAnswer } from './plainAnswer.ts'

/** Answers the addresses of shared/api/urls.ts; undefined for any other. */
export type FileDoor = (request: Request) => Promise<Response | undefined>

type Handler = (core: Core, groups: Readonly<Record<string, string>>, request: Request) => Promise<Response>

const routes: readonly { readonly path: RegExp; readonly handle: Handler }[] = [
  { path: /^\/data\/predictions\/(?<ids>[^/]+)\/(?<part>[^/]+)$/, handle: predictions },
  { path: /^\/data\/samples\/(?<dataset>[^/]+)\/(?<classIndex>[^/]+)\.png$/, handle: samples },
  { path: /^\/data\/examples\/(?<dataset>[^/]+)\/(?<indices>[^/]+)\.png$/, handle: examplePictures },
  { path: /^\/download\/runs\/(?<run>[^/]+)\/(?<format>[^/]+)$/, handle: runDownload },
  { path: /^\/download\/run-table\.(?<format>csv|parquet)$/, handle: runTable },
  { path: /^\/download\/snapshots\/(?<id>[^/]+)\/(?<format>[^/]+)$/, handle: snapshotDownload },
  { path: /^\/download\/ensemble\/predictions\.(?<format>csv|parquet|npy|npz)$/, handle: ensembleAnswers },
  { path: /^\/download\/ensemble\/(?<format>[^/]+)\.tar$/, handle: ensembleModels },
  { path: /^\/download\/ensemble\/ensemble\.(?<format>onnx)$/, handle: ensembleModels },
  { path: /^\/download\/sql\.parquet$/, handle: sqlParquet },
  { path: /^\/download\/studies\/(?<study>[^/]+)\.(?<format>csv|parquet)$/, handle: studyTable },
  { path: /^\/download\/averaged\/(?<format>[^/]+)$/, handle: averagedModel },
]

/** Whether an address is one of a file, whatever is behind it. */
export const isFileAddress = (pathname: string): boolean => routes.some(({ path }) => path.test(pathname))

/** Whatever a user's address got wrong is answered in one sentence, as text. */
export function createFiles(core: Core): FileDoor {
  return async (request) => {
    const { pathname } = new URL(request.url)
    for (const { path, handle } of routes) {
      const match = path.exec(pathname)
      if (match === null) continue
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const refusal = plainAnswer(405, 'This address can only be read.')
        refusal.headers.set('allow', 'GET, HEAD')
        return refusal
      }
      try {
        return await handle(core, { ...match.groups }, request)
      } catch (error) {
        if (error instanceof UserError) return plainAnswer(400, error.message)
        throw error
      }
    }
    return undefined
  }
}

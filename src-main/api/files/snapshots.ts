import { z } from 'zod'
import { snapshotDownloads, snapshotWeights } from '../../../shared/api/urls.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { exportSnapshot } from '../../export/snapshot.ts'
import { download, fileNameOf, idInPath, lookUp } from './answers.ts'
import { tarFile, tarOf } from './tar.ts'

const address = z.object({ id: idInPath, format: z.enum(snapshotDownloads) })
const query = z.object({ weights: z.enum(snapshotWeights).default('own') })

export async function snapshotDownload(
  { store }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const { id, format } = parseOrExplain(address, groups, 'reading the address of a snapshot')
  const asked = Object.fromEntries(new URL(request.url).searchParams)
  const { weights } = parseOrExplain(query, asked, 'reading the address of a snapshot')
  const looked = lookUp(() => store.read.snapshot(id))
  if ('missing' in looked) return looked.missing
  const { runId, cycle, createdAt } = looked.found
  const name = `${fileNameOf(store.read.run(runId).name, runId)}-cycle-${cycle}${weights === 'own' ? '' : '-average'}`
  const files = exportSnapshot(store, id, format, weights)
  if (format === 'safetensors')
    return download(
      `${name}.safetensors`,
      'application/octet-stream',
      files.flatMap(({ chunks }) => chunks),
    )
  if (format === 'onnx')
    return download(
      `${name}.onnx`,
      'application/octet-stream',
      files.flatMap(({ chunks }) => chunks),
    )
  const inTar = files.map((file) => tarFile(`${name}/${file.name}`, file.chunks))
  return download(`${name}-tfjs.tar`, 'application/x-tar', tarOf(inTar, new Date(createdAt)))
}

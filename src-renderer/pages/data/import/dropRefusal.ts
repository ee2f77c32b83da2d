import { mostUploadBytes, mostUploadFiles } from '../../../../shared/api/dataUploads.ts'
import { counted } from '../../../format/format.ts'

/** Why files that were dropped together cannot be sent to the host; undefined where they can. @param bytes of all */
export function refusalOf(files: readonly { readonly place: string }[], bytes: number): string | undefined {
  if (files.length === 0) return 'The folder that was dropped is empty.'
  // On the host they lie in one folder, where two of a name would become one.
  const places = new Set<string>()
  const twice = files.find(({ place }) => places.size === places.add(place).size)
  if (twice !== undefined)
    return `Two files called ${twice.place} were dropped, from different folders; drop the folder that holds both.`
  if (files.length <= mostUploadFiles && bytes <= mostUploadBytes) return undefined
  return `${counted(files.length, 'file')} of ${Math.ceil(bytes / 2 ** 20)} MiB were dropped; a page can send at most ${mostUploadFiles} files of together ${mostUploadBytes / 2 ** 30} GiB. Copy them to the machine that Anneal runs on, and give their path.`
}

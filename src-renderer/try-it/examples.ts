import { mostBytes, mostFiles } from '../../shared/api/predictions.ts'
import { counted } from '../format/format.ts'

/** A file to ask about, under the name that the answers bear. */
export interface Example {
  readonly name: string
  readonly content: Blob
}

/** A drop says where in its folder a file lies by `path`, a dialog by `webkitRelativePath`. */
export type GivenFile = File & { readonly path?: string }

/**
 * Files as a drop or a dialog gives them, named and ordered as the command line does with a folder: by the path within it,
 * files before folders. What hides, such as a folder's settings, is no example.
 */
export function examplesOf(files: readonly GivenFile[]): Example[] {
  const shown = files
    .map((content) => ({ parts: pathOf(content).split('/'), content }))
    .filter(({ parts }) => !parts.some((part) => part.startsWith('.')))
  const [folder] = shown[0]?.parts ?? []
  const isOneFolder = shown.every(({ parts }) => parts.length > 1 && parts[0] === folder)
  return shown
    .map(({ parts, content }) => ({ parts: isOneFolder ? parts.slice(1) : parts, content }))
    .sort((a, b) => order(a.parts, b.parts))
    .map(({ parts, content }) => ({ name: parts.join('/'), content }))
}

const pathOf = ({ path, webkitRelativePath, name }: GivenFile): string =>
  (path || webkitRelativePath || name).replace(/^\.?\//, '')

function order(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, i) => part !== b[i])
  if (at < 0) return a.length - b.length
  const folders = Number(at < a.length - 1) - Number(at < b.length - 1)
  if (folders !== 0) return folders
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1
}

export const bytesOf = (examples: readonly Example[]): number =>
  examples.reduce((sum, { content }) => sum + content.size, 0)

/** Why these cannot be sent, if they cannot. */
export function refusalOf(examples: readonly Example[]): Error | undefined {
  if (examples.length === 0)
    return new Error('While taking the files: there is no file in what was given; choose another folder.')
  const isTooMany = examples.length > mostFiles
  if (!isTooMany && bytesOf(examples) <= mostBytes) return undefined
  const received = isTooMany
    ? counted(examples.length, 'file')
    : `${Math.ceil(bytesOf(examples) / 2 ** 20)} MiB`
  return new Error(
    `While taking the files: at most ${mostFiles} files of together ${mostBytes / 2 ** 20} MiB can be sent (received ${received}); give the path of their folder instead, or send fewer.`,
  )
}

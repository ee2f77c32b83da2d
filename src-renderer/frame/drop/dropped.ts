/** A file that was dropped, with its way from what was dropped: "cats/1.png". */
export interface DroppedFile {
  readonly place: string
  readonly file: File
}

/** What a person let go over the window. */
export interface Dropped {
  /** The files and folders themselves. */
  readonly tops: readonly { readonly name: string; readonly isFolder: boolean }[]
  /** Where these lie, in the desktop window; a page in a browser is not told. */
  readonly paths: readonly string[] | undefined
  /** Every file of them, hidden ones left out. */
  files(): Promise<readonly DroppedFile[]>
}

/**
 * Must be asked while the event is at hand: afterwards a browser forgets what was dropped.
 * @returns undefined where no files were dropped, but text or a link
 */
export function droppedOf(transfer: DataTransfer): Dropped | undefined {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  if (items.length === 0) return undefined
  const bridge = window.anneal
  const files = items.map((item) => item.getAsFile())
  const entries = items.flatMap((item) => item.webkitGetAsEntry() ?? [])
  const paths = bridge && files.flatMap((file) => (file === null ? [] : bridge.pathForFile(file) || []))
  const loose = files.flatMap((file) => (file === null ? [] : [{ name: file.name, isFolder: false }]))
  return {
    tops:
      entries.length > 0 ? entries.map(({ name, isDirectory }) => ({ name, isFolder: isDirectory })) : loose,
    paths: paths !== undefined && paths.length > 0 ? paths : undefined,
    async files() {
      if (entries.length > 0) return (await Promise.all(entries.map((entry) => walk(entry, '')))).flat()
      return files.flatMap((file) => (file === null ? [] : [{ place: file.name, file }]))
    },
  }
}

/** Every file of an entry, hidden ones left out. @param before the way to the entry, with its slash */
export async function walk(entry: FileSystemEntry, before: string): Promise<DroppedFile[]> {
  if (entry.name.startsWith('.')) return []
  const place = `${before}${entry.name}`
  if (isFile(entry)) return [{ place, file: await new Promise<File>((done, fail) => entry.file(done, fail)) }]
  if (!isFolder(entry)) return []
  const reader = entry.createReader()
  const found: DroppedFile[] = []
  for (;;) {
    // A folder is told a hundred entries at a time.
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail))
    if (some.length === 0) return found
    for (const each of some) found.push(...(await walk(each, `${place}/`)))
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

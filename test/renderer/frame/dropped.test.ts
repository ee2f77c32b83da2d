import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walk } from '../../../src-renderer/frame/drop/dropped.ts'

/*
 * Entries as browsers give them (File and Directory Entries API): a folder is told a hundred entries at a time, and is at
 * its end when none come.
 */

const atATime = 100

class Entry implements FileSystemEntry {
  readonly isFile: boolean = false
  readonly isDirectory: boolean = false
  readonly name: string
  readonly fullPath: string
  constructor(name: string) {
    this.name = name
    this.fullPath = `/${name}`
  }
  get filesystem(): FileSystem {
    return assert.fail('nothing is looked up by its file system')
  }
  getParent(): void {
    assert.fail('no one looks upwards')
  }
}

class FileEntry extends Entry implements FileSystemFileEntry {
  override readonly isFile = true
  file(done: FileCallback): void {
    done(new File([this.name], this.name))
  }
}

class FolderEntry extends Entry implements FileSystemDirectoryEntry {
  override readonly isDirectory = true
  readonly #inside: readonly FileSystemEntry[]
  constructor(name: string, inside: readonly FileSystemEntry[]) {
    super(name)
    this.#inside = inside
  }
  getDirectory(): void {
    assert.fail('nothing is looked up by its path')
  }
  getFile(): void {
    assert.fail('nothing is looked up by its path')
  }
  createReader(): FileSystemDirectoryReader {
    let from = 0
    return {
      readEntries: (done) => {
        from += atATime
        done(this.#inside.slice(from - atATime, from))
      },
    }
  }
}

const fileEntry = (name: string): FileSystemEntry => new FileEntry(name)
const folderEntry = (name: string, inside: readonly FileSystemEntry[]): FileSystemEntry =>
  new FolderEntry(name, inside)

test('every file of a dropped folder is found, however many, with its way from what was dropped', async () => {
  const names = Array.from({ length: 250 }, (_, i) => `${i}.png`)
  const cats = folderEntry('cats', names.map(fileEntry))
  const found = await walk(folderEntry('pets', [cats, fileEntry('notes.txt'), folderEntry('none', [])]), '')
  assert.deepEqual(
    found.map(({ place }) => place),
    [...names.map((name) => `pets/cats/${name}`), 'pets/notes.txt'],
  )
  assert.equal(await found.at(-1)?.file.text(), 'notes.txt')
})

test('hidden files and folders are left out', async () => {
  const hidden = folderEntry('.git', [fileEntry('config')])
  const found = await walk(folderEntry('pets', [hidden, fileEntry('.DS_Store'), fileEntry('1.png')]), '')
  assert.deepEqual(
    found.map(({ place }) => place),
    ['pets/1.png'],
  )
})

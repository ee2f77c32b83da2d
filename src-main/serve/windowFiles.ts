import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/**
 * The built window as it lies in a folder. A path without a file name is one of the window's own pages and gets
 * index.html.
 */
export function createWindowFiles(folder: string): (request: Request) => Promise<Response | undefined> {
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    const segments = segmentsOf(new URL(url).pathname)
    if (segments === undefined) return undefined
    const isPage = path.extname(segments.at(-1) ?? '') === ''
    const file = path.join(folder, ...(isPage ? ['index.html'] : segments))
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const headers = {
      'content-type': types[path.extname(file)] ?? 'application/octet-stream',
      'content-length': String(found.size),
      // What lies in assets/ has the hash of its content in its name.
      'cache-control': segments[0] === 'assets' ? 'public, max-age=31536000, immutable' : 'no-cache',
    }
    return new Response(method === 'HEAD' ? null : Readable.toWeb(createReadStream(file)), { headers })
  }
}

/** Undefined for a path that could leave the folder: hidden names, "..", separators in disguise. */
function segmentsOf(pathname: string): string[] | undefined {
  const segments: string[] = []
  for (const encoded of pathname.split('/').filter((segment) => segment !== '')) {
    if (!/^[\w-][\w.-]*$/.test(encoded)) return undefined
    segments.push(encoded)
  }
  return segments
}

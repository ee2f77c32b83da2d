import { randomUUID, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { UserError, wordsOf } from '../../shared/errors.ts'

/** What workers know their host by, and its key. */
export interface HostCertificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
  /** Of the certificate in DER form, hexadecimal: what is pinned. */
  readonly sha256: string
}

const years = 20

/**
 * The certificate of a lab, made when it is first asked for; of two programs that ask at once both get the same. It is
 * signed by itself: workers know it by its sha256, which came with the command that they were joined by, and look at no name.
 * @param folder `<home>/workers`  @throws UserError where it cannot be read or written
 */
export async function hostCertificate(folder: string): Promise<HostCertificate> {
  const tls = path.join(folder, 'tls')
  try {
    return (await readFrom(tls)) ?? (await make(folder, tls))
  } catch (error) {
    throw new UserError(
      `While preparing the host's certificate: ${tls} cannot be read or written (${wordsOf(error)}); mend that, or take the folder away, after which every worker has to join again.`,
      { cause: error },
    )
  }
}

const filesIn = (tls: string) => ({
  certFile: path.join(tls, 'certificate.pem'),
  keyFile: path.join(tls, 'key.pem'),
})

async function readFrom(tls: string): Promise<HostCertificate | undefined> {
  const files = filesIn(tls)
  try {
    const [cert, key] = await Promise.all([readFile(files.certFile, 'utf8'), readFile(files.keyFile, 'utf8')])
    return { cert, key, ...files, sha256: fingerprintOf(cert) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Beside its place, and moved there whole: a folder that has something in it is never replaced. */
async function make(folder: string, tls: string): Promise<HostCertificate> {
  const beside = path.join(folder, `tls-${randomUUID()}`)
  await mkdir(beside, { recursive: true, mode: 0o700 })
  // It takes a tenth of a second to load, and only a lab's first worker needs it.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'Anneal host' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + years * 365 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: hostname() },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  const files = filesIn(beside)
  await writeFile(files.keyFile, made.private, { mode: 0o600, flush: true })
  await writeFile(files.certFile, made.cert, { flush: true })
  try {
    await rename(beside, tls)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    // Another program was quicker.
    const theirs = await readFrom(tls)
    if (theirs === undefined) throw error
    return theirs
  }
  return { cert: made.cert, key: made.private, ...filesIn(tls), sha256: fingerprintOf(made.cert) }
}

const fingerprintOf = (cert: string): string =>
  new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()

import { execFile } from 'node:child_process'

export interface Answer {
  /** null: ended by a signal. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a line of shell. */
export function sh(script: string, env: NodeJS.ProcessEnv = process.env): Promise<Answer> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error?.code
      resolve({ status: error === null ? 0 : typeof code === 'number' ? code : null, stdout, stderr })
    })
  })
}

export async function shOrThrow(script: string): Promise<void> {
  const { status, stderr } = await sh(script)
  if (status !== 0) throw new Error(`${script}: ${stderr.trim()}`)
}

import path from 'node:path'
import envPaths from 'env-paths'

/** The folder of a user's data: ANNEAL_HOME, or the platform's. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { ANNEAL_HOME } = env
  return ANNEAL_HOME ? path.resolve(ANNEAL_HOME) : envPaths('anneal', { suffix: '' }).data
}

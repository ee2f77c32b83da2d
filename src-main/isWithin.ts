import path from 'node:path'

/** Whether a path is the other or lies in it. */
export const isWithin = (inner: string, outer: string): boolean => {
  const way = path.relative(outer, inner)
  return way === '' || !(way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way))
}

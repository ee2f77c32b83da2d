import lobos from 'lobos'

/** The first points of a Sobol sequence, for `StudyHost.sobol`. Its tables are large: the host imports them, not the window. */
export const sobolPoints = (dimensions: number, count: number): readonly (readonly number[])[] =>
  new lobos.Sobol(dimensions).take(count)

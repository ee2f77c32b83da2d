/* WGSL: a number of each thread of a workgroup joined in a tree, whose shape the number of threads fixes. */

/** Joins a number of each thread in a tree and gives all threads the result. */
export const reduction = (name: string, threads: number, join: (a: string, b: string) => string): string => `
  fn ${name}(own : f32) -> f32 {
    held[localIndex] = own;
    for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
      workgroupBarrier();
      if (localIndex < half) {
        held[localIndex] = ${join('held[localIndex]', 'held[localIndex + half]')};
      }
    }
    workgroupBarrier();
    let all = held[0];
    workgroupBarrier();
    return all;
  }
`

export const sumOf = (threads: number): string => `
  var<workgroup> held : array<f32, ${threads}>;
  ${reduction('sumOf', threads, (a, b) => `${a} + ${b}`)}
`

/** "ResNet-8, seed 12" and "seed 2 (ab12)" keep their seed. */
const longestEnd = 14

/** A name in two parts: where there is no room the start is cut, and the end, by which names of one kind differ, never is. */
export function nameParts(name: string): { readonly start: string; readonly end: string } {
  const words = name.split(' ')
  let end = ''
  for (let i = words.length - 1; i > 0; i--) {
    const longer = ` ${words[i]}${end}`
    if (longer.length > longestEnd + 1) break
    end = longer
  }
  return { start: name.slice(0, name.length - end.length), end }
}

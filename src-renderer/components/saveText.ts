/** Keeps a text that the window made itself as a file of that name. */
export function saveText(name: string, parts: Iterable<string>, type = 'text/plain'): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

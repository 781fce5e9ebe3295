/**
 * Finds all of many literals in one pass over a text (Aho-Corasick). The automaton is a dense table over classes of
 * characters, so a character costs one look-up. Letters match in both cases.
 */
export interface Automaton {
  /** For each UTF-16 unit up to the last one of a literal its class; class 0 is what no literal has. */
  classOf: Uint8Array
  /** `next[(state << shift) + class]` is the following state. Small numbers, so that the table fits in caches. */
  next: Uint16Array
  shift: number
  /** States from this one on end a literal. */
  firstAccepting: number
  /** `outputs[state]`: the literals that end here, by their index, longest first. */
  outputs: readonly (readonly number[])[]
}

interface Node {
  next: Map<number, number>
  fail: number
  outputs: number[]
}

/** Builds the automaton. Literals are not empty. */
export function buildAutomaton(literals: readonly string[]): Automaton {
  const { classOf, classes } = classify(literals)
  const nodes = buildTrie(literals, classOf)
  const rows = linkFailures(nodes, classes)
  return layOut({ nodes, rows, classOf, classes })
}

function classify(literals: readonly string[]): { classOf: Uint8Array; classes: number } {
  const most = literals.join('').toLowerCase() + literals.join('').toUpperCase()
  const classOf = new Uint8Array(Math.max(128, ...Array.from(most, (one) => one.charCodeAt(0) + 1)))
  let classes = 1
  for (const literal of literals) {
    for (const character of literal.toLowerCase()) {
      const code = character.charCodeAt(0)
      if (classOf[code] !== 0) continue
      classOf[code] = classes
      const upper = character.toUpperCase()
      if (upper.length === 1) classOf[upper.charCodeAt(0)] = classes
      classes += 1
    }
  }
  return { classOf, classes }
}

function buildTrie(literals: readonly string[], classOf: Uint8Array): Node[] {
  const nodes: Node[] = [{ next: new Map(), fail: 0, outputs: [] }]
  for (const [index, literal] of literals.entries()) {
    let node = nodes[0]
    for (const character of literal.toLowerCase()) {
      const symbol = classOf[character.charCodeAt(0)] ?? 0
      let target = node?.next.get(symbol)
      if (target === undefined) {
        target = nodes.length
        nodes.push({ next: new Map(), fail: 0, outputs: [] })
        node?.next.set(symbol, target)
      }
      node = nodes[target]
    }
    node?.outputs.push(index)
  }
  return nodes
}

/** Gives each node its failure link and its full row of the table, breadth first. */
function linkFailures(nodes: readonly Node[], classes: number): Int32Array[] {
  const rows: Int32Array[] = nodes.map(() => new Int32Array(classes))
  const queue = [0]
  for (let head = 0; head < queue.length; head += 1) {
    const index = queue[head] ?? 0
    const node = nodes[index]
    const row = rows[index]
    if (!node || !row) continue
    if (index !== 0) {
      row.set(rows[node.fail] ?? [])
      node.outputs.push(...(nodes[node.fail]?.outputs ?? []))
    }
    for (const [symbol, target] of node.next) {
      const child = nodes[target]
      if (child) child.fail = index === 0 ? 0 : (row[symbol] ?? 0)
      row[symbol] = target
      queue.push(target)
    }
  }
  return rows
}

/** Renumbers the states, accepting ones last, so that the loop needs one comparison to see that a literal ended. */
function layOut(built: { nodes: Node[]; rows: Int32Array[]; classOf: Uint8Array; classes: number }): Automaton {
  const { nodes, rows, classOf, classes } = built
  const order = [...nodes.keys()].sort(
    (a, b) => Number((nodes[a]?.outputs.length ?? 0) > 0) - Number((nodes[b]?.outputs.length ?? 0) > 0) || a - b,
  )
  const placeOf = new Int32Array(nodes.length)
  for (const [place, index] of order.entries()) placeOf[index] = place
  if (nodes.length > 0xffff) throw new Error('There are too many anchors for one table.')
  const shift = Math.ceil(Math.log2(classes))
  const next = new Uint16Array(nodes.length << shift)
  for (const [place, index] of order.entries()) {
    for (const [symbol, target] of (rows[index] ?? []).entries()) next[(place << shift) + symbol] = placeOf[target] ?? 0
  }
  const outputs = order.map((index) => nodes[index]?.outputs ?? [])
  const firstAccepting = outputs.filter((list) => list.length === 0).length
  return { classOf, next, shift, firstAccepting, outputs }
}

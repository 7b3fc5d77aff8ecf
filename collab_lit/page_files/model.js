// The tables of the items and the mathematics on them. Nothing in this file touches the document.

const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer

function halves(buffer) {  // float16 as float32: bits are 1 of sign, 5 of exponent, 10 of fraction
  const value = h => {
    const e = h >> 10 & 31, f = h & 1023
    return (h >> 15 ? -1 : 1) * (e ? 2 ** (e - 15) * (1 + f / 1024) : 2 ** -14 * f / 1024)
  }
  return Float32Array.from(new Uint16Array(buffer), value)
}

const decode = {
  float16: halves, float32: b => new Float32Array(b), uint16: b => new Uint16Array(b), int32: b => new Int32Array(b),
}

const arrays = tables => Object.fromEntries(Object.entries(tables).map(([k, v]) => [k, v?.type ? decode[v.type](bytes(v.base64)) : v]))

const dot = (a, i, b, n) => { let s = 0; for (let j = 0; j < n; j++) s += a[i * n + j] * b[j]; return s }

function cholesky(A, n) {  // the lower triangle of A becomes its Cholesky factor
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let s = A[i * n + j]
      for (let k = 0; k < j; k++) s -= A[i * n + k] * A[j * n + k]
      A[i * n + j] = i == j ? Math.sqrt(s) : s / A[j * n + j]
    }
}

function substitute(A, b, n) {  // the solution of L Lᵀ x = b
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= A[i * n + k] * x[k]
    x[i] /= A[i * n + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= A[k * n + i] * x[k]
    x[i] /= A[i * n + i]
  }
  return x
}

// Row 0 of every table is the average item. A person is phi, at 0 for the average one: the estimate for item i is z[i] + x[i]·phi.
class FactorModel {
  constructor(tables) {
    Object.assign(this, tables)
    const k = this.k = this.size[1], d = this.d = k + 1
    this.n = this.size[0]
    this.x = new Float64Array(this.n * d)
    this.norm = new Float64Array(this.n)
    for (let i = 0; i < this.n; i++) {
      for (let j = 0; j < d; j++) {
        let s = this.centre[j]
        for (let l = 0; l < k; l++) s += this.w[i * k + l] * this.root[l * d + j]
        this.x[i * d + j] = s
      }
      for (let l = 0; l < k; l++) this.norm[i] += this.w[i * k + l] ** 2
      this.norm[i] = Math.max(Math.sqrt(this.norm[i]), 1e-8)
    }
  }

  squash(z) {  // the estimate and its slope
    if (!this.range) return [z, 1]
    const [low, high] = this.range, sig = 1 / (1 + Math.exp(-z))
    return [low + (high - low) * sig, (high - low) * sig * (1 - sig)]
  }

  system(mine, phi) {  // the least squares around phi: the factored matrix, and J and t of each rating
    const { d, x } = this, A = new Float64Array(d * d)
    for (let j = 0; j < d; j++) A[j * d + j] = this.noise
    const rows = mine.map(([i, y]) => {
      const part = dot(x, i, phi, d), [est, slope] = this.squash(this.z[i] + part)
      return { i, y, t: y - est + slope * part, J: x.subarray(i * d, i * d + d).map(v => slope * v) }
    })
    for (const { J } of rows)
      for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) A[a * d + b] += J[a] * J[b]
    cholesky(A, d)
    return { A, rows }
  }

  fold(mine) {  // somebody's phi from pairs of item and rating, and what each rating pulls it by
    let phi = new Float64Array(this.d)
    for (let round = 0; round < 4; round++) {
      const { A, rows } = this.system(mine, phi), h = new Float64Array(this.d)
      for (const { J, t } of rows) for (let j = 0; j < this.d; j++) h[j] += J[j] * t
      phi = substitute(A, h, this.d)
    }
    const { A, rows } = this.system(mine, phi)
    return { phi, pulls: rows.map(({ i, y, t, J }) => ({ i, y, by: substitute(A, J.map(v => v * t), this.d) })) }
  }

  scores({ phi }) { return Float64Array.from({ length: this.n }, (_, i) => this.squash(this.z[i] + dot(this.x, i, phi, this.d))[0]) }

  explain({ phi, pulls }, i) {  // the four parts, and what each rating adds to the last
    const at = (row, v) => dot(this.x, row, v, this.d)
    const parts = { 'base level': this.z[0], 'your level': at(0, phi), 'the item’s level': this.z[i] - this.z[0], match: at(i, phi) - at(0, phi) }
    const because = pulls.map(o => ({ i: o.i, y: o.y, adds: at(i, o.by) - at(0, o.by) }))
    return { parts, because: because.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds)) }
  }

  alike(i) {  // the cosine of every item with item i
    const own = this.w.subarray(i * this.k, i * this.k + this.k)
    return Float64Array.from({ length: this.n }, (_, j) => dot(this.w, j, own, this.k) / (this.norm[i] * this.norm[j]))
  }
}

// Item i adds `weights[i]` to the scores of the items `near[i]`.
class ListModel {
  constructor(tables) {
    Object.assign(this, tables)
    this.n = this.size[0]
  }

  alike(i) {
    const res = new Float64Array(this.n), t = this.size[1]
    for (let j = i * t; j < i * t + t; j++) res[this.near[j]] += this.weights[j]
    return res
  }

  fold(mine) { return { mine: mine.map(([i]) => ({ i, adds: this.alike(i) })) } }

  scores({ mine }) {
    if (!mine.length) return Float64Array.from(this.z)
    const res = new Float64Array(this.n)
    for (const { adds } of mine) for (let i = 0; i < this.n; i++) res[i] += adds[i]
    return res
  }

  explain({ mine }, i) {
    const because = mine.map(o => ({ i: o.i, adds: o.adds[i] }))
    return { parts: null, because: because.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds)) }
  }
}

function best(scores, n, skip) {  // the n items with the highest scores, without row 0 and those in `skip`; ties go to the lower row
  const top = []
  for (let i = 1; i < scores.length; i++) {
    if (skip.has(i) || top.length == n && scores[i] <= scores[top[n - 1]]) continue
    let at = top.length
    while (at && scores[top[at - 1]] < scores[i]) at--
    top.splice(at, 0, i)
    if (top.length > n) top.pop()
  }
  return top
}

// The map: a dot for each item, in the two directions in which items differ most. `items` has `xy`, `counts` and `labels`.
class ItemMap {
  constructor(canvas, tip, items, { describe, choose }) {
    Object.assign(this, { canvas, tip, items, describe, choose, own: new Map(), close: new Set(), found: new Set(), chosen: 0 })
    const n = items.labels.length, { x, y } = items
    this.byCount = Array.from({ length: n }, (_, i) => i).slice(1).sort((a, b) => items.counts[b] - items.counts[a])
    const ends = v => { const s = Float64Array.from(v.slice(1)).sort(); return [s[0], s[s.length - 1]] }
    const [[x0, x1], [y0, y1]] = [ends(x), ends(y)]
    this.box = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: (x1 - x0) * 1.1 || 1, h: (y1 - y0) * 1.1 || 1 }
    this.view = { x: this.box.x, y: this.box.y, zoom: 1 }
    canvas.addEventListener('pointermove', e => this.moved(e))
    canvas.addEventListener('pointerleave', () => { tip.hidden = true })
    canvas.addEventListener('pointerdown', e => { this.from = { x: e.clientX, y: e.clientY, far: 0 }; canvas.setPointerCapture(e.pointerId) })
    canvas.addEventListener('pointerup', e => { if (this.from && this.from.far < 5) this.picked(e); this.from = null })
    canvas.addEventListener('pointercancel', () => { this.from = null })
    canvas.addEventListener('keydown', e => this.typed(e))
    canvas.addEventListener('wheel', e => {
      if (document.activeElement != canvas && !e.ctrlKey) return
      e.preventDefault()
      this.zoomBy(Math.exp(-e.deltaY / 300), this.place(e))
    }, { passive: false })
    new ResizeObserver(() => this.draw()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw())
  }

  scale() { return [this.canvas.clientWidth * this.view.zoom / this.box.w, this.canvas.clientHeight * this.view.zoom / this.box.h] }

  at(i) {  // where item i is, in pixels
    const [sx, sy] = this.scale()
    return [(this.items.x[i] - this.view.x) * sx + this.canvas.clientWidth / 2, (this.view.y - this.items.y[i]) * sy + this.canvas.clientHeight / 2]
  }

  place(e) { const r = this.canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top] }

  under([px, py]) {  // the item within 12 pixels, the nearest one
    let res = 0, least = 144
    for (let i = 1; i < this.items.labels.length; i++) {
      const [x, y] = this.at(i), far = (x - px) ** 2 + (y - py) ** 2
      if (far < least) [res, least] = [i, far]
    }
    return res
  }

  zoomBy(factor, [px, py] = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]) {  // what is below (px, py) stays there
    const away = () => { const [sx, sy] = this.scale(); return [(px - this.canvas.clientWidth / 2) / sx, (py - this.canvas.clientHeight / 2) / sy] }
    const [ax, ay] = away()
    this.view.zoom = Math.min(60, Math.max(1, this.view.zoom * factor))
    const [bx, by] = away()
    this.move(ax - bx, by - ay)
  }

  move(dx, dy) {  // at zoom 1 everything is in view
    const { box, view } = this, kept = (v, middle, size) => {
      const room = size / 2 * (1 - 1 / view.zoom)
      return Math.min(middle + room, Math.max(middle - room, v))
    }
    view.x = kept(view.x + dx, box.x, box.w)
    view.y = kept(view.y + dy, box.y, box.h)
    this.canvas.classList.toggle('zoomed', view.zoom > 1)
    this.draw()
  }

  whole() { this.view = { x: this.box.x, y: this.box.y, zoom: 1 }; this.move(0, 0) }

  show(i) {
    if (this.view.zoom > 1) Object.assign(this.view, { x: this.items.x[i], y: this.items.y[i] })
    this.move(0, 0)
  }

  moved(e) {
    if (this.from) {
      const dx = e.clientX - this.from.x, dy = e.clientY - this.from.y, [sx, sy] = this.scale()
      this.from = { x: e.clientX, y: e.clientY, far: this.from.far + Math.hypot(dx, dy) }
      if (this.from.far >= 5) this.move(-dx / sx, dy / sy)
    }
    const i = this.under(this.place(e))
    this.tip.hidden = !i
    if (!i) return
    this.tip.textContent = this.describe(i)
    const [x, y] = this.at(i), { clientWidth: w, clientHeight: h } = this.canvas
    this.tip.style.cssText = `${x > w / 2 ? `right:${w - x + 12}px` : `left:${x + 12}px`};${y > h / 2 ? `bottom:${h - y + 8}px` : `top:${y + 8}px`}`
  }

  picked(e) { const i = this.under(this.place(e)); if (i) this.choose(i) }

  typed(e) {
    const step = .2 / this.view.zoom, { w, h } = this.box, keys = {
      ArrowLeft: () => this.move(-step * w, 0), ArrowRight: () => this.move(step * w, 0),
      ArrowUp: () => this.move(0, step * h), ArrowDown: () => this.move(0, -step * h),
      '+': () => this.zoomBy(1.5), '=': () => this.zoomBy(1.5), '-': () => this.zoomBy(1 / 1.5), 0: () => this.whole(),
    }
    if (!keys[e.key] || e.ctrlKey || e.metaKey || e.altKey) return
    e.preventDefault()
    keys[e.key]()
  }

  draw() {
    if (this.waiting) return
    this.waiting = true
    requestAnimationFrame(() => { this.waiting = false; this.drawNow() })
  }

  drawNow() {
    const { canvas, items, own, close, found, chosen } = this, ratio = devicePixelRatio || 1, { clientWidth: w, clientHeight: h } = canvas
    if (!w) return
    if (canvas.width != Math.round(w * ratio) || canvas.height != Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio)
      canvas.height = Math.round(h * ratio)
    }
    const c = canvas.getContext('2d'), css = getComputedStyle(document.documentElement), color = o => css.getPropertyValue(`--${o}`)
    c.setTransform(ratio, 0, 0, ratio, 0, 0)
    c.clearRect(0, 0, w, h)
    const inside = ([x, y]) => x > -5 && x < w + 5 && y > -5 && y < h + 5
    const dots = (rows, fill, alpha, size) => {
      c.fillStyle = fill
      c.globalAlpha = alpha
      for (const i of rows) {
        const p = this.at(i), r = size || Math.min(5, 1 + Math.sqrt(items.counts[i]) / 5)
        if (inside(p)) { c.beginPath(); c.arc(...p, r, 0, 7); c.fill() }
      }
      c.globalAlpha = 1
    }
    const marked = new Set([...(chosen ? [chosen] : []), ...own.keys(), ...close, ...found])
    dots(this.byCount, color('dot'), marked.size ? .4 : .6)
    dots(found, color('text'), 1, 4)
    dots(close, color('near'), 1, 5)
    dots(own.keys(), color('own'), 1, 6)
    if (chosen) { c.strokeStyle = color('near'); c.lineWidth = 3; c.beginPath(); c.arc(...this.at(chosen), 9, 0, 7); c.stroke() }
    this.write(c, marked, color)
  }

  write(c, marked, color) {  // names, the marked ones first, where they overlap no other
    const { clientWidth: w, clientHeight: h } = this.canvas, taken = [], { labels } = this.items
    c.font = '12px system-ui, sans-serif'
    c.lineWidth = 3
    c.strokeStyle = color('ground')
    let left = w < 500 ? 14 : 30
    for (const i of [...marked, ...this.byCount.slice(0, 1500)]) {
      if (!left) break
      const [x, y] = this.at(i), name = labels[i].length > 34 ? labels[i].slice(0, 33) + '…' : labels[i]
      if (x < 0 || x > w || y < 8 || y > h - 8) continue
      const wide = c.measureText(name).width, start = x + 10 + wide > w ? x - 10 - wide : x + 10
      const box = [start - 2, y - 8, start + wide + 2, y + 8]
      if (start < 0 || taken.some(o => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3])) continue
      taken.push(box)
      left--
      c.fillStyle = this.own.has(i) ? color('own') : marked.has(i) ? color('near') : color('text')
      c.strokeText(name, start, y + 4)
      c.fillText(name, start, y + 4)
    }
  }
}

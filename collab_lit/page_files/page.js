// The page itself: what is found, rated and recommended. Titles reach it as text only, never as HTML.
const data = JSON.parse(document.getElementById('data').textContent)
const tables = arrays(data.tables), { labels, scale } = data, lists = !scale
const model = new (lists ? ListModel : FactorModel)(tables)
const mine = new Map(), get = id => document.getElementById(id)
const items = { labels, counts: tables.counts, x: labels.map((_, i) => tables.xy[2 * i]), y: labels.map((_, i) => tables.xy[2 * i + 1]) }
let shown = 10, scores, person

function element(kind, attributes = {}, ...children) {
  const res = document.createElement(kind)
  for (const [k, v] of Object.entries(attributes)) k in res ? res[k] = v : res.setAttribute(k, v)
  res.append(...children.filter(o => o != null))
  return res
}

const number = (v, digits = 2) => v.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const signed = v => (v < 0 ? '−' : '+') + number(Math.abs(v))
const rating = v => v.toLocaleString('en', { maximumFractionDigits: 2 })
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n == 1 ? '' : 's'}`
const tell = text => { get('news').textContent = text }

function describe(i) {
  const about = lists ? plural(tables.counts[i], 'person').replace('persons', 'people') : `mean ${number(tables.means[i])}, ${plural(tables.counts[i], 'rating')}`
  return `${labels[i]}: ${about}`
}

function drawn(value) {  // a rating as five stars, more or less coloured
  const share = Math.min(1, Math.max(0, scale.low > 0 ? value / scale.high : (value - scale.low) / (scale.high - scale.low)))
  return [element('span', { className: 'all', 'aria-hidden': 'true' }), element('span', { 'aria-hidden': 'true', style: `width:${100 * share}%` })]
}

function stars(i) {  // a slider that sets somebody's rating of item i
  const { low, high, step } = scale, given = mine.get(i), text = v => v == null ? 'not rated' : `${rating(v)} of ${rating(high)}`
  const empty = low > 0 ? 0 : low - step  // left of the lowest rating: none yet
  const input = element('input', { type: 'range', min: empty, max: high, step, 'aria-label': `Your rating of ${labels[i]}` })
  input.value = given ?? empty
  input.setAttribute('aria-valuetext', text(given))
  const box = element('span', { className: 'stars' }, ...drawn(given ?? empty), input), value = element('span', { className: 'value' }, given == null ? '' : rating(given))
  const set = v => rate(i, Math.min(high, Math.max(low, Math.round((v - low) / step) * step + low)))
  input.addEventListener('input', () => set(+input.value))
  input.addEventListener('click', e => {  // a click in a star means the whole star
    if (!e.detail) return
    const r = input.getBoundingClientRect(), share = (e.clientX - r.left) / r.width
    set(Math.ceil((empty + share * (high - empty) - low) / step - .05) * step + low)
  })
  return [box, value]
}

function heart(i) {  // a button that says whether somebody likes item i
  const button = element('button', { type: 'button', 'aria-pressed': mine.has(i), 'aria-label': `I like ${labels[i]}` }, mine.has(i) ? '♥ Liked' : '♡ Like')
  button.addEventListener('click', () => mine.has(i) ? remove(i) : rate(i, 1))
  return [button]
}

function row(i, ...more) {
  const name = element('button', { type: 'button', className: 'name', title: 'Show the nearest neighbours' }, labels[i])
  name.addEventListener('click', () => choose(i, true))
  const res = element('li', {}, element('div', { className: 'row' }, name, ...more))
  res.dataset.row = i
  return res
}

const controls = i => lists ? heart(i) : stars(i)

function refill(list, rows, make) {  // new entries, with the focus on what had it
  const active = document.activeElement, had = list.contains(active) && active.closest('li')
  const key = had && [had.dataset.row, [...had.querySelectorAll('button, input, summary')].indexOf(active)]
  list.replaceChildren(...rows.map(make))
  if (!key) return
  const again = [...list.children].find(o => o.dataset.row == key[0])
  const target = again && [...again.querySelectorAll('button, input, summary')][key[1]]
  if (target) target.focus()
}

function search() {
  const plain = s => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(), words = plain(get('search').value).split(/\s+/).filter(Boolean)
  search.texts ??= labels.map(plain)
  const hits = words.length ? map.byCount.filter(i => words.every(w => search.texts[i].includes(w))) : []
  const rows = words.length ? hits.slice(0, 8) : map.byCount.filter(i => !mine.has(i)).slice(0, 5)
  get('found').textContent = !words.length ? 'The best known ones:' : hits.length > 8 ? `The 8 best known of ${hits.length.toLocaleString('en')}:` : `${hits.length} found`
  refill(get('results'), rows, i => row(i, ...controls(i)))
  map.found = new Set(hits.slice(0, 300))
  map.draw()
}

function rate(i, value) {
  if (mine.get(i) === value) return
  mine.set(i, value)
  update(lists ? `${labels[i]} liked` : `${labels[i]}: ${rating(value)} of ${rating(scale.high)}`)
}

function remove(i) {
  const inList = get('rated').contains(document.activeElement)
  mine.delete(i)
  update(`${labels[i]} removed`)
  if (inList) (get('rated').querySelector('button') || get('mine-title')).focus()
}

function why(i) {  // a sentence, and a table of the parts
  const { parts, because } = model.explain(person, i), first = because.filter(o => o.adds > 0).slice(0, 2)
  const named = first.map(o => lists ? `${labels[o.i]} (${signed(o.adds)})` : `your ${rating(o.y)} for ${labels[o.i]} (${signed(o.adds)})`)
  const general = parts && parts['the item’s level'] > Math.max(parts.match, 0) ? [`rated highly in general (${signed(parts['the item’s level'])})`] : []
  const reasons = [...general, ...named], sentence = reasons.length ? `Why: ${reasons.join(', ')}` : ''
  if (!mine.size) return [sentence]
  const line = (k, v, kind = '') => element('tr', { className: kind }, element('th', { scope: 'row' }, k), element('td', {}, signed(v)))
  const detail = [], total = Object.values(parts || {}).reduce((a, b) => a + b, 0)
  if (parts) detail.push(element('table', {}, element('caption', {}, tables.range ? 'Parts, on the model’s own scale' : 'Parts of the estimate'),
    ...Object.entries(parts).map(([k, v]) => line(k, v)), line('sum', total, 'sum')))
  detail.push(element('table', {}, element('caption', {}, parts ? 'Of the match, your ratings add' : 'The score is the sum of'),
    ...because.slice(0, 8).map(o => line(lists ? labels[o.i] : `${labels[o.i]} (${rating(o.y)})`, o.adds))))
  return [sentence, element('details', {}, element('summary', {}, 'How is this made up?'), ...detail)]
}

function recommended(i) {
  const [sentence, details] = why(i)
  const value = element('span', { className: 'value' }, number(scores[i]))
  const picture = lists ? null : element('span', { className: 'stars', role: 'img', 'aria-label': `estimate ${number(scores[i])} of ${rating(scale.high)}` }, ...drawn(scores[i]))
  const res = row(i, picture, value)
  if (sentence) res.append(element('p', { className: 'because' }, sentence))
  if (details) res.append(details)
  return res
}

function recommend() {
  person = model.fold([...mine])
  scores = model.scores(person)
  const rows = best(scores, shown, mine)
  get('basis').textContent = mine.size ? `Computed from your ${lists ? plural(mine.size, 'choice') : plural(mine.size, 'rating')}.`
    : `You have ${lists ? 'liked' : 'rated'} nothing yet: this is what the average person gets.`
  get('more').hidden = rows.length < shown || shown >= 100
  refill(get('recommended'), rows, recommended)
  return rows
}

function update(news) {
  const rows = recommend()
  refill(get('rated'), [...mine.keys()].reverse(), i => {
    const away = element('button', { type: 'button', 'aria-label': `Remove ${labels[i]}` }, 'Remove')
    away.addEventListener('click', () => remove(i))
    return row(i, ...(lists ? [] : stars(i)), away)
  })
  get('none-yet').textContent = mine.size ? '' : lists ? 'Search for things you like, and press Like.' : 'Search for things you know, and give them stars.'
  get('clear').hidden = !mine.size
  map.own = mine
  search()
  if (news) tell(`${news}. Recommended now: ${rows.slice(0, 3).map(i => labels[i]).join('; ')}`)
}

function neighbours(i, n = 10) { const alike = model.alike(i); return best(alike, n, new Set([i])).map(j => [j, alike[j]]).filter(o => !lists || o[1] > 0) }

function choose(i, byName) {
  const found = neighbours(i)
  Object.assign(map, { chosen: i, close: new Set(found.map(o => o[0])) })
  map.show(i)
  get('near').hidden = get('away').hidden = false
  get('near-title').textContent = `Nearest to ${labels[i]}`
  refill(get('neighbours'), found, ([j, v]) => row(j, ...controls(j), element('span', { className: 'value', title: data.measure }, number(v))))
  tell(found.length ? `Nearest to ${labels[i]}: ${found.slice(0, 3).map(o => labels[o[0]]).join('; ')}` : `Nothing is near ${labels[i]}`)
  if (byName) { get('near').focus({ preventScroll: true }); get('plane').scrollIntoView({ block: 'start' }) }
}

function unchoose() {
  Object.assign(map, { chosen: 0, close: new Set() })
  get('near').hidden = get('away').hidden = true
  map.draw()
  get('map').focus()
}

const map = new ItemMap(get('map'), get('tip'), items, { describe, choose })
get('intro').textContent = lists ? 'Find some things that you like, and see what to try next.' : 'Rate some things that you know, and see what you would like.'
get('size').textContent = (labels.length - 1).toLocaleString('en')
get('content').textContent = data.content
get('note').textContent = data.note
get('note').hidden = !data.note
get('search').addEventListener('input', () => { search(); tell(get('found').textContent) })
get('clear').addEventListener('click', () => { mine.clear(); update('Everything removed'); get('mine-title').focus() })
get('more').addEventListener('click', () => { shown += 10; tell(`${recommend().length} recommendations`) })
get('closer').addEventListener('click', () => map.zoomBy(1.5))
get('wider').addEventListener('click', () => map.zoomBy(1 / 1.5))
get('whole').addEventListener('click', () => map.whole())
get('away').addEventListener('click', unchoose)
map.whole()
update()
